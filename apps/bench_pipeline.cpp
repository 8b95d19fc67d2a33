// gavel bench pipeline: a whole node as clients see it: gateway, signatures, execution, block log,
// hashing, tree, pages on the local disk, claims on anvil; the transactions are signed beforehand,
// on the same machine.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench.hpp"
#include "command.hpp"
#include "exchange_session.hpp"
#include "key_file.hpp"
#include "live_line.hpp"
#include "replay/generator.hpp"

namespace gavel::apps {

namespace {

struct Options {
  u64 messages = 1'000'000;
  u32 accounts = 10'000;
  u32 markets = 2;
  u32 connections = 1;
  u32 signing_threads = 2;
  u64 window = 16'384;
  u64 batch_blocks = 100;
  bool json = false;
};

struct Latency {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

struct Result {
  replay::ReplayReport replay;
  u64 peak_tps = 0;
  Latency execution;
  Latency interval;
  Latency log_sync;
  Latency acknowledge;
  Latency tree_update;
  u64 claimed = 0;
};

Latency latency_of(simdjson::dom::element status, const std::string& name) {
  return {real_at(status, "/" + name + "/p50_ms"), real_at(status, "/" + name + "/p99_ms"),
          real_at(status, "/" + name + "/max_ms")};
}

AppResult<Result> measure(const Options& options) {
  const RunFolder folder = GAVEL_TRY(RunFolder::make("bench-pipeline"));
  const Say say = [&](const std::string& what) {
    if (!options.json) fmt::print(stderr, "gavel bench: {}\n", what);
  };
  DevnetOptions net;
  net.directory = folder.path();
  net.tokens.clear();
  net.data_mode = "local";
  net.batch_blocks = options.batch_blocks;
  const std::unique_ptr<ExchangeSession> session = GAVEL_TRY(ExchangeSession::start(net, say));
  DevnetVenue venue(session->net(), session->node(), 100, 400);
  std::vector<replay::MarketInput> inputs;
  for (u32 i = 0; i < options.markets; ++i) {
    replay::GeneratorOptions generator;
    generator.seed = i + 1;
    generator.events = options.messages / options.markets;
    inputs.push_back({fmt::format("M{}-USD", i + 1),
                      replay::TapeFormat::orders,
                      replay::generated_tape(generator),
                      {},
                      {}});
  }
  replay::ReplayOptions how;
  how.port = session->node().gateway_port();
  how.accounts = options.accounts;
  how.key_seed = new_key().secret.bytes;
  how.fresh_accounts = true;
  how.connections_per_market = options.connections;
  how.signing_threads = options.signing_threads;
  how.sign_ahead = true;
  how.window = options.window;
  replay::ReplayControl control;
  control.say = say;
  Result result;
  {
    LiveLine line(control);
    result.replay = GAVEL_TRY(replay::run_replay(how, inputs, venue, system_clock(), control));
    result.peak_tps = line.peak_per_second();
  }
  if (!result.replay.failure.empty()) return result.replay.failure;
  GAVEL_TRY(session->wait_for_claim(result.replay.traffic.last_block, std::chrono::seconds(120)));
  const auto status = GAVEL_TRY(session->node().client().json("/v1/status"));
  result.execution = latency_of(status, "execution");
  result.interval = latency_of(status, "interval");
  result.log_sync = latency_of(status, "log_sync");
  result.acknowledge = latency_of(status, "acknowledge");
  result.tree_update = latency_of(status, "tree_update");
  result.claimed = number_at(status, "/l1/claimed").value_or(0);
  return result;
}

std::string json_of(const char* name, const Latency& l) {
  return fmt::format(R"("{}":{{"p50_ms":{:.3f},"p99_ms":{:.3f},"max_ms":{:.3f}}})", name, l.p50_ms,
                     l.p99_ms, l.max_ms);
}

void print(const Options& options, const Result& r) {
  const replay::LaneStats& traffic = r.replay.traffic;
  const Latency answer{static_cast<double>(traffic.answer_ns.p50()) / 1e6,
                       static_cast<double>(traffic.answer_ns.p99()) / 1e6,
                       static_cast<double>(traffic.answer_ns.max()) / 1e6};
  if (options.json) {
    fmt::print(R"({{"bench":"pipeline","accounts":{},"transactions":{},"tx_per_s":{:.0f},)"
               R"("peak_tx_per_s":{},"seconds":{:.2f},)"
               R"({},{},{},{},{},{}}})"
               "\n",
               r.replay.accounts, traffic.executed, r.replay.tps, r.peak_tps, r.replay.seconds,
               json_of("execution", r.execution), json_of("interval", r.interval),
               json_of("log_sync", r.log_sync), json_of("acknowledge", r.acknowledge),
               json_of("tree_update", r.tree_update), json_of("answer", answer));
    return;
  }
  fmt::print(
      "pipeline, {} accounts, {} connections\n  {:.0f} tx/s sustained over {:.1f} s, best second "
      "{}; {} transactions, {} fills, "
      "{} rejected, {} claims on L1\n",
      r.replay.accounts, r.replay.connections, r.replay.tps, r.replay.seconds, r.peak_tps,
      traffic.executed, r.replay.outcome.fills, r.replay.outcome.rejected, r.claimed);
  const auto line = [](const char* name, const Latency& l) {
    fmt::print("  {:<16}p50 {:8.2f} ms   p99 {:8.2f} ms   max {:8.2f} ms\n", name, l.p50_ms,
               l.p99_ms, l.max_ms);
  };
  line("execution", r.execution);
  line("block interval", r.interval);
  line("log sync", r.log_sync);
  line("acknowledge", r.acknowledge);
  line("tree update", r.tree_update);
  line("answer", answer);
}

}  // namespace

void add_pipeline_bench(CLI::App& bench, int& status) {
  static Options options;
  CLI::App* pipeline = bench.add_subcommand(
      "pipeline", "A whole node through its gateway, with signatures, on a devnet");
  pipeline->add_option("--messages", options.messages, "Messages of generated order flow")
      ->capture_default_str();
  pipeline->add_option("--accounts", options.accounts, "Signed accounts")->capture_default_str();
  pipeline->add_option("--markets", options.markets, "Markets")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  pipeline->add_option("--connections", options.connections, "Connections a market")
      ->capture_default_str();
  pipeline->add_option("--signing-threads", options.signing_threads, "Threads that sign beforehand")
      ->capture_default_str();
  pipeline->add_option("--window", options.window, "Messages unanswered at a time and connection")
      ->capture_default_str();
  pipeline->add_option("--batch-blocks", options.batch_blocks, "Blocks a batch")
      ->capture_default_str();
  pipeline->add_flag("--json", options.json, "One line of JSON");
  pipeline->callback([&status] {
    const auto result = measure(options);
    if (!result.ok()) {
      status = fail("bench pipeline", result.error());
    } else {
      print(options, *result);
    }
  });
}

}  // namespace gavel::apps
