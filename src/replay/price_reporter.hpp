// PriceReporter: signs an oracle set's price reports at the moment when they are sent.
//
// What: one key and account a member; frame() gives a submit frame for the gateway. Why not signed
// ahead as orders are: a report carries the time at which its price was seen, and the rules refuse
// it when that is old. Invariant: a member's times and nonces rise strictly over all markets and
// connections, at most a millisecond a report ahead of the clock. Any thread.
// Source: docs/protocol/perpetuals.md, "Oracle".
#pragma once

#include <mutex>
#include <vector>

#include "crypto/secp256k1_host.hpp"
#include "io/clock.hpp"
#include "replay/signing.hpp"

namespace gavel::replay {

class PriceReporter {
 public:
  // The clock outlives it.
  PriceReporter(const Hash32& domain, std::vector<ReplayAccount> members, io::Clock& clock);

  u32 members() const { return static_cast<u32>(members_.size()); }
  [[nodiscard]] std::vector<u8> frame(u64 request_id, u32 market, u32 member, u32 price_ticks);

 private:
  u64 next_time(u32 member);

  Hash32 domain_;
  std::vector<ReplayAccount> members_;
  io::Clock& clock_;
  std::mutex mutex_;
  std::vector<u64> last_;  // time and nonce of each member's newest report
};

}  // namespace gavel::replay
