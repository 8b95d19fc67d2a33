#include "replay/tape_survey.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>
#include <unordered_map>

namespace gavel::replay {
namespace {

using exchange::kMaxLots;

constexpr u64 kMaxTicks = 0xffff'ffff;
// Of a hundred added orders, so many must have a number higher than all before.
constexpr u64 kRisingPercent = 95;

bool has_price(TapeKind kind) {
  return kind != TapeKind::hidden && kind != TapeKind::cross && kind != TapeKind::halt;
}

// The most events in any window of a fixed length; times may run backwards a little.
class Busiest {
 public:
  explicit Busiest(u64 window_ns) : window_ns_(window_ns) {}
  void add(u64 ts_ns) {
    const u64 bucket = ts_ns / window_ns_;
    if (bucket != bucket_) count_ = 0;
    bucket_ = bucket;
    most_ = std::max(most_, ++count_);
  }
  u64 most() const { return most_; }

 private:
  u64 window_ns_;
  u64 bucket_ = 0;
  u64 count_ = 0;
  u64 most_ = 0;
};

class Surveyor {
 public:
  Surveyor(TapeFormat format, TapeScale fixed) : format_(format), fixed_(fixed) {}

  // Nothing, or what is wrong with the event.
  std::string take(const TapeEvent& event) {
    TapeSurvey& s = survey_;
    if (s.rows == 0) s.first_ts_ns = event.ts_ns;
    ++s.rows;
    ++s.by_kind[static_cast<u32>(event.kind)];
    s.first_ts_ns = std::min(s.first_ts_ns, event.ts_ns);
    s.last_ts_ns = std::max(s.last_ts_ns, event.ts_ns);
    tenth_.add(event.ts_ns);
    second_.add(event.ts_ns);
    if (event.kind == TapeKind::ioc) s.has_ioc = true;
    if (event.kind == TapeKind::remaining) s.has_remaining = true;
    if (!has_price(event.kind)) return {};
    tick_ = std::gcd(tick_, event.price);
    lot_ = std::gcd(lot_, event.qty);
    s.max_price = std::max(s.max_price, event.price);
    s.max_qty = std::max(s.max_qty, event.qty);
    if (fixed_.tick != 0 && event.price % fixed_.tick != 0)
      return "the price is not a multiple of the tick";
    if (fixed_.lot != 0 && event.qty % fixed_.lot != 0)
      return "the size is not a multiple of the lot";
    if (event.kind != TapeKind::ioc) track(event);
    if (orders_.size() > kMaxTapeOrders) return "the tape names too many orders";
    return {};
  }

  TapeSurvey finish() {
    TapeSurvey& s = survey_;
    s.scale.tick = fixed_.tick != 0 ? fixed_.tick : std::max<u64>(tick_, 1);
    s.scale.lot = fixed_.lot != 0 ? fixed_.lot : std::max<u64>(lot_, 1);
    s.busiest_100ms = tenth_.most();
    s.busiest_second = second_.most();
    const u64 adds = s.count(TapeKind::add);
    s.ids_rise = adds > 0 && rising_ * 100 >= adds * kRisingPercent;
    if (s.ids_rise && format_ == TapeFormat::lobster && !s.has_ioc && !s.has_remaining) {
      for (const auto& [id, order] : older_) s.older.push_back(order);
    }
    return std::move(s);
  }

 private:
  void track(const TapeEvent& event) {
    const auto [found, fresh] = orders_.try_emplace(event.order_id, State{0, false});
    State& order = found->second;
    if (event.kind == TapeKind::add) {
      if (event.order_id > highest_) {
        highest_ = event.order_id;
        ++rising_;
      } else if (fresh) {
        older_[event.order_id] = {event.order_id, event.price, event.qty, event.side};
      }
      if (order.lots == 0) live(+1);
      order = {event.qty, true};
      return;
    }
    if (!order.added) {
      ++survey_.rows_naming_older_orders;
      OlderOrder& older = older_[event.order_id];
      older = {event.order_id, event.price, older.qty + event.qty, event.side};
      if (older.qty > kMaxLots) older.qty = kMaxLots;
      return;
    }
    const u64 before = order.lots;
    if (event.kind == TapeKind::remove)
      order.lots = 0;
    else if (event.kind == TapeKind::remaining)
      order.lots = event.qty;
    else
      order.lots -= std::min(order.lots, event.qty);
    if (before != 0 && order.lots == 0)
      live(-1);
    else if (before == 0 && order.lots != 0)
      live(+1);
  }
  void live(i64 change) {
    live_ += static_cast<u64>(change);
    survey_.max_live_orders = std::max(survey_.max_live_orders, live_);
  }

  struct State {
    u64 lots;
    bool added;
  };
  TapeFormat format_;
  TapeScale fixed_;
  TapeSurvey survey_;
  Busiest tenth_{100'000'000};
  Busiest second_{1'000'000'000};
  std::unordered_map<u64, State> orders_;
  std::map<u64, OlderOrder> older_;
  u64 highest_ = 0;
  u64 rising_ = 0;
  u64 live_ = 0;
  u64 tick_ = 0;
  u64 lot_ = 0;
};

}  // namespace

TapeResult<TapeSurvey> survey_tape(TapeSource& tape, TapeFormat format, TapeScale fixed) {
  Surveyor surveyor(format, fixed);
  TapeEvent event;
  while (GAVEL_TRY(tape.next(event))) {
    std::string wrong = surveyor.take(event);
    if (!wrong.empty()) return TapeError{"tape", event.line, 0, std::move(wrong)};
  }
  TapeSurvey survey = surveyor.finish();
  if (survey.rows == 0) return TapeError{"tape", 0, 0, "the tape holds no event"};
  if (survey.max_price / survey.scale.tick > kMaxTicks) {
    return TapeError{"tape", 0, 0,
                     "prices up to " + std::to_string(survey.max_price) + " in ticks of " +
                         std::to_string(survey.scale.tick) + " exceed 2^32 - 1 ticks"};
  }
  if (survey.max_qty / survey.scale.lot > kMaxLots) {
    return TapeError{"tape", 0, 0,
                     "sizes up to " + std::to_string(survey.max_qty) + " in lots of " +
                         std::to_string(survey.scale.lot) + " exceed 2^40 - 1 lots"};
  }
  return survey;
}

}  // namespace gavel::replay
