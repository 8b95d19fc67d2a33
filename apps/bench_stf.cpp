#include "bench_stf.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <random>
#include <thread>

#include "sequencer/block_builder.hpp"
#include "stf/message.hpp"

namespace gavel::apps {

namespace {

using sequencer::Submission;

constexpr u64 kStartMs = 1'700'000'000'000;
constexpr u32 kMid = 100'000;
// Orders rest within this many ticks of the middle, so that each side has thousands of levels.
constexpr u32 kSpread = 5'000;

u64 now_ns() {
  return static_cast<u64>(std::chrono::steady_clock::now().time_since_epoch().count());
}

Address owner_of(u32 i) {
  Address a;
  for (u32 b = 0; b < 4; ++b) a.bytes[b] = static_cast<u8>(i >> (8 * b));
  a.bytes[19] = 1;
  return a;
}

class Flow {
 public:
  explicit Flow(const StfBenchOptions& options)
      : options_(options),
        config_(make_config(options)),
        rules_(stf::make_rules(config_)),
        log_(std::make_unique<state::WriteLog>()),
        state_(std::make_unique<state::HotState>(state::HotCapacity::of_config(config_), log_.get())),
        random_(options.seed) {
    std::array<u8, stf::kLongestObjectBytes> bytes;
    const u32 size = stf::encode_object(exchange::Global{}, bytes);
    GAVEL_CHECK(state_->load_object(exchange::Table::global, 1, std::span<const u8>(bytes).first(size)));
    GAVEL_CHECK(state_->rebuild_indexes());
    builder_ = std::make_unique<sequencer::BlockBuilder>(*state_, rules_, sequencer::BatchLimits{}, sequencer::ChainHead{});
    found();
  }

  // Executes blocks; the time of making their transactions is not counted.
  void run(StfBenchResult& out) {
    // As many orders resting as in a busy venue, before the clock starts.
    for (u32 warm = 0; warm < 10; ++warm) block(nullptr);
    for (u32 b = 0; b < options_.blocks; ++b) block(&out);
    out.data_bytes_per_tx /= static_cast<double>(out.transactions);
  }

 private:
  static stf::Config make_config(const StfBenchOptions& options) {
    stf::Config config;
    config.chain_id = 1;
    config.capacity[static_cast<u8>(exchange::Table::account)] = options.accounts + 1;
    config.capacity[static_cast<u8>(exchange::Table::nonces)] = options.accounts + 1;
    config.capacity[static_cast<u8>(exchange::Table::signer)] = 1'024;
    config.capacity[static_cast<u8>(exchange::Table::outbox)] = 1'024;
    return config;
  }

  void open() {
    now_ms_ += 100;
    builder_->open(now_ms_, block_);
  }
  void close() {
    builder_->close(false);
    while (const state::LogChunk* chunk = log_->take()) log_->give_back(chunk);
  }
  void message(const stf::Message& m) {
    if (builder_->full()) {
      close();
      open();
    }
    std::array<u8, stf::kMaxMessageBytes> bytes;
    const u32 size = stf::encode_message(m, bytes);
    builder_->execute_message(std::span<const u8>(bytes).first(size));
  }

  void found() {
    open();
    stf::Message m;
    m.kind = static_cast<u8>(stf::MessageKind::register_asset);
    for (m.asset = 1; m.asset <= 2; ++m.asset) message(m);
    m = {};
    m.kind = static_cast<u8>(stf::MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 1;
    m.quote = 2;
    m.base_per_lot = m.quote_per_tick_lot = m.min_lots = 1;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 450;
    m.max_lots = exchange::kMaxLots;
    for (u32 i = 0; i < options_.markets; ++i) message(m);
    for (u32 i = 1; i <= options_.accounts; ++i) {
      stf::Message d;
      d.kind = static_cast<u8>(stf::MessageKind::deposit);
      d.recipient = owner_of(i);
      d.amount = 1'000'000'000'000;
      d.asset = 1;
      message(d);
      d.asset = 2;
      d.account = i;
      message(d);
    }
    close();
  }

  u64 pick(u64 n) { return random_() % n; }

  Submission make() {
    Submission s;
    stf::Transaction& tx = s.tx;
    const u64 kind = pick(21);
    tx.account = static_cast<u32>(1 + pick(options_.accounts));
    if (kind >= 11 && !live_.empty()) {
      const std::size_t at = pick(live_.size());
      tx.action = stf::Action::cancel;
      tx.account = live_[at].first;
      tx.order_id = live_[at].second;
      live_[at] = live_.back();
      live_.pop_back();
    } else {
      tx.action = stf::Action::place;
      tx.market = static_cast<u32>(1 + pick(options_.markets));
      tx.side = static_cast<u8>(pick(2));
      tx.type = static_cast<u8>(kind == 10 ? stf::OrderType::ioc : stf::OrderType::gtc);
      const u32 away = static_cast<u32>(1 + pick(kSpread));
      const bool below = tx.side == 0;
      tx.price_ticks = below ? kMid - away : kMid + away;
      if (kind == 10) tx.price_ticks = tx.side == 0 ? kMid + kSpread : kMid - kSpread;
      tx.lots = 1 + pick(1'000);
    }
    tx.nonce = now_ms_ + ++nonce_;
    // No signature: the executing thread is told who signed, as the signature threads tell it.
    s.signed_by = owner_of(tx.account);
    s.tx_id.bytes[0] = static_cast<u8>(nonce_);
    return s;
  }

  void block(StfBenchResult* out) {
    pending_.clear();
    for (u32 i = 0; i < options_.block_txs; ++i) pending_.push_back(make());
    const u64 start = now_ns();
    open();
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      builder_->fetch_ahead(pending_, i);
      if (builder_->execute(pending_[i]) != sequencer::Refusal::none) ++refused_;
    }
    builder_->close(false);
    const u64 took = now_ns() - start;
    while (const state::LogChunk* chunk = log_->take()) log_->give_back(chunk);
    collect(out);
    if (out == nullptr) return;
    out->transactions += block_.executed.size();
    out->seconds += static_cast<double>(took) / 1e9;
    out->block_ns.record(took);
    out->data_bytes_per_tx += static_cast<double>(block_.data.bytes.size());
  }

  // Which orders rest now, for later cancels.
  void collect(StfBenchResult* out) {
    for (std::size_t i = 0; i < block_.executed.size(); ++i) {
      const sequencer::Executed& e = block_.executed[i];
      stf::Receipt& r = receipt_;
      GAVEL_CHECK(stf::decode_receipt(
          std::span<const u8>(block_.receipts).subspan(e.receipt_at, e.receipt_size), r));
      if (r.resting_lots > 0) live_.push_back({r.account, r.order_id});
      if (out == nullptr) continue;
      out->fills += r.events.size();
      out->rejects += r.result == exchange::Reject::ok ? 0 : 1;
    }
  }

  StfBenchOptions options_;
  stf::Config config_;
  stf::Rules rules_;
  std::unique_ptr<state::WriteLog> log_;
  std::unique_ptr<state::HotState> state_;
  std::unique_ptr<sequencer::BlockBuilder> builder_;
  std::mt19937_64 random_;
  sequencer::SealedBlock block_;
  stf::Receipt receipt_;
  std::vector<Submission> pending_;
  std::vector<std::pair<u32, u64>> live_;
  u64 now_ms_ = kStartMs;
  u64 nonce_ = 0;
  u64 refused_ = 0;
};

}  // namespace

void bench_stf(const StfBenchOptions& options, StfBenchResult& out) {
  out.options = options;
  // ACCOUNT, NONCES, two stamps, address index.
  out.touched_bytes = u64{options.accounts} * (80 + 128 + 8 + 16);
  Flow(options).run(out);
}

std::string to_text(const StfBenchResult& r) {
  return fmt::format(
      "stf: {} accounts ({} MiB of accounts and nonces), {} transactions in blocks of {}, {} fills, {} rejects\n"
      "  {:.0f}k tx/s ({:.0f} ns a transaction), {:.1f} data bytes a transaction\n"
      "  block execution: p50 {:.2f} ms  p99 {:.2f} ms  max {:.2f} ms\n",
      r.options.accounts, r.touched_bytes >> 20, r.transactions, r.options.block_txs, r.fills, r.rejects,
      static_cast<double>(r.transactions) / r.seconds / 1e3, r.seconds * 1e9 / static_cast<double>(r.transactions),
      r.data_bytes_per_tx, static_cast<double>(r.block_ns.p50()) / 1e6,
      static_cast<double>(r.block_ns.p99()) / 1e6, static_cast<double>(r.block_ns.max()) / 1e6);
}

std::string to_json(const StfBenchResult& r) {
  return fmt::format(
      R"({{"bench":"stf","accounts":{},"transactions":{},"fills":{},"rejects":{},"tx_per_s":{:.0f},"data_bytes_per_tx":{:.2f},"block_p50_ns":{},"block_p99_ns":{},"block_max_ns":{}}})",
      r.options.accounts, r.transactions, r.fills, r.rejects, static_cast<double>(r.transactions) / r.seconds,
      r.data_bytes_per_tx, r.block_ns.p50(), r.block_ns.p99(), r.block_ns.max());
}

}  // namespace gavel::apps
