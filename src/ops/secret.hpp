// Secret: bytes that must not leak into logs, configuration dumps or swapped-out heap.
//
// It can be moved but not copied, has no stream or text conversion, and is overwritten with zeros
// when it dies. Secrets enter the program only from a file or an environment variable
// (ops/config.hpp), never from a flag or a line of TOML, because those are shown by `ps` and kept
// in repositories.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace gavel::ops {

// Overwrites memory in a way the compiler keeps.
void wipe(std::span<u8> bytes) noexcept;

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  // The bytes, for the one function that needs them. Do not keep the view.
  [[nodiscard]] std::string_view reveal() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::vector<u8> bytes_;
};

}  // namespace gavel::ops
