// Lane: one connection's messages on their way, in order, with a bounded number unanswered.
//
// What: takes signed chunks, sends each message no earlier than its time on the tape (scaled),
// matches answers with messages and gives them to the outcome checker. A busy node is answered by
// sending the same bytes again, oldest first, after the time that it asked for and when everything
// else of the lane is answered, so that the order changes as little as possible. Invariant: every
// message ends in exactly one of: executed, refused, unanswered (the lane failed). One thread.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "io/clock.hpp"
#include "ops/latency_histogram.hpp"
#include "replay/gateway_client.hpp"
#include "replay/outcome_checker.hpp"
#include "replay/price_reporter.hpp"
#include "replay/signing.hpp"

namespace gavel::replay {

// How fast a tape is played: multiples of its own pace, in thousandths; 0 = as fast as the node
// takes it.
struct Speed {
  u64 thousandths = 0;
  [[nodiscard]] bool is_max() const { return thousandths == 0; }
};
// "max", "1x", "2.5x"; false for anything else.
[[nodiscard]] bool parse_speed(std::string_view text, Speed& out);

struct LaneOptions {
  Speed speed{};
  u64 window = 8'192;                     // messages unanswered at a time
  u64 stall_timeout_ns = 30'000'000'000;  // without any answer while some are due
  u64 tape_origin_ns = 0;                 // the tape's time at ...
  u64 start_ns = 0;                       // ... this moment of the monotonic clock
  PriceReporter* reporter = nullptr;      // signs the messages of kind report
};

// The moment of the monotonic clock at which an event of the tape is due.
[[nodiscard]] u64 release_time_ns(const LaneOptions& options, u64 ts_ns);

struct LaneStats {
  u64 submitted = 0;
  u64 executed = 0;
  u64 refused = 0;  // for good
  u64 busy = 0;     // sent again
  u64 unanswered = 0;
  std::array<u64, kRefusalCount> refusals{};
  u64 first_send_ns = 0;
  u64 last_answer_ns = 0;
  u64 first_block = 0;
  u64 last_block = 0;
  ops::LatencyHistogram answer_ns;  // from sending to the result

  void add(const LaneStats& other);
};

// Of all lanes; any thread may read.
struct ReplayProgress {
  std::atomic<u64> submitted{0};
  std::atomic<u64> answered{0};
  std::atomic<u64> fills{0};
  std::atomic<u64> total{0};
};

class Lane {
 public:
  // All outlive the lane. `stop` ends it early.
  Lane(LaneOptions options, GatewayClient& client, ChunkQueue& queue, OutcomeChecker& checker,
       io::Clock& clock, ReplayProgress& progress, const std::atomic<bool>& stop);

  // Until every message is answered. Empty, or why it ended early.
  [[nodiscard]] std::string run();
  const LaneStats& stats() const { return stats_; }

 private:
  struct Flight {
    std::shared_ptr<Chunk> chunk;
    u32 index = 0;
    bool answered = false;
    u64 sent_ns = 0;
  };
  void send_due(u64 now);
  bool next_message(u64 now);
  void resend(u64 now);
  void take(const Answer& answer, u64 now);
  void finish_flight(u64 request_id);
  void queue_frame(const Chunk& chunk, u32 index);
  Flight* find(u64 request_id);
  void give_up_rest();
  u64 wait_ns(u64 now) const;

  LaneOptions options_;
  GatewayClient& client_;
  ChunkQueue& queue_;
  OutcomeChecker& checker_;
  io::Clock& clock_;
  ReplayProgress& progress_;
  const std::atomic<bool>& stop_;
  LaneStats stats_;
  std::shared_ptr<Chunk> chunk_;  // being sent
  u32 next_in_chunk_ = 0;
  bool ended_ = false;  // no chunk will come
  std::deque<Flight> flights_;
  u64 first_flight_ = 0;                    // request id of flights_.front()
  u64 open_ = 0;                            // flights without an answer
  std::map<u64, std::vector<u8>> reports_;  // frames by request id until they are answered
  std::set<u64> to_resend_;                 // request ids that the node was too busy for
  u64 resend_at_ns_ = 0;
  u64 next_release_ns_ = 0;
};

}  // namespace gavel::replay
