#include "contest_story.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "key_file.hpp"

namespace gavel::apps {

double Teller::seconds() const {
  return std::chrono::duration<double>(Clock::now() - began_).count();
}

void Teller::say(const std::string& what) {
  if (line_open_) fmt::print(stderr, "\r\033[K");
  line_open_ = false;
  fmt::print(stderr, "[{:>5.1f} s] {}\n", seconds(), what);
}

void Teller::keep_saying(const std::string& what) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const int now = static_cast<int>(seconds()) / (terminal ? 1 : 10);
  if (now == last_) return;
  last_ = now;
  if (!terminal) return say(what);
  fmt::print(stderr, "\r\033[K          {}", what);
  std::fflush(stderr);
  line_open_ = true;
}

void ContestStory::tell(const ContestReport& contest) {
  if (!contest_told_) {
    contest_told_ = true;
    contested_at_ = teller_.seconds();
    teller_.say(fmt::format("CONTEST about batch {}: whoever earns {} s first has it",
                            contest.batch, contest.window_s));
  }
  tell_claims(contest);
  tell_depth(contest);
  if (!contest.resolved) return tell_clocks(contest);
  const auto verdict = [&](const Hash32& end) {
    return end == bystander_.end() ? "" : "; THIS IS WRONG";
  };
  if (!decision_told_) {
    decision_told_ = true;
    decided_at_ = teller_.seconds();
    teller_.say(fmt::format("DECIDED by {} for {}: {} s earned{}", name_of_(contest.resolved->by),
                            hex_of(contest.resolved->end), contest.resolved->earned,
                            verdict(contest.resolved->end)));
  }
  const auto confirmed = std::ranges::find_if(contest.claims, &ReportedClaim::confirmed);
  if (confirmed == contest.claims.end() || confirmation_told_) return;
  confirmation_told_ = true;
  teller_.say(fmt::format("CONFIRMED: {}'s claim{}", name_of_(confirmed->claimer),
                          verdict(confirmed->end)));
}

void ContestStory::tell_claims(const ContestReport& contest) {
  for (const ReportedClaim& c : contest.claims) {
    if (!claims_told_.insert(c.id).second) continue;
    teller_.say(fmt::format("  {} claims {}{}", name_of_(c.claimer), hex_of(c.end),
                            c.end == bystander_.end() ? " (so it is)" : " (so it is not)"));
  }
}

void ContestStory::tell_depth(const ContestReport& contest) {
  const dispute::ViewDispute& deepest = *contest.deepest;
  const dispute::DisputeKey& key = deepest.key;
  const auto unit = [&] {
    return fmt::format("it is unit {}: {}", contest.unit, bystander_.describe_unit(contest.unit));
  };
  // Levels that were passed between two looks are not told, but for the one that says most.
  if (level_ < 4 && key.level > 4) teller_.say(fmt::format("level 4: {}", unit()));
  if (key.level > level_) {
    level_ = key.level;
    const u64 size = u64{1} << (6 * ((key.level < 4 ? 4 : 8) - key.level));
    std::string what;
    if (key.level < 4) {
      what = fmt::format("they differ within {} units from unit {} on", size, key.position);
    } else if (key.level == 4) {
      what = unit();
    } else if (key.level < 8) {
      what = fmt::format("in its run, {} machine steps from step {} on", size, key.position);
    } else {
      what = fmt::format("it is step {}: {}", key.position,
                         bystander_.describe_step(contest.unit, key.position));
    }
    teller_.say(
        fmt::format("level {}: {} (opened by {})", key.level, what, name_of_(deepest.opener)));
  }
  if (!contest.stepped || step_told_) return;
  step_told_ = true;
  const auto prover = std::ranges::find_if(contest.accounts, [](const auto& a) { return a.steps; });
  teller_.say(fmt::format("L1 has judged the step that {} proved",
                          prover == contest.accounts.end() ? "somebody" : name_of_(prover->who)));
}

void ContestStory::tell_clocks(const ContestReport& contest) {
  constexpr std::size_t kMost = 4;
  std::string text = "earned:";
  std::vector<ReportedClaim> best = contest.claims;
  std::ranges::sort(best, [](const ReportedClaim& a, const ReportedClaim& b) {
    return a.earned_s != b.earned_s ? a.earned_s > b.earned_s : a.id < b.id;
  });
  for (const ReportedClaim& c : std::span(best).first(std::min(best.size(), kMost))) {
    text += fmt::format(" {} {} s,", name_of_(c.claimer), std::min(c.earned_s, contest.window_s));
  }
  if (best.size() > kMost) text += fmt::format(" and {} others,", best.size() - kMost);
  teller_.keep_saying(text + fmt::format(" of {} s", contest.window_s));
}

}  // namespace gavel::apps
