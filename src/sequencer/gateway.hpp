// Gateway: the binary TCP front of the node (docs/protocol/gateway.md).
//
// What: accepts connections, cuts their bytes into frames, hands transactions to the signature
// stage, and writes results, refusals and feeds back. A result is written when its block is
// published, which the node does after the block is on disk. Bounds: connections, frame length,
// bytes waiting to be written to a client, and the stage's queue; whoever exceeds one is told so.
// Threads: one of its own; publish() and refuse() may be called from any thread.
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
#include "sequencer/gateway_wire.hpp"

namespace gavel::sequencer {

struct GatewayOptions {
  std::string address = "127.0.0.1";
  u16 port = 7100;  // 0: any free port
  u32 max_connections = 1'024;
  u64 max_unread_bytes = u64{64} << 20;  // waiting for one client to read
  u64 chain_id = 0;
  Address verifying_contract;
};

struct GatewayStats {
  std::atomic<u64> connections{0};
  std::atomic<u64> submitted{0};
  std::atomic<u64> busy{0};
  std::atomic<u64> results{0};
  std::atomic<u64> errors{0};
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
  // Without start(): the owner is the gateway's thread. He brings the connections, and lets it do
  // what was posted to it; false if there was nothing.
  void add(std::unique_ptr<GatewayWire> wire);
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

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

}  // namespace gavel::sequencer
