#include "vm/state.hpp"

#include "base/bytes.hpp"
#include "crypto/keccak.hpp"

namespace gavel::vm {
namespace {

constexpr u32 kRegistersPerWord = 8;
constexpr u32 kFirstRegisterWord = 4;

// Word 3 from its left: zeros, code, exit, pc, step.
constexpr u32 kNumberZeros = 32 - 4 - 1 - 4 - 8;

Hash32 encode_number(const State& s) {
  Hash32 out;
  base::ByteWriter writer(std::span<u8>(out.bytes).subspan(kNumberZeros));
  writer.write_u32_be(s.code);
  writer.write_u8(static_cast<u8>(s.exit));
  writer.write_u32_be(s.pc);
  writer.write_u64_be(s.step);
  return out;
}

bool decode_number(const Hash32& word, State& s) {
  base::ByteReader reader(word.bytes);
  for (const u8 byte : reader.read_bytes(kNumberZeros)) {
    if (byte != 0) return false;
  }
  s.code = reader.read_u32_be();
  const u8 exit = reader.read_u8();
  s.pc = reader.read_u32_be();
  s.step = reader.read_u64_be();
  if (exit > static_cast<u8>(Exit::panicked) || s.pc % 4 != 0) return false;
  s.exit = static_cast<Exit>(exit);
  return true;
}

}  // namespace

StateWords State::encode() const {
  StateWords out;
  out[0] = memory_root;
  out[1] = input;
  out[2] = output;
  out[3] = encode_number(*this);
  for (u32 w = kFirstRegisterWord; w < kStateWords; ++w) {
    base::ByteWriter writer(out[w].bytes);
    for (u32 i = 0; i < kRegistersPerWord; ++i) {
      writer.write_u32_be(registers[(w - kFirstRegisterWord) * kRegistersPerWord + i]);
    }
  }
  return out;
}

Hash32 State::hash() const { return hash_words(encode()); }

base::Result<State, StateError> decode_state(const StateWords& words) {
  State s;
  s.memory_root = words[0];
  s.input = words[1];
  s.output = words[2];
  if (!decode_number(words[3], s)) return base::Err{StateError::not_canonical};
  for (u32 w = kFirstRegisterWord; w < kStateWords; ++w) {
    base::ByteReader reader(words[w].bytes);
    for (u32 i = 0; i < kRegistersPerWord; ++i) {
      s.registers[(w - kFirstRegisterWord) * kRegistersPerWord + i] = reader.read_u32_be();
    }
  }
  if (s.registers[0] != 0) return base::Err{StateError::not_canonical};
  return s;
}

Hash32 hash_words(const StateWords& words) {
  crypto::Keccak256 hasher;
  for (const Hash32& word : words) hasher.update(word.bytes);
  return hasher.finish();
}

State first_state(const Hash32& memory_root, const Hash32& input) {
  State s;
  s.memory_root = memory_root;
  s.input = input;
  s.pc = kFirstPc;
  return s;
}

}  // namespace gavel::vm
