#include "sim/state_check.hpp"

#include <fmt/format.h>

#include <map>

#include "exchange/amounts.hpp"
#include "exchange/book.hpp"
#include "exchange/perpetual.hpp"

namespace gavel::sim {

namespace {

using exchange::Side;
using exchange::Table;

class Walk {
 public:
  explicit Walk(const state::HotState& state) : s_(state) {}

  std::optional<std::string> run() {
    for (u32 m = 1; m < next(Table::market); ++m) {
      for (const Side side : {Side::bid, Side::ask}) walk_side(m, side);
      fees(s_.peek_market(m));
    }
    for (u32 a = 1; a < next(Table::account); ++a) {
      walk_orders(a);
      walk_balances(a);
      walk_margin(a);
    }
    for (u32 m = 1; m < next(Table::market); ++m) compare_market(m, s_.peek_market(m));
    compare_vault();
    compare_assets();
    walk_registered();
    walk_signers();
    if (resting_ != listed_) note("{} orders rest, {} are in accounts' lists", resting_, listed_);
    return failure_;
  }

 private:
  template <class... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    if (!failure_) failure_ = fmt::format(text, std::forward<Args>(args)...);
  }
  u32 next(Table table) const { return s_.peek_global().tables[static_cast<u8>(table)].next; }

  void walk_side(u32 market, Side side) {
    u32 prev = 0;
    for (u32 l = s_.peek_market(market).best[static_cast<u8>(side)]; l != 0 && !failure_;
         l = s_.peek_level(l).next) {
      const exchange::Level& level = s_.peek_level(l);
      if (level.prev != prev || level.market != market || level.side != side) {
        note("level {} is not in its place in market {}", l, market);
      }
      if (prev != 0 &&
          !exchange::better(side, s_.peek_level(prev).price_ticks, level.price_ticks)) {
        note("levels {} and {} of market {} are not in the order of price", prev, l, market);
      }
      prev = l;
      walk_level(l, level);
    }
  }

  void walk_level(u32 index, const exchange::Level& level) {
    u64 lots = 0;
    u32 count = 0;
    u32 last = 0;
    for (u32 o = level.first; o != 0 && !failure_; o = s_.peek_order(o).level_next) {
      const exchange::Order& order = s_.peek_order(o);
      if (order.level != index || order.level_prev != last || order.market() != level.market ||
          order.side() != level.side || order.price_ticks != level.price_ticks) {
        note("order {} is not in its place in level {}", o, index);
      }
      last = o;
      lots += order.lots;
      ++count;
      ++resting_;
      const exchange::Market& m = s_.peek_market(level.market);
      if (m.is_perpetual()) {
        open_lots_[{order.account, level.market}][static_cast<u8>(level.side)] += order.lots;
        continue;
      }
      reserved_[{order.account, exchange::reserve_asset(m, level.side)}] +=
          exchange::reserve_amount(m, level.side, order.price_ticks, order.lots);
    }
    if (level.last != last || level.total_lots != lots || level.orders != count || count == 0) {
      note("level {} says {} lots in {} orders, it has {} in {}", index, level.total_lots,
           level.orders, lots, count);
    }
  }

  void walk_orders(u32 account) {
    u32 count = 0;
    u32 prev = 0;
    bool ids = false;
    for (u32 o = s_.peek_account(account).orders_head; o != 0 && !failure_;
         o = s_.peek_order(o).account_next) {
      const exchange::Order& order = s_.peek_order(o);
      if (order.account != account || order.account_prev != prev) {
        note("order {} is not in its place in the list of account {}", o, account);
      }
      if (ids && !(order.has_client_id() && s_.peek_order(prev).client_id < order.client_id)) {
        note("the client ids of account {} do not ascend at order {}", account, o);
      }
      ids = order.has_client_id();
      prev = o;
      ++count;
    }
    listed_ += count;
    if (s_.peek_account(account).open_orders != count) {
      note("account {} says {} open orders, it has {}", account,
           s_.peek_account(account).open_orders, count);
    }
  }

  void balance(u32 account, u32 asset, u64 total, u64 reserved) {
    if (total == 0 || reserved > total || asset <= last_asset_) {
      note("balance of asset {} in account {}: {} of {} reserved", asset, account, reserved, total);
    }
    last_asset_ = asset;
    totals_[asset] += total;
    const auto expected = reserved_.find({account, asset});
    const u64 due = expected == reserved_.end() ? 0 : expected->second;
    if (reserved != due) {
      note("account {} has {} of asset {} reserved, its orders need {}", account, reserved, asset,
           due);
    }
    if (expected != reserved_.end()) reserved_.erase(expected);
  }

  void walk_balances(u32 account) {
    const exchange::Account& a = s_.peek_account(account);
    last_asset_ = 0;
    u32 block = a.has_margin() ? s_.peek_margin_block(a.extension).balance_blocks : a.extension;
    for (u32 i = 0; i < a.balance_count; ++i) {
      if (i < exchange::kInlineBalances) {
        balance(account, a.asset[i], a.total[i], a.reserved[i]);
        continue;
      }
      const u32 at = (i - exchange::kInlineBalances) % exchange::kBlockBalances;
      const exchange::BalanceBlock& b = s_.peek_balance_block(block);
      balance(account, b.asset[at], b.total[at], b.reserved[at]);
      if (at + 1 == exchange::kBlockBalances) block = b.next;
    }
  }

  // Collateral, then positions ascending by market, each with lots or orders that explain it.
  void walk_margin(u32 account) {
    const exchange::Account& a = s_.peek_account(account);
    if (!a.has_margin()) return;
    const exchange::MarginBlock& first = s_.peek_margin_block(a.extension);
    in_vault_ += first.collateral;
    if (first.collateral == 0 && first.position_count == 0)
      note("account {} has an empty margin part", account);
    u32 last = 0;
    u32 block = a.extension;
    for (u32 i = 0; i < first.position_count; ++i) {
      const exchange::Position& p = s_.peek_margin_block(block).position;
      if (p.market <= last || p.is_empty()) note("account {}: position {} is wrong", account, i);
      last = p.market;
      block = p.next_block;
      const auto expected = open_lots_.find({account, p.market});
      if (p.open_lots != (expected == open_lots_.end() ? OpenLots{} : expected->second))
        note("account {} has other orders in market {} than its position says", account, p.market);
      if (expected != open_lots_.end()) open_lots_.erase(expected);
      Book& book = books_[p.market];
      book.size += p.size;
      if (p.size > 0) book.longs += static_cast<u64>(p.size);
      const i64 entry = static_cast<i64>(p.entry_quote);
      book.entries += p.size < 0 ? -entry : entry;
      const i64 index = s_.peek_market(p.market).perpetual.paid_index[p.size < 0 ? 1 : 0];
      if (p.size != 0)
        book.pending += static_cast<i64>(exchange::magnitude(p.size)) * (index - p.paid_index);
    }
  }

  void compare_market(u32 index, const exchange::Market& m) {
    if (!m.is_perpetual()) return;
    const Book& book = books_[index];
    if (book.size != 0 || book.longs != m.perpetual.open_interest)
      note("market {}: positions sum to {}, longs to {}", index, book.size, book.longs);
    if (i64{exchange::kMicro} * (m.perpetual.pool + book.entries) + book.pending < 0)
      note("market {}: its pool does not cover its positions", index);
    in_vault_ += m.perpetual.pool + static_cast<i64>(m.fees_quote);
  }

  void compare_vault() {
    const exchange::Global& g = s_.peek_global();
    in_vault_ += static_cast<i64>(g.insurance);
    if (in_vault_ != static_cast<i64>(g.vault))
      note("the vault says {}, margin parts, pools and the fund hold {}", g.vault, in_vault_);
    totals_[g.collateral_asset] += g.vault;
    for (const auto& [key, lots] : open_lots_) {
      if (lots != OpenLots{})
        note("account {} has orders in market {}, no position", key.first, key.second);
    }
  }

  void fees(const exchange::Market& m) {
    if (m.is_perpetual()) return;
    totals_[m.base] += m.fees_base;
    totals_[m.quote] += m.fees_quote;
  }

  void compare_assets() {
    for (u32 i = 1; i < next(Table::asset); ++i) {
      if (s_.peek_asset(i).total != totals_[i]) {
        note("asset {} says {}, accounts and fees hold {}", i, s_.peek_asset(i).total, totals_[i]);
      }
    }
    for (const auto& [key, amount] : reserved_) {
      if (amount != 0)
        note("account {} holds no asset {}, its orders need it", key.first, key.second);
    }
  }

  void walk_registered() {
    u32 prev = 0;
    for (u32 a = s_.peek_global().registered_head; a != 0 && !failure_;
         a = s_.peek_account(a).registered_next) {
      if (s_.peek_account(a).registered_prev != prev || !s_.peek_account(a).registered() ||
          (prev != 0 && !(s_.peek_account(prev).owner < s_.peek_account(a).owner))) {
        note("account {} is not in its place in the list of registered ones", a);
      }
      prev = a;
    }
  }

  void walk_signers() {
    u32 prev = 0;
    for (u32 i = s_.peek_global().signers_head; i != 0 && !failure_; i = s_.peek_signer(i).next) {
      if (s_.peek_signer(i).prev != prev || s_.peek_signer(i).state != exchange::Signer::kLive ||
          (prev != 0 && !(s_.peek_signer(prev).key < s_.peek_signer(i).key))) {
        note("signer {} is not in its place in the list of live ones", i);
      }
      prev = i;
    }
  }

  const state::HotState& s_;
  std::map<std::pair<u32, u32>, u64> reserved_;  // by account and asset
  std::map<u32, u64> totals_;
  using OpenLots = std::array<u64, 2>;
  struct Book {
    i64 size = 0;
    u64 longs = 0;
    i64 entries = 0;
    i64 pending = 0;
  };
  std::map<std::pair<u32, u32>, OpenLots> open_lots_;  // by account and market
  std::map<u32, Book> books_;
  i64 in_vault_ = 0;
  u32 last_asset_ = 0;
  u64 resting_ = 0;
  u64 listed_ = 0;
  std::optional<std::string> failure_;
};

}  // namespace

std::optional<std::string> check_state(const state::HotState& state) { return Walk(state).run(); }

}  // namespace gavel::sim
