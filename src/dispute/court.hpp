// Court: the contracts that decide contests, as an actor finds and asks them.
//
// What: everything from the registry's address: factory, preimage oracle, window, stakes, lanes;
// and the few answers that no log carries: the game's clock, unrivalled ages, what is due. Why: the
// player's picture is made of logs and of these. Invariant: nothing asked here is remembered beyond
// what is fixed at deployment. Source: contracts/src/interfaces.
#pragma once

#include "dispute/player.hpp"
#include "settle/contracts.hpp"

namespace gavel::dispute {

struct Court {
  settle::Contracts contracts;
  Address factory;
  Address superchain_config;
  u64 window = 0;
  Stakes stakes;
  LaneCredits credits{};
};

// kNotFound: the registry has no court.
[[nodiscard]] l1::Result<Court> discover_court(l1::Rpc& rpc, const Address& registry);

[[nodiscard]] l1::Result<u64> read_clock(l1::Rpc& rpc, const Address& game);
// Whether settling of a game whose winner is this confirmed claim is over.
[[nodiscard]] l1::Result<bool> read_settling_over(l1::Rpc& rpc, const Court& court,
                                                  const Hash32& winner, const Hash32& end);
// Bonds and refunds of the account in the game.
[[nodiscard]] l1::Result<u128> read_due(l1::Rpc& rpc, const Address& game, const Address& who);
struct LineStake {
  u128 bond_wei{};
  u64 lines = 0;
};
[[nodiscard]] l1::Result<LineStake> read_line_stake(l1::Rpc& rpc, const Court& court,
                                                    const Address& who);

}  // namespace gavel::dispute
