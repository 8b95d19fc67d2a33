// gavel vm: run programs on the fault proof machine, prove single steps, name images.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <limits>

#include "command.hpp"
#include "key_file.hpp"
#include "program/unit_run.hpp"
#include "vm/machine.hpp"
#include "vm/panic_cause.hpp"
#include "vm_input.hpp"

namespace gavel::apps {
namespace {

// Statuses of `vm run` beside those of every verb; 1 is a program that halted with a code.
constexpr int kBadProgram = 5;
constexpr int kPanicked = 6;
constexpr int kStepsSpent = 7;
constexpr int kNoPreimage = 8;
constexpr int kBadInput = 9;

// What else to say when one is missing.
constexpr const char* kWhence = "; --witness or --preimages gives it";

constexpr u64 kStepsBetweenSignals = u64{1} << 26;

struct Options {
  std::string elf;
  VmInputOptions input;
  std::string out;
  u64 step = 0;
  u64 max_steps = std::numeric_limits<u64>::max();
  bool json = false;
};

std::string list(std::span<const Hash32> words) {
  std::string out;
  for (const Hash32& word : words) {
    out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", hex_of(word));
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

// A machine before its first step, and what its program may ask for. Status kOk, or why there is
// none, which has been said.
struct Loaded {
  vm::Image image;
  VmInput input;
  std::optional<vm::Machine> machine;
  int status = kOk;
};

std::unique_ptr<Loaded> load_machine(const char* verb, const Options& options) {
  auto out = std::make_unique<Loaded>();
  if (!load(verb, options.elf, out->image, out->status)) return out;
  auto input = read_vm_input(options.input);
  if (!input.ok()) {
    out->status = fail(verb, input.error(), kBadInput);
    return out;
  }
  out->input = std::move(input).value();
  out->machine.emplace(program::preimages_of(out->input.preimages));
  out->machine->load_image(out->image);
  out->machine->set_entry(out->image.entry);
  out->machine->set_input(out->input.input);
  return out;
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
            fmt::format("needs the preimage of {}{}", hex_of(machine.missing_key()), kWhence)};
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
  const std::unique_ptr<Loaded> loaded = load_machine("vm run", options);
  if (loaded->status != kOk) return loaded->status;
  vm::Machine& machine = *loaded->machine;
  const std::clock_t start = std::clock();  // of this process on a core, whatever else runs
  const vm::Stop stop = run_to(machine, options.max_steps);
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const Outcome outcome = outcome_of(machine, stop);
  const vm::State& state = machine.state();
  const double mips = static_cast<double>(state.step) / std::max(took, 1e-6) / 1e6;
  const std::string hash = hex_of(state.hash());
  const bool ended = state.exit == vm::Exit::halted;
  if (options.json) {
    fmt::print(
        "{{\"outcome\": \"{}\", \"steps\": {}, \"mips\": {:.1f}, \"exit_code\": {}, "
        "\"state_hash\": \"{}\", \"output\": \"{}\"}}\n",
        outcome.name, state.step, mips, ended ? std::to_string(state.code) : "null", hash,
        hex_of(state.output));
  } else {
    fmt::print("steps      {}\nmips       {:.1f}\nexit_code  {}\nstate_hash {}\noutput     {}\n",
               state.step, mips, ended ? std::to_string(state.code) : outcome.name, hash,
               hex_of(state.output));
  }
  std::fflush(stdout);
  if (!outcome.why.empty()) return fail("vm run", outcome.why, outcome.status);
  return outcome.status;
}

// Of an oracle_read by hash: what DisputeGame.step is given as `shown`.
std::string shown_with(const vm::StepProof& proof) {
  if (!proof.part) return {};
  return fmt::format("  \"shown\": {{\"preimage\": \"{}\", \"offset\": {}}},\n",
                     hex_of(proof.preimage), proof.part->offset);
}

int prove_step(const Options& options) {
  const std::unique_ptr<Loaded> loaded = load_machine("vm step-proof", options);
  if (loaded->status != kOk) return loaded->status;
  vm::Machine& machine = *loaded->machine;
  const vm::Stop stop = run_to(machine, options.step);
  const std::optional<vm::StepProof> proof = machine.step_proof();
  if (stop == vm::Stop::missing_preimage || !proof) {
    return fail("vm step-proof",
                fmt::format("step {} needs the preimage of {}{}", machine.steps(),
                            hex_of(machine.missing_key()), kWhence),
                kNoPreimage);
  }
  if (machine.steps() != options.step && machine.exit() == vm::Exit::running) return kFailed;
  static_cast<void>(machine.run_until(machine.steps() + 1));
  const std::string text = fmt::format(
      "{{\n  \"step\": {},\n  \"state\": {},\n  \"code\": {},\n  \"data\": {},\n{}"
      "  \"next\": \"{}\"\n}}\n",
      options.step, list(proof->state), list(proof->code), list(proof->data), shown_with(*proof),
      hex_of(machine.state_hash()));
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
    fmt::print("{{\"root\": \"{}\", \"entry\": {}, \"pages\": {}}}\n", hex_of(image.root),
               image.entry, image.pages.size());
  } else {
    fmt::print("{}\n", hex_of(image.root));
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
      "6 panicked, 7 --max-steps spent, 8 needs a preimage, 9 no input of the machine");
  run->add_option("elf", options.elf, "The program")->required();
  add_vm_input_options(*run, options.input);
  run->add_option("--max-steps", options.max_steps, "Stop after so many steps");
  run->add_flag("--json", options.json, "One line of JSON");
  run->callback([&status] { status = run_program(options); });

  CLI::App* proof = vm->add_subcommand(
      "step-proof", "What L1 needs to judge the step after N steps, and the hash that it gives");
  proof->add_option("elf", options.elf, "The program")->required();
  add_vm_input_options(*proof, options.input);
  proof->add_option("--step", options.step, "Steps before the one to prove")->required();
  proof->add_option("--out", options.out, "A file instead of standard output");
  proof->callback([&status] { status = prove_step(options); });

  CLI::App* image = vm->add_subcommand("image", "The Merkle root of memory that names a program");
  image->add_option("elf", options.elf, "The program")->required();
  image->add_flag("--json", options.json, "One line of JSON, with entry and pages");
  image->callback([&status] { status = print_image(options); });
}

}  // namespace gavel::apps
