#include "contest_demo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "command.hpp"
#include "contest_story.hpp"
#include "contest_verdict.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

using Clock = std::chrono::steady_clock;

class ContestDemo {
 public:
  explicit ContestDemo(const ContestDemoOptions& options)
      : options_(options), kind_(*options.kind) {}

  // True if all of it held.
  AppResult<bool> run();

 private:
  AppResult<void> play();
  AppResult<void> start_honest();
  AppResult<void> start_cheater(const CheaterRole& role);
  AppResult<u64> claimed_batches();
  // Until the cheater that was started last has found its batch.
  AppResult<void> await_lie();
  AppResult<void> open_book();
  // Until the contest is decided, confirmed and paid out.
  AppResult<void> watch();
  // The contest as it is now; nothing while L1 has none or is at odds with itself.
  AppResult<std::optional<ContestReport>> look();
  AppResult<void> supervise(bool decided);
  AppResult<void> interfere();
  AppResult<void> wait_a_little() const;
  void learn_names();
  std::string name_of(const Address& who) const;
  bool is_over(const ContestReport& contest) const;
  void say(const std::string& what) { teller_.say(what); }

  const ContestDemoOptions& options_;
  const CheatKind& kind_;
  Teller teller_;
  std::unique_ptr<ContestStage> stage_;
  std::vector<std::unique_ptr<ContestParty>> honest_;
  std::vector<std::unique_ptr<ContestParty>> cheaters_;
  std::map<Address, std::string> names_;
  std::unique_ptr<ContestWatch> watch_;
  std::unique_ptr<ContestBystander> bystander_;
  std::unique_ptr<ContestStory> story_;
  u64 batch_ = 0;
  u32 bad_looks_ = 0;
  u32 interferences_ = 0;
  std::optional<ContestReport> last_;
};

void ContestDemo::learn_names() {
  for (const auto& party : honest_) names_[party->address()] = party->name();
  for (const auto& party : cheaters_) {
    const std::vector<Address> accounts = party->accounts();
    for (std::size_t i = 0; i < accounts.size(); ++i) {
      names_[accounts[i]] =
          accounts.size() == 1 ? party->name() : fmt::format("{} {}", party->name(), i + 1);
    }
  }
}

std::string ContestDemo::name_of(const Address& who) const {
  const auto found = names_.find(who);
  return found == names_.end() ? hex_of(who) : found->second;
}

AppResult<void> ContestDemo::start_honest() {
  for (const HonestRole& role : kind_.honest) {
    honest_.push_back(
        GAVEL_TRY(ContestParty::start(stage_->net(), role.name,
                                      {std::filesystem::read_symlink("/proc/self/exe").string(),
                                       role.verb, "--poll", "200", "--bump-after", "4", "--threads",
                                       "1", "--max-bonds", "100", "--work", stage_->folder()})));
    say(fmt::format("{} watches L1: {}", role.name, hex_of(honest_.back()->address())));
  }
  return {};
}

AppResult<void> ContestDemo::start_cheater(const CheaterRole& role) {
  const std::string folder = fmt::format("{}/cheater-{}", stage_->folder(), cheaters_.size());
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  std::vector<std::string> arguments = {cheating_program("gavel_rogue"), "--dir", folder, "--kind",
                                        role.lie};
  arguments.insert(arguments.end(), role.behaviour.begin(), role.behaviour.end());
  // Half of the traffic lies in one batch, or nearly.
  constexpr u64 kMidst = 20'000;
  if (role.occasion == Occasion::midst) {
    arguments.insert(arguments.end(),
                     {"--from-unit", std::to_string(std::min(kMidst, options_.messages / 4))});
  }
  if (role.occasion == Occasion::fresh) {
    const u64 next = GAVEL_TRY(claimed_batches()) + 1;
    arguments.insert(arguments.end(), {"--from-batch", std::to_string(next)});
  }
  if (batch_ != 0) arguments.insert(arguments.end(), {"--from-batch", std::to_string(batch_)});
  cheaters_.push_back(
      GAVEL_TRY(ContestParty::start(stage_->net(), role.name, std::move(arguments))));
  say(fmt::format("{} looks for his batch: {}", role.name, hex_of(cheaters_.back()->address())));
  return {};
}

AppResult<u64> ContestDemo::claimed_batches() {
  const auto watch =
      GAVEL_TRY(ContestWatch::start(stage_->net().link(), stage_->net().contracts().registry));
  GAVEL_TRY(watch->catch_up());
  return watch->claimed_batches();
}

AppResult<void> ContestDemo::await_lie() {
  ContestParty& party = *cheaters_.back();
  const auto until = Clock::now() + std::chrono::seconds(90);
  while (Clock::now() < until) {
    const auto facts = party.facts();
    if (facts.contains("what")) {
      batch_ = std::strtoull(facts.at("batch").c_str(), nullptr, 10);
      say(fmt::format("{} will claim that batch {} ends with {}", party.name(), batch_,
                      facts.at("end")));
      say(fmt::format("  his lie: {}{}",
                      facts.contains("unit") ? "unit " + facts.at("unit") + ": " : "",
                      facts.at("what")));
      return {};
    }
    if (!party.running()) return party.name() + " has ended: " + party.log_tail();
    GAVEL_TRY(wait_a_little());
  }
  return party.name() + " found no occasion for his lie";
}

AppResult<void> ContestDemo::wait_a_little() const {
  if (interrupted()) return std::string("interrupted");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  return {};
}

AppResult<void> ContestDemo::open_book() {
  L1Link& link = stage_->net().link();
  const Address registry = stage_->net().contracts().registry;
  watch_ = GAVEL_TRY(ContestWatch::start(link, registry));
  bystander_ = GAVEL_TRY(ContestBystander::start(link, registry, stage_->folder() + "/bystander"));
  GAVEL_TRY(bystander_->open(batch_));
  say(fmt::format("a bystander derives {} units from L1: the batch ends with {}",
                  bystander_->units(), hex_of(bystander_->end())));
  story_ = std::make_unique<ContestStory>(teller_, *bystander_,
                                          [this](const Address& who) { return name_of(who); });
  names_[GAVEL_TRY(stage_->claimer())] = stage_->claimer_name();
  return {};
}

AppResult<std::optional<ContestReport>> ContestDemo::look() {
  constexpr u32 kPatience = 3;
  const auto looked = [this]() -> AppResult<std::optional<ContestReport>> {
    GAVEL_TRY(watch_->catch_up());
    for (ContestReport& contest : GAVEL_TRY(watch_->contests())) {
      if (contest.batch == batch_) return std::optional(std::move(contest));
    }
    return std::optional<ContestReport>();
  }();
  if (looked.ok()) bad_looks_ = 0;
  if (looked.ok() || ++bad_looks_ > kPatience) return looked;
  // In a reorganisation two answers may be of two histories: it reads all of L1 again.
  watch_ = GAVEL_TRY(ContestWatch::start(stage_->net().link(), stage_->net().contracts().registry));
  return std::optional<ContestReport>();
}

// Who stands for the truth is a service: where L1 itself goes back it may end, and is started
// again.
AppResult<void> ContestDemo::supervise(bool decided) {
  for (const auto& party : honest_) {
    if (party->running()) continue;
    if (kind_.interference != Interference::reorg) {
      return party->name() + " has ended: " + party->log_tail();
    }
    say(party->name() + " has ended with L1 at odds with itself, and is started again");
    GAVEL_TRY(party->start_again());
  }
  for (const auto& party : cheaters_) {
    if (!decided && !party->running()) return party->name() + " has ended: " + party->log_tail();
  }
  return {};
}

// Each as soon as the contest is deep enough, one a look.
AppResult<void> ContestDemo::interfere() {
  constexpr u32 kBlocks = 3;
  if (interferences_ == kind_.at_levels.size() ||
      story_->deepest_level() < kind_.at_levels[interferences_]) {
    return {};
  }
  ++interferences_;
  ContestParty& first = *honest_.front();
  switch (kind_.interference) {
    case Interference::none:
      break;
    case Interference::reorg:
      GAVEL_TRY(stage_->net().link().raw("anvil_reorg", fmt::format("[{}, []]", kBlocks)));
      say(fmt::format("REORG: L1 takes back its newest {} blocks with all moves in them", kBlocks));
      break;
    case Interference::kill:
      first.kill_now();
      say(fmt::format("KILLED: {} dies (SIGKILL)", first.name()));
      std::this_thread::sleep_for(std::chrono::seconds(1));
      GAVEL_TRY(first.start_again());
      say(fmt::format("{} is started again, with L1 as its only memory", first.name()));
      break;
    case Interference::announce:
      say(fmt::format("UPGRADE: another program is announced from batch {} on",
                      GAVEL_TRY(stage_->announce_program(watch_->claimed_batches()))));
      say(fmt::format("  batch {} is judged by the one it was fixed under: {}", batch_,
                      hex_of(last_->image)));
      break;
  }
  return {};
}

AppResult<void> ContestDemo::watch() {
  const auto until = Clock::now() + std::chrono::seconds(3 * options_.window_s + 90);
  bool decided = false;
  while (Clock::now() < until) {
    GAVEL_TRY(wait_a_little());
    GAVEL_TRY(supervise(decided));
    learn_names();
    const auto contest = GAVEL_TRY(look());
    if (!contest && watch_->confirmed_batches() >= batch_) {
      return fmt::format(
          "batch {} was confirmed before anybody contested it; try a longer --window", batch_);
    }
    if (!contest) continue;
    story_->tell(*contest);
    last_ = *contest;
    last_->deepest = nullptr;  // of a view that may go
    decided = contest->resolved.has_value();
    if (decided && contest->resolved->end != bystander_->end()) return {};
    if (is_over(*contest)) return {};
    if (!decided) GAVEL_TRY(interfere());
  }
  return std::string("the contest did not end in time");
}

bool ContestDemo::is_over(const ContestReport& contest) const {
  if (!contest.resolved || !watch_->goes_on_from(contest.resolved->winner)) return false;
  const auto paid = [&](const std::unique_ptr<ContestParty>& party) {
    const auto found = std::ranges::find(contest.accounts, party->address(), &ReportedAccount::who);
    return found == contest.accounts.end() || found->bonds_wei == u128{};
  };
  const auto settled = [&](const ReportedClaim& claim) {
    return claim.id == contest.resolved->winner || claim.forfeited;
  };
  return std::ranges::all_of(contest.claims, settled) && std::ranges::all_of(honest_, paid);
}

AppResult<void> ContestDemo::play() {
  say(fmt::format("{}: {}", kind_.name, kind_.sentence));
  stage_ = GAVEL_TRY(ContestStage::start(options_, [this](const std::string& w) { say(w); }));
  say(fmt::format("to look on: gavel disputes --l1 {} --registry {} --follow",
                  stage_->net().l1_url(), hex_of(stage_->net().contracts().registry)));
  // Whoever waits for the busiest batch watches from the beginning, as the honest do.
  const bool live = kind_.sequencer == nullptr;
  const CheaterRole& first = kind_.cheaters.front();
  const bool waits = first.occasion == Occasion::midst;
  if (live) GAVEL_TRY(start_honest());
  if (waits) GAVEL_TRY(start_cheater(first));
  GAVEL_TRY(stage_->fill_batches());
  if (!live) GAVEL_TRY(start_honest());
  if (!waits) GAVEL_TRY(start_cheater(first));
  if (first.occasion == Occasion::fresh) GAVEL_TRY(stage_->deposit_and_withdraw());
  GAVEL_TRY(await_lie());
  for (const CheaterRole& role : std::span(kind_.cheaters).subspan(1)) {
    GAVEL_TRY(start_cheater(role));
    GAVEL_TRY(await_lie());
  }
  GAVEL_TRY(open_book());
  return watch();
}

AppResult<bool> ContestDemo::run() {
  const AppResult<void> played = play();
  AppResult<bool> all = false;
  if (played.ok()) {
    ContestVerdict verdict(kind_, *stage_, *watch_, *bystander_, *last_);
    verdict.took(story_->seconds_to_decision(), teller_.seconds(), story_->levels());
    verdict.happened(interferences_);
    all = verdict.print(honest_, cheaters_, [this](const Address& who) { return name_of(who); });
  } else {
    all = AppResult<bool>(played.error());
  }
  if (stage_ && (!all.ok() || !*all)) {
    stage_->keep();
    say("logs are in " + stage_->folder());
  }
  return all;
}

}  // namespace

int run_contest_demo(const ContestDemoOptions& options) {
  ContestDemo demo(options);
  const auto ran = demo.run();
  if (!ran.ok()) return fail("demo", ran.error());
  return *ran ? kOk : kFailed;
}

}  // namespace gavel::apps
