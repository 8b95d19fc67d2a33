// Views of live objects. The executor only copies; what is slow, formatting, happens on the
// server's thread.
#include <fmt/format.h>

#include "api/margin_view.hpp"
#include "api/query.hpp"
#include "stf/object_codec.hpp"

namespace gavel::api {

namespace {

using exchange::Table;
using sequencer::ChainHead;
using state::HotState;

constexpr u32 kMostOrders = 1'000;
constexpr u32 kMostAccounts = 1'000;
constexpr u32 kMostLevels = 100'000;
constexpr u32 kMostOwners = 10'000;

const char* name_of_side(exchange::Side side) {
  return side == exchange::Side::bid ? "buy" : "sell";
}

std::string_view symbol_text(const exchange::Symbol& symbol) {
  std::string_view text(reinterpret_cast<const char*>(symbol.data()), symbol.size());
  return text.substr(0, text.find('\0'));
}

QueryError not_there(std::string_view what, u64 number) {
  return {404, fmt::format("there is no {} {}", what, number)};
}

void put_order(JsonText& json, u32 slot, const exchange::Order& order) {
  json.object();
  json.key("order_id").whole(exchange::make_order_id(slot, order.generation()));
  json.field("account", order.account).field("market", order.market());
  json.field("side", name_of_side(order.side())).field("price_ticks", order.price_ticks);
  json.key("lots").whole(order.lots);
  json.field("post_only", (order.flags() & exchange::Order::kPostOnly) != 0);
  json.field("reduce_only", order.reduce_only());
  if (order.has_client_id()) json.key("client_id").hex(order.client_id);
  json.end_object();
}

// One account, copied.
struct AccountCopy {
  u32 index = 0;
  std::vector<u8> encoding;
  std::vector<std::pair<u32, exchange::Order>> orders;
  MarginCopy margin;
};

AccountCopy copy_account(const HotState& state, u64 now_ms, u32 index, u32 most_orders) {
  AccountCopy out;
  out.index = index;
  out.encoding.resize(stf::kLongestObjectBytes);
  out.encoding.resize(state.encode(Table::account, index, out.encoding));
  if (out.encoding.empty()) return out;
  out.margin = copy_margin(state, index, now_ms);
  for (u32 slot = state.peek_account(index).orders_head;
       slot != 0 && out.orders.size() < most_orders;) {
    const exchange::Order& order = state.peek_order(slot);
    out.orders.push_back({slot, order});
    slot = order.account_next;
  }
  return out;
}

QueryResult<void> put_account(JsonText& json, const AccountCopy& copy) {
  exchange::Account account;
  stf::BalanceList balances;
  stf::MarginList margin;
  if (!stf::decode_object(copy.encoding, account, balances, margin))
    return not_there("account", copy.index);
  json.object().field("account", copy.index).field("owner", account.owner);
  json.field("registered", account.registered()).field("open_orders", u32{account.open_orders});
  json.key("balances").array();
  for (const stf::Balance& b : balances) {
    json.object().field("asset", b.asset);
    json.key("total").whole(b.total).key("reserved").whole(b.reserved);
    json.key("available").whole(b.total - b.reserved).end_object();
  }
  json.end_array();
  put_margin(json, copy.margin);
  json.key("orders").array();
  for (const auto& [slot, order] : copy.orders) put_order(json, slot, order);
  json.end_array().end_object();
  return {};
}

struct LevelCopy {
  u32 price_ticks = 0;
  u64 lots = 0;
  u32 orders = 0;
};

void put_levels(JsonText& json, const std::vector<LevelCopy>& levels) {
  json.array();
  for (const LevelCopy& level : levels) {
    json.array().number(level.price_ticks).whole(level.lots).number(level.orders).end_array();
  }
  json.end_array();
}

}  // namespace

QueryResult<void> view_account(const sequencer::NodeCore& node, const Query& query,
                               JsonText& json) {
  const u32 most_orders = static_cast<u32>(GAVEL_TRY(query.number("orders", 0, kMostOrders, 100)));
  if (query.has("index")) {
    const u32 index = GAVEL_TRY(query.index("index"));
    const auto copy = node.ask([=](const HotState& state, const ChainHead& head) {
      return copy_account(state, head.timestamp_ms, index, most_orders);
    });
    if (!copy) return busy();
    return put_account(json, *copy);
  }
  if (!query.has("owner")) return QueryError{400, "give index=N or owner=0x..."};
  const Address owner = GAVEL_TRY(query.address("owner"));
  const auto copies = node.ask([=](const HotState& state, const ChainHead& head) {
    std::vector<AccountCopy> out;
    for (u32 i = state.find_account(owner); i != 0 && out.size() < kMostAccounts;
         i = state.next_account(i)) {
      out.push_back(copy_account(state, head.timestamp_ms, i, out.empty() ? most_orders : 0));
    }
    return out;
  });
  if (!copies) return busy();
  json.object().field("owner", owner).key("accounts").array();
  for (const AccountCopy& copy : *copies) GAVEL_TRY(put_account(json, copy));
  json.end_array().end_object();
  return {};
}

// Owners by index, for whoever wants to know many accounts at once.
QueryResult<void> view_accounts(const sequencer::NodeCore& node, const Query& query,
                                JsonText& json) {
  const u32 first = GAVEL_TRY(query.index("first"));
  const u32 count = static_cast<u32>(GAVEL_TRY(query.number("count", 1, kMostOwners, 1'000)));
  const auto owners = node.ask([=](const HotState& state, const ChainHead&) {
    std::vector<Address> out;
    for (u64 i = first; i < u64{first} + count && state.exists(Table::account, static_cast<u32>(i));
         ++i) {
      out.push_back(state.peek_account(static_cast<u32>(i)).owner);
    }
    return out;
  });
  if (!owners) return busy();
  json.object().field("first", first).key("owners").array();
  for (const Address& owner : *owners) json.hex(owner.bytes);
  json.end_array().end_object();
  return {};
}

QueryResult<void> view_order(const sequencer::NodeCore& node, const Query& query, JsonText& json) {
  const u64 id = GAVEL_TRY(query.number("id", 1, ~u64{0}));
  const u32 slot = exchange::order_slot(id);
  const auto order = node.ask([slot](const HotState& state, const ChainHead&) {
    return state.exists(Table::order, slot) ? state.peek_order(slot) : exchange::Order{};
  });
  if (!order) return busy();
  if (order->account == 0 || order->generation() != exchange::order_generation(id)) {
    return QueryError{404,
                      fmt::format("order {} does not rest: never placed, filled or cancelled", id)};
  }
  put_order(json, slot, *order);
  return {};
}

QueryResult<void> view_market(const sequencer::NodeCore& node, const Query& query, JsonText& json) {
  const u32 index = GAVEL_TRY(query.index("index"));
  const auto answer = node.ask([index](const HotState& state, const ChainHead& head) {
    return std::pair(
        state.exists(Table::market, index) ? state.peek_market(index) : exchange::Market{},
        head.timestamp_ms);
  });
  if (!answer) return busy();
  const exchange::Market* const market = &answer->first;
  if (market->kind == 0) return not_there("market", index);
  json.object().field("market", index).field("symbol", symbol_text(market->symbol));
  json.field("kind", market->is_perpetual() ? "perpetual" : "spot");
  json.field("status", market->status == exchange::Market::kActive ? "active" : "cancel_only");
  json.field("base", market->base).field("quote", market->quote);
  json.key("base_per_lot").whole(market->base_per_lot);
  json.key("quote_per_tick_lot").whole(market->quote_per_tick_lot);
  json.field("maker_fee_ppm", market->maker_fee_ppm).field("taker_fee_ppm", market->taker_fee_ppm);
  json.key("min_lots").whole(market->min_lots).key("max_lots").whole(market->max_lots);
  json.field("last_price_ticks", market->last_price_ticks);
  json.key("fees_base").whole(market->fees_base).key("fees_quote").whole(market->fees_quote);
  if (market->is_perpetual()) put_perpetual(json, *market, answer->second);
  json.end_object();
  return {};
}

QueryResult<void> view_book(const sequencer::NodeCore& node, const Query& query, JsonText& json) {
  const u32 index = GAVEL_TRY(query.index("market"));
  const u32 depth = static_cast<u32>(GAVEL_TRY(query.number("depth", 1, kMostLevels, 20)));
  struct Book {
    bool exists = false;
    u64 block = 0;
    std::array<std::vector<LevelCopy>, 2> sides;
  };
  const auto book = node.ask([=](const HotState& state, const ChainHead& head) {
    Book out;
    out.block = head.block_number;
    out.exists = state.exists(Table::market, index);
    if (!out.exists) return out;
    for (u32 side = 0; side < 2; ++side) {
      for (u32 i = state.peek_market(index).best[side]; i != 0 && out.sides[side].size() < depth;) {
        const exchange::Level& level = state.peek_level(i);
        out.sides[side].push_back({level.price_ticks, level.total_lots, level.orders});
        i = level.next;
      }
    }
    return out;
  });
  if (!book) return busy();
  if (!book->exists) return not_there("market", index);
  json.object().field("market", index).field("block", book->block);
  // Each level: [price_ticks, "lots", orders], the best first.
  put_levels(json.key("bids"), book->sides[0]);
  put_levels(json.key("asks"), book->sides[1]);
  json.end_object();
  return {};
}

// Whether a nonce can still be used, for a client that lost its connection before the result.
QueryResult<void> view_nonce(const sequencer::NodeCore& node, const Query& query, JsonText& json) {
  const u32 account = GAVEL_TRY(query.index("account"));
  const u32 signer = static_cast<u32>(GAVEL_TRY(query.number("signer", 0, 0xffffffff, 0)));
  const u64 nonce = GAVEL_TRY(query.number("nonce", 0, ~u64{0}, 0));
  struct Window {
    bool exists = false;
    exchange::Nonces nonces;
  };
  const auto window = node.ask([=](const HotState& state, const ChainHead&) {
    Window out;
    out.exists =
        signer == 0 ? state.exists(Table::account, account) : state.exists(Table::signer, signer);
    if (!out.exists) return out;
    const u32 slot =
        signer == 0 ? state.peek_account(account).nonces : state.peek_signer(signer).nonces;
    if (slot != 0) out.nonces = state.peek_nonces(slot);
    return out;
  });
  if (!window) return busy();
  if (!window->exists)
    return signer == 0 ? not_there("account", account) : not_there("signer", signer);
  const exchange::Nonces& n = window->nonces;
  bool used = n.state == 1 && nonce == n.highest;
  json.object().field("account", account).field("signer", signer);
  json.key("highest").whole(n.highest).key("kept").array();
  for (u32 i = 0; i < n.count; ++i) {
    json.whole(n.highest - n.below[i]);
    used |= nonce == n.highest - n.below[i];
  }
  json.end_array();
  if (query.has("nonce")) json.field("used", used);
  json.end_object();
  return {};
}

QueryResult<void> view_asset(const sequencer::NodeCore& node, const Query& query, JsonText& json) {
  const u32 index = GAVEL_TRY(query.index("index"));
  const auto asset = node.ask([index](const HotState& state, const ChainHead&) {
    return state.exists(Table::asset, index) ? std::optional(state.peek_asset(index))
                                             : std::nullopt;
  });
  if (!asset) return busy();
  if (!*asset) return not_there("asset", index);
  json.object().field("asset", index).field("token", (*asset)->token);
  json.field("symbol", symbol_text((*asset)->symbol));
  json.field("l1_decimals", u32{(*asset)->l1_decimals}).field("decimals", u32{(*asset)->decimals});
  json.key("total").whole((*asset)->total).end_object();
  return {};
}

}  // namespace gavel::api
