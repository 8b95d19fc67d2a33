#include "batch_pages.hpp"

namespace gavel::apps {

std::optional<std::vector<l1::Bytes>> pages_of(const da::BatchStore& store, u64 batch) {
  const auto stored = store.get(batch);
  if (!stored.ok()) return std::nullopt;
  std::vector<l1::Bytes> pages;
  for (const std::span<const u8> page : da::split_pages(stored->pages)) {
    pages.emplace_back(page.begin(), page.end());
  }
  return pages;
}

}  // namespace gavel::apps
