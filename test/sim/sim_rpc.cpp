#include "sim/sim_rpc.hpp"

namespace gavel::sim {

using l1::BlockId;
using l1::BlockTag;
using l1::Bytes;
using l1::Result;

Result<void> SimRpc::enter() {
  if (!down_ && !random_.chance(failing_ppm_)) return {};
  ++failures_;
  if (down_) return l1::make_error(l1::ErrorKind::kConnection, "L1 is down");
  static constexpr l1::ErrorKind kKinds[] = {l1::ErrorKind::kTimeout, l1::ErrorKind::kHttpStatus,
                                             l1::ErrorKind::kServer, l1::ErrorKind::kConnection};
  l1::Error error = l1::make_error(kKinds[random_.below(std::size(kKinds))], "L1 is unwell");
  if (error.kind == l1::ErrorKind::kServer) error.server_code = -32'603;
  return error;
}

Result<u64> SimRpc::chain_id() {
  GAVEL_TRY(enter());
  return chain_.chain_id();
}

Result<std::optional<l1::BlockHeader>> SimRpc::header(BlockId block) {
  GAVEL_TRY(enter());
  return chain_.header(block);
}

Result<std::vector<std::optional<l1::BlockHeader>>> SimRpc::headers(u64 first, u32 count) {
  GAVEL_TRY(enter());
  return chain_.headers(first, count);
}

Result<l1::FeeQuote> SimRpc::fees() {
  GAVEL_TRY(enter());
  return chain_.fees();
}

Result<u128> SimRpc::balance(const Address& account, BlockTag at) {
  GAVEL_TRY(enter());
  return chain_.balance(account, at);
}

Result<u64> SimRpc::nonce(const Address& account, BlockTag at) {
  GAVEL_TRY(enter());
  return chain_.nonce(account, at);
}

Result<Bytes> SimRpc::code(const Address& account, BlockId at) {
  GAVEL_TRY(enter());
  return chain_.code(account, at);
}

Result<Bytes32> SimRpc::storage_at(const Address& account, const Bytes32& slot, BlockId at) {
  GAVEL_TRY(enter());
  return chain_.storage_at(account, slot, at);
}

Result<Bytes> SimRpc::call(const l1::Call& call, BlockId at) {
  GAVEL_TRY(enter());
  return chain_.call(call, at);
}

Result<u64> SimRpc::estimate_gas(const l1::Call& call, BlockTag at) {
  GAVEL_TRY(enter());
  return chain_.estimate_gas(call, at);
}

// The answer may be lost after the endpoint has taken the transaction.
Result<Hash32> SimRpc::send_raw_transaction(std::span<const u8> raw) {
  GAVEL_TRY(enter());
  auto sent = chain_.send_raw_transaction(raw);
  GAVEL_TRY(enter());
  return sent;
}

Result<std::vector<std::optional<l1::Receipt>>> SimRpc::receipts(std::span<const Hash32> hashes) {
  GAVEL_TRY(enter());
  return chain_.receipts(hashes);
}

Result<std::vector<std::optional<Bytes>>> SimRpc::raw_transactions(std::span<const Hash32> hashes) {
  GAVEL_TRY(enter());
  return chain_.raw_transactions(hashes);
}

Result<std::vector<l1::Log>> SimRpc::logs(const l1::LogFilter& filter) {
  GAVEL_TRY(enter());
  return chain_.logs(filter);
}

}  // namespace gavel::sim
