#include "state/client_id_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "io/random.hpp"

namespace gavel::state {
namespace {

using exchange::ClientId;
using exchange::Order;

// Accounts' lists kept by hand, as the rules keep them, with the index told of every change.
class Lists {
 public:
  Lists(u32 accounts, u32 capacity)
      : index(capacity, 0x5eed), heads_(accounts + 1), orders_(capacity + 1) {}

  void add_plain(u32 account, u32 slot) {
    orders_[slot] = Order{};
    link(account, slot, 0);
  }
  void add(u32 account, u32 slot, const ClientId& id) {
    const u32 prev = naive_find(account, id);
    orders_[slot] = Order{};
    orders_[slot].set(0, Order::kHasClientId);
    orders_[slot].client_id = id;
    link(account, slot, prev);
  }
  void remove(u32 slot) {
    Order& order = orders_[slot];
    index.removed(orders_.data(), slot, heads_[order.account]);
    (order.account_prev == 0 ? heads_[order.account] : orders_[order.account_prev].account_next) =
        order.account_next;
    if (order.account_next != 0) orders_[order.account_next].account_prev = order.account_prev;
    order = Order{};
  }
  u32 find(u32 account, const ClientId& id) const { return index.find(heads_[account], id); }
  // The order, or the last one before its place, by walking.
  u32 naive_find(u32 account, const ClientId& id) const {
    u32 found = 0;
    for (u32 at = heads_[account]; at != 0; at = orders_[at].account_next) {
      if (orders_[at].has_client_id() && id < orders_[at].client_id) break;
      found = at;
    }
    return found;
  }
  bool holds(u32 slot) const { return orders_[slot].account != 0; }
  const Order& order(u32 slot) const { return orders_[slot]; }
  bool rebuild(u32 account) { return index.rebuild(orders_.data(), heads_[account]); }
  Order& raw(u32 slot) { return orders_[slot]; }

  ClientIdIndex index;

 private:
  void link(u32 account, u32 slot, u32 prev) {
    Order& order = orders_[slot];
    order.account = account;
    order.account_prev = prev;
    u32& link = prev == 0 ? heads_[account] : orders_[prev].account_next;
    order.account_next = link;
    link = slot;
    if (order.account_next != 0) orders_[order.account_next].account_prev = slot;
    index.added(orders_.data(), slot, heads_[account]);
  }

  std::vector<u32> heads_;
  std::vector<Order> orders_;
};

ClientId id_of(u64 high, u64 low) {
  ClientId id{};
  for (u32 i = 0; i < 8; ++i) {
    id[i] = static_cast<u8>(high >> (56 - 8 * i));
    id[8 + i] = static_cast<u8>(low >> (56 - 8 * i));
  }
  return id;
}

TEST(ClientIdIndex, PlacesInAList) {
  Lists lists(1, 8);
  EXPECT_EQ(lists.find(1, id_of(0, 5)), 0u);
  lists.add_plain(1, 1);
  lists.add_plain(1, 2);  // the list is 2 1
  EXPECT_EQ(lists.find(1, id_of(0, 5)), 1u);
  lists.add(1, 3, id_of(0, 5));
  lists.add(1, 4, id_of(1, 0));
  EXPECT_EQ(lists.find(1, id_of(0, 5)), 3u);
  EXPECT_EQ(lists.find(1, id_of(0, 6)), 3u);
  EXPECT_EQ(lists.find(1, id_of(0, 4)), 1u);
  EXPECT_EQ(lists.find(1, id_of(~u64{0}, 0)), 4u);
  lists.remove(1);
  EXPECT_EQ(lists.find(1, id_of(0, 4)), 2u);
  lists.remove(2);
  EXPECT_EQ(lists.find(1, id_of(0, 4)), 0u);
  EXPECT_EQ(lists.find(1, id_of(0, 5)), 3u);
}

// Random ids, ids that are counters, and ids that share their first half.
class ClientIdShapes : public ::testing::TestWithParam<u32> {};

TEST_P(ClientIdShapes, AnswersAsAWalkDoes) {
  constexpr u32 kAccounts = 3;
  constexpr u32 kSlots = 600;
  io::SeededRandom random(GetParam() + 7);
  Lists lists(kAccounts, kSlots);
  const auto random_id = [&] {
    switch (GetParam()) {
      case 0:
        return id_of(random.next(), random.next());
      case 1:
        return id_of(0, random.below(900));
      default:
        return id_of(random.below(2), random.next() >> 54);
    }
  };
  for (u32 step = 0; step < 20'000; ++step) {
    const u32 account = 1 + static_cast<u32>(random.below(kAccounts));
    const ClientId id = random_id();
    const u32 found = lists.naive_find(account, id);
    ASSERT_EQ(lists.find(account, id), found);
    const u32 slot = 1 + static_cast<u32>(random.below(kSlots));
    if (lists.holds(slot)) {
      if (step % 8'000 > 2'000) lists.remove(slot);
    } else if (random.below(4) == 0) {
      lists.add_plain(account, slot);
    } else if (found == 0 || !lists.order(found).has_client_id() ||
               lists.order(found).client_id != id) {
      lists.add(account, slot, id);
    }
  }
  for (u32 account = 1; account <= kAccounts; ++account) {
    ASSERT_TRUE(lists.rebuild(account));
    for (u32 i = 0; i < 500; ++i) {
      const ClientId id = random_id();
      ASSERT_EQ(lists.find(account, id), lists.naive_find(account, id));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ClientIdShapes, ::testing::Values(0u, 1u, 2u));

TEST(ClientIdIndex, RebuildRefusesAnUnsortedList) {
  Lists lists(1, 4);
  lists.add(1, 1, id_of(0, 1));
  lists.add(1, 2, id_of(0, 2));
  EXPECT_TRUE(lists.rebuild(1));
  lists.raw(2).client_id = id_of(0, 1);
  EXPECT_FALSE(lists.rebuild(1));
  lists.raw(2).set(0, 0);
  EXPECT_FALSE(lists.rebuild(1)) << "an order without client id after one with";
}

}  // namespace
}  // namespace gavel::state
