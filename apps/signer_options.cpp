#include "signer_options.hpp"

#include <CLI/CLI.hpp>

#include "key_file.hpp"

namespace gavel::apps {

void SignerOptions::add_to(CLI::App& command) {
  command.add_option("--gateway", gateway, "The node's gateway, HOST:PORT")->capture_default_str();
  command.add_option("--account", account, "The account that acts")->required();
  command.add_option("--key-file", key_file, "The account owner's key (gavel keys new)")
      ->required();
}

AppResult<SignedClient> SignerOptions::open() const {
  const GatewayAddress address = GAVEL_TRY(parse_gateway(gateway));
  const crypto::KeyPair key = GAVEL_TRY(read_key_file(key_file));
  SignedClient client(address, key, account);
  GAVEL_TRY(client.connect());
  return client;
}

}  // namespace gavel::apps
