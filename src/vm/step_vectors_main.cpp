// Writes single steps of the machine with their proofs, for the tests that hold StepVerifier.sol to
// src/vm.
//
//   vm_step_vectors --seed S --count N --out FILE   every directed case, then N random ones, then
//                                                   spoilt proofs
//   vm_step_vectors --json > test/vectors/vm_steps.json
//
// FILE is binary, all numbers big-endian:
//
//   u32  number of cases
//   then each case:
//     u32        bytes of the rest of this case
//     u8         1: the proof must be accepted and give `next`; 0: it must be refused
//     8 x 32     the state's words
//     u8         number of words in `code` (28, or 0 for a state that is its own next)
//     n x 32     code
//     u8         number of words in `data` (0, 28, 28, 29 or 32; other counts in refused cases)
//     n x 32     data
//     32         next: the hash of the state after the step (zero in refused cases)
//     u8         1: the step reads a Keccak-256 preimage, which follows; 0: end of the case
//     32         the preimage's hash, as it stands in the block
//     u32        the offset that is read (may lie beyond the preimage's end)
//     u16        bytes of the preimage (at most 4096; may be 0)
//     n          the preimage
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/hex.hpp"
#include "vm/step_settings_test.hpp"

namespace gavel::vm {
namespace {

class Bytes {
 public:
  void number(u64 value, u32 size) {
    for (u32 i = size; i-- > 0;) out_.push_back(static_cast<u8>(value >> (8 * i)));
  }
  void raw(std::span<const u8> bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void words(std::span<const Hash32> list) {
    for (const Hash32& word : list) raw(word.bytes);
  }
  const std::vector<u8>& bytes() const { return out_; }

 private:
  std::vector<u8> out_;
};

void write_case(const StepCase& c, Bytes& out) {
  Bytes body;
  body.number(c.accepted ? 1 : 0, 1);
  body.words(c.state);
  body.number(c.code.size(), 1);
  body.words(c.code);
  body.number(c.data.size(), 1);
  body.words(c.data);
  body.raw(c.next.bytes);
  body.number(c.part ? 1 : 0, 1);
  if (c.part) {
    body.raw(c.part->key.bytes);
    body.number(c.part->offset, 4);
    body.number(c.preimage.size(), 2);
    body.raw(c.preimage);
  }
  out.number(body.bytes().size(), 4);
  out.raw(body.bytes());
}

std::string hex(std::span<const u8> bytes) {
  std::string out(2 * bytes.size(), '0');
  base::hex_encode(bytes, out);
  return "\"0x" + out + "\"";
}

std::string list(std::span<const Hash32> words) {
  std::string out = "[";
  for (const Hash32& word : words) {
    if (out.size() > 1) out += ",";
    out += hex(word.bytes);
  }
  return out + "]";
}

void print_json() {
  std::printf(
      "{\n \"about\": \"Steps of the fault proof machine (docs/protocol/vm.md): state, proof and "
      "the hash of the next state; offset and preimage where the step reads one by its hash.\",\n"
      " \"cases\": [\n");
  StepCaseMaker maker;
  bool first = true;
  for (const StepSetting& setting : directed_settings()) {
    if (!setting.example) continue;
    const StepCase c = maker.make(setting);
    std::printf("%s  {\"name\": \"%s\", \"state\": %s, \"code\": %s, \"data\": %s, \"next\": %s",
                first ? "" : ",\n", c.name.c_str(), list(c.state).c_str(), list(c.code).c_str(),
                list(c.data).c_str(), hex(c.next.bytes).c_str());
    if (c.part) {
      std::printf(", \"offset\": %u, \"preimage\": %s", c.part->offset, hex(c.preimage).c_str());
    }
    std::printf("}");
    first = false;
  }
  std::printf("\n ]\n}\n");
}

int write_file(u64 seed, u64 count, const char* path) {
  Bytes body;
  u64 cases = 0;
  StepCaseMaker maker;
  const auto add = [&](const StepCase& c) {
    write_case(c, body);
    ++cases;
  };
  for (const StepSetting& setting : directed_settings()) {
    const StepCase c = maker.make(setting);
    add(c);
    if (!setting.example) continue;
    for (const StepCase& bad : refused_cases(c)) add(bad);
  }
  std::mt19937_64 random(seed);
  for (u64 i = 0; i < count; ++i) add(maker.make(random_setting(random)));
  Bytes head;
  head.number(cases, 4);
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) {
    std::fprintf(stderr, "vm_step_vectors: cannot write %s\n", path);
    return 1;
  }
  const bool written =
      std::fwrite(head.bytes().data(), 1, head.bytes().size(), file) == head.bytes().size() &&
      std::fwrite(body.bytes().data(), 1, body.bytes().size(), file) == body.bytes().size();
  if (std::fclose(file) != 0 || !written) {
    std::fprintf(stderr, "vm_step_vectors: writing %s failed\n", path);
    return 1;
  }
  std::printf("%llu cases\n", static_cast<unsigned long long>(cases));
  return 0;
}

}  // namespace
}  // namespace gavel::vm

int main(int argc, char** argv) {
  gavel::u64 seed = 1;
  gavel::u64 count = 1000;
  const char* out = nullptr;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--json") == 0) {
      gavel::vm::print_json();
      return 0;
    }
    if (has_value && std::strcmp(argv[i], "--seed") == 0) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (has_value && std::strcmp(argv[i], "--count") == 0) {
      count = std::strtoull(argv[++i], nullptr, 10);
    } else if (has_value && std::strcmp(argv[i], "--out") == 0) {
      out = argv[++i];
    } else {
      std::fprintf(stderr, "usage: vm_step_vectors --seed S --count N --out FILE | --json\n");
      return 2;
    }
  }
  if (out == nullptr) {
    std::fprintf(stderr, "vm_step_vectors: --out FILE is missing\n");
    return 2;
  }
  return gavel::vm::write_file(seed, count, out);
}
