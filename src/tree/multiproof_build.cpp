#include "tree/multiproof_build.hpp"

namespace gavel::tree {
namespace {

void put_u32(std::vector<u8>& out, u32 value) {
  for (u32 shift = 32; shift > 0; shift -= 8) out.push_back(static_cast<u8>(value >> (shift - 8)));
}

void put_hash(std::vector<u8>& out, const Hash32& hash) {
  out.insert(out.end(), hash.bytes.begin(), hash.bytes.end());
}

// Fetches each sibling that the walk asks for and notes it.
struct SlotWriter {
  const NodeAt& node;
  u8 table = 0;
  u32 slots = 0;
  std::vector<u8> bitmap{};
  std::vector<u8> hashes{};

  Hash32 operator()(u32 level, u32 position) {
    const Hash32 hash = node(table, level, position);
    if (slots % 8 == 0) bitmap.push_back(0);
    if (hash != kEmptySubtree[level]) {
      bitmap.back() = static_cast<u8>(bitmap.back() | 1u << (slots % 8));
      put_hash(hashes, hash);
    }
    ++slots;
    return hash;
  }
};

}  // namespace

std::vector<u8> build_multiproof(std::span<const MultiproofItem> wanted, const TableRoots& roots,
                                 const NodeAt& node) {
  GAVEL_CHECK(!wanted.empty() && wanted.size() <= kMaxMultiproofItems);
  std::vector<u8> out;
  put_u32(out, static_cast<u32>(wanted.size()));
  u32 given = 0;
  for (const MultiproofItem& item : wanted) {
    GAVEL_CHECK(item.table < kTables);
    given |= u32{1} << item.table;
    out.push_back(item.table);
    put_u32(out, item.index);
    put_hash(out, item.leaf);
  }
  const RootsProof others = compress_roots(roots, given);
  std::vector<u8> tail;
  put_u32(tail, others.bitmap);
  for (const Hash32& root : others.roots) put_hash(tail, root);

  const MultiproofItems items(std::span<const u8>(out).subspan(4));
  SlotWriter slot{node};
  for (u32 first = 0; first < items.size();) {
    const u32 last = items.table_end(first);
    slot.table = items.table(first);
    fold_items(items, first, last, kDepth, slot);
    first = last;
  }
  put_u32(tail, slot.slots);
  tail.insert(tail.end(), slot.bitmap.begin(), slot.bitmap.end());
  tail.insert(tail.end(), slot.hashes.begin(), slot.hashes.end());
  out.insert(out.end(), tail.begin(), tail.end());
  return out;
}

}  // namespace gavel::tree
