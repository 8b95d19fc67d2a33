#include "model/judged.hpp"

#include "crypto/keccak.hpp"
#include "stf/unit.hpp"

namespace gavel::model {
namespace {

constexpr std::array<const char*, 9> kTableNames{"GLOBAL", "ACCOUNT", "SIGNER", "NONCES", "MARKET",
                                                 "LEVEL",  "ORDER",   "OUTBOX", "ASSET"};

std::string shown(const Objects& objects, const std::pair<u8, u32>& place) {
  const auto found = objects.find(place);
  return found == objects.end() ? "absent" : hex_of(found->second);
}

struct MemoryBatch {
  const std::vector<Bytes>& pages;
  const std::vector<Bytes>& messages;
  std::span<const u8> page(u64 i) { return pages.at(i); }
  u64 message_count() { return messages.size(); }
  std::span<const u8> message(u64 i) { return messages.at(i - 1); }
};

// The unit loop's eyes: whoever must have signed has, and what happens the model does too.
class Follower {
 public:
  Follower(Model& model, Judged& out, const std::vector<Bytes>& messages)
      : model_(model), out_(out), messages_(messages) {}

  Hash32 open(u64, u64, const stf::Transaction& tx) {
    pending_.resize(stf::kMaxTransactionBytes);
    pending_.resize(stf::encode_transaction(tx, pending_));
    return crypto::keccak256(pending_);
  }
  bool signed_by(const Address&) { return true; }

  void opened(u64 number, u64 timestamp_ms) {
    number_ = number;
    now_ms_ = timestamp_ms;
  }
  void closed(u64, u64, u64, const Hash32&) {}
  void executed(u8 kind, const Hash32&, const stf::Receipt& receipt, u64) {
    Bytes& product = out_.receipts.emplace_back(stf::kMaxReceiptBytes);
    product.resize(stf::encode_receipt(receipt, product));
    const Bytes& source = kind == 0 ? pending_ : messages_.at(next_message_++);
    const Bytes modelled = kind == 0 ? model_.transaction(source, number_, now_ms_)
                                     : model_.message(source, number_, now_ms_);
    if (modelled != product) {
      differ("receipt of " + hex_of(source) + "\n  model   " + hex_of(modelled) + "\n  product " +
             hex_of(product));
    }
  }
  void malformed(u64, u64, stf::Malformed why) {
    ++out_.malformed;
    const bool for_itself =
        why == stf::Malformed::unknown_account || why == stf::Malformed::unknown_signer ||
        why == stf::Malformed::nonce_out_of_window || why == stf::Malformed::nonce_used ||
        why == stf::Malformed::nonce_table_full;
    if (for_itself && !model_.transaction(pending_, number_, now_ms_).empty()) {
      differ("refused: " + hex_of(pending_));
    }
  }
  void reclaim(u32 slot) { model_.reclaim(slot, now_ms_); }
  void differ(const std::string& what) {
    if (out_.difference.empty()) out_.difference = what;
  }

 private:
  Model& model_;
  Judged& out_;
  const std::vector<Bytes>& messages_;
  Bytes pending_;
  std::size_t next_message_ = 0;
  u64 number_ = 0, now_ms_ = 0;
};

// The NONCES slot if the next unit is a reclaim, else 0: the loop tells nobody of these.
u32 reclaim_ahead(const stf::Progress& p, const stf::Config& config, const MemoryBatch& batch) {
  const stf::Cursor& c = p.cursor;
  const bool reads = p.work.kind == stf::Work::Kind::none && c.phase == stf::Phase::rows &&
                     c.page < c.data_len && c.unit < config.rows_end_unit &&
                     c.opening_timestamp_ms != 0;
  if (!reads) return 0;
  const Bytes& page = batch.pages.at(c.page);
  if (page.size() < 2 || page.size() > stf::kMaxPageBytes || page[0] != stf::kPageVersion) return 0;
  stf::PageContext context = c.offset == 0 ? stf::PageContext{} : p.context;
  stf::Row row;
  const std::size_t at = c.offset == 0 ? 1 : c.offset;
  const u32 length = stf::decode_row(std::span<const u8>(page).subspan(at), context, row);
  return length != 0 && row.kind == stf::RowKind::reclaim ? row.nonces : 0;
}

}  // namespace

Judged judge(const stf::Config& config, const std::vector<Bytes>& pages,
             const std::vector<Bytes>& messages, u64 l1_time_ms) {
  Judged out;
  out.state = new_state();
  Model model(model_config(config));
  Follower follower(model, out, messages);
  MemoryBatch batch{pages, messages};
  const stf::Rules rules = stf::make_rules(config);
  stf::Progress progress;
  progress.cursor.data_len = pages.size();
  progress.cursor.l1_time_ms = l1_time_ms;
  progress.cursor.inbox_must = messages.size();
  stf::UnitRunner runner(*out.state, rules, batch, follower, follower);
  while (progress.cursor.phase != stf::Phase::finished) {
    const u32 slot = reclaim_ahead(progress, config, batch);
    runner.run(progress);
    if (slot != 0) follower.reclaim(slot);
  }
  out.units = progress.cursor.unit;
  const std::string what = first_difference(model.objects(), objects_of(*out.state));
  if (!what.empty()) follower.differ("object " + what);
  if (const std::string broken = model.check_invariants(); !broken.empty()) follower.differ(broken);
  return out;
}

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

}  // namespace gavel::model
