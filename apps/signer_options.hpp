// SignerOptions: the flags of verbs that act for one account through a gateway.
#pragma once

#include "signed_client.hpp"

namespace CLI {
class App;
}

namespace gavel::apps {

struct SignerOptions {
  std::string gateway = "127.0.0.1:7100";
  u32 account = 0;
  std::string key_file;

  // Adds --gateway, --account and --key-file; the last two are required.
  void add_to(CLI::App& command);
  // Reads the key and connects.
  [[nodiscard]] AppResult<SignedClient> open() const;
};

}  // namespace gavel::apps
