// FakeContracts: Gavel's contracts as a plain model over the fake L1, without an EVM.
//
// What: what posts, fixes, claims and confirmations do and emit, and the views that the node reads
// (docs/protocol/l1.md); bonds, tokens, roles and pauses are left out. A call of the inbox's
// address appends its data as a message.
// Why: reorgs, failures and rivals in any order, thousands of steps a second.
// Invariant: a second, independent writing of the contracts' rules. Deterministic. One thread.
#pragma once

#include <deque>

#include "da/batch_configs.hpp"
#include "l1/fake_l1.hpp"
#include "settle/contracts.hpp"
#include "stf/config.hpp"
#include "stf/row.hpp"
#include "tree/frontier.hpp"

namespace gavel::cheats {

class FakeContracts final : public l1::FakeL1 {
 public:
  struct Options {
    stf::Config config;
    Address poster;
    u64 sequencing_window_s = 3'600;
    u64 claim_window_s = 60;
    Hash32 genesis_root;
  };
  explicit FakeContracts(const Options& options);

  static Address registry() { return address(1); }
  static Address batch_inbox() { return address(2); }
  static Address inbox() { return address(3); }

  // As FakeL1::reorg; the contracts' storage goes back too.
  void take_back(u32 depth, bool keep_transactions);
  u64 next_batch() const { return now().next; }
  u64 pages() const { return now().pages.size(); }
  u64 messages() const { return now().count; }
  u64 claims() const { return now().claims.size(); }
  u64 confirmed() const { return now().anchor_batch; }
  // What SystemConfig announces for a batch and those after it, in the newest block.
  void set_config_from(u64 batch, const stf::Config& config) {
    set_words_from(batch, da::words_of(config));
  }
  void set_words_from(u64 batch, const da::ConfigWords& words);
  // An endpoint that gives the newest configuration for every batch.
  bool names_the_newest_only = false;
  // The configuration that was announced last, and the hash of the one of a batch.
  struct Announced {
    u64 l1_block = 0;
    u64 start = 0;
    da::ConfigWords words;
    Hash32 hash;
  };
  const Announced& last_config() const { return configs_.back(); }
  const Hash32& hash_of_config(u64 batch) const { return config_of(batch).hash; }
  // An endpoint that keeps transactions to itself.
  void withhold_transactions(bool withhold) { withhold_ = withhold; }

  l1::Result<l1::Bytes> code(const Address& account, l1::BlockId at) override;
  // Of older blocks only the configurations are known.
  l1::Result<l1::Bytes> call(const l1::Call& call, l1::BlockId at) override;
  l1::Result<std::vector<std::optional<l1::Bytes>>> raw_transactions(
      std::span<const Hash32> hashes) override;

 private:
  struct Claim {
    u64 batch = 0;
    u64 time_s = 0;
    Hash32 end_hash;
    bool confirmed = false;
    u32 children = 0;
  };
  struct Checkpoint {
    u64 time_s = 0;
    u64 count = 0;
  };
  struct State {
    u64 next = 1;
    u64 must = 0;
    u64 fixed_at_s = 0;
    Hash32 post_hash;
    std::vector<Hash32> pages;  // their leaves
    std::map<u64, stf::Posted> fixed;
    tree::Frontier<32> inbox;
    u64 count = 0;
    std::vector<Checkpoint> checkpoints;
    std::map<Hash32, Claim> claims;
    Hash32 anchor;
    u64 anchor_batch = 0;
  };
  struct Stored {
    u64 number = 0;
    State state;
  };
  using Args = l1::AbiDecoder;

  static Address address(u8 i) {
    Address out;
    out.bytes.fill(i);
    return out;
  }
  const State& now() const { return history_.back().state; }
  Execution execute(const Address& from, const std::optional<Address>& to, const l1::Bytes& data,
                    const l1::BlockHeader& header, State& state) const;
  Execution add_message(const l1::Bytes& body, const Address& from, const l1::BlockHeader& header,
                        State& state) const;
  Execution post(const Address& from, const Args& args, State& state) const;
  Execution fix(const Address& from, const Args& args, const l1::BlockHeader& header,
                State& state) const;
  Execution claim(const Address& from, const l1::Bytes& data, const l1::BlockHeader& header,
                  State& state) const;
  Execution confirm(const Args& args, const l1::BlockHeader& header, State& state) const;
  u64 overdue(const State& state, u64 time_s) const;
  l1::Result<l1::Bytes> view(const l1::Call& call) const;

  Options options_;
  std::vector<Announced> configs_;  // in the order of their announcement, so of their starts
  u64 asked_at_ = ~u64{0};          // the L1 block of the view that is asked
  const Announced& config_of(u64 batch, u64 l1_block = ~u64{0}) const;
  Hash32 genesis_;
  bool withhold_ = false;
  std::deque<Stored> history_;  // by block with transactions, after it
};

}  // namespace gavel::cheats
