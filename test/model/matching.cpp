#include <algorithm>

#include "model/model.hpp"

namespace gavel::model {
namespace {

constexpr Wide kMillion = 1'000'000;

u64 fee_of(u64 amount, u32 ppm) { return narrow<u64>(round_up(Wide(amount) * ppm, kMillion)); }

}  // namespace

Wide round_down(Wide a, Wide b) {
  const Wide q = a / b;
  return q * b != a && (a < 0) != (b < 0) ? q - 1 : q;
}
Wide round_up(Wide a, Wide b) { return -round_down(-a, b); }

bool Model::crosses(const Taker& t) const {
  const auto prices = markets_.at(t.market).prices(t.side == kBid ? kAsk : kBid);
  if (prices.empty()) return false;
  return t.side == kBid ? prices.front() <= t.price : prices.front() >= t.price;
}

bool Model::maker_may_fill(const Order& maker) const {
  const Market& m = markets_.at(maker.market);
  const Account& owner = accounts_.at(maker.account);
  if (m.kind == kSpot) {
    const u32 gets = maker.side == kBid ? m.base : m.quote;
    const bool room = may_hold(maker.account, gets, config_.max_balances_per_account);
    if (!room) note("maker without room for an asset");
    return room;
  }
  const Wide mark = m.mark_price;
  const Wide d = mark * m.band_ppm / kMillion;
  if (maker.side == kBid ? maker.price > mark + d : maker.price < mark - d) {
    note("maker out of the band");
    return false;
  }
  static constexpr Wide kMostCollateral = Wide(1) << 60;
  if (owner.collateral > kMostCollateral || owner.collateral < -kMostCollateral) {
    note("maker beyond the most collateral");
    return false;
  }
  if (!maker.reduce_only) return true;
  const auto entry = owner.positions.find(maker.market);
  const i64 size = entry == owner.positions.end() ? 0 : entry->second.size;
  const bool against = maker.side == kBid ? size < 0 : size > 0;
  if (!against) note("reduce-only maker without a position");
  return against;
}

void Model::match(Taker& t, Receipt& out) {
  while (t.lots != 0 && crosses(t)) {
    if (out.events.size() == config_.max_fills_per_tx) {
      note("fills run out");
      t.lots = 0;
      return;
    }
    const Market& m = markets_.at(t.market);
    const u8 other = t.side == kBid ? kAsk : kBid;
    const u32 price = m.prices(other).front();
    const u32 slot = m.book[other].at(price).orders.front();
    const Order maker = orders_.at(slot);
    const u64 maker_id = order_id(slot);
    if (maker.account == t.account) {
      if (t.stp != kCancelTaker) {
        out.events.push_back({1, maker_id, maker.account, price, maker.lots});
        remove_order(slot);
      }
      if (t.stp != kCancelMaker) t.lots = 0;
      continue;
    }
    if (!maker_may_fill(maker)) {
      out.events.push_back({2, maker_id, maker.account, price, maker.lots});
      remove_order(slot);
      continue;
    }
    u64 lots = std::min(t.lots, maker.lots);
    if (m.kind == kPerpetual && maker.reduce_only) {
      const i64 size = accounts_.at(maker.account).positions.at(t.market).size;
      const u64 held = static_cast<u64>(size < 0 ? -size : size);
      if (held < lots) note("reduce-only maker cut");
      lots = std::min(lots, held);
    }
    out.events.push_back({0, maker_id, maker.account, price, lots});
    out.filled += lots;
    out.value = narrow<u64>(Wide(out.value) + Wide(lots) * price * m.quote_per_tick_lot);
    t.lots -= lots;
    reduce_order(slot, lots);
    if (m.kind == kPerpetual) {
      fill_perpetual(t, maker, lots);
    } else {
      fill_spot(t, maker, lots);
    }
    markets_.at(t.market).last_price = price;
  }
}

// The maker's order has already released what these lots had reserved.
void Model::fill_spot(const Taker& t, const Order& maker, u64 lots) {
  Market& m = markets_.at(t.market);
  const u64 quote = narrow<u64>(Wide(lots) * maker.price * m.quote_per_tick_lot);
  const u64 base = narrow<u64>(Wide(lots) * m.base_per_lot);
  const bool taker_buys = t.side == kBid;
  const u32 buyer = taker_buys ? t.account : maker.account;
  const u32 seller = taker_buys ? maker.account : t.account;
  const u64 base_fee = fee_of(base, taker_buys ? m.taker_fee_ppm : m.maker_fee_ppm);
  const u64 quote_fee = fee_of(quote, taker_buys ? m.maker_fee_ppm : m.taker_fee_ppm);
  credit(buyer, m.base, base - base_fee);
  credit(seller, m.quote, quote - quote_fee);
  m.fees_base = narrow<u64>(Wide(m.fees_base) + base_fee);
  m.fees_quote = narrow<u64>(Wide(m.fees_quote) + quote_fee);
  debit(buyer, m.quote, quote);
  debit(seller, m.base, base);
}

void Model::fill_perpetual(const Taker& t, const Order& maker, u64 lots) {
  Market& m = markets_.at(t.market);
  fill_one(maker.account, t.market, maker.side, maker.price, lots, m.maker_fee_ppm);
  fill_one(t.account, t.market, t.side, maker.price, lots, t.takes_fee ? m.taker_fee_ppm : 0);
  m.open_interest = 0;
  for (const auto& [index, account] : accounts_) {
    const auto entry = account.positions.find(t.market);
    if (entry != account.positions.end() && entry->second.size > 0) {
      m.open_interest += static_cast<u64>(entry->second.size);
    }
  }
  if (m.open_interest == 0 && m.pool > 0) {
    note("dust to the insurance fund");
    global_.insurance += static_cast<u64>(m.pool);
    m.pool = 0;
  }
}

// Steps 1 to 4 of "Fills".
void Model::fill_one(u32 index, u32 market, u8 side, u32 price, u64 lots, u32 fee_ppm) {
  Market& m = markets_.at(market);
  Account& account = accounts_.at(index);
  Position& p = account.positions[market];
  const auto quote = [&](Wide n) { return n * price * Wide(m.quote_per_tick_lot); };
  if (p.size != 0) settle(m, account, p);

  const bool is_long = p.size > 0;
  const bool against = side == kBid ? p.size < 0 : p.size > 0;
  const Wide held = p.size < 0 ? -Wide(p.size) : Wide(p.size);
  const Wide closed = against ? std::min<Wide>(lots, held) : 0;
  if (closed != 0) {
    const Wide part = Wide(p.entry_quote) * closed;
    const Wide portion = closed == held ? Wide(p.entry_quote)
                         : is_long      ? round_up(part, held)
                                        : round_down(part, held);
    const Wide pnl = is_long ? quote(closed) - portion : portion - quote(closed);
    account.collateral = narrow<i64>(account.collateral + pnl);
    m.pool = narrow<i64>(m.pool - pnl);
    p.entry_quote = narrow<u64>(p.entry_quote - portion);
    p.size = narrow<i64>(p.size + (is_long ? -closed : closed));
  }
  const Wide opened = lots - closed;
  if (closed != 0) {
    note(opened != 0      ? "position flipped"
         : closed == held ? "position closed"
                          : "position closed in part");
  }
  if (opened != 0) {
    if (p.size == 0) p.paid_index = m.paid_index[side];
    p.size = narrow<i64>(p.size + (side == kBid ? opened : -opened));
    p.entry_quote = narrow<u64>(p.entry_quote + quote(opened));
  }
  if (p.size == 0) p.paid_index = 0;
  const u64 fee = fee_of(narrow<u64>(quote(lots)), fee_ppm);
  account.collateral = narrow<i64>(Wide(account.collateral) - fee);
  m.fees_quote += fee;
  if (p.size == 0 && p.open_lots[0] == 0 && p.open_lots[1] == 0) account.positions.erase(market);
}

}  // namespace gavel::model
