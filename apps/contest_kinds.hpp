// CheatKind: what `gavel demo --cheat` can play: who cheats how, who stands against it, and what
// happens meanwhile.
//
// What: one row a kind; the play is the same for all of them (contest_demo.hpp). Invariant: every
// name is unique; a row says nothing about the end, which is the same for all: the truth wins.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace gavel::apps {

// Which batch a cheater may take.
enum class Occasion : u8 {
  midst,  // the busiest, with a lie in the midst of it; he watches from the beginning
  fresh,  // one that comes after the traffic, with a deposit and a withdrawal
  given,  // as his arguments say, or where the first cheater sits
};

// A gavel_rogue. The first of a kind looks for his batch; each further one sits down at it.
struct CheaterRole {
  const char* name;
  const char* lie;  // its --kind
  Occasion occasion = Occasion::given;
  std::vector<std::string> behaviour = {};  // further arguments
};

// A `gavel challenger` or `gavel defender`.
struct HonestRole {
  const char* name;
  const char* verb;
};

// What the bystander does while the contest narrows.
enum class Interference : u8 {
  none,
  reorg,     // L1 takes back its newest blocks
  kill,      // the first honest party dies (SIGKILL) and is started again
  announce,  // the chain's owner announces another program
};

struct CheatKind {
  const char* name;
  const char* sentence;
  const char* decided_by;  // why the honest side wins
  std::vector<CheaterRole> cheaters;
  std::vector<HonestRole> honest = {{"the challenger", "challenger"}};
  Interference interference = Interference::none;
  std::vector<u32> at_levels = {};  // of the dispute, each once
  // What the sequencer itself does (gavel_cheat --lie), if it does.
  const char* sequencer = nullptr;
  // Little traffic, so that many cheaters on one machine are soon ready to claim.
  bool little_traffic = false;
};

// As issues and manuals list them.
std::span<const CheatKind> cheat_kinds();
// Null: there is none.
const CheatKind* find_cheat_kind(std::string_view name);
// A line a kind, with its sentence.
std::string cheat_kinds_text();

}  // namespace gavel::apps
