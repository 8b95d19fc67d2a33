// RLP: Ethereum's length-prefixed encoding of byte strings and lists.
//
// The decoder is strict (canonical lengths only, no leading zeros in integers, nothing behind the
// end), so that decode and encode are inverse and a hash of the bytes is a hash of the content. It
// never allocates and never recurses by itself. Source: Ethereum yellow paper, appendix B.
#pragma once

#include <optional>
#include <span>

#include "l1/error.hpp"

namespace gavel::l1 {

class RlpEncoder {
 public:
  RlpEncoder& bytes(std::span<const u8> value);
  RlpEncoder& uint(u128 value);
  RlpEncoder& uint(const u256& value);
  RlpEncoder& address(const Address& value) { return bytes(value.bytes); }
  RlpEncoder& hash(const Hash32& value) { return bytes(value.bytes); }
  // An item that is already encoded.
  RlpEncoder& raw(std::span<const u8> encoded);
  RlpEncoder& list(const RlpEncoder& items);

  // The items one after another, without a list header.
  [[nodiscard]] const Bytes& items() const { return out_; }
  // The items as one list.
  [[nodiscard]] Bytes as_list() const;

 private:
  Bytes out_;
};

enum class RlpError : u8 { kTooShort, kNotCanonical, kWrongType, kOutOfRange, kTrailing };

template <class T>
using RlpResult = base::Result<T, RlpError>;

// Reads items from the front of a list's content, one after another. Views into the data.
class RlpDecoder {
 public:
  explicit RlpDecoder(std::span<const u8> content) : rest_(content) {}
  // The decoder of the one list that `encoded` is.
  [[nodiscard]] static RlpResult<RlpDecoder> list_of(std::span<const u8> encoded);

  [[nodiscard]] bool finished() const { return rest_.empty(); }
  // The encoded items that were not read yet.
  [[nodiscard]] std::span<const u8> remaining() const { return rest_; }
  [[nodiscard]] bool next_is_list() const { return !rest_.empty() && rest_[0] >= 0xc0; }
  [[nodiscard]] RlpResult<std::span<const u8>> bytes();
  [[nodiscard]] RlpResult<RlpDecoder> list();
  // The next item with its header, whatever it is.
  [[nodiscard]] RlpResult<std::span<const u8>> raw_item();
  [[nodiscard]] RlpResult<u64> uint64();
  [[nodiscard]] RlpResult<u128> uint128();
  [[nodiscard]] RlpResult<u256> uint256();
  [[nodiscard]] RlpResult<Hash32> hash();
  [[nodiscard]] RlpResult<Address> address();
  // An address or the empty string (contract creation).
  [[nodiscard]] RlpResult<std::optional<Address>> optional_address();
  // kTrailing unless everything was read.
  [[nodiscard]] RlpResult<void> end() const;

 private:
  struct Item {
    bool is_list;
    std::span<const u8> whole;
    std::span<const u8> content;
  };
  [[nodiscard]] RlpResult<Item> next();
  std::span<const u8> rest_;
};

}  // namespace gavel::l1
