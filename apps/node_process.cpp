#include "node_process.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <thread>

#include "command.hpp"

namespace gavel::apps {

namespace {

// The port behind `key`...":" of a log line, 0 if it is not there.
u16 port_after(const std::string& line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string::npos) return 0;
  const std::size_t end = std::min(line.find(' ', at), line.size());
  const std::size_t colon = line.rfind(':', end);
  if (colon == std::string::npos || colon < at) return 0;
  u16 port = 0;
  std::from_chars(line.data() + colon + 1, line.data() + end, port);
  return port;
}

}  // namespace

std::string NodeProcess::http_url() const { return fmt::format("http://127.0.0.1:{}", http_port_); }

// The line that a node writes when it takes traffic names both.
bool NodeProcess::read_ports() {
  std::ifstream in(child_.log_file());
  for (std::string line; std::getline(in, line);) {
    if (line.find("msg=ready") == std::string::npos &&
        line.find("msg=\"ready\"") == std::string::npos)
      continue;
    gateway_port_ = port_after(line, "gateway=");
    http_port_ = port_after(line, "http=");
  }
  return gateway_port_ != 0 && http_port_ != 0;
}

AppResult<std::unique_ptr<NodeProcess>> NodeProcess::start(const std::string& config_file,
                                                           const std::string& log_file,
                                                           const std::vector<std::string>& flags) {
  constexpr u32 kPolls = 1'200;
  std::error_code ignored;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  std::vector<std::string> arguments = {program, "node", "--config", config_file};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  auto child = ChildProcess::start(arguments, log_file);
  if (!child.ok()) return child.error();
  std::unique_ptr<NodeProcess> node(new NodeProcess(std::move(*child)));
  for (u32 i = 0; i < kPolls; ++i) {
    if (node->read_ports()) {
      node->client_ = GAVEL_TRY(NodeClient::connect(node->http_url()));
      return node;
    }
    if (!node->running()) return "the node did not start: " + node->log_tail();
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return "the node is not ready after a minute: " + node->log_tail();
}

}  // namespace gavel::apps
