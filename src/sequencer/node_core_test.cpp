#include "sequencer/node_core.hpp"

#include <gtest/gtest.h>

#include <map>

#include "io/fake_disk.hpp"
#include "replay/gateway_client.hpp"
#include "sequencer/test_world_test.hpp"
#include "stf/receipt.hpp"

namespace gavel::sequencer {
namespace {

// FakeDisk is for one thread; a node has several.
class LockedDisk final : public io::Disk {
 public:
  explicit LockedDisk(u64 seed) : disk_(seed) {}

  io::DiskResult<std::unique_ptr<io::File>> open(const std::string& path,
                                                 io::OpenMode mode) override {
    const std::lock_guard lock(mutex_);
    auto file = disk_.open(path, mode);
    if (!file.ok()) return file.error();
    return std::unique_ptr<io::File>(new LockedFile(mutex_, std::move(*file)));
  }
  io::DiskResult<void> rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    return disk_.rename(from, to);
  }
  io::DiskResult<void> remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    return disk_.remove(path);
  }
  io::DiskResult<std::vector<std::string>> list(const std::string& directory) override {
    const std::lock_guard lock(mutex_);
    return disk_.list(directory);
  }
  io::DiskResult<void> make_directory(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    return disk_.make_directory(path);
  }
  io::DiskResult<void> sync_directory(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    return disk_.sync_directory(path);
  }
  void power_cut() {
    const std::lock_guard lock(mutex_);
    disk_.power_cut();
  }

 private:
  class LockedFile final : public io::File {
   public:
    LockedFile(std::mutex& mutex, std::unique_ptr<io::File> file)
        : mutex_(mutex), file_(std::move(file)) {}
    ~LockedFile() override {
      const std::lock_guard lock(mutex_);
      file_.reset();
    }
    io::DiskResult<void> append(std::span<const u8> bytes) override {
      const std::lock_guard lock(mutex_);
      return file_->append(bytes);
    }
    io::DiskResult<u64> pread(u64 offset, std::span<u8> out) override {
      const std::lock_guard lock(mutex_);
      return file_->pread(offset, out);
    }
    io::DiskResult<void> sync_data() override {
      const std::lock_guard lock(mutex_);
      return file_->sync_data();
    }
    io::DiskResult<void> truncate(u64 length) override {
      const std::lock_guard lock(mutex_);
      return file_->truncate(length);
    }
    io::DiskResult<u64> size() override {
      const std::lock_guard lock(mutex_);
      return file_->size();
    }

   private:
    std::mutex& mutex_;
    std::unique_ptr<io::File> file_;
  };

  std::mutex mutex_;
  io::FakeDisk disk_;
};

constexpr u32 kAccounts = 8;

NodeOptions options(u32 max_blocks = 5, u32 snapshot_every = 2) {
  NodeOptions o;
  o.data_directory = "data";
  o.gateway.port = 0;
  o.block_interval_ns = 10'000'000;
  o.batch.max_blocks = max_blocks;
  o.snapshot_every_batches = snapshot_every;
  o.block_log_ring_bytes = u64{8} << 20;
  return o;
}

// One life of a node after the other on the same disk, and a client.
struct Lives {
  explicit Lives(u64 seed = 1) : disk(seed), world(kAccounts) {
    world.now_ms = clock.now_ms();
    world.found();
  }

  void open(NodeOptions o = options()) {
    metrics = std::make_unique<ops::MetricsRegistry>();
    auto opened = NodeCore::open(std::move(o), test_config(), disk, clock, *metrics,
                                 [](const std::string&) {});
    ASSERT_TRUE(opened.ok()) << opened.error();
    node = std::move(*opened);
  }
  void start() {
    const auto started = node->start();
    ASSERT_TRUE(started.ok()) << started.error();
    for (u64 i = node->inbox_index_at_open(); i < world.messages.size(); ++i)
      node->push_message(world.messages[i]);
    auto connected =
        replay::GatewayClient::connect("127.0.0.1", node->gateway().port(), 3'000'000'000);
    ASSERT_TRUE(connected.ok());
    client = std::move(*connected);
    wait([&] { return node->heads().inbox_index == world.messages.size(); });
  }
  void end() {
    client.reset();
    node.reset();
  }

  static void wait(const std::function<bool()>& until) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!until()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  void submit(const stf::Transaction& tx) {
    const Submission s = world.sign(tx, world.keys[(tx.account - 1) % world.keys.size()]);
    std::array<u8, stf::kMaxTransactionBytes> bytes;
    client->submit(++requests,
                   std::span<const u8>(bytes).first(stf::encode_transaction(s.tx, bytes)));
  }
  void pump() {
    const auto pumped = client->pump(20'000'000, [&](const replay::Answer& answer) {
      if (const auto* r = std::get_if<replay::ResultFrame>(&answer)) results[r->request_id] = *r;
      if (const auto* r = std::get_if<replay::RefusedFrame>(&answer))
        refused[r->request_id] = r->code;
    });
    alive = pumped.ok();
  }
  void trade(u32 count) {
    std::mt19937_64 random(requests + 7);
    world.now_ms = clock.now_ms();
    const u64 before = results.size() + refused.size();
    for (u32 i = 0; i < count; ++i) submit(place(random));
    while (alive && results.size() + refused.size() < before + count) pump();
  }
  stf::Transaction place(std::mt19937_64& random) {
    stf::Transaction tx =
        world.transaction(static_cast<u32>(1 + random() % kAccounts), stf::Action::place);
    tx.market = 1;
    tx.side = static_cast<u8>(random() % 2);
    tx.price_ticks = static_cast<u32>(1'000 + random() % 20);
    tx.lots = 1 + random() % 50;
    return tx;
  }

  using Objects = std::vector<std::pair<u64, std::vector<u8>>>;
  Objects objects() {
    const auto all = node->ask(
        [](const state::HotState& state, const ChainHead&) { return all_objects(state); });
    return all.value_or(Objects{});
  }

  io::SystemClock clock;
  LockedDisk disk;
  TestWorld world;
  std::unique_ptr<ops::MetricsRegistry> metrics;
  std::unique_ptr<NodeCore> node;
  std::unique_ptr<replay::GatewayClient> client;
  std::map<u64, replay::ResultFrame> results;
  std::map<u64, u8> refused;
  u64 requests = 0;
  bool alive = true;
};

TEST(NodeCore, AnswersSignedTransactions) {
  Lives lives;
  lives.open();
  lives.start();
  lives.trade(200);
  EXPECT_EQ(lives.results.size(), 200u);
  u64 fills = 0;
  for (const auto& [id, result] : lives.results) {
    EXPECT_EQ(result.receipt.result, exchange::Reject::ok);
    fills += result.receipt.events.size();
  }
  EXPECT_GT(fills, 10u);
}

TEST(NodeCore, ForgedSignatureIsRefused) {
  Lives lives;
  lives.open();
  lives.start();
  std::mt19937_64 random(1);
  lives.world.now_ms = lives.clock.now_ms();
  Submission s = lives.world.sign(lives.place(random), lives.world.keys[0]);
  s.tx.account = 2;
  std::array<u8, stf::kMaxTransactionBytes> bytes;
  lives.client->submit(77, std::span<const u8>(bytes).first(stf::encode_transaction(s.tx, bytes)));
  while (lives.refused.empty()) lives.pump();
  EXPECT_EQ(lives.refused.at(77), static_cast<u8>(Refusal::bad_signature));
}

TEST(NodeCore, StopAndOpenGivesTheSameState) {
  Lives lives;
  lives.open();
  lives.start();
  lives.trade(300);
  Lives::wait([&] { return lives.node->heads().batch >= 3; });
  const u64 nonces = lives.world.nonces;
  const Lives::Objects before = lives.objects();
  lives.end();
  lives.open();
  lives.start();
  EXPECT_EQ(lives.objects(), before);
  EXPECT_EQ(lives.world.nonces, nonces);
  lives.trade(50);
  EXPECT_EQ(lives.results.size(), 350u);
}

// Their balances lie in blocks of their own, which a start must not give out twice.
TEST(NodeCore, AccountsWithManyAssetsComeBack) {
  Lives lives;
  lives.world.open();
  for (u32 asset = 3; asset <= 5; ++asset) {
    stf::Message m = lives.world.message(stf::MessageKind::register_asset);
    m.asset = asset;
    m.token.bytes.fill(static_cast<u8>(asset));
    lives.world.execute(m);
    for (u32 account = 1; account <= kAccounts; ++account) {
      stf::Message d = lives.world.message(stf::MessageKind::deposit);
      d.asset = asset;
      d.amount = 100 * account + asset;
      d.recipient = lives.world.keys[account - 1].address;
      d.account = account;
      lives.world.execute(d);
    }
  }
  lives.world.close();
  lives.open(options(3, 0));
  lives.start();
  for (u32 i = 0; i < 3; ++i) {
    const u64 batch = lives.node->heads().batch;
    lives.trade(60);
    Lives::wait([&] { return lives.node->heads().batch > batch; });
  }
  const Lives::Objects before = lives.objects();
  lives.end();
  lives.open(options(3, 0));
  lives.start();
  EXPECT_EQ(lives.objects(), before);
}

// A client must never have been told what a power cut can take back.
class NodeCorePowerCut : public testing::TestWithParam<u32> {};

TEST_P(NodeCorePowerCut, KeepsWhatWasAcknowledged) {
  Lives lives(GetParam());
  lives.open();
  lives.start();
  std::mt19937_64 random(GetParam());
  lives.world.now_ms = lives.clock.now_ms();
  for (u32 i = 0; i < 2'000; ++i) lives.submit(lives.place(random));
  while (lives.alive && lives.results.size() < 100 + 200 * GetParam()) lives.pump();
  lives.disk.power_cut();
  for (u32 i = 0; i < 20 && lives.alive; ++i) lives.pump();
  lives.end();

  lives.alive = true;
  lives.open(options(5, 0));
  const u64 durable = lives.node->heads().durable;
  lives.start();
  const auto unknown = lives.node->ask([&](const state::HotState& state, const ChainHead&) {
    u64 count = 0;
    for (const auto& [id, result] : lives.results) {
      const u64 order = result.receipt.order_id;
      count +=
          order != 0 && !state.exists(exchange::Table::order, exchange::order_slot(order)) ? 1 : 0;
    }
    return count;
  });
  EXPECT_EQ(unknown, 0u);
  for (const auto& [id, result] : lives.results) EXPECT_LE(result.block, durable);
  lives.trade(20);
  EXPECT_TRUE(lives.node->failure().empty());
}

INSTANTIATE_TEST_SUITE_P(Moments, NodeCorePowerCut, testing::Range(0u, 6u));

TEST(NodeCore, BatchesAreTheSameAfterARestart) {
  Lives lives;
  lives.open(options(1'000'000));
  lives.start();
  lives.trade(100);
  const u64 blocks = lives.node->heads().durable;
  lives.end();
  // Another limit now; the blocks that are there still belong to the first batch.
  lives.open(options(static_cast<u32>(blocks + 20)));
  lives.start();
  Lives::wait([&] { return lives.node->heads().batch >= 1; });
  const auto batch = lives.node->batches().get(1);
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->end.first_block, 1u);
  EXPECT_GE(batch->end.block_number, blocks);
  EXPECT_EQ(batch->end.transactions, lives.world.messages.size() + 100);
}

TEST(NodeCore, SnapshotShortensTheNextStart) {
  Lives lives;
  lives.open(options(3, 1));
  lives.start();
  lives.trade(100);
  Lives::wait([&] { return lives.node->snapshots_taken() > 0; });
  const u64 batch = lives.node->heads().batch;
  Lives::wait([&] { return lives.node->heads().batch > batch + 1; });
  lives.end();
  std::vector<std::string> said;
  ops::MetricsRegistry metrics;
  const auto opened = NodeCore::open(options(3, 1), test_config(), lives.disk, lives.clock, metrics,
                                     [&](const std::string& what) { said.push_back(what); });
  ASSERT_TRUE(opened.ok()) << opened.error();
  bool from_snapshot = false;
  for (const std::string& what : said)
    from_snapshot |= what.find("on top of snapshot") != std::string::npos;
  EXPECT_TRUE(from_snapshot);
}

TEST(NodeCore, DirectoryOfAnotherChainIsLeftAlone) {
  Lives lives;
  lives.open();
  lives.end();
  stf::Config other = test_config();
  other.chain_id = 1;
  ops::MetricsRegistry metrics;
  const auto opened =
      NodeCore::open(options(), other, lives.disk, lives.clock, metrics, [](const std::string&) {});
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().find("another chain"), std::string::npos);
}

TEST(NodeCore, RecentBlocksHaveTheHashesOfTheBatch) {
  Lives lives;
  lives.open();
  lives.start();
  lives.trade(20);
  Lives::wait([&] { return lives.node->heads().batch >= 2; });
  const auto end = lives.node->batches().get_end(1);
  ASSERT_TRUE(end.ok());
  const auto block = lives.node->recent().get(end->block_number);
  ASSERT_TRUE(block.has_value());
  EXPECT_EQ(block->head.hash, end->prev_hash);
  EXPECT_EQ(block->batch, 1u);
}

}  // namespace
}  // namespace gavel::sequencer
