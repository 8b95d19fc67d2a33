// Views of blocks and batches.
#include <fmt/format.h>

#include "api/query.hpp"

namespace gavel::api {

namespace {

QueryResult<sequencer::RecentBlock> find_block(const sequencer::NodeCore& node, const Query& query,
                                               std::string_view name) {
  const u64 number = GAVEL_TRY(query.number(name, 1, ~u64{0}));
  auto block = node.recent().get(number);
  if (!block) {
    return QueryError{
        404, fmt::format("block {} is not kept here: the newest is {}, and only the last {} "
                         "since the start are",
                         number, node.recent().newest(), sequencer::RecentBlocks::kHeads)};
  }
  return std::move(*block);
}

}  // namespace

QueryResult<void> view_block(const sequencer::NodeCore& node, const Query& query, JsonText& json) {
  const sequencer::RecentBlock block = GAVEL_TRY(find_block(node, query, "number"));
  json.object().field("number", block.head.number).field("timestamp_ms", block.head.timestamp_ms);
  json.field("batch", block.batch).field("hash", block.head.hash);
  json.field("tx_count", block.head.transactions).field("tx_root", block.head.tx_root).end_object();
  return {};
}

QueryResult<void> view_receipts(const sequencer::NodeCore& node, const Query& query,
                                JsonText& json) {
  const sequencer::RecentBlock block = GAVEL_TRY(find_block(node, query, "block"));
  if (block.receipts == nullptr) {
    return QueryError{
        404, fmt::format("the receipts of block {} are no longer kept", block.head.number)};
  }
  const u64 first = GAVEL_TRY(query.number("first", 0, 16'384, 0));
  const u64 count = GAVEL_TRY(query.number("count", 1, 1'000, 1'000));
  const auto& executed = block.receipts->executed;
  json.object().field("block", block.head.number).field("tx_count", block.head.transactions);
  json.key("items").array();
  for (u64 i = first; i < executed.size() && i < first + count; ++i) {
    const sequencer::Executed& e = executed[i];
    json.object()
        .field("index", i)
        .field("kind", e.kind == 0 ? "transaction" : "message")
        .field("id", e.id);
    json.key("receipt").hex(
        std::span<const u8>(block.receipts->receipts).subspan(e.receipt_at, e.receipt_size));
    json.end_object();
  }
  json.end_array().end_object();
  return {};
}

QueryResult<void> view_batch(const sequencer::NodeCore& node, const Query& query, JsonText& json) {
  const u64 number = GAVEL_TRY(query.number("number", 1, ~u64{0}, node.heads().batch));
  const auto end = node.batches().get_end(number);
  const auto root = node.batches().get_root(number);
  if (!end.ok() || !root.ok()) {
    return QueryError{
        404, fmt::format("batch {} is not kept here: not committed yet, or forgotten", number)};
  }
  json.object().field("batch", number).field("first_block", end->first_block);
  json.field("last_block", end->block_number).field("timestamp_ms", end->timestamp_ms);
  json.field("output_hash", end->prev_hash).field("state_root", *root);
  json.field("inbox_index", end->inbox_index).field("units", end->units);
  json.field("transactions", end->transactions).end_object();
  return {};
}

}  // namespace gavel::api
