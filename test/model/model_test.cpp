#include <gtest/gtest.h>

#include <cstdlib>

#include "model/trader.hpp"

namespace gavel::model {
namespace {

constexpr Scale kLarge{u64{1} << 10, u64{1} << 36};

// What came over all seeds.
struct Coverage {
  Trader::Results results;
  std::map<u8, u64> events;
  std::map<std::string, u64> effects;
  u64 malformed = 0, by_agents = 0;

  void add(const Trader& trader, const Model& model) {
    for (const auto& [key, n] : trader.results()) results[key] += n;
    for (const auto& [key, n] : trader.events()) events[key] += n;
    for (const auto& [key, n] : model.effects()) effects[key] += n;
    malformed += trader.malformed();
    by_agents += trader.by_agents();
  }
};

// The rejections of transactions.md by action, as far as a small exchange can reach them. Not
// among them: 27 (an outbox of 2^32), 38 (needs 33 markets: a test of its own), and what no row can
// carry.
struct Reached {
  u16 action;
  std::vector<u8> codes;
};
constexpr u16 kMessage = Trader::kMessage;
const std::vector<Reached> kReached{
    {1, {0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 18, 33, 34, 39, 40}},
    {2, {0, 1, 13}},
    {3, {0, 1, 14}},
    {4, {0, 1, 2}},
    {5, {0, 1, 3, 5, 6, 10, 11, 12, 13, 14, 33, 34, 37, 40}},
    {6, {0, 1, 11, 15, 16, 17, 18, 19}},
    {7, {0, 1, 11, 15, 19, 20}},
    {8, {0, 1, 4, 20, 21, 25}},
    {9, {0, 1, 22}},
    {10, {0, 1, 21, 23}},
    {11, {0, 1, 24}},
    {12, {0, 1, 2, 16}},
    {13, {0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 33, 34, 37, 40}},
    {14, {0, 1, 4, 11, 15, 19, 40}},
    {15, {0, 1, 2, 5, 32, 35, 36}},
    {16, {0, 1, 2, 16, 29, 32, 33, 41}},
    {kMessage + 0, {30}},
    {kMessage + 1, {0, 15, 26, 30}},
    {kMessage + 2, {0, 11, 15, 16, 19, 20, 28}},
    {kMessage + 3, {0, 2, 16, 28}},
    {kMessage + 4, {0, 2, 16, 28, 29, 33, 40}},
    {kMessage + 5, {0, 16, 19, 28, 40}},
    {kMessage + 128, {0, 31, 32}},
    {kMessage + 129, {0, 31, 32}},
    {kMessage + 130, {0, 2, 32}},
    {kMessage + 131, {0, 16}},
    {kMessage + 132, {0, 31, 32}},
    {kMessage + 133, {0, 32}},
};
constexpr std::array<const char*, 29> kEffects{
    "debt that nobody lost now",
    "dust to the insurance fund",
    "fills run out",
    "forced close at the mark price",
    "funding paid by longs",
    "funding paid by shorts",
    "insured loss",
    "liquidation fee",
    "liquidation of orders alone",
    "liquidation without a fill",
    "liquidation without lots",
    "long liquidated",
    "short liquidated",
    "maker out of the band",
    "modified anew",
    "modified in place",
    "position closed",
    "position closed in part",
    "position flipped",
    "reduce-only maker cut",
    "reduce-only maker without a position",
    "reduce-only order beside enough others",
    "reduce-only order cut",
    "shared loss",
    "shared loss as large as the band",
    "stale market in a margin",
    "nonce window reclaimed",
    "maker beyond the most collateral",
    "taker beyond the most collateral",
};

void expect_all_reached(const Coverage& c) {
  for (const Reached& row : kReached) {
    for (const u8 code : row.codes) {
      EXPECT_TRUE(c.results.contains({row.action, code}))
          << "action " << row.action << " never " << int{code};
    }
  }
  for (const char* effect : kEffects) EXPECT_TRUE(c.effects.contains(effect)) << effect;
  for (u8 kind = 0; kind < 3; ++kind) {
    EXPECT_TRUE(c.events.contains(kind)) << "event " << int{kind};
  }
  EXPECT_NE(c.malformed, 0u);
  EXPECT_NE(c.by_agents, 0u);
}

void print(const Coverage& c) {
  for (const auto& [key, n] : c.results) {
    printf("action %u result %u: %lu\n", key.first, key.second, static_cast<unsigned long>(n));
  }
  for (const auto& [effect, n] : c.effects) {
    printf("%s: %lu\n", effect.c_str(), static_cast<unsigned long>(n));
  }
}

u64 number_from(const char* variable, u64 otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// GAVEL_MODEL_SEEDS, GAVEL_MODEL_FIRST_SEED and GAVEL_MODEL_EVERY (compare objects every so many
// steps) make longer runs, or one that shows the step at which a seed goes wrong.
TEST(Model, SameAsTheProduct) {
  const u64 first = number_from("GAVEL_MODEL_FIRST_SEED", 1);
  const u64 seeds = number_from("GAVEL_MODEL_SEEDS", 48);
  const u64 every = number_from("GAVEL_MODEL_EVERY", 20);
  static constexpr u64 kSteps = 1'000;
  Coverage coverage;
  for (u64 seed = first; seed < first + seeds; ++seed) {
    Twin twin(small_config(static_cast<u32>(seed)));
    SeededChoices choices(seed);
    Trader trader(twin, choices, seed % 5 == 0 ? kLarge : Scale{});
    trader.found();
    u64 step = 0;
    for (; step < kSteps && twin.difference().empty(); ++step) {
      trader.step();
      twin.check_invariants();
      if (step % every == 0) twin.compare_objects();
      if (step % 100 == 0) twin.compare_roots();
    }
    if (twin.difference().empty()) twin.replay();
    ASSERT_EQ(twin.difference(), "") << "seed " << seed << ", step " << step;
    coverage.add(trader, twin.model());
  }
  if (seeds > 48) print(coverage);
  if (seeds >= 48) expect_all_reached(coverage);
}

// More perpetual markets than an account may have positions in.
TEST(Model, TooManyPositions) {
  static constexpr u32 kMost = 32;
  static constexpr u64 kStartMs = 1'700'000'000'000;
  Twin twin(small_config(5));
  twin.open(kStartMs);
  const auto message = [&](u8 kind, const Bytes& body) {
    Packer p;
    p.add(kind).add(u64{0}).add(Address{}).add(u64{0}).add(u64{0});
    for (const u8 byte : body) p.add(byte);
    return twin.message(p.bytes())[0];
  };
  u64 nonces = 0;
  const auto send = [&](Request r) {
    r.account = 1;
    r.nonce = kStartMs + ++nonces;
    return Code{twin.transaction(write_request(r))[0]};
  };
  for (u32 asset = 1; asset <= 2; ++asset) {
    Packer p;
    p.add(asset).add(Address{}).add(u8{8}).add(u8{8}).add(Text16{});
    ASSERT_EQ(message(128, p.bytes()), 0);
  }
  ASSERT_EQ(
      message(1, Packer().add(u32{2}).add(u64{1'000'000}).add(owner_of(1)).add(u32{0}).bytes()), 0);
  for (u32 i = 0; i <= kMost; ++i) ASSERT_EQ(message(132, perpetual_body(0, {})), 0);
  Packer oracles;
  oracles.add(u8{1}).add(u8{1}).add(u32{1});
  for (u32 i = 1; i < 16; ++i) oracles.add(u32{0});
  ASSERT_EQ(message(133, oracles.bytes()), 0);
  Request r;
  r.action = Do::margin;
  r.amount = 1'000'000;
  ASSERT_EQ(send(r), Code::ok);
  r.time_ms = kStartMs;
  r.price = 100;
  r.lots = 1;
  for (r.market = 1; r.market <= kMost + 1; ++r.market) {
    r.action = Do::report_price;
    ASSERT_EQ(send(r), Code::ok);
    r.action = Do::place;
    ASSERT_EQ(send(r), r.market <= kMost ? Code::ok : Code::too_many_positions);
  }
  r.market = kMost;  // where it has an entry it may go on
  EXPECT_EQ(send(r), Code::ok);
  r.action = Do::cancel_all;
  EXPECT_EQ(send(r), Code::ok);
  r.action = Do::place;
  r.market = kMost + 1;
  EXPECT_EQ(send(r), Code::ok);
  twin.check_invariants();
  twin.compare_objects();
  EXPECT_EQ(twin.difference(), "");
}

// Pages that somebody has spoilt: the batch still finishes, and what was executed has its one
// meaning, whatever hints it came with.
TEST(Model, SpoiltPagesHaveOneMeaning) {
  u64 malformed = 0, executed = 0;
  for (u64 seed = 1; seed <= number_from("GAVEL_MODEL_SEEDS", 6); ++seed) {
    const stf::Config config = small_config(static_cast<u32>(seed));
    Twin twin(config);
    SeededChoices choices(seed);
    Trader trader(twin, choices);
    trader.found();
    for (u32 i = 0; i < 300; ++i) trader.step();
    twin.close();
    for (u32 round = 0; round < 12; ++round) {
      std::vector<Bytes> pages = twin.pages();
      for (u64 spoilt = 1 + choices.below(20); spoilt != 0; --spoilt) {
        Bytes& page = pages[pages.size() / 8 + choices.below(pages.size() - pages.size() / 8)];
        page[1 + choices.below(page.size() - 1)] ^= static_cast<u8>(1u << choices.below(8));
      }
      const Judged judged = judge(config, pages, twin.messages(), twin.now_ms());
      ASSERT_EQ(judged.difference, "") << "seed " << seed << ", round " << round;
      malformed += judged.malformed;
      executed += judged.receipts.size();
    }
  }
  EXPECT_NE(malformed, 0u);
  EXPECT_NE(executed, 0u);
}

}  // namespace
}  // namespace gavel::model
