// Where a suspect's state tree parts from ours, found by its own proofs.
//
// What: a proof shows a node of each height beside its path; comparing them with ours leads from
// the root to a leaf that differs in a few questions, whatever the state's size.
// Why: to ask for every object would take hours for millions of accounts.
// Bounds: at most kMostQuestions. What the suspect says is compared, never believed.
#pragma once

#include <functional>
#include <optional>

#include "state/tree_view.hpp"

namespace gavel::settle {

struct SuspectProof {
  tree::ObjectProof proof;
  Hash32 leaf;  // zero: absent
};

// An object's proof in the state to be searched; nothing where there is no answer.
using AskProof = std::function<std::optional<SuspectProof>(u8 table, u32 index)>;

inline constexpr u32 kMostQuestions = 256;

struct ProofSearch {
  bool complete = false;                  // the answers led to an end
  std::optional<state::ObjectKey> found;  // none, and complete: the states are equal
};

// The first differing object of the first differing table; accounts are looked at before all else.
ProofSearch search_by_proof(const AskProof& ask, const state::TreeView& ours);

}  // namespace gavel::settle
