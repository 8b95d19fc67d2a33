#include "guest/tape_chain.hpp"

#include <algorithm>
#include <deque>

#include "da/page_writer.hpp"
#include "dispute/trace_world_test.hpp"
#include "replay/price_path.hpp"
#include "replay/signing.hpp"

namespace gavel::guest {
namespace {

using exchange::Table;

constexpr u32 kAccounts = 100;  // more than a transaction may have fills
constexpr u32 kOracles = 3;
constexpr u64 kFunds = u64{1} << 55;
constexpr u64 kCollateral = u64{1} << 50;
constexpr u64 kStartMs = 1'700'000'000'000;
constexpr u64 kNsAMs = 1'000'000;
constexpr u64 kBlockMs = 100;
constexpr u64 kRun = 1;

stf::Config config() {
  stf::Config out;
  out.chain_id = 1;
  out.past_window_ms = u64{1} << 40;
  const auto capacity = [&](Table table, u32 most) { out.capacity[static_cast<u8>(table)] = most; };
  for (const Table table : {Table::account, Table::nonces, Table::outbox}) capacity(table, 4'096);
  for (const Table table : {Table::signer, Table::market, Table::asset}) capacity(table, 64);
  for (const Table table : {Table::level, Table::order}) capacity(table, 1u << 17);
  return out;
}

// The first rows of another tape.
class FirstRows final : public replay::TapeSource {
 public:
  FirstRows(std::unique_ptr<TapeSource> tape, u64 rows) : tape_(std::move(tape)), left_(rows) {}
  replay::TapeResult<bool> next(replay::TapeEvent& out) override {
    if (left_ == 0) return false;
    --left_;
    return tape_->next(out);
  }

 private:
  std::unique_ptr<TapeSource> tape_;
  u64 left_;
};

replay::TapeOpener first_rows(const std::string& path, replay::TapeFormat format, u64 rows) {
  return [=]() -> replay::TapeResult<std::unique_ptr<replay::TapeSource>> {
    std::unique_ptr<replay::TapeSource> tape = GAVEL_TRY(replay::open_tape(path, format));
    return std::unique_ptr<replay::TapeSource>(new FirstRows(std::move(tape), rows));
  };
}

stf::Message market_of(bool perpetual) {
  stf::Message m;
  m.symbol = stf::samples::kSymbol;
  m.quote = 2;
  m.quote_per_tick_lot = m.min_lots = 1;
  m.maker_fee_ppm = 100;
  m.taker_fee_ppm = 400;
  if (!perpetual) {
    m.kind = static_cast<u8>(stf::MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = m.base_per_lot = 1;
    m.max_lots = exchange::kMaxLots;
    return m;
  }
  m.kind = static_cast<u8>(stf::MessageKind::create_perpetual);
  m.max_price_ticks = 1u << 23;
  m.max_lots = m.max_position_lots = u64{1} << 29;
  m.impact_lots = 100;
  m.oracle_max_age_ms = 120'000;
  m.tier_count = 1;
  m.tiers[0] = {~u64{0}, 100'000};
  m.band_ppm = 49'000;
  m.liquidation_fee_ppm = 5'000;
  return m;
}

std::vector<stf::Message> founding(bool perpetual) {
  std::vector<stf::Message> out;
  stf::Message m;
  m.symbol = stf::samples::kSymbol;
  m.kind = static_cast<u8>(stf::MessageKind::register_asset);
  for (m.asset = 1; m.asset <= 2; ++m.asset) out.push_back(m);
  out.push_back(market_of(perpetual));
  m.kind = static_cast<u8>(stf::MessageKind::deposit);
  m.amount = kFunds;
  for (u32 account = 1; account <= kAccounts; ++account) {
    m.recipient = stf::Author::key(account).address;
    m.account = 0;
    for (m.asset = 1; m.asset <= 2; ++m.asset) {
      out.push_back(m);
      m.account = account;
    }
  }
  if (!perpetual) return out;
  m = {};
  m.kind = static_cast<u8>(stf::MessageKind::set_oracle_set);
  m.oracle_count = kOracles;
  m.oracle_quorum = 2;
  for (u32 i = 0; i < kOracles; ++i) m.oracles[i] = i + 1;
  out.push_back(m);
  return out;
}

}  // namespace

class TapeChain::Parts {
 public:
  Parts(TapeChain& chain, TapeKind kind, std::unique_ptr<replay::TapeSource> tape,
        replay::TapePlan plan)
      : chain_(chain),
        perpetual_(kind.perpetual),
        first_ns_(plan.survey.first_ts_ns),
        prices_(std::move(plan.middles)),
        stream_(std::move(tape), {.accounts = kAccounts}, kind.format, plan.survey),
        rules_(stf::make_rules(config())),
        config_(dispute::config_bytes(config())),
        state_(state::HotCapacity::of_config(config())),
        deriver_(dispute::deriver_for(disk_, config(), 2)) {
    std::array<u8, stf::kLongestObjectBytes> bytes;
    const u32 size = stf::encode_object(exchange::Global{}, bytes);
    GAVEL_CHECK(state_.load_object(Table::global, 1, std::span<const u8>(bytes).first(size)) &&
                state_.rebuild_indexes());
    for (u32 account = 0; account <= kAccounts; ++account) {
      keys_.push_back(stf::Author::key(account));
    }
    found();
  }

  bool add_batch(u64 messages) {
    begin_batch();
    u64 taken = 0;
    std::vector<replay::Message> some;
    while (taken < messages) {
      some.clear();
      const auto more = stream_.next(some);
      if (!more.ok()) chain_.error_ = more.error().text();
      if (!more.ok() || !*more) break;
      for (const replay::Message& m : some) take(m);
      taken += some.size();
    }
    if (taken == 0) return false;
    end_batch();
    return true;
  }

  std::unique_ptr<dispute::BatchTrace> trace() const {
    auto out = dispute::open_trace(deriver_, parent_, input_, config_, 1);
    GAVEL_CHECK(out.ok());
    return std::move(out).value();
  }

 private:
  void begin_batch() {
    const stf::Cursor& parent = deriver_->end();
    sequencer::ChainHead head;
    head.block_number = parent.block_number;
    head.timestamp_ms = parent.timestamp_ms;
    head.inbox_index = parent.inbox_index;
    head.batch = parent.batch + 1;
    builder_.emplace(state_, rules_, sequencer::BatchLimits{}, head);
    stream_of_pages_.clear();
    open(std::max(now_ms_ + 1, kStartMs));
  }

  void end_batch() {
    close(true);
    stf::BatchText text;
    text.config = config();
    for (const auto page : da::split_pages(stream_of_pages_)) {
      text.pages.emplace_back(page.begin(), page.end());
    }
    text.messages = messages_;
    text.inbox_must = messages_.size();
    text.l1_time_ms = now_ms_;
    parent_ = deriver_->end();
    input_ = dispute::input_of(text, parent_.batch + 1, feed_);
    const auto derived = deriver_->derive(input_, rules_);
    GAVEL_CHECK(derived.ok() && !derived->rows_ended_early && derived->malformed_count == 0);
    GAVEL_CHECK(derived->end.block_number == builder_->head().block_number);
    chain_.fills_ += derived->fills;
  }

  void open(u64 now_ms) {
    if (builder_->is_open()) close(false);
    now_ms_ = now_ms;
    builder_->open(now_ms, block_);
  }

  void close(bool end_batch) {
    builder_->close(end_batch);
    const u32 at = static_cast<u32>(stream_of_pages_.bytes.size());
    for (const u32 start : block_.data.starts) stream_of_pages_.starts.push_back(at + start);
    stream_of_pages_.bytes.insert(stream_of_pages_.bytes.end(), block_.data.bytes.begin(),
                                  block_.data.bytes.end());
  }

  void found() {
    begin_batch();
    for (stf::Message m : founding(perpetual_)) {
      m.index = messages_.size() + 1;
      std::vector<u8>& bytes = messages_.emplace_back(stf::kMaxMessageBytes);
      bytes.resize(stf::encode_message(m, bytes));
      builder_->execute_message(bytes);
    }
    if (perpetual_) {
      for (u32 account = 1; account <= kAccounts; ++account) {
        replay::Message m;
        m.kind = replay::MessageKind::margin;
        m.lots = kCollateral;
        send(replay::transaction_of(m, account, 1, 0, kRun));
      }
      report(replay::price_at(prices_, first_ns_));
    }
    end_batch();
  }

  void take(const replay::Message& m) {
    const u64 tape_ms = kStartMs + 1'000 + (m.ts_ns - std::min(m.ts_ns, first_ns_)) / kNsAMs;
    if (tape_ms >= now_ms_ + kBlockMs || builder_->full()) open(std::max(now_ms_ + 1, tape_ms));
    for (; perpetual_ && price_ < prices_.size() && prices_[price_].ts_ns <= m.ts_ns; ++price_) {
      report(prices_[price_].price);
    }
    send(replay::transaction_of(m, m.account + 1, 1, 0, kRun));
    ++chain_.executed_;
  }

  void report(u64 price) {
    for (u32 oracle = 1; oracle <= kOracles; ++oracle) {
      stf::Transaction tx;
      tx.action = stf::Action::report_price;
      tx.account = oracle;
      tx.market = 1;
      tx.price_ticks = static_cast<u32>(price);
      tx.time_ms = now_ms_;
      send(tx);
    }
  }

  // Signed, and with a nonce.
  void send(stf::Transaction tx) {
    const crypto::KeyPair& key = keys_[tx.account];
    u64& nonce = nonces_[tx.account];
    tx.nonce = nonce = std::max(nonce + 1, now_ms_);
    sequencer::Submission submission;
    submission.tx_id = stf::transaction_digest(tx, rules_.domain);
    tx.signature = crypto::sign(submission.tx_id, key.secret).bytes;
    submission.tx = tx;
    submission.signed_by = key.address;
    if (builder_->execute(submission) != sequencer::Refusal::none) ++chain_.refused_;
  }

  TapeChain& chain_;
  bool perpetual_;
  u64 first_ns_;
  std::vector<replay::PricePoint> prices_;  // what oracles report
  std::size_t price_ = 0;
  replay::TapeStream stream_;
  stf::Rules rules_;
  settle::Bytes config_;
  std::vector<crypto::KeyPair> keys_;  // by account
  std::array<u64, kAccounts + 1> nonces_{};

  state::HotState state_;  // of the sequencer
  std::optional<sequencer::BlockBuilder> builder_;
  sequencer::SealedBlock block_;
  da::PageStream stream_of_pages_;
  u64 now_ms_ = 0;

  std::vector<std::vector<u8>> messages_;
  std::vector<settle::FeedMessage> feed_;
  io::FakeDisk disk_;
  std::shared_ptr<settle::Deriver> deriver_;
  stf::Cursor parent_;  // of the last batch
  settle::BatchInput input_;
};

TapeChain::TapeChain(const std::string& path, TapeKind kind, u64 events) {
  const replay::TapeOpener open = first_rows(path, kind.format, events);
  auto plan = replay::plan_tape(open, kind.format, {.accounts = kAccounts});
  auto tape = open();
  if (!plan.ok() || !tape.ok()) {
    error_ = plan.ok() ? tape.error().text() : plan.error().text();
    return;
  }
  parts_ = std::make_unique<Parts>(*this, kind, std::move(*tape), std::move(*plan));
}
TapeChain::~TapeChain() = default;

bool TapeChain::add_batch(u64 messages) { return parts_ && parts_->add_batch(messages); }
std::unique_ptr<dispute::BatchTrace> TapeChain::trace() const { return parts_->trace(); }

}  // namespace gavel::guest
