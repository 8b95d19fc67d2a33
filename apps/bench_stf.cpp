// gavel bench stf: the rules with nonces, balances, hints, rows and the read/write log; no
// signatures; one core.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>

#include "bench.hpp"
#include "bench_flow.hpp"
#include "command.hpp"
#include "stf/receipt.hpp"

namespace gavel::apps {

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  u32 accounts = 1'000'000;
  u32 blocks = 200;
  u32 block_txs = 10'000;
  bool perpetuals = false;
  bool json = false;
};

struct Result {
  u64 transactions = 0;
  u64 rejected = 0;
  u64 fills = 0;
  u64 data_bytes = 0;
  double seconds = 0;
  std::vector<double> block_ms;
  std::array<u64, exchange::kRejectCount> by_result{};
};

// The log's chunks, given back as fast as they come: the cold path is not what is measured.
void drain(state::WriteLog& log) {
  while (const state::LogChunk* chunk = log.take()) log.give_back(chunk);
}

void fund(BenchFlow& flow, sequencer::BlockBuilder& builder, state::WriteLog& log, u64& now_ms,
          sequencer::SealedBlock& block) {
  for (u64 i = 0; i < flow.message_count();) {
    builder.open(++now_ms, block);
    for (; i < flow.message_count() && !builder.full(); ++i)
      builder.execute_message(flow.message(i));
    builder.close(false);
    drain(log);
  }
}

void deposit_margin(const Options& options, BenchFlow& flow, sequencer::BlockBuilder& builder,
                    state::WriteLog& log, u64& now_ms, sequencer::SealedBlock& block) {
  sequencer::Submission s;
  for (u32 account = 4; account <= options.accounts;) {  // the first three are oracles
    now_ms += 1;
    builder.open(now_ms, block);
    for (; account <= options.accounts && !builder.full(); ++account) {
      s.tx = flow.margin(account, now_ms);
      s.signed_by = flow.owner(account);
      (void)builder.execute(s);
    }
    builder.close(false);
    drain(log);
  }
}

void note_orders(const std::vector<sequencer::Submission>& submissions,
                 const sequencer::SealedBlock& block, BenchFlow& flow, Result& result) {
  stf::Receipt receipt;
  for (std::size_t i = 0; i < block.executed.size(); ++i) {
    const sequencer::Executed& e = block.executed[i];
    if (!stf::decode_receipt(
            std::span<const u8>(block.receipts).subspan(e.receipt_at, e.receipt_size), receipt))
      continue;
    result.rejected += receipt.result == exchange::Reject::ok ? 0 : 1;
    ++result.by_result[static_cast<u8>(receipt.result)];
    for (const stf::Event& event : receipt.events)
      result.fills += event.kind == stf::Event::Kind::fill ? 1 : 0;
    const bool rests = submissions[i].tx.action == stf::Action::place && receipt.resting_lots != 0;
    if (rests) flow.placed(submissions[i].tx.account, receipt.order_id);
  }
}

Result measure(const Options& options) {
  stf::Config config;
  config.chain_id = 1;
  config.capacity[static_cast<u8>(exchange::Table::account)] = options.accounts + 16;
  const stf::Rules rules = stf::make_rules(config);
  state::WriteLog log;
  state::HotState state(state::HotCapacity::of_config(config), &log);
  std::array<u8, stf::kLongestObjectBytes> bytes;
  const u32 size = stf::encode_object(exchange::Global{}, bytes);
  GAVEL_CHECK(
      state.load_object(exchange::Table::global, 1, std::span<const u8>(bytes).first(size)));
  GAVEL_CHECK(state.rebuild_indexes());
  // As a node is set up: no block pays for the first touch of a page.
  state.prefault({options.accounts, options.accounts, options.accounts}, {});
  sequencer::BlockBuilder builder(state, rules, {}, {});
  BenchFlow flow(options.accounts, 1, options.perpetuals);
  sequencer::SealedBlock block;
  u64 now_ms = 1'700'000'000'000;
  fund(flow, builder, log, now_ms, block);
  if (options.perpetuals) deposit_margin(options, flow, builder, log, now_ms, block);
  Result result;
  std::vector<sequencer::Submission> submissions(options.block_txs);
  // The first blocks fill the book and make the nonce windows.
  const u32 warm_up = options.blocks / 5 + 1;
  for (u32 b = 0; b < options.blocks + warm_up; ++b) {
    now_ms += 100;
    for (sequencer::Submission& s : submissions) {
      s.tx = flow.next(now_ms);
      s.signed_by = flow.owner(s.tx.account);
    }
    const auto start = Clock::now();
    builder.open(now_ms, block);
    for (const sequencer::Submission& s : submissions) (void)builder.execute(s);
    builder.close(false);
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    drain(log);
    if (b < warm_up) result = {};
    note_orders(submissions, block, flow, result);
    result.transactions += block.executed.size();
    result.data_bytes += block.data.bytes.size();
    result.seconds += ms / 1e3;
    result.block_ms.push_back(ms);
  }
  return result;
}

int print(const Options& options, const Result& r) {
  const Distribution blocks(r.block_ms);
  const double tps = static_cast<double>(r.transactions) / r.seconds;
  const double bytes = static_cast<double>(r.data_bytes) / static_cast<double>(r.transactions);
  if (options.json) {
    fmt::print(
        R"({{"bench":"stf","perpetuals":{},"accounts":{},"transactions":{},"tx_per_s":{:.0f},)"
        R"("block_txs":{},"block_p50_ms":{:.3f},)"
        R"("block_p99_ms":{:.3f},"block_max_ms":{:.3f},"fills":{},"rejected":{},)"
        R"("bytes_per_tx":{:.1f}}})"
        "\n",
        options.perpetuals, options.accounts, r.transactions, tps, options.block_txs, blocks.p50(),
        blocks.p99(), blocks.max(), r.fills, r.rejected, bytes);
    return kOk;
  }
  fmt::print(
      "stf, {} accounts, one thread, no signatures{}\n  {:.0f} tx/s over {} transactions ({} "
      "fills, "
      "{} rejected)\n"
      "  block of {}: p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms\n  {:.1f} data bytes a "
      "transaction\n",
      options.accounts, options.perpetuals ? ", half of the orders in a perpetual market" : "", tps,
      r.transactions, r.fills, r.rejected, options.block_txs, blocks.p50(), blocks.p99(),
      blocks.max(), bytes);
  for (u32 why = 1; why < exchange::kRejectCount; ++why) {
    const exchange::Reject reject{static_cast<u8>(why)};
    if (r.by_result[why] != 0) fmt::print("  {} {}\n", exchange::name_of(reject), r.by_result[why]);
  }
  return kOk;
}

}  // namespace

void add_stf_bench(CLI::App& bench, int& status) {
  static Options options;
  CLI::App* stf = bench.add_subcommand(
      "stf", "The rules: nonces, balances, hints, rows, read/write log; no signatures");
  stf->add_option("--accounts", options.accounts, "Funded accounts")->capture_default_str();
  stf->add_option("--blocks", options.blocks, "Blocks that are measured")->capture_default_str();
  stf->add_option("--block-txs", options.block_txs, "Transactions a block")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  stf->add_flag("--perpetuals", options.perpetuals,
                "Half of the orders in a perpetual market, with margin and oracle reports");
  stf->add_flag("--json", options.json, "One line of JSON");
  stf->callback([&status] { status = print(options, measure(options)); });
}

}  // namespace gavel::apps
