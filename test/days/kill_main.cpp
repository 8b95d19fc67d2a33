// Kills a node with SIGKILL at random instants, under load and while it starts, and then looks for
// everything that its client was told. Prints facts, one a line; status 0 if nothing is lost.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>

#include "kill_node.hpp"

namespace gavel::days {

namespace {

struct Options {
  std::string program;
  std::string directory;
  u32 kills = 100;
  u64 seed = 0;
};

constexpr u64 kLongestLifeNs = 300'000'000;
constexpr u64 kPatienceNs = 20'000'000'000;

class Killer {
 public:
  explicit Killer(const Options& options) : options_(options), random_(options.seed) {}

  DayResult<void> run() {
    world_.found();
    GAVEL_TRY(found_chain(options_.directory, world_));
    world_.now_ms = static_cast<u64>(std::time(nullptr)) * 1'000;
    for (u32 i = 0; i < options_.kills; ++i) {
      const auto lived = live_and_die();
      if (!lived.ok()) return fmt::format("after {} kills: {}", i, lived.error());
    }
    GAVEL_TRY(live_and_stop());
    const u64 start = now_ns();
    const Checked checked = GAVEL_TRY(check_directory(options_.directory, clients_));
    fmt::print("kills={}\nkills_in_start={}\nsent={}\nacknowledged={}\nrefused={}\n",
               options_.kills, in_start_, clients_.sent, clients_.acknowledged.size(),
               clients_.refused);
    fmt::print("unknown={}\nunknown_executed={}\n", clients_.unknown.size(),
               checked.unknown_executed);
    fmt::print("batches={}\nblocks={}\ntransactions={}\nstate_root={}\n", checked.batches,
               checked.blocks, checked.transactions, hex_of(checked.state_root.bytes));
    fmt::print("slowest_start_ms={}\ncheck_ms={}\n", slowest_start_ns_ / 1'000'000,
               (now_ns() - start) / 1'000'000);
    return {};
  }

 private:
  DayResult<void> live_and_die() {
    KilledNode node = GAVEL_TRY(KilledNode::start(options_.program, options_.directory));
    const u64 start = now_ns();
    // Some die while they start.
    const bool early = random_.chance(300'000);
    const u64 most = std::max<u64>(slowest_start_ns_, 20'000'000);
    const u64 until = start + (early ? random_.below(most) : kPatienceNs);
    if (!GAVEL_TRY(node.wait_ready(until))) {
      if (!early) return std::string("the node is not ready in time");
      ++in_start_;
      node.kill();
      return {};
    }
    slowest_start_ns_ = std::max(slowest_start_ns_, now_ns() - start);
    LoadClient client(world_, random_, clients_);
    GAVEL_TRY(client.connect(node.gateway_port()));
    client.send_again(64);
    client.load(now_ns() + random_.below(kLongestLifeNs));
    node.kill();
    client.end();
    return {};
  }

  DayResult<void> live_and_stop() {
    KilledNode node = GAVEL_TRY(KilledNode::start(options_.program, options_.directory));
    if (!GAVEL_TRY(node.wait_ready(now_ns() + kPatienceNs)))
      return std::string("the node is not ready in time");
    LoadClient client(world_, random_, clients_);
    GAVEL_TRY(client.connect(node.gateway_port()));
    client.send_again(1'000);
    client.load(now_ns() + kLongestLifeNs);
    const auto status = node.stop();
    client.end();
    if (status != 0) return "the node does not stop by SIGTERM: " + node.log_tail();
    return {};
  }

  Options options_;
  io::SeededRandom random_;
  sequencer::TestWorld world_{kAccounts};
  Clients clients_;
  u64 in_start_ = 0;
  u64 slowest_start_ns_ = 0;
};

}  // namespace

}  // namespace gavel::days

int main(int argc, char** argv) {
  using namespace gavel;  // NOLINT: a program
  CLI::App app("Kills a node at random instants", "gavel_kill");
  days::Options options;
  app.add_option("--program", options.program, "gavel")->required();
  app.add_option("--dir", options.directory, "An empty folder")->required();
  app.add_option("--kills", options.kills);
  app.add_option("--seed", options.seed, "0: from the clock; it is printed");
  CLI11_PARSE(app, argc, argv);
  options.directory = std::filesystem::absolute(options.directory).string();
  if (options.seed == 0) options.seed = days::now_ns() % 1'000'000'007;
  fmt::print("seed={}\n", options.seed);
  std::fflush(stdout);
  const auto ran = days::Killer(options).run();
  if (ran.ok()) return 0;
  fmt::print(stderr, "gavel_kill: {}; again with --seed {}\n", ran.error(), options.seed);
  return 1;
}
