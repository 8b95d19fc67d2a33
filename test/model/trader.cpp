#include "model/trader.hpp"

#include <algorithm>

namespace gavel::model {
namespace {

constexpr u64 kStartMs = 1'700'000'000'000;
constexpr u32 kCollateral = 2;

}  // namespace

const crypto::KeyPair& owner_key(u32 n) {
  static const auto keys = [] {
    std::array<crypto::KeyPair, kOwnerKeys> out;
    for (u32 i = 0; i < kOwnerKeys; ++i) out[i] = crypto::derive_keypair(Hash32{}, i);
    return out;
  }();
  return keys.at(n);
}

Address owner_of(u32 n) { return owner_key(n).address; }

Bytes perpetual_body(u32 which, const Scale& scale) {
  const u64 tick = u64{which == 1 ? 7u : 1u} * (scale.money / scale.lots / (which == 1 ? 8 : 1));
  Packer p;
  p.add(kCollateral).add(std::max<u64>(tick, which == 1 ? 7 : 1));
  p.add(u32{which == 2 ? 0u : 1'000u}).add(u32{which == 2 ? 0u : 5'000u});
  p.add(u64{which == 1 ? 2u : 1u}).add(40 * scale.lots).add(5 * scale.lots);
  p.add((which == 0 ? 60 : 65) * scale.lots);
  p.add(u32{which == 1 ? 100u : 1'000u}).add(u32{30'000});
  p.add(u32{which == 0 ? 40'000u : 48'000u}).add(u32{10'000});
  p.add(static_cast<u8>(which + 1));
  const std::array<u64, 4> bounds{1'000, 2'500, 5'000, ~u64{0}};
  for (u32 i = 0; i < 4; ++i) {
    const bool used = i <= which;
    p.add(i == which ? ~u64{0} : used ? bounds[i] * scale.money : u64{0});
    p.add(used ? u32{100'001 + 50'003 * i} : u32{0});
  }
  return p.add(Text16{'P', static_cast<u8>('0' + which)}).bytes();
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
  const bool by_agents = r.action <= Do::modify || r.action == Do::place_reduce_only ||
                         r.action == Do::report_price || r.action == Do::liquidate;
  if (by_agents && !r.by_agent && one_in(4)) {
    for (const auto& [index, s] : twin_.model().signers()) {
      if (s.live && s.account == r.account) r.by_agent = true, r.signer = index;
    }
  }
  const bool often = r.action == Do::report_price || r.action == Do::place;
  if (one_in(often ? 60 : 15)) r.expiry_ms = twin_.now_ms() - 1 + below(2);
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
  for (u32 which = 0; which < kPerpetuals; ++which) send(132, perpetual_body(which, scale_));
  send(129, huge.bytes());
  for (u32 n = 1; n <= kOwners; ++n) {
    u64 money = (n % 2 == 0 ? 3'000 : 900'000) * scale_.money;
    if (n == 1 && scale_.money != 1) money = u64{1} << 61;
    send(1, Packer().add(kCollateral).add(money).add(owner_of(n)).add(n == 1 ? n : 0).bytes());
    if (n != 6) send(1, Packer().add(u32{1}).add(money).add(owner_of(n)).add(n).bytes());
    Request r = request(Do::margin);
    r.account = n;
    r.amount = n == 1 ? money / 3 : money / 10 + 100 * scale_.money;
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

void Trader::step() {
  if (one_in(7)) {
    next_block(one_in(40) ? 3'600'000 * one_of(1, 3, 7)
                          : one_of(1, 100, 1'000, 2'000, 5'000, 5'000, 12'000, 40'000));
    for (u32 which = 0; which < kPerpetuals; ++which) {
      if (!one_in(3)) all_report(3 + which);
    }
  }
  const u64 choice = below(40);
  if (choice < 16) return trade(perpetual());
  if (choice < 20) return trade(static_cast<u32>(1 + below(2)));
  if (choice < 23) return change();
  if (choice < 25) return cancel();
  if (choice < 27) return margin();
  if (choice < 30) return liquidate();
  if (choice < 31) return squeeze();
  if (choice < 32) return money();
  if (choice < 33) return keys();
  if (choice < 36) return message();
  if (choice < 37) return wild();
  if (choice < 38) return reclaim();
  report(perpetual());
}

}  // namespace gavel::model
