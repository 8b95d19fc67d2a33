// Diagnosis: where a node that makes a wrong claim went wrong: block, transaction, object and
// field.
//
// What: compares what the suspect's query interface shows with a derivation from L1. The verdict
// does not depend on it: the claim is wrong already; this says why, as far as the suspect tells.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "settle/deriver.hpp"
#include "settle/proof_search.hpp"

namespace gavel::settle {

struct SuspectItem {
  Hash32 id;
  Bytes receipt;
};

// The suspect's answers; nothing where it does not answer.
struct Suspect {
  std::function<std::optional<Hash32>(u64 block)> block_hash;
  std::function<std::optional<std::vector<SuspectItem>>(u64 block)> items;
  // At the end of the batch; empty bytes: absent.
  std::function<std::optional<Bytes>(u8 table, u32 index, u64 batch)> object;
  // May be missing: then objects are asked for one by one, up to a bound.
  std::function<std::optional<SuspectProof>(u8 table, u32 index, u64 batch)> proof{};
};

// Our side of one batch, collected while it is derived.
class BatchTrace {
 public:
  void take(const DerivedItem& item);
  void clear() { items_.clear(); }
  // In order; of one block.
  std::vector<SuspectItem> items(u64 block) const;

 private:
  struct Item {
    u64 block;
    SuspectItem item;
  };
  std::vector<Item> items_;
};

struct Finding {
  u64 block = 0;             // 0: the blocks agree
  std::optional<u64> index;  // of the transaction in it
  std::string transaction;   // what differs there
  std::string object;        // "ACCOUNT 17"
  std::string field;         // "balance of asset 2 total: 100 against 90"

  std::string text() const;
};

// After the deriver derived `batch`, whose claim is wrong and names `claimed_last_block` as its
// last one. Looks at blocks, then transactions, then objects: those that the batch wrote first,
// then all.
Finding diagnose(const Suspect& suspect, const BatchTrace& trace, const DerivedBatch& batch,
                 const Deriver& deriver, u64 claimed_last_block);

}  // namespace gavel::settle
