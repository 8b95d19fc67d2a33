// CourtTerms: on what terms contests of a chain are decided, as its contracts tell them: window,
// guardian and pauses, proof lanes, bonds and refunds.
//
// What: one look at L1, in words and as JSON, for `gavel disputes`. Invariant: nothing is
// remembered; pauses are those of this moment.
#pragma once

#include "api/json_text.hpp"
#include "dispute/court.hpp"
#include "l1_link.hpp"

namespace gavel::apps {

struct CourtTerms {
  struct Lane {
    Address verifier;  // zero: there is no such lane
    u64 credit_s = 0;
  };
  u64 window_s = 0;
  Address guardian;
  bool paused = false;
  u64 pause_budget_s = 0;
  u64 pause_spent_s = 0;  // the running pause counts in full
  std::array<Lane, 2> lanes{};
  dispute::Stakes stakes;
  u128 claim_refund_wei{};
  u128 open_refund_wei{};
  u128 step_refund_wei{};
  u128 prove_refund_wei{};
  u128 resolve_refund_wei{};
};

[[nodiscard]] AppResult<CourtTerms> read_court_terms(L1Link& link, const dispute::Court& court);

// Lines for people.
std::string to_text(const CourtTerms& terms);
// One object.
void put(api::JsonText& json, const CourtTerms& terms);

}  // namespace gavel::apps
