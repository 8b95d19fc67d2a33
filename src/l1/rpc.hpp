// Rpc: what we ask of an Ethereum node, typed.
//
// The interface is the seam between our logic and L1: JsonRpc (json_rpc.hpp) speaks to a real node,
// FakeL1 (fake_l1.hpp) is a deterministic chain in memory for tests and the simulator. Calls block.
// Nothing in an answer is trusted beyond what a comment says; block_follower.hpp, event_reader.hpp
// and fetch.hpp check what can be checked. Source: the Ethereum JSON-RPC specification
// (execution-apis).
#pragma once

#include <optional>
#include <span>
#include <variant>

#include "l1/error.hpp"

namespace gavel::l1 {

// "latest", "pending", "safe", "finalized", "earliest", a number or a hash.
enum class BlockTag : u8 { kLatest, kPending, kSafe, kFinalized, kEarliest };
using BlockId = std::variant<BlockTag, u64, Hash32>;

struct BlockHeader {
  u64 number = 0;
  Hash32 hash{};
  Hash32 parent_hash{};
  u64 timestamp_s = 0;
  u64 gas_limit = 0;
  u64 gas_used = 0;
  u128 base_fee_wei{};
  friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

struct Log {
  Address address{};
  std::vector<Bytes32> topics{};  // at most 4
  Bytes data{};
  u64 block_number = 0;
  Hash32 block_hash{};
  Hash32 transaction_hash{};
  u32 transaction_index = 0;
  u32 log_index = 0;
  bool removed = false;
  friend bool operator==(const Log&, const Log&) = default;
};

struct Receipt {
  Hash32 transaction_hash{};
  Hash32 block_hash{};
  u64 block_number = 0;
  u32 transaction_index = 0;
  bool success = false;
  u64 gas_used = 0;
  u128 effective_gas_price_wei{};
  Address from{};
  std::optional<Address> to{};
  std::optional<Address> contract_address{};
  std::vector<Log> logs{};
  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// A message call, for eth_call, eth_estimateGas and as the body of a transaction.
struct Call {
  std::optional<Address> from{};
  std::optional<Address> to{};  // none: contract creation
  u128 value_wei{};
  Bytes data{};
  std::optional<u64> gas{};
};

struct LogFilter {
  u64 from_block = 0;
  u64 to_block = 0;                  // inclusive
  std::vector<Address> addresses{};  // any of; empty: every address
  std::vector<std::vector<Bytes32>>
      topics{};  // by position; any of; an empty position matches everything
};

struct FeeQuote {
  u128 base_fee_wei{};      // of the next block
  u128 priority_fee_wei{};  // what the node suggests
};

// One thread at a time.
class Rpc {
 public:
  virtual ~Rpc() = default;
  [[nodiscard]] virtual Result<u64> chain_id() = 0;
  // Nothing for a block that the node does not have (yet).
  [[nodiscard]] virtual Result<std::optional<BlockHeader>> header(BlockId block) = 0;
  // One answer a number, in order; at most 256 numbers.
  [[nodiscard]] virtual Result<std::vector<std::optional<BlockHeader>>> headers(u64 first,
                                                                                u32 count) = 0;
  [[nodiscard]] virtual Result<FeeQuote> fees() = 0;
  [[nodiscard]] virtual Result<u128> balance(const Address& account, BlockTag at) = 0;
  // The number of transactions of the account: its next nonce at that tag.
  [[nodiscard]] virtual Result<u64> nonce(const Address& account, BlockTag at) = 0;
  [[nodiscard]] virtual Result<Bytes> code(const Address& account, BlockId at) = 0;
  [[nodiscard]] virtual Result<Bytes32> storage_at(const Address& account, const Bytes32& slot,
                                                   BlockId at) = 0;
  // The returned bytes; kReverted with the revert bytes in Error::data.
  [[nodiscard]] virtual Result<Bytes> call(const Call& call, BlockId at) = 0;
  [[nodiscard]] virtual Result<u64> estimate_gas(const Call& call, BlockTag at) = 0;
  // The hash that the node gives (not trusted: compare with your own).
  [[nodiscard]] virtual Result<Hash32> send_raw_transaction(std::span<const u8> raw) = 0;
  // One answer a hash, in order; nothing for a transaction that is not in a block. At most 256
  // hashes.
  [[nodiscard]] virtual Result<std::vector<std::optional<Receipt>>> receipts(
      std::span<const Hash32> hashes) = 0;
  // The transaction's canonical bytes (EIP-2718, blobs without sidecar). At most 64 hashes.
  [[nodiscard]] virtual Result<std::vector<std::optional<Bytes>>> raw_transactions(
      std::span<const Hash32> hashes) = 0;
  [[nodiscard]] virtual Result<std::vector<Log>> logs(const LogFilter& filter) = 0;
};

}  // namespace gavel::l1
