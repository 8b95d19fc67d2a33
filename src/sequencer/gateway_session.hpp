// GatewaySession: one client's conversation with the gateway, without its socket
// (docs/protocol/gateway.md).
//
// What: takes bytes as they come, answers frames into a buffer, hands transactions to its host, and
// says when the conversation is over. Why apart from the socket: a fuzzer and tests drive it byte
// by byte, on a clock of their own. Invariant: after an error nothing more is taken, and the error
// frame is the last that is written; memory is bounded by the read buffer, the subscriptions and
// what waits to be written, which the owner of the socket bounds by not reading.
#pragma once

#include <unordered_set>
#include <vector>

#include "base/bytes.hpp"
#include "sequencer/frames.hpp"
#include "sequencer/signature_stage.hpp"

namespace gavel::sequencer {

struct SessionLimits {
  u64 hello_timeout_ns = 10'000'000'000;
  u64 idle_timeout_ns = 300'000'000'000;
  u32 max_in_flight = 65'536;  // transactions without an answer
};

// What a session asks of the gateway.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  // None: the transaction was taken, and answered() will be called for it.
  virtual Refusal submit(const RawSubmission& raw) = 0;
  // A transaction that the session itself refused.
  virtual void refused(Refusal) {}
  virtual Welcome welcome() = 0;
  virtual void subscribe(u32 connection, u32 account) = 0;  // 0 = every account
  virtual void subscribe_blocks(u32 connection) = 0;
};

class GatewaySession {
 public:
  GatewaySession(SessionHost& host, const SessionLimits& limits, u32 id, u64 now_ns);

  // Where the next bytes are to be put. Never empty while the session is open.
  std::span<u8> room() { return std::span<u8>(in_).subspan(in_used_); }
  // That many bytes were put there. Handles every whole frame among them.
  void received(std::size_t bytes, u64 now_ns);
  // Ends the session if its client has said nothing for too long. True if it ended now.
  bool check_time(u64 now_ns);
  // The last frame is the reason; the session takes nothing more.
  void fail(GatewayError error);
  // The client got the answer of one of its transactions.
  void answered() { in_flight_ -= in_flight_ != 0 ? 1 : 0; }

  u32 id() const { return id_; }
  bool open() const { return error_ == GatewayError::none; }
  bool greeted() const { return greeted_; }
  GatewayError error() const { return error_; }
  u32 in_flight() const { return in_flight_; }
  const std::unordered_set<u32>& accounts() const { return accounts_; }
  // Frames to be written.
  std::vector<u8>& out() { return out_; }

 private:
  GatewayError handle(const Frame& frame);
  GatewayError greet(base::ByteReader& r);
  GatewayError take(base::ByteReader& r);

  SessionHost& host_;
  SessionLimits limits_;
  u32 id_;
  u64 heard_ns_;  // the last whole frame, or the beginning
  std::vector<u8> in_;
  std::size_t in_used_ = 0;
  std::vector<u8> out_;
  std::unordered_set<u32> accounts_;
  u32 in_flight_ = 0;
  bool greeted_ = false;
  GatewayError error_ = GatewayError::none;
};

}  // namespace gavel::sequencer
