#include "sequencer/signature_stage.hpp"

#include <algorithm>
#include <array>
#include <boost/lockfree/spsc_queue.hpp>
#include <chrono>

#include "base/check.hpp"
#include "crypto/secp256k1_batch.hpp"

namespace gavel::sequencer {

namespace {

// As many as share one wide recovery several times over, few enough not to delay the first.
constexpr u32 kGroup = 64;
// Connections that are counted apart; beyond it two may share a count.
constexpr u32 kShares = 4'096;

}  // namespace

struct SignatureStage::Lane {
  explicit Lane(u32 depth) : depth(depth), in(depth), out(depth) {}
  std::atomic<u32>& share(u32 connection) { return shares[connection % kShares]; }

  const u32 depth;
  std::atomic<u32> held{0};  // pushed and not yet taken
  std::array<std::atomic<u32>, kShares> shares{};
  boost::lockfree::spsc_queue<RawSubmission> in;
  boost::lockfree::spsc_queue<Submission> out;
  std::atomic<u32> signal{0};  // rises with each push
  std::thread thread;
  // Of the group in work.
  std::vector<RawSubmission> raw = std::vector<RawSubmission>(kGroup);
  std::vector<Submission> done;
  std::vector<crypto::RecoverJob> jobs;
  std::vector<base::Result<crypto::PublicKey, crypto::SignatureError>> keys;
};

SignatureStage::SignatureStage(const Hash32& domain, u32 threads, u32 queue_depth,
                               std::function<void()> on_ready)
    : domain_(domain), on_ready_(std::move(on_ready)) {
  if (threads == 0) lanes_.push_back(std::make_unique<Lane>(queue_depth));
  for (u32 i = 0; i < threads; ++i) {
    lanes_.push_back(std::make_unique<Lane>(queue_depth));
    Lane& lane = *lanes_.back();
    lane.thread = std::thread([this, &lane] { run(lane); });
  }
}

SignatureStage::~SignatureStage() { stop(); }

void SignatureStage::stop() {
  stopping_.store(true);
  for (const auto& lane : lanes_) {
    lane->signal.fetch_add(1);
    lane->signal.notify_one();
    if (lane->thread.joinable()) lane->thread.join();
  }
}

bool SignatureStage::push(const RawSubmission& raw) {
  Lane& lane = *lanes_[raw.connection % lanes_.size()];
  // The outgoing queue is as long as the incoming one and each is bounded, so a lane can always
  // finish what it took.
  std::atomic<u32>& share = lane.share(raw.connection);
  const u32 held = lane.held.load(std::memory_order_relaxed);
  if (held + share.load(std::memory_order_relaxed) >= lane.depth || !lane.in.push(raw)) {
    return false;
  }
  lane.held.fetch_add(1, std::memory_order_relaxed);
  share.fetch_add(1, std::memory_order_relaxed);
  pushed_.fetch_add(1, std::memory_order_relaxed);
  lane.signal.fetch_add(1, std::memory_order_release);
  lane.signal.notify_one();
  return true;
}

u32 SignatureStage::take(std::vector<Submission>& out) {
  u32 taken = 0;
  for (const auto& lane : lanes_) {
    const u64 of_lane = lane->out.consume_all([&](const Submission& s) {
      lane->share(s.connection).fetch_sub(1, std::memory_order_relaxed);
      out.push_back(s);
    });
    lane->held.fetch_sub(static_cast<u32>(of_lane), std::memory_order_relaxed);
    taken += static_cast<u32>(of_lane);
  }
  taken_ += taken;
  taken_shared_.store(taken_, std::memory_order_relaxed);
  return taken;
}

bool SignatureStage::idle() const {
  return pushed_.load(std::memory_order_relaxed) == taken_shared_.load(std::memory_order_relaxed);
}

// Takes up to `most` submissions into lane.done and finds out who signed them; how many.
std::size_t SignatureStage::recover_group(Lane& lane, std::size_t most) {
  const std::size_t count = lane.in.pop(lane.raw.data(), most);
  lane.done.assign(count, Submission{});
  lane.jobs.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const RawSubmission& raw = lane.raw[i];
    Submission& done = lane.done[i];
    done.request_id = raw.request_id;
    done.connection = raw.connection;
    const auto tx = stf::decode_transaction(std::span<const u8>(raw.bytes).first(raw.size));
    if (!tx) continue;
    done.tx = *tx;
    done.tx_id = stf::transaction_digest(*tx, domain_);
    lane.jobs.push_back({done.tx_id, crypto::Signature64{tx->signature}});
  }
  lane.keys.assign(lane.jobs.size(), crypto::SignatureError::kRZero);
  crypto::recover_batch(lane.jobs, lane.keys);
  std::size_t job = 0;
  for (Submission& s : lane.done) {
    if (s.tx.action == stf::Action{}) continue;
    const auto& key = lane.keys[job++];
    if (key.ok()) s.signed_by = crypto::address_of(key.value());
  }
  return count;
}

bool SignatureStage::step() {
  bool worked = false;
  for (const auto& lane : lanes_) {
    const std::size_t count =
        recover_group(*lane, std::min<std::size_t>(kGroup, lane->out.write_available()));
    if (count == 0) continue;
    (void)lane->out.push(lane->done.data(), count);
    on_ready_();
    worked = true;
  }
  return worked;
}

void SignatureStage::run(Lane& lane) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    const u32 seen = lane.signal.load(std::memory_order_acquire);
    const std::size_t count = recover_group(lane, kGroup);
    if (count == 0) {
      lane.signal.wait(seen, std::memory_order_acquire);
      continue;
    }
    for (std::size_t sent = 0; sent < count && !stopping_.load(std::memory_order_relaxed);) {
      sent += lane.out.push(lane.done.data() + sent, count - sent);
      on_ready_();
      // The executor is behind; what waits here is what makes the gateway answer busy.
      if (sent < count) std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
}

}  // namespace gavel::sequencer
