#include "sequencer/gateway_session.hpp"

#include <algorithm>

namespace gavel::sequencer {

namespace {

constexpr u32 kBusyRetryMs = 50;
// A stranger gets little memory; whoever has said hello, room for many frames at once.
constexpr std::size_t kHelloBytes = 256;
constexpr std::size_t kReadBytes = 128 * 1024;
// A client that subscribes to very many accounts wants all of them.
constexpr std::size_t kMaxSubscriptions = 65'536;

}  // namespace

GatewaySession::GatewaySession(SessionHost& host, const SessionLimits& limits, u32 id, u64 now_ns)
    : host_(host), limits_(limits), id_(id), heard_ns_(now_ns), in_(kHelloBytes) {}

void GatewaySession::received(std::size_t bytes, u64 now_ns) {
  in_used_ += bytes;
  std::size_t at = 0;
  while (open()) {
    Frame frame;
    u32 consumed = 0;
    const FrameRead read =
        read_frame(std::span<const u8>(in_).subspan(at, in_used_ - at), frame, consumed);
    if (read == FrameRead::incomplete) break;
    if (read != FrameRead::frame) {
      fail(read == FrameRead::too_long ? GatewayError::frame_too_long : GatewayError::bad_frame);
      break;
    }
    at += consumed;
    heard_ns_ = now_ns;
    if (const GatewayError error = handle(frame); error != GatewayError::none) fail(error);
  }
  std::copy(in_.begin() + static_cast<std::ptrdiff_t>(at),
            in_.begin() + static_cast<std::ptrdiff_t>(in_used_), in_.begin());
  in_used_ -= at;
  if (greeted_ && in_.size() < kReadBytes) in_.resize(kReadBytes);
  // No hello is as long as this.
  if (in_used_ == in_.size()) fail(GatewayError::hello_first);
  if (!open()) in_used_ = 0;
}

bool GatewaySession::check_time(u64 now_ns) {
  if (!open()) return false;
  const u64 allowed = greeted_ ? limits_.idle_timeout_ns : limits_.hello_timeout_ns;
  if (now_ns - heard_ns_ < allowed) return false;
  fail(greeted_ ? GatewayError::idle_timeout : GatewayError::hello_timeout);
  return true;
}

void GatewaySession::fail(GatewayError error) {
  if (!open()) return;
  error_ = error;
  write_error(out_, error);
}

GatewayError GatewaySession::handle(const Frame& frame) {
  base::ByteReader r(frame.payload);
  const FrameType type{frame.type};
  if (!greeted_ && type != FrameType::hello) return GatewayError::hello_first;
  switch (type) {
    case FrameType::hello:
      return greet(r);
    case FrameType::submit:
      return take(r);
    case FrameType::subscribe: {
      const u32 account = r.read_u32_be();
      if (!r.finished() || accounts_.size() >= kMaxSubscriptions) return GatewayError::bad_frame;
      accounts_.insert(account);
      host_.subscribe(id_, account);
      return GatewayError::none;
    }
    case FrameType::subscribe_blocks:
      if (!r.finished()) return GatewayError::bad_frame;
      host_.subscribe_blocks(id_);
      return GatewayError::none;
    case FrameType::ping:
      if (frame.payload.size() > kMaxPingBytes) return GatewayError::bad_frame;
      write_pong(out_, frame.payload);
      return GatewayError::none;
    default:
      return GatewayError::unknown_type;
  }
}

GatewayError GatewaySession::greet(base::ByteReader& r) {
  const u16 protocol = r.read_u16_be();
  if (!r.finished() || greeted_) return GatewayError::bad_frame;
  if (protocol != kGatewayProtocol) return GatewayError::unsupported_protocol;
  greeted_ = true;
  write_welcome(out_, host_.welcome());
  return GatewayError::none;
}

GatewayError GatewaySession::take(base::ByteReader& r) {
  RawSubmission raw;
  raw.request_id = r.read_u64_be();
  if (!r.ok()) return GatewayError::bad_frame;
  const std::span<const u8> bytes = r.read_bytes(r.remaining());
  Refusal refusal = Refusal::none;
  if (bytes.size() > raw.bytes.size()) {
    refusal = Refusal::malformed;
    host_.refused(refusal);
  } else if (in_flight_ >= limits_.max_in_flight) {
    refusal = Refusal::busy;
    host_.refused(refusal);
  } else {
    raw.connection = id_;
    raw.size = static_cast<u32>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), raw.bytes.begin());
    refusal = host_.submit(raw);
  }
  if (refusal == Refusal::none) {
    ++in_flight_;
  } else {
    write_refused(out_, raw.request_id, refusal, refusal == Refusal::busy ? kBusyRetryMs : 0);
  }
  return GatewayError::none;
}

}  // namespace gavel::sequencer
