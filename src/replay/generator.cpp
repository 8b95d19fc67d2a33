#include "replay/generator.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace gavel::replay {
namespace {

constexpr u64 kTenthNs = 100'000'000;
// Of 225 events: 100 adds, 90 cancels, 25 reductions, 10 immediate orders.
constexpr u64 kAdds = 100;
constexpr u64 kCancels = 90;
constexpr u64 kReductions = 25;
constexpr u64 kImmediates = 10;
// A burst begins in one tenth of a second out of so many, and lasts so many.
constexpr u64 kBurstEvery = 600;
constexpr u32 kBurstTenths = 10;

}  // namespace

Generator::Generator(const GeneratorOptions& options)
    : options_(options), random_(options.seed), mid_(options.mid_price), now_ns_(options.start_ns) {
  GAVEL_CHECK(options_.levels_a_side > 0 && options_.mid_price > 2 * u64{options_.levels_a_side});
  GAVEL_CHECK(options_.events_per_second >= 10 && options_.min_live < options_.max_live);
}

// Most tenths are calm; a burst is a second of about peak_per_second events with one tenth at its
// peak.
void Generator::start_tenth() {
  const u64 mean = options_.events_per_second / 10;
  if (burst_tenths_ == 0 && random_.below(kBurstEvery) == 0) burst_tenths_ = kBurstTenths;
  if (burst_tenths_ > 0) {
    const u32 peak = options_.peak_per_100ms;
    const u32 rest = (std::max(options_.peak_per_second, peak) - peak) / (kBurstTenths - 1);
    events_in_tenth_ = burst_tenths_ == kBurstTenths / 2 ? peak : rest;
    --burst_tenths_;
  } else {
    // Bursts carry peak_per_second / kBurstEvery of the mean; the rest varies from nothing to four
    // times its own mean.
    const u64 bursts = options_.peak_per_second / kBurstEvery;
    const u64 calm = mean > bursts ? mean - bursts : 1;
    const u64 draw = random_.below(100);
    events_in_tenth_ = static_cast<u32>(draw < 20 ? calm * (100 + random_.below(300)) / 100
                                                  : random_.below(calm * 5 / 4 + 1));
  }
  left_in_tenth_ = events_in_tenth_;
}

u64 Generator::next_time() {
  while (left_in_tenth_ == 0) {
    start_tenth();
    ++tenth_;
  }
  const u64 done = events_in_tenth_ - left_in_tenth_;
  --left_in_tenth_;
  // Milliseconds, as venues stamp.
  const u64 ns = tenth_ * kTenthNs + done * kTenthNs / events_in_tenth_;
  return options_.start_ns + ns / 1'000'000 * 1'000'000;
}

u64 Generator::draw_lots() {
  const u64 draw = random_.below(100);
  if (draw < 60) return 1 + random_.below(options_.typical_lots);
  if (draw < 95) return 1 + random_.below(options_.typical_lots * 10);
  return 1 + random_.below(options_.typical_lots * 200);
}

TapeEvent Generator::make_add(bool snapshot) {
  TapeEvent event;
  event.kind = TapeKind::add;
  event.order_id = next_id_++;
  event.side = random_.below(2) == 0 ? Side::bid : Side::ask;
  event.qty = draw_lots();
  // One order of four near the best price; the rest anywhere on the side.
  u64 depth = random_.below(options_.levels_a_side);
  if (!snapshot && random_.below(4) == 0) depth = random_.below(1 + random_.below(40));
  u64 price = event.side == Side::bid ? mid_ - 1 - depth : mid_ + 1 + depth;
  const std::optional<u64> opposite = book_.best(exchange::opposite(event.side));
  if (opposite.has_value() && book_.crosses(event.side, price)) {
    price = event.side == Side::bid ? *opposite - 1 : *opposite + 1;
  }
  event.price = std::max<u64>(price, 1);
  book_.place(event.order_id, 0, event.side, event.price, event.qty, NaiveBook::Rest::yes, 1,
              fills_);
  live_.push_back(event.order_id);
  return event;
}

// live_ is in no order; ids that were filled meanwhile are dropped when they are drawn.
void Generator::forget(u64 index) {
  live_[index] = live_.back();
  live_.pop_back();
}

TapeEvent Generator::make_cancel() {
  for (;;) {
    if (live_.empty()) return make_add(false);
    const u64 index = random_.below(live_.size());
    const NaiveBook::Resting* order = book_.find(live_[index]);
    if (order == nullptr) {
      forget(index);
      continue;
    }
    TapeEvent event;
    event.kind = TapeKind::remove;
    event.order_id = order->id;
    event.side = order->side;
    event.price = order->price;
    event.qty = order->lots;
    book_.cancel(event.order_id);
    forget(index);
    return event;
  }
}

TapeEvent Generator::make_reduce() {
  for (u32 tries = 0; tries < 16 && !live_.empty(); ++tries) {
    const u64 index = random_.below(live_.size());
    const NaiveBook::Resting* order = book_.find(live_[index]);
    if (order == nullptr) {
      forget(index);
      continue;
    }
    if (order->lots < 2) continue;
    TapeEvent event;
    event.kind = TapeKind::reduce;
    event.order_id = order->id;
    event.side = order->side;
    event.price = order->price;
    event.qty = 1 + random_.below(order->lots - 1);
    book_.reduce(event.order_id, order->lots - event.qty);
    return event;
  }
  return make_cancel();
}

TapeEvent Generator::make_ioc() {
  TapeEvent event;
  event.kind = TapeKind::ioc;
  event.order_id = next_id_++;
  event.side = random_.below(2) == 0 ? Side::bid : Side::ask;
  const std::optional<u64> best = book_.best(exchange::opposite(event.side));
  const u64 slip = random_.below(4);
  const u64 from = best.value_or(mid_);
  event.price = event.side == Side::bid ? from + slip : std::max<u64>(from, slip + 1) - slip;
  event.qty = draw_lots();
  book_.preview(event.side, event.price, event.qty, options_.max_fills, fills_);
  u64 traded = 0;
  for (const Fill& fill : fills_) traded += fill.lots;
  // One in sixteen asks for more than is there.
  const bool capped = fills_.size() == options_.max_fills;
  if (traded > 0 && (capped || random_.below(16) != 0)) event.qty = traded;
  book_.place(event.order_id, 0, event.side, event.price, event.qty, NaiveBook::Rest::no,
              options_.max_fills, fills_);
  for (const Fill& fill : fills_) {
    TapeEvent execution;
    execution.kind = TapeKind::execution;
    execution.order_id = fill.maker;
    execution.side = exchange::opposite(event.side);
    execution.price = fill.price;
    execution.qty = fill.lots;
    executions_.push_back(execution);
  }
  if (random_.below(8) == 0) mid_ += event.side == Side::bid ? 1 : ~u64{0};
  mid_ = std::clamp<u64>(mid_, u64{options_.levels_a_side} + 2,
                         0xffff'ffff - options_.levels_a_side - 2);
  return event;
}

TapeResult<bool> Generator::next(TapeEvent& out) {
  if (!executions_.empty()) {
    out = executions_.front();
    executions_.pop_front();
    out.ts_ns = now_ns_;
    out.line = ++line_;
    return true;
  }
  const u64 total = options_.events + options_.snapshot_orders;
  if (made_ == total) return false;
  const bool snapshot = made_ < options_.snapshot_orders;
  if (snapshot) {
    out = make_add(true);
  } else {
    now_ns_ = next_time();
    const u64 draw = random_.below(kAdds + kCancels + kReductions + kImmediates);
    const u64 live = book_.orders();
    // Adds and removals turn into each other at the bounds of the population.
    if (draw < kAdds + kCancels) {
      const bool add = draw < kAdds ? live < options_.max_live : live < options_.min_live;
      out = add ? make_add(false) : make_cancel();
    } else if (draw < kAdds + kCancels + kReductions) {
      out = make_reduce();
    } else {
      out = make_ioc();
    }
  }
  ++made_;
  out.ts_ns = now_ns_;
  out.line = ++line_;
  return true;
}

TapeOpener generated_tape(const GeneratorOptions& options) {
  return [options]() -> TapeResult<std::unique_ptr<TapeSource>> {
    return std::unique_ptr<TapeSource>(new Generator(options));
  };
}

}  // namespace gavel::replay
