#include <algorithm>

#include "crypto/keccak.hpp"
#include "model/model.hpp"

namespace gavel::model {
namespace {

enum : u8 {
  kGlobal = 0,
  kAccount = 1,
  kSigner = 2,
  kNonces = 3,
  kMarket = 4,
  kLevel = 5,
  kOrder = 6,
  kOutbox = 7,
  kAsset = 8
};
constexpr u32 kTables = 32;
constexpr u32 kHeight = 32;

Packer tagged(u8 table) {
  Packer out;
  out.add(table).add(u8{1});
  return out;
}

// The neighbours of `value` in a list, 0 at the ends.
struct Links {
  u32 prev = 0, next = 0;
};
Links links_in(const std::vector<u32>& list, u32 value) {
  const auto at = std::find(list.begin(), list.end(), value);
  if (at == list.end()) return {};
  Links out;
  if (at != list.begin()) out.prev = *(at - 1);
  if (at + 1 != list.end()) out.next = *(at + 1);
  return out;
}

template <class Map, class Key, class Chosen>
std::vector<u32> sorted_list(const Map& objects, Key key, Chosen chosen) {
  std::map<Address, u32> by_address;
  for (const auto& [index, object] : objects) {
    if (chosen(object)) by_address[key(object)] = index;
  }
  std::vector<u32> out;
  for (const auto& [address, index] : by_address) out.push_back(index);
  return out;
}

u32 head(const std::vector<u32>& list) { return list.empty() ? 0 : list.front(); }

// Links of the freed slots of a table: each to the one freed before it.
template <class Each>
void each_freed(const Slots& slots, Each each) {
  u32 below = 0;
  for (const u32 slot : slots.freed) {
    each(slot, below);
    below = slot;
  }
}

Packer pack_market(const Market& m) {
  Packer out = tagged(kMarket);
  out.add(m.kind).add(m.status).add(m.base).add(m.quote).add(m.base_per_lot);
  out.add(m.quote_per_tick_lot).add(m.maker_fee_ppm).add(m.taker_fee_ppm);
  out.add(m.min_lots).add(m.max_lots);
  for (const u8 side : {kBid, kAsk}) {
    const std::vector<u32> prices = m.prices(side);
    out.add(prices.empty() ? u32{0} : m.book[side].at(prices.front()).slot);
  }
  out.add(m.last_price).add(m.fees_base).add(m.fees_quote).add(m.symbol);
  if (m.kind == kSpot) return out;
  out.add(m.impact_lots).add(m.max_position_lots).add(m.max_price_ticks);
  out.add(m.oracle_max_age_ms).add(m.band_ppm).add(m.liquidation_fee_ppm).add(m.tier_count);
  for (const Tier& tier : m.tiers) out.add(tier.up_to).add(tier.initial_ppm);
  out.add(m.index_price).add(m.mark_price).add(m.index_time_ms).add(m.basis_ema);
  out.add(m.basis_time_ms).add(m.sampled_ms).add(m.premium_sum).add(m.premium_count);
  out.add(m.funding_hour).add(m.paid_index[0]).add(m.paid_index[1]);
  out.add(m.open_interest).add(m.pool);
  for (const Report& r : m.reports) out.add(r.account).add(r.price_ticks).add(r.time_ms);
  return out;
}

Packer pack_account(const Account& a, const std::vector<u32>& orders, const Links& registered) {
  Packer out = tagged(kAccount);
  const bool margin = a.has_margin_part();
  out.add(a.owner).add(static_cast<u8>(a.registered | margin << 1));
  out.add(static_cast<u16>(orders.size())).add(head(orders)).add(a.nonces);
  out.add(registered.prev).add(registered.next).add(static_cast<u8>(a.balances.size()));
  for (const auto& [asset, b] : a.balances) out.add(asset).add(b.total).add(b.reserved);
  out.add(static_cast<u8>(a.positions.size()));
  if (!margin) return out;
  out.add(a.collateral);
  for (const auto& [market, p] : a.positions) {
    out.add(market).add(p.size).add(p.entry_quote).add(p.paid_index);
    out.add(p.open_lots[kBid]).add(p.open_lots[kAsk]);
  }
  return out;
}

Packer pack_nonces(const Nonces& n) {
  Packer out = tagged(kNonces);
  const u64 highest = *n.used.rbegin();
  out.add(u8{1}).add(n.owner_kind).add(n.owner).add(highest);
  out.add(static_cast<u8>(n.used.size() - 1));
  for (auto it = std::next(n.used.rbegin()); it != n.used.rend(); ++it) {
    out.add(static_cast<u32>(highest - *it));
  }
  return out;
}

Hash32 hash_pair(const Hash32& left, const Hash32& right) {
  return crypto::keccak256(Packer().add(left).add(right).bytes());
}

Hash32 empty_subtree(u32 height) {
  static std::vector<Hash32> known{Hash32{}};
  while (known.size() <= height) known.push_back(hash_pair(known.back(), known.back()));
  return known[height];
}

using Leaves = std::map<u64, Hash32>;
Hash32 subtree(const Leaves& leaves, u64 from, u32 height) {
  const auto first = leaves.lower_bound(from);
  if (first == leaves.end() || first->first >= from + (u64{1} << height)) {
    return empty_subtree(height);
  }
  if (height == 0) return first->second;
  return hash_pair(subtree(leaves, from, height - 1),
                   subtree(leaves, from + (u64{1} << (height - 1)), height - 1));
}

}  // namespace

// The markets with their levels and orders, and the freed slots of these.
void Model::add_books(Objects& out) const {
  for (const auto& [index, market] : markets_) {
    out[{kMarket, index}] = pack_market(market).bytes();
    for (const u8 side : {kBid, kAsk}) {
      std::vector<u32> levels;
      for (const u32 price : market.prices(side)) {
        levels.push_back(market.book[side].at(price).slot);
      }
      for (const auto& [price, level] : market.book[side]) {
        u64 lots = 0;
        for (const u32 slot : level.orders) lots += orders_.at(slot).lots;
        const Links links = links_in(levels, level.slot);
        Packer p = tagged(kLevel);
        p.add(u8{1}).add(index).add(side).add(price).add(static_cast<u32>(level.orders.size()));
        p.add(lots).add(level.orders.front()).add(level.orders.back());
        out[{kLevel, level.slot}] = p.add(links.prev).add(links.next).bytes();
        for (const u32 slot : level.orders) add_order(out, slot, level);
      }
    }
  }
  each_freed(level_slots_, [&](u32 slot, u32 next) {
    out[{kLevel, slot}] = tagged(kLevel).add(u8{0}).add(next).bytes();
  });
  each_freed(order_slots_, [&](u32 slot, u32 next) {
    out[{kOrder, slot}] = tagged(kOrder).add(u8{0}).add(generation_.at(slot)).add(next).bytes();
  });
}

void Model::add_order(Objects& out, u32 slot, const Level& level) const {
  const Order& o = orders_.at(slot);
  const Links in_level = links_in(level.orders, slot);
  const Links in_account = links_in(account_orders(o.account), slot);
  const u8 flags =
      static_cast<u8>(o.has_client_id | o.stp << 1 | o.post_only << 3 | o.reduce_only << 4);
  Packer p = tagged(kOrder);
  p.add(u8{1}).add(generation_.at(slot)).add(o.account).add(o.market).add(o.side).add(flags);
  p.add(o.price).add(o.lots).add(level.slot).add(in_level.prev).add(in_level.next);
  p.add(in_account.prev).add(in_account.next);
  out[{kOrder, slot}] = p.add(o.client_id).bytes();
}

Objects Model::objects() const {
  Objects out;
  const auto owner = [](const Account& a) { return a.owner; };
  const auto key = [](const Signer& s) { return s.key; };
  const auto registered = sorted_list(accounts_, owner, [](auto& a) { return a.registered; });
  const auto live = sorted_list(signers_, key, [](auto& s) { return s.live; });

  Packer global = tagged(kGlobal);
  for (const Slots* s : {&account_slots_, &signer_slots_, &nonces_slots_, &market_slots_,
                         &level_slots_, &order_slots_, &outbox_slots_, &asset_slots_}) {
    global.add(s->next).add(s->free_head());
  }
  global.add(head(registered)).add(head(live)).add(global_.fee_account);
  global.add(global_.collateral_asset).add(global_.vault).add(global_.insurance);
  global.add(global_.quorum).add(static_cast<u8>(global_.oracles.size()));
  for (const u32 oracle : global_.oracles) global.add(oracle);
  out[{kGlobal, 1}] = global.bytes();

  for (const auto& [index, account] : accounts_) {
    const std::vector<u32> orders = account_orders(index);
    out[{kAccount, index}] = pack_account(account, orders, links_in(registered, index)).bytes();
  }
  for (const auto& [index, s] : signers_) {
    const Links links = links_in(live, index);
    Packer p = tagged(kSigner);
    p.add(s.key).add(u8{s.live}).add(s.role).add(s.account).add(s.expiry_ms).add(s.floor);
    out[{kSigner, index}] = p.add(s.nonces).add(links.prev).add(links.next).bytes();
  }
  for (const auto& [index, n] : nonces_) out[{kNonces, index}] = pack_nonces(n).bytes();
  each_freed(nonces_slots_, [&](u32 slot, u32 next) {
    out[{kNonces, slot}] = tagged(kNonces).add(u8{0}).add(next).bytes();
  });
  add_books(out);
  for (const auto& [index, o] : outbox_) {
    Packer p = tagged(kOutbox);
    p.add(u8{1}).add(o.account).add(o.owner).add(o.recipient).add(o.asset).add(o.amount);
    out[{kOutbox, index}] = p.add(o.block_number).bytes();
  }
  for (const auto& [index, a] : assets_) {
    Packer p = tagged(kAsset);
    p.add(a.token).add(a.l1_decimals).add(a.decimals).add(a.total).add(a.symbol);
    out[{kAsset, index}] = p.bytes();
  }
  return out;
}

Hash32 Model::state_root() const {
  std::array<Leaves, kTables> tables;
  for (const auto& [place, bytes] : objects()) {
    tables[place.first][place.second] = crypto::keccak256(bytes);
  }
  Packer roots;
  for (const Leaves& leaves : tables) roots.add(subtree(leaves, 0, kHeight));
  return crypto::keccak256(roots.bytes());
}

}  // namespace gavel::model
