// L1Feed: the chain's history as L1 tells it: inbox messages, posts, fixed batches, claims.
//
// What: follows L1 from the deployment block, keeps what the events say, and takes back what a
// reorg removes. Everything is checked that can be: logs lie in followed blocks, message indexes
// and batches are consecutive, calldata hashes to its transaction, pages hash to what the event
// fixed. Invariant: all lists are in L1 order; an item belongs to a block of the followed chain.
#pragma once

#include <memory>
#include <vector>

#include "l1/block_follower.hpp"
#include "l1/event_reader.hpp"
#include "settle/contracts.hpp"
#include "tree/frontier.hpp"

namespace gavel::settle {

struct FeedMessage {
  u64 l1_block = 0;
  Bytes bytes;
};

struct FeedPost {
  u64 l1_block = 0;
  u64 batch = 0;
  u64 first_page = 0;
  u64 count = 0;
  Hash32 leaves_hash;
  Hash32 transaction;
};

struct FeedBatch {
  u64 l1_block = 0;
  u64 batch = 0;
  stf::Posted posted;
};

struct FeedClaim {
  u64 l1_block = 0;
  Hash32 id;
  Hash32 parent;
  u64 batch = 0;
  Address claimer;
  Hash32 first_hash;
  Hash32 end_hash;
  Bytes end;  // 1,024 bytes
};

struct FeedConfirmation {
  u64 l1_block = 0;
  Hash32 id;
  u64 batch = 0;
};

struct FeedUpdate {
  bool caught_up = false;
  // The lowest L1 block that was taken back, if any: items of it and above are gone.
  std::optional<u64> reorg_from;
};

class L1Feed {
 public:
  // `confirmations` >= 1: an event counts when its block lies that deep.
  L1Feed(l1::Rpc& rpc, const Contracts& contracts, u32 confirmations = 1,
         const l1::EventReaderConfig& reader = {});

  // One bounded step. A reorg that a failing step met is told by the next one that succeeds.
  [[nodiscard]] l1::Result<FeedUpdate> poll();

  const std::vector<FeedMessage>& messages() const { return messages_; }  // index i + 1
  const std::vector<FeedPost>& posts() const { return posts_; }
  const std::vector<FeedBatch>& batches() const { return batches_; }  // batch i + 1
  const std::vector<FeedClaim>& claims() const { return claims_; }
  const std::vector<FeedConfirmation>& confirmations() const { return confirmations_; }
  const Contracts& contracts() const { return contracts_; }
  // The highest L1 block whose events are counted.
  u64 read_to() const { return read_to_; }

  // The pages that were posted for a batch, from the calldata of its posts. kNotFound: an endpoint
  // withholds a transaction, or the pages are not in it. None if the batch was fixed without rows,
  // whatever was posted for it before.
  [[nodiscard]] l1::Result<std::vector<Bytes>> read_pages(u64 batch);

  // The snapshot word of the inbox's first `count` <= messages().size() messages.
  const Hash32& inbox_root(u64 count) const { return inbox_roots_[count]; }

 private:
  [[nodiscard]] l1::Result<void> read(std::span<const l1::BlockHeader> headers);
  [[nodiscard]] l1::Result<void> take(const l1::Log& log);
  [[nodiscard]] l1::Result<void> take_claim(const l1::Log& log);
  [[nodiscard]] l1::Result<void> take_batch(const l1::Log& log);
  void drop_from(u64 l1_block);
  void add_message(FeedMessage message);

  l1::Rpc& rpc_;
  Contracts contracts_;
  u32 confirmations_needed_;
  l1::EventReaderConfig reader_;
  l1::BlockFollower follower_;
  u64 read_to_ = 0;
  std::optional<u64> reorg_from_;  // not told yet
  std::vector<FeedMessage> messages_;
  tree::Frontier<32> inbox_;
  std::vector<Hash32> inbox_roots_;  // by count
  std::vector<FeedPost> posts_;
  std::vector<FeedBatch> batches_;
  std::vector<FeedClaim> claims_;
  std::vector<FeedConfirmation> confirmations_;
};

}  // namespace gavel::settle
