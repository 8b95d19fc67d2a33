// JudgeData: a batch's pages and inbox messages, read through an oracle from their commitments.
//
// What: the BatchData of a dispute. page(i) and message(i) walk from the cursor's data_commitment
// and inbox_root to a leaf and ask for its bytes, which are kept until another one is asked for.
// Why: a judge reads only what it needs, and when it needs it: a unit without a row asks for no
// page. Invariant: what L1 has fixed has one reading. A page that is not there (leaf 0), has no
// bytes or more than kMaxPageBytes is empty, which ends the rows; so does every page of a batch
// whose data is not in a mode that these rules read. Anything else that a preimage does not bear
// out fails a check. Source: docs/protocol/l1.md, Inbox messages and Posts.
#pragma once

#include "base/check.hpp"
#include "stf/cursor.hpp"
#include "stf/message.hpp"
#include "stf/oracle.hpp"
#include "stf/packed.hpp"
#include "stf/row.hpp"
#include "tree/node.hpp"

namespace gavel::stf {

inline constexpr u32 kPageTreeDepth = 18;
inline constexpr u32 kInboxTreeDepth = 32;

// Where a batch's pages are. Those of the other modes that L1 knows cannot be read by page leaves.
enum class DataMode : u8 { calldata = 0, local_directory = 4 };

constexpr bool has_page_leaves(u64 mode) {
  return mode == static_cast<u8>(DataMode::calldata) ||
         mode == static_cast<u8>(DataMode::local_directory);
}

// H of no bytes: the one hash whose preimage an oracle cannot tell from having none.
inline constexpr Hash32 kHashOfNothing{{0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c,
                                        0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
                                        0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b,
                                        0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};

// A preimage of exactly out.size() bytes, or a failed check.
template <Oracle O>
void read_exactly(O& oracle, const Hash32& hash, std::span<u8> out) {
  GAVEL_CHECK(oracle.get(hash, out) == out.size());
}

// The leaf at `index` of the tree of `depth` levels below `node`. Empty subtrees are not asked for.
template <Oracle O>
Hash32 leaf_at(O& oracle, const Hash32& root, u32 depth, u64 index) {
  Hash32 node = root;
  for (u32 height = depth; height > 0; --height) {
    if (node == tree::kEmptySubtree[height]) return Hash32{};
    std::array<Hash32, 2> children;
    read_exactly(oracle, node, {children[0].bytes.data(), sizeof(children)});
    node = children[index >> (height - 1) & 1];
  }
  return node;
}

template <Oracle O>
class JudgeData {
 public:
  // Nothing is asked for yet. The oracle outlives the data.
  void open(O& oracle, const Hash32& data_commitment, const Hash32& inbox_root) {
    oracle_ = &oracle;
    data_commitment_ = data_commitment;
    inbox_root_ = inbox_root;
    page_known_ = false;
    inbox_known_ = false;
  }

  std::span<const u8> page(u64 i) {
    if (!page_known_ || i != page_index_) {
      page_size_ = read_page(i);
      page_index_ = i;
      page_known_ = true;
    }
    return std::span<const u8>(page_).first(page_size_);
  }

  u64 message_count() {
    if (!inbox_known_) {
      std::array<u8, 64> snapshot;
      read_exactly(*oracle_, inbox_root_, snapshot);
      PackedReader in(snapshot.data());
      message_count_ = in.take_word();
      message_tree_ = in.take_hash();
      GAVEL_CHECK(in.ok());
      inbox_known_ = true;
    }
    return message_count_;
  }

  // The Inbox keeps its messages within kMaxMessageBytes, and inbox_must within the count.
  std::span<const u8> message(u64 i) {
    GAVEL_CHECK(i >= 1 && i <= message_count() && i <= u64{1} << kInboxTreeDepth);
    const Hash32 leaf = leaf_at(*oracle_, message_tree_, kInboxTreeDepth, i - 1);
    const u32 size = oracle_->get(leaf, message_);
    GAVEL_CHECK(size != 0 && size <= message_.size());
    return std::span<const u8>(message_).first(size);
  }

 private:
  u32 read_page(u64 i) {
    GAVEL_CHECK(i < u64{1} << kPageTreeDepth);
    std::array<u8, 96> commitment;
    read_exactly(*oracle_, data_commitment_, commitment);
    PackedReader in(commitment.data());
    const u64 mode = in.take_word();
    const Hash32 root = in.take_hash();
    GAVEL_CHECK(in.ok());
    if (!has_page_leaves(mode)) return 0;
    const Hash32 leaf = leaf_at(*oracle_, root, kPageTreeDepth, i);
    if (leaf.is_zero() || leaf == kHashOfNothing) return 0;
    const u32 size = oracle_->get(leaf, page_);
    GAVEL_CHECK(size != 0);
    return size <= page_.size() ? size : 0;
  }

  O* oracle_ = nullptr;
  Hash32 data_commitment_;
  Hash32 inbox_root_;
  bool page_known_ = false;
  bool inbox_known_ = false;
  u64 page_index_ = 0;
  u32 page_size_ = 0;
  u64 message_count_ = 0;
  Hash32 message_tree_;
  std::array<u8, kMaxPageBytes> page_{};
  std::array<u8, kMaxMessageBytes> message_{};
};

}  // namespace gavel::stf
