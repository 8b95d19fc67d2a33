#include <fmt/format.h>

#include <unordered_map>

#include "base/hex.hpp"
#include "io/clock.hpp"
#include "kill_world.hpp"
#include "sequencer/node_core.hpp"
#include "settle/deriver.hpp"

namespace gavel::days {

namespace {

struct Item {
  Hash32 id;
  Bytes receipt;
};
// By block and index.
using Items = std::map<std::pair<u64, u64>, Item>;

std::string text(const Hash32& hash) { return hex_of(hash.bytes); }

DayResult<std::unique_ptr<sequencer::NodeCore>> open_node(const std::string& directory,
                                                          io::Disk& disk, io::Clock& clock,
                                                          ops::MetricsRegistry& metrics) {
  sequencer::NodeOptions options;
  options.data_directory = directory + "/data";
  options.gateway.port = 0;
  options.batch.max_blocks = 10;
  options.snapshot_every_batches = 0;
  options.retained_batches = 4;
  return sequencer::NodeCore::open(options, sequencer::test_config(), disk, clock, metrics,
                                   [](const std::string&) {});
}

DayResult<settle::BatchInput> input_of(const da::BatchStore& store, u64 batch,
                                       const std::vector<settle::FeedMessage>& messages) {
  const auto stored = store.get(batch);
  if (!stored.ok()) return fmt::format("batch {} has no pages", batch);
  settle::BatchInput in;
  in.batch = batch;
  const auto pages = da::split_pages(stored->pages);
  for (const auto page : pages) in.pages.emplace_back(page.begin(), page.end());
  in.messages = &messages;
  in.message_count = messages.size();
  in.posted.data_commitment = stf::data_commitment(0, da::data_root(pages), pages.size());
  in.posted.data_len = pages.size();
  in.posted.l1_time_ms = stored->end.timestamp_ms + 1'000;
  return in;
}

// All batches, from their pages; what they execute, and that every root is the node's.
DayResult<Items> derive_all(const sequencer::NodeCore& node, const std::string& directory,
                            u64 batches, settle::Deriver& deriver, Checked& out) {
  sequencer::TestWorld world(kAccounts);
  world.found();
  std::vector<settle::FeedMessage> messages;
  for (const auto& message : world.messages) messages.push_back({1, message});
  Items items;
  deriver.on_item([&](const settle::DerivedItem& item) {
    Bytes receipt(stf::kMaxReceiptBytes);
    receipt.resize(stf::encode_receipt(*item.receipt, receipt));
    items[{item.block, item.index}] = {item.id, std::move(receipt)};
  });
  const stf::Rules rules = stf::make_rules(sequencer::test_config());
  u64 time = 0;
  for (u64 batch = 1; batch <= batches; ++batch) {
    const settle::BatchInput input = GAVEL_TRY(input_of(node.batches(), batch, messages));
    const auto derived = deriver.derive(input, rules);
    if (!derived.ok()) return fmt::format("batch {} in {} does not derive", batch, directory);
    if (derived->malformed_count != 0 || derived->rows_ended_early)
      return fmt::format("batch {} has rows that do nothing", batch);
    const auto root = node.batches().get_root(batch);
    if (!root.ok() || *root != derived->end.state_root)
      return fmt::format("batch {} has another state root", batch);
    for (const settle::DerivedBlock& block : derived->blocks) {
      if (block.timestamp_ms <= time) return fmt::format("block {}: time", block.number);
      time = block.timestamp_ms;
      ++out.blocks;
    }
    out.transactions += derived->transactions;
    out.state_root = *root;
  }
  out.batches = batches;
  return items;
}

DayResult<void> check_one_by_one(const Clients& clients, const Items& items, Checked& out) {
  std::map<Hash32, u64> executed;
  for (const auto& [place, item] : items) {
    if (++executed[item.id] > 1) return fmt::format("{} was executed twice", text(item.id));
  }
  for (const Acknowledged& ack : clients.acknowledged) {
    const auto found = items.find({ack.block, ack.index});
    if (found == items.end() || found->second.id != ack.id)
      return fmt::format("LOST: {}, block {}, index {}", text(ack.id), ack.block, ack.index);
    if (found->second.receipt != ack.receipt)
      return fmt::format("another receipt: {}, block {}", text(ack.id), ack.block);
  }
  for (const auto& [id, bytes] : clients.unknown) out.unknown_executed += executed.contains(id);
  return {};
}

}  // namespace

std::string hex_of(std::span<const u8> bytes) {
  std::string text(2 * bytes.size(), '0');
  base::hex_encode(bytes, text);
  return text;
}

DayResult<Checked> check_directory(const std::string& directory, const Clients& clients) {
  io::SystemDisk disk;
  io::SystemClock clock;
  ops::MetricsRegistry metrics;
  const auto node = GAVEL_TRY(open_node(directory, disk, clock, metrics));
  const u64 head = node->heads().durable;
  if (head < clients.last_block)
    return fmt::format("LOST: block {} was acknowledged, the log ends at {}", clients.last_block,
                       head);
  // The batch in progress ends, so that everything is in pages.
  GAVEL_TRY(node->start());
  const u64 until = clock.monotonic_ns() + 10'000'000'000;
  node->end_batch();
  while (node->heads().batch_block <= head && clock.monotonic_ns() < until)
    clock.sleep_for_ns(5'000'000);
  node->stop();
  if (node->heads().batch_block <= head) return std::string("the last batch does not end");
  Checked out;
  settle::Deriver deriver(sequencer::test_config(), 2);
  const Items items = GAVEL_TRY(derive_all(*node, directory, node->heads().batch, deriver, out));
  if (out.state_root != node->tree().newest()->root) return std::string("the tree differs");
  GAVEL_TRY(check_one_by_one(clients, items, out));
  return out;
}

}  // namespace gavel::days
