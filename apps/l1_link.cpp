#include "l1_link.hpp"

#include <fmt/format.h>

#include <map>

#include "command.hpp"

namespace gavel::apps {

io::Clock& system_clock() {
  static io::SystemClock clock;
  return clock;
}

std::string describe(const std::string& what, const l1::Error& error) {
  return fmt::format("{} ({}{}{})", what, l1::name_of(error.kind), error.detail.empty() ? "" : ": ",
                     error.detail);
}

AppResult<std::unique_ptr<L1Link>> L1Link::connect(const std::vector<std::string>& urls,
                                                   ops::MetricsRegistry* metrics) {
  auto link = std::make_unique<L1Link>();
  link->net_ = io::make_tcp_net();
  l1::HttpTransportConfig config;
  config.urls = urls;
  auto transport = l1::make_http_transport(*link->net_, system_clock(), config);
  if (!transport.ok()) return describe("the L1 URL must be http://host:port", transport.error());
  link->transport_ = std::move(*transport);
  link->rpc_ = l1::make_json_rpc(*link->transport_, {}, metrics);
  return link;
}

AppResult<void> L1Link::raw(const std::string& method, const std::string& parameters) {
  auto answer = transport_->post(
      fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{}}})", method, parameters));
  if (!answer.ok()) return describe("L1 did not answer " + method, answer.error());
  if (answer->find("\"error\"") != std::string::npos) return method + " failed: " + *answer;
  return {};
}

AppResult<std::vector<l1::Receipt>> send_all(L1Link& link, const std::string& key_hex,
                                             std::vector<l1::CallRequest> calls, u64 timeout_ms) {
  auto key = l1::SigningKey::from_hex(key_hex);
  if (!key.ok()) return describe("the L1 key is no key", key.error());
  const auto chain = link.rpc().chain_id();
  if (!chain.ok()) return describe("L1 does not answer", chain.error());
  l1::SubmitterConfig config;
  config.chain_id = *chain;
  config.confirmations = 1;
  config.poll_ms = 20;
  config.bump_after_ms = 600'000;
  l1::Submitter submitter(link.rpc(), system_clock(), std::move(*key), config);
  std::map<l1::CallId, std::size_t> place;
  std::vector<l1::Receipt> receipts(calls.size());
  std::vector<std::string> labels;
  std::size_t given = 0;
  std::size_t settled = 0;
  const u64 deadline_ns = system_clock().monotonic_ns() + timeout_ms * 1'000'000;
  while (settled < calls.size()) {
    while (given < calls.size() && given - settled < config.max_in_flight) {
      labels.push_back(calls[given].label);
      const auto id = submitter.submit(std::move(calls[given]));
      if (!id.ok())
        return describe("L1 transaction " + labels.back() + " cannot be sent", id.error());
      place[*id] = given++;
    }
    submitter.tick();
    for (l1::Outcome& outcome : submitter.take_outcomes()) {
      const std::size_t at = place.at(outcome.id);
      if (outcome.state != l1::CallState::kConfirmed) {
        return fmt::format("L1 transaction {} failed: {}{}", labels[at], outcome.reason,
                           outcome.error ? describe("", *outcome.error) : "");
      }
      receipts[at] = std::move(*outcome.receipt);
      ++settled;
    }
    if (interrupted()) return std::string("interrupted");
    if (system_clock().monotonic_ns() > deadline_ns) {
      const auto& error = submitter.last_error();
      return fmt::format("L1 took {} of {} transactions in {} s{}", settled, calls.size(),
                         timeout_ms / 1'000, error ? describe("", *error) : "");
    }
    system_clock().sleep_for_ns(5'000'000);
  }
  return receipts;
}

}  // namespace gavel::apps
