#include "replay/generator.hpp"

#include <gtest/gtest.h>

#include "replay/tape_stream.hpp"

namespace gavel::replay {
namespace {

TEST(Generator, TheSameSeedGivesTheSameTape) {
  Generator a({.seed = 7, .events = 5'000});
  Generator b({.seed = 7, .events = 5'000});
  Generator c({.seed = 8, .events = 5'000});
  TapeEvent x, y, z;
  bool differs = false;
  for (u32 i = 0; i < 17'000; ++i) {
    ASSERT_TRUE(*a.next(x));
    ASSERT_TRUE(*b.next(y));
    ASSERT_TRUE(*c.next(z));
    ASSERT_EQ(x, y);
    differs |= !(x == z);
  }
  EXPECT_TRUE(differs);
}

TEST(Generator, HasTheShapeOfABusyVenue) {
  Generator tape({.seed = 3, .events = 300'000});
  const auto s = survey_tape(tape, TapeFormat::orders);
  ASSERT_TRUE(s.ok());
  const u64 adds = s->count(TapeKind::add) - 12'000;
  const u64 removals = s->count(TapeKind::remove) + s->count(TapeKind::reduce);
  EXPECT_NEAR(static_cast<double>(removals) / static_cast<double>(adds), 1.15, 0.12);
  EXPECT_NEAR(static_cast<double>(adds) / static_cast<double>(s->count(TapeKind::ioc)), 10.0, 1.0);
  EXPECT_LE(s->max_live_orders, 16'000u);
  EXPECT_GE(tape.book().orders(), 10'000u);
  EXPECT_NEAR(static_cast<double>(tape.book().levels().size()), 10'000.0, 2'500.0);
  const u64 seconds = (s->last_ts_ns - s->first_ts_ns) / 1'000'000'000;
  EXPECT_NEAR(300'000.0 / static_cast<double>(seconds), 1'400.0, 250.0);
}

TEST(Generator, ItsOwnBookIsWhatItsTapeMakes) {
  const TapeOpener open = generated_tape({.seed = 5, .events = 50'000});
  const auto plan = plan_tape(open, TapeFormat::orders, {});
  ASSERT_TRUE(plan.ok());
  Generator again({.seed = 5, .events = 50'000});
  TapeEvent event;
  while (*again.next(event)) {
  }
  auto tape = open();
  TapeStream stream(std::move(*tape), {}, TapeFormat::orders, plan->survey);
  std::vector<Message> messages;
  u64 refused = 0;
  while (*stream.next(messages)) {
    for (const Message& m : messages) refused += m.accepted ? 0 : 1;
    messages.clear();
  }
  EXPECT_EQ(refused, 0u);
  EXPECT_EQ(stream.translator().counts().settled, 0u);
  EXPECT_EQ(stream.translator().book().levels(), again.book().levels());
}

}  // namespace
}  // namespace gavel::replay
