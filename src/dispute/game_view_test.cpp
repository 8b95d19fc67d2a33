// The view against the model's own clock, and what it refuses.
#include "dispute/game_view.hpp"

#include <gtest/gtest.h>

#include "dispute/arena_test.hpp"

namespace gavel::dispute {
namespace {

ModelRules with_lanes() {
  ModelRules rules;
  rules.shape = toy_shape(rules.batch);
  rules.window = 1'000'000;  // nothing is decided meanwhile
  rules.credits = {30, 45};
  return rules;
}

// Credits for random ends of random disputes.
void prove_something(Arena& arena) {
  const GameView* view = arena.model.view();
  if (view == nullptr || view->claims().empty() || arena.random.below(4) != 0) return;
  auto claim = view->claims().begin();
  std::advance(claim, static_cast<std::ptrdiff_t>(arena.random.below(view->claims().size())));
  arena.model.credit(claim->second.dispute, claim->second.end,
                     static_cast<u32>(arena.random.below(2)));
}

TEST(GameView, earned_times_are_those_that_the_contracts_bring_up) {
  for (u64 seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Arena arena(with_lanes(), seed);
    for (u8 i = 0; i < 3; ++i) {
      arena.add(static_cast<u8>(10 + i),
                {arena.random.below(3), arena.random.below(11), 1 + arena.random.below(9)}, 6);
    }
    arena.add(1);
    arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
    arena.model.credit_batch(arena.true_end(), static_cast<u32>(seed % 2));
    arena.between = prove_something;
    for (u32 t = 0; t < 50; ++t) {
      arena.tick();
      if (t % 7 != 0 || !arena.model.created()) continue;
      GameModel raised = arena.model;
      raised.raise_all();
      EarnedTimes times(*arena.model.view(), raised.rules().credits, raised.now);
      for (const auto& [id, claim] : arena.model.view()->claims()) {
        ASSERT_EQ(times.of_claim(id), raised.times_of(id)) << "tick " << t;
      }
      for (const BatchClaim& b : arena.model.contest().claims) {
        ASSERT_EQ(times.of_batch_claim(b.end, b.unrivalled_s, b.lanes), raised.earned(b.end));
      }
    }
  }
}

TEST(GameView, logs_alone_give_the_same_view) {
  Arena arena(with_lanes(), 5);
  arena.add(10, {5, 6, 99});
  arena.add(1);
  arena.model.claim_batch(address(10), arena.parties[0].truth->cursor(9));
  EXPECT_FALSE(arena.run(60));
  const GameView rebuilt = arena.model.rebuilt();
  const GameView& kept = *arena.model.view();
  ASSERT_EQ(rebuilt.disputes().size(), kept.disputes().size());
  ASSERT_EQ(rebuilt.claims().size(), kept.claims().size());
  EarnedTimes a(rebuilt, {}, arena.model.now);
  EarnedTimes b(kept, {}, arena.model.now);
  for (const auto& [id, claim] : kept.claims()) EXPECT_EQ(a.of_claim(id), b.of_claim(id));
}

class GameViewRefuses : public testing::Test {
 protected:
  GameViewRefuses() : view_(toy_shape(batch_), batch_.image, ToyCursor{}.words()) {
    ToyTruth truth(toy_shape(batch_), batch_);
    for (const u64 mark : {0u, 5u}) {
      ToyTruth side(toy_shape(batch_), batch_, {2, 3, mark});
      const TrueList list = *side.list({});
      const Hash32 root = list_root(list.values);
      posted_.push_back({view_.root().id, claim_id(view_.root().id, root, list.end), list.end,
                         address(1), 3, root, list.values});
    }
    child_.key = child_key(toy_shape(batch_), batch_.image, view_.root().key, posted_[0].list, 0);
    child_.dispute = dispute_id(child_.key);
    child_.opened = 4;
  }
  void post() {
    for (const ClaimPosted& p : posted_) ASSERT_TRUE(view_.apply(p));
  }

  ToyBatch batch_;
  GameView view_;
  std::vector<ClaimPosted> posted_;
  DisputeOpened child_;
};

TEST_F(GameViewRefuses, claims_that_are_not_what_their_id_says) {
  ClaimPosted e = posted_[0];
  e.dispute.bytes[0] ^= 1;
  EXPECT_FALSE(view_.apply(e)) << "dispute";
  e = posted_[0];
  e.list[1].bytes[0] ^= 1;
  EXPECT_FALSE(view_.apply(e)) << "list";
  e = posted_[0];
  e.end.bytes[0] ^= 1;
  EXPECT_FALSE(view_.apply(e)) << "end";
  e = posted_[0];
  e.list.pop_back();
  EXPECT_FALSE(view_.apply(e)) << "length";
  EXPECT_TRUE(view_.apply(posted_[0]));
  EXPECT_FALSE(view_.apply(posted_[0])) << "twice";
}

TEST_F(GameViewRefuses, disputes_that_hang_on_nothing) {
  DisputeOpened e = child_;
  e.key.parent.bytes[0] ^= 1;
  EXPECT_FALSE(view_.apply(e)) << "parent";
  e = child_;
  e.dispute.bytes[0] ^= 1;
  EXPECT_FALSE(view_.apply(e)) << "id";
  e = child_;
  e.key.level = 2;
  e.dispute = dispute_id(e.key);
  EXPECT_FALSE(view_.apply(e)) << "level";
  EXPECT_TRUE(view_.apply(child_));
  EXPECT_FALSE(view_.apply(child_)) << "twice";
}

TEST_F(GameViewRefuses, seals_of_what_is_not_there) {
  const ClaimsSealed right{view_.root().id, posted_[0].claim, posted_[1].claim, 0, child_.dispute};
  EXPECT_FALSE(view_.apply(right)) << "claims";
  post();
  EXPECT_FALSE(view_.apply(right)) << "child";
  ASSERT_TRUE(view_.apply(child_));
  ClaimsSealed e = right;
  e.index = 4;
  EXPECT_FALSE(view_.apply(e)) << "index";
  e = right;
  e.dispute = child_.dispute;
  EXPECT_FALSE(view_.apply(e)) << "dispute";
  EXPECT_TRUE(view_.apply(right));
}

TEST_F(GameViewRefuses, a_smaller_or_equal_time_does_not_replace_the_best) {
  post();
  const Hash32& root = view_.root().id;
  const Hash32& end = posted_[0].end;
  const auto raise = [&](u32 claim, u64 time) {
    EXPECT_TRUE(view_.apply(ClaimRaised{root, end, posted_[claim].claim, {time, time, time, 7}}));
    return view_.root().supports.at(end);
  };
  EXPECT_EQ(raise(1, 10).best, posted_[1].claim);
  EXPECT_EQ(raise(0, 10).best, posted_[1].claim);
  EXPECT_EQ(raise(0, 5).best, posted_[1].claim);
  EXPECT_EQ(raise(0, 5).times, (LaneTimes{10, 10, 10, 7}));
  EXPECT_EQ(raise(0, 11).best, posted_[0].claim);
}

TEST_F(GameViewRefuses, steps_above_the_step_level_and_second_decisions) {
  EXPECT_FALSE(view_.apply(DisputeStepped{view_.root().id, {}, {}}));
  EXPECT_FALSE(view_.apply(ClaimRaised{view_.root().id, {}, posted_[0].claim, {}}));
  EXPECT_TRUE(view_.apply(GameResolved{}));
  EXPECT_FALSE(view_.apply(GameResolved{}));
}

}  // namespace
}  // namespace gavel::dispute
