// A node in a process of its own, on a small chain without L1, and a client that loads it.
#pragma once

#include <memory>
#include <optional>

#include "child_process.hpp"
#include "io/random.hpp"
#include "kill_world.hpp"
#include "replay/gateway_client.hpp"

namespace gavel::days {

// Makes the directory's chain: configuration, settings, and the blocks of the inbox messages that
// list a market and fund the accounts.
DayResult<void> found_chain(const std::string& directory, sequencer::TestWorld& world);

class KilledNode {
 public:
  // Starts the program; `ready` waits until it takes traffic.
  static DayResult<KilledNode> start(const std::string& program, const std::string& directory);
  // Nothing if the time is over before.
  DayResult<bool> wait_ready(u64 until_ns);
  u16 gateway_port() const { return gateway_port_; }
  void kill() { child_.kill_now(); }
  std::optional<int> stop() { return child_.stop(); }
  std::string log_tail() const { return child_.log_tail(); }

 private:
  explicit KilledNode(apps::ChildProcess child) : child_(std::move(child)) {}
  apps::ChildProcess child_;
  u16 gateway_port_ = 0;
};

// Sends signed orders as fast as they are answered, and keeps its own list of what was.
class LoadClient {
 public:
  LoadClient(sequencer::TestWorld& world, io::Random& random, Clients& clients)
      : world_(world), random_(random), clients_(clients) {}

  DayResult<void> connect(u16 port);
  // What was never answered before; the same bytes can be executed only once.
  void send_again(u32 most);
  // Until the time, or until the node is gone.
  void load(u64 until_ns);
  // Reads what was on its way when the node died; the rest is unknown.
  void end();

 private:
  void send(const Hash32& id, Bytes bytes);
  void send_new();
  bool pump(u64 timeout_ns);

  sequencer::TestWorld& world_;
  io::Random& random_;
  Clients& clients_;
  std::unique_ptr<replay::GatewayClient> client_;
  struct Sent {
    Hash32 id;
    Bytes bytes;
  };
  std::map<u64, Sent> in_flight_;
  u64 requests_ = 0;
};

u64 now_ns();

}  // namespace gavel::days
