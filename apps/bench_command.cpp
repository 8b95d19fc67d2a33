// gavel bench: figures of the parts, printed as distributions; --json for scripts.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench.hpp"
#include "bench_book.hpp"
#include "command.hpp"
#include "state/tree_bench_run.hpp"

namespace gavel::apps {

void add_book_bench(CLI::App& bench, int& status) {
  static BookBenchOptions options;
  static bool json = false;
  CLI::App* book = bench.add_subcommand(
      "book", "The order book alone: levels, orders, matching, hints; no accounts");
  book->add_option("--tape", options.tape, "A tape of format `orders`; without one, generated flow")
      ->check(CLI::ExistingFile);
  book->add_option("--messages", options.messages, "Generated messages")->capture_default_str();
  book->add_option("--rounds", options.rounds, "Passes over the tape")->capture_default_str();
  book->add_flag("--json", json, "One line of JSON");
  book->callback([&status] {
    BookBenchResult result;
    std::string error;
    if (!bench_book(options, result, error)) {
      status = fail("bench book", error);
      return;
    }
    fmt::print("{}", json ? to_json(result) + "\n" : to_text(result));
    status = kOk;
  });
}

void add_tree_bench(CLI::App& bench, int& status) {
  static state::TreeBenchOptions options;
  static bool json = false;
  CLI::App* tree =
      bench.add_subcommand("tree", "From a batch's unsorted write set to the state root");
  tree->add_option("--leaves", options.leaves, "Objects in the table")->capture_default_str();
  tree->add_option("--touched", options.touched, "Distinct objects a batch")->capture_default_str();
  tree->add_option("--threads", options.threads, "Hashing threads")->capture_default_str();
  tree->add_option("--rounds", options.rounds, "Batches")->capture_default_str();
  tree->add_flag("--json", json, "One line of JSON");
  tree->callback([&status] {
    const state::TreeBenchResult result = state::bench_tree(options);
    fmt::print("{}\n", json ? state::to_json(result) : state::to_text(result));
    status = kOk;
  });
}

void add_bench_command(CLI::App& app, int& status) {
  CLI::App* bench =
      app.add_subcommand("bench", "Measure a part: distributions for people, --json for scripts");
  bench->require_subcommand(1);
  add_book_bench(*bench, status);
  add_stf_bench(*bench, status);
  add_tree_bench(*bench, status);
  add_pipeline_bench(*bench, status);
  add_witness_bench(*bench, status);
  add_recovery_bench(*bench, status);
  add_vm_bench(*bench, status);
}

}  // namespace gavel::apps
