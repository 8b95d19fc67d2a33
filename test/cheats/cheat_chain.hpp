// CheatChain: a liar's business with a devnet's L1: its inbox in, deposits, pages and claims out.
//
// What: settle's own feed, poster and claimer, with the devnet's keys (folder of `gavel devnet`);
// L1 is told to mine at once, and to let time pass where a message must become overdue.
// Threads: one.
#pragma once

#include "cheats/liar.hpp"
#include "l1_link.hpp"
#include "settle/claimer.hpp"
#include "settle/l1_feed.hpp"
#include "settle/poster.hpp"

namespace gavel::cheats {

using apps::AppResult;

class CheatChain {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<CheatChain>> connect(
      const std::string& url, const std::string& registry, const std::string& devnet_folder);

  const stf::Config& config() const { return config_; }
  const settle::Contracts& contracts() const { return contracts_; }

  // Gives every trader `units` of an asset; into its account, or into a fresh one if `fresh`.
  [[nodiscard]] AppResult<void> fund(const Liar& liar, u32 asset, bool fresh, u64 units);
  // One deposit, into the trader's account.
  [[nodiscard]] AppResult<void> deposit(const Liar& liar, u32 trader, u32 asset, u64 units);
  // Hands over the messages that L1 has and the liar has not been given.
  [[nodiscard]] AppResult<void> deliver(Liar& liar);
  // Lets so much time pass on L1 that each message is overdue.
  [[nodiscard]] AppResult<void> make_overdue();
  // Time of L1's newest block.
  [[nodiscard]] AppResult<u64> now_ms();

  // Posts the liar's batches from now on, with what its store holds then; the other claims on them
  // as an honest node does.
  [[nodiscard]] AppResult<void> start_posting(Liar& liar, const l1::SubmitterConfig& how,
                                              settle::PosterOptions posting = {});
  [[nodiscard]] AppResult<void> start_claiming(Liar& liar, const l1::SubmitterConfig& how);
  // Until L1 has the batch and, if it was started, the honest claim on it.
  [[nodiscard]] AppResult<void> settle(u64 batch, u64 timeout_ms);
  // Claims what the store says on a batch that L1 has, whatever an honest claimer would say to it.
  [[nodiscard]] AppResult<void> claim_anyway(const Liar& liar, u64 batch);
  // One step of it.
  void tick();
  // Whether the poster's last round with L1 failed, and whether it waits for L1.
  bool submitter_error() const { return poster_key_->last_error().has_value(); }
  bool in_flight() const { return !poster_key_->idle(); }
  const settle::PosterStatus& posted() const { return poster_->status(); }
  const settle::ClaimerStatus& claimed() const { return claimer_->status(); }
  // A rival of the newest right claim that L1 has: the same end but for its state root, by the
  // devnet's owner. The batch.
  [[nodiscard]] AppResult<u64> claim_rival();

 private:
  [[nodiscard]] AppResult<void> claim(const std::string& key_name, u64 batch, const Hash32& parent,
                                      const stf::Cursor& parent_end, const stf::Cursor& end);
  [[nodiscard]] AppResult<Address> token_of(u32 asset) const;
  [[nodiscard]] AppResult<void> deposit_batch(const Address& token,
                                              const std::vector<l1::AbiEncoder>& items);
  [[nodiscard]] AppResult<void> read_feed();
  [[nodiscard]] AppResult<std::unique_ptr<l1::Submitter>> submitter(const char* name,
                                                                    const l1::SubmitterConfig& how);
  stf::Cursor genesis_end() const;
  [[nodiscard]] AppResult<crypto::KeyPair> key(const std::string& name) const;

  std::string folder_;
  std::unique_ptr<apps::L1Link> link_;
  settle::Contracts contracts_;
  stf::Config config_;
  Hash32 config_hash_;
  std::unique_ptr<settle::L1Feed> feed_;
  std::size_t delivered_ = 0;
  std::unique_ptr<l1::Submitter> poster_key_;
  std::unique_ptr<l1::Submitter> claimer_key_;
  std::unique_ptr<settle::Poster> poster_;
  std::unique_ptr<settle::Claimer> claimer_;
  // The line of claims that claim_anyway() made, from the genesis on.
  std::vector<Hash32> ids_;
  std::vector<stf::Cursor> ends_;
};

}  // namespace gavel::cheats
