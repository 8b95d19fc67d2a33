#include "sim/sim_client.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gavel::sim {

namespace {

constexpr u64 kMs = 1'000'000;
constexpr std::size_t kMostUnanswered = 64;

u64 digest_of_receipt(const stf::Receipt& receipt) {
  std::array<u8, stf::kMaxReceiptBytes> bytes;
  return digest_of(std::span<const u8>(bytes).first(stf::encode_receipt(receipt, bytes)));
}

}  // namespace

SimClient::SimClient(const Options& options, Workload& workload, io::Random& random, Digest& digest)
    : options_(options), workload_(workload), random_(random), digest_(digest) {}

void SimClient::step(u64 now_ns, u64 now_ms, sequencer::Gateway* gateway,
                     const state::HotState* state) {
  std::erase_if(leaving_, [](const auto& link) { return link->forgotten(); });
  for (const auto& link : leaving_) link->pump(now_ns);
  if (link_ && link_->ended()) drop_link(now_ns);
  if (!link_) {
    if (gateway == nullptr || now_ns < reconnect_ns_) return;
    connect(now_ns, *gateway);
  }
  link_->pump(now_ns);
  read(now_ns);
  if (!retired_ && link_ && now_ns >= next_submit_ns_) submit_some(now_ns, now_ms, state);
}

void SimClient::connect(u64 now_ns, sequencer::Gateway& gateway) {
  link_ = std::make_shared<SimLink>(random_, options_.link);
  gateway.add(link_->wire(), "client");
  ++totals_.connections;
  garbage_ = false;
  last_place_ = {};
  in_.clear();
  out_.clear();
  replay::append_hello(out_);
  if (random_.below(2) == 0) replay::append_subscribe(out_, 0);
  if (random_.below(3) == 0) replay::append_subscribe_blocks(out_);
  link_->send(out_, now_ns);
  // Some of what was never answered, as it was.
  std::vector<SignedTransaction> again;
  again.swap(unanswered_);
  for (const SignedTransaction& tx : again) {
    if (retired_ || random_.below(2) == 0) continue;
    ++totals_.resubmitted;
    submit(tx, now_ns);
  }
}

void SimClient::drop_link(u64 now_ns) {
  for (auto& [request, tx] : open_) {
    if (unanswered_.size() < kMostUnanswered) unanswered_.push_back(std::move(tx));
  }
  open_.clear();
  // Or without a word, as when his machine is gone: the gateway has to find out by itself.
  if (random_.below(2) == 0) {
    link_->close();
    leaving_.push_back(std::move(link_));
  }
  link_.reset();
  reconnect_ns_ = now_ns + random_.below(2'000 * kMs);
}

void SimClient::lose_node() {
  if (link_) link_->reset();
  leaving_.clear();
}

void SimClient::disconnect(u64 now_ns) {
  if (!link_) return;
  // In the middle of a frame.
  if (random_.below(2) == 0) link_->send(std::array<u8, 3>{0, 0, 0}, now_ns);
  link_->close();
}

void SimClient::stall_until(u64 then_ns) {
  if (link_) link_->stall_until(then_ns);
}

void SimClient::send_garbage(u64 now_ns) {
  if (!link_) return;
  garbage_ = true;
  std::vector<u8> bytes(1 + random_.below(300));
  random_.fill(bytes);
  // Half of the time with a length that could be a frame's.
  if (random_.below(2) == 0 && bytes.size() > 5) {
    std::fill_n(bytes.begin(), 3, u8{0});
    bytes[3] = static_cast<u8>(bytes.size() - 4);
  }
  link_->send(bytes, now_ns);
}

void SimClient::burst(u32 count, u64 now_ns, u64 now_ms) {
  for (u32 i = 0; i < count && link_; ++i) {
    submit(workload_.forged(options_.first_account, now_ms), now_ns);
  }
}

void SimClient::duplicate(u64 now_ns) {
  if (!link_ || open_.empty()) return;
  const SignedTransaction tx = open_.begin()->second;
  for (u64 i = 1 + random_.below(4); i > 0; --i) submit(tx, now_ns);
}

void SimClient::submit_some(u64 now_ns, u64 now_ms, const state::HotState* state) {
  next_submit_ns_ = now_ns + gap();
  const u32 account = options_.first_account + static_cast<u32>(random_.below(options_.accounts));
  submit(workload_.next(account, now_ms, state), now_ns);
}

void SimClient::submit(const SignedTransaction& tx, u64 now_ns) {
  out_.clear();
  const u64 request = next_request_++;
  replay::append_submit(out_, request, tx.bytes);
  link_->send(out_, now_ns);
  open_.emplace(request, tx);
  ++totals_.submitted;
}

void SimClient::read(u64 now_ns) {
  link_->receive(in_, now_ns < slow_until_ns_ ? 16 : 65'536);
  std::size_t at = 0;
  while (at < in_.size()) {
    const std::span<const u8> rest = std::span<const u8>(in_).subspan(at);
    const i64 length = replay::frame_length(rest);
    if (length == 0) break;
    replay::Answer answer;
    if (length < 0 || !replay::decode_answer(rest.first(static_cast<u64>(length)), answer)) {
      complaint_ = "the gateway sent bytes that are no frame";
      return;
    }
    take(answer);
    at += static_cast<u64>(length);
  }
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(at));
}

void SimClient::take(const replay::Answer& answer) {
  if (const auto* result = std::get_if<replay::ResultFrame>(&answer)) return take_result(*result);
  if (const auto* refused = std::get_if<replay::RefusedFrame>(&answer)) {
    digest_.add(refused->request_id << 8 | refused->code);
    ++totals_.refused;
    const auto code = static_cast<replay::Refusal>(refused->code);
    totals_.busy += code == replay::Refusal::busy ? 1 : 0;
    totals_.halted += code == replay::Refusal::halted ? 1 : 0;
    if (open_.erase(refused->request_id) == 0 && !garbage_)
      complaint_ = "a refusal of what was not submitted";
  } else if (std::holds_alternative<replay::FillFrame>(answer)) {
    ++totals_.fills;
  }
}

void SimClient::take_result(const replay::ResultFrame& result) {
  const auto found = open_.find(result.request_id);
  if (found == open_.end()) {
    if (!garbage_) complaint_ = "a result of what was not submitted";
    return;
  }
  const Acknowledged place{result.block, result.index, digest_of_receipt(result.receipt)};
  digest_.add(place.block);
  digest_.add(place.index);
  digest_.add(place.receipt);
  const std::pair<u64, u64> after{place.block, u64{place.index} + 1};
  if (after <= last_place_) complaint_ = "results are not in the order of their blocks";
  last_place_ = after;
  if (!acknowledged_.emplace(found->second.id, place).second) {
    complaint_ =
        fmt::format("a transaction was executed twice, the second time in block {}", place.block);
  }
  last_block_ = std::max(last_block_, place.block);
  ++totals_.results;
  open_.erase(found);
}

}  // namespace gavel::sim
