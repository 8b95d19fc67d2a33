// NodeClient: asks a node's query interface, and takes JSON answers apart.
#pragma once

#include <simdjson.h>

#include <memory>
#include <string>

#include "io/http.hpp"
#include "l1_link.hpp"

namespace gavel::apps {

inline constexpr const char* kDefaultNodeUrl = "http://127.0.0.1:7180";

class NodeClient {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<NodeClient>> connect(const std::string& url);

  // The answer, valid until the next call; else the node's own sentence, or why it cannot be
  // reached.
  [[nodiscard]] AppResult<simdjson::dom::element> json(const std::string& target);

 private:
  std::string url_;
  std::unique_ptr<io::Net> net_;
  std::unique_ptr<io::HttpClient> http_;
  simdjson::dom::parser parser_;
};

// A number that is written as one or as a decimal string; nothing if it is neither or missing.
[[nodiscard]] std::optional<u64> number_at(simdjson::dom::element json, std::string_view pointer);
[[nodiscard]] std::string text_at(simdjson::dom::element json, std::string_view pointer);
[[nodiscard]] bool true_at(simdjson::dom::element json, std::string_view pointer);
[[nodiscard]] double real_at(simdjson::dom::element json, std::string_view pointer);

// One line a value, "path.to.value  value".
[[nodiscard]] std::string flatten(simdjson::dom::element json);

}  // namespace gavel::apps
