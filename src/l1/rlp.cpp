#include "l1/rlp.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace gavel::l1 {

namespace {

constexpr u8 kString = 0x80;
constexpr u8 kList = 0xc0;
constexpr u64 kShort = 55;

std::span<const u8> without_leading_zeros(std::span<const u8> bytes) {
  while (!bytes.empty() && bytes[0] == 0) bytes = bytes.subspan(1);
  return bytes;
}

void append_header(Bytes& out, u8 base, u64 length) {
  if (length <= kShort) {
    out.push_back(static_cast<u8>(base + length));
    return;
  }
  u8 count = 0;
  for (u64 rest = length; rest != 0; rest >>= 8) ++count;
  out.push_back(static_cast<u8>(base + kShort + count));
  for (u8 i = count; i > 0; --i) out.push_back(static_cast<u8>(length >> (8 * (i - 1))));
}

}  // namespace

RlpEncoder& RlpEncoder::bytes(std::span<const u8> value) {
  if (value.size() != 1 || value[0] >= kString) append_header(out_, kString, value.size());
  out_.insert(out_.end(), value.begin(), value.end());
  return *this;
}

RlpEncoder& RlpEncoder::uint(u128 value) {
  std::array<u8, 16> raw{};
  for (u32 i = 0; i < 16; ++i) raw[i] = static_cast<u8>((value >> (8 * (15 - i))).lo);
  return bytes(without_leading_zeros(raw));
}

RlpEncoder& RlpEncoder::uint(const u256& value) {
  const std::array<u8, 32> raw = value.to_be_bytes();
  return bytes(without_leading_zeros(raw));
}

RlpEncoder& RlpEncoder::raw(std::span<const u8> encoded) {
  out_.insert(out_.end(), encoded.begin(), encoded.end());
  return *this;
}

RlpEncoder& RlpEncoder::list(const RlpEncoder& items) {
  append_header(out_, kList, items.out_.size());
  return raw(items.out_);
}

Bytes RlpEncoder::as_list() const {
  Bytes out;
  out.reserve(out_.size() + 9);
  append_header(out, kList, out_.size());
  out.insert(out.end(), out_.begin(), out_.end());
  return out;
}

RlpResult<RlpDecoder> RlpDecoder::list_of(std::span<const u8> encoded) {
  RlpDecoder outer(encoded);
  const RlpDecoder inner = GAVEL_TRY(outer.list());
  GAVEL_TRY(outer.end());
  return inner;
}

RlpResult<RlpDecoder::Item> RlpDecoder::next() {
  if (rest_.empty()) return RlpError::kTooShort;
  const u8 first = rest_[0];
  if (first < kString) {
    const Item item{false, rest_.first(1), rest_.first(1)};
    rest_ = rest_.subspan(1);
    return item;
  }
  const bool is_list = first >= kList;
  const u64 code = first - (is_list ? kList : kString);
  u64 header = 1;
  u64 length = code;
  if (code > kShort) {
    const u64 count = code - kShort;  // 1..8
    if (rest_.size() < 1 + count) return RlpError::kTooShort;
    length = 0;
    for (u64 i = 0; i < count; ++i) length = (length << 8) | rest_[1 + i];
    if (rest_[1] == 0 || length <= kShort) return RlpError::kNotCanonical;
    header += count;
  }
  if (length > rest_.size() - header) return RlpError::kTooShort;
  const Item item{is_list, rest_.first(header + length), rest_.subspan(header, length)};
  if (!is_list && length == 1 && item.content[0] < kString) return RlpError::kNotCanonical;
  rest_ = rest_.subspan(header + length);
  return item;
}

RlpResult<std::span<const u8>> RlpDecoder::bytes() {
  const Item item = GAVEL_TRY(next());
  if (item.is_list) return RlpError::kWrongType;
  return item.content;
}

RlpResult<RlpDecoder> RlpDecoder::list() {
  const Item item = GAVEL_TRY(next());
  if (!item.is_list) return RlpError::kWrongType;
  return RlpDecoder(item.content);
}

RlpResult<std::span<const u8>> RlpDecoder::raw_item() { return GAVEL_TRY(next()).whole; }

RlpResult<u256> RlpDecoder::uint256() {
  const std::span<const u8> content = GAVEL_TRY(bytes());
  if (content.size() > 32) return RlpError::kOutOfRange;
  if (!content.empty() && content[0] == 0) return RlpError::kNotCanonical;
  std::array<u8, 32> raw{};
  std::copy(content.begin(), content.end(),
            raw.end() - static_cast<std::ptrdiff_t>(content.size()));
  return u256::from_be_bytes(raw);
}

RlpResult<u128> RlpDecoder::uint128() {
  const u256 value = GAVEL_TRY(uint256());
  if ((value.limb[2] | value.limb[3]) != 0) return RlpError::kOutOfRange;
  return u128::from_halves(value.limb[1], value.limb[0]);
}

RlpResult<u64> RlpDecoder::uint64() {
  const u256 value = GAVEL_TRY(uint256());
  if ((value.limb[1] | value.limb[2] | value.limb[3]) != 0) return RlpError::kOutOfRange;
  return value.limb[0];
}

RlpResult<Hash32> RlpDecoder::hash() {
  const std::span<const u8> content = GAVEL_TRY(bytes());
  if (content.size() != 32) return RlpError::kOutOfRange;
  Hash32 out;
  std::copy(content.begin(), content.end(), out.bytes.begin());
  return out;
}

RlpResult<Address> RlpDecoder::address() {
  const std::optional<Address> out = GAVEL_TRY(optional_address());
  if (!out) return RlpError::kOutOfRange;
  return *out;
}

RlpResult<std::optional<Address>> RlpDecoder::optional_address() {
  const std::span<const u8> content = GAVEL_TRY(bytes());
  if (content.empty()) return std::optional<Address>{};
  if (content.size() != 20) return RlpError::kOutOfRange;
  Address out;
  std::copy(content.begin(), content.end(), out.bytes.begin());
  return std::optional<Address>{out};
}

RlpResult<void> RlpDecoder::end() const {
  if (!rest_.empty()) return RlpError::kTrailing;
  return {};
}

}  // namespace gavel::l1
