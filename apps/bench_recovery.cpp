// gavel bench recovery: how long a node needs from its start to taking traffic again.
//
// What: makes a data directory as a node leaves it: accounts in a snapshot, and behind it a block
// log of some seconds of traffic that is in no batch yet; then opens it as a node does.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>

#include "bench.hpp"
#include "bench_flow.hpp"
#include "command.hpp"
#include "exchange_session.hpp"
#include "sequencer/block_record.hpp"
#include "sequencer/node_core.hpp"
#include "stf/receipt.hpp"

namespace gavel::apps {

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  u32 accounts = 10'000'000;
  u32 seconds = 100;
  u32 rate = 25'000;
  u32 threads = 2;
  bool json = false;
};

// The objects of a hot state that stands still.
class HotSource final : public state::ObjectSource {
 public:
  explicit HotSource(const state::HotState& state) : state_(state) {}
  u32 extent(u8 table) override {
    if (table >= exchange::kTableCount) return 0;
    return table == 0 ? 2 : state_.peek_global().tables[table].next;
  }
  u32 encode(u8 table, u32 index, std::span<u8> out) override {
    return index == 0 ? 0 : state_.encode(static_cast<exchange::Table>(table), index, out);
  }

 private:
  const state::HotState& state_;
};

class DirectoryMaker {
 public:
  DirectoryMaker(const Options& options, const sequencer::NodeOptions& node,
                 const stf::Config& config)
      : options_(options),
        rules_(stf::make_rules(config)),
        node_(node),
        flow_(options.accounts, 1) {}

  AppResult<u64> make() {
    stores_ = GAVEL_TRY(sequencer::open_node_stores(node_, rules_.config.capacity, disk_,
                                                    [](const std::string&) {}));
    builder_ = std::make_unique<sequencer::BlockBuilder>(
        *stores_.hot, rules_, sequencer::BatchLimits{.max_blocks = ~0u}, sequencer::ChainHead{});
    sealer_ =
        std::make_unique<sequencer::BatchSealer>(*stores_.tree, *stores_.log, *stores_.batches,
                                                 stores_.end, sequencer::BatchSealer::Hooks{});
    GAVEL_TRY(fund());
    GAVEL_TRY(snapshot());
    return trade();
  }

 private:
  // One block: executed, logged, hashed.
  AppResult<void> finish(bool end_batch) {
    builder_->close(end_batch);
    sequencer::encode_block_record(block_, record_);
    stores_.blocks->append(record_);
    if (!stores_.blocks->sync().ok()) return std::string("the block log cannot be written");
    if (sealer_->add(block_) != sequencer::SealError::none)
      return std::string("a batch cannot be sealed");
    return {};
  }

  AppResult<void> fund() {
    for (u64 i = 0; i < flow_.message_count();) {
      builder_->open(++now_ms_, block_);
      for (; i < flow_.message_count() && !builder_->full(); ++i)
        builder_->execute_message(flow_.message(i));
      GAVEL_TRY(finish(i == flow_.message_count()));
    }
    return {};
  }

  AppResult<void> snapshot() {
    auto writer = stores_.tree->begin_snapshot();
    if (!writer.ok()) return std::string("the snapshot cannot be begun");
    HotSource source(*stores_.hot);
    if (!writer->copy_all(source).ok()) return std::string("the snapshot cannot be written");
    const u64 batch = stores_.tree->newest()->batch;
    if (!stores_.tree->finish_snapshot(std::move(*writer), batch).ok())
      return std::string("the snapshot cannot be sealed");
    return {};
  }

  AppResult<u64> trade() {
    constexpr u32 kBlocksPerSecond = 10;
    u64 transactions = 0;
    for (u32 b = 0; b < options_.seconds * kBlocksPerSecond; ++b) {
      now_ms_ += 100;
      builder_->open(now_ms_, block_);
      std::vector<u32> accounts;
      for (u32 i = 0; i < options_.rate / kBlocksPerSecond && !builder_->full(); ++i) {
        sequencer::Submission s;
        s.tx = flow_.next(now_ms_);
        s.signed_by = flow_.owner(s.tx.account);
        if (builder_->execute(s) == sequencer::Refusal::none)
          accounts.push_back(s.tx.action == stf::Action::place ? s.tx.account : 0);
      }
      GAVEL_TRY(finish(false));
      note(accounts);
      transactions += block_.executed.size();
    }
    return transactions;
  }

  void note(const std::vector<u32>& accounts) {
    stf::Receipt receipt;
    for (std::size_t i = 0; i < block_.executed.size(); ++i) {
      const sequencer::Executed& e = block_.executed[i];
      const auto bytes = std::span<const u8>(block_.receipts).subspan(e.receipt_at, e.receipt_size);
      if (!stf::decode_receipt(bytes, receipt)) continue;
      if (accounts[i] != 0 && receipt.resting_lots != 0)
        flow_.placed(accounts[i], receipt.order_id);
    }
  }

  const Options& options_;
  stf::Rules rules_;
  sequencer::NodeOptions node_;
  io::SystemDisk disk_;
  BenchFlow flow_;
  sequencer::NodeStores stores_;
  std::unique_ptr<sequencer::BlockBuilder> builder_;
  std::unique_ptr<sequencer::BatchSealer> sealer_;
  sequencer::SealedBlock block_;
  std::vector<u8> record_;
  u64 now_ms_ = 1'700'000'000'000;
};

struct Result {
  u64 transactions = 0;
  double make_s = 0;
  double open_s = 0;
  u64 block = 0;
};

AppResult<Result> measure(const Options& options) {
  const RunFolder folder = GAVEL_TRY(RunFolder::make("bench-recovery"));
  stf::Config config;
  config.chain_id = 1;
  sequencer::NodeOptions node;
  node.data_directory = folder.path();
  node.gateway.port = 0;
  node.tree_threads = options.threads;
  Result result;
  const auto start = Clock::now();
  {
    DirectoryMaker maker(options, node, config);
    result.transactions = GAVEL_TRY(maker.make());
  }
  const auto made = Clock::now();
  io::SystemDisk disk;
  ops::MetricsRegistry metrics;
  const auto opened = sequencer::NodeCore::open(
      node, config, disk, system_clock(), metrics, [&](const std::string& what) {
        if (!options.json) {
          fmt::print("  {:6.2f} s  {}\n",
                     std::chrono::duration<double>(Clock::now() - made).count(), what);
        }
      });
  if (!opened.ok()) return opened.error();
  result.make_s = std::chrono::duration<double>(made - start).count();
  result.open_s = std::chrono::duration<double>(Clock::now() - made).count();
  result.block = (*opened)->heads().block;
  return result;
}

}  // namespace

void add_recovery_bench(CLI::App& bench, int& status) {
  static Options options;
  CLI::App* recovery =
      bench.add_subcommand("recovery", "A restart: snapshot, then the block log behind it");
  recovery->add_option("--accounts", options.accounts, "Accounts in the snapshot")
      ->capture_default_str();
  recovery->add_option("--seconds", options.seconds, "Traffic after the snapshot")
      ->capture_default_str();
  recovery->add_option("--rate", options.rate, "Transactions a second of it")
      ->capture_default_str();
  recovery->add_option("--threads", options.threads, "Hashing threads")->capture_default_str();
  recovery->add_flag("--json", options.json, "One line of JSON");
  recovery->callback([&status] {
    const auto result = measure(options);
    if (!result.ok()) {
      status = fail("bench recovery", result.error());
    } else if (options.json) {
      fmt::print(R"({{"bench":"recovery","accounts":{},"transactions":{},"open_s":{:.2f}}})"
                 "\n",
                 options.accounts, result->transactions, result->open_s);
    } else {
      fmt::print(
          "recovery, {} accounts, {} transactions in the block log: {:.2f} s to block {} (made in "
          "{:.0f} s)\n",
          options.accounts, result->transactions, result->open_s, result->block, result->make_s);
    }
  });
}

}  // namespace gavel::apps
