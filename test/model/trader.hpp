// Trader: a trader who tries everything, on a small exchange where all of it collides.
//
// What: founds an exchange (assets, two spot and three perpetual markets, funded accounts, oracles)
// on a Twin and then acts: one action a step, chosen by a source of numbers, which is a seeded
// generator in tests and the input's bytes in a fuzzer. Prices, sizes and accounts are few; time
// jumps; oracles lag, disagree and crash the price. Invariant: the same numbers give the same
// actions.
#pragma once

#include <random>

#include "crypto/secp256k1_host.hpp"
#include "model/twin.hpp"

namespace gavel::model {

// Where choices come from.
class Choices {
 public:
  virtual ~Choices() = default;
  virtual u64 below(u64 n) = 0;  // n > 0
  virtual bool exhausted() const { return false; }
};

class SeededChoices : public Choices {
 public:
  explicit SeededChoices(u64 seed) : random_(seed) {}
  u64 below(u64 n) override { return random_() % n; }

 private:
  std::mt19937_64 random_;
};

// The key of account n's owner on the founded exchange, n < kOwnerKeys; others own nothing.
inline constexpr u32 kOwnerKeys = 128;
const crypto::KeyPair& owner_key(u32 n);
Address owner_of(u32 n);
// How many lots and units of money the small numbers of a trader stand for. With {2^10, 2^36} all
// amounts are as large as a perpetual market's parameters allow.
struct Scale {
  u64 lots = 1;
  u64 money = 1;
};
// A create_perpetual's body, with steep tiers and thin limits; which: 0 to 2. The second market's
// tick is worth more, the third takes no fees.
Bytes perpetual_body(u32 which, const Scale& scale);
// The limits of the small exchange; `variant` chooses which of them are tight.
stf::Config small_config(u32 variant);

class Trader {
 public:
  Trader(Twin& twin, Choices& choices, Scale scale = {})
      : twin_(twin), choices_(choices), scale_(scale) {}

  void found();
  void step();

  // How often each result came, by action (a message's kind plus kMessage), events by kind.
  using Results = std::map<std::pair<u16, u8>, u64>;
  static constexpr u16 kMessage = 1'000;
  const Results& results() const { return results_; }
  const std::map<u8, u64>& events() const { return events_; }
  u64 malformed() const { return malformed_; }
  u64 by_agents() const { return by_agents_; }

 private:
  static constexpr u32 kOwners = 6;
  static constexpr u32 kPerpetuals = 3;

  u64 below(u64 n) { return choices_.below(n); }
  bool one_in(u64 n) { return below(n) == 0; }
  template <class... T>
  u64 one_of(T... values) {
    const std::array<u64, sizeof...(T)> all{static_cast<u64>(values)...};
    return all[below(all.size())];
  }

  void next_block(u64 elapsed_ms);
  Bytes send(Request r);
  Bytes send(u8 kind, const Bytes& body, const Address& sender = {});
  void count(u16 action, const Bytes& receipt);

  Request request(Do action);
  u32 account();
  u32 market();
  u32 perpetual();
  u32 some_order();
  Text16 client_id();
  u64 lots();

  void trade(u32 market);
  void change();
  void cancel();
  void money();
  void keys();
  void margin();
  void liquidate();
  void squeeze();
  void report(u32 market);
  void all_report(u32 market);
  void wild();
  void reclaim();
  void message();
  void forced_message();
  void admin_message();

  Twin& twin_;
  Choices& choices_;
  Scale scale_;
  u64 nonce_ = 0;
  std::map<u32, u32> price_;  // what the trader takes a market's price to be
  Results results_;
  std::map<u8, u64> events_;
  u64 malformed_ = 0, by_agents_ = 0;
};

}  // namespace gavel::model
