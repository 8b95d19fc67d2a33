#include "dispute/batch_truth.hpp"

#include <algorithm>

namespace gavel::dispute {

namespace {

using Clock = std::chrono::steady_clock;

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

BatchTruth::BatchTruth(std::unique_ptr<BatchTrace> trace, vm::Image image,
                       BatchTruthOptions options)
    : BatchTruth(std::make_shared<TruthMemory>(), {}, std::move(image), std::move(options)) {
  batch_ = trace->batch();
  memory_->traces.put(owner_, std::move(trace));
}

BatchTruth::BatchTruth(std::shared_ptr<TruthMemory> memory, Open open, vm::Image image,
                       BatchTruthOptions options)
    : memory_(std::move(memory)),
      owner_(memory_->add_owner()),
      open_(std::move(open)),
      image_(std::move(image)),
      options_(std::move(options)),
      end_(options_.end) {}

BatchTruth::~BatchTruth() { memory_->forget(owner_); }

void BatchTruth::tell(const std::string& what, Clock::time_point began) const {
  if (!options_.say) return;
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
  options_.say("batch " + std::to_string(batch_) + ": " + what + " in " +
               std::to_string(spent.count()) + " ms");
}

TraceResult<BatchTrace*> BatchTruth::trace() {
  if (const auto* known = memory_->traces.find(owner_)) return known->get();
  GAVEL_CHECK(open_ != nullptr);
  const auto began = Clock::now();
  memory_->traces.make_room();
  auto opened = GAVEL_TRY(open_());
  const Hash32 first = opened->first_hash();
  if (first_ && *first_ != first) return TraceError::kHistoryGone;
  first_ = first;
  batch_ = opened->batch();
  tell("trace opened", began);
  return memory_->traces.put(owner_, std::move(opened)).get();
}

template <class Ask>
auto BatchTruth::ask(Ask ask)
    -> TruthResult<typename decltype(ask(std::declval<BatchTrace&>()))::Value> {
  const auto open = trace();
  if (!open.ok()) return trouble(open.error());
  auto answer = ask(**open);
  if (answer.ok()) return std::move(answer).value();
  if (open_) memory_->traces.erase(owner_);
  return trouble(answer.error());
}

// Known from the first time on: to look for it moves the trace to the batch's end.
TruthResult<stf::Cursor> BatchTruth::last_cursor() {
  if (!end_) {
    end_ = GAVEL_TRY(ask([](BatchTrace& t) { return t.cursor_at(stf::kUnitsPerBatch); }));
  }
  return *end_;
}

TruthResult<Hash32> BatchTruth::end() { return stf::cursor_hash(GAVEL_TRY(last_cursor())); }

TruthResult<std::vector<Hash32>> BatchTruth::end_words() {
  return words_of(GAVEL_TRY(last_cursor()));
}

TruthResult<TrueList> BatchTruth::list(const Place& place) {
  if (const TrueList* known = memory_->lists.find({owner_, place})) return *known;
  const auto began = Clock::now();
  TrueList list = GAVEL_TRY(make_list(place));
  tell("list of level " + std::to_string(place.level) + " at " + std::to_string(place.position),
       began);
  return memory_->lists.put({owner_, place}, std::move(list));
}

TruthResult<TrueList> BatchTruth::make_list(const Place& place) {
  const GameShape& shape = options_.shape;
  TrueList list;
  if (place.level < shape.run_level) {
    list.values = GAVEL_TRY(ask([&](BatchTrace& t) {
      return t.cursors(place.position, shape.part(place.level), shape.list_size());
    }));
    list.end = list.values.back();
    if (place.level != 0 || !end_ || list.end == stf::cursor_hash(*end_)) return list;
    return std::string("the batch's trace ends elsewhere than the batch: nothing is claimed");
  }
  WitnessedRun& run = *GAVEL_TRY(run_of(place.unit));
  auto values = run.machine->states(place.position, shape.part(place.level), shape.list_size());
  if (!values.ok()) return trouble(values.error());
  list.values = std::move(values).value();
  list.end = list.values.back();
  if (place.level == shape.run_level) GAVEL_TRY(end_run(run, list));
  return list;
}

// What a list over a whole run supports, and how L1 is shown it.
TruthResult<void> BatchTruth::end_run(WitnessedRun& run, TrueList& list) {
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
  return "the program's run of unit " + std::to_string(run.witness.unit) +
         " ends elsewhere than the batch: nothing is claimed about it";
}

TruthResult<TrueStep> BatchTruth::step(const Place& place) {
  if (const TrueStep* known = memory_->steps.find({owner_, place})) return *known;
  WitnessedRun& run = *GAVEL_TRY(run_of(place.unit));
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
  return memory_->steps.put({owner_, place}, std::move(out));
}

TruthResult<WitnessedRun*> BatchTruth::run_of(u64 unit) {
  if (const auto* known = memory_->runs.find({owner_, unit})) return known->get();
  auto run = std::make_unique<WitnessedRun>();
  run->witness = GAVEL_TRY(ask([unit](BatchTrace& t) { return t.witness(unit); }));
  memory_->runs.make_room();
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
  return memory_->runs.put({owner_, unit}, std::move(run)).get();
}

}  // namespace gavel::dispute
