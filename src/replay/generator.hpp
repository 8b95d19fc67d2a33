// Generator: order flow without a data file, from a seed, in the shape of a busy venue's.
//
// What: an endless-looking tape of one market: a snapshot of resting orders, then adds, cancels,
// reductions and immediate-or-cancel orders around a price that wanders, each followed by its
// executions. Shape (that of recorded perpetual-futures flow): add : cancel-or-reduce : immediate =
// 10 : 11.5 : 1; 10,000 to 16,000 live orders on about 10,000 levels; 1,400 events a second on
// average, with seconds of up to 11,850 and tenths of a second of up to 3,351 events. Invariant:
// the same options give the same events on every machine (integers only). No cancel names an order
// that its own book would not hold, so an exchange that executes the tape in order rejects none.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "io/random.hpp"
#include "replay/naive_book.hpp"
#include "replay/tape.hpp"

namespace gavel::replay {

struct GeneratorOptions {
  u64 seed = 1;
  u64 events = 100'000;        // after the snapshot, executions not counted
  u64 mid_price = 60'000;      // ticks
  u32 levels_a_side = 10'000;  // less than half of mid_price
  u32 snapshot_orders = 12'000;
  u32 min_live = 10'000;
  u32 max_live = 16'000;
  u64 typical_lots = 200;
  u64 start_ns = 1'700'000'000'000'000'000;
  u32 events_per_second = 1'400;
  u32 peak_per_second = 11'850;
  u32 peak_per_100ms = 3'351;
  u32 max_fills = 64;  // no immediate order trades with more orders
};

class Generator final : public TapeSource {
 public:
  explicit Generator(const GeneratorOptions& options);
  TapeResult<bool> next(TapeEvent& out) override;
  const NaiveBook& book() const { return book_; }

 private:
  void start_tenth();
  u64 next_time();
  TapeEvent make_add(bool snapshot);
  TapeEvent make_cancel();
  TapeEvent make_reduce();
  TapeEvent make_ioc();
  u64 draw_lots();
  void forget(u64 index);

  GeneratorOptions options_;
  io::SeededRandom random_;
  NaiveBook book_;
  std::vector<u64> live_;  // ids that were resting when last looked at
  std::vector<Fill> fills_;
  u64 next_id_ = 1;
  u64 made_ = 0;
  u64 line_ = 0;
  u64 mid_ = 0;
  u64 now_ns_ = 0;
  std::deque<TapeEvent> executions_;  // of the last immediate order
  u64 tenth_ = 0;
  u32 left_in_tenth_ = 0;
  u32 events_in_tenth_ = 0;
  u32 burst_tenths_ = 0;
};

[[nodiscard]] TapeOpener generated_tape(const GeneratorOptions& options);

}  // namespace gavel::replay
