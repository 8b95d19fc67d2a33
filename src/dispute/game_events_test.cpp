// Logs of the game: read as written, and nothing else is read.
#include "dispute/game_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "dispute/game_logs_test.hpp"

namespace gavel::dispute {
namespace {

Hash32 hash(u8 n) {
  Hash32 out;
  out.bytes[31] = n;
  return out;
}

Address account(u8 n) {
  Address out;
  out.bytes[0] = n;
  return out;
}

std::vector<GameEvent> one_of_each() {
  ClaimPosted claim{hash(1), hash(2), hash(3), account(4), 5, hash(6), {}};
  for (u8 i = 0; i < 64; ++i) claim.list.push_back(hash(i));
  return {DisputeOpened{hash(1), {8, hash(2), 3, hash(4)}, account(5), 6},
          claim,
          ClaimsSealed{hash(1), hash(2), hash(3), 63, hash(5)},
          DisputeStepped{hash(1), hash(2), account(3)},
          ClaimRaised{hash(1), hash(2), hash(3), {4, 5, 6, kInfinity}},
          EndCredited{hash(1), hash(2), 1, account(4)},
          GameResolved{hash(1), hash(2), 3, account(4)},
          EndSettled{hash(1), hash(2), hash(3), account(4)},
          OpenerSettled{hash(1), account(2)},
          GameCollected{account(1)}};
}

TEST(GameEvents, each_is_read_as_it_was_written) {
  for (const GameEvent& event : one_of_each()) {
    const l1::Log log = log_of(event);
    const auto read = decode_game_event(log);
    ASSERT_TRUE(read) << event.index();
    EXPECT_EQ(read->index(), event.index());
    const l1::Log again = log_of(*read);
    EXPECT_EQ(again.topics, log.topics) << event.index();
    EXPECT_EQ(again.data, log.data) << event.index();
  }
  const GameCreated created{hash(1), account(2), 3, hash(4), hash(5), hash(6)};
  const auto read = decode_game_created(log_of(created));
  ASSERT_TRUE(read);
  EXPECT_EQ(log_of(*read).data, log_of(created).data);
  EXPECT_EQ(log_of(*read).topics, log_of(created).topics);
}

TEST(GameEvents, another_number_of_words_or_topics_is_no_event) {
  for (const GameEvent& event : one_of_each()) {
    l1::Log log = log_of(event);
    log.data.insert(log.data.end(), 32, 0);
    EXPECT_FALSE(decode_game_event(log)) << event.index();
    log = log_of(event);
    log.topics.push_back({});
    EXPECT_FALSE(decode_game_event(log)) << event.index();
    log = log_of(event);
    log.topics.pop_back();
    EXPECT_FALSE(decode_game_event(log)) << event.index();
  }
  EXPECT_FALSE(decode_game_event({}));
  EXPECT_FALSE(decode_game_created({}));
}

TEST(GameEvents, numbers_that_the_contracts_cannot_write_are_refused) {
  const std::vector<GameEvent> wrong = {
      DisputeOpened{{}, {9, {}, 0, {}}, {}, 0},
      DisputeOpened{{}, {1, {}, 0, {}}, {}, kInfinity + 1},
      ClaimsSealed{{}, {}, {}, 64, {}},
      ClaimRaised{{}, {}, {}, {0, 0, 0, kInfinity + 1}},
      EndCredited{{}, {}, 2, {}},
  };
  for (const GameEvent& event : wrong) EXPECT_FALSE(decode_game_event(log_of(event)));
  l1::Log dirty = log_of(GameEvent(OpenerSettled{hash(1), account(2)}));
  dirty.topics[2].bytes[0] = 1;
  EXPECT_FALSE(decode_game_event(dirty)) << "an address of more than 20 bytes";
}

TEST(GameEvents, every_topic_is_asked_for) {
  for (const GameEvent& event : one_of_each()) {
    const auto& topics = game_topics();
    EXPECT_NE(std::ranges::find(topics, log_of(event).topics[0]), topics.end());
  }
  EXPECT_EQ(game_topics().size(), one_of_each().size());
}

}  // namespace
}  // namespace gavel::dispute
