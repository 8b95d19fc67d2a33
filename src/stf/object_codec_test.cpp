#include "stf/object_codec.hpp"

#include <gtest/gtest.h>

#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

using Bytes = std::vector<u8>;

template <class Object>
Bytes bytes_of(const Object& object) {
  Bytes out(kLongestObjectBytes, 0xee);
  out.resize(encode_object(object, out));
  return out;
}
Bytes bytes_of(const exchange::Account& account, const BalanceList& balances,
               const MarginList& margin = {}) {
  Bytes out(kLongestObjectBytes, 0xee);
  out.resize(encode_object(account, balances, margin, out));
  return out;
}

template <class Object>
bool decodes(const Bytes& bytes) {
  if constexpr (std::is_same_v<Object, exchange::Account>) {
    exchange::Account out;
    BalanceList balances;
    MarginList margin;
    return decode_object(bytes, out, balances, margin);
  } else {
    Object out;
    return decode_object(bytes, out);
  }
}

// Decoding gives an object with the same bytes, and other lengths are refused.
template <class Object>
void expect_round_trip(const Object& object, std::size_t length) {
  Bytes bytes = bytes_of(object);
  EXPECT_EQ(bytes.size(), length);
  Object back;
  back = object;
  ASSERT_TRUE(decode_object(bytes, back));
  EXPECT_EQ(bytes_of(back), bytes);
  Object fresh{};
  ASSERT_TRUE(decode_object(bytes, fresh));
  EXPECT_EQ(bytes_of(fresh), bytes);
  bytes.push_back(0);
  EXPECT_FALSE(decodes<Object>(bytes));
  bytes.resize(length - 1);
  EXPECT_FALSE(decodes<Object>(bytes));
  EXPECT_FALSE(decodes<Object>({}));
}

TEST(ObjectCodec, EveryTableRoundTrips) {
  expect_round_trip(samples::global(), 112);
  expect_round_trip(samples::perpetual(), 96 + 425);
  expect_round_trip(samples::signer(exchange::Signer::kLive), 56);
  expect_round_trip(samples::signer(exchange::Signer::kDead), 56);
  expect_round_trip(samples::nonces(0), 17);
  expect_round_trip(samples::nonces(27), 17 + 27 * 4);
  expect_round_trip(samples::market(), 96);
  expect_round_trip(samples::level(), 40);
  expect_round_trip(samples::order(), 69);
  expect_round_trip(samples::outbox(), 67);
  expect_round_trip(samples::asset(), 48);
}

TEST(ObjectCodec, FreeSlotsRoundTrip) {
  exchange::Nonces nonces;
  nonces.owner = 31;
  expect_round_trip(nonces, 7);
  exchange::Level level;
  level.next = 51;
  expect_round_trip(level, 7);
  exchange::Order order;
  order.set(exchange::kMaxGeneration, 0);
  order.account_next = 61;
  expect_round_trip(order, 15);
}

TEST(ObjectCodec, DecodedFieldsAreTheOnesEncoded) {
  exchange::Order order;
  ASSERT_TRUE(decode_object(bytes_of(samples::order()), order));
  EXPECT_EQ(order.generation_flags, samples::order().generation_flags);
  EXPECT_EQ(order.market(), 3u);
  EXPECT_EQ(order.side(), exchange::Side::ask);
  EXPECT_EQ(order.client_id, samples::kClientId);
  exchange::Signer signer;
  ASSERT_TRUE(decode_object(bytes_of(samples::signer(exchange::Signer::kDead)), signer));
  EXPECT_EQ(signer.state, exchange::Signer::kDead);
  exchange::Level level = samples::level();
  ASSERT_TRUE(decode_object(bytes_of(exchange::Level{}), level));
  EXPECT_EQ(level.market, 0u);
  EXPECT_EQ(level.orders, 0u);
}

// Blocks of balances as a store holds them.
struct Margins {
  std::vector<exchange::MarginBlock> all{1};
  u32 take() {
    all.emplace_back();
    return static_cast<u32>(all.size() - 1);
  }
  exchange::MarginBlock& operator[](u32 i) { return all.at(i); }
};

struct Blocks {
  std::vector<exchange::BalanceBlock> all{1};
  u32 take() {
    all.emplace_back();
    return static_cast<u32>(all.size() - 1);
  }
  exchange::BalanceBlock& operator[](u32 i) { return all.at(i); }
};

TEST(ObjectCodec, AnAccountsBalancesLieInPlaceAndInBlocks) {
  for (u32 count = 0; count <= exchange::kMaxBalances; ++count) {
    SCOPED_TRACE(count);
    const Bytes bytes = bytes_of(samples::account(), samples::balances(count));
    EXPECT_EQ(bytes.size(), 42 + 20 * count + 1);
    Blocks blocks;
    blocks.all.reserve(16);
    exchange::Account account;
    const auto block_of = [&](u32 i) -> exchange::BalanceBlock& { return blocks[i]; };
    Margins margins;
    const auto margin_of = [&](u32 i) -> exchange::MarginBlock& { return margins[i]; };
    ASSERT_TRUE(decode_account(
        bytes, account, [&] { return blocks.take(); }, block_of, [&] { return margins.take(); },
        margin_of));
    EXPECT_EQ(account.balance_count, count);
    EXPECT_EQ(blocks.all.size() - 1, count <= 2 ? 0u : (count - 2 + 5) / 6);
    Bytes again(kLongestObjectBytes);
    again.resize(encode_account(account, block_of, margin_of, again));
    EXPECT_EQ(again, bytes);

    BalanceList list;
    exchange::Account head;
    MarginList none;
    ASSERT_TRUE(decode_object(bytes, head, list, none));
    EXPECT_EQ(list, samples::balances(count));
    EXPECT_EQ(bytes_of(head, list), bytes);
  }
}

TEST(ObjectCodec, BalancesAreAscendingPositiveAndCoverWhatIsReserved) {
  const auto accepted = [](const BalanceList& list) {
    return decodes<exchange::Account>(bytes_of(samples::account(), list));
  };
  const auto list = [](std::initializer_list<Balance> balances) {
    BalanceList out;
    for (const Balance& b : balances) out.push_back(b);
    return out;
  };
  EXPECT_TRUE(accepted(list({{1, 5, 5}, {65'535, 1, 0}})));
  EXPECT_FALSE(accepted(list({{2, 5, 0}, {1, 5, 0}})));
  EXPECT_FALSE(accepted(list({{1, 5, 0}, {1, 5, 0}})));
  EXPECT_FALSE(accepted(list({{0, 5, 0}})));
  EXPECT_FALSE(accepted(list({{65'536, 5, 0}})));
  EXPECT_FALSE(accepted(list({{1, 0, 0}})));
  EXPECT_FALSE(accepted(list({{1, 5, 6}})));
}

exchange::Position position(u32 market, i64 size, u64 bids = 0) {
  exchange::Position p;
  p.market = market;
  p.size = size;
  p.entry_quote = size == 0 ? 0 : 1'009;
  p.paid_index = size == 0 ? 0 : -77;
  p.open_lots = {bids, 3};
  return p;
}

TEST(ObjectCodec, AnAccountsPositionsLieInBlocksBehindItsCollateral) {
  exchange::Account account = samples::account();
  account.flags |= exchange::Account::kMargin;
  for (u32 count = 0; count <= exchange::kMaxPositions; ++count) {
    SCOPED_TRACE(count);
    MarginList margin;
    margin.collateral = -5;
    for (u32 i = 0; i < count; ++i) margin.positions.push_back(position(2 * i + 1, i % 2 ? 9 : -9));
    const Bytes bytes = bytes_of(account, samples::balances(count), margin);
    EXPECT_EQ(bytes.size(), 42 + 20 * count + 1 + 8 + 44 * count);
    Blocks blocks;
    Margins margins;
    blocks.all.reserve(16);
    margins.all.reserve(40);
    const auto block_of = [&](u32 i) -> exchange::BalanceBlock& { return blocks[i]; };
    const auto margin_of = [&](u32 i) -> exchange::MarginBlock& { return margins[i]; };
    exchange::Account back;
    ASSERT_TRUE(decode_account(
        bytes, back, [&] { return blocks.take(); }, block_of, [&] { return margins.take(); },
        margin_of));
    Bytes again(kLongestObjectBytes);
    again.resize(encode_account(back, block_of, margin_of, again));
    EXPECT_EQ(again, bytes);
    BalanceList list;
    MarginList out;
    ASSERT_TRUE(decode_object(bytes, back, list, out));
    EXPECT_EQ(bytes_of(back, list, out), bytes);
  }
}

TEST(ObjectCodec, PositionsAreAscendingAndHoldSomething) {
  const auto accepted = [](i64 collateral, std::initializer_list<exchange::Position> positions,
                           u8 flags = exchange::Account::kMargin) {
    exchange::Account account = samples::account();
    account.flags |= flags;
    MarginList margin;
    margin.collateral = collateral;
    for (const auto& p : positions) margin.positions.push_back(p);
    return decodes<exchange::Account>(bytes_of(account, samples::balances(1), margin));
  };
  EXPECT_TRUE(accepted(0, {position(1, 5), position(2, -5)}));
  EXPECT_TRUE(accepted(1, {}));
  EXPECT_FALSE(accepted(0, {})) << "a margin part without anything";
  EXPECT_FALSE(accepted(1, {position(2, 5), position(1, 5)}));
  EXPECT_FALSE(accepted(1, {position(1, 5), position(1, 5)}));
  EXPECT_FALSE(accepted(1, {position(0, 5)}));
  exchange::Position empty;
  empty.market = 1;
  EXPECT_FALSE(accepted(1, {empty}));
  exchange::Position paid = position(1, 0, 4);
  EXPECT_TRUE(accepted(1, {paid}));
  paid.entry_quote = 1;
  EXPECT_FALSE(accepted(1, {paid}));
  paid = position(1, 0, 4);
  paid.paid_index = 1;
  EXPECT_FALSE(accepted(1, {paid}));
}

TEST(ObjectCodec, AnAccountsLengthFollowsFromItsCount) {
  Bytes bytes = bytes_of(samples::account(), samples::balances(64));
  bytes.insert(bytes.end() - 1, 20, 0xff);
  bytes[41] = 65;
  EXPECT_FALSE(decodes<exchange::Account>(bytes));
  bytes = bytes_of(samples::account(), samples::balances(3));
  bytes[41] = 2;
  EXPECT_FALSE(decodes<exchange::Account>(bytes));
  bytes = bytes_of(samples::account(), samples::balances(3));
  bytes.back() = 1;  // a position
  EXPECT_FALSE(decodes<exchange::Account>(bytes));
  EXPECT_FALSE(decodes<exchange::Account>({}));
  EXPECT_FALSE(decodes<exchange::Account>(Bytes(42)));
}

// Sets bytes of a good encoding; true if what results is an object.
template <class Object>
bool accepts(const Object& object, std::initializer_list<std::pair<u32, u8>> changes) {
  Bytes bytes = bytes_of(object);
  for (const auto& [offset, value] : changes) bytes.at(offset) = value;
  const bool accepted = decodes<Object>(bytes);
  if (accepted) {
    Object out;
    EXPECT_TRUE(decode_object(bytes, out));
    EXPECT_EQ(bytes_of(out), bytes);
  }
  return accepted;
}

TEST(ObjectCodec, TagsAreChecked) {
  const auto both = [](const auto& object) {
    return accepts(object, {{0, 9}}) || accepts(object, {{1, 2}});
  };
  EXPECT_FALSE(both(samples::global()));
  EXPECT_FALSE(both(samples::signer(1)));
  EXPECT_FALSE(both(samples::nonces(3)));
  EXPECT_FALSE(both(exchange::Nonces{}));
  EXPECT_FALSE(both(samples::market()));
  EXPECT_FALSE(both(samples::level()));
  EXPECT_FALSE(both(exchange::Level{}));
  EXPECT_FALSE(both(samples::order()));
  EXPECT_FALSE(both(exchange::Order{}));
  EXPECT_FALSE(both(samples::outbox()));
  EXPECT_FALSE(both(samples::asset()));
  Bytes account = bytes_of(samples::account(), samples::balances(1));
  account[1] = 2;
  EXPECT_FALSE(decodes<exchange::Account>(account));
  account[1] = 1;
  EXPECT_TRUE(decodes<exchange::Account>(account));
  account[0] = 0;
  EXPECT_FALSE(decodes<exchange::Account>(account));
  account[0] = 1;
  account[22] = 2;  // flags
  EXPECT_FALSE(decodes<exchange::Account>(account));
}

TEST(ObjectCodec, GlobalsAllocatorsAreConsistent) {
  const exchange::Global g = samples::global();
  EXPECT_FALSE(accepts(g, {{2, 0}, {3, 0}, {4, 0}, {5, 0}}));  // next index 0
  EXPECT_FALSE(accepts(g, {{9, 1}}));                          // ACCOUNT has no free list
  EXPECT_FALSE(accepts(g, {{22, 1}}));                         // free head beyond next
  EXPECT_TRUE(accepts(g, {{25, 30}}));
}

TEST(ObjectCodec, SignersHaveAStateAndARole) {
  const exchange::Signer s = samples::signer(exchange::Signer::kLive);
  EXPECT_TRUE(accepts(s, {{22, 0}}));
  EXPECT_FALSE(accepts(s, {{22, 2}}));
  EXPECT_FALSE(accepts(s, {{23, 2}}));
}

TEST(ObjectCodec, KeptNoncesAscendAndDoNotPassZero) {
  const exchange::Nonces n = samples::nonces(3);  // below: 1, 2, 5
  EXPECT_FALSE(accepts(n, {{2, 2}}));             // state
  EXPECT_FALSE(accepts(n, {{3, 2}}));             // owner kind
  EXPECT_FALSE(accepts(n, {{16, 2}}));            // count
  EXPECT_FALSE(accepts(n, {{16, 28}}));
  EXPECT_FALSE(accepts(n, {{20, 0}}));
  EXPECT_FALSE(accepts(n, {{24, 1}}));
  EXPECT_TRUE(accepts(n, {{24, 4}}));
  exchange::Nonces low = n;
  low.highest = 4;
  EXPECT_FALSE(accepts(low, {}));
  low.highest = 5;
  EXPECT_TRUE(accepts(low, {}));
  exchange::Nonces many = samples::nonces(27);
  Bytes bytes = bytes_of(many);
  bytes[16] = 28;
  bytes.insert(bytes.end(), 4, 0xff);
  EXPECT_FALSE(decodes<exchange::Nonces>(bytes));
}

TEST(ObjectCodec, MarketsHaveAKindAndAStatus) {
  EXPECT_FALSE(accepts(samples::market(), {{2, 2}}));
  EXPECT_FALSE(accepts(samples::market(), {{3, 0}}));
  EXPECT_TRUE(accepts(samples::market(), {{3, 2}}));
  EXPECT_FALSE(accepts(samples::market(), {{3, 3}}));
}

TEST(ObjectCodec, LevelsInUseHoldOrders) {
  const exchange::Level l = samples::level();
  EXPECT_FALSE(accepts(l, {{2, 2}}));
  EXPECT_FALSE(accepts(l, {{6, 0}}));            // market
  EXPECT_FALSE(accepts(l, {{7, 2}}));            // side
  EXPECT_FALSE(accepts(l, {{10, 0}, {11, 0}}));  // price
  EXPECT_FALSE(accepts(l, {{15, 0}}));           // orders
  EXPECT_FALSE(accepts(l, {{23, 1}}));           // fewer lots than orders
  EXPECT_FALSE(accepts(l, {{27, 0}}));           // first
  EXPECT_FALSE(accepts(l, {{31, 0}}));           // last
}

TEST(ObjectCodec, OrdersInUseAreWhole) {
  const exchange::Order o = samples::order();
  EXPECT_FALSE(accepts(o, {{2, 2}}));
  EXPECT_FALSE(accepts(o, {{6, 0x10}}));   // generation 2^36 + 3
  EXPECT_FALSE(accepts(o, {{14, 0}}));     // account
  EXPECT_FALSE(accepts(o, {{18, 0}}));     // market
  EXPECT_FALSE(accepts(o, {{15, 0x80}}));  // market 2^31 + 3
  EXPECT_FALSE(accepts(o, {{19, 2}}));     // side
  EXPECT_TRUE(accepts(o, {{20, 0x1d}}));
  EXPECT_FALSE(accepts(o, {{20, 0x2d}}));        // flag bit 4
  EXPECT_FALSE(accepts(o, {{20, 0x0f}}));        // self-trade prevention 3
  EXPECT_FALSE(accepts(o, {{20, 0x0c}}));        // client id without its bit
  EXPECT_FALSE(accepts(o, {{23, 0}, {24, 0}}));  // price
  EXPECT_FALSE(accepts(o, {{27, 1}}));           // lots 2^41 - 1
  EXPECT_FALSE(accepts(o, {{28, 0}, {29, 0}, {30, 0}, {31, 0}, {32, 0}}));
  EXPECT_FALSE(accepts(o, {{36, 0}}));  // level
}

TEST(ObjectCodec, TheLastGenerationIsNeverUsed) {
  exchange::Order order = samples::order();
  order.set(exchange::kMaxGeneration - 1, order.flags());
  EXPECT_TRUE(decodes<exchange::Order>(bytes_of(order)));
  order.set(exchange::kMaxGeneration, order.flags());
  EXPECT_FALSE(decodes<exchange::Order>(bytes_of(order)));
  order = exchange::Order{};
  order.set(exchange::kMaxGeneration + 1, 0);
  EXPECT_FALSE(decodes<exchange::Order>(bytes_of(order)));
}

TEST(ObjectCodec, OutboxHoldsWithdrawals) { EXPECT_FALSE(accepts(samples::outbox(), {{2, 2}})); }

}  // namespace
}  // namespace gavel::stf
