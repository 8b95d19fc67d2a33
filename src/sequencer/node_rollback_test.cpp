// Going back before an orphaned message: on a node's own directory, from every place where the
// message may lie, with a cut at every step.
#include "sequencer/node_rollback.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "sequencer/node_core.hpp"
#include "sequencer/test_world_test.hpp"

namespace gavel::sequencer {
namespace {

namespace fs = std::filesystem;

// The system's disk, on which one call fails; then all do.
class CutDisk final : public io::Disk {
 public:
  io::DiskResult<std::unique_ptr<io::File>> open(const std::string& path,
                                                 io::OpenMode mode) override {
    return disk_.open(path, mode);
  }
  io::DiskResult<void> rename(const std::string& from, const std::string& to) override {
    GAVEL_TRY(step());
    return disk_.rename(from, to);
  }
  io::DiskResult<void> remove(const std::string& path) override {
    GAVEL_TRY(step());
    return disk_.remove(path);
  }
  io::DiskResult<std::vector<std::string>> list(const std::string& directory) override {
    return disk_.list(directory);
  }
  io::DiskResult<void> make_directory(const std::string& path) override {
    return disk_.make_directory(path);
  }
  io::DiskResult<void> sync_directory(const std::string& path) override {
    GAVEL_TRY(step());
    return disk_.sync_directory(path);
  }
  u64 steps = 0;
  u64 last = ~u64{0};

 private:
  io::DiskResult<void> step() {
    if (++steps > last) return io::DiskError::kIo;
    return {};
  }
  io::SystemDisk disk_;
};

// A node's directory in which message m was executed in a block of its own.
class Directory {
 public:
  Directory() {
    std::string pattern = (fs::temp_directory_path() / "gavel-rollback-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    options_.data_directory = path_ + "/node";
    options_.gateway.port = 0;
    options_.block_interval_ns = 2'000'000;
    options_.batch.max_blocks = 1'000'000;
    options_.snapshot_every_batches = 0;
    options_.block_log_ring_bytes = u64{8} << 20;
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const NodeOptions& options() const { return options_; }

  std::unique_ptr<NodeCore> open() {
    auto node = NodeCore::open(options_, test_config(), disk_, clock_, metrics_.emplace_back(),
                               [](const std::string&) {});
    if (!node.ok()) {
      refused = node.error();
      return nullptr;
    }
    return std::move(*node);
  }
  // Executes deposits from number first on: `batches[i]` messages in batch i + 1; the last number
  // is of the batch in progress.
  void live(u64 first, const std::vector<u32>& batches) {
    const auto node = open();
    ASSERT_NE(node, nullptr) << refused;
    ASSERT_TRUE(node->start().ok());
    const auto wait = [&](const auto& done) {
      while (!done()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    u64 index = first;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      for (u32 j = 0; j < batches[i]; ++j, ++index) {
        node->push_message(message(index));
        wait([&] { return node->heads().inbox_index >= index; });
      }
      if (i + 1 == batches.size()) break;
      const u64 batch = node->heads().batch;
      node->end_batch();
      wait([&] { return node->heads().batch > batch; });
    }
    node->stop();
  }
  static std::vector<u8> message(u64 index) {
    stf::Message m;
    m.kind =
        static_cast<u8>(index == 1 ? stf::MessageKind::register_asset : stf::MessageKind::deposit);
    m.index = index;
    m.asset = 1;
    m.amount = index;
    m.recipient.bytes.fill(static_cast<u8>(index));
    std::vector<u8> bytes(stf::kMaxMessageBytes);
    bytes.resize(stf::encode_message(m, bytes));
    return bytes;
  }

  std::string refused;
  std::string path_;

 private:
  NodeOptions options_;
  io::SystemDisk disk_;
  io::SystemClock clock_;
  std::deque<ops::MetricsRegistry> metrics_;
};

NodeResult<Rollback> roll_back(const Directory& directory, io::Disk& disk, u64 message,
                               u64 next_on_l1 = 1) {
  return roll_back_before_message(directory.options(), disk, message, next_on_l1,
                                  [](const std::string&) {});
}

struct Case {
  const char* what;
  u64 message;
  u64 first_dropped_batch;
};

class NodeRollback : public testing::TestWithParam<Case> {};

// Two batches of three messages each and three in the batch in progress.
TEST_P(NodeRollback, LeavesExactlyWhatWasBefore) {
  const Case& c = GetParam();
  Directory directory;
  directory.live(1, {3, 3, 3});
  io::SystemDisk disk;
  const auto done = roll_back(directory, disk, c.message);
  ASSERT_TRUE(done.ok()) << done.error();
  EXPECT_EQ(done->messages, c.message - 1);
  EXPECT_EQ(done->first_dropped_batch, c.first_dropped_batch);
  EXPECT_GT(done->first_dropped_block, 0u);
  EXPECT_GE(done->last_dropped_block, done->first_dropped_block);
  {
    const auto node = directory.open();
    ASSERT_NE(node, nullptr) << directory.refused;
    EXPECT_EQ(node->inbox_index_at_open(), c.message - 1);
    EXPECT_EQ(node->heads().durable + 1, done->first_dropped_block);
  }
  // Another history from there on, and a start after it.
  directory.live(c.message, {2, 1});
  const auto node = directory.open();
  ASSERT_NE(node, nullptr) << directory.refused;
  EXPECT_EQ(node->inbox_index_at_open(), c.message + 2);
  // What went is still there to be looked at.
  u32 orphaned = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory.options().data_directory))
    orphaned += entry.path().string().find(".orphaned-") != std::string::npos ? 1 : 0;
  EXPECT_GT(orphaned, 0u);
}

INSTANTIATE_TEST_SUITE_P(Places, NodeRollback,
                         testing::Values(Case{"the last", 9, 0}, Case{"first in progress", 7, 0},
                                         Case{"last of a batch", 6, 2},
                                         Case{"first of a batch", 4, 2},
                                         Case{"the second of all", 2, 1},
                                         Case{"the first of all", 1, 1}),
                         [](const auto& p) {
                           std::string name = p.param.what;
                           std::erase(name, ' ');
                           return name;
                         });

TEST(NodeRollbackCut, ACutRunIsFinishedByAnother) {
  Directory directory;
  directory.live(1, {3, 3, 3});
  const std::string saved = directory.path_ + "/saved";
  fs::copy(directory.options().data_directory, saved, fs::copy_options::recursive);
  u32 refusals = 0;
  for (u64 last = 0;; ++last) {
    SCOPED_TRACE(last);
    fs::remove_all(directory.options().data_directory);
    fs::copy(saved, directory.options().data_directory, fs::copy_options::recursive);
    CutDisk disk;
    disk.last = last;
    const bool whole = roll_back(directory, disk, 5).ok();
    // A node that starts now has all of the old history, or what is to be left, or refuses.
    if (!whole) {
      const auto node = directory.open();
      refusals += node == nullptr ? 1 : 0;
      const u64 executed = node ? node->inbox_index_at_open() : 9;
      EXPECT_TRUE(executed == 9 || executed == 4) << executed;
    }
    io::SystemDisk healthy;
    const auto again = roll_back(directory, healthy, 5);
    ASSERT_TRUE(again.ok()) << again.error();
    const auto node = directory.open();
    ASSERT_NE(node, nullptr) << directory.refused;
    EXPECT_EQ(node->inbox_index_at_open(), 4u);
    if (whole) break;
  }
  EXPECT_GT(refusals, 2u);
}

TEST(NodeRollback, WhatL1HasFixedIsNotDropped) {
  Directory directory;
  directory.live(1, {3, 3, 3});
  io::SystemDisk disk;
  const auto refused = roll_back(directory, disk, 4, 3);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().find("L1 has fixed batches up to 2"), std::string::npos);
  const auto node = directory.open();
  ASSERT_NE(node, nullptr) << directory.refused;
  EXPECT_EQ(node->inbox_index_at_open(), 9u);
}

TEST(NodeRollback, AMessageThatWasNotExecutedChangesNothing) {
  Directory directory;
  directory.live(1, {3, 2});
  io::SystemDisk disk;
  const auto done = roll_back(directory, disk, 6);
  ASSERT_TRUE(done.ok()) << done.error();
  EXPECT_EQ(done->first_dropped_block, 0u);
  const auto node = directory.open();
  ASSERT_NE(node, nullptr) << directory.refused;
  EXPECT_EQ(node->inbox_index_at_open(), 5u);
}

}  // namespace
}  // namespace gavel::sequencer
