// Logs as the contracts of the dispute game write them, for tests of whoever reads them.
#pragma once

#include <algorithm>

#include "dispute/game_events.hpp"
#include "l1/abi.hpp"

namespace gavel::dispute {

class LogWriter {
 public:
  explicit LogWriter(std::string_view signature) { log_.topics = {l1::event_topic(signature)}; }
  LogWriter& topic(const Hash32& value) {
    log_.topics.push_back(value);
    return *this;
  }
  LogWriter& topic(const Address& value) {
    Hash32 word;
    std::copy(value.bytes.begin(), value.bytes.end(), word.bytes.begin() + 12);
    return topic(word);
  }
  LogWriter& word(const Hash32& value) {
    data_.word(value);
    return *this;
  }
  LogWriter& number(u64 value) {
    data_.uint(u128{value});
    return *this;
  }
  LogWriter& address(const Address& value) {
    data_.address(value);
    return *this;
  }
  l1::Log log() {
    log_.data = data_.encode();
    return log_;
  }

 private:
  l1::Log log_;
  l1::AbiEncoder data_;
};

inline l1::Log log_of(const GameCreated& e) {
  return LogWriter("GameCreated(bytes32,address,uint64,bytes32,bytes32,bytes32)")
      .topic(e.parent)
      .topic(e.game)
      .topic(base::to_bytes32(base::U256::from_u64(e.batch)))
      .word(e.parent_end)
      .word(e.first)
      .word(e.image)
      .log();
}
inline l1::Log log_of(const DisputeOpened& e) {
  return LogWriter("Opened(bytes32,uint256,bytes32,uint256,bytes32,address,uint256)")
      .topic(e.dispute)
      .topic(e.key.parent)
      .topic(e.opener)
      .number(e.key.level)
      .word(e.key.start)
      .number(e.key.position)
      .number(e.opened)
      .log();
}
inline l1::Log log_of(const ClaimPosted& e) {
  LogWriter out("Claimed(bytes32,bytes32,bytes32,address,uint256,bytes32,bytes32[64])");
  out.topic(e.dispute).topic(e.claim).topic(e.poster);
  out.word(e.end).number(e.posted).word(e.list_root);
  for (const Hash32& value : e.list) out.word(value);
  return out.log();
}
inline l1::Log log_of(const ClaimsSealed& e) {
  return LogWriter("Sealed(bytes32,bytes32,bytes32,uint256,bytes32)")
      .topic(e.dispute)
      .topic(e.x)
      .topic(e.y)
      .number(e.index)
      .word(e.child)
      .log();
}
inline l1::Log log_of(const DisputeStepped& e) {
  return LogWriter("Stepped(bytes32,bytes32,address)")
      .topic(e.dispute)
      .topic(e.by)
      .word(e.next)
      .log();
}
inline l1::Log log_of(const ClaimRaised& e) {
  LogWriter out("Raised(bytes32,bytes32,bytes32,uint40[4])");
  out.topic(e.dispute).topic(e.end).topic(e.claim);
  for (const u64 time : e.times) out.number(time);
  return out.log();
}
inline l1::Log log_of(const EndCredited& e) {
  return LogWriter("Credited(bytes32,bytes32,uint256,address)")
      .topic(e.dispute)
      .topic(e.end)
      .topic(e.recipient)
      .number(e.lane)
      .log();
}
inline l1::Log log_of(const GameResolved& e) {
  return LogWriter("Resolved(bytes32,bytes32,uint64,address)")
      .topic(e.winner)
      .topic(e.by)
      .word(e.end)
      .number(e.earned)
      .log();
}
inline l1::Log log_of(const EndSettled& e) {
  return LogWriter("Settled(bytes32,bytes32,bytes32,address,uint256)")
      .topic(e.dispute)
      .topic(e.end)
      .topic(e.claim)
      .address(e.poster)
      .number(0)
      .log();
}
inline l1::Log log_of(const OpenerSettled& e) {
  return LogWriter("OpenerSettled(bytes32,address)").topic(e.dispute).topic(e.opener).log();
}
inline l1::Log log_of(const GameCollected& e) {
  return LogWriter("Collected(address,uint256,uint256)")
      .topic(e.recipient)
      .number(1)
      .number(2)
      .log();
}
inline l1::Log log_of(const GameEvent& event) {
  return std::visit([](const auto& e) { return log_of(e); }, event);
}

}  // namespace gavel::dispute
