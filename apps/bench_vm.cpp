// gavel bench vm: how fast the fault proof machine runs, hashes and commits.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "bench.hpp"
#include "command.hpp"
#include "crypto/keccak_batch.hpp"
#include "vm/machine.hpp"

namespace gavel::apps {
namespace {

// What the machine runs, built for RV32IM from src/vm/rv32.
struct BenchProgram {
  const char* file;
  const char* what;
};
constexpr BenchProgram kPrograms[] = {
    {"vm_alu_loop", "arithmetic loop"},
    {"vm_keccak_loop", "keccak in software"},
    {"vm_random_table", "8 MiB random table"},
};

constexpr u64 kListSteps = u64{1} << 23;  // the heaviest unit that is allowed
constexpr u32 kListEntries = 64;

// This thread's time on a core: what else runs on the machine is not measured.
double core_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

bool load(const char* name, vm::Machine& machine, int& status) {
  const std::string path = std::string(GAVEL_VM_PROGRAMS) + "/" + name;
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const auto image = vm::load_elf({reinterpret_cast<const u8*>(bytes.data()), bytes.size()});
  if (!image.ok()) {
    status = fail("bench vm", fmt::format("{}: {}", path, vm::describe(image.error())), kMissing);
    return false;
  }
  machine.load_image(*image);
  machine.set_entry(image->entry);
  return true;
}

struct Spread {
  double least = 0;
  double middle = 0;
  double most = 0;
};

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

// Million instructions a second over whole runs.
bool measure_runs(const BenchProgram& program, u32 rounds, Spread& out, int& status) {
  std::vector<double> mips;
  for (u32 i = 0; i < rounds; ++i) {
    vm::Machine machine;
    if (!load(program.file, machine, status)) return false;
    const double start = core_seconds();
    static_cast<void>(machine.run_until(~u64{0}));
    mips.push_back(static_cast<double>(machine.steps()) / (core_seconds() - start) / 1e6);
    if (machine.exit() != vm::Exit::halted) {
      status = fail("bench vm", fmt::format("{} did not halt", program.file));
      return false;
    }
  }
  out = spread_of(mips);
  return true;
}

// Milliseconds of a state hash after writes to so many pages.
Spread measure_hash(u32 pages, u32 rounds) {
  vm::Machine machine;
  std::mt19937 random(1);
  std::vector<double> ms;
  for (u32 i = 0; i < rounds; ++i) {
    for (u32 page = 0; page < pages; ++page) {
      const std::array<u8, 4> word = {static_cast<u8>(random()), 1, 2, static_cast<u8>(i)};
      machine.write_memory(page * vm::kPageBytes + random() % 1024 * 4, word);
    }
    const double start = core_seconds();
    static_cast<void>(machine.state_hash());
    ms.push_back((core_seconds() - start) * 1e3);
  }
  return spread_of(ms);
}

// Milliseconds of a run of 2^23 steps with a commitment after every 64th part and a snapshot there.
bool measure_list(const BenchProgram& program, u32 rounds, Spread& out, int& status) {
  std::vector<double> ms;
  for (u32 i = 0; i < rounds; ++i) {
    vm::Machine machine;
    if (!load(program.file, machine, status)) return false;
    std::vector<vm::Snapshot> snapshots;
    const double start = core_seconds();
    for (u32 entry = 1; entry <= kListEntries; ++entry) {
      static_cast<void>(machine.run_until(kListSteps / kListEntries * entry));
      static_cast<void>(machine.state_hash());
      snapshots.push_back(machine.snapshot());
    }
    ms.push_back((core_seconds() - start) * 1e3);
  }
  out = spread_of(ms);
  return true;
}

struct Line {
  std::string key;
  std::string what;
  const char* unit;
  Spread spread;
};

void print(const std::vector<Line>& lines, bool json) {
  if (json) {
    std::string text;
    for (const Line& line : lines) {
      text +=
          fmt::format("{}\"{}\": {:.3f}", text.empty() ? "" : ", ", line.key, line.spread.middle);
    }
    fmt::print("{{{}}}\n", text);
    return;
  }
  fmt::print(
      "{:44} {:>10} {:>10} {:>10}\n",
      "core time; keccak: " + std::string(crypto::keccak_backend_name(crypto::keccak_backend())),
      "least", "middle", "most");
  for (const Line& line : lines) {
    fmt::print("{:44} {:10.2f} {:10.2f} {:10.2f} {}\n", line.what, line.spread.least,
               line.spread.middle, line.spread.most, line.unit);
  }
}

int bench_vm(u32 rounds, bool json) {
  int status = kOk;
  std::vector<Line> lines;
  for (const BenchProgram& program : kPrograms) {
    Line line{std::string(program.file) + "_mips", program.what, "M instructions/s", {}};
    if (!measure_runs(program, rounds, line.spread, status)) return status;
    lines.push_back(line);
  }
  for (const u32 pages : {1u, 16u, 256u, 2048u}) {
    lines.push_back({fmt::format("hash_{}_pages_ms", pages),
                     fmt::format("state hash after writes to {} pages", pages), "ms",
                     measure_hash(pages, rounds)});
  }
  for (const BenchProgram& program : kPrograms) {
    Line line{std::string(program.file) + "_list_ms",
              fmt::format("2^23 steps and 64 commitments, {}", program.what),
              "ms",
              {}};
    if (!measure_list(program, rounds, line.spread, status)) return status;
    lines.push_back(line);
  }
  print(lines, json);
  return kOk;
}

}  // namespace

void add_vm_bench(CLI::App& bench, int& status) {
  static u32 rounds = 5;
  static bool json = false;
  CLI::App* vm = bench.add_subcommand(
      "vm", "The fault proof machine: instructions a second, state hashes, lists of commitments");
  vm->add_option("--rounds", rounds, "Runs of each")
      ->capture_default_str()
      ->check(CLI::Range(1u, 1000u));
  vm->add_flag("--json", json, "One line of JSON: the middle of each");
  vm->callback([&status] { status = bench_vm(rounds, json); });
}

}  // namespace gavel::apps
