#include "sequencer/gateway_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gavel::sequencer {
namespace {

constexpr u64 kSecondNs = 1'000'000'000;
constexpr SessionLimits kLimits{
    .hello_timeout_ns = 2 * kSecondNs, .idle_timeout_ns = 10 * kSecondNs, .max_in_flight = 3};

struct Host final : SessionHost {
  Refusal submit(const RawSubmission& raw) override {
    taken.push_back(raw.request_id);
    return answer;
  }
  Welcome welcome() override { return {}; }
  void subscribe(u32, u32 account) override { accounts.push_back(account); }
  void subscribe_blocks(u32) override { ++block_subscriptions; }

  Refusal answer = Refusal::none;
  std::vector<u64> taken;
  std::vector<u32> accounts;
  u32 block_subscriptions = 0;
};

std::vector<u8> frame(u8 type, const std::vector<u8>& payload = {}) {
  const u32 length = 1 + static_cast<u32>(payload.size());
  std::vector<u8> out = {static_cast<u8>(length >> 24), static_cast<u8>(length >> 16),
                         static_cast<u8>(length >> 8), static_cast<u8>(length), type};
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}
const std::vector<u8> kHello = frame(0x01, {0, 1});

struct Talk {
  explicit Talk(bool greeted = true) {
    if (greeted) say(kHello);
    session.out().clear();
  }
  void say(const std::vector<u8>& bytes) {
    for (std::size_t at = 0; at < bytes.size() && session.open();) {
      const std::span<u8> room = session.room();
      const std::size_t n = std::min(room.size(), bytes.size() - at);
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, room.begin());
      session.received(n, now_ns);
      at += n;
    }
  }
  // Types and first payload bytes of what was answered.
  std::vector<std::pair<u8, u8>> answers() {
    std::vector<std::pair<u8, u8>> out;
    std::span<const u8> rest(session.out());
    Frame f;
    for (u32 used = 0; read_frame(rest, f, used) == FrameRead::frame; rest = rest.subspan(used)) {
      out.emplace_back(f.type, f.payload.empty() ? u8{0} : f.payload[0]);
    }
    EXPECT_TRUE(rest.empty());
    session.out().clear();
    return out;
  }

  Host host;
  u64 now_ns = 100 * kSecondNs;
  GatewaySession session{host, kLimits, 7, now_ns};
};

std::vector<u8> submit(u64 request, std::size_t bytes) {
  std::vector<u8> payload(8 + bytes);
  payload[7] = static_cast<u8>(request);
  return frame(0x02, payload);
}

std::vector<u8> operator+(std::vector<u8> a, const std::vector<u8>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Every way in which bytes break a rule, and the code of each. Codes 6 and 7 are the sockets', 8
// and 9 the clock's.
TEST(GatewaySession, EveryBrokenRuleHasItsCodeAndEndsTheConversation) {
  struct Case {
    const char* what;
    bool greeted;
    std::vector<u8> bytes;
    GatewayError error;
  };
  using enum GatewayError;
  const std::vector<u8> half_kilobyte(512, 0);
  const Case cases[] = {
      {"a length of zero", false, {0, 0, 0, 0}, bad_frame},
      {"a length of zero later", true, {0, 0, 0, 0}, bad_frame},
      {"a hello cut short", false, frame(0x01, {0}), bad_frame},
      {"a hello too long", false, frame(0x01, {0, 1, 0}), bad_frame},
      {"a second hello", true, kHello, bad_frame},
      {"a submit without its request", true, frame(0x02, {1, 2, 3}), bad_frame},
      {"a subscribe cut short", true, frame(0x03, {1, 2}), bad_frame},
      {"a subscribe too long", true, frame(0x03, {1, 2, 3, 4, 5}), bad_frame},
      {"a ping too long", true, frame(0x04, std::vector<u8>(65)), bad_frame},
      {"subscribe_blocks with a payload", true, frame(0x05, {0}), bad_frame},
      {"one byte over the longest frame", true, {0, 1, 0, 1}, frame_too_long},
      {"the longest length there is", true, {255, 255, 255, 255}, frame_too_long},
      {"HTTP", false, {'G', 'E', 'T', ' '}, frame_too_long},
      {"TLS", false, {0x16, 0x03, 0x01, 0x02}, frame_too_long},
      {"an unknown type", true, frame(0x06), unknown_type},
      {"type zero", true, frame(0x00), unknown_type},
      {"a node's own type", true, frame(0x81), unknown_type},
      {"a ping before hello", false, frame(0x04), hello_first},
      {"a submit before hello", false, submit(1, 100), hello_first},
      {"a hello that does not end", false, {0, 0, 0x10, 0, 1}, hello_first},
      {"another protocol", false, frame(0x01, {0, 2}), unsupported_protocol},
      {"protocol zero", false, frame(0x01, {0, 0}), unsupported_protocol},
  };
  std::set<GatewayError> seen;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Talk talk(c.greeted);
    talk.say(c.bytes + half_kilobyte + frame(0x04) + submit(1, 100));
    EXPECT_EQ(talk.session.error(), c.error);
    EXPECT_EQ(talk.answers(), (std::vector<std::pair<u8, u8>>{{0x87, static_cast<u8>(c.error)}}));
    EXPECT_TRUE(talk.host.taken.empty());
    seen.insert(c.error);
  }
  EXPECT_EQ(seen,
            (std::set{bad_frame, frame_too_long, unknown_type, hello_first, unsupported_protocol}));
}

TEST(GatewaySession, FramesMayComeByteByByte) {
  Talk talk(false);
  const std::vector<u8> all =
      kHello + submit(1, 100) + frame(0x04, {9}) + frame(0x03, {0, 0, 0, 5}) + frame(0x05);
  for (const u8 byte : all) talk.say({byte});
  EXPECT_EQ(talk.answers(), (std::vector<std::pair<u8, u8>>{{0x81, 0}, {0x85, 9}}));
  EXPECT_EQ(talk.host.taken, std::vector<u64>{1});
  EXPECT_EQ(talk.host.accounts, std::vector<u32>{5});
  EXPECT_EQ(talk.host.block_subscriptions, 1u);
}

TEST(GatewaySession, WhoSaysNothingOrHalfAFrameIsEndedByName) {
  struct Case {
    const char* what;
    bool greeted;
    std::vector<u8> said_each_second;
    u64 seconds;  // until it is over
    GatewayError error;
  };
  const Case cases[] = {
      {"connects and is silent", false, {}, 2, GatewayError::hello_timeout},
      {"drips a frame that does not end", false, {0}, 2, GatewayError::hello_timeout},
      {"says hello and is silent", true, {}, 10, GatewayError::idle_timeout},
      {"drips a long submit", true, {0}, 10, GatewayError::idle_timeout},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Talk talk(c.greeted);
    if (!c.said_each_second.empty()) talk.say({0, 0, 0, 100, 2});
    for (u64 second = 1; second < c.seconds; ++second) {
      talk.now_ns += kSecondNs;
      talk.say(c.said_each_second);
      EXPECT_FALSE(talk.session.check_time(talk.now_ns));
    }
    talk.now_ns += kSecondNs;
    EXPECT_TRUE(talk.session.check_time(talk.now_ns));
    EXPECT_EQ(talk.answers(), (std::vector<std::pair<u8, u8>>{{0x87, static_cast<u8>(c.error)}}));
    EXPECT_FALSE(talk.session.check_time(talk.now_ns + kSecondNs));
  }
}

TEST(GatewaySession, APingKeepsTheConversation) {
  Talk talk;
  for (u32 i = 0; i < 100; ++i) {
    talk.now_ns += 9 * kSecondNs;
    EXPECT_FALSE(talk.session.check_time(talk.now_ns));
    talk.say(frame(0x04));
  }
  EXPECT_TRUE(talk.session.open());
}

TEST(GatewaySession, BeyondItsTransactionsInFlightAClientIsBusyUntilOneIsAnswered) {
  Talk talk;
  for (u64 i = 0; i < 5; ++i) talk.say(submit(i, 100));
  EXPECT_EQ(talk.host.taken, (std::vector<u64>{0, 1, 2}));
  const std::vector<u8> out = talk.session.out();
  ASSERT_EQ(out.size(), 2u * 18);
  EXPECT_EQ(out[5 + 7], 3u);
  EXPECT_EQ(out[5 + 8], static_cast<u8>(Refusal::busy));
  EXPECT_NE(out[5 + 12], 0u) << "when to come back";
  talk.session.answered();
  talk.say(submit(9, 100));
  EXPECT_EQ(talk.host.taken.back(), 9u);
  // What is refused at the door is not in flight.
  talk.session.answered();
  talk.host.answer = Refusal::shutting_down;
  for (u64 i = 10; i < 15; ++i) talk.say(submit(i, 100));
  EXPECT_EQ(talk.host.taken.size(), 9u);
  EXPECT_EQ(talk.session.in_flight(), 2u);
}

TEST(GatewaySession, ATransactionLongerThanAnyIsMalformedAndNobodyElsesBusiness) {
  Talk talk;
  talk.say(submit(1, stf::kMaxTransactionBytes + 1) + submit(2, stf::kMaxTransactionBytes));
  EXPECT_EQ(talk.host.taken, std::vector<u64>{2});
  EXPECT_EQ(talk.session.out()[5 + 8], static_cast<u8>(Refusal::malformed));
}

TEST(GatewaySession, AStrangerGetsLittleMemory) {
  Talk talk(false);
  EXPECT_LE(talk.session.room().size(), 1'024u);
  talk.say(kHello);
  EXPECT_GE(talk.session.room().size(), 2u * (4 + kMaxFrameBytes) - 8);
}

}  // namespace
}  // namespace gavel::sequencer
