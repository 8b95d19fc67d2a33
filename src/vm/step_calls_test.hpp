// Settings of the machine's four calls: what each does and each way in which it panics.
//
// What: add_call_settings(), a part of directed_settings(). Why: calls are the steps that L1 judges
// with machinery of their own (a precompiled contract, an oracle's storage, a Keccak permutation).
// Invariant: preimages are at most 4096 bytes, so that each fits a transaction. Source:
// docs/protocol/vm.md, Calls.
#pragma once

#include "vm/step_settings_test.hpp"

namespace gavel::vm {

inline constexpr u32 kCallBlock = 0x00020100;

inline StepSetting call_setting(std::string name, u32 number, u32 a0, u32 a1 = 0, u32 a2 = 0) {
  StepSetting s = setting_of(std::move(name), assemble::kEcall);
  s.state.registers[reg::kA7] = number;
  s.state.registers[reg::kA0] = a0;
  s.state.registers[reg::kA1] = a1;
  s.state.registers[reg::kA2] = a2;
  std::vector<u8> block(256);
  for (u32 i = 0; i < block.size(); ++i) block[i] = static_cast<u8>(7 * i + 3);
  s.memory.emplace_back(kCallBlock, block);
  return s;
}

inline StepSetting oracle_setting(std::string name, u32 bytes, u32 offset) {
  StepSetting s = call_setting(std::move(name), 1024, kCallBlock, offset, 1);
  for (u32 i = 0; i < bytes; ++i) s.preimage.push_back(static_cast<u8>(i * 31 + 1));
  const Hash32 key = crypto::keccak256(s.preimage);
  s.memory.emplace_back(kCallBlock, std::vector<u8>(key.bytes.begin(), key.bytes.end()));
  return s;
}

inline StepSetting mulmod_setting(std::string name, const u256& a, const u256& b, const u256& m) {
  StepSetting s = call_setting(std::move(name), 1026, kCallBlock);
  std::vector<u8> block;
  for (const u256& number : {a, b, m}) {
    const std::array<u8, 32> bytes = number.to_be_bytes();
    block.insert(block.end(), bytes.rbegin(), bytes.rend());
  }
  s.memory.emplace_back(kCallBlock, block);
  return s;
}

inline void add_halts(Settings& out) {
  const auto add = [&](StepSetting s, bool example = false) {
    s.example = example;
    out.push_back(std::move(s));
  };
  add(call_setting("halt", 93, 0, kCallBlock + 32), true);
  add(call_setting("halt with a code", 93, 0xdeadbeef, kCallBlock), true);
  add(call_setting("halt, output address within a leaf", 93, 1, kCallBlock + 33), true);
  add(call_setting("halt, output is its own leaf", 93, 0, 0x10000));
  add(call_setting("halt, output is empty memory", 93, 0, 0xffffffff));
  for (const u32 number : {0u, 92u, 94u, 1023u, 1027u, 0xffffffffu, 0x10000u + 93u}) {
    add(call_setting("unknown call", number, kCallBlock), number == 1027);
  }
}

inline void add_oracle_reads(Settings& out) {
  const auto add = [&](StepSetting s, bool example = false) {
    s.example = example;
    out.push_back(std::move(s));
  };
  for (const u32 offset : {0u, 32u, 64u, 0xffffffe0u}) {
    add(call_setting("oracle_read, local", 1024, kCallBlock, offset, 0), offset <= 32);
  }
  for (const u32 bytes : {0u, 1u, 31u, 32u, 33u, 64u, 100u, 136u, 4096u}) {
    for (const u32 offset : {0u, 32u, 96u, 4064u, 4096u, 0xffffffe0u}) {
      add(oracle_setting("oracle_read, keccak", bytes, offset), bytes == 100 && offset <= 96);
    }
  }
  for (u32 shift = 1; shift < 64; shift *= 2) {
    add(call_setting("oracle_read, misaligned block", 1024, kCallBlock + shift, 0, 0), shift == 32);
  }
  for (u32 shift = 1; shift < 32; shift *= 2) {
    add(call_setting("oracle_read, misaligned offset", 1024, kCallBlock, shift, 0), shift == 16);
  }
  add(call_setting("oracle_read, unknown key type", 1024, kCallBlock, 0, 2), true);
  add(call_setting("oracle_read, unknown key type", 1024, kCallBlock, 0, 0x80000000));
  // The instruction lies in the value's half of its own block.
  StepSetting own = call_setting("oracle_read over its own instruction", 1024, 0x10000, 0, 0);
  own.state.pc = 0x10024;
  own.memory = {{0x10024, word_bytes(assemble::kEcall)}};
  add(own);
}

inline void add_keccaks_and_products(Settings& out) {
  const auto add = [&](StepSetting s, bool example = false) {
    s.example = example;
    out.push_back(std::move(s));
  };
  add(call_setting("keccak_f", 1025, kCallBlock), true);
  add(call_setting("keccak_f of zeros", 1025, 0x00030000));
  add(call_setting("keccak_f at the last block", 1025, 0xffffff00));
  add(call_setting("keccak_f over its own instruction", 1025, 0x10000));
  for (u32 shift = 1; shift < 256; shift *= 2) {
    add(call_setting("keccak_f, misaligned", 1025, kCallBlock + shift), shift == 128);
  }
  for (u32 shift = 1; shift < 128; shift *= 2) {
    add(call_setting("mulmod256, misaligned", 1026, kCallBlock + shift), shift == 64);
  }
  add(call_setting("mulmod256 at the last block", 1026, 0xffffff80));
  add(call_setting("mulmod256 over its own instruction", 1026, 0x10000));
  const u64 ones = ~u64{0};
  const std::array<u256, 9> numbers = {
      u256{},
      u256{{1, 0, 0, 0}},
      u256{{ones, 0, 0, 0}},
      u256{{0, 1, 0, 0}},
      u256{{0, 0, 0, u64{1} << 63}},
      u256{{ones, ones, ones, ones}},
      u256{{0xfffffffefffffc2f, ones, ones, ones}},
      u256{{0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, ones}},
      u256{{0x0123456789abcdef, 0xfedcba9876543210, 0x1111111122222222, 3}}};
  for (const u256& a : numbers) {
    for (const u256& b : numbers) {
      for (const u256& m : numbers) {
        add(mulmod_setting("mulmod256", a, b, m),
            &a == &numbers[5] && &b == &numbers[8] && (&m == &numbers[6] || &m == &numbers[0]));
      }
    }
  }
}

inline void add_call_settings(Settings& out) {
  add_halts(out);
  add_oracle_reads(out);
  add_keccaks_and_products(out);
}

}  // namespace gavel::vm
