#include "program/unit_run.hpp"

#include <algorithm>
#include <unordered_set>

#include "crypto/keccak.hpp"

namespace gavel::program {
namespace {

// Passes questions on, and keeps each key once.
vm::Preimages recorded(const vm::Preimages& source, std::shared_ptr<std::vector<Hash32>> asked) {
  return [source, asked = std::move(asked),
          met = std::unordered_set<Hash32, stf::HashPrefix>()](const Hash32& key) mutable {
    if (met.insert(key).second) asked->push_back(key);
    return source(key);
  };
}

}  // namespace

vm::Preimages preimages_of(const stf::MapOracle& known) {
  return [&known](const Hash32& key) -> std::optional<std::vector<u8>> {
    const auto found = known.preimages().find(key);
    if (found == known.preimages().end()) return std::nullopt;
    return found->second;
  };
}

UnitRun::UnitRun(const vm::Image& image, const Hash32& input, vm::Preimages preimages, Lie lie)
    : preimages_(std::move(preimages)),
      asked_(std::make_shared<std::vector<Hash32>>()),
      lie_(std::move(lie)),
      input_(input),
      machine_(recorded(preimages_, asked_)) {
  machine_.load_image(image);
  machine_.set_input(input);
  if (lie_.corrupt && lie_.step == 0) lie_.corrupt(machine_);
  checkpoints_.emplace(0, machine_.snapshot());
}

// On the way the lie is told once, and a checkpoint is made wherever one is due.
bool UnitRun::advance(u64 step) {
  while (machine_.steps() < step && machine_.exit() == vm::Exit::running) {
    const u64 at = machine_.steps();
    u64 stop = std::min(step, (at / kCheckpointSteps + 1) * kCheckpointSteps);
    if (lie_.corrupt && lie_.step > at) stop = std::min(stop, lie_.step);
    if (machine_.run_until(stop) == vm::Stop::missing_preimage) return false;
    if (lie_.corrupt && machine_.steps() == lie_.step) lie_.corrupt(machine_);
    if (machine_.steps() % kCheckpointSteps == 0) {
      checkpoints_.try_emplace(machine_.steps(), machine_.snapshot());
    }
  }
  return true;
}

base::Result<void, RunError> UnitRun::run() {
  if (last_) return {};
  auto bytes = preimages_(input_);
  if (!bytes || bytes->size() != stf::kCursorBytes) return RunError::no_cursor;
  // The word of the status, as L1 sets it: whether the others make sense is not looked at.
  constexpr std::size_t kStatusWord = 22;
  std::fill_n(bytes->begin() + 32 * kStatusWord, 31, u8{0});
  bytes->at(32 * kStatusWord + 31) = static_cast<u8>(stf::Status::skip);
  failed_cursor_ = crypto::keccak256(*bytes);
  if (!advance(kRunSteps)) return RunError::missing_preimage;
  last_ = machine_.state();
  return {};
}

base::Result<u64, RunError> UnitRun::steps() {
  GAVEL_TRY(run());
  return last_->step;
}

base::Result<vm::State, RunError> UnitRun::last_state() {
  GAVEL_TRY(run());
  return *last_;
}

base::Result<Hash32, RunError> UnitRun::supports() {
  GAVEL_TRY(run());
  const bool halted_well = last_->exit == vm::Exit::halted && last_->code == 0;
  return halted_well ? last_->output : failed_cursor_;
}

base::Result<void, RunError> UnitRun::seek(u64 step) {
  GAVEL_CHECK(step <= kRunSteps);
  GAVEL_TRY(run());
  const u64 target = std::min(step, last_->step);
  const auto checkpoint = std::prev(checkpoints_.upper_bound(target));
  if (machine_.steps() > target || machine_.steps() < checkpoint->first) {
    machine_.restore(checkpoint->second);
  }
  return advance(target) ? base::Result<void, RunError>{} : RunError::missing_preimage;
}

base::Result<Hash32, RunError> UnitRun::state_hash(u64 step) {
  GAVEL_TRY(seek(step));
  return machine_.state_hash();
}

base::Result<std::vector<Hash32>, RunError> UnitRun::states(u64 from, u64 stride, u32 count) {
  std::vector<Hash32> out;
  for (u32 i = 1; i <= count; ++i) {
    const u64 step = from + stride * i;
    const bool repeats = !out.empty() && step - stride >= last_->step;
    out.push_back(repeats ? out.back() : GAVEL_TRY(state_hash(step)));
  }
  return out;
}

base::Result<vm::StepProof, RunError> UnitRun::step_proof(u64 step) {
  GAVEL_TRY(seek(step));
  std::optional<vm::StepProof> proof = machine_.step_proof();
  if (!proof) return RunError::missing_preimage;
  return *std::move(proof);
}

}  // namespace gavel::program
