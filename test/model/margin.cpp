#include <algorithm>

#include "model/model.hpp"

namespace gavel::model {
namespace {

constexpr Wide kMicro = 1'000'000;
constexpr i64 kMostCollateral = i64{1} << 60;

u64 magnitude(i64 size) { return static_cast<u64>(size < 0 ? -size : size); }

bool has_lots(const Account& account) {
  return std::any_of(account.positions.begin(), account.positions.end(),
                     [](const auto& entry) { return entry.second.size != 0; });
}

// mark -+ d on the side against a position, within the market's prices.
u32 closing_price(const Market& m, bool sells) {
  const Wide mark = m.mark_price;
  const Wide d = mark * m.band_ppm / kMicro;
  return narrow<u32>(std::clamp<Wide>(sells ? mark - d : mark + d, 1, m.max_price_ticks));
}

}  // namespace

Wide exposure(const Position& p) {
  const Wide up = std::max<Wide>(p.size, 0) + p.open_lots[kBid];
  const Wide down = std::max<Wide>(-Wide(p.size), 0) + p.open_lots[kAsk];
  return std::max(up, down);
}

Wide initial_margin(const Market& m, Wide value) {
  Wide sum = 0, from = 0;
  for (u8 i = 0; i < m.tier_count; ++i) {
    const Tier& tier = m.tiers[i];
    const Wide inside = std::min<Wide>(value, tier.up_to) - from;
    if (inside <= 0) break;
    sum += round_up(inside * tier.initial_ppm, kMicro);
    from = tier.up_to;
  }
  return sum;
}

// What lots that rest may lose, filled at the band's edge as a maker.
Wide slip(const Market& m, Wide lots) {
  const Wide mark = m.mark_price;
  const Wide d = mark * m.band_ppm / kMicro;
  const Wide value = (mark + d) * lots * m.quote_per_tick_lot;
  return d * lots * m.quote_per_tick_lot + round_up(value * m.maker_fee_ppm, kMicro);
}

Model::Health Model::health(u32 account) const { return health(accounts_.at(account)); }

Model::Health Model::health(const Account& account) const {
  Health h;
  h.equity = account.collateral;
  for (const auto& [index, p] : account.positions) {
    Market m = markets_.at(index);  // a copy: its indexes at now
    accrue(m);
    const Wide each = Wide(m.mark_price) * m.quote_per_tick_lot;
    const Wide held = magnitude(p.size);
    Wide gain = 0;
    if (p.size > 0) gain += each * held - p.entry_quote;
    if (p.size < 0) gain += p.entry_quote - each * held;
    if (p.size != 0) {
      const Wide moved = Wide(m.paid_index[p.size > 0 ? 0 : 1]) - p.paid_index;
      gain -= round_up(held * moved, kMicro);
    }
    h.equity += gain;
    const Wide initial = initial_margin(m, each * exposure(p));
    if (is_stale(m)) {
      note("stale market in a margin");
      h.initial += each * exposure(p) + std::max<Wide>(gain, 0);
    } else {
      h.initial += initial;
    }
    h.maintenance += round_up(initial, 2) + slip(m, exposure(p) - held);
    h.of_positions += round_up(initial_margin(m, each * held), 2);
  }
  return h;
}

Receipt Model::margin(u32 index, u8 kind, u64 amount, bool checks_kind) {
  if (checks_kind && kind > 2) return {Code::bad_parameter};
  if (amount == 0) return {Code::bad_amount};
  const u32 asset = global_.collateral_asset;
  if (asset == 0) return {Code::unknown_asset};
  Account& account = accounts_.at(index);
  Receipt out;
  out.value = amount;
  if (kind == 1) {
    const Health h = health(account);
    const bool covered = Wide(amount) <= Wide(account.collateral) && amount <= global_.vault &&
                         h.equity - amount >= h.initial;
    if (!covered) return {Code::insufficient_margin};
    if (!may_hold(index, asset, config_.max_balances_per_account)) {
      return {Code::balance_list_full};
    }
    account.collateral -= static_cast<i64>(amount);
    global_.vault -= amount;
    credit(index, asset, amount);
    return out;
  }
  if (available(index, asset) < amount) return {Code::insufficient_balance};
  if (kind == 0) {
    if (Wide(account.collateral) + amount > kMostCollateral) return {Code::bad_amount};
    account.collateral += static_cast<i64>(amount);
  } else {
    global_.insurance += amount;
  }
  debit(index, asset, amount);
  global_.vault += amount;
  return out;
}

u64 Model::all_that_may_leave(u32 index) const {
  const Health h = health(index);
  const Wide most = std::min<Wide>(accounts_.at(index).collateral, global_.vault);
  return narrow<u64>(std::max<Wide>(std::min(most, h.equity - h.initial), 0));
}

Receipt Model::liquidate(u32 /*keeper*/, u32 index, u32 market) {
  const auto found = markets_.find(market);
  if (found == markets_.end()) return {Code::unknown_market};
  Market& m = found->second;
  if (m.kind != kPerpetual) return {Code::not_allowed};
  if (!accounts_.contains(index)) return {Code::unknown_account};
  Account& target = accounts_.at(index);
  const Health h = health(target);
  if (is_stale(m)) return {Code::oracle_stale};
  const auto entry = target.positions.find(market);
  const bool known = entry != target.positions.end();
  const i64 size = known ? entry->second.size : 0;
  const i64 before = target.collateral;
  if (!known && (has_lots(target) || before >= 0)) return {Code::no_position};
  if (h.equity >= h.maintenance) return {Code::not_liquidatable};

  accrue(m);
  for (const u32 slot : account_orders(index)) {
    if (markets_.at(orders_.at(slot).market).kind == kPerpetual) remove_order(slot);
  }
  const u64 held = magnitude(size);
  Taker t{index, market, size > 0 ? kAsk : kBid};
  t.price = closing_price(m, size > 0);
  if (h.equity >= h.of_positions) {
    note("liquidation of orders alone");
    t.lots = 0;
  } else if (h.equity < 0) {
    t.lots = held;
  } else {
    t.lots = std::min(held, std::max(m.impact_lots, (held + 4) / 5));
  }
  t.type = kIoc;
  t.reduce_only = true;
  t.takes_fee = false;
  Receipt out;
  match(t, out);
  const Wide fee = std::min(round_up(Wide(out.value) * m.liquidation_fee_ppm, kMicro),
                            std::max<Wide>(target.collateral, 0));
  target.collateral = narrow<i64>(target.collateral - fee);
  global_.insurance += narrow<u64>(fee);
  cover_deficit(target, m, size > 0 ? kAsk : kBid, before, out);
  out.order_id = index;
  if (size == 0) note("liquidation without lots");
  note(out.filled == 0 ? "liquidation without a fill"
       : size > 0      ? "long liquidated"
                       : "short liquidated");
  if (fee != 0) note("liquidation fee");
  return out;
}

// Step 4. `winners`: the side opposite to the liquidated position (0 long, 1 short); `before`: the
// target's collateral when the liquidation began.
void Model::cover_deficit(Account& target, Market& m, u8 winners, i64 before, Receipt& out) {
  if (has_lots(target) || target.collateral >= 0) return;
  const Wide lost = std::max<Wide>(Wide(before) - target.collateral, 0);
  const u64 deficit = magnitude(target.collateral);
  const u64 insured = std::min(deficit, global_.insurance);
  target.collateral += static_cast<i64>(insured);
  global_.insurance -= insured;
  out.resting = insured;
  if (insured != 0) note("insured loss");
  if (deficit == insured) return;
  if (m.open_interest == 0) return note("debt that nobody shares");
  const Wide d = Wide(m.mark_price) * m.band_ppm / kMicro;
  const Wide most = d * m.quote_per_tick_lot * m.open_interest;
  const u64 rest = narrow<u64>(std::min({Wide(deficit - insured), lost, most}));
  if (rest == 0) return note("debt that nobody lost now");
  if (rest == lost && rest < deficit - insured) note("shared loss as large as what was lost");
  if (rest == most && rest < deficit - insured) note("shared loss as large as the band");
  const Wide g = round_up(Wide(rest) * kMicro, m.open_interest);
  const Wide index = m.paid_index[winners] + g;
  if (index > index_limit(m) || index < -index_limit(m)) return note("debt beyond the index limit");
  m.paid_index[winners] = narrow<i64>(index);
  target.collateral += static_cast<i64>(rest);
  m.pool = narrow<i64>(Wide(m.pool) - rest);
  out.resting += rest;
  note("shared loss");
}

Receipt Model::forced_close(u32 index, u32 market) {
  const auto found = markets_.find(market);
  if (found == markets_.end()) return {Code::unknown_market};
  Market& m = found->second;
  if (m.kind != kPerpetual) return {Code::no_position};
  if (is_stale(m)) return {Code::oracle_stale};
  const auto& positions = accounts_.at(index).positions;
  const auto entry = positions.find(market);
  const i64 size = entry == positions.end() ? 0 : entry->second.size;
  if (size == 0) return {Code::no_position};
  Taker t{index, market, size > 0 ? kAsk : kBid};
  t.price = closing_price(m, size > 0);
  t.lots = magnitude(size);
  t.type = kIoc;
  t.reduce_only = true;
  Code code = check_margin(t);
  if (code != Code::ok) {
    t.price = m.mark_price;
    code = check_margin(t);
    if (code == Code::ok) note("forced close at the mark price");
  }
  return code == Code::ok ? run(t) : Receipt{code};
}

}  // namespace gavel::model
