// Gavel's contracts on L1 as the node sees them: addresses, calls, events (docs/protocol/l1.md,
// contracts/README.md).
#pragma once

#include <optional>

#include "l1/abi.hpp"
#include "l1/rpc.hpp"
#include "stf/cursor.hpp"

namespace gavel::settle {

using l1::Bytes;

struct Contracts {
  Address registry;
  Address batch_inbox;
  Address inbox;
  Address system_config;
  Address portal;
  u64 deployment_block = 0;
};

// Everything from the registry's address alone.
[[nodiscard]] l1::Result<Contracts> discover(l1::Rpc& rpc, const Address& registry);

// Calls.
Bytes encode_post(u64 batch, u64 first_page, const Hash32& prev_post_hash, u64 term,
                  std::span<const Bytes> pages);
Bytes encode_fix(u64 batch, const Hash32& prev_post_hash, u64 term, const Hash32& config_hash,
                 u64 must_checkpoint);
Bytes encode_fix_external(u64 batch, const Hash32& prev_post_hash, u64 term,
                          const Hash32& config_hash, u64 must_checkpoint, u8 mode,
                          const Hash32& data_root, u64 pages);
Bytes encode_claim(const Hash32& parent, u64 batch, const stf::Posted& posted,
                   const stf::Cursor& parent_end, const stf::Cursor& end);
Bytes encode_confirm(const Hash32& id, const Hash32& first_hash, const Hash32& end_hash);
Bytes encode_finalize(const Hash32& id, const stf::Cursor& end, u32 index, std::span<const u8> leaf,
                      std::span<const Hash32> siblings, std::span<const Hash32> table_roots);
Bytes encode_deposit_eth(const Address& recipient, u32 account);
Bytes encode_deposit_erc20(const Address& token, const u256& amount, const Address& recipient,
                           u32 account);

// claim_id = H(parent || word(batch) || first_hash || end_hash).
Hash32 claim_id(const Hash32& parent, u64 batch, const Hash32& first_hash, const Hash32& end_hash);
Hash32 genesis_claim_id(const stf::Cursor& genesis_end);

// Topics of the events that a chain is derived from.
struct Topics {
  Bytes32 message_added;
  Bytes32 posted;
  Bytes32 fixed;
  Bytes32 claimed;
  Bytes32 confirmed;
  Bytes32 configuration_announced;
};
const Topics& topics();

// Views.
struct PostingState {
  u64 next_batch = 0;
  u64 page_count = 0;
  Hash32 post_hash;
  Address poster;
  u64 term = 0;
  u64 modes = 0;
  u64 overdue_checkpoint = 0;
};
[[nodiscard]] l1::Result<PostingState> read_posting_state(l1::Rpc& rpc, const Contracts& contracts,
                                                          l1::BlockTag at);
// The id that the registry gives the claim on "batch 0".
[[nodiscard]] l1::Result<Hash32> read_genesis_id(l1::Rpc& rpc, const Contracts& contracts);
[[nodiscard]] l1::Result<Hash32> read_config_hash(l1::Rpc& rpc, const Contracts& contracts,
                                                  u64 batch);
// The 1,024 bytes of the configuration in force for a batch.
[[nodiscard]] l1::Result<Bytes> read_configuration(l1::Rpc& rpc, const Contracts& contracts,
                                                   u64 batch);
// The same as of an L1 block, with the batch at which it starts.
struct NamedConfig {
  u64 start = 0;
  Bytes words;
};
[[nodiscard]] l1::Result<NamedConfig> read_configuration_at(l1::Rpc& rpc,
                                                            const Contracts& contracts, u64 batch,
                                                            const l1::BlockId& at);
struct ClaimTime {
  u64 earned_s = 0;
  u64 window_s = 0;
};
[[nodiscard]] l1::Result<ClaimTime> read_claim_time(l1::Rpc& rpc, const Contracts& contracts,
                                                    const Hash32& id, const Hash32& end_hash,
                                                    const Hash32& parent,
                                                    const Hash32& parent_end_hash);
[[nodiscard]] l1::Result<u128> read_bond_due(l1::Rpc& rpc, const Contracts& contracts,
                                             const Address& claimer, const Hash32& parent,
                                             const Hash32& parent_end_hash);

}  // namespace gavel::settle
