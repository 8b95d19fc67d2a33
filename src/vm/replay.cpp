#include "vm/replay.hpp"

#include <algorithm>

#include "crypto/keccak.hpp"
#include "vm/step.hpp"

namespace gavel::vm {
namespace {

constexpr u32 kCodeWords = 1 + kMemoryLevels;
constexpr u32 kMaxLeaves = 8;

// Memory as a proof shows it: the leaf at pc, and one block.
class ProofAccess {
 public:
  ProofAccess(const Hash32& root, std::span<const Hash32> code, std::span<const Hash32> data,
              const KnownPart* known)
      : root_(root), code_(code), data_(data), known_(known) {}

  bool fetch(u32 address, u32& word) {
    if (code_.size() != kCodeWords) return fail(ReplayError::code_size);
    if (block_root(address, code_.first(1), code_.subspan(1)) != root_) {
      return fail(ReplayError::code_path);
    }
    base::ByteReader reader(std::span<const u8>(code_[0].bytes).subspan(address % 32));
    word = reader.read_u32_le();
    return true;
  }

  bool read(u32 address, std::span<u8> block) {
    u32 levels = kMemoryLevels;
    leaves_ = static_cast<u32>(block.size() / 32);
    for (u32 n = leaves_; n > 1; n /= 2) --levels;
    if (data_.size() != leaves_ + levels) return fail(ReplayError::data_size);
    if (block_root(address, data_.first(leaves_), data_.subspan(leaves_)) != root_) {
      return fail(ReplayError::data_path);
    }
    for (u32 i = 0; i < leaves_; ++i) {
      std::copy(data_[i].bytes.begin(), data_[i].bytes.end(), block.begin() + 32 * i);
    }
    return true;
  }

  void write(u32 address, std::span<const u8> block) {
    std::array<Hash32, kMaxLeaves> leaves;
    base::ByteReader reader(block);
    for (u32 i = 0; i < leaves_; ++i) leaves[i] = reader.read_hash();
    root_ =
        block_root(address, std::span<const Hash32>(leaves).first(leaves_), data_.subspan(leaves_));
  }

  bool preimage(const Hash32& key, u32 offset, PreimagePart& part) {
    if (known_ == nullptr || known_->key != key || known_->offset != offset) {
      return fail(ReplayError::no_preimage);
    }
    part = known_->part;
    return true;
  }

  const Hash32& root() const { return root_; }
  ReplayError error() const { return error_; }
  // Every word of the proof was asked for.
  bool data_used() const { return leaves_ != 0 || data_.empty(); }

 private:
  bool fail(ReplayError error) {
    error_ = error;
    return false;
  }

  Hash32 root_;
  std::span<const Hash32> code_;
  std::span<const Hash32> data_;
  const KnownPart* known_;
  u32 leaves_ = 0;  // of the block that was read
  ReplayError error_{};
};

}  // namespace

Hash32 block_root(u32 address, std::span<const Hash32> leaves, std::span<const Hash32> siblings) {
  GAVEL_CHECK(!leaves.empty() && leaves.size() <= kMaxLeaves);
  std::array<Hash32, kMaxLeaves> level;
  std::copy(leaves.begin(), leaves.end(), level.begin());
  u32 index = address / 32;
  u32 count = static_cast<u32>(leaves.size());
  for (; count > 1; count /= 2, index /= 2) {
    for (u32 i = 0; i < count / 2; ++i) {
      level[i] = crypto::keccak256_pair(level[2 * i], level[2 * i + 1]);
    }
  }
  Hash32 node = level[0];
  for (const Hash32& sibling : siblings) {
    node = index % 2 == 0 ? crypto::keccak256_pair(node, sibling)
                          : crypto::keccak256_pair(sibling, node);
    index /= 2;
  }
  return node;
}

base::Result<Hash32, ReplayError> replay_step(const StateWords& words, std::span<const Hash32> code,
                                              std::span<const Hash32> data,
                                              const KnownPart* known) {
  const base::Result<State, StateError> decoded = decode_state(words);
  const bool still = !decoded.ok() || decoded->exit != Exit::running;
  if (still) {
    if (!code.empty()) return base::Err{ReplayError::code_size};
    if (!data.empty()) return base::Err{ReplayError::data_size};
    return hash_words(words);
  }
  State state = *decoded;
  ProofAccess access(state.memory_root, code, data, known);
  if (step(state, access) == Flow::refuse) return base::Err{access.error()};
  if (!access.data_used()) return base::Err{ReplayError::data_size};
  state.memory_root = access.root();
  return state.hash();
}

}  // namespace gavel::vm
