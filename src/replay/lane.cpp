#include "replay/lane.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "replay/tape_columns.hpp"

namespace gavel::replay {
namespace {

constexpr u64 kMaxUnsentBytes = 1 << 20;
constexpr u64 kIdleWaitNs = 2'000'000;
constexpr u64 kResendGatherNs = 200'000'000;

}  // namespace

bool parse_speed(std::string_view text, Speed& out) {
  if (text == "max") {
    out.thousandths = 0;
    return true;
  }
  if (!text.ends_with('x')) return false;
  text.remove_suffix(1);
  const std::size_t dot = text.find('.');
  u64 whole = 0;
  u64 fraction = 0;
  if (!parse_u64(text.substr(0, dot), whole) || whole > 1'000'000) return false;
  if (dot != std::string_view::npos) {
    std::string digits(text.substr(dot + 1));
    if (digits.empty() || digits.size() > 3) return false;
    digits.resize(3, '0');
    if (!parse_u64(digits, fraction)) return false;
  }
  out.thousandths = whole * 1'000 + fraction;
  return out.thousandths > 0;
}

u64 release_time_ns(const LaneOptions& options, u64 ts_ns) {
  if (options.speed.is_max() || ts_ns <= options.tape_origin_ns) return options.start_ns;
  const u64 since = ts_ns - options.tape_origin_ns;
  const u64 factor = options.speed.thousandths;
  // Split, so that days in nanoseconds times 1,000 do not overflow.
  return options.start_ns + since / factor * 1'000 + since % factor * 1'000 / factor;
}

void LaneStats::add(const LaneStats& other) {
  const auto earlier = [](u64 a, u64 b) { return a == 0 ? b : b == 0 ? a : std::min(a, b); };
  submitted += other.submitted;
  executed += other.executed;
  refused += other.refused;
  busy += other.busy;
  unanswered += other.unanswered;
  for (u32 i = 0; i < kRefusalCount; ++i) refusals[i] += other.refusals[i];
  first_send_ns = earlier(first_send_ns, other.first_send_ns);
  last_answer_ns = std::max(last_answer_ns, other.last_answer_ns);
  first_block = earlier(first_block, other.first_block);
  last_block = std::max(last_block, other.last_block);
  answer_ns.merge(other.answer_ns);
}

Lane::Lane(LaneOptions options, GatewayClient& client, ChunkQueue& queue, OutcomeChecker& checker,
           io::Clock& clock, ReplayProgress& progress, const std::atomic<bool>& stop)
    : options_(options),
      client_(client),
      queue_(queue),
      checker_(checker),
      clock_(clock),
      progress_(progress),
      stop_(stop) {}

std::string Lane::run() {
  std::string failure;
  u64 last_heard_ns = clock_.monotonic_ns();
  while (failure.empty() && !stop_.load(std::memory_order_relaxed)) {
    u64 now = clock_.monotonic_ns();
    send_due(now);
    if (ended_ && chunk_ == nullptr && open_ == 0) break;
    const auto pumped = client_.pump(
        wait_ns(now), [this](const Answer& answer) { take(answer, clock_.monotonic_ns()); });
    now = clock_.monotonic_ns();
    if (!pumped.ok()) {
      failure = text_of(pumped.error());
      if (!client_.last_error().empty()) failure += " (" + client_.last_error() + ")";
    } else if (*pumped > 0 || open_ == 0) {
      last_heard_ns = now;
    } else if (now - last_heard_ns > options_.stall_timeout_ns) {
      failure = "the node stopped answering: " + std::to_string(open_) + " transactions are due";
    }
  }
  give_up_rest();
  queue_.abandon();
  return failure;
}

void Lane::send_due(u64 now) {
  resend(now);
  // While anything waits to be sent again, nothing newer may overtake it.
  while (to_resend_.empty() && open_ < options_.window &&
         client_.unsent_bytes() < kMaxUnsentBytes) {
    if (!next_message(now)) return;
  }
}

bool Lane::next_message(u64 now) {
  if (chunk_ == nullptr) {
    chunk_ = queue_.try_pop(ended_);
    next_in_chunk_ = 0;
    if (chunk_ == nullptr) return false;
    if (flights_.empty()) first_flight_ = chunk_->first_request_id;
  }
  const Message& message = chunk_->messages[next_in_chunk_];
  next_release_ns_ = release_time_ns(options_, message.ts_ns);
  if (next_release_ns_ > now) return false;
  queue_frame(*chunk_, next_in_chunk_);
  flights_.push_back({chunk_, next_in_chunk_, false, now});
  ++open_;
  ++stats_.submitted;
  progress_.submitted.fetch_add(1, std::memory_order_relaxed);
  if (stats_.first_send_ns == 0) stats_.first_send_ns = now;
  if (++next_in_chunk_ == chunk_->messages.size()) chunk_ = nullptr;
  return true;
}

void Lane::resend(u64 now) {
  if (to_resend_.empty() || now < resend_at_ns_) return;
  // Wait for the answers to what was under way, unless the node leaves some unanswered for long.
  if (open_ > to_resend_.size() && now < resend_at_ns_ + kResendGatherNs) return;
  u64 budget = std::max<u64>(options_.window / 2, 1);
  for (auto it = to_resend_.begin(); it != to_resend_.end() && budget > 0; --budget) {
    if (Flight* flight = find(*it)) {
      queue_frame(*flight->chunk, flight->index);
      flight->sent_ns = now;
    }
    it = to_resend_.erase(it);
  }
}

// A report is signed at the last moment, because its time must be fresh; sent again it is the same.
void Lane::queue_frame(const Chunk& chunk, u32 index) {
  const Message& message = chunk.messages[index];
  if (message.kind != MessageKind::report) return client_.queue(chunk.frame(index));
  GAVEL_CHECK(options_.reporter != nullptr);
  const u64 request_id = chunk.first_request_id + index;
  std::vector<u8>& frame = reports_[request_id];
  if (frame.empty()) {
    frame = options_.reporter->frame(request_id, chunk.market, message.account,
                                     static_cast<u32>(message.price));
  }
  client_.queue(frame);
}

Lane::Flight* Lane::find(u64 request_id) {
  if (request_id < first_flight_ || request_id - first_flight_ >= flights_.size()) return nullptr;
  Flight& flight = flights_[static_cast<std::size_t>(request_id - first_flight_)];
  return flight.answered ? nullptr : &flight;
}

void Lane::finish_flight(u64 request_id) {
  flights_[static_cast<std::size_t>(request_id - first_flight_)].answered = true;
  --open_;
  reports_.erase(request_id);
  progress_.answered.fetch_add(1, std::memory_order_relaxed);
  while (!flights_.empty() && flights_.front().answered) {
    flights_.pop_front();
    ++first_flight_;
  }
}

void Lane::take(const Answer& answer, u64 now) {
  if (const ResultFrame* result = std::get_if<ResultFrame>(&answer)) {
    Flight* flight = find(result->request_id);
    if (flight == nullptr) return;
    ++stats_.executed;
    stats_.answer_ns.record(now - flight->sent_ns);
    stats_.last_answer_ns = now;
    if (stats_.first_block == 0) stats_.first_block = result->block;
    stats_.last_block = std::max(stats_.last_block, result->block);
    progress_.fills.fetch_add(result->receipt.events.size(), std::memory_order_relaxed);
    to_resend_.erase(result->request_id);
    checker_.take(flight->chunk->messages[flight->index], result->receipt);
    finish_flight(result->request_id);
  } else if (const RefusedFrame* refused = std::get_if<RefusedFrame>(&answer)) {
    Flight* flight = find(refused->request_id);
    if (flight == nullptr) return;
    if (refused->code < kRefusalCount) ++stats_.refusals[refused->code];
    if (refused->code == static_cast<u8>(Refusal::busy)) {
      ++stats_.busy;
      to_resend_.insert(refused->request_id);
      resend_at_ns_ = now + std::max<u64>(refused->retry_after_ms, 1) * 1'000'000;
      return;
    }
    ++stats_.refused;
    stats_.last_answer_ns = now;
    checker_.give_up(flight->chunk->messages[flight->index]);
    finish_flight(refused->request_id);
  }
}

void Lane::give_up_rest() {
  for (const Flight& flight : flights_) {
    if (flight.answered) continue;
    ++stats_.unanswered;
    checker_.give_up(flight.chunk->messages[flight.index]);
  }
}

u64 Lane::wait_ns(u64 now) const {
  u64 wait = kIdleWaitNs;
  if (to_resend_.empty() && next_release_ns_ > now) wait = std::min(wait, next_release_ns_ - now);
  return wait;
}

}  // namespace gavel::replay
