// KeeperProcess: a keeper as a child: this very program with the verb `keeper`, acting for the
// devnet owner's account.
#pragma once

#include "exchange_session.hpp"

namespace gavel::apps {

class KeeperProcess {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<KeeperProcess>> start(ExchangeSession& session);

  bool running() { return child_.running(); }
  // Liquidations so far that closed lots.
  u64 closed() const;
  // SIGTERM; an error if it does not end well.
  [[nodiscard]] AppResult<void> stop();
  // The newest line of its log.
  std::string last_words() const;

 private:
  explicit KeeperProcess(ChildProcess child) : child_(std::move(child)) {}
  ChildProcess child_;
};

}  // namespace gavel::apps
