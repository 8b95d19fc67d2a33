// Events of the dispute game as L1 logs them.
//
// What: one struct an event and the decoder of logs. Why: a game is rebuilt from its logs alone, by
// whoever comes and whenever. Invariant: total on any log; what is not an event of the game, or has
// other sizes or numbers than the contracts write, gives nothing. Times are seconds of the game's
// clock. Source: contracts/src/interfaces/IDisputeGame.sol and IDisputeGameFactory.sol.
#pragma once

#include <optional>
#include <variant>

#include "dispute/game_ids.hpp"
#include "l1/rpc.hpp"

namespace gavel::dispute {

inline constexpr u32 kLaneSets = 4;  // of two lanes
inline constexpr u64 kInfinity = (u64{1} << 40) - 1;
using LaneTimes = std::array<u64, kLaneSets>;  // by set of lanes counted further up

struct GameCreated {
  Hash32 parent;
  Address game;
  u64 batch = 0;
  Hash32 parent_end;
  Hash32 first;
  Hash32 image;
};
struct DisputeOpened {
  Hash32 dispute;
  DisputeKey key;
  Address opener;
  u64 opened = 0;
};
struct ClaimPosted {
  Hash32 dispute;
  Hash32 claim;
  Hash32 end;
  Address poster;
  u64 posted = 0;
  Hash32 list_root;
  std::vector<Hash32> list;
};
struct ClaimsSealed {
  Hash32 dispute;
  Hash32 x;
  Hash32 y;
  u32 index = 0;
  Hash32 child;
};
struct DisputeStepped {
  Hash32 dispute;
  Hash32 next;
  Address by;
};
struct ClaimRaised {
  Hash32 dispute;
  Hash32 end;
  Hash32 claim;
  LaneTimes times{};
};
struct EndCredited {
  Hash32 dispute;
  Hash32 end;
  u32 lane = 0;
  Address recipient;
};
struct GameResolved {
  Hash32 winner;
  Hash32 end;
  u64 earned = 0;
  Address by;
};
struct EndSettled {
  Hash32 dispute;
  Hash32 end;
  Hash32 claim;
  Address poster;
};
struct OpenerSettled {
  Hash32 dispute;
  Address opener;
};
struct GameCollected {
  Address recipient;
};

using GameEvent =
    std::variant<DisputeOpened, ClaimPosted, ClaimsSealed, DisputeStepped, ClaimRaised, EndCredited,
                 GameResolved, EndSettled, OpenerSettled, GameCollected>;

[[nodiscard]] std::optional<GameEvent> decode_game_event(const l1::Log& log);
[[nodiscard]] std::optional<GameCreated> decode_game_created(const l1::Log& log);

// Topics, to ask L1 for.
const Bytes32& game_created_topic();
const std::vector<Bytes32>& game_topics();

}  // namespace gavel::dispute
