// Withdrawal: one trader's money in and out again: a deposit on L1, a signed withdrawal, a proof, a
// payment on L1.
//
// What: a key of its own, so that what it owns is exactly what was deposited; each step waits for
// the one before it as a wallet would, and checks what it says it did.
#pragma once

#include "exchange_session.hpp"

namespace gavel::apps {

class Withdrawal {
 public:
  // `token` is one of the devnet's.
  Withdrawal(ExchangeSession& session, const DevnetToken& token);

  // Deposits on L1 and waits until the node has credited it to a new account.
  [[nodiscard]] AppResult<void> deposit();
  // Sends the signed withdrawal through the gateway and waits for its receipt.
  [[nodiscard]] AppResult<void> request();
  // Waits until the claim of its batch is confirmed, proves the outbox entry, has the Portal pay,
  // and checks the balance on L1.
  [[nodiscard]] AppResult<void> collect(std::chrono::seconds patience);

  u32 account() const { return account_; }
  u64 deposited_units() const { return kDepositUnits; }
  u64 withdrawn_units() const { return kWithdrawUnits; }
  u64 block() const { return block_; }
  u64 batch() const { return batch_; }
  u32 outbox_index() const { return outbox_; }

 private:
  static constexpr u64 kDepositUnits = 1'000'000;
  static constexpr u64 kWithdrawUnits = 400'000;

  struct Confirmed {
    Hash32 claim;
    stf::Cursor end;
  };
  AppResult<Confirmed> wait_for_confirmation(std::chrono::steady_clock::time_point until);
  AppResult<l1::Bytes> payment(const Confirmed& confirmed);
  AppResult<u128> balance_on_l1();

  ExchangeSession& session_;
  DevnetToken token_;
  crypto::KeyPair key_;
  Address recipient_;
  u32 account_ = 0;
  u64 block_ = 0;
  u64 batch_ = 0;
  u32 outbox_ = 0;
};

}  // namespace gavel::apps
