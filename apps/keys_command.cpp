// gavel keys: make a key file, show its address.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "command.hpp"
#include "key_file.hpp"
#include "ops/secret.hpp"

namespace gavel::apps {

namespace {

// Whether it looks like a key: then it is neither used as a file's name nor repeated in a message.
bool is_a_key(const std::string& argument) {
  Bytes32 secret;
  const bool parsed = parse_hex(argument, secret.bytes);
  ops::wipe(secret.bytes);
  return parsed;
}

int make_key(const std::string& path) {
  const crypto::KeyPair key = new_key();
  const auto written = write_key_file(path, key);
  if (!written.ok()) return fail("keys", written.error());
  fmt::print("{}\n", hex_of(key.address));
  return kOk;
}

int show_key(const std::string& path) {
  const auto key = read_key_file(path);
  if (!key.ok()) return fail("keys", key.error());
  fmt::print("{}\n", hex_of(key->address));
  return kOk;
}

// The parser would repeat an argument that it does not know, so that is left to this.
int with_file(const CLI::App& keys, const std::string& path, int (*act)(const std::string&)) {
  if (keys.remaining_size(true) == 0 && !is_a_key(path)) return act(path);
  return fail("keys", "one file name is expected; a key is never given on the command line",
              kUsage);
}

}  // namespace

void add_keys_command(CLI::App& app, int& status) {
  CLI::App* keys = app.add_subcommand("keys", "Make key files and show their addresses");
  keys->require_subcommand(1);
  keys->allow_extras();
  static std::string path;
  CLI::App* fresh =
      keys->add_subcommand("new", "Make a key in a new file (mode 0600) and print its address");
  fresh->add_option("file", path, "The file; it must not exist")->required();
  fresh->callback([&status, keys] { status = with_file(*keys, path, make_key); });
  CLI::App* show = keys->add_subcommand("show", "Print the address of a key file; never the key");
  show->add_option("file", path, "The file")->required();
  show->callback([&status, keys] { status = with_file(*keys, path, show_key); });
}

}  // namespace gavel::apps
