// gavel keys: make a key file, show its address.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "command.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

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

}  // namespace

void add_keys_command(CLI::App& app, int& status) {
  CLI::App* keys = app.add_subcommand("keys", "Make key files and show their addresses");
  keys->require_subcommand(1);
  static std::string path;
  CLI::App* fresh = keys->add_subcommand("new", "Make a key in a new file (mode 0600) and print its address");
  fresh->add_option("file", path, "The file; it must not exist")->required();
  fresh->callback([&status] { status = make_key(path); });
  CLI::App* show = keys->add_subcommand("show", "Print the address of a key file; never the key");
  show->add_option("file", path, "The file")->required();
  show->callback([&status] { status = show_key(path); });
}

}  // namespace gavel::apps
