#include "state/hint_finder.hpp"

#include <gtest/gtest.h>

#include <map>

#include "state/hot_world_test.hpp"

namespace gavel::state {
namespace {

using exchange::Order;
using exchange::Side;
using stf::Hints;
using stf::Transaction;

// The same hints by walking the committed lists from their heads.
class NaiveFinder {
 public:
  explicit NaiveFinder(const HotState& state) : state_(state) {}

  u32 level(u32 market, Side side, u32 price) const {
    u32 found = 0;
    for (u32 at = state_.peek_market(market).best[static_cast<u8>(side)]; at != 0;
         at = state_.peek_level(at).next) {
      if (exchange::better(side, price, state_.peek_level(at).price_ticks)) break;
      found = at;
    }
    return found;
  }
  u32 order(u32 account, const exchange::ClientId& id) const {
    u32 found = 0;
    for (u32 at = state_.peek_account(account).orders_head; at != 0;
         at = state_.peek_order(at).account_next) {
      const Order& order = state_.peek_order(at);
      if (order.has_client_id() && id < order.client_id) break;
      found = at;
    }
    return found;
  }
  u32 signer(const Address& address) const {
    u32 found = 0;
    for (u32 at = state_.peek_global().signers_head;
         at != 0 && state_.peek_signer(at).key <= address; at = state_.peek_signer(at).next) {
      found = at;
    }
    return found;
  }
  u32 registered(const Address& address) const {
    u32 found = 0;
    for (u32 at = state_.peek_global().registered_head;
         at != 0 && state_.peek_account(at).owner <= address;
         at = state_.peek_account(at).registered_next) {
      found = at;
    }
    return found;
  }
  u32 dead_signer(const Address& key, u32 account) const {
    const u32 next = state_.peek_global().tables[static_cast<u8>(exchange::Table::signer)].next;
    for (u32 i = 1; i < next; ++i) {
      const exchange::Signer& s = state_.peek_signer(i);
      if (s.state == exchange::Signer::kDead && s.key == key && s.account == account) return i;
    }
    return 0;
  }

 private:
  const HotState& state_;
};

TEST(HintFinder, AgreesWithAWalkOnRandomTraffic) {
  HotState state(HotCapacity::small(), nullptr, 31);
  HotWorld world(state);
  world.open(10, 4, 2);
  RandomTraffic traffic(state, 13);
  const NaiveFinder naive(state);
  std::map<stf::Action, u32> named;
  std::map<stf::Action, u32> succeeded;
  u32 events = 0;
  for (u32 i = 0; i < 20'000; ++i) {
    const Transaction tx = traffic.next(world.fresh_nonce());
    const Hints hints = find_hints(state, tx);
    if (hints != Hints{}) ++named[tx.action];
    switch (tx.action) {
      case stf::Action::place:
        if (tx.type == 0 || tx.type == 2) {
          ASSERT_EQ(hints.level,
                    naive.level(tx.market, static_cast<Side>(tx.side), tx.price_ticks));
          ASSERT_EQ(hints.client_id, tx.has_client_id ? naive.order(tx.account, tx.client_id) : 0);
        } else {
          ASSERT_EQ(hints, Hints{}) << "no row of these types has hints";
        }
        break;
      case stf::Action::cancel_client_id:
        ASSERT_EQ(hints.client_id, naive.order(tx.account, tx.client_id));
        break;
      case stf::Action::approve_agent:
        ASSERT_EQ(hints.dead_signer, naive.dead_signer(tx.address, tx.account));
        [[fallthrough]];
      case stf::Action::revoke_agent:
        ASSERT_EQ(hints.signer, naive.signer(tx.address));
        break;
      case stf::Action::register_account:
        ASSERT_EQ(hints.registered, naive.registered(state.peek_account(tx.account).owner));
        break;
      default:
        break;
    }
    // What the rules themselves say of the hints.
    ASSERT_EQ(world.run(tx, hints), stf::Malformed::none) << i;
    if (world.receipt().result == exchange::Reject::ok) ++succeeded[tx.action];
    events += world.receipt().events.size();
    if (i % 500 == 499) {
      state.seal_block(i);
      world.next_block();
    }
  }
  for (const stf::Action action :
       {stf::Action::place, stf::Action::cancel_client_id, stf::Action::modify,
        stf::Action::approve_agent, stf::Action::revoke_agent, stf::Action::register_account}) {
    EXPECT_GT(named[action], 50u) << static_cast<u32>(action) << " was hardly tried";
    EXPECT_GT(succeeded[action], 20u) << static_cast<u32>(action) << " was hardly ever done";
  }
  EXPECT_GT(events, 1'000u);
}

TEST(HintFinder, ModifyNeedsNoLevelIfTheOrderKeepsItsPriority) {
  HotState state(HotCapacity::small());
  HotWorld world(state);
  world.open(1, 2, 1);
  Transaction tx;
  tx.action = stf::Action::place;
  tx.account = tx.market = 1;
  tx.price_ticks = 100;
  tx.lots = 10;
  tx.nonce = world.fresh_nonce();
  ASSERT_EQ(world.run(tx), stf::Malformed::none);
  tx.action = stf::Action::modify;
  tx.order_id = world.receipt().order_id;
  EXPECT_EQ(find_hints(state, tx), Hints{});
  tx.lots = 11;
  EXPECT_EQ(find_hints(state, tx).level, 1u);
  tx.price_ticks = 99;
  EXPECT_EQ(find_hints(state, tx).level, 1u);
  tx.price_ticks = 101;
  EXPECT_EQ(find_hints(state, tx), Hints{});
}

TEST(HintFinder, IsTotal) {
  HotState state(HotCapacity::small());
  HotWorld world(state);
  world.open(1, 2, 1);
  for (u32 action = 0; action < 20; ++action) {
    for (const u32 odd : {0u, 1u, 77u, 0xffffffffu}) {
      Transaction tx;
      tx.action = static_cast<stf::Action>(action);
      tx.account = tx.market = tx.to_account = odd;
      tx.price_ticks = odd;
      tx.order_id = u64{odd} << 3;
      tx.side = tx.type = static_cast<u8>(odd);
      tx.has_client_id = true;
      (void)find_hints(state, tx);
      tx.account = 1;
      (void)find_hints(state, tx);
    }
  }
}

}  // namespace
}  // namespace gavel::state
