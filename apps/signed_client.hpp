// SignedClient: one account's signed transactions through a node's gateway, one at a time.
//
// What: execute() signs, sends and waits for the result. A busy node is asked again; a connection
// that is gone is made anew at the next call, so a process outlives its node. Invariant: nonces
// rise with the clock. One thread at a time.
#pragma once

#include "crypto/secp256k1_host.hpp"
#include "l1_link.hpp"
#include "replay/gateway_client.hpp"
#include "stf/transaction.hpp"

namespace gavel::apps {

struct GatewayAddress {
  std::string host;
  u16 port = 0;
};
// "HOST:PORT".
[[nodiscard]] AppResult<GatewayAddress> parse_gateway(const std::string& text);

class SignedClient {
 public:
  SignedClient(GatewayAddress gateway, const crypto::KeyPair& key, u32 account)
      : gateway_(std::move(gateway)), key_(key), account_(account) {}

  u32 account() const { return account_; }
  const Address& address() const { return key_.address; }
  // Connects if there is no connection.
  [[nodiscard]] AppResult<void> connect();
  // The receipt tells what the rules said; the error is why there is none.
  [[nodiscard]] AppResult<replay::ResultFrame> execute(stf::Transaction tx);

 private:
  struct Reply {
    std::optional<replay::ResultFrame> result;
    std::optional<replay::RefusedFrame> refused;
  };
  AppResult<Reply> wait_for_reply(u64 request_id);

  GatewayAddress gateway_;
  crypto::KeyPair key_;
  u32 account_;
  std::unique_ptr<replay::GatewayClient> client_;
  Hash32 domain_;
  u64 last_nonce_ = 0;
  u64 next_request_id_ = 1;
};

}  // namespace gavel::apps
