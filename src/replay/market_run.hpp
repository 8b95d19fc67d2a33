// MarketRun: one market's part of a replay, from its tape to its report.
//
// What: plan (two readings of the tape), market, producer (tape -> messages -> nonces -> chunks for
// signing) and lanes. Invariant: lanes share nothing but the producer; with several lanes an
// account's messages all use the same one.
#pragma once

#include <thread>

#include "replay/replay.hpp"
#include "replay/signing.hpp"

namespace gavel::replay {

class MarketRun {
 public:
  // Its accounts are slots first_slot .. first_slot + accounts - 1 of the replay's table.
  MarketRun(const ReplayOptions& options, const MarketInput& input, u32 accounts, u32 first_slot);

  [[nodiscard]] TapeResult<bool> plan();
  [[nodiscard]] ReplayResult<bool> open_market(Venue& venue);
  void add_lane(std::unique_ptr<GatewayClient> client);

  // Reads the tape and fills the lanes' queues; nonces count up from now_ms. On a thread of its
  // own.
  void produce(SigningPool& pool, u64 now_ms, const std::atomic<bool>& stop);
  void wait_signed();
  void start_lanes(const LaneOptions& options, io::Clock& clock, ReplayControl& control,
                   std::vector<std::thread>& threads);

  u32 market() const { return market_; }
  u64 messages() const { return plan_.messages; }
  const std::vector<AccountNeed>& needs() const { return plan_.needs; }
  const TapeSurvey& survey() const { return plan_.survey; }

  // After all threads ended.
  MarketReport report() const;
  LaneStats traffic() const;
  std::string failure() const;
  // `actual` in ticks and lots.
  void compare_book(const std::vector<BookLevel>& actual, MarketReport& report) const;

 private:
  struct LaneState {
    std::unique_ptr<GatewayClient> client;
    std::unique_ptr<ChunkQueue> queue;
    std::unique_ptr<OutcomeChecker> checker;
    std::unique_ptr<Lane> lane;
    std::shared_ptr<Chunk> filling;
    u64 next_request_id = 1;
    std::string failure;
  };
  void enqueue_margin(u64 now_ms, SigningPool& pool);
  void enqueue_reports(const PricePoint& point, SigningPool& pool);
  void append(LaneState& lane, Message&& message, u64 nonce, SigningPool& pool);
  TapeResult<bool> plan_perpetual();
  void enqueue(Message&& message, u64 now_ms, SigningPool& pool);
  bool flush(LaneState& lane, SigningPool& pool);
  TranslatorOptions translator_options() const;

  const ReplayOptions& options_;
  const MarketInput& input_;
  u32 accounts_;
  u32 first_slot_;
  u32 market_ = 0;
  u64 run_id_ = 0;
  TapePlan plan_;
  std::vector<PricePoint> prices_;  // in ticks, of a perpetual market
  u64 highest_price_ = 0;
  std::vector<u64> last_nonce_;
  std::vector<std::unique_ptr<LaneState>> lanes_;
  std::vector<BookLevel> oracle_levels_;
  TranslatorCounts counts_;
  std::vector<ExecutionGroup::Row> lost_;
  std::vector<BookLevel> expected_levels_;
  std::string failure_;
};

}  // namespace gavel::replay
