// Views of perpetual markets: margins, the clearing house, accounts to be liquidated.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "api/margin_view.hpp"
#include "api/query.hpp"

namespace gavel::api {

using exchange::Table;
using sequencer::ChainHead;
using state::HotState;

namespace {

// Accounts looked at between two blocks: about 20 MB of memory touched.
constexpr u32 kMostScanned = 250'000;
constexpr u32 kMostFound = 1'000;

std::string signed_text(i64 value) { return fmt::format("{}", value); }

}  // namespace

MarginCopy copy_margin(const HotState& state, u32 account, u64 now_ms) {
  MarginCopy out;
  const exchange::Account& a = state.peek_account(account);
  if (!a.has_margin()) return out;
  MarginView view(state);
  out.exists = true;
  out.collateral = exchange::collateral_of(view, a);
  out.margin = exchange::margin_of(view, a, now_ms, 0);
  exchange::for_each_position(view, a, [&](const exchange::Position& p) {
    PositionCopy copy{p};
    const exchange::Market& market = view.market(p.market);
    out.stale |= exchange::is_stale(market, now_ms);
    if (p.size != 0) {
      copy.gain = exchange::gain_at(market, p, market.perpetual.mark_price);
      copy.owed = exchange::owed_by(p, exchange::index_at(market, now_ms)[p.size < 0 ? 1 : 0]);
    }
    out.positions.push_back(copy);
  });
  return out;
}

void put_margin(JsonText& json, const MarginCopy& copy) {
  json.key("margin");
  if (!copy.exists) {
    json.null();
    return;
  }
  json.object();
  json.field("collateral", signed_text(copy.collateral));
  json.field("equity", signed_text(copy.margin.equity));
  json.field("initial", signed_text(copy.margin.initial));
  json.field("maintenance", signed_text(copy.margin.maintenance));
  json.field("stale", copy.stale);
  json.key("positions").array();
  for (const PositionCopy& c : copy.positions) {
    json.object().field("market", c.position.market);
    json.field("size", signed_text(c.position.size));
    json.key("entry_quote").whole(c.position.entry_quote);
    json.field("gain", signed_text(c.gain)).field("owed", signed_text(c.owed));
    json.key("open_bids").whole(c.position.open_lots[0]);
    json.key("open_asks").whole(c.position.open_lots[1]).end_object();
  }
  json.end_array().end_object();
}

void put_perpetual(JsonText& json, const exchange::Market& market, u64 now_ms) {
  const exchange::Perpetual& p = market.perpetual;
  json.key("perpetual").object();
  json.field("index_price", p.index_price).field("mark_price", p.mark_price);
  json.field("index_time_ms", p.index_time_ms);
  json.field("stale", exchange::is_stale(market, now_ms));
  json.key("open_interest").whole(p.open_interest);
  json.field("pool", signed_text(p.pool));
  json.key("max_position_lots").whole(p.max_position_lots);
  json.key("impact_lots").whole(p.impact_lots);
  json.field("max_price_ticks", p.max_price_ticks).field("band_ppm", p.band_ppm);
  json.field("oracle_max_age_ms", p.oracle_max_age_ms);
  json.field("liquidation_fee_ppm", p.liquidation_fee_ppm);
  json.key("tiers").array();
  for (u32 i = 0; i < p.tier_count; ++i) {
    json.object().key("up_to").whole(p.tiers[i].up_to);
    json.field("initial_ppm", p.tiers[i].initial_ppm).end_object();
  }
  // Each member's last: who is silent can be seen by its time.
  json.end_array().key("reports").array();
  for (const exchange::OracleReport& r : p.reports) {
    if (r.account == 0) continue;
    json.object().field("account", r.account).field("price_ticks", r.price_ticks);
    json.field("time_ms", r.time_ms);
    json.field("fresh", r.time_ms + p.oracle_max_age_ms >= now_ms).end_object();
  }
  json.end_array().key("funding").object();
  json.field("hour", p.funding_hour).field("samples", p.premium_count);
  // What a long would pay a lot if the hour ended now, in millionths of a unit.
  json.field("next_micro_a_lot", signed_text(exchange::funding_of_hour(market)));
  json.field("paid_index_long", signed_text(p.paid_index[0]));
  json.field("paid_index_short", signed_text(p.paid_index[1])).end_object();
  json.end_object();
}

QueryResult<void> view_clearing(const sequencer::NodeCore& node, const Query& /*query*/,
                                JsonText& json) {
  const auto global =
      node.ask([](const HotState& state, const ChainHead&) { return state.peek_global(); });
  if (!global) return busy();
  json.object().field("collateral_asset", global->collateral_asset);
  json.key("vault").whole(global->vault).key("insurance").whole(global->insurance);
  json.field("oracle_quorum", u32{global->oracle_quorum}).key("oracles").array();
  for (u32 i = 0; i < global->oracle_count; ++i) json.number(global->oracles[i]);
  json.end_array().end_object();
  return {};
}

namespace {

// Where to liquidate an account that has no lots: in a market of its orders, or, if it only has a
// debt and there is something to pay it from, in any that is not stale. 0: nowhere.
u32 market_of_orders_or_debt(const HotState& state, const MarginCopy& copy, u64 now_ms) {
  if (!copy.positions.empty()) return copy.positions.front().position.market;
  const exchange::Global& global = state.peek_global();
  if (global.insurance == 0) return 0;
  for (u32 i = 1; i < global.tables[static_cast<u8>(Table::market)].next; ++i) {
    const exchange::Market& m = state.peek_market(i);
    if (m.is_perpetual() && !exchange::is_stale(m, now_ms)) return i;
  }
  return 0;
}

}  // namespace

// Positions, or orders, or debts of accounts whose equity is below maintenance, from account
// `first` on; `next` is where to go on, 0 at the end.
QueryResult<void> view_liquidatable(const sequencer::NodeCore& node, const Query& query,
                                    JsonText& json) {
  const u32 first = static_cast<u32>(GAVEL_TRY(query.number("first", 1, ~u32{0}, 1)));
  const u32 count = static_cast<u32>(GAVEL_TRY(query.number("count", 1, kMostFound, 100)));
  struct Found {
    u32 next = 0;
    std::vector<std::pair<u32, MarginCopy>> accounts;
  };
  const auto found = node.ask([=](const HotState& state, const ChainHead& head) {
    Found out;
    const u32 end = state.peek_global().tables[static_cast<u8>(Table::account)].next;
    u32 i = first;
    for (u32 left = kMostScanned; i < end && left > 0 && out.accounts.size() < count; --left, ++i) {
      if (!state.peek_account(i).has_margin()) continue;
      MarginView view(state);
      const exchange::Margin m =
          exchange::margin_of(view, state.peek_account(i), head.timestamp_ms, 0);
      if (m.equity >= m.maintenance) continue;
      MarginCopy copy = copy_margin(state, i, head.timestamp_ms);
      const auto has_lots = [](const PositionCopy& c) { return c.position.size != 0; };
      if (std::ranges::none_of(copy.positions, has_lots)) {
        const u32 market = market_of_orders_or_debt(state, copy, head.timestamp_ms);
        copy.positions.clear();
        if (market == 0) continue;
        copy.positions.emplace_back().position.market = market;
      } else {
        std::erase_if(copy.positions, std::not_fn(has_lots));
      }
      out.accounts.emplace_back(i, std::move(copy));
    }
    if (i < end) out.next = i;
    return out;
  });
  if (!found) return busy();
  json.object().field("next", found->next).key("accounts").array();
  for (const auto& [account, copy] : found->accounts) {
    for (const PositionCopy& c : copy.positions) {
      json.object().field("account", account).field("market", c.position.market);
      json.field("size", signed_text(c.position.size));
      json.field("equity", signed_text(copy.margin.equity));
      json.field("maintenance", signed_text(copy.margin.maintenance)).end_object();
    }
  }
  json.end_array().end_object();
  return {};
}

}  // namespace gavel::api
