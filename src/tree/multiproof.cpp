#include "tree/multiproof.hpp"

namespace gavel::tree {
namespace {

using base::ByteReader;
using base::Result;

// Hands out the siblings in the order of the walk; the first defect is kept and the rest are zeros.
class SlotReader {
 public:
  SlotReader(std::span<const u8> bitmap, u32 slots, std::span<const u8> hashes)
      : bitmap_(bitmap), slots_(slots), hashes_(hashes) {}

  Hash32 operator()(u32 level, u32) {
    if (next_ >= slots_) return fail(ProofError::kBadCount);
    const bool listed = (bitmap_[next_ / 8] >> (next_ % 8) & 1) != 0;
    ++next_;
    if (!listed) return kEmptySubtree[level];
    const Hash32 hash = hashes_.read_hash();
    if (!hashes_.ok()) return fail(ProofError::kTruncated);
    if (hash == kEmptySubtree[level]) return fail(ProofError::kListedEmpty);
    return hash;
  }

  Result<void, ProofError> finish() const {
    if (failed_) return error_;
    if (next_ != slots_) return ProofError::kBadCount;
    if (hashes_.remaining() != 0) return ProofError::kSurplus;
    if (slots_ % 8 != 0 && bitmap_.back() >> (slots_ % 8) != 0) return ProofError::kBadPadding;
    return {};
  }

 private:
  Hash32 fail(ProofError error) {
    if (!failed_) error_ = error;
    failed_ = true;
    return {};
  }

  std::span<const u8> bitmap_;
  u32 slots_;
  ByteReader hashes_;
  u32 next_ = 0;
  bool failed_ = false;
  ProofError error_ = ProofError::kTruncated;
};

Result<u32, ProofError> check_items(const MultiproofItems& items) {
  u32 tables = 0;
  for (u32 i = 0; i < items.size(); ++i) {
    if (items.table(i) >= kTables) return ProofError::kBadTable;
    tables |= u32{1} << items.table(i);
    if (i == 0) continue;
    const u64 before = u64{items.table(i - 1)} << 32 | items.index(i - 1);
    const u64 here = u64{items.table(i)} << 32 | items.index(i);
    if (before == here) return ProofError::kDuplicate;
    if (before > here) return ProofError::kUnsorted;
  }
  return tables;
}

}  // namespace

u32 MultiproofItems::index(u32 i) const {
  return ByteReader(bytes_.subspan(offset(i) + 1, 4)).read_u32_be();
}

Hash32 MultiproofItems::leaf(u32 i) const {
  return ByteReader(bytes_.subspan(offset(i) + 5, 32)).read_hash();
}

u32 MultiproofItems::table_end(u32 i) const {
  u32 end = i;
  while (end < size() && table(end) == table(i)) ++end;
  return end;
}

Result<MultiproofItems, ProofError> verify_multiproof(std::span<const u8> bytes,
                                                      const Hash32& root) {
  ByteReader reader(bytes);
  const u32 count = reader.read_u32_be();
  if (!reader.ok()) return ProofError::kTruncated;
  if (count == 0 || count > kMaxMultiproofItems) return ProofError::kBadCount;
  const MultiproofItems items(reader.read_bytes(u64{count} * kMultiproofItemBytes));
  if (!reader.ok()) return ProofError::kTruncated;
  const u32 given = GAVEL_TRY(check_items(items));
  const RootsProof others = GAVEL_TRY(read_roots(reader));
  TableRoots roots = GAVEL_TRY(expand_roots(others, given));

  const u32 slots = reader.read_u32_be();
  const std::span<const u8> bitmap = reader.read_bytes((u64{slots} + 7) / 8);
  if (!reader.ok()) return ProofError::kTruncated;
  SlotReader slot(bitmap, slots, reader.read_bytes(reader.remaining()));
  for (u32 first = 0; first < items.size();) {
    const u32 last = items.table_end(first);
    roots[items.table(first)] = fold_items(items, first, last, kDepth, slot);
    first = last;
  }
  if (const auto finished = slot.finish(); !finished.ok()) return finished.error();
  if (state_root(roots) != root) return ProofError::kWrongRoot;
  return items;
}

}  // namespace gavel::tree
