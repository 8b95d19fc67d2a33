// The machine's own memory as steps reach it, and a recorder of what one step touches.
//
// What: DirectAccess reads and writes Memory; RecordingAccess reads it, keeps the log of a step and
// changes nothing. Why: with the proof checker these are the three ways to run one step function.
// Invariant: blocks are aligned to their size and so lie in one page.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "vm/machine.hpp"
#include "vm/memory.hpp"
#include "vm/step.hpp"

namespace gavel::vm {

class DirectAccess {
 public:
  DirectAccess(Memory& memory, PreimageReader& preimages)
      : memory_(memory), preimages_(preimages) {}

  bool fetch(u32 address, u32& word) {
    word = memory_.word(address);
    return true;
  }
  bool read(u32 address, std::span<u8> block) {
    std::memcpy(block.data(), memory_.bytes() + address, block.size());
    return true;
  }
  void write(u32 address, std::span<const u8> block) { memory_.write(address, block); }
  bool preimage(const Hash32& key, u32 offset, PreimagePart& part) {
    return preimages_.read(key, offset, part);
  }

 private:
  Memory& memory_;
  PreimageReader& preimages_;
};
static_assert(Access<DirectAccess>);

class RecordingAccess {
 public:
  struct Block {
    u32 address = 0;
    u32 leaves = 0;  // 0: none was read
  };

  RecordingAccess(const Memory& memory, PreimageReader& preimages)
      : memory_(memory), preimages_(preimages) {}

  bool fetch(u32 address, u32& word) {
    word = memory_.word(address);
    return true;
  }
  bool read(u32 address, std::span<u8> block) {
    std::memcpy(block.data(), memory_.bytes() + address, block.size());
    block_ = {address, static_cast<u32>(block.size() / kLeafBytes)};
    return true;
  }
  void write(u32, std::span<const u8>) {}
  bool preimage(const Hash32& key, u32 offset, PreimagePart& part) {
    if (!preimages_.read(key, offset, part)) return false;
    part_ = {key, offset, part};
    return true;
  }

  const Block& block() const { return block_; }
  const std::optional<KnownPart>& part() const { return part_; }

 private:
  const Memory& memory_;
  PreimageReader& preimages_;
  Block block_;
  std::optional<KnownPart> part_;
};
static_assert(Access<RecordingAccess>);

}  // namespace gavel::vm
