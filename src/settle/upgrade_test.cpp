// A chain whose configuration changes at a batch, on a node's disk: what it makes is what a
// stranger derives, whenever the node dies; and where it must not go on it says so.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "da/page_writer.hpp"
#include "io/fake_disk.hpp"
#include "sequencer/node_core.hpp"
#include "sequencer/node_rollback.hpp"
#include "settle/deriver.hpp"
#include "stf/message.hpp"

namespace gavel::settle {
namespace {

namespace fs = std::filesystem;

using da::BatchConfigs;
using sequencer::NodeCore;

constexpr u64 kSwitch = 4;
constexpr u64 kBatches = 6;
constexpr u32 kBatchBlocks = 3;
constexpr u64 kMessages = 400;

Hash32 image(u8 number) {
  Hash32 root;
  root.bytes.fill(number);
  return root;
}

// The blocks of a batch show which one it was: they hold as many messages as it allows.
stf::Config config(u32 max_block_txs, u8 image_number = 1) {
  stf::Config c;
  c.chain_id = 4242;
  c.verifying_contract.bytes.fill(0x11);
  c.capacity = state::HotCapacity::small().objects;
  c.max_block_txs = max_block_txs;
  c.image_root = image(image_number);
  return c;
}

BatchConfigs configs(const stf::Config& from_switch, u64 start = kSwitch) {
  BatchConfigs out(config(2));
  out.set(start, da::words_of(from_switch));
  return out;
}

const std::vector<FeedMessage>& messages() {
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
                const std::string& directory = "data") {
    sequencer::NodeOptions o;
    o.data_directory = directory;
    o.own_threads = false;
    o.random = &random;
    o.batch.max_blocks = kBatchBlocks;
    o.snapshot_every_batches = 2;
    o.block_log_ring_bytes = u64{1} << 20;
    o.images = std::move(images);
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
std::string difference(const NodeCore& node, const BatchConfigs& named) {
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

TEST(Upgrade, EachBatchIsMadeUnderItsOwnConfiguration) {
  for (const u32 later : {5u, 1u}) {
    io::FakeDisk disk(1);
    Life life(disk, configs(config(later)));
    life.run_to(kBatches);
    ASSERT_EQ(life.node->heads().batch, kBatches) << life.node->failure();
    EXPECT_EQ(difference(*life.node, configs(config(later))), "");
    EXPECT_NE(difference(*life.node, BatchConfigs(config(2))), "");
  }
}

// The power goes before each operation of the disk around the change.
TEST(Upgrade, ADeathAtAnyMomentChangesNothing) {
  const BatchConfigs named = configs(config(5));
  io::FakeDisk disk(1);
  std::vector<std::unique_ptr<io::FakeDisk>> survivors;
  std::set<std::string> sites;
  {
    Life life(disk, named);
    const u64 last = (kSwitch - 1) * kBatchBlocks;
    disk.watch([&](io::DiskOperation, const std::string& site) {
      const u64 block = life.node->heads().block;
      if (block + 2 >= last && block <= last + 2) {
        survivors.push_back(disk.survivor());
        sites.insert(site);
      }
      return io::DiskFate::kDone;
    });
    life.run_to(kSwitch + 1);
    disk.watch({});
  }
  EXPECT_TRUE(std::ranges::any_of(
      sites, [](const auto& site) { return site.find("configurations") != std::string::npos; }));
  ASSERT_GT(survivors.size(), 20u);
  for (std::size_t i = 0; i < survivors.size(); ++i) {
    Life life(*survivors[i], named);
    ASSERT_NE(life.node, nullptr) << i << ": " << life.refused;
    life.run_to(kBatches);
    ASSERT_EQ(life.node->heads().batch, kBatches) << i << ": " << life.node->failure();
    ASSERT_EQ(difference(*life.node, named), "") << i;
    ASSERT_EQ(life.node->misconfigured(), 0u);
  }
}

// What a node did not begin under a configuration that was named once, it begins under the next.
TEST(Upgrade, AnAnnouncementCountsWhenItsBatchBegins) {
  io::FakeDisk disk(1);
  {
    Life life(disk, configs(config(7)));
    life.run_to(2);
    life.node->announce(configs(config(5)));
    life.run_to(kSwitch - 1);
    ASSERT_EQ(life.node->heads().batch, kSwitch - 1);
  }
  Life life(disk, configs(config(5)));
  life.run_to(kBatches);
  EXPECT_EQ(difference(*life.node, configs(config(5))), "");
}

// The note of a batch that never had a block is no obligation.
TEST(Upgrade, ANoteWithoutABlockGivesWay) {
  io::FakeDisk disk(1);
  std::unique_ptr<io::FakeDisk> noted;
  {
    Life life(disk, configs(config(7)));
    disk.watch([&](io::DiskOperation operation, const std::string& site) {
      // The first block behind the note.
      const bool append = operation == io::DiskOperation::kAppend;
      if (append && !noted && life.node->heads().block > (kSwitch - 1) * kBatchBlocks &&
          site.find("blocks") != std::string::npos) {
        noted = disk.survivor();
      }
      return io::DiskFate::kDone;
    });
    life.run_to(kSwitch);
    disk.watch({});
  }
  ASSERT_NE(noted, nullptr);
  for (const auto& named : {configs(config(5)), configs(config(5), kSwitch + 1)}) {
    const auto copy = noted->survivor();
    ASSERT_EQ(BatchConfigs::load(*copy, "data/configurations")->of(kSwitch).words,
              da::words_of(config(7)));
    Life life(*copy, named);
    EXPECT_EQ(life.node->misconfigured(), 0u);
    life.run_to(kBatches);
    ASSERT_EQ(life.node->heads().batch, kBatches);
    EXPECT_EQ(life.node->misconfigured(), 0u);
    EXPECT_EQ(life.node->config_of(kSwitch).hash, named.of(kSwitch).hash);
  }
}

// Too late for a batch that has begun: it keeps its own, as do those behind it, until L1 names that
// one again or the blocks are dropped.
TEST(Upgrade, AnAnnouncementThatComesTooLateIsTold) {
  const BatchConfigs late = configs(config(1), 2);
  io::FakeDisk disk(1);
  {
    Life life(disk, BatchConfigs(config(2)));
    life.run_to(2);
    EXPECT_EQ(life.node->misconfigured(), 0u);
    life.node->announce(late);
    EXPECT_EQ(life.node->misconfigured(), 2u);
    life.run_to(4);
    EXPECT_EQ(life.node->config_of(4).hash, BatchConfigs(config(2)).of(4).hash);
    EXPECT_EQ(difference(*life.node, BatchConfigs(config(2))), "");
    // Blocks of an open batch, which are executed again under what they were made under.
    life.step();
    life.step();
    disk.power_cut();
  }
  {
    Life again(disk, late);
    ASSERT_NE(again.node, nullptr) << again.refused;
    EXPECT_GT(again.node->heads().block, again.node->heads().batch_block);
    EXPECT_EQ(again.node->misconfigured(), 2u);
    again.node->announce(BatchConfigs(config(2)));
    EXPECT_EQ(again.node->misconfigured(), 0u);
    again.node->announce(configs(config(5), 9));
    EXPECT_EQ(again.node->misconfigured(), 0u);
    EXPECT_EQ(again.node->next_config_batch(), 9u);
  }
  Folder folder(disk);
  EXPECT_FALSE(folder.roll_back(2, 3).ok());
  const auto dropped = folder.roll_back(2, 2);
  ASSERT_TRUE(dropped.ok()) << dropped.error();
  EXPECT_EQ(dropped->first_dropped_block, kBatchBlocks + 1);
  EXPECT_EQ(dropped->first_dropped_batch, 2u);
  EXPECT_EQ(folder.roll_back(2, 2)->first_dropped_block, 0u);
  Life life(folder.system, late, {}, folder.options.data_directory);
  ASSERT_NE(life.node, nullptr) << life.refused;
  EXPECT_EQ(life.node->misconfigured(), 0u);
  life.run_to(kBatches);
  ASSERT_EQ(life.node->heads().batch, kBatches);
  EXPECT_EQ(life.node->config_of(2).words, da::words_of(config(1)));
}

// Blocks of the batch before are kept when it is not committed yet.
TEST(Upgrade, ARollbackKeepsTheOpenBatchBefore) {
  io::FakeDisk disk(1);
  {
    Life life(disk, BatchConfigs(config(2)));
    while (life.node->heads().block < kBatchBlocks + 1) {
      life.node->step(NodeCore::Part::executor);
      life.node->step(NodeCore::Part::block_log);
      life.clock.advance_ms(100);
    }
    disk.power_cut();
  }
  Folder folder(disk);
  const auto dropped = folder.roll_back(2, 1);
  ASSERT_TRUE(dropped.ok()) << dropped.error();
  EXPECT_EQ(dropped->first_dropped_block, kBatchBlocks + 1);
  EXPECT_EQ(dropped->first_dropped_batch, 0u);
  Life life(folder.system, BatchConfigs(config(2)), {}, folder.options.data_directory);
  ASSERT_NE(life.node, nullptr) << life.refused;
  EXPECT_EQ(life.node->heads().block, kBatchBlocks);
}

// At a batch that this process must not make it ends, with all before it on disk.
TEST(Upgrade, ANodeRetiresAtABatchThatIsNotItsOwn) {
  stf::Config other_chain = config(5);
  other_chain.chain_id = 7;
  stf::Config other_contract = config(5);
  other_contract.verifying_contract.bytes.fill(0x12);
  stf::Config larger = config(5);
  ++larger.capacity[static_cast<u8>(exchange::Table::market)];
  stf::Config no_units = config(5);
  no_units.rows_end_unit = 1u << 21;
  stf::Config no_pages = config(5);
  no_pages.max_batch_pages = (1u << 11) - 1;
  struct Case {
    const char* name;
    stf::Config config;
    bool reopens;
    const char* says;
  };
  const std::vector<Case> cases = {
      {"another image", config(5, 2), false, "judged by image 0x0202"},
      {"another chain", other_chain, true, "another chain or contract"},
      {"another contract", other_contract, true, "another chain or contract"},
      {"larger tables", larger, true, "larger tables"},
      {"no room for a block's units", no_units, false, "no room for a block"},
      {"no room for a block's pages", no_pages, false, "no room for a block"},
  };
  for (const Case& c : cases) {
    io::FakeDisk disk(1);
    {
      Life life(disk, BatchConfigs(config(2)), {image(1)});
      life.run_to(1);
      life.node->announce(configs(c.config));
      life.run_to(kBatches);
      const auto retired = life.node->retired();
      ASSERT_TRUE(retired) << c.name;
      EXPECT_EQ(retired->batch, kSwitch) << c.name;
      EXPECT_EQ(retired->image, c.config.image_root) << c.name;
      EXPECT_EQ(retired->reopens, c.reopens) << c.name;
      EXPECT_NE(retired->why.find(c.says), std::string::npos) << retired->why;
      EXPECT_NE(retired->why.find("batch 4 "), std::string::npos) << retired->why;
      EXPECT_EQ(life.node->heads().block, (kSwitch - 1) * kBatchBlocks) << c.name;
      EXPECT_EQ(life.node->heads().batch, kSwitch - 1) << c.name;
      EXPECT_EQ(life.node->failure(), "");
    }
    // The same program again: it goes on if only the layout was in the way.
    Life again(disk, configs(c.config), {image(1)});
    ASSERT_NE(again.node, nullptr) << c.name << ": " << again.refused;
    EXPECT_EQ(again.node->retired().has_value(), !c.reopens) << c.name;
    if (!c.reopens) {
      EXPECT_FALSE(again.node->start().ok());
      continue;
    }
    again.run_to(kBatches);
    EXPECT_EQ(again.node->heads().batch, kBatches) << c.name;
    EXPECT_EQ(again.node->config().chain_id, c.config.chain_id);
  }
}

TEST(Upgrade, AVouchedImageIsOnesOwn) {
  io::FakeDisk disk(1);
  Life life(disk, configs(config(5, 2)), {image(1), image(2)});
  life.run_to(kBatches);
  ASSERT_EQ(life.node->heads().batch, kBatches);
  EXPECT_EQ(difference(*life.node, configs(config(5, 2))), "");
}

// Blocks of the log are executed by the rules that made them or not at all.
TEST(Upgrade, AnotherProgramDoesNotFinishABatch) {
  io::FakeDisk disk(1);
  {
    Life life(disk, BatchConfigs(config(2)), {image(1)});
    life.run_to(1);
    life.step();
    life.step();
    disk.power_cut();
  }
  const u64 blocks = [&] {
    const auto copy = disk.survivor();
    return Life(*copy, BatchConfigs(config(2)), {image(1)}).node->heads().block;
  }();
  ASSERT_GT(blocks, u64{kBatchBlocks});
  const Life other(disk, configs(config(5, 2), 3), {image(2)});
  ASSERT_NE(other.node, nullptr) << other.refused;
  const auto retired = other.node->retired();
  ASSERT_TRUE(retired);
  EXPECT_EQ(retired->batch, 2u);
  EXPECT_FALSE(retired->reopens);
  EXPECT_NE(retired->why.find("block log holds blocks of batch 2"), std::string::npos)
      << retired->why;
}

// The directory says what was made under what; its word is checked.
TEST(Upgrade, ADirectoryWithoutItsConfigurationsAsksL1) {
  const BatchConfigs named = configs(config(5));
  io::FakeDisk disk(1);
  {
    Life life(disk, named);
    life.run_to(kSwitch);
    life.step();
  }
  ASSERT_TRUE(disk.remove("data/configurations").ok());
  {
    Life life(disk, named);
    ASSERT_NE(life.node, nullptr) << life.refused;
    EXPECT_EQ(life.node->misconfigured(), 0u);
    life.run_to(kBatches);
    EXPECT_EQ(difference(*life.node, named), "");
  }
  auto bytes = io::read_file(disk, "data/configurations", 1u << 20).value();
  bytes[100] ^= 1;
  ASSERT_TRUE(io::write_file_atomically(disk, "data/configurations", bytes).ok());
  const Life life(disk, named);
  EXPECT_NE(life.refused.find("data/configurations is damaged"), std::string::npos) << life.refused;
}

// A change that the disk does not take is a failure of the disk: nothing is built on it.
TEST(Upgrade, ANoteThatTheDiskDoesNotTakeEndsTheNode) {
  io::FakeDisk disk(1);
  Life life(disk, configs(config(5)));
  disk.watch([](io::DiskOperation, const std::string& site) {
    const bool note = site.find("configurations") != std::string::npos;
    return note ? io::DiskFate::kNoSpace : io::DiskFate::kDone;
  });
  life.run_to(kBatches);
  EXPECT_TRUE(life.node->disk_failed());
  EXPECT_EQ(life.node->heads().block, (kSwitch - 1) * kBatchBlocks);
  disk.watch({});
}

}  // namespace
}  // namespace gavel::settle
