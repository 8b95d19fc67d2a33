// The machine's four calls: halt, oracle_read, keccak_f and mulmod256.
//
// What: make_call does what an ECALL asks for; Access is what steps and calls reach memory and
// preimages through. Why: these are the steps that plain instructions would make too expensive, or
// that reach outside of memory; each touches one aligned block, so that one path proves it.
// Invariant: total; a call that panics or is refused has changed nothing. Source:
// docs/protocol/vm.md, Calls.
#pragma once

#include <array>
#include <concepts>
#include <span>

#include "base/bytes.hpp"
#include "crypto/keccak.hpp"
#include "vm/execute.hpp"
#include "vm/mulmod256.hpp"
#include "vm/state.hpp"

namespace gavel::vm {

// 32 bytes of a preimage from an offset on, zeros beyond its end.
struct PreimagePart {
  Bytes32 value;
  u32 length_bytes = 0;  // of the whole preimage

  friend bool operator==(const PreimagePart&, const PreimagePart&) = default;
};

// The part at an offset of the given preimage.
constexpr PreimagePart part_of(std::span<const u8> preimage, u32 offset) {
  PreimagePart out;
  out.length_bytes = static_cast<u32>(preimage.size());
  for (u32 i = 0; i < 32 && u64{offset} + i < preimage.size(); ++i) {
    out.value.bytes[i] = preimage[offset + i];
  }
  return out;
}

// fetch, read and preimage answer false if they cannot; read's block is aligned to its size, which
// is 32, 64, 128 or 256. write is to the block that was read last in this step.
template <class A>
concept Access = requires(A& access, u32 address, u32& word, std::span<u8> out,
                          std::span<const u8> in, const Hash32& key, PreimagePart& part) {
  { access.fetch(address, word) } -> std::same_as<bool>;
  { access.read(address, out) } -> std::same_as<bool>;
  access.write(address, in);
  { access.preimage(key, address, part) } -> std::same_as<bool>;
};

enum class Call : u32 { halt = 93, oracle_read = 1024, keccak_f = 1025, mulmod256 = 1026 };
enum class KeyType : u32 { local = 0, keccak = 1 };

namespace reg {
inline constexpr u32 kA0 = 10;
inline constexpr u32 kA1 = 11;
inline constexpr u32 kA2 = 12;
inline constexpr u32 kA7 = 17;
}  // namespace reg

template <Access A>
Flow call_halt(State& state, A& access) {
  Bytes32 leaf;
  if (!access.read(state.registers[reg::kA1] & ~u32{31}, leaf.bytes)) return Flow::refuse;
  state.output = leaf;
  state.code = state.registers[reg::kA0];
  return Flow::halt;
}

template <Access A>
Flow call_oracle_read(State& state, A& access) {
  const u32 address = state.registers[reg::kA0];
  const u32 offset = state.registers[reg::kA1];
  const u32 type = state.registers[reg::kA2];
  if (address % 64 != 0 || offset % 32 != 0 || type > static_cast<u32>(KeyType::keccak)) {
    return Flow::panic;
  }
  std::array<u8, 64> block;
  if (!access.read(address, block)) return Flow::refuse;
  PreimagePart part;
  if (type == static_cast<u32>(KeyType::local)) {
    part = part_of(state.input.bytes, offset);
  } else {
    const Hash32 key = base::ByteReader(block).read_hash();
    if (!access.preimage(key, offset, part)) return Flow::refuse;
  }
  std::copy(part.value.bytes.begin(), part.value.bytes.end(), block.begin() + 32);
  access.write(address, block);
  state.registers[reg::kA0] = part.length_bytes;
  return Flow::next;
}

template <Access A>
Flow call_keccak_f(State& state, A& access) {
  const u32 address = state.registers[reg::kA0];
  if (address % 256 != 0) return Flow::panic;
  std::array<u8, 256> block;
  if (!access.read(address, block)) return Flow::refuse;
  crypto::KeccakState lanes;
  base::ByteReader reader(block);
  for (u64& lane : lanes.lane) lane = reader.read_u64_le();
  crypto::keccak_f(lanes);
  base::ByteWriter writer(block);
  for (const u64 lane : lanes.lane) writer.write_u64_le(lane);
  access.write(address, block);
  return Flow::next;
}

template <Access A>
Flow call_mulmod256(State& state, A& access) {
  const u32 address = state.registers[reg::kA0];
  if (address % 128 != 0) return Flow::panic;
  std::array<u8, 128> block;
  if (!access.read(address, block)) return Flow::refuse;
  base::ByteReader reader(block);
  std::array<u256, 3> number;
  for (u256& n : number) {
    for (u64& limb : n.limb) limb = reader.read_u64_le();
  }
  base::ByteWriter writer(std::span<u8>(block).subspan(96));
  for (const u64 limb : mulmod256(number[0], number[1], number[2]).limb) writer.write_u64_le(limb);
  access.write(address, block);
  return Flow::next;
}

template <Access A>
Flow make_call(State& state, A& access) {
  switch (state.registers[reg::kA7]) {
    case static_cast<u32>(Call::halt):
      return call_halt(state, access);
    case static_cast<u32>(Call::oracle_read):
      return call_oracle_read(state, access);
    case static_cast<u32>(Call::keccak_f):
      return call_keccak_f(state, access);
    case static_cast<u32>(Call::mulmod256):
      return call_mulmod256(state, access);
    default:
      return Flow::panic;
  }
}

}  // namespace gavel::vm
