// gavel disputes: the contests of a chain, as anybody sees them on L1.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thread>

#include "chain_options.hpp"
#include "command.hpp"
#include "contest_report.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

struct Options {
  std::vector<std::string> l1;
  std::string registry;
  bool json = false;
  bool follow = false;
};

AppResult<void> look(const Options& options, L1Link& link, ContestWatch& watch, std::string& text) {
  GAVEL_TRY(watch.catch_up());
  const std::vector<ContestReport> contests = GAVEL_TRY(watch.contests());
  const CourtTerms terms = GAVEL_TRY(read_court_terms(link, watch.court()));
  if (options.json) {
    text = to_json(contests, watch, terms) + "\n";
    return {};
  }
  text = to_text(terms);
  text += fmt::format("{} batches claimed, {} confirmed, {} contests\n", watch.claimed_batches(),
                      watch.confirmed_batches(), contests.size());
  for (const ContestReport& contest : contests) text += to_text(contest);
  return {};
}

// The first look needs L1; whoever follows is told once that L1 is away, and waits.
AppResult<int> run(const Options& options) {
  Address registry;
  if (!parse_hex(options.registry, registry.bytes)) return options.registry + " is no address";
  const std::unique_ptr<L1Link> link = GAVEL_TRY(L1Link::connect(options.l1));
  if (const auto chain = link->rpc().chain_id(); !chain.ok()) {
    return fail("disputes", describe("L1 does not answer", chain.error()), kMissing);
  }
  const std::unique_ptr<ContestWatch> watch = GAVEL_TRY(ContestWatch::start(*link, registry));
  std::string told;
  std::string trouble;
  while (true) {
    std::string text;
    const auto seen = look(options, *link, *watch, text);
    if (options.follow && interrupted()) return kOk;
    if (!seen.ok() && (!options.follow || told.empty())) return seen.error();
    if (!seen.ok() && trouble.empty()) fmt::print(stderr, "gavel disputes: {}\n", seen.error());
    trouble = seen.ok() ? "" : seen.error();
    if (seen.ok() && text != told) fmt::print("{}", text);
    std::fflush(stdout);
    if (seen.ok()) told = text;
    if (!options.follow) return kOk;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

}  // namespace

void add_disputes_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* disputes = app.add_subcommand(
      "disputes", "Contests about claims, from L1 alone: who claims what, how far, who wins");
  add_chain_options(*disputes, options.l1, options.registry);
  disputes->add_flag("--json", options.json, "One JSON object a look");
  disputes->add_flag("--follow", options.follow, "Look again whenever something changed");
  disputes->callback([&status] {
    const auto ran = run(options);
    status = ran.ok() ? *ran : fail("disputes", ran.error());
  });
}

}  // namespace gavel::apps
