// SwitchRpc: an endpoint that a test puts between Gavel and L1: the true one, one that is away, or
// one that answers nonsense. A distortion sees a header that is about to be given.
#pragma once

#include <functional>

#include "l1/rpc.hpp"

namespace gavel::cheats {

class SwitchRpc final : public l1::Rpc {
 public:
  explicit SwitchRpc(l1::Rpc& truth) : truth_(truth), current_(&truth) {}

  void use(l1::Rpc& other) { current_ = &other; }
  void use_truth() {
    current_ = &truth_;
    away = false;
    distort = nullptr;
  }

  bool away = false;
  std::function<void(l1::BlockHeader&)> distort;

  l1::Result<u64> chain_id() override {
    GAVEL_TRY(enter());
    return current_->chain_id();
  }
  l1::Result<std::optional<l1::BlockHeader>> header(l1::BlockId block) override {
    GAVEL_TRY(enter());
    auto header = current_->header(block);
    if (distort && header.ok() && *header) distort(**header);
    return header;
  }
  l1::Result<std::vector<std::optional<l1::BlockHeader>>> headers(u64 first, u32 count) override {
    GAVEL_TRY(enter());
    auto headers = current_->headers(first, count);
    if (!distort || !headers.ok()) return headers;
    for (auto& header : *headers) {
      if (header) distort(*header);
    }
    return headers;
  }
  l1::Result<l1::FeeQuote> fees() override {
    GAVEL_TRY(enter());
    return current_->fees();
  }
  l1::Result<u128> balance(const Address& account, l1::BlockTag at) override {
    GAVEL_TRY(enter());
    return current_->balance(account, at);
  }
  l1::Result<u64> nonce(const Address& account, l1::BlockTag at) override {
    GAVEL_TRY(enter());
    return current_->nonce(account, at);
  }
  l1::Result<l1::Bytes> code(const Address& account, l1::BlockId at) override {
    GAVEL_TRY(enter());
    return current_->code(account, at);
  }
  l1::Result<Bytes32> storage_at(const Address& account, const Bytes32& slot,
                                 l1::BlockId at) override {
    GAVEL_TRY(enter());
    return current_->storage_at(account, slot, at);
  }
  l1::Result<l1::Bytes> call(const l1::Call& call, l1::BlockId at) override {
    GAVEL_TRY(enter());
    return current_->call(call, at);
  }
  l1::Result<u64> estimate_gas(const l1::Call& call, l1::BlockTag at) override {
    GAVEL_TRY(enter());
    return current_->estimate_gas(call, at);
  }
  l1::Result<Hash32> send_raw_transaction(std::span<const u8> raw) override {
    GAVEL_TRY(enter());
    return current_->send_raw_transaction(raw);
  }
  l1::Result<std::vector<std::optional<l1::Receipt>>> receipts(
      std::span<const Hash32> hashes) override {
    GAVEL_TRY(enter());
    return current_->receipts(hashes);
  }
  l1::Result<std::vector<std::optional<l1::Bytes>>> raw_transactions(
      std::span<const Hash32> hashes) override {
    GAVEL_TRY(enter());
    return current_->raw_transactions(hashes);
  }
  l1::Result<std::vector<l1::Log>> logs(const l1::LogFilter& filter) override {
    GAVEL_TRY(enter());
    return current_->logs(filter);
  }

 private:
  l1::Result<void> enter() {
    if (away) return l1::make_error(l1::ErrorKind::kConnection, "nobody answers");
    return {};
  }

  l1::Rpc& truth_;
  l1::Rpc* current_;
};

}  // namespace gavel::cheats
