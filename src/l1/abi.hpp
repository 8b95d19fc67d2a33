// Solidity's ABI: selectors, encoding and decoding of words, addresses, bytes and arrays.
//
// Written by hand against the contract ABI specification, for the argument lists that our contracts
// have. The decoder accepts exactly what Solidity's own decoder (ABI coder v2) accepts, because a
// deriver must read calldata as the contract read it: offsets may point anywhere inside, padding
// may hold anything, but an address or a small integer with dirty high bytes is an error. It is
// bounded by the input's length and never allocates more than the caller's limits. Source: Solidity
// documentation, "Contract ABI Specification".
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "l1/error.hpp"

namespace gavel::l1 {

using Selector = std::array<u8, 4>;

// First four bytes of keccak(signature): selector("transfer(address,uint256)"). Compute once and
// keep.
[[nodiscard]] Selector selector(std::string_view signature);
// topic0 of an event: keccak(signature).
[[nodiscard]] Bytes32 event_topic(std::string_view signature);

// Builds an argument list or a tuple: heads in call order, tails behind them.
class AbiEncoder {
 public:
  AbiEncoder& word(const Bytes32& value);
  AbiEncoder& uint(u128 value);
  AbiEncoder& uint(const u256& value);
  AbiEncoder& address(const Address& value);
  AbiEncoder& boolean(bool value);
  // bytesN (N <= 32), left-aligned.
  AbiEncoder& fixed_bytes(std::span<const u8> value);
  AbiEncoder& bytes(std::span<const u8> value);        // also string
  AbiEncoder& words(std::span<const Bytes32> values);  // bytes32[] and uint256[]
  AbiEncoder& addresses(std::span<const Address> values);
  AbiEncoder& bytes_array(std::span<const Bytes> values);  // bytes[]
  // A static tuple or fixed array lies inline in the head.
  AbiEncoder& static_tuple(const AbiEncoder& inner);
  // A tuple with any dynamic member, or a dynamic array of tuples given whole.
  AbiEncoder& dynamic_tuple(const AbiEncoder& inner);
  AbiEncoder& dynamic_array(std::span<const AbiEncoder> items, bool items_are_dynamic);

  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] Bytes call(const Selector& selector) const;  // selector and arguments

 private:
  struct Slot {
    Bytes head;  // inline, or empty with a tail
    Bytes tail;
    bool dynamic = false;
  };
  AbiEncoder& push_tail(Bytes tail);
  std::vector<Slot> slots_;
};

enum class AbiError : u8 {
  kTooShort,   // the head or a tail reaches beyond the data
  kDirtyWord,  // high bytes of a narrower type are not zero
  kTooMany,    // an array or byte string over the caller's limit
};

template <class T>
using AbiResult = base::Result<T, AbiError>;

// Reads a head of words; a dynamic member is reached through its offset. Keeps views into the data.
class AbiDecoder {
 public:
  explicit AbiDecoder(std::span<const u8> data) : data_(data) {}

  // `slot` is the word's position in the head, from 0.
  [[nodiscard]] AbiResult<Bytes32> word(u32 slot) const;
  [[nodiscard]] AbiResult<u256> uint256(u32 slot) const;
  [[nodiscard]] AbiResult<u128> uint128(u32 slot) const;
  [[nodiscard]] AbiResult<u64> uint64(u32 slot) const;
  [[nodiscard]] AbiResult<u32> uint32(u32 slot) const;
  [[nodiscard]] AbiResult<bool> boolean(u32 slot) const;
  [[nodiscard]] AbiResult<Address> address(u32 slot) const;
  [[nodiscard]] AbiResult<std::span<const u8>> bytes(u32 slot, u64 max_bytes) const;
  [[nodiscard]] AbiResult<std::vector<Bytes32>> words(u32 slot, u32 max_count) const;
  [[nodiscard]] AbiResult<std::vector<std::span<const u8>>> bytes_array(u32 slot, u32 max_count,
                                                                        u64 max_bytes) const;
  // A dynamic tuple; offsets inside it count from its own start.
  [[nodiscard]] AbiResult<AbiDecoder> tuple(u32 slot) const;
  // The elements of a dynamic array of static tuples of `words_each` words, or of dynamic tuples
  // (words_each = 0).
  [[nodiscard]] AbiResult<std::vector<AbiDecoder>> tuples(u32 slot, u32 max_count,
                                                          u32 words_each) const;

 private:
  [[nodiscard]] AbiResult<u64> offset(u32 slot) const;
  struct Array {
    std::span<const u8> body;
    u64 count;
  };
  [[nodiscard]] AbiResult<Array> array(u32 slot, u64 max_count, u64 words_each) const;
  std::span<const u8> data_;
};

// Revert bytes as a sentence: Error(string), Panic(uint256) with its meaning, a custom error by its
// selector, or "no reason".
[[nodiscard]] std::string revert_reason(std::span<const u8> data);

}  // namespace gavel::l1
