// ContestReport: the contests of a chain as anybody sees them: from L1's logs alone, with no key
// and no derived state.
//
// What: ContestWatch follows claims and games and reports each contested parent: its claims and
// what each has earned, how far the dispute has narrowed, who sent how many transactions for how
// much gas, how it was decided. Why: who runs a chain, or has money on it, wants to see a dispute
// without taking part. Invariant: nothing here says which claim is right; times are those that
// `raise` would give now.
#pragma once

#include "court_terms.hpp"
#include "dispute/game_feed.hpp"
#include "l1_link.hpp"
#include "settle/l1_feed.hpp"

namespace gavel::apps {

struct ReportedClaim {
  Hash32 id;
  Hash32 end;
  Address claimer;
  u64 earned_s = 0;
  bool confirmed = false;
  bool forfeited = false;
  u32 lanes = 0;  // bit l: lane l has credited it
};

// What an account sent in a contest.
struct ReportedAccount {
  Address who;
  u32 transactions = 0;
  u64 gas = 0;
  u32 line_transactions = 0;  // of these, up to the proof of the step
  u64 line_gas = 0;
  u128 fees_wei{};
  u128 bonds_wei{};  // put into the game so far
  bool collected = false;
  u128 due_wei{};  // bonds and refunds that `collect` will pay, as far as they are settled
  u32 lists = 0;   // posted in the game
  u32 opened = 0;  // disputes
  u32 steps = 0;   // proved
};

struct ContestReport {
  u64 batch = 0;
  Hash32 parent;
  Address game;
  Hash32 image;  // of the program that judges
  u64 window_s = 0;
  u64 age_s = 0;  // of the newest claim in the game, for a first idea
  std::vector<ReportedClaim> claims;
  std::array<u32, 9> disputes{};                  // open, by level
  const dispute::ViewDispute* deepest = nullptr;  // the newest of the deepest level
  u64 unit = 0;  // to which it has narrowed, from the run's levels on
  bool stepped = false;
  std::optional<dispute::GameResolved> resolved;
  std::vector<ReportedAccount> accounts;
};

class ContestWatch {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<ContestWatch>> start(L1Link& link,
                                                                      const Address& registry);

  // Reads what L1 has; an error is a sentence.
  [[nodiscard]] AppResult<void> catch_up();
  // By batch. Views live until the next catch_up.
  [[nodiscard]] AppResult<std::vector<ContestReport>> contests();
  u64 confirmed_batches() const;
  u64 claimed_batches() const;
  // Whether a claim that stands on this one is confirmed.
  bool goes_on_from(const Hash32& claim) const;
  const dispute::Court& court() const { return court_; }

 private:
  ContestWatch(L1Link& link, dispute::Court court);
  AppResult<ContestReport> report(const Hash32& parent, const dispute::FeedGame& game);
  AppResult<void> count_gas(ContestReport& report, u64 line_ends);
  AppResult<void> read_dues(ContestReport& report);
  void count_moves(ContestReport& report, const dispute::GameView& view) const;

  L1Link& link_;
  dispute::Court court_;
  settle::L1Feed claims_;
  dispute::GameFeed games_;
  std::map<Hash32, l1::Receipt> receipts_;
};

std::string to_json(const std::vector<ContestReport>& contests, const ContestWatch& watch,
                    const CourtTerms& terms);
// Lines for people.
std::string to_text(const ContestReport& contest);
// Wei as ETH.
std::string eth(const u128& wei);

}  // namespace gavel::apps
