// Typed configuration from TOML, environment and flags, all with the same names.
//
// A key is dotted, lower case: `l1.rpc_url`. It is the same key as the table entry in TOML ([l1]
// rpc_url = "..."), the variable GAVEL_L1_RPC_URL and the flag --l1.rpc-url (or --l1.rpc_url). Each
// key is bound to a variable that holds its default; later sources win in the order TOML,
// environment, flags. A program declares all its keys first and reads afterwards, so that an
// unknown key, a wrong type or a value out of range is an error that names the key, where it stands
// (file and line, variable or flag) and what is allowed. Secrets are never given as values in TOML
// or flags: the key `l1.key` is read from the variable GAVEL_L1_KEY, or from the file named by
// `l1.key_file`. Invariant: after check() returns success every required key was set and every
// value passed its check.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "ops/secret.hpp"

namespace gavel::ops {

enum class ConfigErrorKind : u8 {
  kUnreadable,  // the file cannot be read
  kSyntax,      // the file is not TOML
  kUnknownKey,
  kWrongType,  // also a text that does not parse as the key's type
  kOutOfRange,
  kNotAllowed,  // not one of the choices, or a secret given in the open
  kMissing,     // a required key was never set
};

struct ConfigError {
  ConfigErrorKind kind;
  std::string message;  // one sentence for the operator
};

template <class T>
using ConfigResult = base::Result<T, ConfigError>;

class Config {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;
  // What a bound key does with a value's text: nothing, or what is wrong with it.
  using Apply = std::function<std::optional<ConfigError>(std::string_view text)>;

  // Declarations. `target` holds the default and must outlive the Config. Declaring a key twice
  // fails a check.
  void text(std::string_view key, std::string& target, std::string_view help);
  void integer(std::string_view key, u64& target, u64 min, u64 max, std::string_view help);
  void number(std::string_view key, double& target, double min, double max, std::string_view help);
  void flag(std::string_view key, bool& target, std::string_view help);
  // A duration with its unit: "250ms", "12s", "5m", "7d" (ns us ms s m h d).
  void duration(std::string_view key, std::chrono::nanoseconds& target, std::string_view help);
  // A size in bytes with an optional unit: "4096", "128KiB", "16GiB".
  void bytes(std::string_view key, u64& target, std::string_view help);
  void choice(std::string_view key, std::string& target, std::vector<std::string> allowed,
              std::string_view help);
  // An array in TOML; comma-separated in the environment and flags.
  void list(std::string_view key, std::vector<std::string>& target, std::string_view help);
  // Declares `key` (environment only) and `key`_file (a path, from anywhere). White space around it
  // is cut.
  void secret(std::string_view key, Secret& target, std::string_view help);
  // The key must be set by some source.
  void require(std::string_view key);

  // Sources, to be called in this order; the first error ends the call, and the program should
  // stop.
  [[nodiscard]] ConfigResult<void> load_file(const std::string& path);
  [[nodiscard]] ConfigResult<void> load_toml(std::string_view text, std::string_view source_name);
  [[nodiscard]] ConfigResult<void> load_environment(const Environment& get = process_environment());
  // `--key=value`, `--key value`, `--key` for a flag. Returns the arguments that are not flags.
  [[nodiscard]] ConfigResult<std::vector<std::string>> load_flags(
      std::span<const std::string> arguments);
  // Reads the secrets' files and checks required keys.
  [[nodiscard]] ConfigResult<void> check();

  // One paragraph a key: name, default, help. Secrets show no value.
  [[nodiscard]] std::string describe() const;
  // `key = value` lines of what is in force; a secret shows only whether it is set.
  [[nodiscard]] std::string dump() const;

  [[nodiscard]] static Environment process_environment();

 private:
  enum class Kind : u8 {
    kText,
    kInteger,
    kNumber,
    kFlag,
    kDuration,
    kBytes,
    kChoice,
    kList,
    kSecret
  };
  struct Entry {
    std::string key;
    std::string help;
    std::string allowed;  // for messages: "an integer from 1 to 64"
    std::string default_text;
    Kind kind = Kind::kText;
    bool required = false;
    bool set = false;
    Apply apply;
    std::function<std::string()> show;
  };
  struct SecretFile {
    std::string key;
    std::string path;
    Secret* target;
  };

  Entry& add(std::string_view key, Kind kind, std::string_view help, std::string allowed,
             Apply apply, std::function<std::string()> show);
  Entry* find(std::string_view key);
  [[nodiscard]] ConfigResult<void> set(Entry& entry, std::string_view text, std::string_view where);
  [[nodiscard]] ConfigResult<void> unknown(std::string_view key, std::string_view where) const;
  struct TomlWalk;

  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<SecretFile>> secret_files_;
};

}  // namespace gavel::ops
