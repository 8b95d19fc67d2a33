// ExchangeSession: a devnet and a node on it, made for one run in a folder of its own, and what one
// does with both.
#pragma once

#include <filesystem>

#include "devnet_venue.hpp"

namespace gavel::apps {

// A folder below the system's temporary one; removed at the end unless kept.
class RunFolder {
 public:
  [[nodiscard]] static AppResult<RunFolder> make(const std::string& name);
  RunFolder(RunFolder&& other) noexcept : path_(std::move(other.path_)), keep_(other.keep_) {
    other.path_.clear();
  }
  RunFolder& operator=(RunFolder&&) = delete;
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  ~RunFolder();
  const std::string& path() const { return path_; }
  void keep() { keep_ = true; }

 private:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
  bool keep_ = false;
};

using Say = std::function<void(const std::string&)>;

class ExchangeSession {
 public:
  // `options.directory` is there.
  [[nodiscard]] static AppResult<std::unique_ptr<ExchangeSession>> start(
      const DevnetOptions& options, const Say& say);

  Devnet& net() { return *net_; }
  NodeProcess& node() { return *node_; }
  // The arguments of `gavel verify` for this chain.
  std::vector<std::string> verify_arguments() const;

  // Until the node has committed and claimed the batch that holds this block, and L1 has fixed it;
  // its number.
  [[nodiscard]] AppResult<u64> wait_for_claim(u64 block, std::chrono::seconds patience);
  // Runs `gavel verify` on all batches that L1 has now; "agree", or its last words.
  struct Verdict {
    std::string text;
    bool agrees = false;
  };
  [[nodiscard]] AppResult<Verdict> verify(u64 batches);
  // Ends the node as a power cut does (SIGKILL) and starts it again on its directory; it must hold
  // `block` then.
  [[nodiscard]] AppResult<void> kill_and_restart_node(u64 block);
  // SIGTERM; the node's exit status.
  std::optional<int> stop_node() { return node_->stop(); }

 private:
  std::unique_ptr<Devnet> net_;
  std::unique_ptr<NodeProcess> node_;
};

}  // namespace gavel::apps
