// Any bytes as a proof of a step, and true proofs with bytes changed: never a crash, and never
// another next state for the same state.
#include <algorithm>

#include "vm/step_settings_test.hpp"

namespace {

using namespace gavel;
using namespace gavel::vm;

const std::vector<StepCase>& examples() {
  static const std::vector<StepCase> kCases = [] {
    std::vector<StepCase> out;
    StepCaseMaker maker;
    for (const StepSetting& s : directed_settings()) {
      if (s.example) out.push_back(maker.make(s));
    }
    return out;
  }();
  return kCases;
}

void replay_bytes(base::ByteReader& reader) {
  StateWords state;
  for (Hash32& word : state) word = reader.read_hash();
  // Canonical, so that the proof is looked at.
  std::fill_n(state[3].bytes.begin(), 20, u8{0});
  state[3].bytes[23] &= 0xfc;
  std::fill_n(state[4].bytes.begin(), 4, u8{0});
  std::vector<Hash32> code(reader.read_u8() % 40);
  for (Hash32& word : code) word = reader.read_hash();
  std::vector<Hash32> data(reader.read_u8() % 40);
  for (Hash32& word : data) word = reader.read_hash();
  static_cast<void>(replay_step(state, code, data).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  base::ByteReader reader({data, size});
  if (reader.read_u8() % 4 == 0) {
    replay_bytes(reader);
    return 0;
  }
  StepCase c = examples()[reader.read_u16_le() % examples().size()];
  const std::size_t words = c.code.size() + c.data.size();
  while (words > 0 && reader.remaining() >= 4) {
    const std::size_t at = reader.read_u16_le() % words;
    Hash32& word = at < c.code.size() ? c.code[at] : c.data[at - c.code.size()];
    word.bytes[reader.read_u8() % 32] ^= reader.read_u8();
  }
  const auto next = replay_step(c.state, c.code, c.data, c.part ? &*c.part : nullptr);
  GAVEL_CHECK(!next.ok() || *next == c.next);
  return 0;
}
