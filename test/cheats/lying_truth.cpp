#include "cheats/lying_truth.hpp"

namespace gavel::cheats {

namespace {

constexpr u32 kArgument1 = 11;

// The machine ends here, with this output or in a panic.
program::Lie broken_end(u64 step, bool fails, const Hash32& end) {
  return {step, [fails, end](vm::Machine& machine) {
            vm::State state = machine.state();
            state.exit = fails ? vm::Exit::panicked : vm::Exit::halted;
            state.code = 0;
            if (!fails) state.output = end;
            machine.set_state(state);
          }};
}

// The machine jumps to where the honest run halts, with another output in its place.
program::Lie broken_middle(const vm::State& last, const Hash32& end) {
  return {last.step / 2, [last, end](vm::Machine& machine) {
            vm::State state = machine.state();
            state.pc = last.pc;
            state.registers = last.registers;
            machine.set_state(state);
            machine.write_memory(last.registers[kArgument1] & ~u32{31}, end.bytes);
          }};
}

// Of a unit whose honest run does not support what the trace says.
program::Lie lie_of(dispute::BatchTrace& trace, Deceit deceit, u64 unit, program::UnitRun& honest) {
  const auto start = trace.cursor_at(unit);
  const auto end = trace.cursor_at(unit + 1);
  const auto supported = honest.supports();
  if (!start.ok() || !end.ok() || !supported.ok()) return {};
  const Hash32 wanted = stf::cursor_hash(*end);
  if (*supported == wanted) return {};
  const vm::State last = *honest.last_state();
  if (deceit == Deceit::vm_step) return broken_middle(last, wanted);
  return broken_end(last.step, *end == stf::failed_cursor(*start), wanted);
}

}  // namespace

dispute::TruthResult<LyingTruth> make_lying_truth(const OpenTrace& open, const vm::Image& image,
                                                  Deceit deceit, u64 from_unit,
                                                  const Address& thief) {
  LyingTruth out;
  out.deceiver = std::make_unique<Deceiver>(deceit, from_unit, thief);
  auto opened = open(out.deceiver->hooks());
  if (!opened.ok()) return std::string(dispute::text_of(opened.error()));
  dispute::BatchTrace* trace = opened->get();
  out.deceiver->begin(*trace);
  const auto end = trace->cursor_at(stf::kUnitsPerBatch);
  if (!end.ok()) return std::string(dispute::text_of(end.error()));
  out.end = *end;
  dispute::BatchTruthOptions options;
  options.lie = [trace, deceit](u64 unit, program::UnitRun& honest) {
    return lie_of(*trace, deceit, unit, honest);
  };
  out.truth = std::make_unique<dispute::BatchTruth>(std::move(opened).value(), image, options);
  return out;
}

}  // namespace gavel::cheats
