// OracleFeeder: members of the oracle set reporting a market's price, each by its own signed
// transactions.
//
// What: a thread a member; once an interval each asks for the price and reports it. Why a thread
// each: a report waits for its block, and a member that hangs must not hold up the others.
// Invariant: a report's time is the moment when its price was taken.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "signed_client.hpp"

namespace gavel::apps {

struct OracleMember {
  u32 account = 0;
  crypto::KeyPair key;
};

// The price in ticks now, 0 for none; any thread.
using PriceSource = std::function<u32()>;

// Always the same; or what the file's points say, from now on at their own pace, and its last price
// after its end; or a walk from a seed, one step a second.
[[nodiscard]] PriceSource fixed_price(u32 price_ticks);
[[nodiscard]] AppResult<PriceSource> taped_price(const std::vector<std::string>& files,
                                                 u32 decimals);
[[nodiscard]] PriceSource walking_price(u64 seed, u32 start_ticks);

struct ReportOutcome {
  u32 account = 0;
  u32 market = 0;
  u32 price_ticks = 0;
  // With a receipt: its result, and the index and mark price after it. Else the reason.
  AppResult<replay::ResultFrame> result;
};

class OracleFeeder {
 public:
  // `told` hears of every report, on the members' threads.
  OracleFeeder(const GatewayAddress& gateway, std::span<const OracleMember> members, u32 market,
               PriceSource price, std::function<void(const ReportOutcome&)> told = {},
               std::chrono::milliseconds interval = std::chrono::seconds(1));
  ~OracleFeeder();
  OracleFeeder(const OracleFeeder&) = delete;
  OracleFeeder& operator=(const OracleFeeder&) = delete;

  // Reports whose receipt says ok.
  u64 accepted() const { return accepted_.load(); }

 private:
  void run(SignedClient client);

  u32 market_;
  PriceSource price_;
  std::function<void(const ReportOutcome&)> told_;
  std::chrono::milliseconds interval_;
  std::atomic<bool> stopping_{false};
  std::atomic<u64> accepted_{0};
  std::vector<std::thread> threads_;
};

}  // namespace gavel::apps
