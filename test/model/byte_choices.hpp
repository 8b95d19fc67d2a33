// ByteChoices: a fuzzer's input as a source of choices; past its end every choice is 0.
#pragma once

#include <span>

#include "model/trader.hpp"

namespace gavel::model {

class ByteChoices : public Choices {
 public:
  explicit ByteChoices(std::span<const u8> bytes) : bytes_(bytes) {}
  u64 below(u64 n) override {
    u64 value = next();
    for (u64 reach = 256; reach < n && reach != 0; reach <<= 8) value = value << 8 | next();
    return value % n;
  }
  bool exhausted() const override { return at_ >= bytes_.size(); }

 private:
  u8 next() { return at_ < bytes_.size() ? bytes_[at_++] : u8{0}; }

  std::span<const u8> bytes_;
  std::size_t at_ = 0;
};

}  // namespace gavel::model
