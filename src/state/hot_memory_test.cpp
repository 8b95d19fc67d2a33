// The hot rows of the memory table in docs/protocol/state.md against the code.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "state/block_log.hpp"
#include "state/hot_state.hpp"

namespace gavel::state {
namespace {

// "Bytes each" of the row that starts so; 0 if there is none.
u64 bytes_each(const std::string& start) {
  std::ifstream file(GAVEL_SOURCE_DIR "/docs/protocol/state.md");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| " + start)) continue;
    std::string cell = line.substr(line.find('|', 2) + 1);
    cell = cell.substr(0, cell.find('|'));
    std::erase(cell, ',');
    return std::stoull(cell);
  }
  return 0;
}

constexpr u64 kStamp = sizeof(u32);
// Entries use at least a fifth of a node's room (price_index.hpp).
constexpr u64 kPriceIndexWorst = (PriceIndex::kNodeBytes + 4) / 5;

TEST(HotMemory, TheTablesRowsAreTheCodes) {
  EXPECT_EQ(bytes_each("hot: ACCOUNT"), sizeof(exchange::Account));
  EXPECT_EQ(bytes_each("hot: block stamps of ACCOUNT"), kStamp);
  EXPECT_EQ(bytes_each("hot: accounts by owner"), RowHash<OwnerOf>::kRowBytes);
  EXPECT_EQ(bytes_each("hot: registered accounts"), SortedRows<OwnerOf>::kRowBytes);
  EXPECT_EQ(bytes_each("hot: balances beyond"), sizeof(exchange::BalanceBlock));
  EXPECT_EQ(bytes_each("hot: margin parts"), sizeof(exchange::MarginBlock));
  EXPECT_EQ(bytes_each("hot: NONCES"), sizeof(exchange::Nonces) + kStamp);
  EXPECT_EQ(bytes_each("hot: SIGNER"), sizeof(exchange::Signer) + kStamp +
                                           RowHash<AgentOf>::kRowBytes +
                                           SortedRows<SignerKeyOf>::kRowBytes);
  EXPECT_EQ(bytes_each("hot: ORDER"),
            sizeof(exchange::Order) + kStamp + ClientIdIndex::kEntryBytes);
  EXPECT_EQ(bytes_each("hot: LEVEL"), sizeof(exchange::Level) + kStamp + kPriceIndexWorst);
  EXPECT_EQ(bytes_each("hot: OUTBOX"), sizeof(exchange::Outbox) + kStamp);
  EXPECT_EQ(bytes_each("hot: objects touched"), sizeof(u64));
  EXPECT_EQ(bytes_each("hot: write log chunks"), LogChunk::kBytes);
  EXPECT_EQ(bytes_each("hot: block log ring"), BlockLogThreadOptions{}.ring_bytes);
}

// Address indexes within 16 bytes an account: all accounts by owner, and those registered, two in a
// hundred.
TEST(HotMemory, AddressIndexesStayWithinTheirBudget) {
  constexpr u64 kAccounts = 100'000'000;
  constexpr u64 kRegistered = 2'000'000;
  EXPECT_LE(kAccounts * RowHash<OwnerOf>::kRowBytes + kRegistered * SortedRows<OwnerOf>::kRowBytes,
            kAccounts * 16);
}

// Capacities are address space: the default configuration's tables exist, and take next to nothing.
TEST(HotMemory, CapacityIsNotUse) {
  const auto state = std::make_unique<HotState>(HotCapacity::of_config(stf::Config{}));
  state->account_mut(100'000'000).nonces = 5;
  state->outbox_mut(0xfffffff0).account = 7;
  EXPECT_EQ(state->peek_account(100'000'000).nonces, 5u);
  std::ifstream file("/proc/self/statm");
  u64 pages_of_address_space = 0;
  u64 pages_resident = 0;
  file >> pages_of_address_space >> pages_resident;
  EXPECT_LT(pages_resident * 4096, u64{1} << 30);
}

}  // namespace
}  // namespace gavel::state
