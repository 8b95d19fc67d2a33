// L1Link: one way to an L1 endpoint: network, transport and the typed interface, in the order in
// which they need each other.
#pragma once

#include <memory>
#include <string>

#include "l1/json_rpc.hpp"
#include "l1/submitter.hpp"

namespace gavel::apps {

template <class T>
using AppResult = base::Result<T, std::string>;  // the error is a sentence

// A clock for this process; any thread.
io::Clock& system_clock();

class L1Link {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<L1Link>> connect(
      const std::vector<std::string>& urls, ops::MetricsRegistry* metrics = nullptr);

  l1::Rpc& rpc() { return *rpc_; }
  // A raw JSON-RPC request, for what only a devnet's node knows.
  [[nodiscard]] AppResult<void> raw(const std::string& method, const std::string& parameters);

 private:
  std::unique_ptr<io::Net> net_;
  std::unique_ptr<l1::RpcTransport> transport_;
  std::unique_ptr<l1::Rpc> rpc_;
};

// "what (kind: detail)".
std::string describe(const std::string& what, const l1::Error& error);

// Sends the calls as consecutive transactions of one key and waits for all; receipts in the same
// order. A call that reverts or that L1 refuses is an error that names it.
[[nodiscard]] AppResult<std::vector<l1::Receipt>> send_all(L1Link& link, const std::string& key_hex,
                                                           std::vector<l1::CallRequest> calls,
                                                           u64 timeout_ms = 120'000);

}  // namespace gavel::apps
