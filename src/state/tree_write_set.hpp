// WriteSet: the objects that a batch wrote, as a stream of entries in the order of writing.
//
// What: entry = table u8 | kind u8 | bytes u16 | index u32 | encoding, little-endian, packed; kind
// 1 is the object before the batch's first write to it, kind 2 the object after a write. An empty
// encoding stands for the absent object.
// Why: the hot path only appends; sorting, dropping overwritten versions and hashing are the tree's
// work. The same form is the body of a batch's journal record and of a snapshot.
// Invariant: of several entries of kind 2 for an object the last wins, of kind 1 the first. A
// reader is total: a malformed entry ends it with ok() = false.
#pragma once

#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "base/types.hpp"
#include "tree/node.hpp"

namespace gavel::state {

enum class EntryKind : u8 { kBefore = 1, kAfter = 2 };

inline constexpr u32 kEntryHeaderBytes = 8;

struct WriteEntry {
  u8 table = 0;
  EntryKind kind = EntryKind::kAfter;
  u32 index = 0;
  std::span<const u8> encoding;  // points into the stream
};

// Table and index as one ordered number.
constexpr u64 object_key(u8 table, u32 index) { return u64{table} << 32 | index; }

// The entry at `at`, which must have been read by a WriteSetReader before. Unaligned.
inline WriteEntry entry_at(const u8* at) {
  u16 bytes;
  u32 index;
  std::memcpy(&bytes, at + 2, sizeof(bytes));
  std::memcpy(&index, at + 4, sizeof(index));
  return {at[0], static_cast<EntryKind>(at[1]), index, {at + kEntryHeaderBytes, bytes}};
}

class WriteSetReader {
 public:
  explicit WriteSetReader(std::span<const u8> stream) : rest_(stream) {}

  // The start of the next well-formed entry; nullptr at the end or at a malformed one.
  const u8* next() {
    if (rest_.size() < kEntryHeaderBytes) {
      ok_ = ok_ && rest_.empty();
      return nullptr;
    }
    const u8* at = rest_.data();
    u16 bytes;
    std::memcpy(&bytes, at + 2, sizeof(bytes));
    const bool kind_known = at[1] == 1 || at[1] == 2;
    if (at[0] >= tree::kTables || !kind_known || bytes > tree::kMaxEncodingBytes ||
        rest_.size() < kEntryHeaderBytes + u64{bytes}) {
      ok_ = false;
      rest_ = {};
      return nullptr;
    }
    rest_ = rest_.subspan(kEntryHeaderBytes + std::size_t{bytes});
    return at;
  }
  bool ok() const { return ok_; }

 private:
  std::span<const u8> rest_;
  bool ok_ = true;
};

// Writes the entry's kEntryHeaderBytes + encoding.size() bytes; the encoding may already lie there.
void write_entry(u8* at, const WriteEntry& entry);

// Appends one entry; encoding.size() <= 4,096.
void append_entry(std::vector<u8>& stream, u8 table, EntryKind kind, u32 index,
                  std::span<const u8> encoding);

// A 64-bit hash of an object at its place; a sum of them over a state is independent of the tree.
// 0 for the absent object. Not for adversaries: it finds divergence by mistake, the root by intent.
u64 object_checksum(u8 table, u32 index, std::span<const u8> encoding);

// A running 64-bit checksum of a file: the same for every split of the bytes into calls that are,
// but for the last, multiples of 16.
class FileChecksum {
 public:
  void update(std::span<const u8> bytes);
  u64 value() const { return state_; }

 private:
  u64 state_ = 0x9e3779b97f4a7c15;
};

}  // namespace gavel::state
