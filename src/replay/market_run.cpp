#include "replay/market_run.hpp"

#include <algorithm>

namespace gavel::replay {
namespace {
// Chunks that may wait signed or unsigned before a lane, unless everything is signed ahead.
constexpr u64 kQueuedChunks = 64;
}  // namespace

MarketRun::MarketRun(const ReplayOptions& options, const MarketInput& input, u32 accounts,
                     u32 first_slot)
    : options_(options),
      input_(input),
      accounts_(accounts),
      first_slot_(first_slot),
      last_nonce_(accounts) {}

TranslatorOptions MarketRun::translator_options() const {
  return {accounts_, options_.seed, options_.max_fills, options_.settle};
}

TapeResult<bool> MarketRun::plan() {
  plan_ = GAVEL_TRY(plan_tape(input_.open, input_.format, translator_options(), input_.fixed));
  if (input_.expected_book.has_value()) {
    expected_levels_ = GAVEL_TRY(read_l2_book(*input_.expected_book));
  }
  return input_.perpetual ? plan_perpetual() : true;
}

// What the oracles report, and the collateral that carries all orders of an account at the highest
// price there will be.
TapeResult<bool> MarketRun::plan_perpetual() {
  prices_ = std::move(plan_.middles);
  if (input_.price_path.has_value()) {
    prices_ = GAVEL_TRY(read_price_path(*input_.price_path, input_.price_decimals));
    for (PricePoint& point : prices_) {
      point.price = std::max<u64>(point.price / plan_.survey.scale.tick, 1);
    }
  }
  if (prices_.empty()) {
    return TapeError{input_.symbol, 0, 0,
                     "the tape never has bids and asks, and there is no price"};
  }
  const u64 first_price = price_at(prices_, plan_.survey.first_ts_ns);
  std::erase_if(prices_, [this](const PricePoint& point) {
    return point.ts_ns <= plan_.survey.first_ts_ns || point.ts_ns > plan_.survey.last_ts_ns;
  });
  prices_.insert(prices_.begin(), {plan_.survey.first_ts_ns, first_price});
  for (const PricePoint& point : prices_) highest_price_ = std::max(highest_price_, point.price);
  for (AccountNeed& need : plan_.needs) {
    const u128 lots = u128{need.base_lots} + u128{need.buy_lots};
    const u128 value = lots * u128{highest_price_ + highest_price_ / 4};
    const u128 units = value * u128{options_.collateral_ppm} / u128{kWholeValuePpm};
    need.collateral = units.hi == 0 ? std::max<u64>(units.lo, 1) : ~u64{0};
    ++plan_.messages;
  }
  plan_.messages += prices_.size() * options_.oracles;
  return true;
}

ReplayResult<bool> MarketRun::open_market(Venue& venue) {
  MarketRequest request{input_.symbol, plan_.survey, {}};
  if (input_.perpetual) {
    PerpetualRequest& perpetual = request.perpetual.emplace();
    const u64 of_tape = plan_.survey.max_price / plan_.survey.scale.tick;
    perpetual.max_price_ticks = std::max(of_tape, 2 * highest_price_);
    for (const AccountNeed& need : plan_.needs) {
      perpetual.max_position_lots =
          std::max(perpetual.max_position_lots, need.base_lots + need.buy_lots);
    }
  }
  market_ = GAVEL_TRY(venue.open_market(request));
  return true;
}

void MarketRun::add_lane(std::unique_ptr<GatewayClient> client) {
  auto lane = std::make_unique<LaneState>();
  if (!options_.fresh_accounts) run_id_ = std::max<u64>(run_id_, client->welcome().time_ms);
  lane->client = std::move(client);
  lane->queue = std::make_unique<ChunkQueue>(options_.sign_ahead ? ~u64{0} : kQueuedChunks);
  lane->checker = std::make_unique<OutcomeChecker>(
      options_.connections_per_market == 1 &&
      (!input_.perpetual || options_.collateral_ppm >= kWholeValuePpm));
  lanes_.push_back(std::move(lane));
}

bool MarketRun::flush(LaneState& lane, SigningPool& pool) {
  if (lane.filling == nullptr) return true;
  std::shared_ptr<Chunk> chunk = std::move(lane.filling);
  lane.filling = nullptr;
  pool.submit(chunk);
  return lane.queue->push(std::move(chunk));
}

void MarketRun::append(LaneState& lane, Message&& message, u64 nonce, SigningPool& pool) {
  if (lane.filling == nullptr) {
    lane.filling = std::make_shared<Chunk>();
    lane.filling->first_request_id = lane.next_request_id;
    lane.filling->market = market_;
    lane.filling->run_id = run_id_;
    lane.filling->messages.reserve(kChunkMessages);
  }
  lane.filling->nonces.push_back(nonce);
  lane.filling->messages.push_back(std::move(message));
  ++lane.next_request_id;
  if (lane.filling->messages.size() == kChunkMessages) flush(lane, pool);
}

void MarketRun::enqueue(Message&& message, u64 now_ms, SigningPool& pool) {
  LaneState& lane = *lanes_[message.account % lanes_.size()];
  u64& nonce = last_nonce_[message.account];
  nonce = std::max(nonce + 1, now_ms);
  message.account += first_slot_;
  // Parts of one aggressor may go to different lanes, which run on different threads.
  if (lanes_.size() > 1) message.group = nullptr;
  append(lane, std::move(message), nonce, pool);
}

// Before the tape: every account's collateral.
void MarketRun::enqueue_margin(u64 now_ms, SigningPool& pool) {
  for (u32 slot = 0; slot < accounts_; ++slot) {
    Message message;
    message.kind = MessageKind::margin;
    message.ts_ns = plan_.survey.first_ts_ns;
    message.account = slot;
    message.lots = plan_.needs[slot].collateral;
    enqueue(std::move(message), now_ms, pool);
  }
}

// Members do not agree to the tick; their median is the path's price.
void MarketRun::enqueue_reports(const PricePoint& point, SigningPool& pool) {
  for (u32 member = 0; member < options_.oracles; ++member) {
    Message message;
    message.kind = MessageKind::report;
    message.ts_ns = point.ts_ns;
    message.account = member;
    message.price = point.price + (member + 1 == options_.oracles ? 1 : 0);
    append(*lanes_[0], std::move(message), 0, pool);
  }
}

void MarketRun::produce(SigningPool& pool, u64 now_ms, const std::atomic<bool>& stop) {
  auto tape = input_.open();
  if (tape.ok()) {
    TapeStream stream(std::move(*tape), translator_options(), input_.format, plan_.survey);
    std::vector<Message> messages;
    if (input_.perpetual) enqueue_margin(now_ms, pool);
    auto price = prices_.begin();
    while (!stop.load(std::memory_order_relaxed)) {
      const auto more = stream.next(messages);
      if (!more.ok()) failure_ = more.error().text();
      if (!more.ok() || !*more) break;
      for (Message& message : messages) {
        for (; price != prices_.end() && price->ts_ns <= message.ts_ns; ++price)
          enqueue_reports(*price, pool);
        enqueue(std::move(message), now_ms, pool);
      }
      messages.clear();
    }
    for (; price != prices_.end() && failure_.empty(); ++price) enqueue_reports(*price, pool);
    oracle_levels_ = stream.translator().book().levels();
    counts_ = stream.translator().counts();
    lost_ = stream.translator().lost_executions();
  } else {
    failure_ = tape.error().text();
  }
  for (const auto& lane : lanes_) {
    flush(*lane, pool);
    lane->queue->close();
  }
}

void MarketRun::wait_signed() {
  for (const auto& lane : lanes_) lane->queue->wait_complete();
}

void MarketRun::start_lanes(const LaneOptions& options, io::Clock& clock, ReplayControl& control,
                            std::vector<std::thread>& threads) {
  for (const auto& lane : lanes_) {
    lane->lane = std::make_unique<Lane>(options, *lane->client, *lane->queue, *lane->checker, clock,
                                        control.progress, control.stop);
    threads.emplace_back([state = lane.get(), &control] {
      state->failure = state->lane->run();
      // A market without its rest is no replay: the others end too.
      if (!state->failure.empty()) control.stop = true;
    });
  }
}

MarketReport MarketRun::report() const {
  MarketReport report;
  report.symbol = input_.symbol;
  report.market = market_;
  report.survey = plan_.survey;
  report.translator = counts_;
  OutcomeChecker lost(false);
  lost.take_lost(lost_);
  report.outcome.add(lost.counts());
  for (const auto& lane : lanes_) report.outcome.add(lane->checker->counts());
  std::sort(report.outcome.unmatched.begin(), report.outcome.unmatched.end(),
            [](const auto& a, const auto& b) { return a.line < b.line; });
  return report;
}

LaneStats MarketRun::traffic() const {
  LaneStats sum;
  for (const auto& lane : lanes_) sum.add(lane->lane->stats());
  return sum;
}

std::string MarketRun::failure() const {
  for (const auto& lane : lanes_) {
    if (!lane->failure.empty()) return input_.symbol + ": " + lane->failure;
  }
  return failure_;
}

void MarketRun::compare_book(const std::vector<BookLevel>& actual, MarketReport& report) const {
  report.oracle_book = compare_books(oracle_levels_, actual);
  if (!input_.expected_book.has_value()) return;
  std::vector<BookLevel> in_tape_units = actual;
  for (BookLevel& level : in_tape_units) {
    level.price *= plan_.survey.scale.tick;
    level.lots *= plan_.survey.scale.lot;
  }
  report.has_expected_book = true;
  report.expected_book = compare_books(expected_levels_, in_tape_units);
}

}  // namespace gavel::replay
