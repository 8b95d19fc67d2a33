#include "stf/transaction.hpp"

#include "base/check.hpp"
#include "base/hex.hpp"
#include "crypto/eip712.hpp"
#include "crypto/keccak.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {
namespace {

using base::hash32_hex;

constexpr u8 kVersion = 1;
constexpr u32 kHeadBytes = 27;
constexpr u32 kMaxBodyBytes = 36;
constexpr u32 kSignatureBytes = 64;
constexpr u8 kByAgent = 1;
static_assert(kMaxTransactionBytes == kHeadBytes + kMaxBodyBytes + kSignatureBytes);

// Literals, so that the guest does not hash text; the test derives each.
constexpr Hash32 kActionType =
    hash32_hex("ffc1bec23fe77300a79f8e8e70ddb4f2fb0ec4f36f8a8d1b603f2fed8d057c0f");
constexpr Hash32 kTransferType =
    hash32_hex("f29ab41ad879661a364aa0e7fc5b21ac958bc1f9acfac643f8765957633c555a");
constexpr Hash32 kWithdrawType =
    hash32_hex("f4ad06142357bc3d7f3272f9502999e461f3525792e9ea431b1642a3ca648815");
constexpr Hash32 kApproveAgentType =
    hash32_hex("57b03ea549d10ad00226a771af6e3970e1d3042b5527ddd06197d3ad84754b95");
constexpr Hash32 kRevokeAgentType =
    hash32_hex("7ffc4c68195f3c8a349843acc2ed723904bfe7482a5ed1c181704d196ebdcb01");
constexpr Hash32 kRegisterType =
    hash32_hex("05e635751420057e2222998666b6af70fffc8ff1f63eb8440b952a650f522609");
constexpr Hash32 kUnregisterType =
    hash32_hex("3b31080191eed3094e564d711d3f89644286b26f12ede911b98d1bdb32e651f2");

constexpr Hash32 kMarginType =
    hash32_hex("a42b7816eaf6f206a9afc6a8c0472645edac7eb01c69630a8114a81537f42224");

// -1 for an unknown action.
constexpr i32 body_bytes(u8 action) {
  switch (static_cast<Action>(action)) {
    case Action::place:
    case Action::place_reduce_only:
    case Action::modify:
      return kMaxBodyBytes;
    case Action::cancel:
      return 8;
    case Action::cancel_client_id:
      return 16;
    case Action::cancel_all:
    case Action::sweep_fees:
      return 4;
    case Action::transfer:
      return 16;
    case Action::withdraw:
      return 32;
    case Action::approve_agent:
      return 29;
    case Action::revoke_agent:
      return 20;
    case Action::register_account:
    case Action::unregister_account:
      return 0;
    case Action::margin:
      return 9;
    case Action::report_price:
      return 16;
    case Action::liquidate:
      return 8;
  }
  return -1;
}

void put_place(PackedWriter& w, const Transaction& tx) {
  w.put_u32(tx.market);
  w.put_u8(tx.side);
  w.put_u8(tx.type);
  w.put_u8(tx.stp);
  w.put_u32(tx.price_ticks);
  w.put_u64(tx.lots);
  w.put_u8(tx.has_client_id ? 1 : 0);
  w.put_bytes(tx.has_client_id ? tx.client_id : exchange::ClientId{});
}

void put_body(PackedWriter& w, const Transaction& tx) {
  switch (tx.action) {
    case Action::place:
    case Action::place_reduce_only:
      return put_place(w, tx);
    case Action::cancel:
      return w.put_u64(tx.order_id);
    case Action::cancel_client_id:
      return w.put_bytes(tx.client_id);
    case Action::cancel_all:
    case Action::sweep_fees:
      return w.put_u32(tx.market);
    case Action::modify:
      w.put_u64(tx.order_id);
      w.put_u32(tx.price_ticks);
      w.put_u64(tx.lots);
      return w.put_bytes(tx.order_id == 0 ? tx.client_id : exchange::ClientId{});
    case Action::transfer:
      w.put_u32(tx.to_account);
      w.put_u32(tx.asset);
      return w.put_u64(tx.amount);
    case Action::withdraw:
      w.put_u32(tx.asset);
      w.put_u64(tx.amount);
      return w.put_address(tx.address);
    case Action::approve_agent:
      w.put_address(tx.address);
      w.put_u8(tx.role);
      return w.put_u64(tx.agent_expiry_ms);
    case Action::revoke_agent:
      return w.put_address(tx.address);
    case Action::register_account:
    case Action::unregister_account:
      return;
    case Action::margin:
      w.put_u8(tx.kind);
      return w.put_u64(tx.amount);
    case Action::report_price:
      w.put_u32(tx.market);
      w.put_u64(tx.time_ms);
      return w.put_u32(tx.price_ticks);
    case Action::liquidate:
      w.put_u32(tx.target);
      return w.put_u32(tx.market);
  }
}

void take_place(PackedReader& in, Transaction& tx) {
  tx.market = in.take_u32();
  tx.side = in.take_below(2);
  tx.type = in.take_below(kMaxOrderType + 1);
  tx.stp = in.take_below(kMaxStp + 1);
  tx.price_ticks = in.take_u32();
  tx.lots = in.take_u64();
  tx.has_client_id = in.take_below(2) == 1;
  in.take_bytes(tx.client_id);
  in.require(tx.has_client_id || tx.client_id == exchange::ClientId{});
}

void take_body(PackedReader& in, Transaction& tx) {
  switch (tx.action) {
    case Action::place:
    case Action::place_reduce_only:
      return take_place(in, tx);
    case Action::cancel:
      tx.order_id = in.take_u64();
      return;
    case Action::cancel_client_id:
      return in.take_bytes(tx.client_id);
    case Action::cancel_all:
    case Action::sweep_fees:
      tx.market = in.take_u32();
      return;
    case Action::modify:
      tx.order_id = in.take_u64();
      tx.price_ticks = in.take_u32();
      tx.lots = in.take_u64();
      in.take_bytes(tx.client_id);
      return in.require(tx.order_id == 0 || tx.client_id == exchange::ClientId{});
    case Action::transfer:
      tx.to_account = in.take_u32();
      tx.asset = in.take_u32();
      tx.amount = in.take_u64();
      return;
    case Action::withdraw:
      tx.asset = in.take_u32();
      tx.amount = in.take_u64();
      tx.address = in.take_address();
      return;
    case Action::approve_agent:
      tx.address = in.take_address();
      tx.role = in.take_u8();
      tx.agent_expiry_ms = in.take_u64();
      return;
    case Action::revoke_agent:
      tx.address = in.take_address();
      return;
    case Action::register_account:
    case Action::unregister_account:
      return;
    case Action::margin:
      tx.kind = in.take_u8();
      tx.amount = in.take_u64();
      return;
    case Action::report_price:
      tx.market = in.take_u32();
      tx.time_ms = in.take_u64();
      tx.price_ticks = in.take_u32();
      return;
    case Action::liquidate:
      tx.target = in.take_u32();
      tx.market = in.take_u32();
      return;
  }
}

// H(action || flags || signer || body).
Hash32 action_hash(const Transaction& tx) {
  std::array<u8, 6 + kMaxBodyBytes> bytes;
  PackedWriter w(bytes.data());
  w.put_u8(static_cast<u8>(tx.action));
  w.put_u8(tx.by_agent ? kByAgent : 0);
  w.put_u32(tx.by_agent ? tx.signer : 0);
  put_body(w, tx);
  return crypto::keccak256(std::span<const u8>(bytes).first(w.size()));
}

// The members between `account` and `nonce` of a readable type, and its type hash in front.
void put_readable(PackedWriter& w, const Transaction& tx) {
  switch (tx.action) {
    case Action::transfer:
      w.put_word(kTransferType);
      w.put_word(tx.account);
      w.put_word(tx.to_account);
      w.put_word(tx.asset);
      return w.put_word(tx.amount);
    case Action::withdraw:
      w.put_word(kWithdrawType);
      w.put_word(tx.account);
      w.put_word(tx.asset);
      w.put_word(tx.amount);
      return w.put_word(tx.address);
    case Action::approve_agent:
      w.put_word(kApproveAgentType);
      w.put_word(tx.account);
      w.put_word(tx.address);
      w.put_word(tx.role);
      return w.put_word(tx.agent_expiry_ms);
    case Action::revoke_agent:
      w.put_word(kRevokeAgentType);
      w.put_word(tx.account);
      return w.put_word(tx.address);
    case Action::register_account:
      w.put_word(kRegisterType);
      return w.put_word(tx.account);
    case Action::margin:
      w.put_word(kMarginType);
      w.put_word(tx.account);
      w.put_word(tx.kind);
      return w.put_word(tx.amount);
    default:
      w.put_word(kUnregisterType);
      return w.put_word(tx.account);
  }
}

constexpr bool readable(Action action) {
  return (action >= Action::transfer && action <= Action::unregister_account) ||
         action == Action::margin;
}

Hash32 struct_hash(const Transaction& tx) {
  std::array<u8, 7 * 32> bytes;
  PackedWriter w(bytes.data());
  if (readable(tx.action)) {
    put_readable(w, tx);
    w.put_word(tx.nonce);
    w.put_word(tx.expiry_ms);
  } else {
    w.put_word(kActionType);
    w.put_word(tx.account);
    w.put_word(tx.nonce);
    w.put_word(tx.expiry_ms);
    w.put_word(action_hash(tx));
  }
  return crypto::keccak256(std::span<const u8>(bytes).first(w.size()));
}

}  // namespace

u32 encode_transaction(const Transaction& tx, std::span<u8> out) {
  GAVEL_CHECK(out.size() >= kMaxTransactionBytes);
  PackedWriter w(out.data());
  w.put_u8(kVersion);
  w.put_u8(static_cast<u8>(tx.action));
  w.put_u8(tx.by_agent ? kByAgent : 0);
  w.put_u32(tx.account);
  w.put_u32(tx.by_agent ? tx.signer : 0);
  w.put_u64(tx.nonce);
  w.put_u64(tx.expiry_ms);
  put_body(w, tx);
  w.put_bytes(tx.signature);
  return w.size();
}

std::optional<Transaction> decode_transaction(std::span<const u8> bytes) {
  if (bytes.size() < kHeadBytes || bytes[0] != kVersion) return std::nullopt;
  const i32 body = body_bytes(bytes[1]);
  if (body < 0 || bytes.size() != kHeadBytes + static_cast<u32>(body) + kSignatureBytes) {
    return std::nullopt;
  }
  PackedReader in(bytes.data() + 1);
  std::optional<Transaction> tx(std::in_place);
  tx->action = static_cast<Action>(in.take_u8());
  tx->by_agent = in.take_below(2) == kByAgent;
  tx->account = in.take_u32();
  tx->signer = in.take_u32();
  in.require(tx->by_agent || tx->signer == 0);
  tx->nonce = in.take_u64();
  tx->expiry_ms = in.take_u64();
  take_body(in, *tx);
  in.take_bytes(tx->signature);
  if (!in.ok()) return std::nullopt;
  return tx;
}

Hash32 domain_separator(const Config& config) {
  return crypto::eip712::domain_separator(
      {"Gavel", "1", u256::from_u64(config.chain_id), config.verifying_contract});
}

Hash32 transaction_digest(const Transaction& tx, const Hash32& domain) {
  return crypto::eip712::digest(domain, struct_hash(tx));
}

}  // namespace gavel::stf
