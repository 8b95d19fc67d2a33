// NodeProcess: a node as a child: this very program with the verb `node`.
#pragma once

#include "child_process.hpp"
#include "node_client.hpp"

namespace gavel::apps {

class NodeProcess {
 public:
  // Returns when the node is ready. Ports that the settings leave to the system are read from the
  // log.
  [[nodiscard]] static AppResult<std::unique_ptr<NodeProcess>> start(
      const std::string& config_file, const std::string& log_file,
      const std::vector<std::string>& flags = {});

  u16 gateway_port() const { return gateway_port_; }
  u16 http_port() const { return http_port_; }
  std::string http_url() const;
  NodeClient& client() { return *client_; }
  bool running() { return child_.running(); }
  std::optional<int> stop() { return child_.stop(std::chrono::seconds(30)); }
  void kill_now() { child_.kill_now(); }
  std::string log_tail() const { return child_.log_tail(); }

 private:
  explicit NodeProcess(ChildProcess child) : child_(std::move(child)) {}
  bool read_ports();

  ChildProcess child_;
  u16 gateway_port_ = 0;
  u16 http_port_ = 0;
  std::unique_ptr<NodeClient> client_;
};

}  // namespace gavel::apps
