// GatewayClient: one connection to a node's binary gateway, non-blocking, driven by its owner's
// thread.
//
// What: queue requests, then pump(): it sends what the socket takes, reads what is there and hands
// out the answers.
//   auto client = GatewayClient::connect("127.0.0.1", 7450, 3'000'000'000);
//   (*client)->submit(1, bytes);  while (...) (*client)->pump(10'000'000, on_answer);
// Invariant: requests leave in the order in which they were queued. After an error the connection
// is dead. One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "replay/gateway_frames.hpp"

namespace gavel::replay {

enum class ClientError : u8 {
  resolve,
  connect,
  timeout,
  closed,         // the node ended the connection
  bad_answer,     // the node sent something that is no frame of the protocol
  refused_hello,  // the node answered the hello with an error
};
[[nodiscard]] const char* text_of(ClientError error);

class GatewayClient {
 public:
  using Handler = std::function<void(const Answer&)>;

  // Connects, says hello and waits for the welcome.
  [[nodiscard]] static base::Result<std::unique_ptr<GatewayClient>, ClientError> connect(
      const std::string& host, u16 port, u64 timeout_ns);
  ~GatewayClient();
  GatewayClient(const GatewayClient&) = delete;
  GatewayClient& operator=(const GatewayClient&) = delete;

  const Welcome& welcome() const { return welcome_; }

  void submit(u64 request_id, std::span<const u8> transaction) {
    append_submit(out_, request_id, transaction);
  }
  void subscribe(u32 account) { append_subscribe(out_, account); }
  void subscribe_blocks() { append_subscribe_blocks(out_); }
  void ping(std::span<const u8> bytes) { append_ping(out_, bytes); }
  // How long it may have sent nothing before it pings by itself.
  void set_ping_after(u64 duration_ns) { ping_after_ns_ = duration_ns; }
  // Whole frames made elsewhere.
  void queue(std::span<const u8> frames) { out_.insert(out_.end(), frames.begin(), frames.end()); }
  u64 unsent_bytes() const { return out_.size() - sent_; }

  // Waits at most timeout_ns for the socket to be readable, or writable if anything is unsent.
  // Returns the answers handled. An error frame is handed out before `closed` is returned. A client
  // that has sent nothing for long sends a ping by itself, which keeps the connection.
  [[nodiscard]] base::Result<u64, ClientError> pump(u64 timeout_ns, const Handler& handler);
  // What the node said last before it closed, if it did.
  const std::string& last_error() const { return last_error_; }

 private:
  explicit GatewayClient(int fd) : fd_(fd) {}
  base::Result<void, ClientError> send_some();
  base::Result<void, ClientError> receive_some(bool& more);
  base::Result<u64, ClientError> dispatch(const Handler& handler);

  int fd_;
  Welcome welcome_;
  std::vector<u8> out_;
  std::size_t sent_ = 0;
  u64 spoke_ns_ = 0;  // when something was last sent
  u64 ping_after_ns_ = 30'000'000'000;
  std::vector<u8> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::string last_error_;
};

}  // namespace gavel::replay
