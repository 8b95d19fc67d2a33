// Units in the fault proof machine: does the program say what the native run says?
//
// What: difference_of() runs the image over a unit's witness and compares the cursor that the run
// supports, and the preimages that it asked for, with those of the native run and judge. Why: a
// program that ends in the right cursor by reading something else would need what a challenger has
// not shown to L1. Invariant: the program gets nothing but the witness.
#pragma once

#include <cstdlib>
#include <set>
#include <string>

#include "base/hex.hpp"
#include "dispute/batch_trace.hpp"
#include "program/image.hpp"
#include "program/unit_run.hpp"

namespace gavel::guest {

inline const vm::Image& image() {
  static const vm::Image loaded = vm::load_elf(program::image_elf()).value();
  return loaded;
}

// Of a test: how many units it looks at, as GAVEL_UNITS says or else `usual`; all of them if that
// is "all".
inline constexpr u64 kAllUnits = ~u64{0};
inline u64 units_wanted(u64 usual) {
  const char* text = std::getenv("GAVEL_UNITS");
  if (text == nullptr) return usual;
  return std::string(text) == "all" ? kAllUnits : std::strtoull(text, nullptr, 10);
}

inline u64 number_from(const char* variable, u64 otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

inline std::string hex_of(const Hash32& hash) {
  const auto text = base::hex_text(hash.bytes);
  return "0x" + std::string(text.data(), text.size());
}

// What was run.
struct MachineTally {
  u64 units = 0;
  u64 most_steps = 0;
  std::string heaviest;         // its name
  std::set<std::string> kinds;  // all names

  void add(const std::string& name, u64 steps) {
    ++units;
    kinds.insert(name);
    if (steps <= most_steps) return;
    most_steps = steps;
    heaviest = name;
  }
  void print(const char* source) const {
    std::printf("%s: %llu units, %llu steps at most (%s)\n", source,
                static_cast<unsigned long long>(units), static_cast<unsigned long long>(most_steps),
                heaviest.c_str());
  }
};

// In words; empty if there is none.
inline std::string difference_of(const dispute::UnitWitness& witness, const std::string& name,
                                 MachineTally& tally) {
  if (witness.judged != witness.end_hash) return "the native judge says another cursor";
  program::UnitRun run(image(), witness.start_hash, program::preimages_of(witness.preimages));
  const auto end = run.supports();
  if (!end.ok()) return "asks for what no native judge reads: " + hex_of(run.missing_key());
  if (*end != witness.end_hash) return "ends in " + hex_of(*end);
  const std::set<Hash32> asked(run.asked().begin(), run.asked().end());
  if (asked.size() != witness.preimages.size()) {
    return "asks for " + std::to_string(asked.size()) + " preimages, the native judge for " +
           std::to_string(witness.preimages.size());
  }
  tally.add(name, *run.steps());
  return {};
}

}  // namespace gavel::guest
