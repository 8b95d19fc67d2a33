#include "cheats/garbled_truth.hpp"

#include <span>

#include "crypto/keccak.hpp"
#include "vm/state.hpp"

namespace gavel::cheats {

namespace {

using dispute::Place;
using dispute::TrueList;
using dispute::TruthResult;

Hash32 hash_of(std::span<const Hash32> words) {
  return crypto::keccak256(std::span<const u8>(words[0].bytes.data(), 32 * words.size()));
}

}  // namespace

GarbledTruth::GarbledTruth(std::vector<Hash32> end_words, u64 seed)
    : end_words_(std::move(end_words)), seed_(seed) {}

TruthResult<Hash32> GarbledTruth::end() { return hash_of(end_words_); }

Hash32 GarbledTruth::garbage(const Place& place, u32 index) const {
  std::vector<u8> bytes;
  for (const u64 number : {seed_, u64{place.level}, place.position, place.unit, u64{index}}) {
    for (u32 shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<u8>(number >> shift));
  }
  return crypto::keccak256(bytes);
}

Hash32 GarbledTruth::end_of(const Place& place) const {
  if (place.level == 0) return hash_of(end_words_);
  Place above = place;
  --above.level;
  u64 at = place.position;
  if (place.level == shape_.run_level) {
    at = place.unit;
    above.unit = 0;
  }
  const u64 part = shape_.part(above.level);
  const u32 index = static_cast<u32>(at / part % shape_.list_size());
  above.position = at - index * part;
  return make_list(above).values[index];
}

TrueList GarbledTruth::make_list(const Place& place) const {
  TrueList out;
  for (u32 i = 0; i + 1 < shape_.list_size(); ++i) out.values.push_back(garbage(place, i));
  out.end = end_of(place);
  if (place.level != shape_.run_level) {
    out.values.push_back(out.end);
    return out;
  }
  vm::State last;
  last.exit = vm::Exit::halted;
  last.output = out.end;
  const vm::StateWords words = last.encode();
  out.values.push_back(vm::hash_words(words));
  out.run.assign(words.begin(), words.end());
  return out;
}

TruthResult<TrueList> GarbledTruth::list(const Place& place) { return make_list(place); }

TruthResult<dispute::TrueStep> GarbledTruth::step(const Place& /*place*/) {
  return std::string("garbage has no step to prove");
}

}  // namespace gavel::cheats
