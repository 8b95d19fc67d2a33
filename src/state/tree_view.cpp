#include "state/tree_view.hpp"

#include "tree/multiproof_build.hpp"

namespace gavel::state {

tree::TableRoots TreeView::table_roots() const {
  tree::TableRoots roots;
  for (u8 table = 0; table < tree::kTables; ++table) roots[table] = table_root(table);
  return roots;
}

tree::Siblings TreeView::siblings(u8 table, u32 index) const {
  tree::Siblings out;
  for (u32 level = 0; level < tree::kDepth; ++level) {
    out[level] = node(table, level, (index >> level) ^ 1);
  }
  return out;
}

tree::ObjectProof TreeView::prove(u8 table, u32 index) const {
  return tree::make_object_proof(table, index, siblings(table, index), table_roots());
}

std::vector<u8> TreeView::prove_many(std::span<const ObjectKey> keys) const {
  std::vector<tree::MultiproofItem> items;
  items.reserve(keys.size());
  for (const ObjectKey& key : keys)
    items.push_back({key.table, key.index, leaf(key.table, key.index)});
  return tree::build_multiproof(items, table_roots(), [this](u8 table, u32 level, u32 position) {
    return node(table, level, position);
  });
}

}  // namespace gavel::state
