// The Submitter over a fake L1 and a fake clock, for its tests.
//
// run() gives each round a block, so that a test reads as a story of rounds; tags() tells what the
// chain took, in order.
#pragma once

#include <gtest/gtest.h>

#include "l1/fake_l1.hpp"
#include "l1/submitter.hpp"

namespace gavel::l1 {

inline constexpr std::string_view kKey =
    "4646464646464646464646464646464646464646464646464646464646464646";

inline SubmitterConfig config() {
  SubmitterConfig out;
  out.chain_id = 31'337;
  out.confirmations = 3;
  out.bump_after_ms = 30'000;
  out.resend_after_ms = 10'000;
  out.poll_ms = 0;
  return out;
}

inline CallRequest call(u8 tag, std::optional<u64> gas = 100'000) {
  CallRequest out;
  out.to = Address{{0x35}};
  out.data = {tag};
  out.gas_limit = gas;
  return out;
}

class SubmitterTest : public ::testing::Test {
 protected:
  FakeL1 l1;
  io::FakeClock clock;

  std::unique_ptr<Submitter> make(const SubmitterConfig& c = config()) {
    return std::make_unique<Submitter>(l1, clock, SigningKey::from_hex(kKey).value(), c);
  }
  // `rounds` rounds with a block after each.
  void run(Submitter& submitter, u32 rounds, u64 step_ms = 1'000) {
    for (u32 i = 0; i < rounds; ++i) {
      submitter.tick();
      l1.mine();
      clock.advance_ms(step_ms);
    }
    submitter.tick();
  }
  // Tags of the transactions on the chain, in order; fillers as 0.
  std::vector<u8> tags() const {
    std::vector<u8> out;
    for (const auto& transaction : l1.mined())
      out.push_back(transaction.body.data.empty() ? 0 : transaction.body.data[0]);
    return out;
  }
};

}  // namespace gavel::l1
