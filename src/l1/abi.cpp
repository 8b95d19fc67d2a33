#include "l1/abi.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"

namespace gavel::l1 {

namespace {

constexpr u64 kWord = 32;

u64 padded(u64 length) { return (length + kWord - 1) / kWord * kWord; }

Bytes32 word_of(u64 value) { return to_bytes32(u256::from_u64(value)); }

void append(Bytes& out, std::span<const u8> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

Bytes32 left_padded(const Address& address) {
  Bytes32 out;
  std::copy(address.bytes.begin(), address.bytes.end(), out.bytes.begin() + 12);
  return out;
}

Bytes bytes_tail(std::span<const u8> value) {
  Bytes out;
  out.reserve(kWord + padded(value.size()));
  append(out, word_of(value.size()).bytes);
  append(out, value);
  out.resize(kWord + padded(value.size()));
  return out;
}

}  // namespace

Bytes32 event_topic(std::string_view signature) {
  return crypto::keccak256(
      std::span(reinterpret_cast<const u8*>(signature.data()), signature.size()));
}

Selector selector(std::string_view signature) {
  const Bytes32 hash = event_topic(signature);
  return {hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]};
}

AbiEncoder& AbiEncoder::word(const Bytes32& value) {
  slots_.push_back({Bytes(value.bytes.begin(), value.bytes.end()), {}, false});
  return *this;
}

AbiEncoder& AbiEncoder::uint(u128 value) { return uint(u256{{value.lo, value.hi, 0, 0}}); }
AbiEncoder& AbiEncoder::uint(const u256& value) { return word(to_bytes32(value)); }
AbiEncoder& AbiEncoder::address(const Address& value) { return word(left_padded(value)); }
AbiEncoder& AbiEncoder::boolean(bool value) { return word(word_of(value ? 1 : 0)); }

AbiEncoder& AbiEncoder::fixed_bytes(std::span<const u8> value) {
  GAVEL_CHECK(value.size() <= kWord);
  Bytes32 out;
  std::copy(value.begin(), value.end(), out.bytes.begin());
  return word(out);
}

AbiEncoder& AbiEncoder::push_tail(Bytes tail) {
  slots_.push_back({{}, std::move(tail), true});
  return *this;
}

AbiEncoder& AbiEncoder::bytes(std::span<const u8> value) { return push_tail(bytes_tail(value)); }

AbiEncoder& AbiEncoder::words(std::span<const Bytes32> values) {
  Bytes tail;
  append(tail, word_of(values.size()).bytes);
  for (const Bytes32& value : values) append(tail, value.bytes);
  return push_tail(std::move(tail));
}

AbiEncoder& AbiEncoder::addresses(std::span<const Address> values) {
  Bytes tail;
  append(tail, word_of(values.size()).bytes);
  for (const Address& value : values) append(tail, left_padded(value).bytes);
  return push_tail(std::move(tail));
}

AbiEncoder& AbiEncoder::bytes_array(std::span<const Bytes> values) {
  Bytes tail;
  append(tail, word_of(values.size()).bytes);
  u64 at = values.size() * kWord;
  for (const Bytes& value : values) {
    append(tail, word_of(at).bytes);
    at += kWord + padded(value.size());
  }
  for (const Bytes& value : values) append(tail, bytes_tail(value));
  return push_tail(std::move(tail));
}

AbiEncoder& AbiEncoder::static_tuple(const AbiEncoder& inner) {
  for (const Slot& slot : inner.slots_) {
    GAVEL_CHECK(!slot.dynamic);
    slots_.push_back(slot);
  }
  return *this;
}

AbiEncoder& AbiEncoder::dynamic_tuple(const AbiEncoder& inner) { return push_tail(inner.encode()); }

AbiEncoder& AbiEncoder::dynamic_array(std::span<const AbiEncoder> items, bool items_are_dynamic) {
  AbiEncoder body;
  for (const AbiEncoder& item : items) {
    if (items_are_dynamic) {
      body.dynamic_tuple(item);
    } else {
      body.static_tuple(item);
    }
  }
  Bytes tail;
  append(tail, word_of(items.size()).bytes);
  append(tail, body.encode());
  return push_tail(std::move(tail));
}

Bytes AbiEncoder::encode() const {
  u64 head_bytes = 0;
  for (const Slot& slot : slots_) head_bytes += slot.dynamic ? kWord : slot.head.size();
  Bytes out;
  u64 at = head_bytes;
  for (const Slot& slot : slots_) {
    if (!slot.dynamic) {
      append(out, slot.head);
      continue;
    }
    append(out, word_of(at).bytes);
    at += slot.tail.size();
  }
  out.reserve(at);
  for (const Slot& slot : slots_) append(out, slot.tail);
  return out;
}

Bytes AbiEncoder::call(const Selector& selector) const {
  Bytes out(selector.begin(), selector.end());
  append(out, encode());
  return out;
}

AbiResult<Bytes32> AbiDecoder::word(u32 slot) const {
  const u64 at = u64{slot} * kWord;
  if (at + kWord > data_.size()) return AbiError::kTooShort;
  Bytes32 out;
  std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(at), kWord, out.bytes.begin());
  return out;
}

AbiResult<u256> AbiDecoder::uint256(u32 slot) const { return to_u256(GAVEL_TRY(word(slot))); }

AbiResult<u128> AbiDecoder::uint128(u32 slot) const {
  const u256 value = GAVEL_TRY(uint256(slot));
  if ((value.limb[2] | value.limb[3]) != 0) return AbiError::kDirtyWord;
  return u128::from_halves(value.limb[1], value.limb[0]);
}

AbiResult<u64> AbiDecoder::uint64(u32 slot) const {
  const u128 value = GAVEL_TRY(uint128(slot));
  if (value.hi != 0) return AbiError::kDirtyWord;
  return value.lo;
}

AbiResult<u32> AbiDecoder::uint32(u32 slot) const {
  const u64 value = GAVEL_TRY(uint64(slot));
  if (value > 0xffffffffu) return AbiError::kDirtyWord;
  return static_cast<u32>(value);
}

AbiResult<bool> AbiDecoder::boolean(u32 slot) const {
  const u64 value = GAVEL_TRY(uint64(slot));
  if (value > 1) return AbiError::kDirtyWord;
  return value == 1;
}

AbiResult<Address> AbiDecoder::address(u32 slot) const {
  const Bytes32 value = GAVEL_TRY(word(slot));
  Address out;
  for (u32 i = 0; i < 12; ++i) {
    if (value.bytes[i] != 0) return AbiError::kDirtyWord;
  }
  std::copy(value.bytes.begin() + 12, value.bytes.end(), out.bytes.begin());
  return out;
}

AbiResult<u64> AbiDecoder::offset(u32 slot) const {
  const u256 value = GAVEL_TRY(uint256(slot));
  if ((value.limb[1] | value.limb[2] | value.limb[3]) != 0 || value.limb[0] > data_.size()) {
    return AbiError::kTooShort;
  }
  return value.limb[0];
}

AbiResult<AbiDecoder::Array> AbiDecoder::array(u32 slot, u64 max_count, u64 words_each) const {
  const std::span<const u8> tail = data_.subspan(GAVEL_TRY(offset(slot)));
  const u256 length = GAVEL_TRY(AbiDecoder(tail).uint256(0));
  const std::span<const u8> body = tail.subspan(kWord);
  // The length is compared with what is there before it is compared with the limit: a lie is
  // kTooShort.
  if ((length.limb[1] | length.limb[2] | length.limb[3]) != 0) return AbiError::kTooShort;
  const u64 count = length.limb[0];
  const u64 least = words_each == 0 ? count : count * kWord * words_each;
  if (count > body.size() || least > body.size()) return AbiError::kTooShort;
  if (count > max_count) return AbiError::kTooMany;
  return Array{body, count};
}

AbiResult<std::span<const u8>> AbiDecoder::bytes(u32 slot, u64 max_bytes) const {
  const Array found = GAVEL_TRY(array(slot, max_bytes, 0));
  return found.body.first(found.count);
}

AbiResult<std::vector<Bytes32>> AbiDecoder::words(u32 slot, u32 max_count) const {
  const Array found = GAVEL_TRY(array(slot, max_count, 1));
  std::vector<Bytes32> out(found.count);
  for (u64 i = 0; i < found.count; ++i) {
    std::copy_n(found.body.begin() + static_cast<std::ptrdiff_t>(i * kWord), kWord,
                out[i].bytes.begin());
  }
  return out;
}

AbiResult<std::vector<std::span<const u8>>> AbiDecoder::bytes_array(u32 slot, u32 max_count,
                                                                    u64 max_bytes) const {
  const Array found = GAVEL_TRY(array(slot, max_count, 1));
  const AbiDecoder items(found.body);
  std::vector<std::span<const u8>> out;
  out.reserve(found.count);
  for (u32 i = 0; i < found.count; ++i) out.push_back(GAVEL_TRY(items.bytes(i, max_bytes)));
  return out;
}

AbiResult<AbiDecoder> AbiDecoder::tuple(u32 slot) const {
  return AbiDecoder(data_.subspan(GAVEL_TRY(offset(slot))));
}

AbiResult<std::vector<AbiDecoder>> AbiDecoder::tuples(u32 slot, u32 max_count,
                                                      u32 words_each) const {
  const Array found = GAVEL_TRY(array(slot, max_count, words_each == 0 ? 1 : words_each));
  std::vector<AbiDecoder> out;
  out.reserve(found.count);
  for (u32 i = 0; i < found.count; ++i) {
    if (words_each == 0) {
      out.push_back(GAVEL_TRY(AbiDecoder(found.body).tuple(i)));
    } else {
      out.emplace_back(found.body.subspan(u64{i} * words_each * kWord, u64{words_each} * kWord));
    }
  }
  return out;
}

namespace {

std::string_view panic_meaning(u64 code) {
  switch (code) {
    case 0x01:
      return "assertion failed";
    case 0x11:
      return "arithmetic overflow";
    case 0x12:
      return "division by zero";
    case 0x21:
      return "value outside its enum";
    case 0x22:
      return "badly encoded storage array";
    case 0x31:
      return "pop from an empty array";
    case 0x32:
      return "index out of bounds";
    case 0x41:
      return "out of memory";
    case 0x51:
      return "call of an unset function";
    default:
      return "unknown panic";
  }
}

std::string hex_of(std::span<const u8> bytes) {
  std::string out(2 * bytes.size(), '0');
  base::hex_encode(bytes, out);
  return "0x" + out;
}

}  // namespace

std::string revert_reason(std::span<const u8> data) {
  static const Selector kError = selector("Error(string)");
  static const Selector kPanic = selector("Panic(uint256)");
  constexpr u64 kMaxText = 256;
  if (data.empty()) return "no reason";
  if (data.size() < 4) return "undecodable " + hex_of(data);
  const std::span<const u8> name = data.first(4);
  const AbiDecoder arguments(data.subspan(4));
  if (std::ranges::equal(name, kError)) {
    const auto text = arguments.bytes(0, data.size());
    if (text.ok()) {
      const std::span<const u8> cut = text->first(std::min<u64>(text->size(), kMaxText));
      return std::string(cut.begin(), cut.end());
    }
  }
  if (std::ranges::equal(name, kPanic)) {
    const auto code = arguments.uint64(0);
    if (code.ok()) return fmt::format("panic 0x{:02x}: {}", *code, panic_meaning(*code));
  }
  constexpr u64 kMaxShown = 4 + 3 * kWord;
  const bool cut = data.size() > kMaxShown;
  return "custom error " + hex_of(data.first(cut ? kMaxShown : data.size())) + (cut ? "..." : "");
}

}  // namespace gavel::l1
