// A node's store without the node's threads, and what it must never lose: for tests that cut the
// power, fail operations and damage files at any moment, and repeat all of it from a seed.
//
// What: StoreLife takes the steps that a node's threads take, one at a time and in an order drawn
// from a seed, over the same recovery, block log, batch sealer, commit store and snapshots. Truth
// remembers what it executed and what it acknowledged. Rederivation executes the truth again from
// the genesis on a disk of its own, with the naive tree beside the incremental one.
// Invariant: violation_of() is empty for a store that has kept every promise.
#pragma once

#include <deque>

#include "io/fake_disk.hpp"
#include "sequencer/batch_sealer.hpp"
#include "sequencer/block_record.hpp"
#include "sequencer/node_recovery.hpp"
#include "sequencer/test_world_test.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::sequencer {

using Bytes = std::vector<u8>;
using Objects = std::vector<std::pair<u64, Bytes>>;

inline NodeOptions store_options() {
  NodeOptions o;
  o.data_directory = "data";
  o.batch.max_blocks = 3;
  o.snapshot_every_batches = 1;
  o.retained_batches = 2;
  o.retained_snapshots = 1;  // a second one would make up for a lost one
  o.block_log_segment_bytes = 800;
  return o;
}

// What was executed, block by block from 1, and how much of it was promised.
struct Truth {
  struct Block {
    Bytes record;
    Bytes receipts;
  };
  std::vector<Block> blocks;
  u64 acknowledged = 0;
  bool opened = false;  // a start has succeeded
};

// Accounts, keys and the inbox messages that found them; the same for every store.
inline const TestWorld& founding() {
  static const TestWorld* world = [] {
    auto* made = new TestWorld(4);  // NOLINT: for the whole program
    made->found();
    return made;
  }();
  return *world;
}

class HotSource final : public state::ObjectSource {
 public:
  explicit HotSource(const state::HotState& state) : state_(state) {}
  u32 extent(u8 table) override { return table == 0 ? 2 : state_.peek_global().tables[table].next; }
  u32 encode(u8 table, u32 index, std::span<u8> out) override {
    return index == 0 ? 0 : state_.encode(static_cast<exchange::Table>(table), index, out);
  }

 private:
  const state::HotState& state_;
};

class StoreLife {
 public:
  StoreLife(io::Disk& disk, Truth& truth, io::Random& random)
      : disk_(disk), truth_(truth), random_(random), rules_(stf::make_rules(test_config())) {}

  // What NodeCore::recover() does.
  NodeResult<void> open() {
    GAVEL_TRY(check_chain(options_, rules_.config, disk_));
    stores_ = GAVEL_TRY(
        open_node_stores(options_, rules_.config.capacity, disk_, [](const std::string&) {}));
    sealer_ = std::make_unique<BatchSealer>(
        *stores_.tree, *stores_.log, *stores_.batches, stores_.end,
        BatchSealer::Hooks{{}, [this](const BatchSealed& sealed) { on_sealed(sealed); }});
    recovering_ = true;
    const ReplayedLog replayed = GAVEL_TRY(replay_block_log(
        options_, rules_, disk_, stores_,
        [this](const SealedBlock& block) { return sealer_->add(block) == SealError::none; },
        [](const std::string&) {}));
    recovering_ = false;
    if (replayed.ended) return std::string("the disk failed while the log was executed");
    builder_ = std::make_unique<BlockBuilder>(*stores_.hot, rules_, options_.batch, replayed.head);
    truth_.opened = true;
    // What it executes next takes the place of what was never acknowledged.
    const u64 kept = std::max(replayed.head.block_number, truth_.acknowledged);
    if (truth_.blocks.size() > kept) truth_.blocks.resize(kept);
    return {};
  }

  // One thing that one of a node's threads does; false when the node must stop.
  bool step() {
    const u64 pick = random_.below(100);
    if (pick < 35) return execute(), true;
    if (pick < 60) return sync();
    if (pick < 88) return seal();
    return snapshot(), true;
  }
  // Everything that was executed, acknowledged and sealed.
  bool settle() {
    bool ok = sync();
    while (ok && !durable_.empty()) ok = seal();
    return ok && sync();  // lets old segments go
  }

  u64 head() const { return builder_->head().block_number; }
  const NodeStores& stores() const { return stores_; }
  u64 snapshots_sealed() const { return snapshots_sealed_; }

 private:
  void execute() {
    SealedBlock block;
    const ChainHead& head = builder_->head();
    const TestWorld& world = founding();
    builder_->open(std::max(head.timestamp_ms, TestWorld::kStartMs) + 100, block);
    for (u64 i = head.inbox_index; i < world.messages.size(); ++i)
      builder_->execute_message(world.messages[i]);
    const u64 count = random_.below(5);
    for (u64 i = 0; i < count; ++i) {
      const Submission s = submission(block.timestamp_ms + i);
      static_cast<void>(builder_->execute(s));
    }
    builder_->close(false);
    Truth::Block truth;
    encode_block_record(block, truth.record);
    truth.receipts = block.receipts;
    stores_.blocks->append(truth.record);
    truth_.blocks.push_back(std::move(truth));
    executed_.push_back(std::move(block));
  }

  Submission submission(u64 nonce) {
    Submission s;
    s.tx.account = static_cast<u32>(1 + random_.below(4));
    s.tx.nonce = nonce;
    s.tx.market = 1;
    s.tx.action = random_.chance(100'000) ? stf::Action::cancel_all : stf::Action::place;
    if (s.tx.action == stf::Action::place) {
      s.tx.side = static_cast<u8>(random_.below(2));
      s.tx.price_ticks = static_cast<u32>(1'000 + random_.below(20));
      s.tx.lots = 1 + random_.below(50);
    }
    s.tx_id = stf::transaction_digest(s.tx, rules_.domain);
    s.signed_by = founding().keys[s.tx.account - 1].address;
    return s;
  }

  bool sync() {
    const auto synced = stores_.blocks->sync();
    if (!synced.ok()) return false;
    truth_.acknowledged = std::max(truth_.acknowledged, *synced);
    for (; !executed_.empty() && executed_.front().number <= *synced; executed_.pop_front())
      durable_.push_back(std::move(executed_.front()));
    if (drop_before_ != 0) static_cast<void>(stores_.blocks->drop_before(drop_before_).ok());
    return true;
  }

  bool seal() {
    if (durable_.empty()) return true;
    const bool sealed = sealer_->add(durable_.front()) == SealError::none;
    durable_.pop_front();
    return sealed;
  }

  void on_sealed(const BatchSealed& sealed) {
    if (recovering_) return;
    drop_before_ = sealed.end.block_number + 1;
    if (writer_ || sealed.end.batch < sealed_at_) return;
    if (sealed.end.batch % options_.snapshot_every_batches != 0) return;
    auto begun = stores_.tree->begin_snapshot();
    if (begun.ok()) writer_.emplace(std::move(*begun));
    table_ = 0;
  }

  // Some tables of the snapshot under way; its file's name comes with the batch in progress.
  void snapshot() {
    if (!writer_) return;
    HotSource source(*stores_.hot);
    for (const u32 end = table_ + 3u; table_ < end; ++table_) {
      if (!writer_->copy(source, table_, 1, source.extent(table_)).ok()) return writer_.reset();
    }
    if (table_ < exchange::kTableCount) return;
    static_assert(exchange::kTableCount % 3 == 0);
    sealed_at_ = builder_->head().batch;
    if (stores_.tree->finish_snapshot(std::move(*writer_), sealed_at_).ok()) ++snapshots_sealed_;
    writer_.reset();
  }

  io::Disk& disk_;
  Truth& truth_;
  io::Random& random_;
  NodeOptions options_ = store_options();
  stf::Rules rules_;
  NodeStores stores_;
  std::unique_ptr<BatchSealer> sealer_;
  std::unique_ptr<BlockBuilder> builder_;
  bool recovering_ = false;
  std::deque<SealedBlock> executed_;
  std::deque<SealedBlock> durable_;
  u64 drop_before_ = 0;
  std::optional<state::SnapshotWriter> writer_;
  u8 table_ = 0;
  u64 sealed_at_ = 0;
  u64 snapshots_sealed_ = 0;
};

inline Hash32 naive_root(const Objects& objects) {
  tree::NaiveTree tree;
  for (const auto& [key, encoding] : objects)
    tree.set(static_cast<u8>(key >> 32), static_cast<u32>(key), tree::hash_leaf(encoding));
  return tree.root();
}

// The truth, executed again.
class Rederivation {
 public:
  Rederivation() : rules_(stf::make_rules(test_config())) {
    GAVEL_CHECK(check_chain(store_options(), rules_.config, disk_).ok());
    stores_ = std::move(
        open_node_stores(store_options(), rules_.config.capacity, disk_, [](const std::string&) {
        }).value());
    sealer_ = std::make_unique<BatchSealer>(*stores_.tree, *stores_.log, *stores_.batches,
                                            stores_.end, BatchSealer::Hooks{});
    BatchLimits limits;
    limits.max_blocks = ~0u;
    builder_ =
        std::make_unique<BlockBuilder>(*stores_.hot, rules_, limits, head_after(stores_.end));
    roots_.push_back(naive_root(all_objects(*stores_.hot)));
  }

  // Up to the end of the truth, which only grows from there on. What differs from what was told.
  std::string advance(const Truth& truth) {
    for (u64 i = builder_->head().block_number; i < truth.blocks.size(); ++i) {
      SealedBlock block;
      const auto replayed =
          replay_block(truth.blocks[i].record, rules_, *stores_.hot, *builder_, block);
      if (!replayed.ok()) return "block " + std::to_string(i + 1) + " does not execute again";
      if (block.receipts != truth.blocks[i].receipts) return "other receipts";
      GAVEL_CHECK(sealer_->add(block) == SealError::none);
      if (!block.last_of_batch) continue;
      roots_.push_back(naive_root(all_objects(*stores_.hot)));
      if (stores_.tree->newest()->root != roots_.back()) return "the trees differ";
    }
    return {};
  }

  Objects objects() const { return all_objects(*stores_.hot); }
  // By batch; from the naive tree.
  const std::vector<Hash32>& roots() const { return roots_; }
  const da::BatchStore& batches() const { return *stores_.batches; }

 private:
  io::FakeDisk disk_;
  stf::Rules rules_;
  NodeStores stores_;
  std::unique_ptr<BatchSealer> sealer_;
  std::unique_ptr<BlockBuilder> builder_;
  std::vector<Hash32> roots_;
};

// What a store that was just opened has lost or changed; empty: nothing.
inline std::string violation_of(const StoreLife& life, const Truth& truth, Rederivation& again,
                                u64 look_at_batches = 3) {
  if (life.head() < truth.acknowledged) {
    return "block " + std::to_string(truth.acknowledged) + " was acknowledged, the store ends at " +
           std::to_string(life.head());
  }
  if (life.head() > truth.blocks.size()) return "blocks that nobody made";
  if (std::string differs = again.advance(truth); !differs.empty()) return differs;
  if (all_objects(*life.stores().hot) != again.objects()) return "other objects";
  const state::Commitment newest = *life.stores().tree->newest();
  if (newest.batch >= again.roots().size()) return "a batch that nobody made";
  if (newest.root != again.roots()[newest.batch]) return "another root";
  const u64 first = newest.batch > look_at_batches ? newest.batch - look_at_batches : 1;
  for (u64 batch = first; batch <= newest.batch; ++batch) {
    const std::string name = "batch " + std::to_string(batch);
    const auto ours = life.stores().batches->get(batch);
    const auto theirs = again.batches().get(batch);
    if (!ours.ok()) return name + " has no pages";
    if (ours->end != theirs->end || ours->pages.bytes != theirs->pages.bytes ||
        ours->pages.starts != theirs->pages.starts) {
      return name + " has other pages";
    }
    const auto root = life.stores().batches->get_root(batch);
    if (!root.ok() || *root != again.roots()[batch]) return name + " has another root";
  }
  return {};
}

}  // namespace gavel::sequencer
