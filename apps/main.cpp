#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "command.hpp"

namespace gavel::apps {

namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void on_signal(int number) {
  if (g_interrupted != 0) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  g_interrupted = 1;
}

}  // namespace

int fail(std::string_view verb, std::string_view what, int status) {
  std::fprintf(stderr, "gavel %.*s: %.*s\n", static_cast<int>(verb.size()), verb.data(),
               static_cast<int>(what.size()), what.data());
  return status;
}

bool interrupted() {
  static const bool installed = [] {
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  return installed && g_interrupted != 0;
}

}  // namespace gavel::apps

int main(int argc, char** argv) {
  using namespace gavel::apps;  // NOLINT: the program's own verbs
  CLI::App app("Gavel: an exchange rollup: node, devnet, verifier and tools", "gavel");
  app.require_subcommand(1);
  int status = kOk;
  add_node_command(app, status);
  add_query_commands(app, status);
  add_keys_command(app, status);
  add_devnet_command(app, status);
  add_verify_command(app, status);
  add_witness_command(app, status);
  add_challenger_commands(app, status);
  add_disputes_command(app, status);
  add_bench_command(app, status);
  add_replay_command(app, status);
  add_demo_command(app, status);
  add_oracle_command(app, status);
  add_keeper_command(app, status);
  add_margin_command(app, status);
  add_image_command(app, status);
  add_vm_command(app, status);
  interrupted();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int answer = app.exit(error);
    return answer == 0 ? kOk : kUsage;
  }
  return status;
}
