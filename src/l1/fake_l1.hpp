// FakeL1: a deterministic Ethereum in memory, for tests and the simulator.
//
// It keeps what our code depends on: accounts' nonces, a mempool with replacement and fee rules,
// blocks linked by hash, receipts and logs, reorgs, finality marks, and an endpoint that can fail
// or forget. What a transaction does is given by a function (Execution); there is no EVM. Blocks
// appear only when mine() is called. One thread.
#pragma once

#include <functional>
#include <map>

#include "l1/rpc.hpp"
#include "l1/transaction.hpp"

namespace gavel::l1 {

class FakeL1 : public Rpc {
 public:
  struct Transaction {
    Address from;
    DecodedTransaction body;
    Bytes raw;
  };
  struct Execution {
    bool success = true;
    u64 gas_used = 21'000;
    Bytes revert_data{};
    std::vector<Log> logs{};  // address, topics and data count; the rest is filled in
  };
  using Execute = std::function<Execution(const Transaction&, const BlockHeader&)>;
  using OnCall = std::function<Result<Bytes>(const Call&)>;

  explicit FakeL1(u64 chain_id = 31'337);

  void on_execute(Execute execute) { execute_ = std::move(execute); }
  // The time of new blocks in seconds; without one they follow each other every 12 s.
  void on_time(std::function<u64()> time_s) { time_s_ = std::move(time_s); }
  void on_call(OnCall call) { on_call_ = std::move(call); }

  // Appends blocks; each takes up to max_transactions from the mempool, dearest first, nonces in
  // order.
  void mine(u32 blocks = 1, u32 max_transactions = 1000);
  // Takes the last `depth` blocks back. Their transactions return to the mempool, or are lost.
  void reorg(u32 depth, bool keep_transactions);
  void forget_mempool() { pool_.clear(); }
  // Drops one pending transaction of the account.
  void forget(const Address& account, u64 nonce);
  void set_base_fee(u128 wei) { base_fee_wei_ = wei; }
  void set_finality(u64 safe_depth, u64 finalized_depth);
  // The next `count` requests fail with this error, before (or after) having their effect.
  void fail_next(u32 count, Error error, bool after_effect = false);

  // The request after the next `count` ones fails.
  void fail_after(u32 count, Error error);
  // Every transaction sent is answered with this error and not taken.
  void refuse_sends(std::optional<Error> error) { refuse_sends_ = std::move(error); }

  [[nodiscard]] const BlockHeader& head() const { return blocks_.back().header; }
  [[nodiscard]] size_t pool_size() const;
  [[nodiscard]] u64 requests() const { return requests_; }
  // Transactions in blocks, oldest first.
  [[nodiscard]] std::vector<Transaction> mined() const;

  Result<u64> chain_id() override;
  Result<std::optional<BlockHeader>> header(BlockId block) override;
  Result<std::vector<std::optional<BlockHeader>>> headers(u64 first, u32 count) override;
  Result<FeeQuote> fees() override;
  Result<u128> balance(const Address& account, BlockTag at) override;
  Result<u64> nonce(const Address& account, BlockTag at) override;
  Result<Bytes> code(const Address& account, BlockId at) override;
  Result<Bytes32> storage_at(const Address& account, const Bytes32& slot, BlockId at) override;
  Result<Bytes> call(const Call& call, BlockId at) override;
  Result<u64> estimate_gas(const Call& call, BlockTag at) override;
  Result<Hash32> send_raw_transaction(std::span<const u8> raw) override;
  Result<std::vector<std::optional<Receipt>>> receipts(std::span<const Hash32> hashes) override;
  Result<std::vector<std::optional<Bytes>>> raw_transactions(
      std::span<const Hash32> hashes) override;
  Result<std::vector<Log>> logs(const LogFilter& filter) override;

 private:
  struct Block {
    BlockHeader header;
    std::vector<Transaction> transactions;
    std::vector<Receipt> receipts;
  };
  [[nodiscard]] Result<void> enter();
  [[nodiscard]] Result<void> leave();
  [[nodiscard]] const Block* block(const BlockId& id) const;
  [[nodiscard]] u64 chain_nonce(const Address& account) const;
  void include(Block& block, Transaction transaction, u32& log_index);

  u64 chain_id_;
  u128 base_fee_wei_{1'000'000'000};
  u64 safe_depth_ = 4;
  u64 finalized_depth_ = 8;
  u64 branch_ = 0;  // counts reorgs, so that blocks of another branch have other hashes
  u64 requests_ = 0;
  std::vector<Block> blocks_;
  std::map<Address, std::map<u64, Transaction>> pool_;
  std::map<Address, u64> nonces_;  // of the mined transactions
  std::function<u64()> time_s_;
  Execute execute_;
  OnCall on_call_;
  std::optional<Error> refuse_sends_;
  u32 failures_left_ = 0;
  bool fail_after_effect_ = false;
  u32 failures_wait_ = 0;
  Error failure_{ErrorKind::kConnection};
};

}  // namespace gavel::l1
