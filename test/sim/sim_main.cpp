// gavel_sim: runs seeds of the simulation and says what happened.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>
#include <string_view>
#include <vector>

#include "ops/log.hpp"
#include "sim/simulation.hpp"

namespace gavel::sim {

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct Arguments {
  u64 first = 1;
  u64 last = 1;
  double minutes = 2;
  std::string minutes_text = "2";
  std::string rate_text;
  SimOptions options;
};

// "A..B", both included.
bool parse_range(const std::string& text, Arguments& out) {
  const auto number = [](std::string_view digits, u64& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  const std::size_t dots = text.find("..");
  return dots != std::string::npos && number(std::string_view(text).substr(0, dots), out.first) &&
         number(std::string_view(text).substr(dots + 2), out.last) && out.first <= out.last;
}

// Ends the program on --help or on a flag that is wrong, which it names.
Arguments parse_arguments(int argc, char** argv) {
  CLI::App app{
      "Runs the whole system in one process on simulated time, disk, network and L1, with faults "
      "that the\nseed draws, and checks it all the time. Ends with status 1 at the first seed that "
      "fails, and says\nwhich command repeats it. The same seed and options do the same, bit for "
      "bit.",
      "./gavel sim"};
  Arguments out;
  std::string seeds;
  u64 count = 1;
  CLI::Option* seed = app.add_option("--seed", out.first, "This seed")->capture_default_str();
  CLI::Option* range = app.add_option("--seeds", seeds, "A..B: these, one after the other");
  app.add_option("--count", count, "So many seeds, from --seed on")
      ->check(CLI::Range(u64{1}, u64{1} << 40))
      ->excludes(range);
  range->excludes(seed)->check([&out](const std::string& text) {
    return parse_range(text, out) ? "" : "two seeds A..B, A not above B, are needed";
  });
  app.add_option("--minutes", out.minutes,
                 "Simulated minutes with faults in each; may be a fraction")
      ->check(CLI::Range(1e-3, 1e6))
      ->capture_default_str();
  CLI::Option* rate =
      app.add_option("--rate", out.options.rate,
                     "Transactions a simulated second, all clients together (drawn unless told)")
          ->check(CLI::Range(1e-3, 1e5));
  app.add_flag("--trace", out.options.trace, "Say what happens");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : kUsage);
  }
  if (range->count() == 0) out.last = out.first + count - 1;
  out.minutes_text = fmt::format("{}", out.minutes);
  if (rate->count() != 0) out.rate_text = fmt::format(" --rate {}", out.options.rate);
  return out;
}

struct Sum {
  u64 runs = 0;
  u64 deep = 0;
  SimReport all;
};

void add(Sum& sum, const SimReport& r) {
  ++sum.runs;
  sum.deep += r.stopped_by_deep_reorg ? 1 : 0;
  SimReport& a = sum.all;
  a.simulated_s += r.simulated_s;
  a.real_s += r.real_s;
  a.processor_s += r.processor_s;
  a.blocks += r.blocks;
  a.transactions += r.transactions;
  a.submitted += r.submitted;
  a.acknowledged += r.acknowledged;
  a.refused += r.refused;
  a.connections += r.connections;
  a.batches += r.batches;
  a.claims += r.claims;
  a.confirmed += r.confirmed;
  a.l1_blocks += r.l1_blocks;
  a.lives += r.lives;
  a.derived_again += r.derived_again;
  a.late_configurations += r.late_configurations;
  a.state_checks += r.state_checks;
  a.most_waiting = std::max(a.most_waiting, r.most_waiting);
  for (u32 i = 0; i < kFaults; ++i) a.faults[i] += r.faults[i];
}

void print(const Sum& sum) {
  const SimReport& a = sum.all;
  fmt::print(
      "{} blocks, {} transactions ({} submitted, {} acknowledged, {} refused) over {} "
      "connections\n",
      a.blocks, a.transactions, a.submitted, a.acknowledged, a.refused, a.connections);
  fmt::print(
      "{} L1 blocks, {} batches sealed, {} claims, {} confirmed; the verifier began anew {} "
      "times\n",
      a.l1_blocks, a.batches, a.claims, a.confirmed, a.derived_again);
  fmt::print(
      "{} lives of the node, {} checks of the whole state, at most {} blocks waiting; {} "
      "configurations came too late; {} runs ended by a deep reorg\n",
      a.lives, a.state_checks, a.most_waiting, a.late_configurations, sum.deep);
  fmt::print("faults:");
  for (u32 i = 0; i < kFaults; ++i) {
    fmt::print(" {} {}{}", name_of(Fault{static_cast<u8>(i)}), a.faults[i],
               i + 1 < kFaults ? "," : "\n");
  }
  fmt::print(
      "{:.1f} simulated seconds in {:.2f} real seconds ({:.2f} of a processor): {:.0f} times "
      "real time\n",
      a.simulated_s, a.real_s, a.processor_s, a.simulated_s / a.real_s);
}

int run(Arguments arguments) {
  ops::LogConfig quiet;
  quiet.level = ops::LogLevel::kOff;
  (void)ops::configure_logging(quiet);
  arguments.options.fault_seconds = static_cast<u64>(arguments.minutes * 60);
  arguments.options.progress = arguments.minutes >= 10 && !arguments.options.trace;
  Sum sum;
  for (u64 seed = arguments.first; seed <= arguments.last; ++seed) {
    arguments.options.seed = seed;
    const SimReport r = simulate(arguments.options);
    add(sum, r);
    if (arguments.options.progress) fmt::print(stderr, "\n");
    fmt::print("seed {}: {}, {} blocks, {} transactions, {} batches, {} lives, digest {:016x}\n",
               seed,
               !r.failure.empty()        ? "FAILED"
               : r.stopped_by_deep_reorg ? "stopped"
                                         : "held",
               r.blocks, r.transactions, r.batches, r.lives, r.digest);
    std::fflush(stdout);
    if (r.failure.empty()) continue;
    fmt::print("{}\nrepeat with: ./gavel sim --seed {} --minutes {}{} --trace\n", r.failure, seed,
               arguments.minutes_text, arguments.rate_text);
    return kFailed;
  }
  print(sum);
  return 0;
}

}  // namespace

}  // namespace gavel::sim

int main(int argc, char** argv) { return gavel::sim::run(gavel::sim::parse_arguments(argc, argv)); }
