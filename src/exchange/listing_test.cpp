#include "exchange/listing.hpp"

#include <gtest/gtest.h>

#include "exchange/array_store_test.hpp"

namespace gavel::exchange {
namespace {

// Alice holds two assets, the third is new to her, and her limit of two lies below the quota.
struct FullAccount : SmallExchange {
  FullAccount() {
    Outcome out;
    register_asset(store, limits, kThird, Asset{}, out);
    limits.max_balances_per_account = 2;
    limits.new_asset_quota = 10;
  }
  static constexpr u32 kThird = 3;
};

TEST(Deposit, ANewAssetBeyondTheLimitOpensAFreshAccount) {
  FullAccount x;
  Outcome out;
  deposit(x.store, x.limits, FullAccount::kThird, 5, address_of(kAlice), kAlice, out);
  EXPECT_EQ(out.result, Reject::ok);
  EXPECT_NE(out.account, kAlice);
  EXPECT_EQ(x.total(out.account, FullAccount::kThird), 5u);
}

TEST(Transfer, ANewAssetBeyondTheLimitIsRefused) {
  FullAccount x;
  Outcome out;
  deposit(x.store, x.limits, FullAccount::kThird, 5, address_of(kBob), 0, out);
  const u32 from = out.account;
  Outcome sent;
  transfer(x.store, x.limits, from, kAlice, FullAccount::kThird, 1, sent);
  EXPECT_EQ(sent.result, Reject::balance_list_full);
  EXPECT_EQ(x.store.account(kAlice).balance_count, 2u);
}

}  // namespace
}  // namespace gavel::exchange
