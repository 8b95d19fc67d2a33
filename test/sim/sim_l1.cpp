#include "sim/sim_l1.hpp"

#include "base/check.hpp"
#include "settle/deriver.hpp"

namespace gavel::sim {

using cheats::FakeContracts;

namespace {

constexpr const char* kOwnerKey =
    "4848484848484848484848484848484848484848484848484848484848484848";
constexpr u64 kOwnerTickNs = 1'000'000'000;
constexpr u64 kForever = 1'000'000'000;

FakeContracts::Options contracts_of(const SimL1::Options& options) {
  FakeContracts::Options out;
  out.config = options.config;
  out.poster = l1::SigningKey::from_hex(kPosterKey).value().address();
  out.sequencing_window_s = options.sequencing_window_s;
  out.claim_window_s = options.claim_window_s;
  out.genesis_root = settle::genesis_state_root();
  return out;
}

stf::Message of_kind(stf::MessageKind kind) {
  stf::Message m;
  m.kind = static_cast<u8>(kind);
  return m;
}

stf::Message listing(u32 asset) {
  stf::Message m = of_kind(stf::MessageKind::register_asset);
  m.asset = asset;
  m.token.bytes.fill(static_cast<u8>(asset));
  m.l1_decimals = 18;
  m.decimals = 8;
  m.symbol[0] = static_cast<u8>('A' + asset);
  return m;
}

// Market i trades asset i + 1 against asset 1.
stf::Message market(u32 index) {
  stf::Message m = of_kind(stf::MessageKind::create_market);
  m.market_kind = exchange::Market::kSpot;
  m.base = index + 1;
  m.quote = 1;
  m.base_per_lot = 10;
  m.quote_per_tick_lot = 1;
  m.maker_fee_ppm = 100;
  m.taker_fee_ppm = 450;
  m.min_lots = 1;
  m.max_lots = 1'000'000;
  return m;
}

// A perpetual market on asset 1.
stf::Message perpetual() {
  stf::Message m = of_kind(stf::MessageKind::create_perpetual);
  m.quote = 1;
  m.quote_per_tick_lot = 1;
  m.maker_fee_ppm = 100;
  m.taker_fee_ppm = 450;
  m.min_lots = 1;
  m.max_lots = 5'000;
  m.impact_lots = 20;
  m.max_position_lots = 20'000;
  m.max_price_ticks = 100'000;
  m.oracle_max_age_ms = 30'000;
  m.band_ppm = 19'000;
  m.liquidation_fee_ppm = 10'000;
  m.tier_count = 2;
  m.tiers[0] = {200'000, 40'000};
  m.tiers[1] = {~u64{0}, 80'000};
  return m;
}

stf::Message oracles() {
  stf::Message m = of_kind(stf::MessageKind::set_oracle_set);
  m.oracle_quorum = 2;
  m.oracle_count = 3;
  m.oracles = {1, 2, 3};
  return m;
}

}  // namespace

SimL1::SimL1(const Options& options) : options_(options), chain_(contracts_of(options)) {
  chain_.set_finality(kForever, kForever);
  chain_.mine();
  owner_ = submitter(founding_clock_);
}

std::unique_ptr<l1::Submitter> SimL1::submitter(io::Clock& clock) {
  l1::SubmitterConfig config;
  config.chain_id = 31'337;
  config.confirmations = 1;
  config.poll_ms = 0;
  return std::make_unique<l1::Submitter>(chain_, clock, l1::SigningKey::from_hex(kOwnerKey).value(),
                                         config);
}

u64 SimL1::found(std::span<const crypto::KeyPair> keys, u32 assets, u32 markets, u64 amount) {
  for (u32 i = 1; i <= assets; ++i) send(listing(i));
  for (u32 i = 1; i <= markets; ++i) send(market(i));
  for (u32 i = 0; i < keys.size(); ++i) {
    for (u32 asset = 1; asset <= assets; ++asset) {
      deposit(keys[i].address, asset == 1 ? 0 : i + 1, asset, amount);
    }
  }
  send(perpetual());
  send(oracles());
  settle_founding();
  chain_.mine(12);
  floor_ = chain_.head().number;
  return time_ms();
}

void SimL1::settle_founding() {
  for (u32 i = 0; i < 1'000 && !owner_->idle(); ++i) {
    owner_->tick();
    chain_.mine();
    founding_clock_.advance_ms(12'000);
    (void)owner_->take_outcomes();
  }
  GAVEL_CHECK(owner_->idle());
}

void SimL1::start(SimClock& clock) {
  clock_ = &clock;
  chain_.on_time([&clock] { return clock.true_ms() / 1'000; });
  owner_ = submitter(clock);
  next_block_ns_ = options_.block_ns;
}

void SimL1::step() {
  const u64 now_ns = clock_->elapsed_ns();
  if (now_ns >= next_tick_ns_) {
    next_tick_ns_ = now_ns + kOwnerTickNs;
    owner_->tick();
    (void)owner_->take_outcomes();
  }
  if (now_ns < next_block_ns_) return;
  chain_.mine();
  next_block_ns_ = now_ns + options_.block_ns;
}

u32 SimL1::deepest_reorg() const { return static_cast<u32>(chain_.head().number - floor_); }

void SimL1::reorganise(u32 depth, bool keep_transactions) {
  GAVEL_CHECK(depth <= deepest_reorg());
  if (depth == 0) return;
  chain_.take_back(depth, keep_transactions);
  chain_.mine(depth);
}

void SimL1::send(const stf::Message& message) {
  l1::Bytes bytes(stf::kMaxMessageBytes);
  bytes.resize(stf::encode_message(message, bytes));
  const auto sent = owner_->submit(
      {.to = FakeContracts::inbox(), .data = std::move(bytes), .gas_limit = 1'000'000});
  GAVEL_CHECK(sent.ok());
}

void SimL1::deposit(const Address& recipient, u32 account, u32 asset, u64 amount) {
  stf::Message m = of_kind(stf::MessageKind::deposit);
  m.asset = asset;
  m.amount = amount;
  m.recipient = recipient;
  m.account = account;
  send(m);
}

}  // namespace gavel::sim
