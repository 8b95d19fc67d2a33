// TOML into configuration keys: the only place that includes toml++.
#include <fmt/format.h>
#include <toml++/toml.h>

#include "ops/config.hpp"
#include "ops/config_parse.hpp"

namespace gavel::ops {

// Visits every leaf of the parsed file as (dotted key, text, position).
struct Config::TomlWalk {
  Config& config;
  std::string_view source;

  std::string where(const toml::node& node) const {
    return fmt::format("{}:{}", source, node.source().begin.line);
  }

  ConfigResult<void> table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key =
          prefix.empty() ? std::string(name.str()) : prefix + '.' + std::string(name.str());
      const ConfigResult<void> done =
          node.is_table() ? this->table(*node.as_table(), key) : leaf(key, node);
      if (!done.ok()) return done;
    }
    return {};
  }

  ConfigResult<void> leaf(const std::string& key, const toml::node& node) {
    Entry* entry = config.find(key);
    if (entry == nullptr) return config.unknown(key, where(node));
    if (entry->kind == Kind::kSecret) {
      return ConfigError{
          ConfigErrorKind::kNotAllowed,
          fmt::format("{}: {} is a secret; give {}", where(node), key, entry->allowed)};
    }
    const std::optional<std::string> value = scalar(node, entry->kind);
    if (!value) {
      return ConfigError{ConfigErrorKind::kWrongType,
                         fmt::format("{}: {} must be {}", where(node), key, entry->allowed)};
    }
    return config.set(*entry, *value, where(node));
  }

  // The node as the text that `apply` reads, if its TOML type suits the key's kind.
  static std::optional<std::string> scalar(const toml::node& node, Kind kind) {
    if (const auto* array = node.as_array()) {
      if (kind != Kind::kList) return std::nullopt;
      std::vector<std::string> items;
      for (const auto& item : *array) {
        const auto* text = item.as_string();
        if (text == nullptr || text->get().find(',') != std::string::npos) return std::nullopt;
        items.push_back(text->get());
      }
      return join(items, ",");
    }
    const bool wants_number = kind == Kind::kInteger || kind == Kind::kNumber;
    if (const auto* number = node.as_integer()) {
      if (!wants_number && kind != Kind::kBytes) return std::nullopt;
      return std::to_string(number->get());
    }
    if (const auto* real = node.as_floating_point()) {
      if (kind != Kind::kNumber) return std::nullopt;
      return fmt::format("{}", real->get());
    }
    if (const auto* flag = node.as_boolean()) {
      if (kind != Kind::kFlag) return std::nullopt;
      return flag->get() ? "true" : "false";
    }
    const auto* text = node.as_string();
    if (text == nullptr || wants_number || kind == Kind::kFlag || kind == Kind::kList)
      return std::nullopt;
    return text->get();
  }
};

ConfigResult<void> Config::load_toml(std::string_view content, std::string_view source_name) {
  try {
    const toml::table root = toml::parse(content);
    return TomlWalk{*this, source_name}.table(root, {});
  } catch (const toml::parse_error& error) {
    return ConfigError{
        ConfigErrorKind::kSyntax,
        fmt::format("{}:{}: {}", source_name, error.source().begin.line, error.description())};
  }
}

}  // namespace gavel::ops
