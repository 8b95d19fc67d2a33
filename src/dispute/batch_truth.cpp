#include "dispute/batch_truth.hpp"

#include <algorithm>
#include <chrono>

namespace gavel::dispute {

namespace {

std::string trouble(TraceError error) {
  return std::string("the batch's trace: ") + text_of(error);
}

std::string trouble(program::RunError error) {
  return error == program::RunError::no_cursor
             ? "the run's input is no cursor"
             : "the run asks for a preimage that the trace does not have";
}

std::vector<Hash32> words_of(const stf::Cursor& cursor) {
  std::array<u8, stf::kCursorBytes> bytes;
  stf::encode_cursor(cursor, bytes);
  std::vector<Hash32> words(stf::kCursorBytes / 32);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, words[i].bytes.begin());
  }
  return words;
}

}  // namespace

struct BatchTruth::Run {
  u64 unit = 0;
  UnitWitness witness;
  std::unique_ptr<program::UnitRun> machine;
};

BatchTruth::BatchTruth(std::unique_ptr<BatchTrace> trace, vm::Image image,
                       BatchTruthOptions options)
    : trace_(std::move(trace)), image_(std::move(image)), options_(std::move(options)) {}
BatchTruth::~BatchTruth() = default;

TruthResult<Hash32> BatchTruth::end() {
  const auto cursor = trace_->cursor_at(stf::kUnitsPerBatch);
  if (!cursor.ok()) return trouble(cursor.error());
  return stf::cursor_hash(*cursor);
}

TruthResult<std::vector<Hash32>> BatchTruth::end_words() {
  const auto cursor = trace_->cursor_at(stf::kUnitsPerBatch);
  if (!cursor.ok()) return trouble(cursor.error());
  return words_of(*cursor);
}

TruthResult<TrueList> BatchTruth::list(const Place& place) {
  if (const auto known = lists_.find(place); known != lists_.end()) return known->second;
  const auto began = std::chrono::steady_clock::now();
  TrueList list = GAVEL_TRY(make_list(place));
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  if (options_.say) {
    options_.say("batch " + std::to_string(trace_->batch()) + ": list of level " +
                 std::to_string(place.level) + " at " + std::to_string(place.position) + " in " +
                 std::to_string(spent.count()) + " ms");
  }
  return lists_.emplace(place, std::move(list)).first->second;
}

TruthResult<TrueList> BatchTruth::make_list(const Place& place) {
  const GameShape& shape = options_.shape;
  TrueList list;
  if (place.level < shape.run_level) {
    auto values = trace_->cursors(place.position, shape.part(place.level), shape.list_size());
    if (!values.ok()) return trouble(values.error());
    list.values = std::move(values).value();
    list.end = list.values.back();
    return list;
  }
  Run& run = *GAVEL_TRY(run_of(place.unit));
  auto values = run.machine->states(place.position, shape.part(place.level), shape.list_size());
  if (!values.ok()) return trouble(values.error());
  list.values = std::move(values).value();
  list.end = list.values.back();
  if (place.level == shape.run_level) GAVEL_TRY(end_run(run, list));
  return list;
}

// What a list over a whole run supports, and how L1 is shown it.
TruthResult<void> BatchTruth::end_run(Run& run, TrueList& list) {
  const auto last = run.machine->last_state();
  if (!last.ok()) return trouble(last.error());
  const auto end = run.machine->supports();
  if (!end.ok()) return trouble(end.error());
  list.end = *end;
  const vm::StateWords words = last->encode();
  list.run.assign(words.begin(), words.end());
  if (last->exit != vm::Exit::halted || last->code != 0) {
    for (const Hash32& word : words_of(run.witness.start)) list.run.push_back(word);
  }
  if (list.end == run.witness.end_hash) return {};
  return "the program's run of unit " + std::to_string(run.unit) +
         " ends elsewhere than the batch: nothing is claimed about it";
}

TruthResult<TrueStep> BatchTruth::step(const Place& place) {
  Run& run = *GAVEL_TRY(run_of(place.unit));
  auto proof = run.machine->step_proof(place.position);
  if (!proof.ok()) return trouble(proof.error());
  TrueStep out;
  out.state = proof->state;
  out.code = std::move(proof->code);
  out.data = std::move(proof->data);
  if (proof->part) {
    out.preimage =
        NeededPreimage{proof->part->key, proof->part->offset, std::move(proof->preimage)};
  }
  return out;
}

TruthResult<BatchTruth::Run*> BatchTruth::run_of(u64 unit) {
  const auto known = std::ranges::find_if(runs_, [&](const auto& r) { return r->unit == unit; });
  if (known != runs_.end()) return known->get();
  auto witness = trace_->witness(unit);
  if (!witness.ok()) return trouble(witness.error());
  auto run = std::make_unique<Run>();
  run->unit = unit;
  run->witness = std::move(witness).value();
  const auto machine = [&](program::Lie lie) {
    return std::make_unique<program::UnitRun>(image_, run->witness.start_hash,
                                              program::preimages_of(run->witness.preimages),
                                              std::move(lie));
  };
  run->machine = machine({});
  if (options_.lie) {
    program::Lie lie = options_.lie(unit, *run->machine);
    if (lie.corrupt) run->machine = machine(std::move(lie));
  }
  if (runs_.size() == kRuns) runs_.erase(runs_.begin());
  runs_.push_back(std::move(run));
  return runs_.back().get();
}

}  // namespace gavel::dispute
