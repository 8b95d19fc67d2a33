// BatchTrace: the cursors between the units of one derived batch, and the witness of any unit.
//
// What: runs the batch again from its first state, as far as it is asked, with the rules of the
// node. cursors() gives the equally spaced hashes that claims of the game commit to; witness()
// gives every preimage that stf::Judge reads in one unit, found by running the judge over the
// objects that the native unit touched and the nodes above them. Why: the lists of a dispute, and
// the inputs of its machine, come from nothing but L1's data; a root at an inner unit is made only
// where a cursor is asked for.
// Units: unit u leads from the cursor after u units to the one after u + 1; a failed unit counts
// like any other. After the finish the last cursor repeats, up to the 2^24 units of a batch.
// Invariant: the same answers whenever they are asked for and whatever was derived since.
// Cost: a few us a unit on the way and an object written since the last root; going back starts at
// the nearest of the last few `from_unit`s, or at the batch's beginning. Memory: the prestate and
// the posted batch, 64 bytes a transaction for its signer, and what the batch touches, once:
// objects of the rules and changed nodes of the tree. Source: docs/protocol/data.md, Units.
#pragma once

#include <optional>

#include "dispute/branch_state.hpp"
#include "dispute/posted_batch.hpp"
#include "dispute/prestate.hpp"
#include "settle/batch_signatures.hpp"
#include "stf/unit.hpp"

namespace gavel::dispute {

// What the judge needs for one unit, and what it makes of it.
struct UnitWitness {
  u64 unit = 0;
  stf::Cursor start;  // its preimage is among them
  Hash32 start_hash;
  Hash32 end_hash;  // of the trace's next cursor
  Hash32 judged;  // the judge's answer: the end, unless the trace lies or the unit is said to fail
  stf::MapOracle preimages;
  u64 bytes = 0;  // of the preimages together
  double milliseconds = 0;
};

// For those who derive something else than the rules say; an honest trace has none.
struct TraceHooks {
  // Whether the unit that would begin here is said to fail: failed(c) follows.
  std::function<bool(const stf::Cursor&)> fails{};
  // Runs unit `unit` by other rules; false leaves it to the right ones.
  std::function<bool(BranchState&, stf::Progress&, PostedBatch&, u64 unit)> instead{};
  // After unit `unit` has run (0 is the first), before its end cursor is made.
  std::function<void(BranchState&, stf::Progress&, u64 unit)> after_unit{};

  bool any() const { return fails || instead || after_unit; }
};

class BatchTrace {
 public:
  // `first`: the batch's first cursor, at the prestate's root, whose config_hash is that of the
  // kConfigBytes of `config`.
  BatchTrace(std::unique_ptr<Prestate> prestate, const stf::Cursor& first, PostedBatch posted,
             settle::Bytes config, u32 threads, TraceHooks hooks = {});
  // Refers to parts of itself.
  BatchTrace(const BatchTrace&) = delete;
  BatchTrace& operator=(const BatchTrace&) = delete;

  u64 batch() const { return posted_.number(); }
  const stf::Cursor& first() const { return first_; }
  Hash32 first_hash() const { return stf::cursor_hash(first_); }
  const stf::Rules& rules() const { return rules_; }

  // Until the finish. Runs the whole batch when asked first.
  TraceResult<u64> units();
  // All 32 words after `unit` units, unit <= 2^24.
  TraceResult<stf::Cursor> cursor_at(u64 unit);
  // Hashes of the cursors after from_unit + stride * (i + 1) units, i < count, the last of which is
  // at most 2^24.
  TraceResult<std::vector<Hash32>> cursors(u64 from_unit, u64 stride, u32 count);
  // Of unit `unit` < 2^24. Fails a check if the native unit breaks an invariant of the rules.
  TraceResult<UnitWitness> witness(u64 unit);

  // Of the tree, where it was asked last: for reports.
  u64 changed_nodes() const { return at_->state.changed_nodes(); }

 private:
  // Where a run of the batch stands, on the state of another place of it or on the prestate.
  struct Branch {
    u64 unit = 0;  // units run
    stf::Progress progress;
    BranchState state;
  };
  // Places to go back to, ascending, each on the one before; the first is the batch's beginning.
  static constexpr std::size_t kMostMarks = 6;

  Branch& at() { return *at_; }
  static const StateView& view_of(const Branch& branch) { return branch.state; }
  // A branch that goes on from another, which is sealed.
  static std::unique_ptr<Branch> branch_from(const Branch& below) {
    return std::unique_ptr<Branch>(
        new Branch{below.unit, below.progress, BranchState(view_of(below))});
  }
  // Makes the place where at() stands one to go back to.
  void mark();
  // Moves at() to the cursor after that many units, or to the finish.
  TraceResult<void> seek(u64 unit);
  void run_to(u64 unit);
  // One unit by the rules. Once finished, nothing.
  void run_rules(Branch& branch);
  // One unit of this trace.
  void run_unit(Branch& branch);
  // Runs a unit from a sealed start, and says what a judge of it will read.
  std::vector<Touched> watch_unit();
  static bool finished(const Branch& branch) {
    return branch.progress.cursor.phase == stf::Phase::finished;
  }
  Hash32 sealed_hash();
  stf::MapOracle reachable(const stf::Progress& start, const std::vector<Touched>& touched) const;

  std::unique_ptr<Prestate> prestate_;
  stf::Cursor first_;
  PostedBatch posted_;
  settle::Bytes config_;
  stf::Rules rules_;
  settle::BatchSignatures signatures_;
  TraceHooks hooks_;
  std::vector<std::unique_ptr<Branch>> marks_;
  std::unique_ptr<Branch> at_;  // on the last mark
  std::optional<u64> units_;
};

}  // namespace gavel::dispute
