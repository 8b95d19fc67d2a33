#include "dispute/game_events.hpp"

#include "l1/abi.hpp"

namespace gavel::dispute {

namespace {

using l1::AbiDecoder;
using l1::event_topic;

constexpr u32 kListSize = 64;

struct Topics {
  Bytes32 opened = event_topic("Opened(bytes32,uint256,bytes32,uint256,bytes32,address,uint256)");
  Bytes32 claimed =
      event_topic("Claimed(bytes32,bytes32,bytes32,address,uint256,bytes32,bytes32[64])");
  Bytes32 sealed = event_topic("Sealed(bytes32,bytes32,bytes32,uint256,bytes32)");
  Bytes32 stepped = event_topic("Stepped(bytes32,bytes32,address)");
  Bytes32 raised = event_topic("Raised(bytes32,bytes32,bytes32,uint40[4])");
  Bytes32 credited = event_topic("Credited(bytes32,bytes32,uint256,address)");
  Bytes32 resolved = event_topic("Resolved(bytes32,bytes32,uint64,address)");
  Bytes32 settled = event_topic("Settled(bytes32,bytes32,bytes32,address,uint256)");
  Bytes32 opener_settled = event_topic("OpenerSettled(bytes32,address)");
  Bytes32 collected = event_topic("Collected(address,uint256,uint256)");
};

const Topics& topics() {
  static const Topics kTopics;
  return kTopics;
}

// Reads words and topics of one log; the first that is not as it should be spoils it.
class Reader {
 public:
  Reader(const l1::Log& log, u32 topic_count, u32 data_words) : log_(log), data_(log.data) {
    good_ = log.topics.size() == topic_count && log.data.size() == data_words * std::size_t{32};
  }

  bool good() const { return good_; }
  Hash32 topic(u32 i) const { return good_ ? log_.topics[i] : Hash32{}; }
  Hash32 word(u32 i) { return take(data_.word(i)); }
  u64 number(u32 i) { return take(data_.uint64(i)); }
  Address address(u32 i) { return take(data_.address(i)); }
  Address topic_address(u32 i) { return take(AbiDecoder(topic(i).bytes).address(0)); }
  u64 topic_number(u32 i) { return take(AbiDecoder(topic(i).bytes).uint64(0)); }
  // Below `end`.
  u32 small(u32 i, u32 end) {
    const u64 value = number(i);
    if (value >= end) good_ = false;
    return good_ ? static_cast<u32>(value) : 0;
  }
  u64 time(u32 i) {
    const u64 value = number(i);
    if (value > kInfinity) good_ = false;
    return value;
  }

 private:
  template <class T>
  T take(const l1::AbiResult<T>& read) {
    good_ = good_ && read.ok();
    return good_ ? *read : T{};
  }

  const l1::Log& log_;
  AbiDecoder data_;
  bool good_ = true;
};

template <class T>
std::optional<T> if_good(const Reader& reader, T event) {
  if (!reader.good()) return std::nullopt;
  return event;
}

std::optional<GameEvent> opened(const l1::Log& log) {
  Reader in(log, 4, 4);
  DisputeOpened e;
  e.dispute = in.topic(1);
  e.key = {in.small(0, 9), in.word(1), in.number(2), in.topic(2)};
  e.opener = in.topic_address(3);
  e.opened = in.time(3);
  return if_good<GameEvent>(in, e);
}

std::optional<GameEvent> claimed(const l1::Log& log) {
  Reader in(log, 4, 3 + kListSize);
  ClaimPosted e;
  e.dispute = in.topic(1);
  e.claim = in.topic(2);
  e.poster = in.topic_address(3);
  e.end = in.word(0);
  e.posted = in.time(1);
  e.list_root = in.word(2);
  for (u32 i = 0; i < kListSize && in.good(); ++i) e.list.push_back(in.word(3 + i));
  return if_good<GameEvent>(in, std::move(e));
}

std::optional<GameEvent> sealed(const l1::Log& log) {
  Reader in(log, 4, 2);
  return if_good<GameEvent>(
      in, ClaimsSealed{in.topic(1), in.topic(2), in.topic(3), in.small(0, kListSize), in.word(1)});
}

std::optional<GameEvent> stepped(const l1::Log& log) {
  Reader in(log, 3, 1);
  return if_good<GameEvent>(in, DisputeStepped{in.topic(1), in.word(0), in.topic_address(2)});
}

std::optional<GameEvent> raised(const l1::Log& log) {
  Reader in(log, 4, kLaneSets);
  ClaimRaised e{in.topic(1), in.topic(2), in.topic(3), {}};
  for (u32 s = 0; s < kLaneSets; ++s) e.times[s] = in.time(s);
  return if_good<GameEvent>(in, e);
}

std::optional<GameEvent> credited(const l1::Log& log) {
  Reader in(log, 4, 1);
  return if_good<GameEvent>(
      in, EndCredited{in.topic(1), in.topic(2), in.small(0, 2), in.topic_address(3)});
}

std::optional<GameEvent> resolved(const l1::Log& log) {
  Reader in(log, 3, 2);
  return if_good<GameEvent>(
      in, GameResolved{in.topic(1), in.word(0), in.number(1), in.topic_address(2)});
}

std::optional<GameEvent> settled(const l1::Log& log) {
  Reader in(log, 4, 2);
  return if_good<GameEvent>(in, EndSettled{in.topic(1), in.topic(2), in.topic(3), in.address(0)});
}

std::optional<GameEvent> opener_settled(const l1::Log& log) {
  Reader in(log, 3, 0);
  return if_good<GameEvent>(in, OpenerSettled{in.topic(1), in.topic_address(2)});
}

std::optional<GameEvent> collected(const l1::Log& log) {
  Reader in(log, 2, 2);
  return if_good<GameEvent>(in, GameCollected{in.topic_address(1)});
}

}  // namespace

std::optional<GameEvent> decode_game_event(const l1::Log& log) {
  if (log.topics.empty()) return std::nullopt;
  const Bytes32& topic = log.topics[0];
  const Topics& t = topics();
  if (topic == t.opened) return opened(log);
  if (topic == t.claimed) return claimed(log);
  if (topic == t.sealed) return sealed(log);
  if (topic == t.stepped) return stepped(log);
  if (topic == t.raised) return raised(log);
  if (topic == t.credited) return credited(log);
  if (topic == t.resolved) return resolved(log);
  if (topic == t.settled) return settled(log);
  if (topic == t.opener_settled) return opener_settled(log);
  if (topic == t.collected) return collected(log);
  return std::nullopt;
}

const Bytes32& game_created_topic() {
  static const Bytes32 kTopic =
      event_topic("GameCreated(bytes32,address,uint64,bytes32,bytes32,bytes32)");
  return kTopic;
}

std::optional<GameCreated> decode_game_created(const l1::Log& log) {
  if (log.topics.empty() || log.topics[0] != game_created_topic()) return std::nullopt;
  Reader in(log, 4, 3);
  return if_good(in, GameCreated{in.topic(1), in.topic_address(2), in.topic_number(3), in.word(0),
                                 in.word(1), in.word(2)});
}

const std::vector<Bytes32>& game_topics() {
  static const std::vector<Bytes32> kAll{
      topics().opened,         topics().claimed,  topics().sealed,   topics().stepped,
      topics().raised,         topics().credited, topics().resolved, topics().settled,
      topics().opener_settled, topics().collected};
  return kAll;
}

}  // namespace gavel::dispute
