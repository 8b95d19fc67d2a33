// A query on its way to an answer: parameters that complain for themselves, and the views that fill
// the JSON.
//
// Invariant: a view either returns nothing and has written one JSON object, or returns what was
// wrong; then its text is thrown away.
#pragma once

#include <optional>
#include <string>

#include "api/json_text.hpp"
#include "sequencer/node_core.hpp"

namespace gavel::api {

struct QueryError {
  u32 status = 400;
  std::string what;
};

template <class T>
using QueryResult = base::Result<T, QueryError>;

inline QueryError busy() { return {503, "the node did not answer in time, ask again"}; }

class Query {
 public:
  explicit Query(std::string_view target) : target_(target) {}

  bool has(std::string_view name) const;
  // A decimal number within the bounds; the default if the parameter is absent, an error if there
  // is none.
  QueryResult<u64> number(std::string_view name, u64 min, u64 max,
                          std::optional<u64> otherwise = {}) const;
  QueryResult<u32> index(std::string_view name) const;
  QueryResult<Address> address(std::string_view name) const;
  // A table by name ("account") or number.
  QueryResult<exchange::Table> table(std::string_view name) const;

 private:
  std::string_view target_;
};

const char* name_of(exchange::Table table);

// query_state.cpp: live objects.
QueryResult<void> view_account(const sequencer::NodeCore& node, const Query& query, JsonText& json);
QueryResult<void> view_accounts(const sequencer::NodeCore& node, const Query& query,
                                JsonText& json);
QueryResult<void> view_order(const sequencer::NodeCore& node, const Query& query, JsonText& json);
QueryResult<void> view_market(const sequencer::NodeCore& node, const Query& query, JsonText& json);
QueryResult<void> view_book(const sequencer::NodeCore& node, const Query& query, JsonText& json);
QueryResult<void> view_nonce(const sequencer::NodeCore& node, const Query& query, JsonText& json);
QueryResult<void> view_asset(const sequencer::NodeCore& node, const Query& query, JsonText& json);
// query_margin.cpp: perpetual markets.
QueryResult<void> view_liquidatable(const sequencer::NodeCore& node, const Query& query,
                                    JsonText& json);
QueryResult<void> view_clearing(const sequencer::NodeCore& node, const Query& query,
                                JsonText& json);
// query_chain.cpp: blocks and batches.
QueryResult<void> view_block(const sequencer::NodeCore& node, const Query& query, JsonText& json);
QueryResult<void> view_receipts(const sequencer::NodeCore& node, const Query& query,
                                JsonText& json);
QueryResult<void> view_batch(const sequencer::NodeCore& node, const Query& query, JsonText& json);

// The canonical encoding of a live object; empty if there is none.
QueryResult<std::vector<u8>> live_encoding(const sequencer::NodeCore& node, exchange::Table table,
                                           u32 index);

}  // namespace gavel::api
