// gavel bench witness: what a dispute asks of a challenger: an older batch reopened, the lists that
// lead to a unit, the unit's witness and run, and the memory that these take.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "bench.hpp"
#include "bench_flow.hpp"
#include "command.hpp"
#include "dispute/trace_source.hpp"
#include "program/image.hpp"
#include "program/unit_run.hpp"
#include "stf/judge.hpp"
#include "vm/elf.hpp"

namespace gavel::apps {

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  u32 accounts = 1'000'000;
  u32 blocks = 100;
  u32 block_txs = 1'000;
  u32 newer = 2;
  u32 units = 100;
  bool json = false;
};

constexpr u64 kStartMs = 1'700'000'000'000;
constexpr u32 kKeys = 1'000;
constexpr u32 kListLength = 64;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double heap_mb() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / 1e6;
}

// With what lies beside the heap.
double resident_mb() {
  malloc_trim(0);
  u64 size = 0;
  u64 resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return static_cast<double>(resident * static_cast<u64>(::sysconf(_SC_PAGESIZE))) / 1e6;
}

// A chain whose first batch opens the accounts and whose others trade, and its deriver.
class World {
 public:
  explicit World(const Options& options)
      : options_(options),
        folder_(fmt::format("{}/gavel-bench-witness-{}",
                            std::filesystem::temp_directory_path().string(), ::getpid())),
        flow_(options.accounts, 1) {
    stf::Config config;
    config.chain_id = 1;
    config.capacity[static_cast<u8>(exchange::Table::account)] = options.accounts + 16;
    rules_ = stf::make_rules(config);
    config_.resize(stf::kConfigBytes);
    stf::encode_config(config, std::span<u8, stf::kConfigBytes>(config_));
    deriver_ = std::make_shared<settle::Deriver>(config, 2, settle::UndoPlace{&disk_, folder_});
    state_ = std::make_unique<state::HotState>(state::HotCapacity::of_config(config));
    std::array<u8, stf::kLongestObjectBytes> bytes;
    const u32 size = stf::encode_object(exchange::Global{}, bytes);
    GAVEL_CHECK(
        state_->load_object(exchange::Table::global, 1, std::span<const u8>(bytes).first(size)) &&
        state_->rebuild_indexes());
    flow_.use_keys(Hash32{}, kKeys);
    open_accounts();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() {
    deriver_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void add_batch();
  std::unique_ptr<dispute::BatchTrace> open(u64 batch) {
    auto trace = dispute::open_trace(deriver_, ends_.at(batch - 1), inputs_.at(batch), config_, 2);
    GAVEL_CHECK(trace.ok());
    return std::move(trace).value();
  }
  // Whether the unit that begins here is a placed order.
  bool places(u64 batch, const stf::Cursor& c) const;
  double deriving_ms() const { return deriving_ms_; }

 private:
  void open_accounts();
  void derive(settle::BatchInput input);

  Options options_;
  std::string folder_;
  io::SystemDisk disk_;
  BenchFlow flow_;
  stf::Rules rules_;
  settle::Bytes config_;
  std::vector<settle::FeedMessage> messages_;
  Hash32 inbox_root_;
  std::shared_ptr<settle::Deriver> deriver_;
  std::unique_ptr<state::HotState> state_;  // of the sequencer
  std::vector<settle::BatchInput> inputs_{1};
  std::vector<stf::Cursor> ends_;
  double deriving_ms_ = 0;  // of the last batch
};

void World::open_accounts() {
  std::vector<Hash32> leaves;
  sequencer::BlockBuilder builder(*state_, rules_, {}, {});
  sequencer::SealedBlock block;
  u64 now_ms = 1;
  for (u64 i = 0; i < flow_.message_count();) {
    builder.open(++now_ms, block);
    for (; i < flow_.message_count() && !builder.full(); ++i) {
      messages_.push_back({1, flow_.message(i)});
      leaves.push_back(crypto::keccak256(messages_.back().bytes));
      builder.execute_message(messages_.back().bytes);
    }
    builder.close(false);
  }
  inbox_root_ = stf::inbox_snapshot(
      messages_.size(), dispute::LeafTree(std::move(leaves), stf::kInboxTreeDepth).root());
  ends_.push_back(deriver_->end());
  derive({});
}

void World::derive(settle::BatchInput input) {
  input.batch = inputs_.size();
  input.messages = &messages_;
  input.message_count = messages_.size();
  std::vector<std::span<const u8>> pages(input.pages.begin(), input.pages.end());
  input.posted = {stf::data_commitment(0, da::data_root(pages), pages.size()),
                  pages.size(),
                  inbox_root_,
                  messages_.size(),
                  kStartMs + inputs_.size() * 1'000'000,
                  {},
                  stf::config_hash(std::span<const u8, stf::kConfigBytes>(config_))};
  const auto start = Clock::now();
  const auto derived = deriver_->derive(input, rules_);
  deriving_ms_ = ms_since(start);
  GAVEL_CHECK(derived.ok() && !derived.value().rows_ended_early);
  inputs_.push_back(std::move(input));
  ends_.push_back(derived.value().end);
}

void World::add_batch() {
  const stf::Cursor& parent = ends_.back();
  sequencer::ChainHead head;
  head.block_number = parent.block_number;
  head.timestamp_ms = parent.timestamp_ms;
  head.inbox_index = parent.inbox_index;
  head.batch = inputs_.size();
  sequencer::BlockBuilder builder(*state_, rules_, {}, head);
  sequencer::SealedBlock block;
  da::PageStream stream;
  u64 now_ms = kStartMs + inputs_.size() * 1'000'000;
  stf::Receipt receipt;
  std::vector<sequencer::Submission> submissions(options_.block_txs);
  for (u32 b = 0; b < options_.blocks; ++b) {
    builder.open(now_ms += 100, block);
    for (sequencer::Submission& s : submissions) {
      s.tx = flow_.next(now_ms);
      const crypto::KeyPair& key = flow_.key(s.tx.account);
      s.tx_id = stf::transaction_digest(s.tx, rules_.domain);
      s.tx.signature = crypto::sign(s.tx_id, key.secret).bytes;
      s.signed_by = key.address;
      (void)builder.execute(s);
    }
    builder.close(b + 1 == options_.blocks);
    for (const u32 at : block.data.starts) {
      stream.starts.push_back(static_cast<u32>(stream.bytes.size() + at));
    }
    stream.bytes.insert(stream.bytes.end(), block.data.bytes.begin(), block.data.bytes.end());
    for (std::size_t i = 0; i < block.executed.size(); ++i) {
      const sequencer::Executed& e = block.executed[i];
      const auto bytes = std::span<const u8>(block.receipts).subspan(e.receipt_at, e.receipt_size);
      if (!stf::decode_receipt(bytes, receipt) || receipt.resting_lots == 0) continue;
      if (submissions[i].tx.action == stf::Action::place) {
        flow_.placed(submissions[i].tx.account, receipt.order_id);
      }
    }
  }
  settle::BatchInput input;
  for (const auto page : da::split_pages(stream))
    input.pages.emplace_back(page.begin(), page.end());
  derive(std::move(input));
}

bool World::places(u64 batch, const stf::Cursor& c) const {
  if (c.phase != stf::Phase::rows || !c.work.is_zero() || c.page >= c.data_len) return false;
  const settle::Bytes& page = inputs_.at(batch).pages[c.page];
  const u64 at = c.offset == 0 ? 1 : c.offset;
  stf::PageContext context = stf::context_at(page, at);
  stf::Row row;
  if (stf::decode_row(std::span<const u8>(page).subspan(at), context, row) == 0) return false;
  return row.kind == stf::RowKind::transaction && row.tx.action == stf::Action::place;
}

struct Result {
  double deriving_ms = 0;
  double opening_ms = 0;
  u64 units = 0;
  u64 changed_nodes = 0;
  std::array<std::vector<double>, 4> list_ms;
  std::vector<double> witness_ms;  // the cursors at both ends and the judge's run, from the list on
  std::vector<double> preimages;
  std::vector<double> bytes;
  std::vector<double> run_ms;  // to its end, its four lists, the proof of a step
  std::vector<double> run_mb;
  double opened_mb = 0;  // by the trace
  double used_mb = 0;
};

// The lists that lead from the batch to a unit.
void descend(dispute::BatchTrace& trace, u64 unit, Result& result) {
  u64 stride = stf::kUnitsPerBatch;
  for (auto& samples : result.list_ms) {
    const u64 from = unit / stride * stride;
    stride /= kListLength;
    const auto start = Clock::now();
    GAVEL_CHECK(trace.cursors(from, stride, kListLength).ok());
    samples.push_back(ms_since(start));
  }
}

// What is left to do below the unit.
void run_unit(const vm::Image& image, const dispute::UnitWitness& witness, Result& result) {
  constexpr u64 kStep = 100'000;
  const double before_mb = resident_mb();
  const auto start = Clock::now();
  program::UnitRun run(image, witness.start_hash, program::preimages_of(witness.preimages));
  GAVEL_CHECK(run.supports().value() == witness.end_hash);
  for (u64 stride = program::kRunSteps / kListLength; stride > 0; stride /= kListLength) {
    const u64 part = stride * kListLength;
    GAVEL_CHECK(run.states(kStep / part * part, stride, kListLength).ok());
  }
  GAVEL_CHECK(run.step_proof(kStep).ok());
  result.run_ms.push_back(ms_since(start));
  result.run_mb.push_back(resident_mb() - before_mb);
}

Result measure(const Options& options) {
  World world(options);
  Result result;
  constexpr u64 kBatch = 3;  // the book has orders then
  for (u64 b = 2; b <= kBatch + options.newer; ++b) world.add_batch();
  result.deriving_ms = world.deriving_ms();
  const vm::Image image = vm::load_elf(program::image_elf()).value();
  const double before_mb = heap_mb();
  const auto start = Clock::now();
  const auto trace = world.open(kBatch);
  result.opening_ms = ms_since(start);
  result.opened_mb = heap_mb() - before_mb;
  result.units = trace->units().value();
  io::SeededRandom random(1);
  while (result.witness_ms.size() < options.units && !interrupted()) {
    const u64 unit = random.below(result.units);
    if (!world.places(kBatch, trace->cursor_at(unit).value())) continue;
    if (result.list_ms[0].size() < options.units / 10 + 1) descend(*trace, unit, result);
    const dispute::UnitWitness witness = trace->witness(unit).value();
    GAVEL_CHECK(witness.judged == witness.end_hash);
    result.witness_ms.push_back(witness.milliseconds);
    result.preimages.push_back(static_cast<double>(witness.preimages.size()));
    result.bytes.push_back(static_cast<double>(witness.bytes));
    if (result.run_ms.size() < options.units / 10 + 1) {
      result.used_mb = std::max(result.used_mb, heap_mb() - before_mb);
      run_unit(image, witness, result);
    }
  }
  result.changed_nodes = trace->changed_nodes();
  return result;
}

int print(const Options& options, const Result& r) {
  const Distribution witness(r.witness_ms);
  const Distribution bytes(r.bytes);
  const Distribution preimages(r.preimages);
  const Distribution runs(r.run_ms);
  const Distribution run_mb(r.run_mb);
  if (options.json) {
    fmt::print(
        R"({{"bench":"witness","accounts":{},"units":{},"derive_ms":{:.0f},"open_ms":{:.0f},)"
        R"("list_p50_ms":[{:.1f},{:.1f},{:.1f},{:.1f}],"witness_p50_ms":{:.2f},)"
        R"("witness_p99_ms":{:.2f},"bytes_p50":{:.0f},"preimages_p50":{:.0f},)"
        R"("open_mb":{:.1f},"used_mb":{:.1f},"run_p50_ms":{:.1f},"run_p50_mb":{:.1f}}})"
        "\n",
        options.accounts, r.units, r.deriving_ms, r.opening_ms, Distribution(r.list_ms[0]).p50(),
        Distribution(r.list_ms[1]).p50(), Distribution(r.list_ms[2]).p50(),
        Distribution(r.list_ms[3]).p50(), witness.p50(), witness.p99(), bytes.p50(),
        preimages.p50(), r.opened_mb, r.used_mb, runs.p50(), run_mb.p50());
    return kOk;
  }
  fmt::print(
      "witness, {} accounts, a batch of {} units with {} newer ones, two threads\n"
      "  batch derived in {:.0f} ms, reopened in {:.0f} ms (its signatures recovered)\n",
      options.accounts, r.units, options.newer, r.deriving_ms, r.opening_ms);
  const char* names[] = {"2^18", "2^12", "2^6", "1"};
  for (std::size_t i = 0; i < r.list_ms.size(); ++i) {
    const Distribution list(r.list_ms[i]);
    fmt::print("  list of {} cursors, {:>4} units apart: p50 {:.1f} ms, max {:.1f} ms\n",
               kListLength, names[i], list.p50(), list.max());
  }
  fmt::print(
      "  witness of a placed order: p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms\n"
      "    preimages p50 {:.0f}, max {:.0f}; bytes p50 {:.0f}, max {:.0f}\n",
      witness.p50(), witness.p99(), witness.max(), preimages.p50(), preimages.max(), bytes.p50(),
      bytes.max());
  fmt::print(
      "  its run in the fault proof machine, four lists and a step: p50 {:.1f} ms, max {:.1f} ms\n"
      "  memory: the trace {:.1f} MB when opened, {:.1f} MB with its lists made; a run p50 {:.1f} "
      "MB, max {:.1f} MB\n",
      runs.p50(), runs.max(), r.opened_mb, r.used_mb, run_mb.p50(), run_mb.max());
  return kOk;
}

}  // namespace

void add_witness_bench(CLI::App& bench, int& status) {
  static Options options;
  CLI::App* witness = bench.add_subcommand(
      "witness", "An older batch reopened: the lists of a dispute, and a signed order's witness");
  witness->add_option("--accounts", options.accounts, "Funded accounts")->capture_default_str();
  witness->add_option("--blocks", options.blocks, "Blocks a batch")->capture_default_str();
  witness->add_option("--block-txs", options.block_txs, "Transactions a block")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  witness->add_option("--newer", options.newer, "Batches derived since")->capture_default_str();
  witness->add_option("--units", options.units, "Orders whose witness is made")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  witness->add_flag("--json", options.json, "One line of JSON");
  witness->callback([&status] { status = print(options, measure(options)); });
}

}  // namespace gavel::apps
