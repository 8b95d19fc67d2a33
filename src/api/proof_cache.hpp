// ProofCache: objects and proofs at a batch, with the last old state kept open.
//
// Why: opening an old state reads the undo records of all batches since; whoever asks for one proof
// of a batch asks for more of it. Threads: one, the query server's.
#pragma once

#include "api/query.hpp"

namespace gavel::api {

class ProofCache {
 public:
  explicit ProofCache(const sequencer::NodeCore& node) : node_(node) {}

  // table, index, batch (default: the newest committed): leaf bytes, siblings, table roots, state
  // root.
  QueryResult<void> view_proof(const Query& query, JsonText& json);
  // table, index, batch (default: live): the canonical encoding.
  QueryResult<void> view_object(const Query& query, JsonText& json);

 private:
  struct Proved {
    state::Commitment at;
    tree::ObjectProof proof;
    std::vector<u8> encoding;
  };
  QueryResult<Proved> prove(u64 batch, exchange::Table table, u32 index);

  const sequencer::NodeCore& node_;
  std::unique_ptr<state::OldState> old_;
};

}  // namespace gavel::api
