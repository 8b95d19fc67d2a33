// Settings of single steps: every instruction, fault and call at its edges, and random ones.
//
// What: directed_settings() is the same list on every call; random_setting() draws one. Why: what a
// second implementation of the step gets wrong lies at edges that random words never meet: leaf
// borders, an instruction that overwrites itself, addresses that go around, states that are not
// canonical. Invariant: no setting depends on the machine under test; examples are few, one for
// each instruction and each fault. Source: docs/protocol/vm.md.
#pragma once

#include <algorithm>
#include <random>

#include "vm/assemble.hpp"
#include "vm/step_cases_test.hpp"

namespace gavel::vm {

using Settings = std::vector<StepSetting>;

inline constexpr std::array<u32, 11> kEdges = {
    0, 1, 2, 31, 32, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x12345678};

inline const char* op_name(Op op) {
  static constexpr std::array<const char*, kOps> kNames = {
      "illegal", "lui",   "auipc", "jal",  "jalr", "beq",  "bne",   "blt",  "bge", "bltu",
      "bgeu",    "lb",    "lh",    "lw",   "lbu",  "lhu",  "sb",    "sh",   "sw",  "addi",
      "slti",    "sltiu", "xori",  "ori",  "andi", "slli", "srli",  "srai", "add", "sub",
      "sll",     "slt",   "sltu",  "xor",  "srl",  "sra",  "or",    "and",  "mul", "mulh",
      "mulhsu",  "mulhu", "div",   "divu", "rem",  "remu", "fence", "ecall"};
  return kNames[static_cast<u8>(op)];
}

inline std::vector<u8> word_bytes(u32 word) {
  return {static_cast<u8>(word), static_cast<u8>(word >> 8), static_cast<u8>(word >> 16),
          static_cast<u8>(word >> 24)};
}

// Registers that tell each other apart, a run under way, and one instruction at pc.
inline StepSetting setting_of(std::string name, u32 word, u32 pc = 0x00010008) {
  StepSetting s;
  s.name = std::move(name);
  s.state.pc = pc;
  s.state.step = 1000;
  s.state.input.bytes.fill(0x11);
  for (u32 i = 1; i < kRegisters; ++i) s.state.registers[i] = 0x01010101u * i;
  s.memory.emplace_back(pc, word_bytes(word));
  return s;
}

inline void add_computing(Settings& out) {
  for (u8 number = 0; number < kOps; ++number) {
    const Op op = static_cast<Op>(number);
    if (!is_compute(op) && !is_compute_immediate(op)) continue;
    const bool shift = op == Op::slli || op == Op::srli || op == Op::srai;
    bool first = true;
    const auto add = [&](u32 rd, u32 rs1, u32 rs2, u32 a, u32 b) {
      const u32 imm = shift ? b & 31 : encoding::sign_extend(b & 0xfff, 12);
      StepSetting s = setting_of(op_name(op), assemble::encode(op, rd, rs1, rs2, imm));
      if (rs2 != 0) s.state.registers[rs2] = b;
      if (rs1 != 0) s.state.registers[rs1] = a;
      s.example = first;
      first = false;
      out.push_back(std::move(s));
    };
    add(3, 1, 2, 0x80000000, 0xffffffff);
    for (const u32 a : kEdges) {
      for (const u32 b : kEdges) add(5, 6, 7, a, b);
    }
    add(6, 6, 7, 100, 7);  // rd = rs1
    add(7, 6, 7, 100, 7);  // rd = rs2
    add(6, 6, 6, 100, 100);
    add(0, 6, 7, 100, 7);  // x0 stays 0
    add(5, 0, 7, 0, 7);
    add(31, 30, 0, 5, 0);
  }
}

inline void add_memory(Settings& out) {
  constexpr u32 kData = 0x00020000;
  std::vector<u8> bytes(96);
  for (u32 i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<u8>(0x70 + 5 * i);
  for (u8 number = 0; number < kOps; ++number) {
    const Op op = static_cast<Op>(number);
    if (!is_load(op) && !is_store(op)) continue;
    const auto add = [&](const char* what, u32 base, i32 offset, u32 pc, bool example = false) {
      const u32 word = assemble::encode(op, 5, 6, 7, assemble::imm(offset));
      StepSetting s = setting_of(std::string(op_name(op)) + what, word, pc);
      s.state.registers[6] = base;
      s.state.registers[7] = 0x8899aabb;
      s.memory.insert(s.memory.begin(), {kData, bytes});
      s.example = example;
      out.push_back(std::move(s));
    };
    add("", kData + 32, 20, 0x10008, true);
    // Every place in a leaf: sign, byte order, and a panic where it is not aligned.
    for (i32 i = 0; i < 34; ++i) add(" in a leaf", kData + 32, i, 0x10008);
    add(" misaligned", kData, 1, 0x10008, access_bytes(op) > 1);
    add(" backward", kData + 2048, -2048 + 12, 0x10008);
    add(" beyond the last address", 0xfffffffc, 8, 0x10008, op == Op::lw || op == Op::sw);
    add(" before the first address", 0, -4, 0x10008);
    add(" in its own leaf", 0x10000, 0x10, 0x10008);
    add(" on itself", 0x10008, 0, 0x10008, op == Op::sw);
    add(" on the next instruction", 0x1000c, 0, 0x10008);
    add(" at the last word", 0xfffffffc, 0, 0xfffffff8);
  }
  StepSetting none = setting_of("lw to x0 reads", assemble::lw(0, 6, 0));
  none.state.registers[6] = kData;
  out.push_back(none);
}

inline void add_jumps(Settings& out) {
  for (const Op op : {Op::beq, Op::bne, Op::blt, Op::bge, Op::bltu, Op::bgeu}) {
    const auto add = [&](const char* what, u32 a, u32 b, i32 offset, u32 pc, bool example) {
      const u32 word = assemble::encode(op, 0, 6, 7, assemble::imm(offset));
      StepSetting s = setting_of(std::string(op_name(op)) + what, word, pc);
      s.state.registers[6] = a;
      s.state.registers[7] = b;
      s.example = example;
      out.push_back(std::move(s));
    };
    add("", 1, 0xffffffff, -8, 0x10008, true);
    for (const u32 a : kEdges) {
      for (const u32 b : kEdges) add("", a, b, 16, 0x10008, false);
    }
    for (const i32 offset : {0, 4, -4, 4092, -4096, 2, -2, 4094, 6}) {
      add(" far", 5, 5, offset, 0x10008, offset == 2 && op == Op::beq);
      add(" far", 4, 5, offset, 0x10008, offset == 2 && op == Op::bne);
      add(" far", 6, 5, offset, 0x10008, false);
    }
    add(" around the end", 5, 5, 8, 0xfffffffc, false);
    add(" around the start", 5, 5, -8, 0, false);
  }
  for (const i32 offset : {16, 0, -4, 2, 0xffffc, -0x100000, 0xffffe, -2}) {
    for (const u32 rd : {1u, 0u}) {
      out.push_back(setting_of("jal", assemble::jal(rd, offset)));
      out.back().example = rd == 1 && (offset == 16 || offset == 2);
    }
  }
  out.push_back(setting_of("jal around the end", assemble::jal(1, 16), 0xfffffffc));
  out.push_back(setting_of("jal around the start", assemble::jal(1, -16), 4));
  for (const u32 base : {0x20000u, 0x20001u, 0x20002u, 0x20003u, 0xfffffffcu, 0u}) {
    for (const i32 offset : {0, 1, 2, 4, -1, -4, 2047, -2048}) {
      for (const u32 rd : {1u, 6u, 0u}) {
        StepSetting s = setting_of("jalr", assemble::jalr(rd, 6, offset));
        s.state.registers[6] = base;
        s.example = rd == 6 && base == 0x20001 && (offset == 0 || offset == 1);
        out.push_back(std::move(s));
      }
    }
  }
  for (const u32 value : {0u, 0x1000u, 0x80000000u, 0xfffff000u, 0x12345000u}) {
    out.push_back(setting_of("lui", assemble::lui(5, value)));
    out.back().example = value == 0x12345000;
    out.push_back(setting_of("auipc", assemble::encode(Op::auipc, 5, 0, 0, value)));
    out.back().example = value == 0x12345000;
    out.push_back(setting_of("lui x0", assemble::lui(0, value)));
  }
}

inline void add_words(Settings& out) {
  const auto add = [&](const char* name, u32 word, bool example = false) {
    out.push_back(setting_of(name, word));
    out.back().example = example;
  };
  add("fence", assemble::kFence, true);
  add("fence.i", assemble::kFenceI, true);
  add("fence with every bit", 0xfff0800f | 31 << 7 | 31 << 15);
  add("fence.i with every bit", 0xfff0900f | 31 << 7 | 31 << 15);
  add("zeros are illegal", 0, true);
  add("ones are illegal", 0xffffffff);
  add("ebreak is illegal", assemble::kEbreak, true);
  add("csr access is illegal", 0xc0002573, true);
  for (const u32 word : {0x00000173u, 0x00008073u, 0x00001073u, 0x30200073u, 0x10500073u}) {
    add("not quite an ecall", word);
  }
  // Every opcode with every funct3 and some funct7, most of them illegal.
  for (u32 opcode = 0; opcode < 128; ++opcode) {
    for (u32 funct3 = 0; funct3 < 8; ++funct3) {
      add("opcode", assemble::r_type(opcode, funct3, 0, 5, 6, 7));
    }
  }
  for (const u32 opcode : {0x13u, 0x33u}) {
    for (u32 funct3 = 0; funct3 < 8; ++funct3) {
      for (const u32 funct7 : {1u, 2u, 0x20u, 0x21u, 0x40u, 0x7fu}) {
        add("funct7", assemble::r_type(opcode, funct3, funct7, 5, 6, 7));
      }
    }
  }
  for (u32 pc : {0x10000u, 0x1001cu, 0x10020u, 0u, 0xfffffffcu, 0xffffffe0u, 0x7ffffffcu}) {
    out.push_back(setting_of("pc at a border", assemble::addi(5, 6, 1), pc));
    out.back().example = pc == 0xfffffffc;
  }
}

inline void add_states(Settings& out) {
  const auto add = [&](const char* name, auto change, bool example = true) {
    StepSetting s = setting_of(name, assemble::addi(5, 6, 1));
    change(s);
    s.example = example;
    out.push_back(std::move(s));
  };
  add("a halted state stays", [](StepSetting& s) {
    s.state.exit = Exit::halted;
    s.state.code = 7;
  });
  add("a panicked state stays", [](StepSetting& s) { s.state.exit = Exit::panicked; });
  add("x0 is not 0", [](StepSetting& s) { s.state.registers[0] = 1; });
  add("pc is not aligned", [](StepSetting& s) { s.state.pc += 2; });
  add("exit is unknown", [](StepSetting& s) { s.state.exit = static_cast<Exit>(3); });
  add("a code while running stays", [](StepSetting& s) { s.state.code = 0xdeadbeef; });
  add("an output while running stays", [](StepSetting& s) { s.state.output.bytes.fill(9); });
  add("the counter goes around", [](StepSetting& s) { s.state.step = ~u64{0}; });
  for (u32 byte = 0; byte < 15; ++byte) {
    add(
        "word 3 is too large",
        [&](StepSetting& s) {
          Hash32 word = s.state.encode()[3];
          word.bytes[byte] = byte % 2 == 0 ? 1 : 0x80;
          s.word = {3, word};
        },
        byte == 14);
  }
}

// Mostly instructions as compilers make them, with operands at edges and addresses that meet.
inline StepSetting random_setting(std::mt19937_64& random) {
  const auto draw = [&](u64 below) { return static_cast<u32>(random() % below); };
  StepSetting s = setting_of(
      "random", 0, draw(8) == 0 ? static_cast<u32>(random()) & ~3u : 0x10000 + 4 * draw(64));
  s.state.step = draw(50) == 0 ? random() : draw(1u << 24);
  s.state.code = draw(20) == 0 ? static_cast<u32>(random()) : 0;
  for (u32 i = 1; i < kRegisters; ++i) {
    switch (draw(4)) {
      case 0:
        s.state.registers[i] = kEdges[draw(kEdges.size())];
        break;
      case 1:
        s.state.registers[i] = 0x10000 + draw(512);
        break;
      default:
        s.state.registers[i] = static_cast<u32>(random()) & (draw(2) == 0 ? ~u32{0} : ~u32{255});
    }
  }
  std::vector<u8> block(1024);
  for (u8& byte : block) byte = static_cast<u8>(random());
  u32 word = static_cast<u32>(random());
  if (draw(8) != 0) {
    const Op op = static_cast<Op>(1 + draw(kOps - 1));
    word = assemble::encode(op, draw(32), draw(32), draw(32), static_cast<u32>(random()));
    if (op == Op::ecall) {
      word = assemble::kEcall;
      constexpr std::array<u32, 6> kCalls = {93, 1024, 1025, 1026, 1026, 1027};
      s.state.registers[reg::kA7] = kCalls[draw(kCalls.size())];
      s.state.registers[reg::kA0] = 0x10000 + 64 * draw(16);
      s.state.registers[reg::kA1] = 32 * draw(6) + (draw(16) == 0 ? 1 : 0);
      s.state.registers[reg::kA2] = draw(16) == 0 ? draw(4) : draw(2);
    }
  }
  // A preimage behind the key that an oracle_read would find.
  s.preimage.resize(draw(4) == 0 ? draw(4097) : draw(200));
  for (u8& byte : s.preimage) byte = static_cast<u8>(random());
  s.memory.clear();
  s.memory.emplace_back(0x10000, block);
  if (s.state.registers[reg::kA7] == static_cast<u32>(Call::oracle_read)) {
    const Hash32 key = crypto::keccak256(s.preimage);
    s.memory.emplace_back(s.state.registers[reg::kA0],
                          std::vector<u8>(key.bytes.begin(), key.bytes.end()));
  }
  const u32 at = s.state.registers[reg::kA0] & ~31u;
  const bool on_key = word == assemble::kEcall && s.state.pc - at < 32;
  if (on_key) s.state.pc = 0x10400;
  s.memory.emplace_back(s.state.pc, word_bytes(word));
  return s;
}

inline void add_call_settings(Settings& out);

inline Settings directed_settings() {
  Settings out;
  add_computing(out);
  add_memory(out);
  add_jumps(out);
  add_words(out);
  add_call_settings(out);
  add_states(out);
  return out;
}

}  // namespace gavel::vm

#include "vm/step_calls_test.hpp"
