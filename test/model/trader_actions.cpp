#include <algorithm>

#include "model/trader.hpp"

namespace gavel::model {

Request Trader::request(Do action) {
  Request r;
  r.action = action;
  r.account = account();
  r.nonce = twin_.now_ms() + ++nonce_ % 50'000;
  return r;
}

u32 Trader::account() { return static_cast<u32>(1 + below(one_in(20) ? 12 : kOwners)); }
u32 Trader::market() { return static_cast<u32>(one_in(40) ? below(9) : 1 + below(6)); }
u32 Trader::perpetual() { return static_cast<u32>(one_in(40) ? below(9) : 3 + below(kPerpetuals)); }
Text16 Trader::client_id() {
  Text16 out{};
  out[one_of(0, 15)] = static_cast<u8>(below(4));
  return out;
}
u64 Trader::lots() {
  if (one_in(40)) return one_of(0, 41, 51, u64{1} << 40) * scale_.lots;
  return (1 + below(one_of(4, 12, 40))) * scale_.lots - below(scale_.lots);
}

// A resting order's slot, mostly; 0 if there is none.
u32 Trader::some_order() {
  const auto& orders = twin_.model().orders();
  if (orders.empty()) return 0;
  auto it = orders.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(below(orders.size())));
  return it->first;
}

void Trader::trade(u32 index) {
  Request r = request(one_in(4) ? Do::place_reduce_only : Do::place);
  r.market = index;
  const auto& markets = twin_.model().markets();
  const auto found = markets.find(index);
  const bool perpetual = found != markets.end() && found->second.kind == kPerpetual;
  if (!perpetual && r.action == Do::place_reduce_only && !one_in(8)) r.action = Do::place;
  if (r.action == Do::place_reduce_only && perpetual && !one_in(5)) {
    for (const auto& [owner, a] : twin_.model().accounts()) {
      const auto entry = a.positions.find(index);
      if (entry == a.positions.end() || entry->second.size == 0 || one_in(3)) continue;
      r.account = owner;
      r.side = entry->second.size > 0 ? kAsk : kBid;
    }
  } else {
    r.side = static_cast<u8>(below(2));
  }
  r.type = static_cast<u8>(one_in(2) ? below(4) : kGtc);
  r.stp = static_cast<u8>(below(3));
  const u32 middle = perpetual ? std::max(found->second.mark_price, 1u) : 20;
  const u32 width = std::max(middle / (one_in(6) ? 8 : 25), 2u);
  r.price = middle + static_cast<u32>(below(2 * width + 1));
  r.price = r.price > width ? r.price - width : 0;
  if (one_in(60)) r.price = static_cast<u32>(one_of(0, 1, 1'001, 0xffffffff));
  r.lots = lots();
  r.has_client_id = one_in(3);
  if (r.has_client_id) r.client_id = client_id();
  send(r);
}

void Trader::change() {
  const u32 slot = some_order();
  if (slot == 0) return trade(market());
  const Order order = twin_.model().orders().at(slot);
  Request r = request(Do::modify);
  if (!one_in(15)) r.account = order.account;
  r.price = order.price + static_cast<u32>(one_of(0, 0, 1, 2, 0xffffffff, 0xfffffffe));
  if (one_in(20)) r.price = static_cast<u32>(one_of(0, 1'001));
  r.lots = one_in(2) ? 1 + below(order.lots) : lots();
  r.order_id = twin_.model().order_id(slot);
  if (order.has_client_id && one_in(2)) {
    r.order_id = 0;
    r.client_id = one_in(6) ? client_id() : order.client_id;
  } else if (one_in(15)) {
    r.order_id += u64{1} << 28;
  }
  send(r);
}

void Trader::cancel() {
  const u32 slot = some_order();
  Request r = request(static_cast<Do>(one_of(2, 2, 3, 3, 4)));
  if (slot != 0 && !one_in(6)) {
    const Order& order = twin_.model().orders().at(slot);
    r.account = order.account;
    r.order_id = twin_.model().order_id(slot);
    r.client_id = order.client_id;
    if (r.action == Do::cancel_client_id && !order.has_client_id) r.client_id = client_id();
  } else {
    r.order_id = below(40) << 28 | below(30);
    r.client_id = client_id();
  }
  r.market = one_in(2) ? 0 : static_cast<u32>(below(9));
  send(r);
}

void Trader::money() {
  Request r = request(static_cast<Do>(one_of(6, 6, 7, 12)));
  r.to = account();
  r.asset = static_cast<u32>(one_in(8) ? below(9) : 1 + below(3));
  const auto found = twin_.model().accounts().find(r.account);
  u64 most = 1;
  if (found != twin_.model().accounts().end() && found->second.balances.contains(r.asset)) {
    const Balance& b = found->second.balances.at(r.asset);
    most = b.total - b.reserved;
  }
  r.amount = one_in(12) ? one_of(0, ~u64{0}, most + 1) : one_in(8) ? most : below(most / 8 + 2);
  if (!one_in(12)) r.address = owner_of(9);
  r.market = market();
  send(r);
}

void Trader::keys() {
  Request r = request(static_cast<Do>(8 + below(4)));
  r.address = one_in(8) ? owner_of(static_cast<u32>(1 + below(kOwners)))
                        : owner_of(static_cast<u32>(50 + below(6)));
  if (one_in(30)) r.address = {};
  r.kind = one_in(20) ? 2 : 1;
  if (one_in(3)) r.time_ms = twin_.now_ms() + below(10'000);
  if (r.action == Do::revoke_agent) {
    for (const auto& [index, s] : twin_.model().signers()) {
      if (s.live && one_in(3)) r.account = s.account, r.address = s.key;
    }
  }
  send(r);
}

void Trader::margin() {
  Request r = request(Do::margin);
  r.kind = static_cast<u8>(one_in(30) ? 3 : one_of(0, 0, 0, 0, 1, 1, 1, 2));
  const auto found = twin_.model().accounts().find(r.account);
  const i64 collateral =
      found == twin_.model().accounts().end() ? 0 : std::max<i64>(found->second.collateral, 0);
  const u64 some = static_cast<u64>(collateral);
  r.amount = r.kind == 1 ? (one_in(3) ? some + below(2) : below(some / 4 + 2))
                         : one_of(0, 1, 20, 60, 200, 500, 10'000, 10'000'000) * scale_.money;
  if (r.kind == 2) r.amount /= 10;
  if (r.kind == 0 && scale_.money != 1 && one_in(2)) {
    // Up to the most collateral that an account may have, or one more.
    r.account = 1;
    r.amount =
        (u64{1} << 60) - static_cast<u64>(twin_.model().accounts().at(1).collateral) + below(2);
  }
  send(r);
}

void Trader::liquidate() {
  Request r = request(Do::liquidate);
  r.market = perpetual();
  r.to = account();
  for (const auto& [owner, a] : twin_.model().accounts()) {
    if (one_in(4)) continue;
    for (const auto& [index, p] : a.positions) {
      if (p.size == 0 || !one_in(2)) continue;
      r.to = owner;
      r.market = index;
      const auto before = send(r);
      if (!before.empty() && before[0] == 0) return;
      r = request(Do::liquidate);
    }
  }
  send(r);
}

void Trader::report(u32 index) {
  Request r = request(Do::report_price);
  r.market = index;
  r.account = static_cast<u32>(one_in(20) ? 1 + below(6) : 2 + below(3));
  const u64 lag = one_of(0, 0, 0, 500, 10'000, 29'000, 31'000);
  r.time_ms = twin_.now_ms() - lag;
  if (one_in(12)) r.time_ms = twin_.now_ms() + one_of(1, 2'000, 2'001);
  r.price = price_[index] + static_cast<u32>(one_of(0, 1, 2, 0xffffffff));
  if (one_in(40)) r.price = static_cast<u32>(one_of(0, 1, 500, 1'001, 99));
  send(r);
}

// All members say the same price, which moves, and now and then jumps. After a jump somebody with
// money quotes around it, so that those who are liquidated find a market.
void Trader::all_report(u32 index) {
  u32& price = price_[index];
  const bool jumps = one_in(6);
  if (jumps) {
    price = static_cast<u32>(price * one_of(60, 80, 90, 110, 125, 160) / 100);
  } else {
    price += static_cast<u32>(one_of(0, 1, 2, 0xffffffff, 0xfffffffe));
  }
  const u32 most = index == 4 ? 90 : 600;
  if (price < 10 || price > most) price = index == 4 ? 30 : 100;
  for (u32 member = 2; member <= 4; ++member) {
    Request r = request(Do::report_price);
    r.account = member;
    r.market = index;
    r.time_ms = twin_.now_ms();
    r.price = price;
    send(r);
  }
  const auto found = twin_.model().markets().find(index);
  if (!jumps || found == twin_.model().markets().end()) return;
  for (const u8 side : {kBid, kAsk}) {
    Request r = request(Do::place);
    r.account = static_cast<u32>(one_of(1, 5));
    r.market = index;
    r.side = side;
    r.price = found->second.mark_price + (side == kBid ? 0xffffffff : 1);
    r.lots = (10 + below(30)) * scale_.lots;
    send(r);
  }
}

// The owner of a reduce-only order closes by other means, and somebody takes the order.
void Trader::squeeze() {
  for (const auto& [slot, order] : twin_.model().orders()) {
    if (!order.reduce_only || one_in(3)) continue;
    const Order found = order;
    Request r = request(Do::place);
    r.account = found.account;
    r.market = found.market;
    r.side = found.side;
    r.type = kIoc;
    const u32 mark = twin_.model().markets().at(found.market).mark_price;
    const u32 some = std::max(mark / 30, 1u);
    r.price = r.side == kBid ? mark + some : mark - some;
    r.lots = 1 + below(found.lots);
    send(r);
    r = request(Do::place);
    r.account = static_cast<u32>(one_of(1, 3, 5));
    r.market = found.market;
    r.side = found.side == kBid ? kAsk : kBid;
    r.price = found.price;
    r.lots = found.lots + below(5);
    send(r);
    return;
  }
}

// Anything, mostly malformed or refused.
void Trader::wild() {
  Request r = request(static_cast<Do>(1 + below(16)));
  r.by_agent = one_in(2);
  if (r.by_agent) r.signer = static_cast<u32>(1 + below(5));
  r.market = market();
  r.to = account();
  r.side = static_cast<u8>(below(2));
  r.price = 90 + static_cast<u32>(below(20));
  r.lots = 1;
  r.amount = 1;
  r.asset = 2;
  r.address = owner_of(60);
  r.kind = 1;
  r.order_id = some_order() == 0 ? 0 : twin_.model().order_id(some_order());
  r.time_ms = twin_.now_ms();
  switch (below(6)) {
    case 0:
      r.expiry_ms = twin_.now_ms() - below(3) + 1;
      break;
    case 1:
      r.nonce = twin_.now_ms() + 60'000 - 1 + below(3);
      break;
    case 2:
      r.nonce = twin_.now_ms() - 20'000'000 - 1 + below(3);
      break;
    case 3:
      r.nonce = twin_.now_ms() - below(40);
      break;
    default:
      break;
  }
  if (r.by_agent && one_in(2)) {
    for (const auto& [index, s] : twin_.model().signers()) {
      if (s.live) r.signer = index, r.account = s.account;
    }
  }
  const Bytes receipt = send(r);
  if (one_in(3) && !receipt.empty()) send(r);  // the nonce again
}

void Trader::reclaim() { twin_.reclaim(static_cast<u32>(1 + below(8))); }

}  // namespace gavel::model
