// The Merkle tree over all memory, of which the host keeps the nodes above pages.
//
// What: 2^20 page nodes and the 20 levels above them, brought up to date for the pages that were
// written; paths of any block, for which the lower seven levels are computed anew from the page.
// Why: a state hash after a few thousand steps costs the pages that they wrote, not 4 GiB.
// Invariant: after update(stale pages) root() is the memory_root of docs/protocol/vm.md. Hashing
// runs eight lanes wide over all pages at once.
#pragma once

#include <span>
#include <vector>

#include "base/types.hpp"
#include "vm/mapping.hpp"
#include "vm/memory.hpp"

namespace gavel::vm {

class PageTree {
 public:
  PageTree();

  // Hashes the given pages and all nodes above them. Each page once.
  void update(std::vector<u32> pages, const Memory& memory);

  Hash32 root() const;

  // The siblings of the block of 2^height leaves at address, bottom up; height <= 7. The block's
  // page must be up to date.
  std::vector<Hash32> siblings(u32 address, u32 height, const Memory& memory) const;

 private:
  u8* node(u32 index) { return nodes_.data() + u64{index} * 32; }
  Hash32 read(u32 index, u32 level) const;
  void hash_pages(std::span<const u32> pages, const Memory& memory);
  void hash_level(std::vector<u32>& indexes, u32 level);

  // Node i has the children 2 i and 2 i + 1; the root is node 1 and page p is node 2^20 + p. Zero
  // bytes stand for a subtree in which nothing was ever written.
  Mapping nodes_;
};

}  // namespace gavel::vm
