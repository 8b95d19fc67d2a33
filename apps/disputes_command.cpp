// gavel disputes: the contests of a chain, as anybody sees them on L1.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thread>

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

AppResult<void> run(const Options& options) {
  Address registry;
  if (!parse_hex(options.registry, registry.bytes)) return options.registry + " is no address";
  const std::unique_ptr<L1Link> link = GAVEL_TRY(L1Link::connect(options.l1));
  const std::unique_ptr<ContestWatch> watch = GAVEL_TRY(ContestWatch::start(*link, registry));
  std::string told;
  while (true) {
    GAVEL_TRY(watch->catch_up());
    const std::vector<ContestReport> contests = GAVEL_TRY(watch->contests());
    const CourtTerms terms = GAVEL_TRY(read_court_terms(*link, watch->court()));
    std::string text;
    if (options.json) {
      text = to_json(contests, *watch, terms) + "\n";
    } else {
      text = to_text(terms);
      text += fmt::format("{} batches claimed, {} confirmed, {} contests\n",
                          watch->claimed_batches(), watch->confirmed_batches(), contests.size());
      for (const ContestReport& contest : contests) text += to_text(contest);
    }
    if (text != told) fmt::print("{}", text);
    std::fflush(stdout);
    told = text;
    if (!options.follow || interrupted()) return {};
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

}  // namespace

void add_disputes_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* disputes = app.add_subcommand(
      "disputes", "Contests about claims, from L1 alone: who claims what, how far, who wins");
  disputes->add_option("--l1", options.l1, "L1's JSON-RPC URL; several are tried in turn")
      ->required();
  disputes->add_option("--registry", options.registry, "Address of the BatchRegistry")->required();
  disputes->add_flag("--json", options.json, "One JSON object a look");
  disputes->add_flag("--follow", options.follow, "Look again whenever something changed");
  disputes->callback([&status] {
    const auto ran = run(options);
    status = ran.ok() ? kOk : fail("disputes", ran.error());
  });
}

}  // namespace gavel::apps
