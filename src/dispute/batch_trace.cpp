#include "dispute/batch_trace.hpp"

#include <chrono>

#include "stf/judge.hpp"

namespace gavel::dispute {

namespace {

using Recorder = stf::RecordingOracle<const stf::MapOracle>;

// Every node on the way from the state root to the object, and the object.
void add_object(const state::TreeView& tree, const Touched& touched, stf::MapOracle& out) {
  for (u32 level = tree::kDepth; level > 0; --level) {
    const u32 position = level == tree::kDepth ? 0 : touched.index >> level;
    if (tree.node(touched.table, level, position) == tree::kEmptySubtree[level]) return;
    out.add(tree.node(touched.table, level - 1, 2 * position),
            tree.node(touched.table, level - 1, 2 * position + 1));
  }
  if (!touched.before.empty()) out.add(touched.before);
}

void add_cursor(const stf::Cursor& cursor, stf::MapOracle& out) {
  std::array<u8, stf::kCursorBytes> bytes;
  stf::encode_cursor(cursor, bytes);
  out.add(bytes);
}

}  // namespace

BatchTrace::BatchTrace(std::unique_ptr<Prestate> prestate, const stf::Cursor& first,
                       PostedBatch posted, settle::Bytes config, u32 threads, TraceHooks hooks)
    : prestate_(std::move(prestate)),
      first_(first),
      posted_(std::move(posted)),
      config_(std::move(config)),
      rules_(stf::make_rules(stf::decode_config(std::span<const u8, stf::kConfigBytes>(config_)))),
      signatures_(posted_.pages(), rules_.domain, threads),
      hooks_(std::move(hooks)),
      at_(new Branch{0, {}, BranchState(*prestate_)}) {
  at().progress.cursor = first_;
  mark();
}

void BatchTrace::mark() {
  static_cast<void>(at().state.seal());
  marks_.push_back(std::move(at_));
  at_ = branch_from(*marks_.back());
}

void BatchTrace::run_rules(Branch& branch) {
  stf::NoObserver nobody;
  stf::UnitRunner(branch.state, rules_, posted_, signatures_, nobody).run(branch.progress);
}

void BatchTrace::run_unit(Branch& branch) {
  if (finished(branch)) return;
  stf::Progress& p = branch.progress;
  if (hooks_.fails && p.cursor.status == stf::Status::run && hooks_.fails(p.cursor)) {
    p.cursor = stf::failed_cursor(p.cursor);
  } else if (!hooks_.instead || !hooks_.instead(branch.state, p, posted_, branch.unit)) {
    run_rules(branch);
  }
  if (hooks_.after_unit) hooks_.after_unit(branch.state, p, branch.unit);
  ++branch.unit;
}

// What a liar touches is not what the judge reads, so that is found beside the trace.
std::vector<Touched> BatchTrace::watch_unit() {
  if (!hooks_.any()) {
    at().state.watch();
    run_unit(at());
    return at().state.unwatch();
  }
  const std::unique_ptr<Branch> honest = branch_from(at());
  honest->state.watch();
  run_rules(*honest);
  std::vector<Touched> touched = honest->state.unwatch();
  run_unit(at());
  return touched;
}

void BatchTrace::run_to(u64 unit) {
  while (at().unit < unit && !finished(at())) run_unit(at());
  if (finished(at())) units_ = at().unit;
}

TraceResult<void> BatchTrace::seek(u64 unit) {
  if (unit > stf::kUnitsPerBatch) return TraceError::kNoSuchUnit;
  GAVEL_TRY(prestate_->catch_up());
  if (at().unit > unit) {
    at_.reset();
    while (marks_.back()->unit > unit) marks_.pop_back();
    at_ = branch_from(*marks_.back());
  }
  run_to(unit);
  return {};
}

Hash32 BatchTrace::sealed_hash() {
  stf::seal_cursor(at().progress, at().state.seal());
  return stf::cursor_hash(at().progress.cursor);
}

TraceResult<u64> BatchTrace::units() {
  if (!units_) GAVEL_TRY(seek(stf::kUnitsPerBatch));
  return units_.value_or(stf::kUnitsPerBatch);
}

TraceResult<stf::Cursor> BatchTrace::cursor_at(u64 unit) {
  GAVEL_TRY(seek(unit));
  static_cast<void>(sealed_hash());
  return at().progress.cursor;
}

TraceResult<std::vector<Hash32>> BatchTrace::cursors(u64 from_unit, u64 stride, u32 count) {
  if (from_unit > stf::kUnitsPerBatch || stride > stf::kUnitsPerBatch ||
      u64{count} * stride > stf::kUnitsPerBatch - from_unit) {
    return TraceError::kNoSuchUnit;
  }
  GAVEL_TRY(seek(from_unit));
  if (at().unit != marks_.back()->unit && marks_.size() < kMostMarks) mark();
  std::vector<Hash32> out;
  out.reserve(count);
  for (u64 i = 1; i <= count; ++i) {
    const bool repeats = finished(at()) && !out.empty();
    run_to(from_unit + i * stride);
    out.push_back(repeats ? out.back() : sealed_hash());
  }
  return out;
}

// Every preimage that a judge of the unit can ask for: what it touched tells the objects.
stf::MapOracle BatchTrace::reachable(const stf::Progress& start,
                                     const std::vector<Touched>& touched) const {
  stf::MapOracle out;
  const stf::Cursor& c = start.cursor;
  add_cursor(c, out);
  out.add(config_);
  out.add(start.transactions.encoding());
  out.add(start.blocks.encoding());
  if (start.work.kind != stf::Work::Kind::none) {
    std::array<u8, stf::kMaxWorkBytes> record;
    const u32 size = stf::encode_work(start.work, record);
    out.add(std::span<const u8>(record).first(size));
  }
  posted_.add_page(c.page, out);
  posted_.add_message(c.inbox_index + 1, out);
  const state::TreeView& tree = at_->state.tree();
  const tree::TableRoots roots = tree.table_roots();
  out.add(std::span(roots[0].bytes.data(), sizeof(roots)));
  for (const Touched& object : touched) add_object(tree, object, out);
  return out;
}

TraceResult<UnitWitness> BatchTrace::witness(u64 unit) {
  if (unit >= stf::kUnitsPerBatch) return TraceError::kNoSuchUnit;
  const auto began = std::chrono::steady_clock::now();
  GAVEL_TRY(seek(unit));
  UnitWitness out;
  out.unit = unit;
  out.start_hash = sealed_hash();
  out.start = at().progress.cursor;
  const stf::Progress start = at().progress;
  const std::vector<Touched> touched = watch_unit();
  // The tree still stands at the unit's start: nothing was sealed since.
  const stf::MapOracle known = reachable(start, touched);
  out.end_hash = sealed_hash();
  if (finished(at())) units_ = at().unit;
  Recorder recorder(known);
  const auto judge = std::make_unique<stf::Judge<Recorder>>();
  out.judged = judge->run(recorder, out.start_hash);
  out.preimages = recorder.recorded();
  for (const auto& [hash, preimage] : out.preimages.preimages()) out.bytes += preimage.size();
  const auto took = std::chrono::steady_clock::now() - began;
  out.milliseconds = std::chrono::duration<double, std::milli>(took).count();
  return out;
}

}  // namespace gavel::dispute
