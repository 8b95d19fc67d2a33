#include "ops/secret.hpp"

namespace gavel::ops {

void wipe(std::span<u8> bytes) noexcept {
  volatile u8* at = bytes.data();
  for (size_t i = 0; i < bytes.size(); ++i) at[i] = 0;
}

Secret::Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(bytes_);
  bytes_ = std::move(other.bytes_);
  other.bytes_.clear();
  return *this;
}

}  // namespace gavel::ops
