// Lie: what a dishonest sequencer does, and where it did it.
//
// What: one kind for each thing that a verifier must catch, and the facts that it must then name.
// Invariant: facts are what the liar did, not what a verifier found.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace gavel::cheats {

enum class Lie : u8 {
  none,
  balance,       // credits its own account in the state
  fill,          // executes a fill at a better price for itself
  skip_message,  // leaves an overdue inbox message out, and claims to have executed it
  signature,     // a transfer to itself under a signature of its own
  count,         // claims more units than there are
  root,          // claims another root than its state has
  data,          // rubbish in a page, followed by rows that it claims to be executed
  timestamp,     // a block from the future
};

const char* name_of(Lie lie);
std::optional<Lie> parse_lie(std::string_view name);

// Where the lie can be found: what a verifier must name.
struct LieFacts {
  u64 batch = 0;
  u64 block = 0;  // 0: none, the blocks are right
  std::optional<u64> transaction;
  u32 account = 0;  // whose balance is wrong at the end of the batch; 0: nobody's
  u32 asset = 0;
  u32 claimed_price = 0;  // fill
  u32 right_price = 0;
};

}  // namespace gavel::cheats
