// The program's verbs: what each file of this folder adds, and how a verb ends.
//
// Exit statuses: 0 done, 1 it failed, 2 wrong usage, 3 something is missing on this machine, 4 the
// chain goes on under the rules of another program. A failure is one line on standard error that
// says what to do.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace gavel::apps {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kMissing = 3;
inline constexpr int kOtherProgram = 4;

// Prints "gavel VERB: what" and returns the status.
int fail(std::string_view verb, std::string_view what, int status = kFailed);

// Each adds its verbs; the chosen one's callback sets `status`.
void add_node_command(CLI::App& app, int& status);
void add_query_commands(CLI::App& app, int& status);
void add_keys_command(CLI::App& app, int& status);
void add_devnet_command(CLI::App& app, int& status);
void add_verify_command(CLI::App& app, int& status);
void add_witness_command(CLI::App& app, int& status);
void add_challenger_commands(CLI::App& app, int& status);
void add_disputes_command(CLI::App& app, int& status);
void add_bench_command(CLI::App& app, int& status);
void add_replay_command(CLI::App& app, int& status);
void add_demo_command(CLI::App& app, int& status);
void add_oracle_command(CLI::App& app, int& status);
void add_keeper_command(CLI::App& app, int& status);
void add_margin_command(CLI::App& app, int& status);
void add_image_command(CLI::App& app, int& status);
void add_vm_command(CLI::App& app, int& status);

// True once SIGINT or SIGTERM came; the first call installs the handlers. A second signal ends the
// process.
bool interrupted();

}  // namespace gavel::apps
