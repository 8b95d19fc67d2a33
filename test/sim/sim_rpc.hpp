// SimRpc: one consumer's endpoint of L1, which can be down, slow to the point of timing out, or
// answer with errors, also after a request had its effect.
//
// One thread.
#pragma once

#include "io/random.hpp"
#include "l1/rpc.hpp"

namespace gavel::sim {

class SimRpc final : public l1::Rpc {
 public:
  SimRpc(l1::Rpc& chain, io::Random& random) : chain_(chain), random_(random) {}

  // Every request fails.
  void set_down(bool down) { down_ = down; }
  // So many requests in a million fail.
  void set_failing_ppm(u32 ppm) { failing_ppm_ = ppm; }
  u64 failures() const { return failures_; }

  l1::Result<u64> chain_id() override;
  l1::Result<std::optional<l1::BlockHeader>> header(l1::BlockId block) override;
  l1::Result<std::vector<std::optional<l1::BlockHeader>>> headers(u64 first, u32 count) override;
  l1::Result<l1::FeeQuote> fees() override;
  l1::Result<u128> balance(const Address& account, l1::BlockTag at) override;
  l1::Result<u64> nonce(const Address& account, l1::BlockTag at) override;
  l1::Result<l1::Bytes> code(const Address& account, l1::BlockId at) override;
  l1::Result<Bytes32> storage_at(const Address& account, const Bytes32& slot,
                                 l1::BlockId at) override;
  l1::Result<l1::Bytes> call(const l1::Call& call, l1::BlockId at) override;
  l1::Result<u64> estimate_gas(const l1::Call& call, l1::BlockTag at) override;
  l1::Result<Hash32> send_raw_transaction(std::span<const u8> raw) override;
  l1::Result<std::vector<std::optional<l1::Receipt>>> receipts(
      std::span<const Hash32> hashes) override;
  l1::Result<std::vector<std::optional<l1::Bytes>>> raw_transactions(
      std::span<const Hash32> hashes) override;
  l1::Result<std::vector<l1::Log>> logs(const l1::LogFilter& filter) override;

 private:
  l1::Result<void> enter();

  l1::Rpc& chain_;
  io::Random& random_;
  bool down_ = false;
  u32 failing_ppm_ = 0;
  u64 failures_ = 0;
};

}  // namespace gavel::sim
