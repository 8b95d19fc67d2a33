// InboxJournal: the hashes of the inbox messages that a node was given, on its disk.
//
// What: one hash a message, in order, durable before the message is executed. Why: after a restart
// the node must know whether L1 still holds what its blocks were built on; its state does not say.
// Invariant: holds at least every executed message since it exists; what lies beyond was delivered
// and perhaps not executed, and is dropped at the next start. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/disk.hpp"

namespace gavel::settle {

class InboxJournal {
 public:
  // Reads the file, made if absent, up to the first `executed` messages.
  [[nodiscard]] static io::DiskResult<std::unique_ptr<InboxJournal>> open(io::Disk& disk,
                                                                          const std::string& path,
                                                                          u64 executed);

  // May hold fewer than were executed, if the node is older than its journal.
  const std::vector<Hash32>& hashes() const { return hashes_; }
  // The next message's; durable when this returns.
  [[nodiscard]] io::DiskResult<void> append(const Hash32& hash);
  // Forgets all but the first `count`.
  [[nodiscard]] io::DiskResult<void> cut(u64 count);

 private:
  explicit InboxJournal(std::unique_ptr<io::File> file) : file_(std::move(file)) {}

  std::unique_ptr<io::File> file_;
  std::vector<Hash32> hashes_;
};

// Below a node's data directory.
inline std::string inbox_journal_path(const std::string& data_directory) {
  return data_directory + "/inbox";
}

}  // namespace gavel::settle
