#include <algorithm>

#include "model/model.hpp"

namespace gavel::model {
namespace {

constexpr u64 kHourMs = 3'600'000;
constexpr Wide kEmaWindow = 150'000;
constexpr Wide kInterest = 100'000;
constexpr Wide kInterestClamp = 500'000;
constexpr Wide kFundingCap = 40'000'000;
constexpr u64 kReportAhead = 2'000;
constexpr std::size_t kImpactLevels = 8;
constexpr u64 kSampleEvery = 5'000;
constexpr Wide kSampleCap = 100'000'000;
constexpr Wide kMicro = 1'000'000;

// Nothing if the side's best levels hold too little.
std::optional<Wide> impact_price(const Market& m, const std::map<u32, Order>& orders, u8 side) {
  Wide left = m.impact_lots, sum = 0;
  std::vector<u32> prices = m.prices(side);
  if (prices.size() > kImpactLevels) prices.resize(kImpactLevels);
  for (const u32 price : prices) {
    for (const u32 slot : m.book[side].at(price).orders) {
      const Wide taken = std::min<Wide>(left, orders.at(slot).lots);
      sum += taken * price;
      left -= taken;
    }
  }
  if (left != 0) return std::nullopt;
  return side == kBid ? round_down(sum, m.impact_lots) : round_up(sum, m.impact_lots);
}

}  // namespace

Wide index_limit(const Market& m) {
  return std::min((Wide(1) << 54) / m.max_position_lots * kMicro, Wide(1) << 61);
}

bool Model::is_stale(const Market& m) const {
  return m.index_price == 0 || Wide(m.index_time_ms) + m.oracle_max_age_ms < Wide(now_);
}

void Model::accrue(Market& m) const {
  const u64 hour = now_ / kHourMs;
  if (hour <= m.funding_hour) return;
  if (m.premium_count > 0) {
    const Wide average = Wide(m.premium_sum) / m.premium_count;
    const Wide rate = average + std::clamp(kInterest - average, -kInterestClamp, kInterestClamp);
    const Wide hourly = std::clamp(rate / 8, -kFundingCap, kFundingCap);
    const Wide f = hourly * m.index_price * Wide(m.quote_per_tick_lot) / 1'000;
    const Wide limit = index_limit(m);
    const Wide longs = m.paid_index[0] + f, shorts = m.paid_index[1] - f;
    const auto within = [&](Wide index) { return index >= -limit && index <= limit; };
    if (within(longs) && within(shorts)) {
      m.paid_index = {narrow<i64>(longs), narrow<i64>(shorts)};
      if (f != 0) note(f > 0 ? "funding paid by longs" : "funding paid by shorts");
    } else {
      note("funding beyond the index limit");
    }
  }
  m.premium_sum = 0;
  m.premium_count = 0;
  m.funding_hour = static_cast<u32>(hour);
}

void Model::settle(Market& m, Account& account, Position& p) {
  const i64 index = m.paid_index[p.size > 0 ? 0 : 1];
  const Wide held = p.size < 0 ? -Wide(p.size) : Wide(p.size);
  const Wide owed = round_up(held * (Wide(index) - p.paid_index), kMicro);
  account.collateral = narrow<i64>(account.collateral - owed);
  m.pool = narrow<i64>(m.pool + owed);
  p.paid_index = index;
}

// "Mark price", then a premium sample ("Funding"), from the index price.
void Model::set_mark(Market& m) const {
  const Wide o = m.index_price;
  const auto ib = impact_price(m, orders_, kBid), ia = impact_price(m, orders_, kAsk);
  const bool both = ib && ia;
  const Wide target = both ? (*ib + *ia) * 128 - o * 256 : 0;
  const Wide elapsed = std::min(Wide(now_) - Wide(m.basis_time_ms), kEmaWindow);
  m.basis_ema = narrow<i64>(m.basis_ema + (target - m.basis_ema) * elapsed / kEmaWindow);
  m.basis_time_ms = now_;

  std::array<Wide, 3> candidates{o, o + round_down(m.basis_ema, 256), o};
  if (both) {
    candidates[2] = m.last_price == 0 ? (*ib + *ia) / 2 : std::clamp<Wide>(m.last_price, *ib, *ia);
  }
  std::sort(candidates.begin(), candidates.end());
  const Wide d = o * m.band_ppm / 1'000'000;
  const Wide banded = std::clamp(candidates[1], o - d, o + d);
  m.mark_price = narrow<u32>(std::clamp<Wide>(banded, 1, m.max_price_ticks));

  if (now_ < m.sampled_ms + kSampleEvery) return;
  Wide premium = 0;
  if (both) {
    premium = (std::max<Wide>(*ib - o, 0) - std::max<Wide>(o - *ia, 0)) * 1'000'000'000 / o;
  }
  m.premium_sum = narrow<i64>(m.premium_sum + std::clamp(premium, -kSampleCap, kSampleCap));
  ++m.premium_count;
  m.sampled_ms = now_;
}

Receipt Model::report_price(const Request& r) {
  const auto found = markets_.find(r.market);
  if (found == markets_.end()) return {Code::unknown_market};
  Market& m = found->second;
  if (m.kind != kPerpetual) return {Code::not_allowed};
  const auto& oracles = global_.oracles;
  const auto member = std::find(oracles.begin(), oracles.end(), r.account);
  if (member == oracles.end()) return {Code::not_oracle};
  if (r.price == 0 || r.price > m.max_price_ticks) return {Code::bad_price};
  Report& place = m.reports[static_cast<std::size_t>(member - oracles.begin())];
  const u64 last = place.account == r.account ? place.time_ms : 0;
  const Wide time = r.time_ms;
  if (time <= last || time > Wide(now_) + kReportAhead || time + m.oracle_max_age_ms < Wide(now_)) {
    return {Code::stale_report};
  }
  accrue(m);
  place = {r.account, r.price, r.time_ms};

  std::vector<u32> prices;
  std::vector<u64> times;
  for (std::size_t i = 0; i < oracles.size(); ++i) {
    const Report& report = m.reports[i];
    const bool fresh = Wide(report.time_ms) + m.oracle_max_age_ms >= Wide(now_);
    if (report.account != oracles[i] || !fresh) continue;
    prices.push_back(report.price_ticks);
    times.push_back(report.time_ms);
  }
  if (prices.size() >= global_.quorum) {
    std::sort(prices.begin(), prices.end());
    std::sort(times.rbegin(), times.rend());
    m.index_price = prices[(prices.size() - 1) / 2];
    m.index_time_ms = times[global_.quorum - 1];
    set_mark(m);
  }
  Receipt out;
  out.value = m.index_price;
  out.resting = m.mark_price;
  return out;
}

}  // namespace gavel::model
