#include "keeper_process.hpp"

#include <fmt/format.h>

#include <fstream>

#include "command.hpp"

namespace gavel::apps {

AppResult<std::unique_ptr<KeeperProcess>> KeeperProcess::start(ExchangeSession& session) {
  const std::string& folder = session.net().options().directory;
  std::error_code ignored;
  auto child = ChildProcess::start(
      {std::filesystem::read_symlink("/proc/self/exe", ignored).string(), "keeper", "--gateway",
       fmt::format("127.0.0.1:{}", session.node().gateway_port()), "--node",
       session.node().http_url(), "--account", "1", "--key-file", folder + "/keys/owner.key",
       "--poll", "200"},
      folder + "/keeper.log");
  if (!child.ok()) return child.error();
  return std::unique_ptr<KeeperProcess>(new KeeperProcess(std::move(*child)));
}

u64 KeeperProcess::closed() const {
  std::ifstream in(child_.log_file());
  u64 count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("liquidate ") && line.find(" closed ") != std::string::npos) ++count;
  }
  return count;
}

std::string KeeperProcess::last_words() const {
  std::ifstream in(child_.log_file());
  std::string last;
  for (std::string line; std::getline(in, line);) last = line;
  return last;
}

AppResult<void> KeeperProcess::stop() {
  if (child_.stop() == std::optional<int>(kOk)) return {};
  return "the keeper ended badly: " + child_.log_tail();
}

}  // namespace gavel::apps
