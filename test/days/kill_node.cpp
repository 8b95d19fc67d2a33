#include "kill_node.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>

#include "io/clock.hpp"
#include "sequencer/node_core.hpp"

namespace gavel::days {

namespace {

constexpr u32 kInFlight = 256;

DayResult<void> write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  out.close();
  if (!out) return "cannot write " + path;
  return {};
}

std::string config_text() {
  std::array<u8, stf::kConfigBytes> words;
  stf::encode_config(sequencer::test_config(), words);
  return hex_of(words);
}

// Small batches, often a snapshot, small segments of time: a life has some of each.
constexpr const char* kSettings = R"([data]
directory = "{0}/data"
[gateway]
port = 0
[http]
port = 0
[chain]
config_file = "{0}/config.hex"
[sequencer]
block_interval = "10ms"
batch_blocks = 10
[state]
snapshot_every_batches = 2
retained_batches = 4
)";

}  // namespace

u64 now_ns() {
  static io::SystemClock clock;
  return clock.monotonic_ns();
}

DayResult<void> found_chain(const std::string& directory, sequencer::TestWorld& world) {
  GAVEL_TRY(write_text(directory + "/config.hex", config_text()));
  GAVEL_TRY(write_text(directory + "/node.toml", fmt::format(kSettings, directory)));
  sequencer::NodeOptions options;
  options.data_directory = directory + "/data";
  options.gateway.port = 0;
  io::SystemDisk disk;
  io::SystemClock clock;
  ops::MetricsRegistry metrics;
  auto node = GAVEL_TRY(sequencer::NodeCore::open(options, sequencer::test_config(), disk, clock,
                                                  metrics, [](const std::string&) {}));
  GAVEL_TRY(node->start());
  for (const auto& message : world.messages) node->push_message(message);
  const u64 until = now_ns() + 10'000'000'000;
  while (node->heads().inbox_index < world.messages.size() && now_ns() < until)
    clock.sleep_for_ns(5'000'000);
  if (node->heads().inbox_index < world.messages.size())
    return std::string("the messages are not executed");
  node->stop();
  return {};
}

DayResult<KilledNode> KilledNode::start(const std::string& program, const std::string& directory) {
  auto child = GAVEL_TRY(apps::ChildProcess::start(
      {program, "node", "--config", directory + "/node.toml"}, directory + "/node.log"));
  return KilledNode(std::move(child));
}

DayResult<bool> KilledNode::wait_ready(u64 until_ns) {
  io::SystemClock clock;
  while (true) {
    std::ifstream in(child_.log_file());
    for (std::string line; std::getline(in, line);) {
      const std::size_t at = line.find("gateway=127.0.0.1:");
      if (at == std::string::npos || line.find(" http=") == std::string::npos) continue;
      const char* port = line.c_str() + line.find(':', at) + 1;
      std::from_chars(port, line.c_str() + line.size(), gateway_port_);
      return true;
    }
    if (!child_.running()) return "the node ended by itself: " + child_.log_tail();
    if (now_ns() >= until_ns) return false;
    clock.sleep_for_ns(1'000'000);
  }
}

DayResult<void> LoadClient::connect(u16 port) {
  auto client = replay::GatewayClient::connect("127.0.0.1", port, 3'000'000'000);
  if (!client.ok()) return fmt::format("no gateway: {}", replay::text_of(client.error()));
  client_ = std::move(*client);
  return {};
}

void LoadClient::send(const Hash32& id, Bytes bytes) {
  client_->submit(++requests_, bytes);
  in_flight_[requests_] = {id, std::move(bytes)};
  ++clients_.sent;
}

void LoadClient::send_new() {
  const u32 account = static_cast<u32>(1 + random_.below(kAccounts));
  const bool cancels = random_.chance(50'000);
  stf::Transaction tx =
      world_.transaction(account, cancels ? stf::Action::cancel_all : stf::Action::place);
  tx.market = cancels ? 0 : 1;
  if (!cancels) {
    tx.side = static_cast<u8>(random_.below(2));
    tx.price_ticks = static_cast<u32>(1'000 + random_.below(20));
    tx.lots = 1 + random_.below(50);
  }
  const sequencer::Submission signed_tx = world_.sign(tx, world_.keys[account - 1]);
  Bytes bytes(stf::kMaxTransactionBytes);
  bytes.resize(stf::encode_transaction(signed_tx.tx, bytes));
  send(signed_tx.tx_id, std::move(bytes));
}

void LoadClient::send_again(u32 most) {
  for (u32 i = 0; i < most && !clients_.unknown.empty(); ++i) {
    auto first = clients_.unknown.begin();
    send(first->first, std::move(first->second));
    clients_.unknown.erase(first);
  }
}

bool LoadClient::pump(u64 timeout_ns) {
  const auto pumped = client_->pump(timeout_ns, [&](const replay::Answer& answer) {
    if (const auto* result = std::get_if<replay::ResultFrame>(&answer)) {
      Acknowledged ack{in_flight_[result->request_id].id, result->block, result->index, {}};
      ack.receipt.resize(stf::kMaxReceiptBytes);
      ack.receipt.resize(stf::encode_receipt(result->receipt, ack.receipt));
      clients_.last_block = std::max(clients_.last_block, ack.block);
      clients_.acknowledged.push_back(std::move(ack));
      in_flight_.erase(result->request_id);
    } else if (const auto* refused = std::get_if<replay::RefusedFrame>(&answer)) {
      ++clients_.refused;
      in_flight_.erase(refused->request_id);
    }
  });
  return pumped.ok();
}

void LoadClient::load(u64 until_ns) {
  while (now_ns() < until_ns) {
    while (in_flight_.size() < kInFlight && now_ns() < until_ns) send_new();
    const u64 now = now_ns();
    if (now < until_ns && !pump(std::min<u64>(until_ns - now, 1'000'000))) return;
  }
}

void LoadClient::end() {
  // The socket's buffer outlives the process: what is in it was acknowledged.
  while (pump(50'000'000)) {
  }
  for (auto& [request, sent] : in_flight_) clients_.unknown[sent.id] = std::move(sent.bytes);
  in_flight_.clear();
  client_.reset();
}

}  // namespace gavel::days
