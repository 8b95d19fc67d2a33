// Poster, claimer and a liar (who need not lie) over a model of the contracts, for tests.
#pragma once

#include <memory>

#include "cheats/fake_contracts.hpp"
#include "cheats/liar.hpp"
#include "cheats/switch_rpc.hpp"
#include "io/clock.hpp"
#include "l1/submitter.hpp"
#include "settle/claimer.hpp"
#include "settle/deriver.hpp"
#include "settle/poster.hpp"
#include "settle/verifier.hpp"
#include "stf/message.hpp"

namespace gavel::cheats {

using settle::Difference;
using settle::VerifyState;

inline constexpr const char* kPosterKey =
    "4646464646464646464646464646464646464646464646464646464646464646";
inline constexpr const char* kClaimerKey =
    "4747474747474747474747474747474747474747474747474747474747474747";
inline constexpr const char* kOwnerKey =
    "4848484848484848484848484848484848484848484848484848484848484848";

inline l1::SigningKey key_of(const char* hex) { return l1::SigningKey::from_hex(hex).value(); }

inline stf::Config small_config() {
  stf::Config config;
  config.chain_id = 4242;
  config.verifying_contract.bytes.fill(0x11);
  config.capacity = state::HotCapacity::small().objects;
  return config;
}

inline FakeContracts::Options contracts_options() {
  FakeContracts::Options options;
  options.config = small_config();
  options.poster = key_of(kPosterKey).address();
  options.genesis_root = settle::genesis_state_root();
  return options;
}

class Settlement {
 public:
  explicit Settlement(Lie lie = Lie::none, FakeContracts::Options options = contracts_options())
      : l1(options), liar(small_config(), lie, 1) {
    l1.set_finality(1'000'000, 1'000'000);
    l1.mine();
    contracts_ = settle::discover(l1, FakeContracts::registry()).value();
    owner_ = submitter(kOwnerKey);
    feed_ = std::make_unique<settle::L1Feed>(l1, contracts_);
    start();
  }

  // The poster's and the claimer's process begins anew.
  void start() {
    poster.reset();
    claimer.reset();
    poster_key_ = submitter(kPosterKey);
    claimer_key_ = submitter(kClaimerKey);
    poster = std::make_unique<settle::Poster>(
        seen, *poster_key_, contracts_, liar.batches(),
        settle::PosterOptions{
            .max_post_bytes = 4'096, .future_window_ms = 60'000, .made_under = made_under});
    claimer = std::make_unique<settle::Claimer>(seen, *claimer_key_, contracts_, liar.batches(),
                                                genesis_end(), made_under);
  }

  void tick() {
    poster->tick();
    claimer->tick();
    clock.advance_ms(12'000);
  }
  void round() {
    tick();
    l1.mine();
  }
  // Rounds on a calm L1 until the batch is claimed; false if that takes too long.
  bool settle(u64 batch) {
    for (u32 i = 0; i < 200; ++i) {
      // What they know is of their last round.
      for (u32 j = 0; j < 2; ++j) round();
      if (poster->posted_up_to(batch) && claimer->status().claimed >= batch) return true;
    }
    return false;
  }

  // Batch 1: assets, a market, accounts with funds.
  void found() {
    for (u32 asset = 1; asset <= 2; ++asset) list_asset(asset);
    list_market();
    for (u32 i = 0; i < Liar::kTraders; ++i) deposit(i, 2, 0);
    deliver();
    liar.make_message_block(l1_time_ms(), false);
    for (u32 i = 0; i < Liar::kTraders; ++i) deposit(i, 1, liar.account(i));
    deliver();
    liar.make_message_block(l1_time_ms(), true);
  }
  void trade() { liar.make_trading_batch(l1_time_ms()); }
  void deposit(u32 trader, u32 asset, u32 account) {
    stf::Message m = of_kind(stf::MessageKind::deposit);
    m.asset = asset;
    m.amount = 1'000'000'000'000;
    m.recipient = liar.key(trader).address;
    m.account = account;
    send(m);
  }
  // Mines what the owner sent, and gives the liar the messages.
  void deliver() {
    for (u32 i = 0; i < 100 && !owner_->idle(); ++i) {
      owner_->tick();
      l1.mine();
      clock.advance_ms(12'000);
      (void)owner_->take_outcomes();
    }
    while (!feed_->poll().value().caught_up) {
    }
    for (; delivered_ < feed_->messages().size(); ++delivered_) {
      liar.add_message(feed_->messages()[delivered_].bytes);
    }
  }
  u64 l1_time_ms() const { return l1.head().timestamp_s * 1'000; }

  // A call of a key of its own, mined.
  void call(const Address& to, l1::Bytes data) {
    owner_->tick();
    GAVEL_CHECK(owner_->submit({.to = to, .data = std::move(data), .gas_limit = 1'000'000}).ok());
    deliver();
  }
  // A post by another process with the poster's key, mined.
  void post_from_elsewhere(l1::Bytes data) {
    const Address to = FakeContracts::batch_inbox();
    GAVEL_CHECK(
        poster_key_->submit({.to = to, .data = std::move(data), .gas_limit = 1'000'000}).ok());
    for (u32 i = 0; i < 10; ++i) {
      poster_key_->tick();
      l1.mine();
      clock.advance_ms(12'000);
    }
    (void)poster_key_->take_outcomes();
  }
  const settle::Contracts& contracts() const { return contracts_; }
  stf::Cursor genesis_end() const {
    std::array<u8, stf::kConfigBytes> words;
    stf::encode_config(small_config(), words);
    return stf::genesis_cursor(settle::genesis_state_root(), stf::config_hash(words));
  }

  FakeContracts l1;
  SwitchRpc seen{l1};  // by the poster and the claimer
  io::FakeClock clock;
  Liar liar;
  da::MadeUnder made_under;  // from the next start on; null: one configuration
  std::unique_ptr<settle::Poster> poster;
  std::unique_ptr<settle::Claimer> claimer;

 private:
  std::unique_ptr<l1::Submitter> submitter(const char* key) {
    l1::SubmitterConfig config;
    config.chain_id = 31'337;
    config.confirmations = 1;
    config.poll_ms = 0;
    return std::make_unique<l1::Submitter>(seen, clock, key_of(key), config);
  }
  static stf::Message of_kind(stf::MessageKind kind) {
    stf::Message m;
    m.kind = static_cast<u8>(kind);
    return m;
  }
  void send(const stf::Message& m) {
    l1::Bytes bytes(stf::kMaxMessageBytes);
    bytes.resize(stf::encode_message(m, bytes));
    GAVEL_CHECK(
        owner_
            ->submit(
                {.to = FakeContracts::inbox(), .data = std::move(bytes), .gas_limit = 1'000'000})
            .ok());
  }
  void list_asset(u32 asset) {
    stf::Message m = of_kind(stf::MessageKind::register_asset);
    m.asset = asset;
    m.token.bytes.fill(static_cast<u8>(asset));
    m.l1_decimals = 18;
    m.decimals = 8;
    send(m);
  }
  void list_market() {
    stf::Message m = of_kind(stf::MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 2;
    m.quote = 1;
    m.base_per_lot = 1'000;
    m.quote_per_tick_lot = 100;
    m.min_lots = 1;
    m.max_lots = 1'000;
    send(m);
  }

  settle::Contracts contracts_;
  std::unique_ptr<l1::Submitter> owner_;
  std::unique_ptr<l1::Submitter> poster_key_;
  std::unique_ptr<l1::Submitter> claimer_key_;
  std::unique_ptr<settle::L1Feed> feed_;
  std::size_t delivered_ = 0;
};

// Steps until the verifier has read and derived everything, or cannot go on.
inline VerifyState run(settle::Verifier& verifier) {
  VerifyState state = VerifyState::behind;
  for (u32 i = 0; i < 1'000 && state == VerifyState::behind; ++i) state = verifier.step();
  return state;
}

inline std::vector<Difference> differences(const settle::Verifier& verifier) {
  std::vector<Difference> out;
  for (const settle::ClaimVerdict& v : verifier.verdicts()) out.push_back(v.difference);
  return out;
}

inline const std::vector<Difference> kThreeAgree(3, Difference::none);

}  // namespace gavel::cheats
