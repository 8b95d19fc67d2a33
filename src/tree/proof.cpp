#include "tree/proof.hpp"

#include <bit>

namespace gavel::tree {
namespace {

using base::ByteReader;
using base::ByteWriter;
using base::Result;

u32 ones(u32 bitmap) { return static_cast<u32>(std::popcount(bitmap)); }

template <class List>
void write_list(ByteWriter& writer, u32 bitmap, const List& list) {
  GAVEL_CHECK(ones(bitmap) == list.size());
  writer.write_u32_be(bitmap);
  for (const Hash32& hash : list) writer.write_hash(hash);
}

template <class List>
bool read_list(ByteReader& reader, u32& bitmap, List& list) {
  bitmap = reader.read_u32_be();
  for (u32 i = ones(bitmap); i > 0 && reader.ok(); --i) list.push_back(reader.read_hash());
  return reader.ok();
}

}  // namespace

PathProof compress_path(const Siblings& siblings) {
  PathProof out;
  for (u32 level = 0; level < kDepth; ++level) {
    if (siblings[level] == kEmptySubtree[level]) continue;
    out.bitmap |= u32{1} << level;
    out.siblings.push_back(siblings[level]);
  }
  return out;
}

Result<Siblings, ProofError> expand_path(const PathProof& proof) {
  if (ones(proof.bitmap) != proof.siblings.size()) return ProofError::kBadCount;
  Siblings out;
  u32 next = 0;
  for (u32 level = 0; level < kDepth; ++level) {
    out[level] = kEmptySubtree[level];
    if ((proof.bitmap >> level & 1) == 0) continue;
    const Hash32& sibling = proof.siblings[next++];
    if (sibling == kEmptySubtree[level]) return ProofError::kListedEmpty;
    out[level] = sibling;
  }
  return out;
}

RootsProof compress_roots(const TableRoots& roots, u32 given) {
  RootsProof out;
  for (u32 table = 0; table < kTables; ++table) {
    if ((given >> table & 1) != 0 || roots[table] == kEmptySubtree[kDepth]) continue;
    out.bitmap |= u32{1} << table;
    out.roots.push_back(roots[table]);
  }
  return out;
}

Result<TableRoots, ProofError> expand_roots(const RootsProof& proof, u32 given) {
  if (ones(proof.bitmap) != proof.roots.size()) return ProofError::kBadCount;
  if ((proof.bitmap & given) != 0) return ProofError::kBadTable;
  TableRoots out = empty_table_roots();
  u32 next = 0;
  for (u32 table = 0; table < kTables; ++table) {
    if ((proof.bitmap >> table & 1) == 0) continue;
    const Hash32& root = proof.roots[next++];
    if (root == kEmptySubtree[kDepth]) return ProofError::kListedEmpty;
    out[table] = root;
  }
  return out;
}

ObjectProof make_object_proof(u8 table, u32 index, const Siblings& siblings,
                              const TableRoots& roots) {
  GAVEL_CHECK(table < kTables);
  return {table, index, compress_path(siblings), compress_roots(roots, u32{1} << table)};
}

Result<void, ProofError> verify_object(const Hash32& root, const ObjectProof& proof,
                                       const Hash32& leaf) {
  if (proof.table >= kTables) return ProofError::kBadTable;
  const Siblings siblings = GAVEL_TRY(expand_path(proof.path));
  TableRoots roots = GAVEL_TRY(expand_roots(proof.roots, u32{1} << proof.table));
  roots[proof.table] = path_root(leaf, proof.index, siblings);
  if (state_root(roots) != root) return ProofError::kWrongRoot;
  return {};
}

u32 encode_object_proof(const ObjectProof& proof, std::span<u8> out) {
  ByteWriter writer(out);
  writer.write_u8(proof.table);
  writer.write_u32_be(proof.index);
  write_list(writer, proof.path.bitmap, proof.path.siblings);
  write_list(writer, proof.roots.bitmap, proof.roots.roots);
  GAVEL_CHECK(writer.ok());
  return static_cast<u32>(writer.size());
}

Result<ObjectProof, ProofError> decode_object_proof(std::span<const u8> bytes) {
  ByteReader reader(bytes);
  ObjectProof out;
  out.table = reader.read_u8();
  out.index = reader.read_u32_be();
  if (!read_list(reader, out.path.bitmap, out.path.siblings)) return ProofError::kTruncated;
  out.roots = GAVEL_TRY(read_roots(reader));
  if (reader.remaining() != 0) return ProofError::kSurplus;
  if (out.table >= kTables) return ProofError::kBadTable;
  // What verify_object would refuse is refused here too, so that decoding means well formed.
  if (const auto path = expand_path(out.path); !path.ok()) return path.error();
  if (const auto roots = expand_roots(out.roots, u32{1} << out.table); !roots.ok()) {
    return roots.error();
  }
  return out;
}

Result<RootsProof, ProofError> read_roots(ByteReader& reader) {
  RootsProof out;
  if (!read_list(reader, out.bitmap, out.roots)) return ProofError::kTruncated;
  return out;
}

}  // namespace gavel::tree
