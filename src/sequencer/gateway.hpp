// Gateway: the binary TCP front of the node (docs/protocol/gateway.md).
//
// What: accepts connections, cuts their bytes into frames, hands transactions to the signature
// stage, and writes results, refusals and feeds back. A result is written when its block is
// published, which the node does after the block is on disk. Bounds: connections, in all and from
// one address; frame length; silence; bytes waiting to be written, to one client and to all;
// transactions without an answer; and the stage's queue. Whoever exceeds one is told so, or closed
// if he does not read. Threads: one of its own; publish() and refuse() may be called from any
// thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "io/clock.hpp"
#include "sequencer/executor.hpp"
#include "sequencer/frames.hpp"
#include "sequencer/gateway_session.hpp"
#include "sequencer/gateway_wire.hpp"

namespace gavel::sequencer {

struct GatewayOptions {
  std::string address = "127.0.0.1";
  u16 port = 7100;  // 0: any free port
  u32 max_connections = 1'024;
  u32 max_connections_per_address = 256;
  u64 max_unread_bytes = u64{64} << 20;         // waiting for one client to read
  u64 max_unread_total_bytes = u64{512} << 20;  // for all of them: the slowest are closed
  SessionLimits session{};
  u64 chain_id = 0;
  Address verifying_contract{};
};

struct GatewayStats {
  std::atomic<u64> connections{0};
  std::atomic<u64> submitted{0};
  std::atomic<u64> busy{0};
  std::atomic<u64> results{0};
  std::atomic<u64> errors{0};
  std::atomic<u64> timeouts{0};  // of hello and of silence
  std::atomic<u64> too_slow{0};  // closed for what they left unread
};

class Gateway {
 public:
  // `submit` takes a transaction or says that there is no room; called on the gateway's thread.
  Gateway(GatewayOptions options, io::Clock& clock,
          std::function<bool(const RawSubmission&)> submit);
  ~Gateway();

  // Listens and starts the thread. The error is a sentence: which address, and what the system
  // said.
  [[nodiscard]] base::Result<void, std::string> start();
  // Without start(): the owner is the gateway's thread. He brings the connections, each with the
  // address it is from, and lets it do what was posted to it and what its clock says is due; false
  // if nothing was posted.
  void add(std::unique_ptr<GatewayWire> wire, const std::string& address);
  bool step();
  // New transactions are refused as shutting_down; results still go out.
  void drain();
  // Writes what is waiting (for at most a second), closes everything, ends the thread.
  void stop();

  // The port it listens on.
  u16 port() const;

  void publish(SealedBlockPtr block);
  void refuse(std::span<const RefusedSubmission> refused);

  const GatewayStats& stats() const;

  // The sockets behind it; its source files' business.
  struct Server;

 private:
  std::unique_ptr<Server> server_;
};

}  // namespace gavel::sequencer
