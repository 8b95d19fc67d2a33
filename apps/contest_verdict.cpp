#include "contest_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "key_file.hpp"
#include "program/image.hpp"

namespace gavel::apps {

namespace {

constexpr u64 kWeiPerEth = 1'000'000'000'000'000'000;

void row(const std::string& name, const std::string& value) {
  fmt::print("{:<30}{}\n", name, value);
}

void rule() { fmt::print("{:-<76}\n", ""); }

}  // namespace

void ContestVerdict::took(double to_decision_s, double in_all_s, u32 levels) {
  to_decision_s_ = to_decision_s;
  in_all_s_ = in_all_s;
  levels_ = levels;
}

void ContestVerdict::check(const std::string& name, bool holds) {
  all_ = all_ && holds;
  row(name, holds ? "yes" : "NO");
}

void ContestVerdict::print_contest(const NameOf& name_of) const {
  row(kind_.name, kind_.sentence);
  row("decided", fmt::format("after {:.1f} s, window {} s, for {}", to_decision_s_,
                             contest_.window_s, hex_of(contest_.resolved->end)));
  row("the truth", hex_of(bystander_.end()));
  row("why", kind_.decided_by);
  row("judged by program", hex_of(contest_.image));
  u32 disputes = 0;
  for (const u32 n : contest_.disputes) disputes += n;
  row("disputes", fmt::format("{} about {} claims of the batch, over {} levels", disputes,
                              contest_.claims.size(), levels_));
  constexpr std::size_t kMost = 6;
  for (std::size_t i = 0; i < std::min(kMost, contest_.accounts.size()); ++i) {
    const ReportedAccount& a = contest_.accounts[i];
    row(name_of(a.who), fmt::format("{} lists, {} disputes opened, {} steps; {} transactions, {} "
                                    "gas",
                                    a.lists, a.opened, a.steps, a.transactions, a.gas));
  }
  if (contest_.accounts.size() > kMost) {
    row("and", fmt::format("{} other accounts", contest_.accounts.size() - kMost));
  }
}

std::optional<ContestVerdict::Purse> ContestVerdict::purse_of(const ContestParty& party) const {
  l1::Rpc& rpc = stage_.net().link().rpc();
  Purse purse;
  for (const Address& who : party.accounts()) {
    const auto balance = rpc.balance(who, l1::BlockTag::kLatest);
    const auto stake = dispute::read_line_stake(rpc, watch_.court(), who);
    if (!balance.ok() || !stake.ok()) return std::nullopt;
    purse.balance_wei = purse.balance_wei + *balance;
    purse.line_bonds_wei = purse.line_bonds_wei + stake->bond_wei;
    for (const ReportedAccount& a : contest_.accounts) {
      if (a.who == who) purse.fees_wei = purse.fees_wei + a.fees_wei;
    }
  }
  return purse;
}

void ContestVerdict::check_money(const Parties& honest, const Parties& cheaters) {
  const u128 began = u128{ContestParty::kPlentyEth} * u128{kWeiPerEth};
  // For transactions beside the contest's own: claims of later batches.
  const u128 small = u128{kWeiPerEth / 20};
  bool kept = true;
  bool lost = true;
  const auto tell = [&](const ContestParty& party, const Purse& purse) {
    row("money of " + party.name().substr(4),
        fmt::format("began with {} ETH, has {}{}", ContestParty::kPlentyEth, eth(purse.balance_wei),
                    purse.line_bonds_wei == u128{}
                        ? ""
                        : ", and " + eth(purse.line_bonds_wei) + " under its claims"));
  };
  for (const auto& party : honest) {
    const auto purse = purse_of(*party);
    kept = kept && purse &&
           purse->balance_wei + purse->line_bonds_wei + purse->fees_wei + small >= began;
    if (purse) tell(*party, *purse);
  }
  for (const auto& party : cheaters) {
    const auto purse = purse_of(*party);
    lost = lost && purse && purse->balance_wei + watch_.court().stakes.claim_bond <= began;
    if (purse) tell(*party, *purse);
  }
  const auto left = stage_.net().link().rpc().balance(contest_.game, l1::BlockTag::kLatest);
  if (left.ok()) row("left in the game for ever", eth(*left) + " of the losers' bonds");
  rule();
  check("the honest keep their bonds", kept);
  check("the cheaters lose theirs", lost && left.ok() && *left > u128{});
}

bool ContestVerdict::print(const Parties& honest, const Parties& cheaters, const NameOf& name_of) {
  fmt::print("\n");
  rule();
  print_contest(name_of);
  check_money(honest, cheaters);
  const bool right = contest_.resolved->end == bystander_.end();
  check("decided for the truth", right);
  check("no wrong claim confirmed", std::ranges::none_of(contest_.claims, [&](const auto& claim) {
          return claim.confirmed && claim.end != bystander_.end();
        }));
  check("the chain goes on from it", right && watch_.goes_on_from(contest_.resolved->winner));
  check("wrong claims lose their bond",
        std::ranges::all_of(contest_.claims, [&](const auto& claim) {
          return claim.end == bystander_.end() || claim.forfeited;
        }));
  if (kind_.interference != Interference::none) {
    row("interference", fmt::format("{} of {} times", interferences_, kind_.at_levels.size()));
    check("it was interfered with", interferences_ != 0);
  }
  if (kind_.interference == Interference::announce) {
    check("judged by the old program", contest_.image == program::image_root());
  }
  row("right state root", hex_of(bystander_.state_root()));
  row("all of it", fmt::format("{:.0f} s", in_all_s_));
  rule();
  fmt::print("{}\n", all_ ? "all of it held" : "not all of it held");
  return all_;
}

}  // namespace gavel::apps
