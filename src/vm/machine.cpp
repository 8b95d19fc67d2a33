#include "vm/machine.hpp"

#include <bit>

#include "crypto/keccak.hpp"
#include "vm/direct_access.hpp"
#include "vm/interpreter.hpp"

namespace gavel::vm {
namespace {

std::vector<Hash32> leaves_at(const Memory& memory, u32 address, u32 count) {
  std::vector<Hash32> out(count);
  std::memcpy(out.data(), memory.bytes() + address, std::size_t{count} * kLeafBytes);
  return out;
}

std::vector<Hash32> block_proof(const Memory& memory, const PageTree& tree, u32 address,
                                u32 leaves) {
  std::vector<Hash32> out = leaves_at(memory, address, leaves);
  const u32 height = static_cast<u32>(std::countr_zero(leaves));
  for (const Hash32& sibling : tree.siblings(address, height, memory)) out.push_back(sibling);
  return out;
}

}  // namespace

bool PreimageReader::read(const Hash32& key, u32 offset, PreimagePart& part) {
  if (!held_ || key_ != key) {
    std::optional<std::vector<u8>> found;
    if (source_) found = source_(key);
    // Bytes of another hash are as good as none.
    if (!found || found->size() > ~u32{0} || crypto::keccak256(*found) != key) {
      missing_ = key;
      return false;
    }
    bytes_ = *std::move(found);
    key_ = key;
    held_ = true;
  }
  part = part_of(bytes_, offset);
  return true;
}

Machine::Machine(Preimages preimages)
    : preimages_(std::move(preimages)),
      memory_(std::make_unique<Memory>()),
      tree_(std::make_unique<PageTree>()) {
  state_.pc = kFirstPc;
}

void Machine::load_image(const Image& image) {
  memory_ = std::make_unique<Memory>();
  tree_ = std::make_unique<PageTree>();
  memory_->restore_pages(image.pages);
  state_ = first_state(image.root, {});
}

Stop Machine::run_until(u64 until) {
  DirectAccess access(*memory_, preimages_);
  const bool all_there = run(state_, *memory_, access, until);
  if (!all_there) return Stop::missing_preimage;
  if (state_.step >= until || state_.exit == Exit::running) return Stop::reached;
  return state_.exit == Exit::halted ? Stop::halted : Stop::panicked;
}

const State& Machine::state() {
  tree_->update(memory_->take_hash_stale(), *memory_);
  state_.memory_root = tree_->root();
  return state_;
}

Snapshot Machine::snapshot() { return {state_, memory_->copy_pages()}; }

void Machine::restore(const Snapshot& snapshot) {
  memory_->restore_pages(snapshot.pages);
  state_ = snapshot.state;
}

std::optional<StepProof> Machine::step_proof() {
  StepProof out;
  out.state = state().encode();
  if (state_.exit != Exit::running || !decode_state(out.state).ok()) return out;
  RecordingAccess access(*memory_, preimages_);
  State scratch = state_;
  if (step(scratch, access) == Flow::refuse) return std::nullopt;
  out.code = block_proof(*memory_, *tree_, state_.pc & ~(kLeafBytes - 1), 1);
  const RecordingAccess::Block& block = access.block();
  if (block.leaves != 0) {
    out.data = block_proof(*memory_, *tree_, block.address, block.leaves);
  }
  out.part = access.part();
  if (out.part) out.preimage = preimages_.bytes();
  return out;
}

void Machine::read_memory(u32 address, std::span<u8> out) const {
  for (u8& byte : out) byte = memory_->bytes()[address++];
}

}  // namespace gavel::vm
