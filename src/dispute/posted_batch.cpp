#include "dispute/posted_batch.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"
#include "crypto/keccak_batch.hpp"
#include "state/tree_hash.hpp"

namespace gavel::dispute {

namespace {

constexpr u64 kModes = 256;

template <class Items, class BytesOf>
std::vector<Hash32> leaves_of(const Items& items, u64 count, BytesOf bytes_of) {
  std::vector<std::span<const u8>> spans;
  spans.reserve(count);
  for (u64 i = 0; i < count; ++i) spans.push_back(bytes_of(items[i]));
  std::vector<Hash32> leaves(count);
  crypto::keccak256_batch(spans, leaves);
  return leaves;
}

// The mode is not among the posted words: it is the one whose commitment is theirs.
std::optional<u64> mode_of(const stf::Posted& posted, const Hash32& root) {
  for (u64 mode = 0; mode < kModes; ++mode) {
    if (stf::data_commitment(mode, root, posted.data_len) == posted.data_commitment) return mode;
  }
  return std::nullopt;
}

template <class... Words>
void add_words(stf::MapOracle& out, Words... words) {
  std::array<u8, 32 * sizeof...(Words)> bytes;
  stf::PackedWriter w(bytes.data());
  (w.put_word(words), ...);
  out.add(bytes);
}

}  // namespace

LeafTree::LeafTree(std::vector<Hash32> leaves, u32 depth, u64 from)
    : depth_(depth), leaves_(leaves.size()) {
  // Both children of each node on a path are kept.
  const auto keep = [&](const std::vector<Hash32>& all) {
    const u64 first = std::min<u64>(from >> levels_.size() & ~u64{1}, all.size());
    levels_.push_back({first, {all.begin() + static_cast<std::ptrdiff_t>(first), all.end()}});
  };
  std::vector<Hash32> level = std::move(leaves);
  while (level.size() > 1) {
    keep(level);
    const std::size_t parents = (level.size() + 1) / 2;
    std::vector<Hash32> above(parents);
    if (level.size() % 2 == 1) {
      const std::array<Hash32, 2> last{level.back(), tree::kEmptySubtree[levels_.size() - 1]};
      state::hash_level(last.data(), &above.back(), 1);
    }
    state::hash_level(level.data(), above.data(), level.size() / 2);
    level = std::move(above);
  }
  from = 0;  // the top is always needed
  keep(level);
}

Hash32 LeafTree::node(u32 level, u64 position) const {
  if (leaves_ == 0) return tree::kEmptySubtree[level];
  const u32 top = static_cast<u32>(levels_.size() - 1);
  if (level > top) {
    return position == 0 ? tree::lift_root(levels_[top].nodes[0], top, level)
                         : tree::kEmptySubtree[level];
  }
  const Level& kept = levels_[level];
  GAVEL_CHECK(position >= kept.first);
  const u64 at = position - kept.first;
  return at < kept.nodes.size() ? kept.nodes[at] : tree::kEmptySubtree[level];
}

u64 LeafTree::nodes_kept() const {
  u64 count = 0;
  for (const Level& level : levels_) count += level.nodes.size();
  return count;
}

void LeafTree::add_path(u64 index, stf::MapOracle& out) const {
  for (u32 level = depth_; level > 0; --level) {
    const u64 position = index >> level;
    if (node(level, position) == tree::kEmptySubtree[level]) return;
    out.add(node(level - 1, 2 * position), node(level - 1, 2 * position + 1));
  }
}

std::optional<PostedBatch> PostedBatch::open(settle::BatchInput input, u64 executed) {
  PostedBatch out;
  out.batch_ = input.batch;
  out.posted_ = input.posted;
  out.pages_ = std::move(input.pages);
  out.page_tree_ =
      LeafTree(leaves_of(out.pages_, out.pages_.size(),
                         [](const settle::Bytes& page) -> const settle::Bytes& { return page; }),
               stf::kPageTreeDepth);
  const auto mode = mode_of(out.posted_, out.page_tree_.root());
  if (!mode) return std::nullopt;
  out.mode_ = *mode;
  const auto& messages = *input.messages;
  if (input.message_count > messages.size() || executed > input.message_count) return std::nullopt;
  out.inbox_ = LeafTree(leaves_of(messages, input.message_count,
                                  [](const settle::FeedMessage& message) -> const settle::Bytes& {
                                    return message.bytes;
                                  }),
                        stf::kInboxTreeDepth, executed);
  if (stf::inbox_snapshot(input.message_count, out.inbox_.root()) != out.posted_.inbox_root) {
    return std::nullopt;
  }
  out.executed_ = executed;
  for (u64 i = executed; i < input.message_count; ++i) out.messages_.push_back(messages[i].bytes);
  return out;
}

std::span<const u8> PostedBatch::page(u64 i) const {
  if (!stf::has_page_leaves(mode_) || i >= pages_.size()) return {};
  return pages_[i].size() <= stf::kMaxPageBytes ? std::span<const u8>(pages_[i])
                                                : std::span<const u8>();
}

void PostedBatch::add_page(u64 i, stf::MapOracle& out) const {
  add_words(out, mode_, page_tree_.root(), posted_.data_len);
  page_tree_.add_path(i, out);
  if (i < pages_.size()) out.add(pages_[i]);
}

void PostedBatch::add_message(u64 i, stf::MapOracle& out) const {
  add_words(out, message_count(), inbox_.root());
  if (i <= executed_ || i > message_count()) return;
  inbox_.add_path(i - 1, out);
  out.add(message(i));
}

}  // namespace gavel::dispute
