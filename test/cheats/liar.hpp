// Liar: a sequencer that follows one lie through everything that comes after it.
//
// What: the real cold and hot path (BlockBuilder, BatchSealer, state tree, batch store) on a disk
// in memory, trading between accounts whose keys it derives, with one lie in batch kLieBatch. What
// it stores for L1 and what it shows to those who ask agree with each other and with the lie.
// Invariant: without a lie its batches are an honest sequencer's. Deterministic but for the given
// times and messages. Threads: one; const members any, once the last batch is made.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "cheats/lie.hpp"
#include "crypto/secp256k1_host.hpp"
#include "io/fake_disk.hpp"
#include "sequencer/batch_sealer.hpp"
#include "sequencer/block_builder.hpp"

namespace gavel::cheats {

class Liar {
 public:
  static constexpr u64 kLieBatch = 2;
  static constexpr u32 kTraders = 4;
  // Trader 0 is the sequencer itself, trader 3 the one whose message is left out.
  static constexpr u32 kThief = 0;
  static constexpr u32 kMaker = 1;
  static constexpr u32 kTaker = 2;
  static constexpr u32 kVictim = 3;
  static constexpr u32 kBlocksPerBatch = 4;
  static constexpr u32 kRoundsPerBlock = 10;
  static constexpr u32 kAskTicks = 1'000;

  // Trades on `market`, which its inbox messages create. Its batches lie in memory, or in a folder
  // of this machine if one is named.
  Liar(const stf::Config& config, Lie lie, u32 market, const std::string& batch_folder = {});
  ~Liar();

  const crypto::KeyPair& key(u32 trader) const { return keys_[trader]; }
  // The account of a trader; 0 if it has none yet.
  u32 account(u32 trader) const;

  // The next message of the inbox: its canonical bytes.
  void add_message(std::vector<u8> bytes) { messages_.push_back(std::move(bytes)); }
  // One block at `now_ms` or as soon after the last block as may be, with all messages that are
  // waiting; without trading.
  void make_message_block(u64 now_ms, bool end_batch);
  // A batch of kBlocksPerBatch blocks of trading; the lie, if it is due.
  void make_trading_batch(u64 now_ms);

  da::BatchStore& batches() { return store_; }
  const da::BatchStore& batches() const { return store_; }
  const LieFacts& facts() const { return facts_; }
  u64 last_batch() const { return builder_->head().batch - 1; }
  u64 messages_executed() const { return builder_->head().inbox_index; }

  // What it shows.
  struct Shown {
    sequencer::BlockHashed head;
    u64 batch = 0;
    sequencer::SealedBlock block;
  };
  const Shown* block(u64 number) const;
  // An object at the end of a batch; empty: absent. Null: no such batch.
  const std::vector<u8>* object(u64 batch, u64 key) const;
  // A proof of it, encoded; empty if there is no such batch.
  std::vector<u8> proof(u64 batch, u8 table, u32 index) const;

 private:
  bool lies(Lie lie) const { return lie_ == lie && builder_->head().batch == kLieBatch; }
  void open(u64 now_ms);
  void close(bool end_batch);
  void execute_messages();
  sequencer::Submission sign(stf::Transaction tx, u32 trader) const;
  stf::Transaction transaction(u32 trader, stf::Action action);
  stf::Transaction place(u32 trader, exchange::Side side, u8 type, u32 price_ticks, u64 lots);
  void run(const sequencer::Submission& submission);
  void trade(u32 rounds);
  // The lies that are told inside a block.
  void lie_in_block();
  void steal_balance();
  void steal_by_fill();
  void steal_by_signature();
  // The lies that are told about a whole batch.
  void lie_about_batch(const sequencer::BatchSealed& sealed);
  void put_rubbish(const da::BatchEnd& end);
  void keep_objects(u64 batch);
  void note(std::optional<u64> transaction);

  stf::Config config_;
  stf::Rules rules_;
  Lie lie_;
  u32 market_;
  std::vector<crypto::KeyPair> keys_;
  io::FakeDisk disk_;
  io::SystemDisk real_disk_;
  state::WriteLog log_;
  std::unique_ptr<state::HotState> state_;
  std::unique_ptr<sequencer::BlockBuilder> builder_;
  da::BatchStore store_;
  std::unique_ptr<state::CommitStore> tree_;
  std::unique_ptr<sequencer::BatchSealer> sealer_;
  std::vector<std::vector<u8>> messages_;                  // waiting
  std::vector<Shown> shown_;                               // block i + 1
  std::map<u64, std::map<u64, std::vector<u8>>> objects_;  // by batch
  sequencer::SealedBlock block_;
  LieFacts facts_;
  u64 now_ms_ = 0;
  u64 nonces_ = 0;
  u64 left_out_ = 0;  // messages that it claims to have executed
};

}  // namespace gavel::cheats
