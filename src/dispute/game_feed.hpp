// GameFeed: all games of a registry as L1's logs tell them.
//
// What: follows the factory, the games that it makes and what the registry says about money and
// lanes, from the deployment block on; keeps the events by L1 block and a view of each game. Why:
// whoever plays has nothing else, and a reorg takes back exactly the events of the blocks that are
// gone. Invariant: a view holds the events of followed blocks, in order, and nothing else; a game
// whose logs contradict each other is marked broken and not played.
#pragma once

#include <memory>
#include <set>

#include "dispute/game_view.hpp"
#include "l1/block_follower.hpp"
#include "l1/event_reader.hpp"

namespace gavel::dispute {

struct FeedGame {
  u64 l1_block = 0;  // of its creation
  GameCreated created;
  std::vector<std::pair<u64, GameEvent>> events;  // with their L1 blocks
  std::unique_ptr<GameView> view;
  bool broken = false;
};

struct GameFeedConfig {
  Address registry;
  Address factory;
  u64 deployment_block = 0;
  u32 confirmations = 1;  // an event counts when its block lies that deep
  GameShape shape{};
  l1::EventReaderConfig reader{};
};

class GameFeed {
 public:
  GameFeed(l1::Rpc& rpc, GameFeedConfig config);

  // One bounded step; true if caught up.
  [[nodiscard]] l1::Result<bool> poll();

  const std::map<Hash32, FeedGame>& games() const { return games_; }  // by parent claim
  const FeedGame* game_of(const Hash32& parent) const;
  bool forfeited(const Hash32& batch_claim) const;
  u32 lanes_of(const Hash32& batch_claim) const;
  u64 read_to() const { return read_to_; }
  // Of the head; grows by one each time that a reorg was met.
  u64 reorgs() const { return reorgs_; }

 private:
  [[nodiscard]] l1::Result<void> read(std::span<const l1::BlockHeader> headers);
  [[nodiscard]] l1::Result<void> read_games(std::span<const l1::BlockHeader> headers);
  void take_registry(const l1::Log& log);
  void drop_from(u64 l1_block);
  static void apply(FeedGame& game, const GameEvent& event);

  l1::Rpc& rpc_;
  GameFeedConfig config_;
  l1::BlockFollower follower_;
  u64 read_to_ = 0;
  u64 reorgs_ = 0;
  std::map<Hash32, FeedGame> games_;
  struct Credit {
    u64 l1_block = 0;
    Hash32 claim;
    u32 lane = 0;
  };
  std::vector<std::pair<u64, Hash32>> forfeited_;
  std::vector<Credit> credits_;
};

}  // namespace gavel::dispute
