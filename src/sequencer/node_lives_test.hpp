// One life of a node after the other on the same fake disk, with a client that signs: for tests of
// the whole node in one process.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "io/fake_disk.hpp"
#include "replay/gateway_client.hpp"
#include "sequencer/node_core.hpp"
#include "sequencer/test_world_test.hpp"

namespace gavel::sequencer::lives {

// The machine's clocks, of which the wall clock can be set.
class MovedClock final : public io::Clock {
 public:
  u64 now_ms() override { return clock_.now_ms() + static_cast<u64>(ahead_ms.load()); }
  u64 monotonic_ns() override { return clock_.monotonic_ns(); }
  void sleep_until(u64 deadline_ns) override { clock_.sleep_until(deadline_ns); }
  u64 true_ms() { return clock_.now_ms(); }
  std::atomic<i64> ahead_ms{0};

 private:
  io::SystemClock clock_;
};

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
  void set_faults(const io::DiskFaults& faults) {
    const std::lock_guard lock(mutex_);
    disk_.set_faults(faults);
  }
  u64 used_bytes() {
    const std::lock_guard lock(mutex_);
    return disk_.used_bytes();
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

inline constexpr u32 kAccounts = 8;

inline NodeOptions options(u32 max_blocks = 5, u32 snapshot_every = 2) {
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
  // With nonces from a true clock, whatever the node's says.
  void trade(u32 count) {
    std::mt19937_64 random(requests + 7);
    world.now_ms = clock.true_ms();
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

  MovedClock clock;
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

}  // namespace gavel::sequencer::lives
