#include "settle/inbox_follower.hpp"

#include "ops/log.hpp"
#include "stf/message.hpp"

namespace gavel::settle {

InboxFollower::InboxFollower(l1::Rpc& rpc, const Contracts& contracts, u32 depth, u64 delivered,
                             std::function<void(std::vector<u8>)> deliver, InboxJournal* journal)
    : rpc_(rpc),
      feed_(rpc, contracts, depth),
      delivered_(delivered),
      deliver_(std::move(deliver)),
      journal_(journal) {
  if (journal_ != nullptr) hashes_ = journal_->hashes();
}

void InboxFollower::stop(u64 message, const char* what) {
  stopped_ = true;
  orphaned_ = message;
  error_ = "L1 " + std::string(what) + " inbox message " + std::to_string(message) +
           " after it was executed";
  ops::log_error("inbox", "a reorg deeper than the inbox depth", {{"what", error_}});
}

// Compares or delivers message `index` + 1; false if that stopped it.
bool InboxFollower::take(u64 index, const Bytes& message) {
  const Hash32 hash = stf::message_hash(message);
  if (index < hashes_.size()) {
    if (hashes_[index] == hash) return true;
    stop(index + 1, "replaced");
    return false;
  }
  if (journal_ != nullptr && !journal_->append(hash).ok()) {
    stopped_ = disk_failed_ = true;
    error_ = "the disk failed while the journal of inbox messages was written";
    ops::log_error("inbox", error_);
    return false;
  }
  hashes_.push_back(hash);
  if (index >= delivered_) {
    ++delivered_;
    deliver_(message);
  }
  return true;
}

// Before anything is believed: an endpoint that serves another chain, put in place of the right one
// by mistake, is no reorg.
bool InboxFollower::is_same_chain() {
  const auto chain = rpc_.chain_id();
  if (!chain.ok()) {
    error_ = std::string(l1::name_of(chain.error().kind)) + ": " + chain.error().detail;
    return false;
  }
  if (chain_id_ == 0) chain_id_ = *chain;
  if (*chain == chain_id_) return true;
  error_ = "the endpoint shows another chain: " + std::to_string(*chain) + ", not " +
           std::to_string(chain_id_);
  return false;
}

bool InboxFollower::tick() {
  if (stopped_) return false;
  if (!is_same_chain()) {
    caught_up_ = false;
    return true;
  }
  const auto update = feed_.poll();
  if (!update.ok()) {
    error_ = std::string(l1::name_of(update.error().kind)) + ": " + update.error().detail;
    caught_up_ = false;
    if (update.error().kind == l1::ErrorKind::kReorgTooDeep) stopped_ = true;
    return !stopped_;
  }
  const auto& messages = feed_.messages();
  // A reorg may have put others in their places in the same step.
  const u64 seen = compared_;
  if (update.value().reorg_from) compared_ = 0;
  for (; compared_ < messages.size(); ++compared_) {
    if (!take(compared_, messages[compared_].bytes)) return false;
  }
  if (compared_ < seen) {
    stop(compared_ + 1, "dropped");
    return false;
  }
  caught_up_ = update.value().caught_up;
  error_.clear();
  if (lacks_executed()) {
    error_ = "L1 shows " + std::to_string(messages.size()) + " inbox messages, but " +
             std::to_string(delivered_) +
             " were executed: its endpoint is behind, or a deep reorg took them while the node "
             "was down";
  }
  return true;
}

}  // namespace gavel::settle
