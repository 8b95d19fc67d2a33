#include <algorithm>

#include "model/model.hpp"

namespace gavel::model {
namespace {

constexpr u64 kMostLots = (u64{1} << 40) - 1;
constexpr Wide kU64End = Wide(1) << 64;

bool size_is_bad(const Market& m, u64 lots) {
  return lots == 0 || lots < m.min_lots || lots > m.max_lots || lots > kMostLots;
}
bool rests(u8 type) { return type == kGtc || type == kPostOnly; }

}  // namespace

// The account's list: without client id newest first, then by client id.
std::vector<u32> Model::account_orders(u32 account) const {
  const Account& a = accounts_.at(account);
  std::vector<u32> out = a.orders;
  for (const auto& [id, slot] : a.named) out.push_back(slot);
  return out;
}

u32 Model::find_order(u32 account, u64 order_id) const {
  for (const u32 slot : account_orders(account)) {
    if (this->order_id(slot) == order_id) return slot;
  }
  return 0;
}

u32 Model::named_order(const Request& r) const {
  const auto& named = accounts_.at(r.account).named;
  const auto found = named.find(r.client_id);
  return found == named.end() ? 0 : found->second;
}

// What `lots` of a resting order had reserved, or counted in open_lots.
void Model::release(const Order& order, u64 lots) {
  Account& account = accounts_.at(order.account);
  const Market& m = markets_.at(order.market);
  if (m.kind == kPerpetual) {
    Position& p = account.positions.at(order.market);
    p.open_lots[order.side] -= lots;
    if (p.size == 0 && p.open_lots[0] == 0 && p.open_lots[1] == 0) {
      account.positions.erase(order.market);
    }
    return;
  }
  const Wide amount = order.side == kBid ? Wide(lots) * order.price * m.quote_per_tick_lot
                                         : Wide(lots) * m.base_per_lot;
  Balance& balance = account.balances.at(order.side == kBid ? m.quote : m.base);
  balance.reserved = narrow<u64>(Wide(balance.reserved) - amount);
}

void Model::remove_order(u32 slot) {
  const Order order = orders_.at(slot);
  release(order, order.lots);
  Account& account = accounts_.at(order.account);
  std::erase(account.orders, slot);
  if (order.has_client_id) account.named.erase(order.client_id);
  auto& side = markets_.at(order.market).book[order.side];
  Level& level = side.at(order.price);
  std::erase(level.orders, slot);
  if (level.orders.empty()) {
    level_slots_.freed.push_back(level.slot);
    side.erase(order.price);
  }
  orders_.erase(slot);
  ++generation_.at(slot);
  order_slots_.freed.push_back(slot);
}

void Model::reduce_order(u32 slot, u64 lots) {
  Order& order = orders_.at(slot);
  if (lots == order.lots) return remove_order(slot);
  release(order, lots);
  order.lots -= lots;
}

// Puts the order at the end of its level.
u32 Model::rest(const Taker& t) {
  Market& m = markets_.at(t.market);
  Account& account = accounts_.at(t.account);
  const u32 slot = order_slots_.take();
  generation_.try_emplace(slot, 0);
  Level& level = m.book[t.side][t.price];
  if (level.slot == 0) level.slot = level_slots_.take();
  level.orders.push_back(slot);
  orders_[slot] = {t.account,           t.market,      t.side,  t.has_client_id, t.stp,
                   t.type == kPostOnly, t.reduce_only, t.price, t.lots,          t.client_id};
  if (t.has_client_id) {
    account.named[t.client_id] = slot;
  } else {
    account.orders.insert(account.orders.begin(), slot);
  }
  if (m.kind == kPerpetual) {
    account.positions[t.market].open_lots[t.side] += t.lots;
    return slot;
  }
  const Wide amount = t.side == kBid ? Wide(t.lots) * t.price * m.quote_per_tick_lot
                                     : Wide(t.lots) * m.base_per_lot;
  Balance& balance = account.balances.at(t.side == kBid ? m.quote : m.base);
  balance.reserved = narrow<u64>(Wide(balance.reserved) + amount);
  return slot;
}

Code Model::check_spot(const Taker& t, bool as_modify, bool level_free) const {
  const Market& m = markets_.at(t.market);
  if (m.status != kActive) return Code::market_not_active;
  if (t.reduce_only) return Code::bad_parameter;
  if (t.price == 0) return Code::bad_price;
  if (size_is_bad(m, t.lots)) return Code::bad_size;
  const Wide quote_each = Wide(t.price) * m.quote_per_tick_lot;  // below 2^96
  const Wide base = Wide(t.lots) * m.base_per_lot;
  if (quote_each >= kU64End || quote_each * t.lots >= kU64End || base >= kU64End) {
    return Code::notional_overflow;
  }
  const Account& account = accounts_.at(t.account);
  if (!as_modify && rests(t.type)) {
    if (t.has_client_id && account.named.contains(t.client_id)) return Code::client_id_in_use;
    if (account.open_orders() >= config_.max_orders_per_account) return Code::too_many_orders;
    if (!order_slots_.has_room()) return Code::book_full;
  }
  if (rests(t.type) && !level_free) return Code::book_full;
  const Wide needed = t.side == kBid ? quote_each * t.lots : base;
  const u32 pays = t.side == kBid ? m.quote : m.base;
  const u32 gets = t.side == kBid ? m.base : m.quote;
  if (available(t.account, pays) < needed) return Code::insufficient_balance;
  if (!may_hold(t.account, gets, config_.max_balances_per_account)) return Code::balance_list_full;
  if (t.type == kPostOnly && crosses(t)) return Code::would_cross;
  return Code::ok;
}

// The last check before matching: the account can carry the order.
Code Model::check_margin(const Taker& t) const {
  const Market& m = markets_.at(t.market);
  const Account& account = accounts_.at(t.account);
  const auto entry = account.positions.find(t.market);
  const i64 size = entry == account.positions.end() ? 0 : entry->second.size;
  const u64 lots_held = static_cast<u64>(size < 0 ? -size : size);
  const bool against = t.side == kBid ? size < 0 : size > 0;
  const Wide mark = m.mark_price;
  static constexpr Wide kMostCollateral = Wide(1) << 60;
  if (account.collateral > kMostCollateral || account.collateral < -kMostCollateral) {
    note("taker beyond the most collateral");
    return Code::insufficient_margin;
  }
  const Wide n = t.lots, p = t.price, q = m.quote_per_tick_lot;
  const Wide loss = n * q * std::max<Wide>(t.side == kBid ? p - mark : mark - p, 0);
  const Wide fee = round_up(n * q * std::max(p, mark) * m.taker_fee_ppm, 1'000'000);
  bool passes = false;
  if (!t.reduce_only) {
    Account opened = account;
    opened.positions[t.market].open_lots[t.side] += t.lots;
    const Health h = health(opened);
    passes = h.equity - loss - fee >= h.initial;
  }
  const bool closes = against && t.lots <= lots_held;
  if (!passes && closes && (t.reduce_only || !rests(t.type))) {
    // Asked for the smaller position; its gains stay those of the whole.
    Account reduced = account;
    i64& left = reduced.positions.at(t.market).size;
    left += left > 0 ? -static_cast<i64>(t.lots) : static_cast<i64>(t.lots);
    passes = health(account).equity - loss - fee >= health(reduced).maintenance;
  }
  return passes ? Code::ok : Code::insufficient_margin;
}

// Cuts a reduce-only order's lots.
Code Model::check_perpetual(Taker& t, bool as_modify, bool level_free) const {
  const Market& m = markets_.at(t.market);
  if (m.status != kActive && !t.reduce_only) return Code::market_not_active;
  if (is_stale(m)) return Code::oracle_stale;
  if (t.price == 0 || t.price > m.max_price_ticks) return Code::bad_price;
  if (size_is_bad(m, t.lots)) return Code::bad_size;
  const Wide mark = m.mark_price;
  const Wide d = mark * m.band_ppm / 1'000'000;
  if (t.side == kBid ? t.price > mark + d : t.price < mark - d) return Code::price_out_of_band;

  const Account& account = accounts_.at(t.account);
  const auto entry = account.positions.find(t.market);
  const i64 size = entry == account.positions.end() ? 0 : entry->second.size;
  const u64 lots_held = static_cast<u64>(size < 0 ? -size : size);
  const bool against = t.side == kBid ? size < 0 : size > 0;
  if (t.reduce_only) {
    if (!against) return Code::would_increase;
    u64 most = lots_held;
    if (rests(t.type)) most -= std::min(most, entry->second.open_lots[t.side]);
    if (most == 0) {
      note("reduce-only order beside enough others");
      return Code::would_increase;
    }
    if (most < t.lots) note("reduce-only order cut");
    t.lots = std::min(t.lots, most);
  }
  if (!as_modify && rests(t.type)) {
    if (t.has_client_id && account.named.contains(t.client_id)) return Code::client_id_in_use;
    if (account.open_orders() >= config_.max_orders_per_account) return Code::too_many_orders;
    if (!order_slots_.has_room()) return Code::book_full;
  }
  if (rests(t.type) && !level_free) return Code::book_full;

  static constexpr std::size_t kMostPositions = 32;
  if (!t.reduce_only) {
    if (entry == account.positions.end() && account.positions.size() >= kMostPositions) {
      return Code::too_many_positions;
    }
    Position with = entry == account.positions.end() ? Position{} : entry->second;
    with.open_lots[t.side] += t.lots;
    if (exposure(with) > m.max_position_lots) {
      return Code::position_limit;
    }
  }

  if (const Code code = check_margin(t); code != Code::ok) return code;
  return t.type == kPostOnly && crosses(t) ? Code::would_cross : Code::ok;
}

Code Model::check_place(Taker& t, bool as_modify, bool level_free) const {
  return markets_.at(t.market).kind == kPerpetual ? check_perpetual(t, as_modify, level_free)
                                                  : check_spot(t, as_modify, level_free);
}

// Fills what crosses and rests what is left.
Receipt Model::run(Taker t) {
  Market& m = markets_.at(t.market);
  if (m.kind == kPerpetual) accrue(m);
  Receipt out;
  match(t, out);
  if (t.lots != 0 && rests(t.type)) {
    out.resting = t.lots;
    out.order_id = order_id(rest(t));
  }
  return out;
}

Receipt Model::place(const Request& r) {
  if (!markets_.contains(r.market)) return {Code::unknown_market};
  Taker t{r.account, r.market, r.side,          r.price,    r.lots,
          r.type,    r.stp,    r.has_client_id, r.client_id};
  t.reduce_only = r.action == Do::place_reduce_only;
  const Code code = check_place(t, false, level_slots_.has_room());
  return code == Code::ok ? run(t) : Receipt{code};
}

Receipt Model::cancel(const Request& r) {
  const bool by_id = r.action == Do::cancel;
  const u32 slot = by_id ? find_order(r.account, r.order_id) : named_order(r);
  if (slot == 0) return {by_id ? Code::unknown_order : Code::unknown_client_id};
  Receipt out;
  out.order_id = order_id(slot);
  out.value = orders_.at(slot).lots;
  remove_order(slot);
  return out;
}

Receipt Model::cancel_all(u32 account, u32 market) {
  if (market != 0 && !markets_.contains(market)) return {Code::unknown_market};
  Receipt out;
  for (const u32 slot : account_orders(account)) {
    if (market != 0 && orders_.at(slot).market != market) continue;
    remove_order(slot);
    ++out.value;
  }
  return out;
}

Receipt Model::modify(const Request& r) {
  const u32 slot = r.order_id != 0 ? find_order(r.account, r.order_id) : named_order(r);
  if (slot == 0) return {r.order_id != 0 ? Code::unknown_order : Code::unknown_client_id};
  const Order old = orders_.at(slot);
  Taker t{
      r.account, old.market,        old.side,     r.price, r.lots, old.post_only ? kPostOnly : kGtc,
      old.stp,   old.has_client_id, old.client_id};
  t.reduce_only = old.reduce_only;
  const Market& m = markets_.at(old.market);

  if (r.price == old.price && r.lots <= old.lots) {
    const bool closes = m.kind == kPerpetual && t.reduce_only;
    if (m.status != kActive && !closes) return {Code::market_not_active};
    if (m.kind == kPerpetual && is_stale(m)) return {Code::oracle_stale};
    if (size_is_bad(m, r.lots)) return {Code::bad_size};
    note("modified in place");
    Receipt out;
    out.order_id = order_id(slot);
    out.resting = r.lots;
    reduce_order(slot, old.lots - r.lots);
    return out;
  }
  // Tried without the old order; put back whole if that is rejected.
  const Model before = *this;
  const bool level_free = level_slots_.has_room();
  remove_order(slot);
  const Code code = check_place(t, true, level_free);
  if (code != Code::ok) {
    *this = before;
    return {code};
  }
  note("modified anew");
  return run(t);
}

}  // namespace gavel::model
