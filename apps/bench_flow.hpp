// BenchFlow: order flow for measurements: funded accounts and random orders of a busy venue's mix.
//
// What: inbox messages that list two assets and a market and open funded accounts, and then an
// endless sequence of placements, cancels and immediate orders (10 : 11.5 : 1) by random accounts
// around a fixed price. Signatures are optional: an executor in this process is told who signed.
// With perpetuals, half of the orders go to a perpetual market whose three oracles report a price
// in each block, and every account has put half of its funds into margin. Invariant: the same seed
// gives the same flow, except for times. Prices stay within kLevels of the middle, so the book does
// not grow without bound: an order's cancel follows it after about kLiveOrders others.
#pragma once

#include <deque>
#include <vector>

#include "crypto/secp256k1_host.hpp"
#include "io/random.hpp"
#include "sequencer/block_builder.hpp"
#include "stf/message.hpp"

namespace gavel::apps {

class BenchFlow {
 public:
  static constexpr u32 kLevels = 2'000;
  static constexpr u64 kLiveOrders = 12'000;

  BenchFlow(u32 accounts, u64 seed, bool perpetuals = false)
      : accounts_(accounts), random_(seed), perpetuals_(perpetuals) {}

  // Message number `i` of message_count(): assets, the market, then two deposits an account.
  u64 message_count() const { return 3 + 2 * u64{accounts_} + (perpetuals_ ? 2 : 0); }
  std::vector<u8> message(u64 i) const;
  Address owner(u32 account) const;
  // With real keys owners are derived from a seed; else owners are numbers. With fewer keys than
  // accounts (0: one each) an owner has several accounts.
  void use_keys(const Hash32& seed, u32 keys = 0);
  const crypto::KeyPair& key(u32 account) const { return keys_[(account - 1) % keys_.size()]; }

  // With perpetuals: what every account sends before it trades; first the oracles' prices.
  stf::Transaction margin(u32 account, u64 now_ms);
  // The next transaction at that time, unsigned.
  stf::Transaction next(u64 now_ms);
  // What a placement of next() became: its id is cancelled later. In the order of execution.
  void placed(u32 account, u64 order_id) { live_.push_back({account, order_id}); }

 private:
  stf::Transaction report(u64 now_ms);

  struct Live {
    u32 account;
    u64 order_id;
  };
  u32 accounts_;
  io::SeededRandom random_;
  std::vector<crypto::KeyPair> keys_;
  std::deque<Live> live_;
  u64 made_ = 0;
  bool perpetuals_;
  u64 reported_ms_ = 0;
  u32 reporter_ = 0;
};

// Sorted samples and what to say of them.
struct Distribution {
  explicit Distribution(std::vector<double> samples);
  double quantile(double q) const;
  double p50() const { return quantile(0.5); }
  double p99() const { return quantile(0.99); }
  double max() const { return samples_.empty() ? 0 : samples_.back(); }

 private:
  std::vector<double> samples_;
};

}  // namespace gavel::apps
