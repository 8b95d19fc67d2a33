// ContestStage: the chain on which a contest is played: a devnet with batches worth contesting.
//
// What: either a node under traffic, which claims what is so, or a sequencer that posts one bad row
// and claims first that all of it is good (gavel_cheat). Invariant: whoever plays on it meets real
// processes and a real EVM, and nothing of this process.
#pragma once

#include "contest_kinds.hpp"
#include "contest_party.hpp"
#include "exchange_session.hpp"

namespace gavel::apps {

struct ContestDemoOptions {
  const CheatKind* kind = nullptr;
  u64 messages = 150'000;  // of order flow
  u32 accounts = 2'000;
  u64 seed = 1;
  u64 window_s = 60;  // P
  bool keep = false;
};

// Where the program of that name is built; it is no part of the product.
std::string cheating_program(const std::string& name);

class ContestStage {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<ContestStage>> start(
      const ContestDemoOptions& options, Say say);

  Devnet& net() { return session_ ? session_->net() : *bare_; }
  const std::string& folder() const { return folder_.path(); }
  void keep() { folder_.keep(); }
  // Who claims the chain's batches, in the story's words, and with which key.
  const char* claimer_name() const { return session_ ? "the node" : "the sequencer"; }
  [[nodiscard]] AppResult<Address> claimer() const;

  // Returns when the batches are claimed.
  [[nodiscard]] AppResult<void> fill_batches();
  // A deposit and a withdrawal, in a batch that is still to come; with a node only.
  [[nodiscard]] AppResult<void> deposit_and_withdraw();
  // From a batch that is not posted yet on, another program judges; that batch.
  [[nodiscard]] AppResult<u64> announce_program(u64 claimed);

 private:
  ContestStage(const ContestDemoOptions& options, RunFolder folder, Say say)
      : options_(options), folder_(std::move(folder)), say_(std::move(say)) {}
  DevnetOptions devnet_options() const;
  AppResult<void> trade();
  AppResult<void> let_sequencer_lie();

  const ContestDemoOptions& options_;
  RunFolder folder_;
  Say say_;
  std::unique_ptr<ExchangeSession> session_;
  std::unique_ptr<Devnet> bare_;  // without a node
  std::optional<ChildProcess> sequencer_;
};

}  // namespace gavel::apps
