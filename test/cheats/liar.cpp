#include "cheats/liar.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "exchange/amounts.hpp"
#include "exchange/balances.hpp"
#include "state/tree_write_set.hpp"
#include "stf/receipt.hpp"

namespace gavel::cheats {

namespace {

using exchange::Side;

constexpr u8 kGtc = 0;
constexpr u8 kIoc = 1;
constexpr u64 kLots = 5;
constexpr u64 kStolen = 1'000'000;
constexpr u64 kFutureMs = 3'600'000;
constexpr u64 kInventedUnits = 3;
constexpr u32 kCheapTicks = 900;

struct NoObjects : state::ObjectSink {
  bool load(u8, u32, std::span<const u8>) override { return true; }
};

state::CommitConfig commit_config(const stf::Config& config) {
  state::CommitConfig out;
  for (u32 t = 0; t < exchange::kTableCount; ++t) {
    out.tree.capacity[t] =
        static_cast<u32>(std::min<u64>(u64{config.capacity[t]} + 1, u64{1} << 31));
  }
  out.tree.threads = 1;
  out.directory = "state";
  return out;
}

std::vector<u8> genesis_object() {
  std::vector<u8> bytes(stf::kLongestObjectBytes);
  bytes.resize(stf::encode_object(exchange::Global{}, bytes));
  return bytes;
}

}  // namespace

Liar::Liar(const stf::Config& config, Lie lie, u32 market, const std::string& batch_folder)
    : config_(config),
      rules_(stf::make_rules(config)),
      lie_(lie),
      market_(market),
      state_(std::make_unique<state::HotState>(state::HotCapacity::of_config(config), &log_)),
      store_(batch_folder.empty() ? static_cast<io::Disk&>(disk_) : real_disk_,
             batch_folder.empty() ? "batches" : batch_folder) {
  const std::vector<u8> global = genesis_object();
  GAVEL_CHECK(state_->load_object(exchange::Table::global, 1, global) && state_->rebuild_indexes());
  NoObjects sink;
  state::RecoveryReport report;
  auto opened = state::CommitStore::open(disk_, commit_config(config), sink, report);
  GAVEL_CHECK(opened.ok());
  tree_ = std::move(opened).value();
  std::vector<u8> stream;
  state::append_entry(stream, 0, state::EntryKind::kBefore, 1, {});
  state::append_entry(stream, 0, state::EntryKind::kAfter, 1, global);
  const std::span<const u8> streams[] = {stream};
  GAVEL_CHECK(tree_->commit(0, streams).ok() && store_.prepare().ok());
  builder_ = std::make_unique<sequencer::BlockBuilder>(*state_, rules_, sequencer::BatchLimits{},
                                                       sequencer::ChainHead{});
  sealer_ = std::make_unique<sequencer::BatchSealer>(
      *tree_, log_, store_, da::BatchEnd{},
      sequencer::BatchSealer::Hooks{
          [this](const sequencer::BlockHashed& head) { shown_.push_back({head, 0, {}}); },
          [this](const sequencer::BatchSealed& sealed) { lie_about_batch(sealed); }});
  for (u32 i = 0; i < kTraders; ++i) keys_.push_back(crypto::derive_keypair(Hash32{}, i));
}

Liar::~Liar() = default;

u32 Liar::account(u32 trader) const { return state_->find_account(keys_[trader].address); }

const Liar::Shown* Liar::block(u64 number) const {
  return number == 0 || number > shown_.size() ? nullptr : &shown_[number - 1];
}

const std::vector<u8>* Liar::object(u64 batch, u64 key) const {
  static const std::vector<u8> kAbsent;
  const auto at = objects_.find(batch);
  if (at == objects_.end()) return nullptr;
  const auto found = at->second.find(key);
  return found == at->second.end() ? &kAbsent : &found->second;
}

std::vector<u8> Liar::proof(u64 batch, u8 table, u32 index) const {
  const auto state = tree_->open_at(batch);
  if (!state.ok()) return {};
  const auto proved = (*state)->prove(table, index);
  if (!proved.ok()) return {};
  std::vector<u8> bytes(tree::kMaxObjectProofBytes);
  bytes.resize(tree::encode_object_proof(proved->proof, bytes));
  return bytes;
}

void Liar::open(u64 now_ms) {
  now_ms_ = std::max(now_ms, builder_->head().timestamp_ms + 1);
  builder_->open(now_ms_, block_);
}

void Liar::close(bool end_batch) {
  builder_->close(end_batch);
  const u64 batch = block_.batch;
  GAVEL_CHECK(sealer_->add(block_) == sequencer::SealError::none);
  shown_.back().batch = batch;
  shown_.back().block = block_;
  if (end_batch) keep_objects(batch);
}

void Liar::keep_objects(u64 batch) {
  std::array<u8, stf::kLongestObjectBytes> bytes;
  for (u8 t = 0; t < exchange::kTableCount; ++t) {
    const u32 next = t == 0 ? 2 : state_->peek_global().tables[t].next;
    for (u32 i = 1; i < next; ++i) {
      const u32 size = state_->encode(static_cast<exchange::Table>(t), i, bytes);
      objects_[batch][u64{t} << 32 | i].assign(bytes.begin(), bytes.begin() + size);
    }
  }
}

void Liar::execute_messages() {
  for (const std::vector<u8>& message : messages_) {
    if (lies(Lie::skip_message) && left_out_ == 0) {
      ++left_out_;
      continue;
    }
    builder_->execute_message(message);
  }
  messages_.clear();
}

void Liar::make_message_block(u64 now_ms, bool end_batch) {
  open(now_ms);
  execute_messages();
  close(end_batch);
}

void Liar::make_trading_batch(u64 now_ms) {
  const bool lie_is_due = builder_->head().batch == kLieBatch;
  for (u32 b = 0; b < kBlocksPerBatch; ++b) {
    const bool future = lies(Lie::timestamp) && b == 2;
    open(now_ms + 100 * b + (future ? kFutureMs : 0));
    if (future) note(0);
    if (b == 0) execute_messages();
    trade(kRoundsPerBlock);
    if (lie_is_due && b == 1) lie_in_block();
    trade(1);
    close(b + 1 == kBlocksPerBatch);
  }
}

stf::Transaction Liar::transaction(u32 trader, stf::Action action) {
  stf::Transaction tx;
  tx.action = action;
  tx.account = account(trader);
  tx.nonce = now_ms_ + ++nonces_;
  return tx;
}

stf::Transaction Liar::place(u32 trader, Side side, u8 type, u32 price_ticks, u64 lots) {
  stf::Transaction tx = transaction(trader, stf::Action::place);
  tx.market = market_;
  tx.side = static_cast<u8>(side);
  tx.type = type;
  tx.price_ticks = price_ticks;
  tx.lots = lots;
  return tx;
}

sequencer::Submission Liar::sign(stf::Transaction tx, u32 trader) const {
  sequencer::Submission s;
  s.tx_id = stf::transaction_digest(tx, rules_.domain);
  tx.signature = crypto::sign(s.tx_id, keys_[trader].secret).bytes;
  s.tx = tx;
  s.signed_by = keys_[trader].address;
  return s;
}

void Liar::run(const sequencer::Submission& submission) {
  GAVEL_CHECK(builder_->execute(submission) == sequencer::Refusal::none);
}

// Each round: an ask, a bid that takes it, and a bid that rests far below.
void Liar::trade(u32 rounds) {
  for (u32 i = 0; i < rounds; ++i) {
    const u32 price = kAskTicks + i % 3;
    run(sign(place(kMaker, Side::ask, kGtc, price, kLots), kMaker));
    run(sign(place(kTaker, Side::bid, kIoc, price, kLots), kTaker));
    run(sign(place(kVictim, Side::bid, kGtc, kAskTicks - 200 + i, 1), kVictim));
  }
}

void Liar::note(std::optional<u64> transaction) {
  facts_.batch = kLieBatch;
  facts_.block = builder_->head().block_number + 1;
  facts_.transaction = transaction;
}

void Liar::lie_in_block() {
  if (lie_ == Lie::balance) steal_balance();
  if (lie_ == Lie::fill) steal_by_fill();
  if (lie_ == Lie::signature) steal_by_signature();
}

void Liar::steal_balance() {
  facts_.batch = kLieBatch;
  facts_.account = account(kThief);
  facts_.asset = state_->peek_market(market_).quote;
  exchange::Account& thief = state_->account_mut(facts_.account);
  *exchange::find_balance(*state_, thief, facts_.asset).total += kStolen;
}

// Buys at the maker's price, and then writes everything down as if the price had been lower.
void Liar::steal_by_fill() {
  constexpr u64 lots = 10;
  run(sign(place(kMaker, Side::ask, kGtc, kAskTicks, lots), kMaker));
  note(block_.executed.size());
  run(sign(place(kThief, Side::bid, kIoc, kAskTicks, lots), kThief));
  exchange::Market& market = state_->market_mut(market_);
  facts_.account = account(kThief);
  facts_.asset = market.quote;
  facts_.claimed_price = kCheapTicks;
  facts_.right_price = kAskTicks;
  const u64 right = exchange::quote_amount(market, kAskTicks, lots);
  const u64 wrong = exchange::quote_amount(market, kCheapTicks, lots);
  const u64 right_fee = exchange::fee_on(right, market.maker_fee_ppm);
  const u64 wrong_fee = exchange::fee_on(wrong, market.maker_fee_ppm);
  exchange::Account& thief = state_->account_mut(facts_.account);
  exchange::Account& maker = state_->account_mut(account(kMaker));
  *exchange::find_balance(*state_, thief, market.quote).total += right - wrong;
  *exchange::find_balance(*state_, maker, market.quote).total -=
      (right - right_fee) - (wrong - wrong_fee);
  market.fees_quote -= right_fee - wrong_fee;
  market.last_price_ticks = kCheapTicks;
  const sequencer::Executed& taken = block_.executed.back();
  const auto bytes = std::span(block_.receipts).subspan(taken.receipt_at, taken.receipt_size);
  stf::Receipt receipt;
  GAVEL_CHECK(stf::decode_receipt(bytes, receipt) && receipt.events.size() == 1);
  receipt.events[0].price_ticks = kCheapTicks;
  receipt.value = wrong;
  GAVEL_CHECK(stf::encode_receipt(receipt, bytes) == taken.receipt_size);
}

void Liar::steal_by_signature() {
  note(block_.executed.size());
  facts_.account = account(kThief);
  facts_.asset = state_->peek_market(market_).quote;
  stf::Transaction tx = transaction(kVictim, stf::Action::transfer);
  tx.to_account = account(kThief);
  tx.asset = facts_.asset;
  tx.amount = kStolen;
  sequencer::Submission theft = sign(tx, kThief);
  theft.signed_by = keys_[kVictim].address;
  run(theft);
}

void Liar::lie_about_batch(const sequencer::BatchSealed& sealed) {
  da::BatchEnd end = sealed.end;
  end.inbox_index += left_out_;
  const bool due = end.batch == kLieBatch;
  if (due && lie_ == Lie::skip_message) {
    facts_.batch = kLieBatch;
    facts_.block = end.block_number + 1;
    facts_.transaction = 0;
    facts_.account = account(kVictim);
    facts_.asset = state_->peek_market(market_).quote;
  }
  if (due && lie_ == Lie::count) {
    end.units += kInventedUnits;
    facts_.batch = kLieBatch;
  }
  if (due && lie_ == Lie::root) {
    Hash32 root = sealed.state_root;
    root.bytes[0] ^= 0xff;
    facts_.batch = kLieBatch;
    GAVEL_CHECK(store_.put_root(end.batch, root).ok());
  }
  if (due && lie_ == Lie::data) return put_rubbish(end);
  if (end == sealed.end) return;
  const auto stored = store_.get(end.batch);
  GAVEL_CHECK(stored.ok() && store_.put(end, stored->pages).ok());
}

// Behind the last row of the first page that has room, and is not the last one.
void Liar::put_rubbish(const da::BatchEnd& end) {
  const auto stored = store_.get(end.batch);
  GAVEL_CHECK(stored.ok());
  std::vector<std::vector<u8>> pages;
  for (const auto page : da::split_pages(stored->pages))
    pages.emplace_back(page.begin(), page.end());
  std::size_t at = 0;
  while (at + 1 < pages.size() && pages[at].size() == stf::kMaxPageBytes) ++at;
  GAVEL_CHECK(at + 1 < pages.size());
  // Where the chain stands when the rubbish is met.
  facts_.batch = kLieBatch;
  facts_.block = end.first_block;
  u64 executed = 0;
  for (std::size_t p = 0; p <= at; ++p) {
    stf::PageContext context;
    stf::Row row;
    for (std::size_t place = 1; place < pages[p].size();) {
      place += stf::decode_row(std::span<const u8>(pages[p]).subspan(place), context, row);
      const bool closes = row.kind == stf::RowKind::close_block;
      facts_.block += closes ? 1 : 0;
      executed = closes || row.kind == stf::RowKind::open_block ? 0 : executed + 1;
    }
  }
  facts_.transaction = executed;
  const std::size_t room = stf::kMaxPageBytes - pages[at].size();
  pages[at].insert(pages[at].end(), std::min<std::size_t>(room, 16), 0xff);
  da::PageStream stream;
  for (const auto& page : pages) {
    stream.starts.push_back(static_cast<u32>(stream.bytes.size()));
    stream.bytes.insert(stream.bytes.end(), page.begin(), page.end());
  }
  GAVEL_CHECK(store_.put(end, stream).ok());
}

}  // namespace gavel::cheats
