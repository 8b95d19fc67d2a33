// Big-endian packed fields, in and out of plain byte strings: the model's own reading of "canonical
// bytes" (docs/protocol/transactions.md, state.md, l1.md).
#pragma once

#include <vector>

#include "base/check.hpp"
#include "base/types.hpp"

namespace gavel::model {

using Bytes = std::vector<u8>;
using Wide = __int128;  // every intermediate result fits
using Text16 = std::array<u8, 16>;

// A number that the text says fits where it goes.
template <class To>
constexpr To narrow(Wide value) {
  const To out = static_cast<To>(value);
  GAVEL_CHECK(static_cast<Wide>(out) == value);
  return out;
}

class Packer {
 public:
  template <class T>
  Packer& add(T value) {
    for (int byte = static_cast<int>(sizeof(T)) - 1; byte >= 0; --byte) {
      bytes_.push_back(static_cast<u8>(static_cast<u64>(value) >> (8 * byte)));
    }
    return *this;
  }
  template <std::size_t N>
  Packer& add(const std::array<u8, N>& text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  Packer& add(const Address& address) { return add(address.bytes); }
  Packer& add(const Hash32& hash) { return add(hash.bytes); }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(const Bytes& bytes) : bytes_(bytes) {}

  template <class T>
  T take() {
    u64 value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | next();
    return static_cast<T>(value);
  }
  template <std::size_t N>
  std::array<u8, N> take_text() {
    std::array<u8, N> out;
    for (u8& byte : out) byte = next();
    return out;
  }
  Address take_address() { return {take_text<20>()}; }
  // All was read and nothing beyond the end.
  bool exact() const { return at_ == bytes_.size(); }

 private:
  u8 next() {
    const u8 byte = at_ < bytes_.size() ? bytes_[at_] : u8{0};
    ++at_;
    return byte;
  }

  const Bytes& bytes_;
  std::size_t at_ = 0;
};

}  // namespace gavel::model
