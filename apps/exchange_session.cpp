#include "exchange_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "command.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace fs = std::filesystem;

AppResult<RunFolder> RunFolder::make(const std::string& name) {
  std::string pattern = (fs::temp_directory_path() / fmt::format("gavel-{}-XXXXXX", name)).string();
  if (::mkdtemp(pattern.data()) == nullptr) return "cannot make a folder " + pattern;
  return RunFolder(pattern);
}

RunFolder::~RunFolder() {
  std::error_code ignored;
  if (!path_.empty() && !keep_) fs::remove_all(path_, ignored);
}

AppResult<std::unique_ptr<ExchangeSession>> ExchangeSession::start(const DevnetOptions& options,
                                                                   const Say& say) {
  auto session = std::make_unique<ExchangeSession>();
  session->net_ = GAVEL_TRY(Devnet::start(options, say));
  say("starting a node");
  session->node_ = GAVEL_TRY(
      NodeProcess::start(session->net_->node_config_file(), options.directory + "/node.log"));
  return session;
}

std::vector<std::string> ExchangeSession::verify_arguments() const {
  std::error_code ignored;
  std::vector<std::string> arguments = {fs::read_symlink("/proc/self/exe", ignored).string(),
                                        "verify",
                                        "--l1",
                                        net_->l1_url(),
                                        "--registry",
                                        hex_of(net_->contracts().registry)};
  if (net_->options().data_mode == "local") {
    arguments.insert(arguments.end(), {"--data", net_->options().directory + "/node/batches"});
  }
  return arguments;
}

AppResult<u64> ExchangeSession::wait_for_claim(u64 block, std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  u64 batch = 0;
  while (std::chrono::steady_clock::now() < until) {
    if (!node_->running()) return "the node has ended: " + node_->log_tail();
    const auto status = GAVEL_TRY(node_->client().json("/v1/status"));
    if (batch == 0 && number_at(status, "/batch_last_block").value_or(0) >= block) {
      batch = number_at(status, "/batch").value_or(0);
    }
    if (true_at(status, "/l1/diverged"))
      return std::string("the node's claimer has stopped: its chain and L1's differ");
    if (batch != 0 && number_at(status, "/l1/claimed").value_or(0) >= batch) return batch;
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return fmt::format("block {} was not claimed on L1 within {} s", block, patience.count());
}

AppResult<void> ExchangeSession::kill_and_restart_node(u64 block) {
  node_->kill_now();
  node_ = GAVEL_TRY(NodeProcess::start(net_->node_config_file(),
                                       net_->options().directory + "/node-restarted.log"));
  const auto status = GAVEL_TRY(node_->client().json("/v1/status"));
  const u64 durable = number_at(status, "/durable_block").value_or(0);
  if (durable >= block) return {};
  return fmt::format("block {} was acknowledged, but the restarted node ends at {}", block,
                     durable);
}

AppResult<ExchangeSession::Verdict> ExchangeSession::verify(u64 batches) {
  std::vector<std::string> arguments = verify_arguments();
  arguments.insert(arguments.end(), {"--quiet", "--follow", "--batches", std::to_string(batches)});
  auto child = ChildProcess::start(arguments, net_->options().directory + "/verify.log");
  if (!child.ok()) return child.error();
  while (child->running()) {
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::ifstream in(child->log_file());
  std::string first;
  std::getline(in, first);
  const bool agrees = child->stop() == std::optional<int>(kOk) && first.starts_with("agree");
  return Verdict{agrees ? first : child->log_tail(), agrees};
}

}  // namespace gavel::apps
