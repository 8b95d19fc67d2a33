// gavel_sim: runs seeds of the simulation and says what happened.
#include <fmt/format.h>

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

constexpr const char* kHelp =
    R"(usage: ./gavel sim [--seed N | --seeds A..B | --count N] [--minutes M] [--rate R] [--trace]
Runs the whole system in one process on simulated time, disk, network and L1, with faults that the
seed draws, and checks it all the time. Ends with status 1 at the first seed that fails, and says
which command repeats it. The same seed and options do the same, bit for bit.

  --seed N       this seed (1 unless told)
  --seeds A..B   these, one after the other
  --count N      as --seeds 1..N, or N seeds from --seed on
  --minutes M    simulated minutes with faults, in each (2 unless told; may be a fraction)
  --rate R       transactions a simulated second, all clients together (drawn unless told)
  --trace        say what happens
)";

struct Arguments {
  u64 first = 1;
  u64 last = 1;
  double minutes = 2;
  std::string minutes_text = "2";
  std::string rate_text;
  SimOptions options;
};

template <class T>
bool parse(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse_range(std::string_view text, Arguments& out) {
  const std::size_t dots = text.find("..");
  return dots != std::string_view::npos && parse(text.substr(0, dots), out.first) &&
         parse(text.substr(dots + 2), out.last) && out.first <= out.last;
}

bool parse_arguments(std::span<char*> words, Arguments& out) {
  u64 count = 0;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--trace") {
      out.options.trace = true;
      continue;
    }
    if (++i == words.size()) return false;
    const std::string_view value = words[i];
    if (word == "--seed") {
      if (!parse(value, out.first)) return false;
      out.last = out.first;
    } else if (word == "--seeds") {
      if (!parse_range(value, out)) return false;
    } else if (word == "--count") {
      if (!parse(value, count) || count == 0) return false;
    } else if (word == "--minutes") {
      if (!parse(value, out.minutes) || !(out.minutes > 0 && out.minutes < 1e6)) return false;
      out.minutes_text = value;
    } else if (word == "--rate") {
      if (!parse(value, out.options.rate) || !(out.options.rate > 0 && out.options.rate < 1e5)) {
        return false;
      }
      out.rate_text = fmt::format(" --rate {}", value);
    } else {
      return false;
    }
  }
  if (count != 0) out.last = out.first + count - 1;
  return true;
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
      "runs ended by a deep reorg\n",
      a.lives, a.state_checks, a.most_waiting, sum.deep);
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

int run(std::span<char*> words) {
  for (const std::string_view word : words.subspan(1)) {
    if (word == "--help" || word == "-h") {
      fmt::print("{}", kHelp);
      return 0;
    }
  }
  Arguments arguments;
  if (!parse_arguments(words, arguments)) {
    fmt::print(stderr, "{}", kHelp);
    return kUsage;
  }
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

int main(int argc, char** argv) { return gavel::sim::run({argv, static_cast<std::size_t>(argc)}); }
