// Verifier: the stranger. Rebuilds the chain from L1 alone and compares every claim with what it
// finds.
//
// What: starts from an L1 endpoint and the registry's address; derives each batch that L1 has fixed
// and judges each claim on it: agree, or the first batch and the field that differs (data, inbox,
// counts, output_hash, state_root). Each batch is derived under the configuration that L1 fixed for
// it; where tables grow beyond what was reserved all is derived again. Why one field: the words of
// an end cursor depend on each other in this order, so the first that differs is the cause.
#pragma once

#include <string>

#include "settle/deriver.hpp"

namespace gavel::settle {

enum class Difference : u8 {
  none,
  data,         // the data's words, or a page or row in it
  inbox,        // inbox root, obligation or the messages executed
  counts,       // units, blocks, time
  output_hash,  // the last block's hash, or the tree of block hashes
  state_root,
};
const char* name_of(Difference difference);
const char* name_of(stf::Malformed why);

// The first difference between a claimed end and ours, word by word.
Difference compare(const stf::Cursor& claimed, const stf::Cursor& ours);

// Where a batch's derivation leaves what its data seems to say.
struct Departures {
  bool data = false;     // rows that were consumed unexecuted, or that ended too early
  u64 first_forced = 0;  // block with the first message that no row executes; 0: none
};
Departures departures_of(const DerivedBatch& batch);

// The cause of the difference: counts and hashes that follow from another reading of the data or
// the inbox are a difference in those.
Difference cause_of(const stf::Cursor& claimed, const stf::Cursor& ours,
                    const Departures& departures);

struct ClaimVerdict {
  u64 batch = 0;
  Hash32 claim;
  Address claimer;
  bool confirmed = false;
  Difference difference = Difference::none;
  u64 claimed_last_block = 0;  // if they differ
  std::string claimed;         // the differing word, for people
  std::string ours;
};

// Reads the pages of a batch that are not on L1 (mode 4: a directory named by hand). Empty: not to
// be had.
using ExternalPages =
    std::function<std::optional<std::vector<Bytes>>(u64 batch, const stf::Posted& posted)>;

struct VerifierOptions {
  u32 threads = 2;
  u32 l1_confirmations = 1;
  ExternalPages external{};
  UndoPlace undo{};  // to reopen older states
  // The images of the fault proof program whose rules this program has; none: any image's.
  std::vector<Hash32> images{};
};

enum class VerifyState : u8 {
  behind,  // more to read or derive
  up_to_date,
  no_data,      // a batch's pages are not to be had
  other_rules,  // the next batch is judged by an image whose rules this program does not have
  failed,       // see error()
};

class Verifier {
 public:
  Verifier(l1::Rpc& rpc, VerifierOptions options);
  ~Verifier();

  // Finds the contracts and the genesis, and checks that the registry's genesis is the one that the
  // rules give. A sentence on error.
  [[nodiscard]] base::Result<void, std::string> start(const Address& registry);
  // Reads from L1 and derives at most one batch.
  VerifyState step();

  u64 batches_derived() const { return derived_; }
  u64 batches_fixed() const;
  // Why the last step did not do what it should; empty if it did.
  const std::string& error() const { return error_; }
  // The genesis, then one a derived batch.
  const stf::Cursor& end_of(u64 batch) const { return ours_.at(batch).end; }
  // The id of the claim that we would make on it.
  const Hash32& claim_of(u64 batch) const { return ours_.at(batch).claim; }
  // What L1 fixed for a batch, read again; not derived yet is fine. Refers to the feed's messages.
  // no_data, failed or (try again) behind: see error().
  [[nodiscard]] base::Result<BatchInput, VerifyState> input_of(u64 batch);
  [[nodiscard]] base::Result<Bytes, VerifyState> configuration_of(u64 batch);
  // One a claim on a derived batch whose parent is ours, in L1 order.
  const std::vector<ClaimVerdict>& verdicts() const { return verdicts_; }
  // Of the last derived batch.
  const DerivedBatch& last() const { return last_; }
  const Deriver& deriver() const { return *deriver_; }
  // For who looks back at a batch while newer ones are derived. Gone after a restart.
  std::weak_ptr<const Deriver> deriver_now() const { return deriver_; }
  void forget_before(u64 batch) { deriver_->forget_before(batch); }
  const L1Feed& feed() const { return *feed_; }
  // Called before each batch, and for each item that is executed, if set. They outlive a restart.
  void on_batch(std::function<void()> hook) { on_batch_ = std::move(hook); }
  void on_item(std::function<void(const DerivedItem&)> hook);
  void on_unit(Deriver::UnitHook hook);

 private:
  struct Derived {
    stf::Posted posted;
    Hash32 claim;  // the id of the claim that we would make
    stf::Cursor end;
    Departures departures;
  };

  VerifyState derive_next();
  void judge_claims();
  [[nodiscard]] ClaimVerdict judge(const FeedClaim& claim) const;
  [[nodiscard]] base::Result<BatchInput, VerifyState> read_batch(const FeedBatch& batch);
  // The 1,024 bytes that hash to what the batch's post fixed.
  [[nodiscard]] base::Result<Bytes, VerifyState> read_config(const FeedBatch& batch);
  // An L1 error ends the run unless it may pass.
  VerifyState note(const l1::Error& error);
  bool history_changed() const;
  bool reserve(const stf::Config& config);
  VerifyState restart();

  l1::Rpc& rpc_;
  VerifierOptions options_;
  Contracts contracts_;
  Bytes genesis_config_;
  // Reserved for the tables: the greatest of all configurations seen.
  std::array<u32, exchange::kTableCount> reserved_{};
  std::unique_ptr<L1Feed> feed_;
  std::shared_ptr<Deriver> deriver_;
  u64 derived_ = 0;
  std::size_t claims_judged_ = 0;
  std::vector<Derived> ours_;  // by batch; 0 is the genesis
  std::vector<ClaimVerdict> verdicts_;
  DerivedBatch last_;
  std::string error_;
  std::function<void()> on_batch_;
  std::function<void(const DerivedItem&)> on_item_;
  Deriver::UnitHook on_unit_;
};

}  // namespace gavel::settle
