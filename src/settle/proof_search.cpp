#include "settle/proof_search.hpp"

#include <array>

#include "exchange/objects.hpp"
#include "tree/node.hpp"

namespace gavel::settle {

namespace {

using state::ObjectKey;

constexpr u8 kAccounts = static_cast<u8>(exchange::Table::account);
// Of one subtree: its first objects may be those that a busy node cannot prove just now.
constexpr u32 kTries = 4;

class Search {
 public:
  Search(const AskProof& ask, const state::TreeView& ours) : ask_(ask), ours_(ours) {}

  ProofSearch run() {
    const auto any = ask(kAccounts, 0, tree::kDepth);
    if (!any) return {};
    const auto roots = tree::expand_roots(any->proof.roots, 1u << kAccounts);
    if (!roots.ok()) return {};
    const auto theirs = path_of(*any);
    if (!theirs) return {};
    const Hash32 accounts = tree::path_root(any->leaf, any->proof.index, *theirs);
    if (accounts != ours_.table_root(kAccounts)) return descend(kAccounts);
    for (u8 table = 0; table < tree::kTables; ++table) {
      if (table != kAccounts && (*roots)[table] != ours_.table_root(table)) return descend(table);
    }
    return {true, std::nullopt};
  }

 private:
  // A proof of one of the first objects of the subtree; index 0 is none.
  std::optional<SuspectProof> ask(u8 table, u64 base, u32 height) {
    const u64 size = u64{1} << height;
    for (u64 i = base == 0 ? 1 : 0; i < size && i <= kTries && asked_ < kMostQuestions; ++i) {
      ++asked_;
      const u32 index = static_cast<u32>(base + i);
      auto proof = ask_(table, index);
      if (proof && proof->proof.table == table && proof->proof.index == index) return proof;
    }
    return std::nullopt;
  }

  static std::optional<tree::Siblings> path_of(const SuspectProof& proof) {
    const auto siblings = tree::expand_path(proof.proof.path);
    if (!siblings.ok()) return std::nullopt;
    return *siblings;
  }

  ProofSearch descend(u8 table) {
    u64 base = 0;
    for (u32 height = tree::kDepth;;) {
      const auto proof = ask(table, base, height);
      const auto siblings = proof ? path_of(*proof) : std::nullopt;
      if (!siblings) return {};
      const u32 index = proof->proof.index;
      if (proof->leaf != ours_.leaf(table, index)) return {true, ObjectKey{table, index}};
      u32 level = 0;
      while (level < height &&
             (*siblings)[level] == ours_.node(table, level, beside(index, level))) {
        ++level;
      }
      // Nothing below differs, though this subtree does: the answers contradict each other.
      if (level == height) return {};
      base = u64{beside(index, level)} << level;
      height = level;
    }
  }

  static u32 beside(u32 index, u32 level) { return index >> level ^ 1; }

  const AskProof& ask_;
  const state::TreeView& ours_;
  u32 asked_ = 0;
};

}  // namespace

ProofSearch search_by_proof(const AskProof& ask, const state::TreeView& ours) {
  return Search(ask, ours).run();
}

}  // namespace gavel::settle
