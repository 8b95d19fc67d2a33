// Calls of the dispute game's contracts: moves of the player as calldata.
//
// What: the paths that L1 asks for are taken from the lists in the view. Why: the player names
// claims by id and knows nothing of encodings. Invariant: a call has the selector and the layout of
// contracts/src/interfaces (DisputeKey, Entry, Seal, Raise and Link of types/Dispute.sol). Moves on
// claims that the view does not have give nothing.
#pragma once

#include "dispute/player.hpp"
#include "settle/contracts.hpp"

namespace gavel::dispute {

using l1::Bytes;

// A move in the game: claim, seal, seal_and_claim, seal_and_step, step, raise, resolve, collect.
// settle makes two calls, the root's (encode_settle_root) and the links'.
[[nodiscard]] std::optional<Bytes> encode_move(const GameView& game, const Action& action);
[[nodiscard]] Bytes encode_settle_root(const Hash32& list_root);

[[nodiscard]] Bytes encode_create(const Hash32& parent, const Hash32& parent_end, u64 batch,
                                  const Hash32& first, const Hash32& end, const stf::Posted& posted,
                                  std::span<const u8> config);
[[nodiscard]] Bytes encode_forfeit(const Hash32& parent, const Hash32& parent_end, u64 batch,
                                   const Hash32& first, const Hash32& end);

}  // namespace gavel::dispute
