// Rogue: a claimer and player with a key of its own who claims what is not so, and stands by it.
//
// What: finds a batch that gives occasion for its lie, and plays the contest about it with the very
// engine of honest parties (dispute::Actor) and a truth that lies; behaviours change when and
// whether it moves. Why: the court must hold against whoever follows his lie through every level,
// answers late, or stops. Invariant: it uses nothing but L1 and its key, as any stranger could.
// Threads: one.
#pragma once

#include "cheats/garbled_truth.hpp"
#include "cheats/lying_truth.hpp"
#include "crypto/secp256k1_host.hpp"
#include "dispute/actor.hpp"
#include "l1_link.hpp"

namespace gavel::cheats {

using apps::AppResult;

// What it stands for.
enum class Stand : u8 {
  deceit,    // a wrong end that follows from one lie
  squatter,  // the right end, with lists of garbage
  garbage,   // a wrong end, with lists of garbage
};

struct RogueOptions {
  std::string l1;
  Address registry;
  crypto::KeyPair key;
  Stand stand = Stand::deceit;
  Deceit deceit = Deceit::balance;
  u64 from_batch = 1;  // the first batch from there on that gives occasion for the lie
  u64 from_unit = 0;   // not before this unit
  u64 seed = 1;        // of garbage
  bool first = false;  // before an honest claim stands on the batch, rather than as its rival
  std::optional<u64> stops_after{};  // so many moves
  u64 delay_s = 0;                   // before each move
  std::string folder;                // for the deriver's records; is there
  std::string images;                // folder of images beside the own one
};

class Rogue {
 public:
  explicit Rogue(RogueOptions options) : options_(std::move(options)) {}

  // One step: looks for its batch, or plays.
  [[nodiscard]] AppResult<void> tick();

  // Once the batch was found.
  bool has_batch() const { return actor_ != nullptr; }
  u64 batch() const { return batch_; }
  const DeceitFacts& facts() const { return facts_; }
  const Hash32& end() const { return end_; }
  const dispute::ActorStatus& status() const { return actor_->status(); }
  const std::string& address() const { return address_; }

 private:
  AppResult<void> start();
  AppResult<void> look();
  AppResult<void> sit_down(u64 batch);
  bool claims_stand(u64 batch) const;
  // What to say about a batch; nothing if it gives no occasion. Whoever looks remembers the facts.
  AppResult<std::unique_ptr<dispute::Truth>> truth_about(dispute::TraceSource& traces,
                                                         const settle::Verifier& verifier,
                                                         u64 batch);
  AppResult<vm::Image> image_of(u64 batch);
  bool may_move(const dispute::Action& action);

  RogueOptions options_;
  std::string address_;
  std::unique_ptr<apps::L1Link> link_;
  io::SystemDisk disk_;
  std::unique_ptr<settle::Verifier> verifier_;  // until the batch is found
  u64 looked_at_ = 0;
  vm::Image image_;  // that judges the batch
  std::unique_ptr<dispute::Actor> actor_;
  u64 batch_ = 0;
  DeceitFacts facts_;
  Hash32 end_;
  std::map<Hash32, u64> wanted_since_ns_;  // moves, each once
  std::set<Hash32> moved_;
};

}  // namespace gavel::cheats
