// ContestParty: a process with a key and money of its own on a devnet: a liar, a challenger, a
// defender.
//
// What: starts it with the arguments that all of them take (--l1, --registry, --key-file), and once
// more after it died; reads the NAME=VALUE lines that cheats print. Invariant: it knows L1 and its
// key, and nothing of this process.
#pragma once

#include <map>
#include <optional>

#include "child_process.hpp"
#include "devnet.hpp"

namespace gavel::apps {

class ContestParty {
 public:
  // `name` as in "the liar"; `arguments` begin with the program. With plenty of ETH.
  [[nodiscard]] static AppResult<std::unique_ptr<ContestParty>> start(
      Devnet& net, const std::string& name, std::vector<std::string> arguments);

  const std::string& name() const { return name_; }
  const Address& address() const { return address_; }
  bool running() { return child_ && child_->running(); }
  void kill_now() { child_->kill_now(); }
  // With the same key, after it ended.
  [[nodiscard]] AppResult<void> start_again();
  u32 lives() const { return lives_; }
  std::string log_tail() const { return child_->log_tail(); }

  // Of its output so far: the first value of each name.
  std::map<std::string, std::string> facts() const;
  // The accounts that it plays with: its own, and what it says of others.
  std::vector<Address> accounts() const;

  static constexpr u64 kPlentyEth = 1'000;

 private:
  ContestParty(Devnet& net, const std::string& name) : net_(net), name_(name) {}
  std::vector<std::pair<std::string, std::string>> lines() const;

  Devnet& net_;
  std::string name_;
  std::string file_name_;
  Address address_;
  std::vector<std::string> arguments_;
  std::optional<ChildProcess> child_;
  u32 lives_ = 0;
};

}  // namespace gavel::apps
