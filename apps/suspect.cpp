#include "suspect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "key_file.hpp"

namespace gavel::apps {

namespace {

using exchange::Table;

struct Field {
  const char* name;
  u32 bytes;
};

// In the order of docs/protocol/state.md, behind the two tag bytes.
std::span<const Field> fields_of(Table table) {
  static constexpr Field kAccount[] = {{"owner", 20}, {"flags", 1}, {"open_orders", 2}, {"orders_head", 4}, {"nonces", 4},
                                       {"registered_prev", 4}, {"registered_next", 4}, {"balance count", 1}};
  static constexpr Field kSigner[] = {{"key", 20}, {"state", 1}, {"role", 1}, {"account", 4}, {"expiry_ms", 8},
                                      {"nonce_floor", 8}, {"nonces", 4}, {"prev", 4}, {"next", 4}};
  static constexpr Field kNonces[] = {{"state", 1}, {"owner kind", 1}, {"owner", 4}, {"highest", 8}, {"count", 1}};
  static constexpr Field kMarket[] = {{"kind", 1}, {"status", 1}, {"base", 4}, {"quote", 4}, {"base_per_lot", 8},
                                      {"quote_per_tick_lot", 8}, {"maker_fee_ppm", 4}, {"taker_fee_ppm", 4}, {"min_lots", 8},
                                      {"max_lots", 8}, {"best_bid", 4}, {"best_ask", 4}, {"last_price", 4}, {"fees_base", 8},
                                      {"fees_quote", 8}, {"symbol", 16}};
  static constexpr Field kLevel[] = {{"state", 1}, {"market", 4}, {"side", 1}, {"price_ticks", 4}, {"orders", 4},
                                     {"total_lots", 8}, {"first", 4}, {"last", 4}, {"prev", 4}, {"next", 4}};
  static constexpr Field kOrder[] = {{"state", 1}, {"generation", 8}, {"account", 4}, {"market", 4}, {"side", 1}, {"flags", 1},
                                     {"price_ticks", 4}, {"lots", 8}, {"level", 4}, {"level_prev", 4}, {"level_next", 4},
                                     {"account_prev", 4}, {"account_next", 4}, {"client_id", 16}};
  static constexpr Field kOutbox[] = {{"kind", 1}, {"account", 4}, {"owner", 20}, {"recipient", 20}, {"asset", 4},
                                      {"amount", 8}, {"block_number", 8}};
  static constexpr Field kAsset[] = {{"token", 20}, {"l1_decimals", 1}, {"decimals", 1}, {"total", 8}, {"symbol", 16}};
  switch (table) {
    case Table::account: return kAccount;
    case Table::signer: return kSigner;
    case Table::nonces: return kNonces;
    case Table::market: return kMarket;
    case Table::level: return kLevel;
    case Table::order: return kOrder;
    case Table::outbox: return kOutbox;
    case Table::asset: return kAsset;
    case Table::global: break;
  }
  return {};
}

const char* table_name(Table table) {
  static constexpr const char* kNames[] = {"global", "account", "signer", "nonces", "market",
                                           "level",  "order",   "outbox", "asset"};
  return kNames[static_cast<u8>(table)];
}

std::vector<u8> bytes_of(std::string_view hex) {
  std::vector<u8> out(hex.size() >= 2 ? (hex.size() - 2) / 2 : 0);
  if (!parse_hex(hex, out)) out.clear();
  return out;
}

}  // namespace

std::string field_name(Table table, u32 at) {
  constexpr u32 kTagBytes = 2;
  constexpr u32 kBalanceBytes = 20;
  if (at < kTagBytes) return "tag";
  u32 end = kTagBytes;
  for (const Field& field : fields_of(table)) {
    end += field.bytes;
    if (at < end) return field.name;
  }
  if (table == Table::account) {
    const u32 in_balance = (at - end) % kBalanceBytes;
    return fmt::format("{} of balance {}", in_balance < 4 ? "asset" : in_balance < 12 ? "total" : "reserved",
                       (at - end) / kBalanceBytes + 1);
  }
  if (table == Table::nonces) return "kept nonces";
  return fmt::format("byte {}", at);
}

SuspectTrace::SuspectTrace(settle::Verifier& verifier) : verifier_(verifier) {
  verifier.on_item([this, batch = u64{0}](const settle::DerivedItem& item) mutable {
    // The hook does not know the batch; a block after the derived ones begins a new one.
    const u64 in_work = verifier_.batches_derived();
    if (in_work != batch) items_.clear();
    batch = in_work;
    std::vector<u8> receipt(stf::kMaxReceiptBytes);
    receipt.resize(stf::encode_receipt(*item.receipt, receipt));
    items_[item.block].push_back({item.index, item.id, std::move(receipt)});
  });
}

std::string SuspectTrace::examine(const std::string& node_url, u64 batch) const {
  const auto node = NodeClient::connect(node_url);
  if (!node.ok()) return node.error() + "\n";
  if (batch != verifier_.batches_derived()) {
    return fmt::format("the verifier has gone on to batch {}; run it with --batches {} for the details\n",
                       verifier_.batches_derived(), batch);
  }
  std::string out = compare_blocks(**node);
  out += compare_objects(**node, batch);
  return out.empty() ? "the node itself shows no difference in this batch\n" : out;
}

std::string SuspectTrace::compare_blocks(NodeClient& node) const {
  for (const settle::DerivedBlock& block : verifier_.last().blocks) {
    const auto theirs = node.json(fmt::format("/v1/block?number={}", block.number));
    if (!theirs.ok()) return fmt::format("node            {}\n", theirs.error());
    if (text_at(*theirs, "/hash") == hex_of(block.hash)) continue;
    std::string out = fmt::format("block           {}: hash {} here, {} at the node\n", block.number, hex_of(block.hash),
                                  text_at(*theirs, "/hash"));
    const u64 count = number_at(*theirs, "/tx_count").value_or(0);
    if (count != block.transactions) {
      out += fmt::format("tx_count        {} here, {} at the node\n", block.transactions, count);
    }
    return out + compare_items(node, block.number);
  }
  return {};
}

std::string SuspectTrace::compare_items(NodeClient& node, u64 block) const {
  constexpr u64 kPage = 1'000;
  const auto found = items_.find(block);
  if (found == items_.end()) return {};
  const std::vector<Item>& ours = found->second;
  for (u64 first = 0; first < ours.size(); first += kPage) {
    const auto theirs = node.json(fmt::format("/v1/receipts?block={}&first={}&count={}", block, first, kPage));
    if (!theirs.ok()) return fmt::format("node            {}\n", theirs.error());
    for (u64 i = first; i < std::min<u64>(ours.size(), first + kPage); ++i) {
      const std::string at = fmt::format("/items/{}", i - first);
      const bool same_id = text_at(*theirs, at + "/id") == hex_of(ours[i].id);
      if (same_id && bytes_of(text_at(*theirs, at + "/receipt")) == ours[i].receipt) continue;
      return fmt::format("transaction     {} of block {}: {} {} here, {} at the node\n", i, block,
                         same_id ? "receipt" : "id", same_id ? hex_of(ours[i].receipt) : hex_of(ours[i].id),
                         text_at(*theirs, at + (same_id ? "/receipt" : "/id")));
    }
  }
  return {};
}

std::string SuspectTrace::compare_objects(NodeClient& node, u64 batch) const {
  const std::vector<u64>& written = verifier_.deriver().written();
  std::array<u8, stf::kLongestObjectBytes> bytes;
  for (u64 i = 0; i < written.size() && i < kMostObjects; ++i) {
    const Table table = static_cast<Table>(written[i] >> 32);
    const u32 index = static_cast<u32>(written[i]);
    const auto theirs = node.json(fmt::format("/v1/object?table={}&index={}&batch={}", table_name(table), index, batch));
    if (!theirs.ok()) continue;
    const std::vector<u8> other = bytes_of(text_at(*theirs, "/encoding"));
    const u32 size = verifier_.deriver().state().encode(table, index, bytes);
    const std::span<const u8> ours = std::span<const u8>(bytes).first(size);
    if (std::ranges::equal(ours, other)) continue;
    const auto differ = std::ranges::mismatch(ours, other);
    const u32 at = static_cast<u32>(differ.in1 - ours.begin());
    return fmt::format("object          {} {}\nobject field    {}\nhere            {}\nat the node     {}\n", table_name(table),
                       index, field_name(table, at), hex_of(ours), hex_of(other));
  }
  return {};
}

}  // namespace gavel::apps
