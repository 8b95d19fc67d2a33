// gavel vm: run programs on the fault proof machine, prove single steps, name images.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <limits>

#include "base/hex.hpp"
#include "command.hpp"
#include "vm/machine.hpp"
#include "vm/panic_cause.hpp"

namespace gavel::apps {
namespace {

// Statuses of `vm run` beside those of every verb; 1 is a program that halted with a code.
constexpr int kBadProgram = 5;
constexpr int kPanicked = 6;
constexpr int kStepsSpent = 7;
constexpr int kNoPreimage = 8;

constexpr u64 kStepsBetweenSignals = u64{1} << 26;

struct Options {
  std::string elf;
  std::string out;
  u64 step = 0;
  u64 max_steps = std::numeric_limits<u64>::max();
  bool json = false;
};

template <std::size_t N>
std::string hex(const std::array<u8, N>& bytes) {
  const auto text = base::hex_text(bytes);
  return "0x" + std::string(text.data(), text.size());
}

std::string list(std::span<const Hash32> words) {
  std::string out;
  for (const Hash32& word : words) {
    out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", hex(word.bytes));
  }
  return "[" + out + "]";
}

// False after an error message; status says how the program ends.
bool load(const char* verb, const std::string& path, vm::Image& image, int& status) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    status = fail(verb, fmt::format("cannot read {}", path), kBadProgram);
    return false;
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const auto loaded = vm::load_elf({reinterpret_cast<const u8*>(bytes.data()), bytes.size()});
  if (!loaded.ok()) {
    status = fail(verb, fmt::format("{}: {}", path, vm::describe(loaded.error())), kBadProgram);
    return false;
  }
  image = *loaded;
  return true;
}

// In slices, so that a signal ends it.
vm::Stop run_to(vm::Machine& machine, u64 step) {
  for (;;) {
    const u64 here = machine.steps();
    const u64 next = step - here > kStepsBetweenSignals ? here + kStepsBetweenSignals : step;
    const vm::Stop stop = machine.run_until(next);
    if (next == step || stop != vm::Stop::reached || machine.exit() != vm::Exit::running ||
        interrupted()) {
      return stop;
    }
  }
}

struct Outcome {
  const char* name;
  int status;
  std::string why;  // for people; empty if there is nothing to say
};

Outcome outcome_of(vm::Machine& machine, vm::Stop stop) {
  const vm::State& state = machine.state();
  if (stop == vm::Stop::missing_preimage) {
    return {"missing_preimage", kNoPreimage,
            fmt::format("needs the preimage of {}", hex(machine.missing_key().bytes))};
  }
  switch (state.exit) {
    case vm::Exit::halted:
      return {"halted", state.code == 0 ? kOk : kFailed, ""};
    case vm::Exit::panicked:
      return {"panicked", kPanicked,
              fmt::format("panicked at pc {:#010x}: {}", state.pc,
                          vm::panic_cause(state, machine.word_at(state.pc)))};
    case vm::Exit::running:
      break;
  }
  return {"running", kStepsSpent,
          fmt::format("still running after {} steps, at pc {:#010x}", state.step, state.pc)};
}

int run_program(const Options& options) {
  vm::Image image;
  int status = kOk;
  if (!load("vm run", options.elf, image, status)) return status;
  vm::Machine machine;
  machine.load_image(image);
  machine.set_entry(image.entry);
  const std::clock_t start = std::clock();  // of this process on a core, whatever else runs
  const vm::Stop stop = run_to(machine, options.max_steps);
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const Outcome outcome = outcome_of(machine, stop);
  const vm::State& state = machine.state();
  const double mips = static_cast<double>(state.step) / std::max(took, 1e-6) / 1e6;
  const std::string hash = hex(state.hash().bytes);
  const bool ended = state.exit == vm::Exit::halted;
  if (options.json) {
    fmt::print(
        "{{\"outcome\": \"{}\", \"steps\": {}, \"mips\": {:.1f}, \"exit_code\": {}, "
        "\"state_hash\": \"{}\"}}\n",
        outcome.name, state.step, mips, ended ? std::to_string(state.code) : "null", hash);
  } else {
    fmt::print("steps      {}\nmips       {:.1f}\nexit_code  {}\nstate_hash {}\n", state.step, mips,
               ended ? std::to_string(state.code) : outcome.name, hash);
  }
  std::fflush(stdout);
  if (!outcome.why.empty()) return fail("vm run", outcome.why, outcome.status);
  return outcome.status;
}

int prove_step(const Options& options) {
  vm::Image image;
  int status = kOk;
  if (!load("vm step-proof", options.elf, image, status)) return status;
  vm::Machine machine;
  machine.load_image(image);
  machine.set_entry(image.entry);
  const vm::Stop stop = run_to(machine, options.step);
  const std::optional<vm::StepProof> proof = machine.step_proof();
  if (stop == vm::Stop::missing_preimage || !proof) {
    return fail("vm step-proof", fmt::format("step {} needs a preimage", machine.steps()),
                kNoPreimage);
  }
  if (machine.steps() != options.step && machine.exit() == vm::Exit::running) return kFailed;
  static_cast<void>(machine.run_until(machine.steps() + 1));
  const std::string text = fmt::format(
      "{{\n  \"step\": {},\n  \"state\": {},\n  \"code\": {},\n  \"data\": {},\n"
      "  \"next\": \"{}\"\n}}\n",
      options.step, list(proof->state), list(proof->code), list(proof->data),
      hex(machine.state_hash().bytes));
  if (options.out.empty()) {
    fmt::print("{}", text);
    return kOk;
  }
  std::ofstream file(options.out);
  file << text;
  file.close();
  return file ? kOk : fail("vm step-proof", fmt::format("cannot write {}", options.out));
}

int print_image(const Options& options) {
  vm::Image image;
  int status = kOk;
  if (!load("vm image", options.elf, image, status)) return status;
  if (options.json) {
    fmt::print("{{\"root\": \"{}\", \"entry\": {}, \"pages\": {}}}\n", hex(image.root.bytes),
               image.entry, image.pages.size());
  } else {
    fmt::print("{}\n", hex(image.root.bytes));
  }
  return kOk;
}

}  // namespace

void add_vm_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* vm = app.add_subcommand("vm", "The fault proof machine: run RV32IM programs");
  vm->require_subcommand(1);

  CLI::App* run = vm->add_subcommand(
      "run",
      "Run a static RV32IM ELF from its entry; all registers are 0, call 93 ends it.\n"
      "Exit status: 0 halted with code 0, 1 halted with another code, 5 no program of the machine, "
      "6 panicked, 7 --max-steps spent, 8 needs a preimage");
  run->add_option("elf", options.elf, "The program")->required();
  run->add_option("--max-steps", options.max_steps, "Stop after so many steps");
  run->add_flag("--json", options.json, "One line of JSON");
  run->callback([&status] { status = run_program(options); });

  CLI::App* proof = vm->add_subcommand(
      "step-proof", "What L1 needs to judge the step after N steps, and the hash that it gives");
  proof->add_option("elf", options.elf, "The program")->required();
  proof->add_option("--step", options.step, "Steps before the one to prove")->required();
  proof->add_option("--out", options.out, "A file instead of standard output");
  proof->callback([&status] { status = prove_step(options); });

  CLI::App* image = vm->add_subcommand("image", "The Merkle root of memory that names a program");
  image->add_option("elf", options.elf, "The program")->required();
  image->add_flag("--json", options.json, "One line of JSON, with entry and pages");
  image->callback([&status] { status = print_image(options); });
}

}  // namespace gavel::apps
