#include "bench_flow.hpp"

#include <algorithm>

namespace gavel::apps {

namespace {

constexpr u32 kMidPrice = 100'000;
constexpr u64 kFunds = u64{1} << 36;
constexpr u32 kOracles = 3;

// A market of quarter-million-tick prices, twenty times leverage.
void describe_perpetual(stf::Message& m) {
  m.kind = static_cast<u8>(stf::MessageKind::create_perpetual);
  m.quote = 2;
  m.quote_per_tick_lot = 1;
  m.maker_fee_ppm = 100;
  m.taker_fee_ppm = 400;
  m.min_lots = 1;
  m.max_lots = 1'000'000;
  m.impact_lots = 1'000;
  m.max_position_lots = 100'000'000;
  m.max_price_ticks = 1'000'000;
  m.oracle_max_age_ms = 60'000;
  m.band_ppm = 24'000;
  m.liquidation_fee_ppm = 5'000;
  m.tier_count = 1;
  m.tiers[0] = {~u64{0}, 50'000};
}

}  // namespace

Address BenchFlow::owner(u32 account) const {
  if (!keys_.empty()) return key(account).address;
  Address out;
  for (u32 i = 0; i < 4; ++i) out.bytes[19 - i] = static_cast<u8>(account >> (8 * i));
  out.bytes[0] = 1;
  return out;
}

void BenchFlow::use_keys(const Hash32& seed, u32 keys) {
  keys_.clear();
  for (u32 i = 0; i < (keys == 0 ? accounts_ : keys); ++i)
    keys_.push_back(crypto::derive_keypair(seed, i));
}

std::vector<u8> BenchFlow::message(u64 i) const {
  stf::Message m;
  m.index = i + 1;
  if (i < 2) {
    m.kind = static_cast<u8>(stf::MessageKind::register_asset);
    m.asset = static_cast<u32>(i + 1);
    m.token.bytes[19] = static_cast<u8>(i + 1);
    m.l1_decimals = 18;
    m.decimals = 8;
  } else if (i == 2) {
    m.kind = static_cast<u8>(stf::MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 1;
    m.quote = 2;
    m.base_per_lot = 1;
    m.quote_per_tick_lot = 1;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 400;
    m.min_lots = 1;
    m.max_lots = 1'000'000;
  } else if (i == 3 + 2 * u64{accounts_}) {
    describe_perpetual(m);
  } else if (i > 3 + 2 * u64{accounts_}) {
    m.kind = static_cast<u8>(stf::MessageKind::set_oracle_set);
    m.oracle_quorum = 2;
    m.oracle_count = kOracles;
    for (u32 k = 0; k < kOracles; ++k) m.oracles[k] = k + 1;
  } else {
    const u32 account = static_cast<u32>((i - 3) / 2 + 1);
    const bool first = (i - 3) % 2 == 0;
    m.kind = static_cast<u8>(stf::MessageKind::deposit);
    m.asset = first ? 1 : 2;
    m.amount = kFunds;
    m.recipient = owner(account);
    m.account = first ? 0 : account;
  }
  std::vector<u8> bytes(stf::kMaxMessageBytes);
  bytes.resize(stf::encode_message(m, bytes));
  return bytes;
}

stf::Transaction BenchFlow::margin(u32 account, u64 now_ms) {
  stf::Transaction tx;
  tx.nonce = now_ms + ++made_ % 1'000'000;
  tx.action = stf::Action::margin;
  tx.account = account;
  tx.amount = kFunds / 2;
  return tx;
}

stf::Transaction BenchFlow::report(u64 now_ms) {
  stf::Transaction tx;
  tx.nonce = now_ms;  // an oracle sends nothing else
  tx.action = stf::Action::report_price;
  tx.account = ++reporter_;
  tx.market = 2;
  tx.time_ms = now_ms;
  tx.price_ticks = kMidPrice + static_cast<u32>(random_.below(10));
  if (reporter_ == kOracles) {
    reporter_ = 0;
    reported_ms_ = now_ms;
  }
  return tx;
}

stf::Transaction BenchFlow::next(u64 now_ms) {
  if (perpetuals_ && reported_ms_ != now_ms) return report(now_ms);
  constexpr u64 kPlace = 200;
  constexpr u64 kCancel = 230;
  constexpr u64 kIoc = 20;
  stf::Transaction tx;
  // Consecutive numbers near the time: fresh for every account, and inside the window's front.
  tx.nonce = now_ms + ++made_ % 1'000'000;
  const u64 kind = random_.below(kPlace + kCancel + kIoc);
  if (kind < kCancel && live_.size() > kLiveOrders) {
    tx.action = stf::Action::cancel;
    tx.account = live_.front().account;
    tx.order_id = live_.front().order_id;
    live_.pop_front();
    return tx;
  }
  tx.action = stf::Action::place;
  const u32 oracles = perpetuals_ ? kOracles : 0;
  tx.account = static_cast<u32>(1 + oracles + random_.below(accounts_ - oracles));
  tx.market = perpetuals_ ? static_cast<u32>(1 + random_.below(2)) : 1;
  tx.side = static_cast<u8>(random_.below(2));
  const bool crosses = kind >= kCancel + kPlace;
  tx.type = static_cast<u8>(crosses ? stf::OrderType::ioc : stf::OrderType::gtc);
  tx.lots = 1 + random_.below(100);
  // Makers lean away from the middle, so that most rest.
  const u32 away = static_cast<u32>(std::min(random_.below(kLevels), random_.below(kLevels)));
  const bool up = (tx.side == 1) != crosses;
  tx.price_ticks = up ? kMidPrice + 1 + away : kMidPrice - away;
  return tx;
}

Distribution::Distribution(std::vector<double> samples) : samples_(std::move(samples)) {
  std::sort(samples_.begin(), samples_.end());
}

double Distribution::quantile(double q) const {
  if (samples_.empty()) return 0;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(samples_.size() - 1) + 0.5);
  return samples_[std::min(at, samples_.size() - 1)];
}

}  // namespace gavel::apps
