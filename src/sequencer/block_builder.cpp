#include "sequencer/block_builder.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "state/hint_finder.hpp"
#include "stf/unit.hpp"

namespace gavel::sequencer {

namespace {

// A block, however large.
constexpr u32 kBlockPages = 1u << 11;
constexpr u32 kBlockUnits = 1u << 21;

// The signature threads have already asked; the answer is an address.
struct KnownSigner {
  Address address;
  bool signed_by(const Address& who) const { return !address.is_zero() && address == who; }
};

// How far ahead of execution a transaction's objects are fetched into the caches: first what it
// names, then what that links to.
constexpr std::size_t kFetchNamed = 12;
constexpr std::size_t kFetchLinked = 6;

Refusal refusal_of(stf::Malformed why) {
  switch (why) {
    case stf::Malformed::unknown_account:
      return Refusal::unknown_account;
    case stf::Malformed::unknown_signer:
      return Refusal::unknown_signer;
    case stf::Malformed::bad_signature:
      return Refusal::bad_signature;
    case stf::Malformed::nonce_out_of_window:
      return Refusal::nonce_out_of_window;
    case stf::Malformed::nonce_used:
      return Refusal::nonce_used;
    case stf::Malformed::nonce_table_full:
      return Refusal::nonce_table_full;
    default:
      return Refusal::malformed;
  }
}

}  // namespace

const char* name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "none";
    case Refusal::malformed:
      return "malformed";
    case Refusal::unknown_account:
      return "unknown_account";
    case Refusal::unknown_signer:
      return "unknown_signer";
    case Refusal::bad_signature:
      return "bad_signature";
    case Refusal::nonce_out_of_window:
      return "nonce_out_of_window";
    case Refusal::nonce_used:
      return "nonce_used";
    case Refusal::busy:
      return "busy";
    case Refusal::shutting_down:
      return "shutting_down";
    case Refusal::nonce_table_full:
      return "nonce_table_full";
    case Refusal::halted:
      return "halted";
  }
  return "unknown";
}

void SealedBlock::clear() {
  number = timestamp_ms = batch = units = inbox_index = execution_ns = 0;
  first_of_batch = last_of_batch = false;
  data.clear();
  messages.clear();
  executed.clear();
  receipts.clear();
  maker_events.clear();
}

std::optional<BatchLimits> limits_under(const BatchLimits& limits, const stf::Config& config) {
  BatchLimits out = limits;
  if (config.rows_end_unit <= kBlockUnits || config.max_batch_pages < kBlockPages) return {};
  out.max_units = std::min(out.max_units, config.rows_end_unit - kBlockUnits);
  out.max_pages = std::min(out.max_pages, config.max_batch_pages);
  out.max_blocks = std::min(out.max_blocks, stf::kMaxRowBlocks);
  return out;
}

BlockBuilder::BlockBuilder(state::HotState& state, const stf::Rules& rules,
                           const BatchLimits& limits, const ChainHead& head)
    : state_(state), rules_(rules), limits_(limits), head_(head) {
  pages_.resume(head.batch_pages, head.page_used, head.page_context);
}

bool BlockBuilder::full() const { return out_->executed.size() >= rules_.config.max_block_txs; }

void BlockBuilder::add_row() { GAVEL_CHECK(pages_.add(row_, out_->data)); }

void BlockBuilder::open(u64 timestamp_ms, SealedBlock& out) {
  GAVEL_CHECK(out_ == nullptr && timestamp_ms > head_.timestamp_ms);
  out.clear();
  out_ = &out;
  timestamp_ms_ = timestamp_ms;
  out.number = head_.block_number + 1;
  out.timestamp_ms = timestamp_ms;
  out.batch = head_.batch;
  out.first_of_batch = head_.batch_blocks == 0;
  if (out.first_of_batch) pages_.start_batch();
  row_.kind = stf::RowKind::open_block;
  row_.dt_ms = timestamp_ms - head_.timestamp_ms;
  add_row();
  out.units = 1;
}

Refusal BlockBuilder::execute(const Submission& submission) {
  GAVEL_CHECK(!full());
  row_.kind = stf::RowKind::transaction;
  row_.tx = submission.tx;
  row_.hints = state::find_hints(state_, submission.tx);
  KnownSigner signer{submission.signed_by};
  stf::Malformed why{};
  const exchange::Verdict verdict = stf::begin_transaction(
      state_, rules_, context(), row_.tx, row_.hints, submission.tx_id, signer, work_, why);
  if (verdict == exchange::Verdict::malformed) return refusal_of(why);
  add_row();
  finish(verdict, &submission);
  return Refusal::none;
}

void BlockBuilder::fetch_ahead(std::span<const Submission> pending, std::size_t i) const {
  using exchange::Table;
  if (i + kFetchNamed < pending.size()) {
    const stf::Transaction& tx = pending[i + kFetchNamed].tx;
    if (state_.exists(Table::account, tx.account)) state_.prefetch(Table::account, tx.account);
    const u32 order = exchange::order_slot(tx.order_id);
    if (tx.order_id != 0 && state_.exists(Table::order, order))
      state_.prefetch(Table::order, order);
  }
  if (i + kFetchLinked >= pending.size()) return;
  const stf::Transaction& tx = pending[i + kFetchLinked].tx;
  if (!state_.exists(Table::account, tx.account)) return;
  const exchange::Account& account = state_.peek_account(tx.account);
  if (account.nonces != 0) state_.prefetch(Table::nonces, account.nonces);
  if (account.orders_head != 0) state_.prefetch(Table::order, account.orders_head);
  const u32 order = exchange::order_slot(tx.order_id);
  if (tx.order_id == 0 || !state_.exists(Table::order, order)) return;
  const exchange::Order& named = state_.peek_order(order);
  if (named.level != 0) state_.prefetch(Table::level, named.level);
  if (named.level_prev != 0) state_.prefetch(Table::order, named.level_prev);
  if (named.level_next != 0) state_.prefetch(Table::order, named.level_next);
}

void BlockBuilder::execute_message(std::span<const u8> bytes) {
  GAVEL_CHECK(!full());
  row_.kind = stf::RowKind::message;
  add_row();
  const u32 size = static_cast<u32>(bytes.size());
  out_->messages.push_back(static_cast<u8>(size));
  out_->messages.push_back(static_cast<u8>(size >> 8));
  out_->messages.insert(out_->messages.end(), bytes.begin(), bytes.end());
  ++head_.inbox_index;
  finish(stf::begin_message(state_, rules_, context(), bytes, work_), nullptr);
}

bool BlockBuilder::is_idle(const exchange::Nonces& window) const {
  return stf::nonces_are_idle(window, rules_, context());
}

bool BlockBuilder::reclaim(u32 nonces_slot) {
  if (!stf::reclaim_nonces(state_, rules_, context(), nonces_slot)) return false;
  row_.kind = stf::RowKind::reclaim;
  row_.nonces = nonces_slot;
  add_row();
  ++out_->units;
  return true;
}

void BlockBuilder::finish(exchange::Verdict verdict, const Submission* submission) {
  ++out_->units;
  for (; verdict == exchange::Verdict::more; ++out_->units) {
    verdict = stf::continue_work(state_, rules_, work_);
  }
  std::vector<u8>& receipts = out_->receipts;
  const std::size_t at = receipts.size();
  const u32 most = stf::kReceiptHeadBytes + work_.receipt.events.size() * stf::kEventBytes;
  receipts.resize(at + most);
  const u32 size = stf::encode_receipt(work_.receipt, std::span<u8>(receipts).subspan(at));
  receipts.resize(at + size);
  const u32 index = static_cast<u32>(out_->executed.size());
  for (const stf::Event& event : work_.receipt.events) note_maker(event, index);
  Executed& e = out_->executed.emplace_back();
  e.id = work_.source;
  e.kind = work_.source_kind;
  e.receipt_at = static_cast<u32>(at);
  e.receipt_size = static_cast<u16>(size);
  if (submission != nullptr) {
    e.request_id = submission->request_id;
    e.connection = submission->connection;
  }
}

void BlockBuilder::note_maker(const stf::Event& event, u32 index) {
  const exchange::Order& order = state_.peek_order(exchange::order_slot(event.maker_order_id));
  const bool rests = order.account == event.maker_account &&
                     order.generation() == exchange::order_generation(event.maker_order_id);
  out_->maker_events.push_back({.order_id = event.maker_order_id,
                                .lots = event.lots,
                                .remaining_lots = rests ? order.lots : 0,
                                .account = event.maker_account,
                                .market = work_.matching.taker.market,
                                .price_ticks = event.price_ticks,
                                .index = index,
                                .kind = static_cast<u8>(event.kind)});
}

void BlockBuilder::close(bool end_batch) {
  row_.kind = stf::RowKind::close_block;
  add_row();
  ++out_->units;
  state_.seal_block(out_->number);
  ++head_.block_number;
  head_.timestamp_ms = timestamp_ms_;
  ++head_.batch_blocks;
  head_.batch_pages = pages_.pages();
  head_.batch_units += out_->units;
  head_.page_used = pages_.used();
  head_.page_context = pages_.context();
  out_->inbox_index = head_.inbox_index;
  if (end_batch || head_.batch_blocks >= limits_.max_blocks ||
      head_.batch_pages + kBlockPages > limits_.max_pages ||
      head_.batch_units >= limits_.max_units) {
    out_->last_of_batch = true;
    state_.seal_batch(head_.batch);
    ++head_.batch;
    head_.batch_blocks = head_.batch_pages = 0;
    head_.batch_units = 0;
  }
  out_ = nullptr;
}

}  // namespace gavel::sequencer
