// Bad clients of a real node: one that is silent, one that says half a frame, garbage, a crowd, one
// that does not read, and a generator faster than the node; beside them an honest one, who must not
// notice. Prints `name=value` facts; its status is 0 if all of them were answered as documented.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <thread>

#include "key_file.hpp"
#include "replay/gateway_client.hpp"
#include "sequencer/block.hpp"
#include "sequencer/frames.hpp"
#include "stf/transaction.hpp"

namespace gavel::cheats {
namespace {

using sequencer::GatewayError;
using sequencer::Refusal;
using std::chrono::steady_clock;

struct Options {
  std::string host = "127.0.0.1";
  u16 port = 0;
  std::string key_file;  // the flood's
  u32 account = 0;
  std::string honest_key_file;
  u32 honest_account = 0;
  u32 seconds = 5;
  u32 distinct = 20'000;
  u32 crowd = 20;  // connections that the node allows from one address
};

int failures = 0;
void fact(const std::string& name, const std::string& value, bool good) {
  fmt::print("{}={}{}\n", name, value, good ? "" : "  FAILED");
  std::fflush(stdout);
  failures += good ? 0 : 1;
}

// A socket that says and hears bytes, nothing else.
class Raw {
 public:
  explicit Raw(const Options& options) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    ::inet_pton(AF_INET, options.host.c_str(), &address.sin_addr);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Raw() { ::close(fd_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  bool connected() const { return connected_; }
  void say(const std::vector<u8>& bytes) {
    (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // The code of the error frame with which the node ends; 0 if it ends without one; -1 if it does
  // not end in time.
  int end(u32 seconds) {
    const auto until = steady_clock::now() + std::chrono::seconds(seconds);
    std::vector<u8> in;
    int code = 0;
    while (steady_clock::now() < until) {
      pollfd poll{fd_, POLLIN, 0};
      if (::poll(&poll, 1, 100) <= 0) continue;
      std::array<u8, 65'536> bytes;
      const ssize_t n = ::recv(fd_, bytes.data(), bytes.size(), 0);
      if (n <= 0) return code;
      in.insert(in.end(), bytes.begin(), bytes.begin() + n);
      sequencer::Frame frame;
      u32 used = 0;
      while (sequencer::read_frame(in, frame, used) == sequencer::FrameRead::frame) {
        if (frame.type == 0x87 && !frame.payload.empty()) code = frame.payload[0];
        in.erase(in.begin(), in.begin() + used);
      }
    }
    return -1;
  }
  // How much it takes until it takes no more; at most `most`.
  u64 stuff(const std::vector<u8>& bytes, u64 most) {
    u64 sent = 0;
    while (sent < most) {
      const std::size_t at = sent % bytes.size();
      const ssize_t n =
          ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n > 0) {
        sent += static_cast<u64>(n);
        continue;
      }
      pollfd poll{fd_, POLLOUT, 0};
      if (::poll(&poll, 1, 1'000) <= 0 || (poll.revents & (POLLERR | POLLHUP)) != 0) break;
    }
    return sent;
  }

 private:
  int fd_;
  bool connected_ = false;
};

const std::vector<u8> kHello = {0, 0, 0, 3, 0x01, 0, 1};

void expect_end(const char* name, const Options& options, const std::vector<u8>& said, int code,
                u32 seconds = 10) {
  Raw raw(options);
  raw.say(said);
  const int got = raw.end(seconds);
  fact(name, std::to_string(got), got == code);
}

void try_garbage(const Options& options) {
  const auto after_hello = [](std::vector<u8> bytes) {
    bytes.insert(bytes.begin(), kHello.begin(), kHello.end());
    return bytes;
  };
  expect_end("garbage.http", options, {'G', 'E', 'T', ' ', '/', '\r', '\n'}, 2);
  expect_end("garbage.no_length", options, {0, 0, 0, 0}, 1);
  expect_end("garbage.before_hello", options, {0, 0, 0, 1, 0x04}, 4);
  expect_end("garbage.protocol", options, {0, 0, 0, 3, 0x01, 0, 9}, 5);
  expect_end("garbage.type", options, after_hello({0, 0, 0, 1, 0x99}), 3);
  expect_end("garbage.payload", options, after_hello({0, 0, 0, 3, 0x03, 1, 2}), 1);
  expect_end("garbage.too_long", options, after_hello({0xff, 0, 0, 0}), 2);
  std::vector<u8> noise(100'000);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<u8>(i * 2654435761u >> 13);
  noise[0] = 0;
  noise[1] = 1;
  noise[2] = noise[3] = 0xff;
  expect_end("garbage.noise", options, noise, 2);
}

void try_crowd(const Options& options) {
  std::vector<std::unique_ptr<Raw>> crowd;
  for (u32 i = 0; i <= options.crowd; ++i) {
    crowd.push_back(std::make_unique<Raw>(options));
    crowd.back()->say(kHello);
  }
  const int code = crowd.back()->end(5);
  fact("crowd", std::to_string(code), code == 7);
}

// An honest client: places and cancels, one after the other.
class Honest {
 public:
  Honest(const Options& options, const stf::Config& config, u32 account, const crypto::KeyPair& key)
      : options_(options), domain_(stf::domain_separator(config)), account_(account), key_(key) {}

  std::vector<u8> order(u64 nonce, u64 lots) const {
    stf::Transaction tx;
    tx.action = stf::Action::place;
    tx.account = account_;
    tx.market = 1;
    tx.type = static_cast<u8>(stf::OrderType::ioc);
    tx.price_ticks = 1;
    tx.lots = lots;
    tx.nonce = nonce;
    tx.signature = crypto::sign(stf::transaction_digest(tx, domain_), key_.secret).bytes;
    std::vector<u8> bytes(stf::kMaxTransactionBytes);
    bytes.resize(stf::encode_transaction(tx, bytes));
    return bytes;
  }
  // Orders until told to end; each may be told busy and is then sent again after the time given.
  void run(const std::atomic<bool>& over) {
    auto client = replay::GatewayClient::connect(options_.host, options_.port, 5'000'000'000);
    if (!client.ok()) {
      error = "cannot connect";
      return;
    }
    for (u64 i = 0; !over.load() && error.empty(); ++i) {
      const std::vector<u8> bytes = order(now_ms() + i, 1);
      std::optional<bool> answered;
      while (!answered && error.empty()) ask(**client, i, bytes, answered);
    }
  }
  static u64 now_ms() {
    return static_cast<u64>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count());
  }

  u64 results = 0;
  u64 busy = 0;
  u64 slowest_ms = 0;
  std::string error;

 private:
  void ask(replay::GatewayClient& client, u64 id, const std::vector<u8>& bytes,
           std::optional<bool>& answered) {
    const auto start = steady_clock::now();
    client.submit(id, bytes);
    u32 wait_ms = 0;
    bool heard = false;
    while (!heard && error.empty()) {
      const auto pumped = client.pump(100'000'000, [&](const replay::Answer& answer) {
        if (std::holds_alternative<replay::ResultFrame>(answer)) {
          heard = true;
          answered = true;
          ++results;
        } else if (const auto* r = std::get_if<replay::RefusedFrame>(&answer)) {
          heard = true;
          ++busy;
          wait_ms = r->retry_after_ms;
          if (static_cast<Refusal>(r->code) != Refusal::busy)
            error = fmt::format("refused: {}", sequencer::name_of(static_cast<Refusal>(r->code)));
        }
      });
      if (!pumped.ok()) error = replay::text_of(pumped.error());
    }
    slowest_ms = std::max(
        slowest_ms, static_cast<u64>((steady_clock::now() - start) / std::chrono::milliseconds(1)));
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
  }

  const Options& options_;
  Hash32 domain_;
  u32 account_;
  const crypto::KeyPair& key_;
};

// As fast as the socket takes it: signed orders, the same ones again when they are used up.
struct Flood {
  u64 sent = 0;
  u64 results = 0;
  u64 busy = 0;
  u64 used = 0;  // refused as sent before
  u64 other = 0;
  u64 without_retry = 0;
  std::string error;

  void run(const Options& options, const std::vector<std::vector<u8>>& orders) {
    auto client = replay::GatewayClient::connect(options.host, options.port, 5'000'000'000);
    if (!client.ok()) {
      error = "cannot connect";
      return;
    }
    const auto until = steady_clock::now() + std::chrono::seconds(options.seconds);
    const auto take = [this](const replay::Answer& answer) {
      if (std::holds_alternative<replay::ResultFrame>(answer)) ++results;
      const auto* r = std::get_if<replay::RefusedFrame>(&answer);
      if (r == nullptr) return;
      const auto why = static_cast<Refusal>(r->code);
      (why == Refusal::busy ? busy : why == Refusal::nonce_used ? used : other) += 1;
      without_retry += why == Refusal::busy && r->retry_after_ms == 0 ? 1 : 0;
    };
    const auto answered = [this] { return results + busy + used + other; };
    const auto end = until + std::chrono::seconds(30);
    while (error.empty() && (steady_clock::now() < until || answered() < sent)) {
      const bool more = steady_clock::now() < until && (*client)->unsent_bytes() < 1'000'000;
      for (u32 i = 0; more && i < 1'000; ++i, ++sent) {
        (*client)->submit(sent, orders[sent % orders.size()]);
      }
      const auto pumped = (*client)->pump(10'000'000, take);
      if (!pumped.ok()) error = replay::text_of(pumped.error());
      if (steady_clock::now() > end) error = "not everything was answered";
    }
  }
};

void try_flood(const Options& options, const stf::Config& config, const crypto::KeyPair& key,
               const crypto::KeyPair& honest_key) {
  const Honest generator(options, config, options.account, key);
  Honest honest(options, config, options.honest_account, honest_key);
  std::vector<std::vector<u8>> orders;
  const u64 first = Honest::now_ms();
  for (u32 i = 0; i < options.distinct; ++i) orders.push_back(generator.order(first + i, 2));
  std::atomic<bool> over{false};
  std::thread trader([&] { honest.run(over); });
  Flood flood;
  // Beside it one that sends as much and never reads.
  std::thread reader([&] { flood.run(options, orders); });
  Raw deaf(options);
  deaf.say(kHello);
  std::vector<u8> frames;
  for (u32 i = 0; i < 1'000; ++i) {
    const std::vector<u8>& tx = orders[i % orders.size()];
    const u32 length = static_cast<u32>(1 + 8 + tx.size());
    frames.insert(frames.end(), {static_cast<u8>(length >> 24), static_cast<u8>(length >> 16),
                                 static_cast<u8>(length >> 8), static_cast<u8>(length), 0x02});
    frames.insert(frames.end(), 8, 0);
    frames.insert(frames.end(), tx.begin(), tx.end());
  }
  const u64 stuffed = deaf.stuff(frames, u64{1} << 30);
  reader.join();
  over.store(true);
  trader.join();
  fact("deaf.bytes_taken", std::to_string(stuffed), stuffed < (u64{1} << 30));
  fact("flood.sent", std::to_string(flood.sent), flood.sent > 0);
  fact("flood.error", flood.error.empty() ? "none" : flood.error, flood.error.empty());
  fact("flood.results", std::to_string(flood.results), flood.results > 0);
  fact("flood.busy", std::to_string(flood.busy), flood.busy > 0);
  fact("flood.used", std::to_string(flood.used), true);
  fact("flood.other", std::to_string(flood.other), flood.other == 0);
  fact("flood.busy_without_retry", std::to_string(flood.without_retry), flood.without_retry == 0);
  fact("honest.results", std::to_string(honest.results), honest.results > 0);
  fact("honest.busy", std::to_string(honest.busy), honest.busy <= honest.results);
  fact("honest.slowest_ms", std::to_string(honest.slowest_ms), true);
  fact("honest.error", honest.error.empty() ? "none" : honest.error, honest.error.empty());
}

void try_silence(const Options& options) {
  expect_end("silent", options, {}, static_cast<int>(GatewayError::hello_timeout));
  expect_end("half_a_frame", options, {0, 0, 0}, static_cast<int>(GatewayError::hello_timeout));
  expect_end("idle", options, kHello, static_cast<int>(GatewayError::idle_timeout), 20);
}

int run(const Options& options) {
  const auto key = apps::read_key_file(options.key_file);
  const auto honest_key = apps::read_key_file(options.honest_key_file);
  if (!key.ok() || !honest_key.ok()) {
    fmt::print(stderr, "{}\n", key.ok() ? honest_key.error() : key.error());
    return 2;
  }
  const auto client = replay::GatewayClient::connect(options.host, options.port, 5'000'000'000);
  if (!client.ok()) {
    fmt::print(stderr, "no gateway at port {}\n", options.port);
    return 2;
  }
  stf::Config config;
  config.chain_id = (*client)->welcome().chain_id;
  config.verifying_contract = (*client)->welcome().verifying_contract;
  try_silence(options);
  try_garbage(options);
  try_crowd(options);
  try_flood(options, config, *key, *honest_key);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace gavel::cheats

int main(int argc, char** argv) {
  CLI::App app("Bad clients of a node");
  gavel::cheats::Options options;
  app.add_option("--port", options.port)->required();
  app.add_option("--key", options.key_file)->required();
  app.add_option("--account", options.account)->required();
  app.add_option("--honest-key", options.honest_key_file)->required();
  app.add_option("--honest-account", options.honest_account)->required();
  app.add_option("--seconds", options.seconds);
  app.add_option("--distinct", options.distinct, "orders that are signed before");
  app.add_option("--crowd", options.crowd);
  CLI11_PARSE(app, argc, argv);
  return gavel::cheats::run(options);
}
