#include "model/twin.hpp"

#include "crypto/keccak.hpp"
#include "stf/unit.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::model {
namespace {

// Whoever must have signed has.
struct EverybodySigned {
  Hash32 open(u64, u64, const stf::Transaction& tx) {
    std::array<u8, stf::kMaxTransactionBytes> bytes;
    const u32 size = stf::encode_transaction(tx, bytes);
    return crypto::keccak256(std::span<const u8>(bytes).first(size));
  }
  bool signed_by(const Address& who) { return !who.is_zero(); }
};

struct MemoryBatch {
  std::vector<std::span<const u8>> pages;
  const std::vector<Bytes>& messages;
  std::span<const u8> page(u64 i) { return pages.at(i); }
  u64 message_count() { return messages.size(); }
  std::span<const u8> message(u64 i) { return messages.at(i - 1); }
};

struct Receipts : stf::NoObserver {
  std::vector<Bytes> all;
  void executed(u8, const Hash32&, const stf::Receipt& receipt, u64) {
    Bytes& bytes = all.emplace_back(stf::kMaxReceiptBytes);
    bytes.resize(stf::encode_receipt(receipt, bytes));
  }
};

constexpr std::array<const char*, 9> kTableNames{"GLOBAL", "ACCOUNT", "SIGNER", "NONCES", "MARKET",
                                                 "LEVEL",  "ORDER",   "OUTBOX", "ASSET"};

std::string shown(const Objects& objects, const std::pair<u8, u32>& place) {
  const auto found = objects.find(place);
  return found == objects.end() ? "absent" : hex_of(found->second);
}

// Empty if they are the same.
std::string first_difference(const Objects& model, const Objects& product) {
  Objects both = model;
  both.insert(product.begin(), product.end());
  for (const auto& [place, bytes] : both) {
    const std::string a = shown(model, place), b = shown(product, place);
    if (a == b) continue;
    return std::string(kTableNames.at(place.first)) + " " + std::to_string(place.second) +
           "\n  model   " + a + "\n  product " + b;
  }
  return {};
}

}  // namespace

std::string hex_of(const Bytes& bytes) {
  static constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (const u8 byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Config model_config(const stf::Config& c) {
  using exchange::Table;
  const auto capacity = [&](Table table) { return c.capacity[static_cast<u8>(table)]; };
  Config out;
  out.nonce_age_ms = c.nonce_age_ms;
  out.nonce_ahead_ms = c.nonce_ahead_ms;
  out.max_orders_per_account = c.max_orders_per_account;
  out.max_fills_per_tx = c.max_fills_per_tx;
  out.accounts = capacity(Table::account);
  out.signers = capacity(Table::signer);
  out.nonces = capacity(Table::nonces);
  out.markets = capacity(Table::market);
  out.levels = capacity(Table::level);
  out.orders = capacity(Table::order);
  out.assets = capacity(Table::asset);
  out.max_balances_per_account = c.max_balances_per_account;
  out.new_asset_quota = c.new_asset_quota;
  return out;
}

Objects objects_of(const state::HotState& state) {
  Objects out;
  Bytes bytes(stf::kLongestObjectBytes);
  for (u8 t = 0; t < kTableNames.size(); ++t) {
    const u32 end = t == 0 ? 2 : state.peek_global().tables[t].next;
    for (u32 i = 1; i < end; ++i) {
      const u32 size = state.encode(static_cast<exchange::Table>(t), i, bytes);
      if (size != 0) out[{t, i}] = Bytes(bytes.begin(), bytes.begin() + size);
    }
  }
  return out;
}

std::unique_ptr<state::HotState> new_state() {
  auto state = std::make_unique<state::HotState>(state::HotCapacity::small());
  Bytes bytes(stf::kLongestObjectBytes);
  bytes.resize(stf::encode_object(exchange::Global{}, bytes));
  GAVEL_CHECK(state->load_object(exchange::Table::global, 1, bytes));
  GAVEL_CHECK(state->rebuild_indexes());
  return state;
}

Twin::Twin(const stf::Config& config)
    : rules_(stf::make_rules(config)), state_(new_state()), model_(model_config(config)) {
  builder_ = std::make_unique<sequencer::BlockBuilder>(*state_, rules_, sequencer::BatchLimits{},
                                                       sequencer::ChainHead{});
}

void Twin::differ(const std::string& what) {
  if (difference_.empty()) difference_ = what;
}

void Twin::open(u64 now_ms) {
  if (builder_->is_open()) close();
  builder_->open(now_ms, block_);
  now_ms_ = now_ms;
  ++number_;
}

void Twin::close() {
  builder_->close(false);
  const u32 at = static_cast<u32>(pages_.bytes.size());
  for (const u32 start : block_.data.starts) pages_.starts.push_back(at + start);
  pages_.bytes.insert(pages_.bytes.end(), block_.data.bytes.begin(), block_.data.bytes.end());
}

Bytes Twin::last_receipt() const {
  const sequencer::Executed& e = block_.executed.back();
  const auto from = block_.receipts.begin() + e.receipt_at;
  return {from, from + e.receipt_size};
}

void Twin::compare_receipts(const Bytes& canonical, const Bytes& modelled, const Bytes& product) {
  if (!product.empty()) receipts_.push_back(product);
  if (modelled == product) return;
  differ("receipt of " + hex_of(canonical) + "\n  model   " + hex_of(modelled) + "\n  product " +
         hex_of(product));
}

Bytes Twin::transaction(const Bytes& canonical) {
  Bytes product;
  if (const auto tx = stf::decode_transaction(canonical)) {
    sequencer::Submission submission;
    submission.tx = *tx;
    submission.tx_id = crypto::keccak256(canonical);
    const auto signer = model_.signers().find(tx->signer);
    const auto account = model_.accounts().find(tx->account);
    if (tx->by_agent && signer != model_.signers().end()) {
      submission.signed_by = signer->second.key;
    } else if (!tx->by_agent && account != model_.accounts().end()) {
      submission.signed_by = account->second.owner;
    }
    if (builder_->execute(submission) == sequencer::Refusal::none) product = last_receipt();
  }
  const Bytes modelled = model_.transaction(canonical, number_, now_ms_);
  compare_receipts(canonical, modelled, product);
  return modelled;
}

Bytes Twin::message(const Bytes& canonical) {
  messages_.push_back(canonical);
  builder_->execute_message(canonical);
  const Bytes product = last_receipt();
  const Bytes modelled = model_.message(canonical, number_, now_ms_);
  compare_receipts(canonical, modelled, product);
  return modelled;
}

bool Twin::reclaim(u32 slot) {
  const bool product = builder_->reclaim(slot);
  if (model_.reclaim(slot, now_ms_) != product) differ("reclaim of " + std::to_string(slot));
  return product;
}

void Twin::compare_objects() {
  const std::string what = first_difference(model_.objects(), objects_of(*state_));
  if (!what.empty()) differ("object " + what);
}

void Twin::compare_roots() {
  tree::NaiveTree tree;
  for (const auto& [place, bytes] : objects_of(*state_)) {
    tree.set(place.first, place.second, crypto::keccak256(bytes));
  }
  if (tree.root() != model_.state_root()) differ("state root");
}

void Twin::check_invariants() {
  const std::string broken = model_.check_invariants();
  if (!broken.empty()) differ("invariant: " + broken);
}

void Twin::replay() {
  if (builder_->is_open()) close();
  MemoryBatch batch{da::split_pages(pages_), messages_};
  const auto state = new_state();
  EverybodySigned signatures;
  Receipts receipts;
  stf::Progress progress;
  progress.cursor.data_len = batch.pages.size();
  progress.cursor.l1_time_ms = now_ms_;
  stf::UnitRunner runner(*state, rules_, batch, signatures, receipts);
  while (progress.cursor.phase != stf::Phase::finished) runner.run(progress);
  if (receipts.all != receipts_) differ("receipts of the judge");
  const std::string what = first_difference(objects_of(*state_), objects_of(*state));
  if (!what.empty()) differ("judge's (product) object " + what);
}

}  // namespace gavel::model
