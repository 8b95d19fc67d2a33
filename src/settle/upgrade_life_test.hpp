// A node without threads over a chain whose configuration changes at a batch, one life after the
// other, and a stranger who derives its pages: for tests of upgrades.
//
// What: blocks hold as many inbox messages as a configuration allows, so they show which one they
// were made under. Invariant: difference() is empty if every batch is what its configuration gives.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "da/page_writer.hpp"
#include "io/fake_disk.hpp"
#include "sequencer/node_core.hpp"
#include "sequencer/node_rollback.hpp"
#include "settle/deriver.hpp"
#include "stf/message.hpp"

namespace gavel::settle::upgrade {

namespace fs = std::filesystem;

using da::BatchConfigs;
using sequencer::NodeCore;

inline constexpr u64 kSwitch = 4;
inline constexpr u64 kBatches = 6;
inline constexpr u32 kBatchBlocks = 3;
inline constexpr u64 kMessages = 400;

inline Hash32 image(u8 number) {
  Hash32 root;
  root.bytes.fill(number);
  return root;
}

// The blocks of a batch show which one it was: they hold as many messages as it allows.
inline stf::Config config(u32 max_block_txs, u8 image_number = 1) {
  stf::Config c;
  c.chain_id = 4242;
  c.verifying_contract.bytes.fill(0x11);
  c.capacity = state::HotCapacity::small().objects;
  c.max_block_txs = max_block_txs;
  c.image_root = image(image_number);
  return c;
}

inline BatchConfigs configs(const stf::Config& from_switch, u64 start = kSwitch) {
  BatchConfigs out(config(2));
  out.set(start, da::words_of(from_switch));
  return out;
}

inline const std::vector<FeedMessage>& messages() {
  static const std::vector<FeedMessage> all = [] {
    std::vector<FeedMessage> out;
    for (u64 index = 1; index <= kMessages; ++index) {
      stf::Message m;
      m.kind = static_cast<u8>(index == 1 ? stf::MessageKind::register_asset
                                          : stf::MessageKind::deposit);
      m.index = index;
      m.asset = 1;
      m.amount = index;
      m.recipient.bytes.fill(static_cast<u8>(index % 7 + 1));
      Bytes bytes(stf::kMaxMessageBytes);
      bytes.resize(stf::encode_message(m, bytes));
      out.push_back({1, bytes});
    }
    return out;
  }();
  return all;
}

// A node without threads; the disk outlives it.
struct Life {
  explicit Life(io::Disk& disk, const BatchConfigs& announced, std::vector<Hash32> images = {},
                const std::string& directory = "data", bool configurations_from_l1 = false) {
    sequencer::NodeOptions o;
    o.data_directory = directory;
    o.own_threads = false;
    o.random = &random;
    o.batch.max_blocks = kBatchBlocks;
    o.snapshot_every_batches = 2;
    o.block_log_ring_bytes = u64{1} << 20;
    o.images = std::move(images);
    o.configurations_from_l1 = configurations_from_l1;
    auto opened = NodeCore::open(o, announced, disk, clock, metrics, [](const std::string&) {});
    if (!opened.ok()) {
      refused = opened.error();
      return;
    }
    node = std::move(*opened);
    if (node->retired()) return;
    EXPECT_TRUE(node->start().ok());
    for (u64 i = node->inbox_index_at_open(); i < kMessages; ++i)
      node->push_message(messages()[i].bytes);
  }
  ~Life() {
    if (node) node->stop();
  }

  void step() {
    using enum NodeCore::Part;
    for (const auto part : {gateway, signatures, executor, block_log, cold_path, snapshots})
      node->step(part);
    clock.advance_ms(100);
  }
  // Until the batch is committed, or the node makes no more.
  void run_to(u64 batch) {
    for (u32 i = 0; i < 1'000 && node && node->failure().empty(); ++i) {
      if (node->heads().batch >= batch || (node->retired() && node->blocks_waiting() == 0)) return;
      step();
    }
  }

  io::FakeClock clock;
  io::SeededRandom random{1};
  ops::MetricsRegistry metrics;
  std::string refused;
  std::unique_ptr<NodeCore> node;
};

// What is on the disk, in a folder of the system's: a rollback renames folders.
class Folder {
 public:
  explicit Folder(const io::FakeDisk& disk) {
    std::string pattern = (fs::temp_directory_path() / "gavel-upgrade-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    for (const auto& [name, bytes] : disk.contents()) {
      fs::create_directories(fs::path(path_ + "/" + name).parent_path());
      EXPECT_TRUE(io::write_file_atomically(system, path_ + "/" + name, bytes).ok());
    }
    options.data_directory = path_ + "/data";
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  auto roll_back(u64 batch, u64 next_batch_on_l1) {
    return sequencer::roll_back_before_batch(options, system, batch, next_batch_on_l1,
                                             [](const std::string&) {});
  }

  io::SystemDisk system;
  sequencer::NodeOptions options;

 private:
  std::string path_;
};

// What differs between the node's batches and what its pages give under these configurations.
inline std::string difference(const NodeCore& node, const BatchConfigs& named) {
  Deriver deriver(config(2), 1);
  std::array<u64, 2> most{};
  for (u64 batch = 1; batch <= node.heads().batch; ++batch) {
    const std::string name = "batch " + std::to_string(batch) + ": ";
    const auto stored = node.batches().get(batch);
    if (!stored.ok()) return name + "missing";
    BatchInput input;
    input.batch = batch;
    for (const auto page : da::split_pages(stored->pages))
      input.pages.emplace_back(page.begin(), page.end());
    input.messages = &messages();
    input.message_count = kMessages;
    input.posted = {
        stf::data_commitment(0, da::data_root(da::split_pages(stored->pages)), input.pages.size()),
        input.pages.size(),
        {},
        0,
        stored->end.timestamp_ms,
        {},
        named.of(batch).hash};
    const auto derived = deriver.derive(input, stf::make_rules(named.of(batch).decoded()));
    if (!derived.ok() || derived->rows_ended_early) return name + "the rows end";
    if (da::end_cursor(stored->end, input.posted, node.batches().get_root(batch).value()) !=
        derived->end) {
      return name + "another end";
    }
    for (const DerivedBlock& block : derived->blocks) {
      u64& of_side = most[batch < kSwitch ? 0 : 1];
      of_side = std::max(of_side, block.transactions);
    }
  }
  const bool changed = node.heads().batch >= kSwitch;
  if (most[0] != 2 || (changed && most[1] != named.of(kSwitch).decoded().max_block_txs))
    return "not the configurations' blocks";
  return {};
}

}  // namespace gavel::settle::upgrade
