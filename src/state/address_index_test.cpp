#include "state/address_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "io/random.hpp"

namespace gavel::state {
namespace {

using exchange::Account;
using exchange::Signer;

Address random_address(io::Random& random, u32 distinct_bytes) {
  Address address;
  for (u32 i = 0; i < 20; ++i) {
    if (i < distinct_bytes || i >= 18)
      address.bytes[i] = static_cast<u8>(random.below(i < 18 ? 256 : 40));
  }
  return address;
}

TEST(AccountByOwner, FindsAllAccountsOfAnOwner) {
  constexpr u32 kAccounts = 5'000;
  io::SeededRandom random(3);
  std::vector<Account> accounts(kAccounts + 1);
  RowHash<OwnerOf> index({accounts.data()}, kAccounts, 99);
  std::map<Address, std::set<u32>> naive;
  for (u32 i = 1; i <= kAccounts; ++i) {
    accounts[i].owner = random_address(random, 2);
    if (i % 7 == 0) accounts[i].owner = accounts[1].owner;
    index.add(i);
    naive[accounts[i].owner].insert(i);
  }
  for (const auto& [owner, expected] : naive) {
    std::set<u32> found;
    for (u32 row = index.find(owner); row != 0; row = index.next(row))
      ASSERT_TRUE(found.insert(row).second);
    ASSERT_EQ(found, expected);
  }
  Address stranger;
  stranger.bytes[19] = 77;
  EXPECT_EQ(index.find(stranger), 0u);
}

TEST(AccountByOwner, ExpectedSizeChangesNoAnswer) {
  io::SeededRandom random(4);
  std::vector<Account> accounts(2'001);
  for (Account& a : accounts) a.owner = random_address(random, 18);
  RowHash<OwnerOf> index({accounts.data()}, 2'000, 5);
  index.expect(1'500);
  for (u32 i = 1; i <= 2'000; ++i) index.add(i);
  for (u32 i = 1; i <= 2'000; ++i) ASSERT_EQ(index.find(accounts[i].owner), i);
  index.clear();
  EXPECT_EQ(index.find(accounts[1].owner), 0u);
}

// distinct_bytes = 0: all addresses share the prefix that nodes keep.
class SortedShapes : public ::testing::TestWithParam<u32> {};

TEST_P(SortedShapes, AnswersAsAnOrderedMapDoes) {
  constexpr u32 kRows = 800;
  io::SeededRandom random(GetParam() + 11);
  std::vector<Signer> signers(kRows + 1);
  for (Signer& s : signers) s.key = random_address(random, GetParam());
  SortedRows<SignerKeyOf> index({signers.data()}, kRows, 1);
  std::map<Address, u32> naive;
  for (u32 step = 0; step < 20'000; ++step) {
    const Address probe = random_address(random, GetParam());
    const auto above = naive.upper_bound(probe);
    ASSERT_EQ(index.find(probe), above == naive.begin() ? 0 : std::prev(above)->second);
    const u32 row = 1 + static_cast<u32>(random.below(kRows));
    const auto at = naive.find(signers[row].key);
    if (at == naive.end()) {
      index.add(row);
      naive[signers[row].key] = row;
    } else if (at->second == row) {
      index.remove(row);
      naive.erase(at);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, SortedShapes, ::testing::Values(0u, 3u, 18u));

TEST(AgentRows, AreToldApartByAccount) {
  std::vector<Signer> signers(4);
  signers[1].account = 1;
  signers[2].account = 2;
  signers[3].account = 1;
  RowHash<AgentOf> index({signers.data()}, 3, 1);
  for (u32 i = 1; i <= 3; ++i) index.add(i);
  EXPECT_EQ(index.find({Address{}, 2}), 2u);
  EXPECT_EQ(index.next(2), 0u);
  std::set<u32> rows;
  for (u32 row = index.find({Address{}, 1}); row != 0; row = index.next(row)) rows.insert(row);
  EXPECT_EQ(rows, (std::set<u32>{1, 3}));
}

TEST(HashAddress, EveryPartMatters) {
  const u64 base = hash_address(1, Address{}, 0);
  EXPECT_NE(base, hash_address(2, Address{}, 0));
  EXPECT_NE(base, hash_address(1, Address{}, 1));
  for (u32 i = 0; i < 20; ++i) {
    Address a;
    a.bytes[i] = 1;
    EXPECT_NE(base, hash_address(1, a, 0)) << i;
  }
}

}  // namespace
}  // namespace gavel::state
