// SimLink: one connection between a client and the gateway over a bad network.
//
// What: bytes take their time, arrive in pieces cut anywhere, or stop for a while; either end may
// close, and what was on its way is then lost or not. The gateway's end is a GatewayWire; the
// client's is send() and receive(). A link holds a bounded number of bytes towards the client, as a
// socket does, so a client who does not read makes the gateway wait. Invariant: bytes arrive in
// order, each once, or not at all with all that follow. One thread; the callbacks of the gateway
// are called from pump() alone.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "io/random.hpp"
#include "sequencer/gateway_wire.hpp"

namespace gavel::sim {

struct LinkQuality {
  u64 latency_ns = 1'000'000;
  u64 jitter_ns = 0;
  u32 most_piece_bytes = 1'500;
  u64 socket_bytes = 16'384;  // towards the client
};

class SimLink : public std::enable_shared_from_this<SimLink> {
 public:
  SimLink(io::Random& random, const LinkQuality& quality) : random_(random), quality_(quality) {}

  // The gateway's end; once.
  std::unique_ptr<sequencer::GatewayWire> wire();

  void send(std::span<const u8> bytes, u64 now_ns);
  // What has arrived and the client has not taken; at most `most` bytes.
  void receive(std::vector<u8>& out, u64 most);
  // Nothing arrives at either end until then.
  void stall_until(u64 then_ns) { stalled_until_ns_ = then_ns; }
  // The client is gone.
  void close();
  // The connection is of no more use to the client: nothing more will arrive.
  bool ended() const {
    return client_closed_ || (gateway_ended_ && arrived_.empty() && down_.empty());
  }
  // Of no use to the gateway either.
  bool forgotten() const { return gateway_closed_; }
  // The gateway's machine is gone: what it wrote and has not left it is lost.
  void reset();

  // Lets arrive what is due.
  void pump(u64 now_ns);
  // The longest single write that the gateway asked for.
  u64 longest_write() const { return longest_write_; }

 private:
  class Wire;
  struct Piece {
    u64 due_ns = 0;
    std::vector<u8> bytes;
  };
  u64 due(u64 now_ns, u64 last_ns);
  void cut(std::span<const u8> bytes, std::deque<Piece>& into, u64 now_ns);
  void deliver_up(u64 now_ns);
  void deliver_down(u64 now_ns);
  void end_gateway();

  io::Random& random_;
  LinkQuality quality_;
  u64 stalled_until_ns_ = 0;
  std::deque<Piece> up_;
  std::deque<Piece> down_;
  u64 down_bytes_ = 0;       // in down_ and arrived_
  std::vector<u8> arrived_;  // at the client
  std::span<u8> read_into_;
  sequencer::GatewayWire::Done read_done_;
  std::span<const u8> writing_;
  sequencer::GatewayWire::Done write_done_;
  u64 longest_write_ = 0;
  bool client_closed_ = false;
  bool gateway_ended_ = false;  // it writes nothing more
  bool gateway_closed_ = false;
};

}  // namespace gavel::sim
