// Canonical encodings of the state's objects: what leaves of the state tree are the hash of
// (docs/protocol/state.md).
//
// What: encode_* writes an object's bytes; decode_* accepts exactly the bytes that encode makes of
// some object within the formats' limits. An account's balances lie partly in blocks that its store
// owns, so they are reached through a callable (encode_account, decode_account) or copied into a
// list (encode_object, decode_object with a BalanceList).
// Why: the hot path encodes each object that a batch touched, millions a second: straight-line
// stores, no intermediate list.
// Invariant: encodings are injective, at most kMaxObjectBytes, and start with the table's slot and
// a version byte.
#pragma once

#include <span>

#include "base/check.hpp"
#include "base/static_vector.hpp"
#include "exchange/objects.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {

inline constexpr u32 kMaxObjectBytes = 4'096;
inline constexpr u8 kObjectVersion = 1;

// Lengths; where a free slot is shorter, of the one in use.
inline constexpr u32 kGlobalHeadBytes = 2 + 8 * 8 + 4 * 4 + 2 * 8 + 2;  // then the oracle set
inline constexpr u32 kGlobalBytes = kGlobalHeadBytes + exchange::kMaxOracles * 4;  // the longest
inline constexpr u32 kAccountHeadBytes =
    2 + 20 + 1 + 2 + 4 * 4 + 1;  // up to and with the balance count
inline constexpr u32 kBalanceBytes = 4 + 8 + 8;
inline constexpr u32 kCollateralBytes = 8;
inline constexpr u32 kPositionBytes = 4 + 8 + 8 + 8 + 2 * 8;
inline constexpr u32 kSignerBytes = 2 + 20 + 1 + 1 + 4 + 8 + 8 + 3 * 4;
inline constexpr u32 kNoncesHeadBytes = 2 + 1 + 1 + 4 + 8 + 1;
inline constexpr u32 kMarketBytes =
    2 + 1 + 1 + 4 + 4 + 8 + 8 + 4 + 4 + 8 + 8 + 4 + 4 + 4 + 8 + 8 + 16;
inline constexpr u32 kPerpetualBytes = 2 * 8 + 4 * 4 + 1 + exchange::kMaxTiers * 12 + 2 * 4 +
                                       5 * 8 + 2 * 4 + 2 * 8 + 2 * 8 + exchange::kMaxOracles * 16;
inline constexpr u32 kLevelBytes = 2 + 1 + 4 + 1 + 4 + 4 + 8 + 4 * 4;
inline constexpr u32 kOrderBytes = 2 + 1 + 8 + 4 + 4 + 1 + 1 + 4 + 8 + 5 * 4 + 16;
inline constexpr u32 kOutboxBytes = 2 + 1 + 4 + 20 + 20 + 4 + 8 + 8;
inline constexpr u32 kAssetBytes = 2 + 20 + 1 + 1 + 8 + 16;
// The longest encoding of version 1: an account with 64 balances and 32 positions.
inline constexpr u32 kLongestObjectBytes =
    kAccountHeadBytes + exchange::kMaxBalances * kBalanceBytes + 1 + kCollateralBytes +
    exchange::kMaxPositions * kPositionBytes;
static_assert(kLongestObjectBytes <= kMaxObjectBytes);

struct Balance {
  u32 asset = 0;
  u64 total = 0;
  u64 reserved = 0;

  friend bool operator==(const Balance&, const Balance&) = default;
};
using BalanceList = base::StaticVector<Balance, exchange::kMaxBalances>;

// An account's margin part, apart from its store.
struct MarginList {
  i64 collateral = 0;
  base::StaticVector<exchange::Position, exchange::kMaxPositions> positions;
};

// Each returns the number of bytes written; `out` has room for the table's length above
// (kLongestObjectBytes always is).
u32 encode_object(const exchange::Global& global, std::span<u8> out);
// All balances and positions from the lists; the account's own (inline places, chains and count)
// are not looked at. `margin` counts if the account's flag says so.
u32 encode_object(const exchange::Account& account, const BalanceList& balances,
                  const MarginList& margin, std::span<u8> out);
u32 encode_object(const exchange::Signer& signer, std::span<u8> out);
u32 encode_object(const exchange::Nonces& nonces, std::span<u8> out);
u32 encode_object(const exchange::Market& market, std::span<u8> out);
u32 encode_object(const exchange::Level& level, std::span<u8> out);
u32 encode_object(const exchange::Order& order, std::span<u8> out);
u32 encode_object(const exchange::Outbox& outbox, std::span<u8> out);
u32 encode_object(const exchange::Asset& asset, std::span<u8> out);

// False, and `out` unspecified, if the bytes are not one object's.
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Global& out);
// Fills everything of `out` but its balances and positions (inline places, chains and count), which
// are returned in the lists.
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Account& out,
                                 BalanceList& balances, MarginList& margin);
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Signer& out);
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Nonces& out);
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Market& out);
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Level& out);
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Order& out);
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Outbox& out);
[[nodiscard]] bool decode_object(std::span<const u8> bytes, exchange::Asset& out);

namespace detail {

void put_account_head(PackedWriter& w, const exchange::Account& account, u8 balance_count);
// The head of an account's bytes; the counts of balances and positions checked against the length;
// false if they do not fit.
bool take_account_head(PackedReader& in, std::span<const u8> bytes, exchange::Account& out,
                       u8& balance_count);
void put_position(PackedWriter& w, const exchange::Position& position);
// The next position of an account; refuses one not above the last market, or empty, or with a price
// paid for nothing.
exchange::Position take_position(PackedReader& in, u32& last_market);
// The next balance of an account; refuses one not above the last asset or against the rules of
// amounts.
Balance take_balance(PackedReader& in, u32& last_asset);

inline void put_balance(PackedWriter& w, u32 asset, u64 total, u64 reserved) {
  w.put_u32(asset);
  w.put_u64(total);
  w.put_u64(reserved);
}

}  // namespace detail

// An account with its balances and positions where they lie. block_of(i) and margin_of(i) give
// block i of a chain, as const BalanceBlock& and const MarginBlock&.
template <class BlockOf, class MarginOf>
u32 encode_account(const exchange::Account& account, BlockOf&& block_of, MarginOf&& margin_of,
                   std::span<u8> out) {
  const u32 count = account.balance_count;
  GAVEL_CHECK(count <= exchange::kMaxBalances && out.size() >= kLongestObjectBytes);
  PackedWriter w(out.data());
  detail::put_account_head(w, account, account.balance_count);
  const u32 in_place = count < exchange::kInlineBalances ? count : exchange::kInlineBalances;
  for (u32 i = 0; i < in_place; ++i) {
    detail::put_balance(w, account.asset[i], account.total[i], account.reserved[i]);
  }
  u32 left = count - in_place;
  const bool margin = account.has_margin();
  const u32 chain = margin ? margin_of(account.extension).balance_blocks : account.extension;
  for (u32 at = chain; left > 0;) {
    const exchange::BalanceBlock& block = block_of(at);
    for (u32 i = 0; i < exchange::kBlockBalances && left > 0; ++i, --left) {
      detail::put_balance(w, block.asset[i], block.total[i], block.reserved[i]);
    }
    at = block.next;
  }
  if (!margin) {
    w.put_u8(0);  // positions
    return w.size();
  }
  const exchange::MarginBlock& first = margin_of(account.extension);
  u32 positions = first.position_count;
  GAVEL_CHECK(positions <= exchange::kMaxPositions);
  w.put_u8(first.position_count);
  w.put_u64(static_cast<u64>(first.collateral));
  for (u32 at = account.extension; positions > 0; --positions) {
    const exchange::Position& position = margin_of(at).position;
    detail::put_position(w, position);
    at = position.next_block;
  }
  return w.size();
}

// Fills `out` with its balances and positions. new_block() and new_margin() give the index of a
// zeroed block of each kind, block_of(i) and margin_of(i) that block, to write. False if the bytes
// are not an account's; blocks may have been taken then.
template <class NewBlock, class BlockOf, class NewMargin, class MarginOf>
[[nodiscard]] bool decode_account(std::span<const u8> bytes, exchange::Account& out,
                                  NewBlock&& new_block, BlockOf&& block_of, NewMargin&& new_margin,
                                  MarginOf&& margin_of) {
  PackedReader in(bytes.data());
  out = exchange::Account{};
  u8 count = 0;
  if (!detail::take_account_head(in, bytes, out, count)) return false;
  out.balance_count = count;
  u32 last_asset = 0;
  exchange::BalanceBlock* block = nullptr;
  u32 chain = 0;
  for (u32 i = 0; i < count; ++i) {
    const Balance b = detail::take_balance(in, last_asset);
    if (i < exchange::kInlineBalances) {
      out.asset[i] = static_cast<u16>(b.asset);
      out.total[i] = b.total;
      out.reserved[i] = b.reserved;
      continue;
    }
    const u32 place = (i - exchange::kInlineBalances) % exchange::kBlockBalances;
    if (place == 0) {
      const u32 fresh = new_block();
      (block == nullptr ? chain : block->next) = fresh;
      block = &block_of(fresh);
    }
    block->asset[place] = static_cast<u16>(b.asset);
    block->total[place] = b.total;
    block->reserved[place] = b.reserved;
  }
  const u8 positions = in.take_u8();
  out.extension = chain;
  if (!out.has_margin()) return in.ok();
  out.extension = new_margin();
  exchange::MarginBlock& first = margin_of(out.extension);
  first.balance_blocks = chain;
  first.position_count = positions;
  first.collateral = static_cast<i64>(in.take_u64());
  u32 last_market = 0;
  for (u32 i = 0, at = out.extension; i < positions; ++i) {
    if (i > 0) {
      const u32 fresh = new_margin();
      margin_of(at).position.next_block = fresh;
      at = fresh;
    }
    margin_of(at).position = detail::take_position(in, last_market);
  }
  return in.ok();
}

}  // namespace gavel::stf
