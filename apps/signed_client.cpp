#include "signed_client.hpp"

#include <fmt/format.h>

#include <charconv>
#include <thread>

#include "replay/signing.hpp"

namespace gavel::apps {

namespace {

constexpr u64 kConnectNs = 5'000'000'000;
constexpr u64 kPumpNs = 100'000'000;
constexpr auto kReplyPatience = std::chrono::seconds(15);
constexpr u32 kBusyTries = 20;

}  // namespace

AppResult<GatewayAddress> parse_gateway(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  GatewayAddress out;
  if (colon != std::string::npos && colon != 0) {
    out.host = text.substr(0, colon);
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, out.port);
    if (parsed.ec == std::errc{} && parsed.ptr == end && out.port != 0) return out;
  }
  return fmt::format("a gateway is HOST:PORT, not {}", text);
}

AppResult<void> SignedClient::connect() {
  if (client_) return {};
  auto client = replay::GatewayClient::connect(gateway_.host, gateway_.port, kConnectNs);
  if (!client.ok()) {
    return fmt::format("no connection to the gateway {}:{}: {}", gateway_.host, gateway_.port,
                       replay::text_of(client.error()));
  }
  client_ = std::move(*client);
  domain_ = replay::domain_of(client_->welcome());
  return {};
}

AppResult<SignedClient::Reply> SignedClient::wait_for_reply(u64 request_id) {
  Reply reply;
  const auto until = std::chrono::steady_clock::now() + kReplyPatience;
  while (!reply.result && !reply.refused) {
    const auto pumped = client_->pump(kPumpNs, [&](const replay::Answer& answer) {
      if (const auto* r = std::get_if<replay::ResultFrame>(&answer)) {
        if (r->request_id == request_id) reply.result = *r;
      } else if (const auto* f = std::get_if<replay::RefusedFrame>(&answer)) {
        if (f->request_id == request_id) reply.refused = *f;
      }
    });
    if (!pumped.ok()) {
      client_.reset();
      return fmt::format("the gateway closed the connection: {}", replay::text_of(pumped.error()));
    }
    if (std::chrono::steady_clock::now() > until) {
      client_.reset();
      return std::string("the gateway did not answer in time");
    }
  }
  return reply;
}

AppResult<replay::ResultFrame> SignedClient::execute(stf::Transaction tx) {
  GAVEL_TRY(connect());
  tx.account = account_;
  tx.nonce = last_nonce_ = std::max(last_nonce_ + 1, system_clock().now_ms());
  tx.signature = crypto::sign(stf::transaction_digest(tx, domain_), key_.secret).bytes;
  std::array<u8, stf::kMaxTransactionBytes> bytes{};
  const u32 length = stf::encode_transaction(tx, bytes);
  for (u32 i = 0; i < kBusyTries; ++i) {
    const u64 request_id = next_request_id_++;
    client_->submit(request_id, std::span<const u8>(bytes).first(length));
    const Reply reply = GAVEL_TRY(wait_for_reply(request_id));
    if (reply.result) return *reply.result;
    if (reply.refused->code != static_cast<u8>(replay::Refusal::busy))
      return std::string("refused: ") + replay::name_of_refusal(reply.refused->code);
    std::this_thread::sleep_for(
        std::chrono::milliseconds(std::max<u32>(reply.refused->retry_after_ms, 1)));
  }
  return std::string("refused: busy");
}

}  // namespace gavel::apps
