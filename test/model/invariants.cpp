#include <algorithm>
#include <string>

#include "model/model.hpp"

namespace gavel::model {
namespace {

std::string at(const char* what, u32 index) {
  return std::string(what) + " " + std::to_string(index);
}

}  // namespace

// "Invariants" of state.md that the maps do not already enforce by their shape.
std::string Model::check_lists() const {
  std::set<u32> listed;
  for (const auto& [index, m] : markets_) {
    for (const u8 side : {kBid, kAsk}) {
      for (const auto& [price, level] : m.book[side]) {
        if (level.orders.empty() || level.slot == 0) return at("empty level, market", index);
        for (const u32 slot : level.orders) {
          const auto o = orders_.find(slot);
          if (o == orders_.end() || o->second.price != price || o->second.side != side ||
              o->second.market != index || o->second.lots == 0 || !listed.insert(slot).second) {
            return at("order in the wrong place", slot);
          }
        }
      }
    }
    if (m.book[kBid].empty() || m.book[kAsk].empty()) continue;
    if (m.book[kBid].rbegin()->first >= m.book[kAsk].begin()->first) {
      return at("crossed book, market", index);
    }
  }
  if (listed.size() != orders_.size()) return "an order in no level";
  std::size_t owned = 0;
  for (const auto& [index, a] : accounts_) {
    if (a.open_orders() > config_.max_orders_per_account) return at("too many orders", index);
    for (const u32 slot : account_orders(index)) {
      const auto o = orders_.find(slot);
      if (o == orders_.end() || o->second.account != index) return at("not its order", index);
      ++owned;
    }
  }
  if (owned != orders_.size()) return "an order in no account's list";
  std::set<Address> addresses;
  for (const auto& [index, a] : accounts_) {
    if (a.registered && !addresses.insert(a.owner).second) return at("registered twice", index);
  }
  for (const auto& [index, s] : signers_) {
    if (s.live && !addresses.insert(s.key).second) return at("address used twice", index);
  }
  for (const auto& [index, n] : nonces_) {
    if (n.used.empty() || n.used.size() > 28) return at("nonce window", index);
    const u32 back = n.owner_kind == 0 ? accounts_.at(n.owner).nonces : signers_.at(n.owner).nonces;
    if (back != index) return at("nonce window of another", index);
  }
  return {};
}

// Balances: reserves and every asset's total.
std::string Model::check_sums() const {
  std::map<u32, Wide> total;
  for (const auto& [index, a] : accounts_) {
    std::map<u32, Wide> reserved;
    for (const u32 slot : account_orders(index)) {
      const Order& o = orders_.at(slot);
      const Market& m = markets_.at(o.market);
      if (m.kind != kSpot) continue;
      if (o.side == kBid) {
        reserved[m.quote] += Wide(o.lots) * o.price * m.quote_per_tick_lot;
      } else {
        reserved[m.base] += Wide(o.lots) * m.base_per_lot;
      }
    }
    if (a.balances.size() > config_.max_balances_per_account) return at("too many assets", index);
    for (const auto& [asset, b] : a.balances) {
      if (b.total == 0 || b.reserved > b.total) return at("balance of account", index);
      if (reserved[asset] != b.reserved) return at("reserved of account", index);
      reserved.erase(asset);
      total[asset] += b.total;
    }
    for (const auto& [asset, amount] : reserved) {
      if (amount != 0) return at("reserved without a balance, account", index);
    }
  }
  for (const auto& [index, m] : markets_) {
    if (m.kind != kSpot) continue;
    total[m.base] += m.fees_base;
    total[m.quote] += m.fees_quote;
  }
  total[global_.collateral_asset] += global_.vault;
  for (const auto& [index, asset] : assets_) {
    if (total[index] != asset.total) return at("total of asset", index);
  }
  return {};
}

// "What is conserved" of perpetuals.md.
std::string Model::check_perpetuals() const {
  Wide claims = global_.insurance;
  for (const auto& [index, a] : accounts_) {
    claims += a.collateral;
    std::map<u32, std::array<u64, 2>> open;
    for (const u32 slot : account_orders(index)) {
      const Order& o = orders_.at(slot);
      if (markets_.at(o.market).kind == kSpot) {
        if (o.reduce_only) return at("reduce-only in a spot market", slot);
        continue;
      }
      open[o.market][o.side] += o.lots;
    }
    if (a.positions.size() > 32) return at("too many positions", index);
    for (const auto& [market, p] : a.positions) {
      if (open[market] != p.open_lots) return at("open_lots of account", index);
      open.erase(market);
      const bool empty = p.size == 0 && p.open_lots[0] == 0 && p.open_lots[1] == 0;
      if (empty) return at("empty entry of account", index);
      if (p.size == 0 && (p.entry_quote != 0 || p.paid_index != 0)) {
        return at("entry without lots, account", index);
      }
      if (exposure(p) > markets_.at(market).max_position_lots) {
        return at("exposure beyond the limit", index);
      }
    }
    for (const auto& [market, lots] : open) {
      if (lots[0] != 0 || lots[1] != 0) return at("orders without an entry, account", index);
    }
  }
  for (const auto& [index, m] : markets_) {
    if (m.kind != kPerpetual) continue;
    claims += Wide(m.fees_quote) + m.pool;
    Wide sizes = 0, longs = 0, dust = Wide(m.pool) * 1'000'000;
    for (const auto& [account, a] : accounts_) {
      const auto entry = a.positions.find(index);
      if (entry == a.positions.end()) continue;
      const Position& p = entry->second;
      sizes += p.size;
      if (p.size > 0) longs += p.size;
      const Wide held = p.size < 0 ? -Wide(p.size) : Wide(p.size);
      dust += (p.size > 0 ? Wide(p.entry_quote) : -Wide(p.entry_quote)) * 1'000'000;
      if (p.size != 0) dust += held * (Wide(m.paid_index[p.size > 0 ? 0 : 1]) - p.paid_index);
    }
    if (sizes != 0) return at("sizes do not cancel, market", index);
    if (longs != m.open_interest) return at("open interest, market", index);
    if (dust < 0) return at("pool short, market", index);
  }
  if (claims != global_.vault) return "the vault and what is claimed of it differ";
  return {};
}

std::string Model::check_invariants() const {
  for (const std::string& broken : {check_lists(), check_sums(), check_perpetuals()}) {
    if (!broken.empty()) return broken;
  }
  return {};
}

}  // namespace gavel::model
