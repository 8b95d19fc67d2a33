// Ethereum transactions: building and signing EIP-1559 ones, reading every type that a node may
// return.
//
// A transaction read from L1 is authenticated by its hash alone: decode_transaction() is strict, so
// the calldata it returns is the calldata whose bytes hash to the transaction hash. Limits are
// checked when a transaction is signed: 128 KiB of bytes (the mempool's limit) and 16,777,216 gas
// (EIP-7825), so that no other code has to remember them. Source: EIP-155, EIP-2718, EIP-2930,
// EIP-1559, EIP-4844, EIP-7702, EIP-7825.
#pragma once

#include <optional>
#include <span>

#include "l1/error.hpp"
#include "ops/secret.hpp"

namespace gavel::l1 {

inline constexpr u64 kMaxTransactionBytes = 128 * 1024;
inline constexpr u64 kMaxTransactionGas = 16'777'216;

// What an EIP-1559 transaction says before it is signed. No access list: our contracts gain nothing
// by one.
struct TransactionBody {
  u64 chain_id = 0;
  u64 nonce = 0;
  u128 max_priority_fee_wei{};
  u128 max_fee_wei{};
  u64 gas_limit = 0;
  std::optional<Address> to{};  // none: contract creation
  u128 value_wei{};
  Bytes data{};
};

struct SignedTransaction {
  Hash32 hash{};
  Bytes raw{};
};

// A secp256k1 key that signs for its address. Not copyable; wiped when it dies.
class SigningKey {
 public:
  // From 64 hexadecimal digits with an optional 0x. kBadKey for anything else and for 0 or >= the
  // group order.
  [[nodiscard]] static Result<SigningKey> from_hex(std::string_view text);
  [[nodiscard]] static Result<SigningKey> from_secret(const ops::Secret& secret) {
    return from_hex(secret.reveal());
  }
  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  [[nodiscard]] const Address& address() const { return address_; }
  // Deterministic (RFC 6979): the same body gives the same bytes. Errors: kTransactionTooLarge,
  // kGasOverCap.
  [[nodiscard]] Result<SignedTransaction> sign(const TransactionBody& body) const;

 private:
  SigningKey() = default;
  Bytes32 secret_;
  Address address_;
};

// What we need of any transaction in a block.
struct DecodedTransaction {
  u8 type = 0;  // 0 legacy, 1, 2, 3 (blob), 4 (set code)
  Hash32 hash{};
  std::optional<u64> chain_id{};  // none: legacy without replay protection
  u64 nonce = 0;
  u256 max_priority_fee_wei{};  // types 0 and 1: the gas price, as is max_fee_wei
  u256 max_fee_wei{};
  u64 gas_limit = 0;
  std::optional<Address> to{};
  u256 value_wei{};
  Bytes data{};
  std::vector<Hash32> blob_hashes{};  // type 3
  Hash32 signing_hash{};              // what the sender signed
  u256 r{};
  u256 s{};
  bool y_is_odd = false;
};

// Decodes canonical transaction bytes strictly and computes their hash. kWrongType, kOutOfRange,
// ... on anything else.
[[nodiscard]] Result<DecodedTransaction> decode_transaction(std::span<const u8> raw);

// Who signed it. kBadKey if the signature recovers nobody (L1 would not have taken it).
[[nodiscard]] Result<Address> sender_of(const DecodedTransaction& transaction);

}  // namespace gavel::l1
