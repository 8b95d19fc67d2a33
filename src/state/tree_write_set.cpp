#include "state/tree_write_set.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace gavel::state {
namespace {

// High and low half of a 128-bit product folded together: every input bit reaches every output bit.
u64 fold(u64 a, u64 b) {
  const u128 product = base::mul_wide(a, b);
  return product.lo ^ product.hi;
}

constexpr u64 kSaltA = 0xa0761d6478bd642f;
constexpr u64 kSaltB = 0xe7037ed1a0b428db;

u64 load(const u8* at) {
  u64 value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

u64 mix(u64 state, std::span<const u8> bytes) {
  while (bytes.size() >= 16) {
    state = fold(load(bytes.data()) ^ kSaltA ^ state, load(bytes.data() + 8) ^ kSaltB) + state;
    bytes = bytes.subspan(16);
  }
  if (bytes.empty()) return state;
  std::array<u8, 16> tail{};
  std::copy(bytes.begin(), bytes.end(), tail.begin());
  tail[15] = static_cast<u8>(bytes.size());
  return fold(load(tail.data()) ^ kSaltA ^ state, load(tail.data() + 8) ^ kSaltB) + state;
}

}  // namespace

void write_entry(u8* at, const WriteEntry& entry) {
  GAVEL_CHECK(entry.table < tree::kTables && entry.encoding.size() <= tree::kMaxEncodingBytes);
  const u16 bytes = static_cast<u16>(entry.encoding.size());
  at[0] = entry.table;
  at[1] = static_cast<u8>(entry.kind);
  std::memcpy(at + 2, &bytes, sizeof(bytes));
  std::memcpy(at + 4, &entry.index, sizeof(entry.index));
  if (bytes != 0) std::memmove(at + kEntryHeaderBytes, entry.encoding.data(), bytes);
}

void append_entry(std::vector<u8>& stream, u8 table, EntryKind kind, u32 index,
                  std::span<const u8> encoding) {
  const std::size_t at = stream.size();
  stream.resize(at + kEntryHeaderBytes + encoding.size());
  write_entry(stream.data() + at, {table, kind, index, encoding});
}

u64 object_checksum(u8 table, u32 index, std::span<const u8> encoding) {
  if (encoding.empty()) return 0;
  const u64 place = fold(object_key(table, index) ^ kSaltA, encoding.size() ^ kSaltB);
  return fold(mix(place, encoding) ^ kSaltB, kSaltA);
}

void FileChecksum::update(std::span<const u8> bytes) { state_ = mix(state_, bytes); }

}  // namespace gavel::state
