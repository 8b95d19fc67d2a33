#include "court_terms.hpp"

#include <fmt/format.h>

#include "contest_report.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

// Views of one contract, whose answers are read by slot.
class Views {
 public:
  Views(L1Link& link, const Address& contract) : link_(link), contract_(contract) {}

  // The words of the answer.
  AppResult<l1::Bytes> ask(const char* signature, const l1::AbiEncoder& arguments = {}) const {
    const auto answer = link_.rpc().call(
        {.to = contract_, .data = arguments.call(l1::selector(signature))}, l1::BlockTag::kLatest);
    if (!answer.ok()) return describe(fmt::format("no {}", signature), answer.error());
    return *answer;
  }
  AppResult<Address> address(const char* signature, const l1::AbiEncoder& arguments = {}) const {
    const l1::Bytes answer = GAVEL_TRY(ask(signature, arguments));
    const auto value = l1::AbiDecoder(answer).address(0);
    if (!value.ok()) return fmt::format("{} answers no address", signature);
    return *value;
  }
  AppResult<u64> number(const char* signature, const l1::AbiEncoder& arguments = {},
                        u32 slot = 0) const {
    const l1::Bytes answer = GAVEL_TRY(ask(signature, arguments));
    const auto value = l1::AbiDecoder(answer).uint64(slot);
    if (!value.ok()) return fmt::format("{} answers no number", signature);
    return *value;
  }

 private:
  L1Link& link_;
  Address contract_;
};

AppResult<void> read_refunds(const Views& game, CourtTerms& out) {
  const l1::Bytes stakes = GAVEL_TRY(game.ask("stakes()"));
  u32 slot = 3;  // behind the bonds
  for (u128* refund : {&out.claim_refund_wei, &out.open_refund_wei, &out.step_refund_wei,
                       &out.prove_refund_wei, &out.resolve_refund_wei}) {
    const auto value = l1::AbiDecoder(stakes).uint128(slot++);
    if (!value.ok()) return std::string("stakes() answers no refunds");
    *refund = *value;
  }
  return {};
}

}  // namespace

AppResult<CourtTerms> read_court_terms(L1Link& link, const dispute::Court& court) {
  CourtTerms out;
  out.window_s = court.window;
  out.stakes = court.stakes;
  const Views pauses(link, court.superchain_config);
  out.guardian = GAVEL_TRY(pauses.address("guardian()"));
  out.paused = GAVEL_TRY(pauses.number("paused()")) != 0;
  out.pause_budget_s = GAVEL_TRY(pauses.number("pauseBudget()"));
  out.pause_spent_s = GAVEL_TRY(pauses.number("pauseSpent()"));
  const Views game(link, GAVEL_TRY(Views(link, court.factory).address("implementation()")));
  for (u32 i = 0; i < out.lanes.size(); ++i) {
    const l1::AbiEncoder number = l1::AbiEncoder().uint(u128{i});
    out.lanes[i] = {GAVEL_TRY(game.address("lane(uint256)", number)),
                    GAVEL_TRY(game.number("lane(uint256)", number, 1))};
  }
  GAVEL_TRY(read_refunds(game, out));
  return out;
}

std::string to_text(const CourtTerms& t) {
  std::string out =
      fmt::format("guardian {}: {}, {} of {} s of pauses spent\n", hex_of(t.guardian),
                  t.paused ? "PAUSED, no claim earns time and nothing is paid" : "no pause",
                  t.pause_spent_s, t.pause_budget_s);
  for (u32 i = 0; i < t.lanes.size(); ++i) {
    const CourtTerms::Lane& lane = t.lanes[i];
    if (lane.verifier.is_zero()) continue;
    out += fmt::format("proof lane {}: {}, a proof is worth {} of {} s\n", i, hex_of(lane.verifier),
                       lane.credit_s, t.window_s);
  }
  return out + fmt::format(
                   "window {} s: whoever earns it first has a contest\n"
                   "bonds: end {}, claim {}, dispute {}; collected {} s after confirmation\n"
                   "refunds: claim {}, dispute {}, step {}, proof {}, decision {}\n",
                   t.window_s, eth(t.stakes.contest_bond), eth(t.stakes.claim_bond),
                   eth(t.stakes.open_bond), t.stakes.settle_delay_s, eth(t.claim_refund_wei),
                   eth(t.open_refund_wei), eth(t.step_refund_wei), eth(t.prove_refund_wei),
                   eth(t.resolve_refund_wei));
}

void put(api::JsonText& json, const CourtTerms& t) {
  json.object().field("window_s", t.window_s).field("guardian", t.guardian);
  json.field("paused", t.paused).field("pause_budget_s", t.pause_budget_s);
  json.field("pause_spent_s", t.pause_spent_s).key("lanes").array();
  for (const CourtTerms::Lane& lane : t.lanes) {
    json.object().field("verifier", lane.verifier).field("credit_s", lane.credit_s).end_object();
  }
  json.end_array().key("bonds").object();
  json.field("end", eth(t.stakes.contest_bond)).field("claim", eth(t.stakes.claim_bond));
  json.field("dispute", eth(t.stakes.open_bond)).end_object().key("refunds").object();
  json.field("claim", eth(t.claim_refund_wei)).field("dispute", eth(t.open_refund_wei));
  json.field("step", eth(t.step_refund_wei)).field("proof", eth(t.prove_refund_wei));
  json.field("decision", eth(t.resolve_refund_wei)).end_object();
  json.field("settle_delay_s", t.stakes.settle_delay_s).end_object();
}

}  // namespace gavel::apps
