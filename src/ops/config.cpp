#include "ops/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/check.hpp"
#include "ops/config_parse.hpp"

namespace gavel::ops {

namespace {

constexpr u64 kMaxFileBytes = u64{1} << 20;

std::string environment_name(std::string_view key) {
  std::string out = "GAVEL_";
  for (const char c : key) {
    if (c == '.' || c == '-') {
      out += '_';
    } else {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}

bool is_key(std::string_view key) {
  if (key.empty()) return false;
  return std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

ConfigError wrong_type() { return {ConfigErrorKind::kWrongType, {}}; }
ConfigError out_of_range() { return {ConfigErrorKind::kOutOfRange, {}}; }

std::optional<std::string> read_small_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string out(kMaxFileBytes + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (in.bad() || static_cast<u64>(in.gcount()) > kMaxFileBytes) return std::nullopt;
  out.resize(static_cast<size_t>(in.gcount()));
  return out;
}

// How far two keys are apart (Levenshtein), to suggest the one that was meant.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

Config::Entry& Config::add(std::string_view key, Kind kind, std::string_view help,
                           std::string allowed, Apply apply, std::function<std::string()> show) {
  GAVEL_CHECK(is_key(key) && find(key) == nullptr);
  Entry entry;
  entry.key = key;
  entry.help = help;
  entry.allowed = std::move(allowed);
  entry.default_text = show();
  entry.kind = kind;
  entry.apply = std::move(apply);
  entry.show = std::move(show);
  entries_.push_back(std::move(entry));
  return entries_.back();
}

Config::Entry* Config::find(std::string_view key) {
  for (Entry& entry : entries_) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

void Config::text(std::string_view key, std::string& target, std::string_view help) {
  add(
      key, Kind::kText, help, "a string",
      [&target](std::string_view value) -> std::optional<ConfigError> {
        target = value;
        return std::nullopt;
      },
      [&target] { return '"' + target + '"'; });
}

void Config::integer(std::string_view key, u64& target, u64 min, u64 max, std::string_view help) {
  add(
      key, Kind::kInteger, help, fmt::format("an integer from {} to {}", min, max),
      [&target, min, max](std::string_view value) -> std::optional<ConfigError> {
        const auto number = parse_u64(value);
        if (!number) return wrong_type();
        if (*number < min || *number > max) return out_of_range();
        target = *number;
        return std::nullopt;
      },
      [&target] { return std::to_string(target); });
}

void Config::number(std::string_view key, double& target, double min, double max,
                    std::string_view help) {
  add(
      key, Kind::kNumber, help, fmt::format("a number from {} to {}", min, max),
      [&target, min, max](std::string_view value) -> std::optional<ConfigError> {
        const auto number = parse_real(value);
        if (!number) return wrong_type();
        if (*number < min || *number > max) return out_of_range();
        target = *number;
        return std::nullopt;
      },
      [&target] { return fmt::format("{}", target); });
}

void Config::flag(std::string_view key, bool& target, std::string_view help) {
  add(
      key, Kind::kFlag, help, "true or false",
      [&target](std::string_view value) -> std::optional<ConfigError> {
        const auto parsed = parse_bool(value);
        if (!parsed) return wrong_type();
        target = *parsed;
        return std::nullopt;
      },
      [&target] { return std::string(target ? "true" : "false"); });
}

void Config::duration(std::string_view key, std::chrono::nanoseconds& target,
                      std::string_view help) {
  add(
      key, Kind::kDuration, help, "a duration such as \"250ms\" (ns us ms s m h d)",
      [&target](std::string_view value) -> std::optional<ConfigError> {
        const auto parsed = parse_duration(value);
        if (!parsed) return wrong_type();
        target = *parsed;
        return std::nullopt;
      },
      [&target] { return '"' + duration_text(target) + '"'; });
}

void Config::bytes(std::string_view key, u64& target, std::string_view help) {
  add(
      key, Kind::kBytes, help, "a size such as \"128KiB\" (B KiB MiB GiB TiB)",
      [&target](std::string_view value) -> std::optional<ConfigError> {
        const auto parsed = parse_bytes(value);
        if (!parsed) return wrong_type();
        target = *parsed;
        return std::nullopt;
      },
      [&target] { return std::to_string(target); });
}

void Config::choice(std::string_view key, std::string& target, std::vector<std::string> allowed,
                    std::string_view help) {
  const std::string text = "one of " + join(allowed, ", ");
  add(
      key, Kind::kChoice, help, text,
      [&target,
       allowed = std::move(allowed)](std::string_view value) -> std::optional<ConfigError> {
        if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
          return ConfigError{ConfigErrorKind::kNotAllowed, {}};
        }
        target = value;
        return std::nullopt;
      },
      [&target] { return '"' + target + '"'; });
}

void Config::list(std::string_view key, std::vector<std::string>& target, std::string_view help) {
  add(
      key, Kind::kList, help, "a list of strings",
      [&target](std::string_view value) -> std::optional<ConfigError> {
        target.clear();
        while (!value.empty()) {
          const size_t comma = std::min(value.find(','), value.size());
          const std::string_view item = trim(value.substr(0, comma));
          if (!item.empty()) target.emplace_back(item);
          value.remove_prefix(std::min(comma + 1, value.size()));
        }
        return std::nullopt;
      },
      [&target] { return '[' + join(target, ", ") + ']'; });
}

void Config::secret(std::string_view key, Secret& target, std::string_view help) {
  secret_files_.push_back(std::make_unique<SecretFile>(SecretFile{std::string(key), {}, &target}));
  SecretFile* file = secret_files_.back().get();
  add(
      key, Kind::kSecret, help,
      fmt::format("{} in the environment, or a path in {}_file", environment_name(key), key),
      [&target](std::string_view value) -> std::optional<ConfigError> {
        target = Secret(trim(value));
        return std::nullopt;
      },
      [&target] { return std::string(target.empty() ? "(not set)" : "(set)"); });
  text(std::string(key) + "_file", file->path, "File that holds " + std::string(key) + ".");
}

void Config::require(std::string_view key) {
  Entry* entry = find(key);
  GAVEL_CHECK(entry != nullptr);
  entry->required = true;
}

ConfigResult<void> Config::set(Entry& entry, std::string_view value, std::string_view where) {
  if (auto error = entry.apply(value)) {
    // The value itself is not shown: it may be a secret put under the wrong key.
    error->message = fmt::format("{}: {} must be {}", where, entry.key, entry.allowed);
    return base::Err{std::move(*error)};
  }
  entry.set = true;
  return {};
}

ConfigResult<void> Config::unknown(std::string_view key, std::string_view where) const {
  const Entry* nearest = nullptr;
  size_t best = std::max<size_t>(3, key.size() / 3);
  std::vector<std::string> same_table;
  const std::string_view table =
      key.substr(0, key.rfind('.') == std::string_view::npos ? 0 : key.rfind('.') + 1);
  for (const Entry& entry : entries_) {
    const size_t distance = edit_distance(key, entry.key);
    if (distance < best) {
      best = distance;
      nearest = &entry;
    }
    if (entry.key.starts_with(table) && entry.key.find('.', table.size()) == std::string::npos) {
      same_table.push_back(entry.key);
    }
  }
  std::string message = fmt::format("{}: unknown key {}", where, key);
  if (nearest != nullptr) message += fmt::format("; did you mean {}?", nearest->key);
  if (!same_table.empty()) message += fmt::format(" Allowed here: {}", join(same_table, ", "));
  return ConfigError{ConfigErrorKind::kUnknownKey, std::move(message)};
}

ConfigResult<void> Config::load_file(const std::string& path) {
  const std::optional<std::string> content = read_small_file(path);
  if (!content) {
    return ConfigError{ConfigErrorKind::kUnreadable,
                       fmt::format("{}: cannot be read (at most 1 MiB)", path)};
  }
  return load_toml(*content, path);
}

ConfigResult<void> Config::load_environment(const Environment& get) {
  for (Entry& entry : entries_) {
    const std::string name = environment_name(entry.key);
    const std::optional<std::string> value = get(name);
    if (!value) continue;
    const ConfigResult<void> done = set(entry, *value, name);
    if (!done.ok()) return done;
  }
  return {};
}

ConfigResult<std::vector<std::string>> Config::load_flags(std::span<const std::string> arguments) {
  std::vector<std::string> rest;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (!argument.starts_with("--") || argument == "--") {
      rest.emplace_back(argument);
      continue;
    }
    argument.remove_prefix(2);
    const size_t equals = argument.find('=');
    std::string key(argument.substr(0, equals));
    std::replace(key.begin(), key.end(), '-', '_');
    const std::string where = "--" + std::string(argument.substr(0, equals));
    Entry* entry = find(key);
    if (entry == nullptr) return base::Err{unknown(key, where).error()};
    if (entry->kind == Kind::kSecret) {
      return ConfigError{ConfigErrorKind::kNotAllowed,
                         fmt::format("{}: is a secret; give {}", where, entry->allowed)};
    }
    std::string_view value = "true";
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (entry->kind != Kind::kFlag) {
      if (i + 1 == arguments.size()) {
        return ConfigError{ConfigErrorKind::kMissing,
                           fmt::format("{}: needs {}", where, entry->allowed)};
      }
      value = arguments[++i];
    }
    const ConfigResult<void> done = set(*entry, value, where);
    if (!done.ok()) return base::Err{done.error()};
  }
  return rest;
}

ConfigResult<void> Config::check() {
  for (const auto& file : secret_files_) {
    if (file->path.empty() || !file->target->empty()) continue;
    std::optional<std::string> content = read_small_file(file->path);
    if (!content) {
      return ConfigError{ConfigErrorKind::kUnreadable,
                         fmt::format("{}_file: {} cannot be read", file->key, file->path)};
    }
    *file->target = Secret(trim(*content));
    wipe(std::span(reinterpret_cast<u8*>(content->data()), content->size()));
    find(file->key)->set = true;
  }
  for (const Entry& entry : entries_) {
    if (entry.required && !entry.set) {
      return ConfigError{ConfigErrorKind::kMissing,
                         fmt::format("{} is not set: give {} (also {} or --{})", entry.key,
                                     entry.allowed, environment_name(entry.key), entry.key)};
    }
  }
  return {};
}

std::string Config::describe() const {
  std::string out;
  for (const Entry& entry : entries_) {
    out += fmt::format("{}  ({}; default {})\n    {}\n", entry.key, entry.allowed,
                       entry.default_text, entry.help);
  }
  return out;
}

std::string Config::dump() const {
  std::string out;
  for (const Entry& entry : entries_) out += fmt::format("{} = {}\n", entry.key, entry.show());
  return out;
}

Config::Environment Config::process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

}  // namespace gavel::ops
