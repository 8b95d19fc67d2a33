#include "dispute/list_tree.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"
#include "crypto/keccak.hpp"

namespace gavel::dispute {

ListTree::ListTree(std::span<const Hash32> values) : nodes_(2 * values.size()) {
  GAVEL_CHECK(std::has_single_bit(values.size()));
  std::ranges::copy(values, nodes_.begin() + static_cast<std::ptrdiff_t>(values.size()));
  for (std::size_t i = values.size() - 1; i > 0; --i) {
    nodes_[i] = crypto::keccak256_pair(nodes_[2 * i], nodes_[2 * i + 1]);
  }
}

ListEntry ListTree::entry(u32 k) const {
  std::size_t node = nodes_.size() / 2 + k;
  ListEntry entry{nodes_.at(node), {}};
  for (; node > 1; node /= 2) entry.siblings.push_back(nodes_[node ^ 1]);
  return entry;
}

Hash32 list_root(std::span<const Hash32> values) { return ListTree(values).root(); }

Hash32 root_of(const ListEntry& entry, u32 k) {
  Hash32 node = entry.value;
  for (const Hash32& sibling : entry.siblings) {
    node = (k & 1) != 0 ? crypto::keccak256_pair(sibling, node)
                        : crypto::keccak256_pair(node, sibling);
    k >>= 1;
  }
  return node;
}

std::optional<u32> first_difference(std::span<const Hash32> x, std::span<const Hash32> y) {
  const auto [at, other] = std::ranges::mismatch(x, y);
  if (at == x.end() || other == y.end()) return std::nullopt;
  return static_cast<u32>(at - x.begin());
}

bool first_differ_at(const ListEntry& x, const ListEntry& y, u32 k) {
  if (x.value == y.value || x.siblings.size() != y.siblings.size()) return false;
  for (std::size_t h = 0; h < x.siblings.size(); ++h) {
    if ((k >> h & 1) != 0 && x.siblings[h] != y.siblings[h]) return false;
  }
  return true;
}

}  // namespace gavel::dispute
