#include "node_client.hpp"

#include <fmt/format.h>

#include <charconv>

namespace gavel::apps {

namespace {

using simdjson::dom::element;

std::string line(const std::string& path, std::string_view value) {
  return fmt::format("{:<34}  {}\n", path, value);
}

void flatten_into(element value, const std::string& path, std::string& out) {
  if (simdjson::dom::object object; value.get(object) == simdjson::SUCCESS) {
    for (const auto field : object) {
      flatten_into(field.value, (path.empty() ? "" : path + ".") + std::string(field.key), out);
    }
    return;
  }
  if (simdjson::dom::array array; value.get(array) == simdjson::SUCCESS) {
    // Short lists of plain values, such as a level of a book, stay on one line.
    const bool plain = array.size() <= 4 && std::all_of(array.begin(), array.end(), [](element e) {
                         return !e.is_object() && !e.is_array();
                       });
    if (plain && array.size() != 0) {
      out += line(path, std::string(simdjson::minify(array)));
      return;
    }
    u64 i = 0;
    for (const element item : array) flatten_into(item, fmt::format("{}[{}]", path, i++), out);
    if (array.size() == 0) out += line(path, "(none)");
    return;
  }
  std::string_view text;
  const std::string shown = value.get(text) == simdjson::SUCCESS
                                ? std::string(text)
                                : std::string(simdjson::minify(value));
  out += line(path, shown);
}

}  // namespace

AppResult<std::unique_ptr<NodeClient>> NodeClient::connect(const std::string& url) {
  const auto parsed = io::parse_http_url(url);
  if (!parsed) return fmt::format("{} is no URL of the form http://host:port", url);
  auto client = std::make_unique<NodeClient>();
  client->url_ = url;
  client->net_ = io::make_tcp_net();
  client->http_ = io::make_http_client(*client->net_, system_clock(), *parsed);
  return client;
}

AppResult<element> NodeClient::json(const std::string& target) {
  const auto answer = http_->send({.method = "GET", .target = target, .headers = {}, .body = {}});
  if (!answer.ok()) {
    return fmt::format("no answer from the node at {} ({}); is it running? Name it with --node",
                       url_, io::name_of(answer.error()));
  }
  element json;
  if (parser_.parse(answer->body).get(json) != simdjson::SUCCESS) {
    return fmt::format("the node's answer to {} is not JSON", target);
  }
  if (answer->status == 200) return json;
  const std::string what = text_at(json, "/error");
  return what.empty() ? fmt::format("the node answers {} with {}", target, answer->status) : what;
}

std::optional<u64> number_at(element json, std::string_view pointer) {
  element value;
  if (json.at_pointer(pointer).get(value) != simdjson::SUCCESS) return std::nullopt;
  if (u64 number = 0; value.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  u64 number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string text_at(element json, std::string_view pointer) {
  std::string_view text;
  if (json.at_pointer(pointer).get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

bool true_at(element json, std::string_view pointer) {
  bool value = false;
  return json.at_pointer(pointer).get(value) == simdjson::SUCCESS && value;
}

double real_at(element json, std::string_view pointer) {
  double value = 0;
  return json.at_pointer(pointer).get(value) == simdjson::SUCCESS ? value : 0;
}

std::string flatten(element json) {
  std::string out;
  flatten_into(json, "", out);
  return out;
}

}  // namespace gavel::apps
