#include "l1/fake_l1.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"
#include "l1/event_reader.hpp"
#include "l1/rlp.hpp"

namespace gavel::l1 {

namespace {

constexpr u64 kBlockSeconds = 12;
constexpr u64 kBlockGas = 60'000'000;

Error server(std::string message) {
  Error out = make_error(ErrorKind::kServer, std::move(message));
  out.server_code = -32000;
  return out;
}

// A tenth more, as nodes ask of a replacement.
bool outbids(const u256& offered, const u256& held) {
  const u128 a = u128::from_halves(offered.limb[1], offered.limb[0]);
  const u128 b = u128::from_halves(held.limb[1], held.limb[0]);
  return a * u128{10} >= b * u128{11};
}

u128 low128(const u256& value) { return u128::from_halves(value.limb[1], value.limb[0]); }

}  // namespace

FakeL1::FakeL1(u64 chain_id) : chain_id_(chain_id) {
  execute_ = [](const Transaction&, const BlockHeader&) { return Execution{}; };
  on_call_ = [](const Call&) -> Result<Bytes> { return Bytes{}; };
  Block genesis;
  genesis.header.hash = crypto::keccak256({});
  genesis.header.timestamp_s = 1'700'000'000;
  genesis.header.gas_limit = kBlockGas;
  genesis.header.base_fee_wei = base_fee_wei_;
  blocks_.push_back(std::move(genesis));
}

void FakeL1::mine(u32 count, u32 max_transactions) {
  for (u32 i = 0; i < count; ++i) {
    const BlockHeader& parent = blocks_.back().header;
    Block next;
    next.header.number = parent.number + 1;
    next.header.parent_hash = parent.hash;
    next.header.timestamp_s =
        time_s_ ? std::max(parent.timestamp_s + 1, time_s_()) : parent.timestamp_s + kBlockSeconds;
    next.header.gas_limit = kBlockGas;
    next.header.base_fee_wei = base_fee_wei_;
    RlpEncoder identity;
    identity.hash(parent.hash).uint(u128{next.header.number}).uint(u128{branch_});
    std::vector<Transaction> chosen;
    for (auto& [account, run] : pool_) {
      u64 want = chain_nonce(account);
      while (!run.empty() && run.begin()->first <= want && chosen.size() < max_transactions) {
        const bool stale = run.begin()->first < want;
        if (!stale && low128(run.begin()->second.body.max_fee_wei) < base_fee_wei_) break;
        if (!stale) {
          identity.hash(run.begin()->second.body.hash);
          chosen.push_back(std::move(run.begin()->second));
          ++want;
        }
        run.erase(run.begin());
      }
    }
    next.header.hash = crypto::keccak256(identity.as_list());
    u32 log_index = 0;
    for (Transaction& transaction : chosen) include(next, std::move(transaction), log_index);
    blocks_.push_back(std::move(next));
  }
}

void FakeL1::include(Block& block, Transaction transaction, u32& log_index) {
  const Execution done = execute_(transaction, block.header);
  Receipt receipt;
  receipt.transaction_hash = transaction.body.hash;
  receipt.block_hash = block.header.hash;
  receipt.block_number = block.header.number;
  receipt.transaction_index = static_cast<u32>(block.transactions.size());
  receipt.success = done.success;
  receipt.gas_used = done.gas_used;
  receipt.effective_gas_price_wei = block.header.base_fee_wei;
  receipt.from = transaction.from;
  receipt.to = transaction.body.to;
  if (done.success) {
    for (Log log : done.logs) {
      log.block_number = receipt.block_number;
      log.block_hash = receipt.block_hash;
      log.transaction_hash = receipt.transaction_hash;
      log.transaction_index = receipt.transaction_index;
      log.log_index = log_index++;
      receipt.logs.push_back(std::move(log));
    }
  }
  u64& nonce = nonces_[transaction.from];
  nonce = std::max(nonce, transaction.body.nonce + 1);
  block.header.gas_used += done.gas_used;
  block.transactions.push_back(std::move(transaction));
  block.receipts.push_back(std::move(receipt));
}

void FakeL1::reorg(u32 depth, bool keep_transactions) {
  ++branch_;
  for (u32 i = 0; i < depth && blocks_.size() > 1; ++i) {
    for (Transaction& transaction : blocks_.back().transactions) {
      nonces_[transaction.from] = std::min(nonces_[transaction.from], transaction.body.nonce);
      if (!keep_transactions) continue;
      auto& run = pool_[transaction.from];
      run.insert_or_assign(transaction.body.nonce, std::move(transaction));
    }
    blocks_.pop_back();
  }
}

void FakeL1::forget(const Address& account, u64 nonce) { pool_[account].erase(nonce); }

void FakeL1::set_finality(u64 safe_depth, u64 finalized_depth) {
  safe_depth_ = safe_depth;
  finalized_depth_ = finalized_depth;
}

void FakeL1::fail_next(u32 count, Error error, bool after_effect) {
  failures_left_ = count;
  failure_ = std::move(error);
  fail_after_effect_ = after_effect;
  failures_wait_ = 0;
}

void FakeL1::fail_after(u32 count, Error error) {
  fail_next(1, std::move(error));
  failures_wait_ = count;
}

size_t FakeL1::pool_size() const {
  size_t count = 0;
  for (const auto& [account, run] : pool_) count += run.size();
  return count;
}

std::vector<FakeL1::Transaction> FakeL1::mined() const {
  std::vector<Transaction> out;
  for (const Block& block : blocks_)
    out.insert(out.end(), block.transactions.begin(), block.transactions.end());
  return out;
}

Result<void> FakeL1::enter() {
  ++requests_;
  if (failures_wait_ > 0) {
    --failures_wait_;
    return {};
  }
  if (failures_left_ == 0 || fail_after_effect_) return {};
  --failures_left_;
  return failure_;
}

Result<void> FakeL1::leave() {
  if (failures_left_ == 0 || !fail_after_effect_) return {};
  --failures_left_;
  return failure_;
}

const FakeL1::Block* FakeL1::block(const BlockId& id) const {
  const u64 tip = blocks_.size() - 1;
  if (const auto* number = std::get_if<u64>(&id))
    return *number <= tip ? &blocks_[*number] : nullptr;
  if (const auto* hash = std::get_if<Hash32>(&id)) {
    const auto at = std::ranges::find(blocks_, *hash, [](const Block& b) { return b.header.hash; });
    return at == blocks_.end() ? nullptr : &*at;
  }
  switch (std::get<BlockTag>(id)) {
    case BlockTag::kSafe:
      return &blocks_[tip - std::min(tip, safe_depth_)];
    case BlockTag::kFinalized:
      return &blocks_[tip - std::min(tip, finalized_depth_)];
    case BlockTag::kEarliest:
      return &blocks_[0];
    default:
      return &blocks_[tip];
  }
}

u64 FakeL1::chain_nonce(const Address& account) const {
  const auto known = nonces_.find(account);
  return known == nonces_.end() ? 0 : known->second;
}

Result<u64> FakeL1::chain_id() {
  GAVEL_TRY(enter());
  return chain_id_;
}

Result<std::optional<BlockHeader>> FakeL1::header(BlockId id) {
  GAVEL_TRY(enter());
  const Block* found = block(id);
  return found == nullptr ? std::optional<BlockHeader>{} : std::optional(found->header);
}

Result<std::vector<std::optional<BlockHeader>>> FakeL1::headers(u64 first, u32 count) {
  GAVEL_TRY(enter());
  std::vector<std::optional<BlockHeader>> out;
  for (u32 i = 0; i < count; ++i) {
    const Block* found = block(first + i);
    out.push_back(found == nullptr ? std::optional<BlockHeader>{} : std::optional(found->header));
  }
  return out;
}

Result<FeeQuote> FakeL1::fees() {
  GAVEL_TRY(enter());
  return FeeQuote{base_fee_wei_, u128{1'000'000'000}};
}

Result<u128> FakeL1::balance(const Address&, BlockTag) {
  GAVEL_TRY(enter());
  return u128{1'000'000'000'000'000'000};
}

Result<u64> FakeL1::nonce(const Address& account, BlockTag at) {
  GAVEL_TRY(enter());
  u64 next = chain_nonce(account);
  if (at != BlockTag::kPending) return next;
  const auto run = pool_.find(account);
  while (run != pool_.end() && run->second.contains(next)) ++next;
  return next;
}

Result<Bytes> FakeL1::code(const Address&, BlockId) {
  GAVEL_TRY(enter());
  return Bytes{};
}

Result<Bytes32> FakeL1::storage_at(const Address&, const Bytes32&, BlockId) {
  GAVEL_TRY(enter());
  return Bytes32{};
}

Result<Bytes> FakeL1::call(const Call& call, BlockId) {
  GAVEL_TRY(enter());
  return on_call_(call);
}

Result<u64> FakeL1::estimate_gas(const Call& call, BlockTag) {
  GAVEL_TRY(enter());
  const Result<Bytes> answer = on_call_(call);
  if (!answer.ok()) return answer.error();
  return 21'000 + 40 * u64{call.data.size()};
}

Result<Hash32> FakeL1::send_raw_transaction(std::span<const u8> raw) {
  GAVEL_TRY(enter());
  if (refuse_sends_) return *refuse_sends_;
  Transaction made;
  made.body = GAVEL_TRY(decode_transaction(raw));
  made.from = GAVEL_TRY(sender_of(made.body));
  made.raw.assign(raw.begin(), raw.end());
  if (made.body.chain_id != chain_id_) return server("invalid chain id");
  if (made.body.nonce < chain_nonce(made.from)) return server("nonce too low");
  auto& run = pool_[made.from];
  const auto held = run.find(made.body.nonce);
  if (held != run.end()) {
    if (held->second.body.hash == made.body.hash) return server("already known");
    const bool dearer =
        outbids(made.body.max_fee_wei, held->second.body.max_fee_wei) &&
        outbids(made.body.max_priority_fee_wei, held->second.body.max_priority_fee_wei);
    if (!dearer) return server("replacement transaction underpriced");
  }
  const Hash32 hash = made.body.hash;
  run.insert_or_assign(made.body.nonce, std::move(made));
  GAVEL_TRY(leave());
  return hash;
}

Result<std::vector<std::optional<Receipt>>> FakeL1::receipts(std::span<const Hash32> hashes) {
  GAVEL_TRY(enter());
  std::vector<std::optional<Receipt>> out(hashes.size());
  for (const Block& b : blocks_) {
    for (const Receipt& receipt : b.receipts) {
      for (size_t i = 0; i < hashes.size(); ++i) {
        if (hashes[i] == receipt.transaction_hash) out[i] = receipt;
      }
    }
  }
  return out;
}

Result<std::vector<std::optional<Bytes>>> FakeL1::raw_transactions(std::span<const Hash32> hashes) {
  GAVEL_TRY(enter());
  std::vector<std::optional<Bytes>> out(hashes.size());
  for (const Transaction& transaction : mined()) {
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (hashes[i] == transaction.body.hash) out[i] = transaction.raw;
    }
  }
  return out;
}

Result<std::vector<Log>> FakeL1::logs(const LogFilter& filter) {
  GAVEL_TRY(enter());
  std::vector<Log> out;
  for (const Block& b : blocks_) {
    if (b.header.number < filter.from_block || b.header.number > filter.to_block) continue;
    for (const Receipt& receipt : b.receipts) {
      for (const Log& log : receipt.logs) {
        if (matches(log, filter)) out.push_back(log);
      }
    }
  }
  return out;
}

}  // namespace gavel::l1
