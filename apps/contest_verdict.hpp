// ContestVerdict: how a played contest ended: who did what, where the money went, and whether all
// of it held.
//
// What: the table at the end of `gavel demo --cheat`. Invariant: a check that L1 does not answer
// does not hold.
#pragma once

#include "contest_bystander.hpp"
#include "contest_report.hpp"
#include "contest_stage.hpp"

namespace gavel::apps {

class ContestVerdict {
 public:
  using Parties = std::vector<std::unique_ptr<ContestParty>>;
  using NameOf = std::function<std::string(const Address&)>;

  ContestVerdict(const CheatKind& kind, ContestStage& stage, const ContestWatch& watch,
                 const ContestBystander& bystander, const ContestReport& contest)
      : kind_(kind), stage_(stage), watch_(watch), bystander_(bystander), contest_(contest) {}

  void took(double to_decision_s, double in_all_s, u32 levels);
  void happened(u32 interferences) { interferences_ = interferences; }
  // True if all of it held.
  bool print(const Parties& honest, const Parties& cheaters, const NameOf& name_of);

 private:
  void print_contest(const NameOf& name_of) const;
  // What the accounts of a party have together, with what the registry keeps for them as line
  // bonds.
  struct Purse {
    u128 balance_wei{};
    u128 line_bonds_wei{};
    u128 fees_wei{};  // of its transactions in the contest
  };
  std::optional<Purse> purse_of(const ContestParty& party) const;
  void check(const std::string& name, bool holds);
  void check_money(const Parties& honest, const Parties& cheaters);

  const CheatKind& kind_;
  ContestStage& stage_;
  const ContestWatch& watch_;
  const ContestBystander& bystander_;
  const ContestReport& contest_;
  double to_decision_s_ = 0;
  double in_all_s_ = 0;
  u32 levels_ = 0;
  u32 interferences_ = 0;
  bool all_ = true;
};

}  // namespace gavel::apps
