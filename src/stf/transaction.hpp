// Transaction: a signed request, its canonical bytes and its digest
// (docs/protocol/transactions.md).
//
// What: one struct with a field for whatever any action carries; `encode` and `decode` are exact
// inverses on the accepted bytes, and every byte string that decodes re-encodes to itself, so a
// transaction has one form.
// Source: EIP-712, EIP-2098.
#pragma once

#include <optional>
#include <span>

#include "base/types.hpp"
#include "exchange/objects.hpp"
#include "stf/config.hpp"

namespace gavel::stf {

enum class Action : u8 {
  place = 1,
  cancel = 2,
  cancel_client_id = 3,
  cancel_all = 4,
  modify = 5,
  transfer = 6,
  withdraw = 7,
  approve_agent = 8,
  revoke_agent = 9,
  register_account = 10,
  unregister_account = 11,
  sweep_fees = 12,
  place_reduce_only = 13,
  margin = 14,
  report_price = 15,
  liquidate = 16,
};
inline constexpr u8 kActionCount = 17;

constexpr bool is_place(Action action) {
  return action == Action::place || action == Action::place_reduce_only;
}

// An agent may sign these; the rest moves money or keys.
constexpr bool agent_may(Action action) {
  return (action >= Action::place && action <= Action::modify) ||
         action == Action::place_reduce_only || action == Action::report_price ||
         action == Action::liquidate;
}

enum class OrderType : u8 { gtc = 0, ioc = 1, post_only = 2, market = 3 };
enum class Stp : u8 { cancel_maker = 0, cancel_taker = 1, cancel_both = 2 };

struct Transaction {
  Action action{};
  bool by_agent = false;
  u32 account = 0;
  u32 signer = 0;  // SIGNER index if by_agent
  u64 nonce = 0;
  u64 expiry_ms = 0;

  u32 market = 0;  // place, cancel_all, sweep_fees, report_price, liquidate
  u8 side = 0;     // exchange::Side
  u8 type = 0;     // OrderType
  u8 stp = 0;      // Stp
  u32 price_ticks = 0;
  u64 lots = 0;
  bool has_client_id = false;
  exchange::ClientId client_id{};
  u64 order_id = 0;    // cancel, modify; 0 in modify: the order is named by client_id
  u32 to_account = 0;  // transfer
  u32 asset = 0;
  u64 amount = 0;
  Address address;  // recipient, agent
  u8 role = 0;
  u64 agent_expiry_ms = 0;
  u8 kind = 0;      // margin: exchange::MarginKind
  u64 time_ms = 0;  // report_price
  u32 target = 0;   // liquidate: ACCOUNT

  std::array<u8, 64> signature{};

  friend bool operator==(const Transaction&, const Transaction&) = default;
};

inline constexpr u32 kMaxTransactionBytes = 27 + 36 + 64;

// Canonical bytes; returns their number. `out` has room for kMaxTransactionBytes. Fields that the
// action does not carry are not written; those that it carries are within the bounds below.
u32 encode_transaction(const Transaction& tx, std::span<u8> out);
// Nothing if the bytes are not exactly one transaction: version, action or flags unknown, a signer
// without flag bit 0, a side, type or stp that is not defined (no row could carry it),
// has_client_id not 0 or 1, a client id without it or, in modify, beside an order id; wrong length.
std::optional<Transaction> decode_transaction(std::span<const u8> bytes);

// The highest values of OrderType and Stp.
inline constexpr u8 kMaxOrderType = 3;
inline constexpr u8 kMaxStp = 2;

// The EIP-712 domain of a configuration; made once, used for every digest. Four keccaks.
Hash32 domain_separator(const Config& config);
// tx_id: the digest that is signed. Three keccaks for action-wrapped, two for readable ones.
Hash32 transaction_digest(const Transaction& tx, const Hash32& domain);

}  // namespace gavel::stf
