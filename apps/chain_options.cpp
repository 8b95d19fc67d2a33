#include "chain_options.hpp"

#include <CLI/CLI.hpp>

#include "key_file.hpp"

namespace gavel::apps {

namespace {

std::string address_check(const std::string& text) {
  Address address;
  return parse_hex(text, address.bytes) ? "" : text + " is no address";
}

std::string root_check(const std::string& text) {
  Hash32 root;
  if (parse_hex(text, root.bytes)) return "";
  return text + " is no image's root: 64 hexadecimal digits are expected";
}

}  // namespace

void add_chain_options(CLI::App& verb, std::vector<std::string>& l1, std::string& registry) {
  verb.add_option("--l1", l1, "L1's JSON-RPC URL; several are tried in turn")->required();
  verb.add_option("--registry", registry, "Address of the BatchRegistry")
      ->required()
      ->check(address_check);
}

void add_deriving_options(CLI::App& verb, std::vector<std::string>& same_rules, std::string& data) {
  verb.add_option("--same-rules", same_rules,
                  "Root of an image, beside the one that this program carries, whose rules you "
                  "know to be the same; may come several times")
      ->check(root_check);
  verb.add_option("--data", data, "Folder of batches whose data is not on L1 (data mode local)")
      ->check(CLI::ExistingDirectory);
}

}  // namespace gavel::apps
