// The gateway's sockets: the server behind Gateway and its connections.
//
// What: accepts, reads into sessions, writes what they answer, ends who is over a bound. All on the
// gateway's one thread. Private to the gateway's source files.
#pragma once

#include <boost/asio.hpp>
#include <memory>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "sequencer/gateway.hpp"
#include "sequencer/gateway_session.hpp"

namespace gavel::sequencer {

class GatewayConnection;

// Handlers hold a plain pointer: stop() ends the thread before the server goes.
struct Gateway::Server final : SessionHost {
  using ConnectionPtr = std::shared_ptr<GatewayConnection>;
  using Socket = boost::asio::ip::tcp::socket;

  Server(GatewayOptions o, io::Clock& c, std::function<bool(const RawSubmission&)> s);

  // SessionHost.
  Refusal submit(const RawSubmission& raw) override;
  void refused(Refusal why) override;
  Welcome welcome() override;
  void subscribe(u32 connection, u32 account) override;
  void subscribe_blocks(u32 connection) override;

  void accept();
  void take_in(Socket socket);
  void add(std::unique_ptr<GatewayWire> wire, const std::string& address);
  void forget(const GatewayConnection& connection);
  // Every so often: who was silent, or does not read, or lingers.
  void watch();
  void watch_again();
  void bound_unread();
  void wait_until_quiet(u32 polls);
  void publish(const SealedBlock& block);
  void publish_fills(const SealedBlock& block);
  void refuse(const std::vector<RefusedSubmission>& refused);
  void send_event(u32 connection, const FillFrame& fill);
  // The connection with this id while its session is open, else none.
  GatewayConnection* find(u32 connection) const;
  std::vector<ConnectionPtr> all() const;

  GatewayOptions options;
  io::Clock& clock;
  std::function<bool(const RawSubmission&)> push;
  boost::asio::io_context context{1};
  boost::asio::ip::tcp::acceptor acceptor;
  boost::asio::steady_timer accept_pause;
  boost::asio::steady_timer watch_timer;
  boost::asio::steady_timer quiet;
  std::unordered_map<u32, ConnectionPtr> connections;
  std::unordered_map<std::string, u32> by_address;               // connections
  std::unordered_map<u32, std::unordered_set<u32>> subscribers;  // by account; 0 = every account
  std::unordered_set<u32> block_subscribers;
  u32 next_id = 1;
  u64 last_block = 0;
  u64 next_watch_ns = 0;   // of step()
  bool listening = false;  // with a thread of its own
  bool draining = false;
  GatewayStats stats;
  std::thread thread;
};

// One client.
class GatewayConnection : public std::enable_shared_from_this<GatewayConnection> {
 public:
  GatewayConnection(Gateway::Server& server, std::unique_ptr<GatewayWire> wire, u32 id,
                    std::string address);

  void read();
  // Starts writing what waits, if nothing is being written; ends the connection when the session
  // is over and all is written.
  void flush();
  void fail(GatewayError error);
  // Takes nothing more; ends when all is written.
  void finish();
  void close();
  // A look at the time: silence, a stuck writer, a client that does not go.
  void watch(u64 now_ns);

  GatewaySession& session() { return session_; }
  const GatewaySession& session() const { return session_; }
  const std::string& address() const { return address_; }
  bool closing() const { return finishing_ || !session_.open(); }
  // Bytes that the client has not taken yet.
  u64 unread() { return session_.out().size() + sending_.size() - sent_; }
  std::vector<u8>& out() { return session_.out(); }

 private:
  void on_read(bool ok, std::size_t n);
  void write_some();
  void on_written(bool ok, std::size_t n);
  void linger();

  Gateway::Server& server_;
  std::unique_ptr<GatewayWire> wire_;
  std::string address_;
  GatewaySession session_;
  std::vector<u8> sending_;
  std::size_t sent_ = 0;
  u64 progress_ns_ = 0;  // when the client last took bytes, or nothing waited
  u64 linger_ns_ = 0;    // when the last byte was written; 0: not yet
  bool reading_ = false;
  bool writing_ = false;
  bool finishing_ = false;
  bool dead_ = false;
};

}  // namespace gavel::sequencer
