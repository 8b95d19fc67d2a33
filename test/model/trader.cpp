#include "model/trader.hpp"

#include <algorithm>

namespace gavel::model {
namespace {

constexpr u64 kStartMs = 1'700'000'000'000;
constexpr u32 kCollateral = 2;

}  // namespace

Address owner_of(u32 n) {
  Address out;
  out.bytes[0] = static_cast<u8>(0x40 + n * 37);
  out.bytes[19] = static_cast<u8>(n);
  return out;
}

stf::Config small_config(u32 variant) {
  using exchange::Table;
  stf::Config c;
  c.chain_id = 4242;
  c.past_window_ms = u64{1} << 40;
  c.capacity = state::HotCapacity::small().objects;
  const auto limit = [&](Table table, u32 most) { c.capacity[static_cast<u8>(table)] = most; };
  limit(Table::account, variant % 2 == 0 ? 10 : 200);
  limit(Table::signer, variant % 2 == 0 ? 3 : 40);
  limit(Table::market, variant % 2 == 0 ? 6 : 40);
  limit(Table::asset, variant % 2 == 0 ? 5 : 40);
  limit(Table::nonces, variant % 3 == 0 ? 7 : 200);
  limit(Table::level, variant % 3 == 0 ? 12 : 200);
  limit(Table::order, variant % 3 == 1 ? 24 : 200);
  c.max_orders_per_account = variant % 2 == 0 ? 5 : 40;
  c.max_fills_per_tx = variant % 3 == 2 ? 3 : 20;
  c.fills_per_unit = variant % 2 == 0 ? 2 : 16;
  c.cancels_per_unit = variant % 2 == 0 ? 2 : 32;
  c.max_balances_per_account = variant % 4 == 0 ? 2 : 4;
  c.new_asset_quota = variant % 4 == 1 ? 1 : 3;
  c.nonce_age_ms = 20'000'000;
  c.nonce_ahead_ms = 60'000;
  return c;
}

void Trader::next_block(u64 elapsed_ms) { twin_.open(twin_.now_ms() + elapsed_ms); }

void Trader::count(u16 action, const Bytes& receipt) {
  if (receipt.empty()) {
    ++malformed_;
    return;
  }
  ++results_[{action, receipt[0]}];
  for (std::size_t at = 39; at < receipt.size(); at += 25) ++events_[receipt[at]];
}

// Now and then by an agent of the account, or too late.
Bytes Trader::send(Request r) {
  if (!r.by_agent && one_in(4)) {
    for (const auto& [index, s] : twin_.model().signers()) {
      if (s.live && s.account == r.account && r.action <= Do::modify)
        r.by_agent = true, r.signer = index;
    }
  }
  if (one_in(100)) r.expiry_ms = twin_.now_ms() - 1 + below(2);
  if (twin_.block_is_full()) next_block(100);
  const Bytes receipt = twin_.transaction(write_request(r));
  count(static_cast<u16>(r.action), receipt);
  if (r.by_agent && !receipt.empty() && receipt[0] == 0) ++by_agents_;
  return receipt;
}

Bytes Trader::send(u8 kind, const Bytes& body, const Address& sender) {
  if (twin_.block_is_full()) next_block(100);
  Packer p;
  p.add(kind).add(u64{twin_.messages().size() + 1}).add(sender).add(u64{7}).add(twin_.now_ms());
  for (const u8 byte : body) p.add(byte);
  const Bytes receipt = twin_.message(p.bytes());
  count(static_cast<u16>(kMessage + kind), receipt);
  return receipt;
}

// Steep tiers and thin limits; the second market's tick is worth more, the third is nearly free.
Bytes Trader::perpetual_body(u32 which) {
  Packer p;
  p.add(kCollateral).add(u64{which == 1 ? 7u : 1u});
  p.add(u32{which == 2 ? 0u : 1'000u}).add(u32{which == 2 ? 0u : 5'000u});
  p.add(u64{which == 1 ? 2u : 1u}).add(u64{40}).add(u64{5}).add(u64{which == 0 ? 60u : 100u});
  p.add(u32{which == 1 ? 100u : 1'000u}).add(u32{30'000});
  p.add(u32{which == 0 ? 50'000u : 100'000u}).add(u32{10'000});
  p.add(static_cast<u8>(which + 1));
  const std::array<u64, 4> bounds{1'000, 2'500, 5'000, ~u64{0}};
  for (u32 i = 0; i < 4; ++i) {
    const bool used = i <= which;
    p.add(i == which ? ~u64{0} : used ? bounds[i] : u64{0});
    p.add(used ? u32{100'001 + 50'003 * i} : u32{0});
  }
  return p.add(Text16{'P', static_cast<u8>('0' + which)}).bytes();
}

void Trader::found() {
  next_block(kStartMs);
  for (u32 asset = 1; asset <= 3; ++asset) {
    Packer p;
    p.add(asset).add(owner_of(asset + 100)).add(u8{18}).add(u8{8}).add(Text16{'A'});
    send(128, p.bytes());
  }
  for (const u32 base : {1u, 3u}) {
    Packer p;
    p.add(kSpot).add(base).add(kCollateral).add(u64{base == 1 ? 3u : 1u});
    p.add(u64{base == 1 ? 2u : 1u}).add(u32{200}).add(u32{30'000});
    send(129, p.add(u64{1}).add(u64{50}).add(Text16{'S'}).bytes());
  }
  // So large that an order's worth leaves 64 bits.
  Packer huge;
  huge.add(kSpot).add(u32{3}).add(kCollateral).add(u64{1} << 61).add(u64{1} << 30);
  huge.add(u32{0}).add(u32{0}).add(u64{1}).add(u64{50}).add(Text16{'H'});
  send(1, Packer().add(kCollateral).add(u64{1}).add(owner_of(1)).add(u32{0}).bytes());
  Request early = request(Do::margin);  // while there is no collateral asset
  early.account = early.amount = 1;
  send(early);
  for (u32 which = 0; which < kPerpetuals; ++which) send(132, perpetual_body(which));
  send(129, huge.bytes());
  for (u32 n = 1; n <= kOwners; ++n) {
    const u64 money = n % 2 == 0 ? 3'000 : 900'000;
    send(1, Packer().add(kCollateral).add(money).add(owner_of(n)).add(n == 1 ? n : 0).bytes());
    send(1, Packer().add(u32{1}).add(money).add(owner_of(n)).add(n).bytes());
    Request r = request(Do::margin);
    r.account = n;
    r.amount = n == 1 ? 300'000 : money / 10 + 100;
    send(r);
  }
  Packer oracles;
  oracles.add(u8{2}).add(u8{3});
  for (u32 i = 0; i < 16; ++i) oracles.add(i < 3 ? i + 2 : 0);
  send(133, oracles.bytes());
  for (u32 which = 0; which < kPerpetuals; ++which) {
    price_[3 + which] = which == 1 ? 30 : 100;
    all_report(3 + which);
  }
}

Request Trader::request(Do action) {
  Request r;
  r.action = action;
  r.account = account();
  r.nonce = twin_.now_ms() + ++nonce_ % 50'000;
  return r;
}

u32 Trader::account() { return static_cast<u32>(1 + below(one_in(30) ? 12 : kOwners)); }
u32 Trader::market() { return static_cast<u32>(one_in(40) ? below(9) : 1 + below(6)); }
u32 Trader::perpetual() { return static_cast<u32>(one_in(40) ? below(9) : 3 + below(kPerpetuals)); }
Text16 Trader::client_id() {
  Text16 out{};
  out[one_of(0, 15)] = static_cast<u8>(below(4));
  return out;
}
u64 Trader::lots() {
  return one_in(40) ? one_of(0, 41, 51, u64{1} << 40) : 1 + below(one_of(4, 12, 40));
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
  const u32 width = std::max(middle / 10, 3u);
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
  r.market = one_in(2) ? 0 : market();
  send(r);
}

void Trader::money() {
  Request r = request(static_cast<Do>(one_of(6, 6, 7, 12)));
  r.to = account();
  r.asset = static_cast<u32>(one_in(15) ? below(9) : 1 + below(3));
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
                         : one_of(0, 1, 20, 60, 200, 500, 10'000, 10'000'000);
  if (r.kind == 2) r.amount /= 10;
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
    r.lots = 10 + below(30);
    send(r);
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

void Trader::step() {
  if (one_in(7)) {
    next_block(one_in(40) ? 3'600'000 * one_of(1, 3, 7)
                          : one_of(1, 100, 1'000, 5'000, 12'000, 40'000));
    for (u32 which = 0; which < kPerpetuals; ++which) {
      if (!one_in(3)) all_report(3 + which);
    }
  }
  switch (below(40)) {
    case 0:
    case 1:
    case 2:
      return report(perpetual());
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
      return trade(static_cast<u32>(1 + below(2)));
    case 8:
    case 9:
    case 10:
      return change();
    case 11:
    case 12:
      return cancel();
    case 13:
    case 14:
      return margin();
    case 15:
    case 16:
    case 17:
      return liquidate();
    case 18:
      return money();
    case 19:
      return keys();
    case 20:
    case 21:
      return message();
    case 22:
      return wild();
    case 23:
      return reclaim();
    default:
      return trade(perpetual());
  }
}

}  // namespace gavel::model
