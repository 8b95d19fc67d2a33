// ObjectProof: that an object, or its absence, belongs to a state root.
//
// What: the siblings of one path with a bitmap that leaves out empty subtrees, and the other table
// roots with a bitmap that leaves out empty tables.
// Why: the trees are dense below and empty above, so most of the 32 siblings are known constants.
// Invariant: one fact has one proof. A set bit names a hash that is not the empty one of its place
// and every listed hash belongs to a set bit; a bitmap that calls a filled sibling empty gives a
// wrong root. Reading is total and bounded: any bytes give a proof or a named error.
// Bytes, big-endian, packed: table u8 | index u32 | path bitmap u32 (bit i: the sibling at height
// i) | siblings, lowest first | roots bitmap u32 (bit t: table t, never the proved one) | roots,
// ascending.
// Source: docs/protocol/state.md, Proofs.
#pragma once

#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/static_vector.hpp"
#include "tree/node.hpp"

namespace gavel::tree {

enum class ProofError : u8 {
  kTruncated,    // the bytes end too early
  kSurplus,      // bytes are left over
  kBadCount,     // no item, more than allowed, or a list that does not match its bitmap
  kBadTable,     // a table slot >= 32, or a root listed that the proof itself gives
  kUnsorted,     // items not ascending by (table, index)
  kDuplicate,    // an item twice
  kListedEmpty,  // an empty subtree or table spelled out
  kBadPadding,   // unused bitmap bits set
  kWrongRoot,    // well formed, but of another state
};

// The siblings of a path, empty ones left out.
struct PathProof {
  u32 bitmap = 0;
  base::StaticVector<Hash32, kDepth> siblings;

  friend bool operator==(const PathProof&, const PathProof&) = default;
};

// The roots of a state's tables but one (or several), empty ones left out.
struct RootsProof {
  u32 bitmap = 0;
  base::StaticVector<Hash32, kTables> roots;

  friend bool operator==(const RootsProof&, const RootsProof&) = default;
};

struct ObjectProof {
  u8 table = 0;
  u32 index = 0;
  PathProof path;
  RootsProof roots;

  friend bool operator==(const ObjectProof&, const ObjectProof&) = default;
};

inline constexpr u32 kMaxObjectProofBytes = 1 + 4 + 4 + kDepth * 32 + 4 + kTables * 32;

PathProof compress_path(const Siblings& siblings);
// All 32 siblings. Errors: kBadCount, kListedEmpty.
base::Result<Siblings, ProofError> expand_path(const PathProof& proof);

// Leaves out the empty tables and those whose bit is set in `given`.
RootsProof compress_roots(const TableRoots& roots, u32 given);
// Listed roots in their slots, empty tables elsewhere; the given slots are left for the caller to
// set.
// Errors: kBadCount, kBadTable (a given table listed), kListedEmpty.
base::Result<TableRoots, ProofError> expand_roots(const RootsProof& proof, u32 given);

ObjectProof make_object_proof(u8 table, u32 index, const Siblings& siblings,
                              const TableRoots& roots);

// That `leaf` (the zero leaf: absence) stands at the proof's place in the state with this root.
// At most 33 hashes.
base::Result<void, ProofError> verify_object(const Hash32& state_root, const ObjectProof& proof,
                                             const Hash32& leaf);

// out.size() >= kMaxObjectProofBytes; returns the bytes written. The proof must be well formed.
u32 encode_object_proof(const ObjectProof& proof, std::span<u8> out);
base::Result<ObjectProof, ProofError> decode_object_proof(std::span<const u8> bytes);

// Reads a bitmap word and the list of hashes it announces; callers check what the list may say.
base::Result<RootsProof, ProofError> read_roots(base::ByteReader& reader);

}  // namespace gavel::tree
