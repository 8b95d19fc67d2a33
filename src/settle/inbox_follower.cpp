#include "settle/inbox_follower.hpp"

#include "ops/log.hpp"
#include "stf/message.hpp"

namespace gavel::settle {

InboxFollower::InboxFollower(l1::Rpc& rpc, const Contracts& contracts, u32 depth, u64 delivered,
                             std::function<void(std::vector<u8>)> deliver)
    : feed_(rpc, contracts, depth), delivered_(delivered), deliver_(std::move(deliver)) {}

bool InboxFollower::tick() {
  if (stopped_) return false;
  const auto update = feed_.poll();
  if (!update.ok()) {
    error_ = std::string(l1::name_of(update.error().kind)) + ": " + update.error().detail;
    caught_up_ = false;
    if (update.error().kind == l1::ErrorKind::kReorgTooDeep) stopped_ = true;
    return !stopped_;
  }
  const auto& messages = feed_.messages();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Hash32 hash = stf::message_hash(messages[i].bytes);
    if (i < hashes_.size() && hashes_[i] == hash) continue;
    if (i < hashes_.size() && i < delivered_) {
      stopped_ = true;
      error_ = "L1 replaced inbox message " + std::to_string(i + 1) + " after it was executed";
      break;
    }
    hashes_.resize(i);
    hashes_.push_back(hash);
    if (i >= delivered_) {
      deliver_(messages[i].bytes);
      ++delivered_;
    }
  }
  caught_up_ = update.value().caught_up;
  if (update.value().reorg_from && messages.size() < hashes_.size() && update.value().caught_up) {
    stopped_ = true;
    error_ = "L1 dropped inbox message " + std::to_string(messages.size() + 1) +
             " after it was executed";
  }
  if (stopped_) ops::log_error("inbox", "a reorg deeper than the inbox depth", {{"what", error_}});
  return !stopped_;
}

}  // namespace gavel::settle
