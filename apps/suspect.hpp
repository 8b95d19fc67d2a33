// Suspect: where a node's history parts from what L1's data gives.
//
// What: while the verifier derives, SuspectTrace keeps the receipts of the batch in work; examine() then asks the node's query
// interface for the same and names the first block, transaction, object and field that differ.
// Bounds: a batch's receipts in memory; at most kMostObjects objects are asked for.
#pragma once

#include <map>

#include "node_client.hpp"
#include "settle/verifier.hpp"

namespace gavel::apps {

class SuspectTrace {
 public:
  // Follows the verifier, which outlives it.
  explicit SuspectTrace(settle::Verifier& verifier);

  // Lines for people about batch `batch`, the last that was derived; says so when the node shows no difference.
  std::string examine(const std::string& node_url, u64 batch) const;

 private:
  static constexpr u64 kMostObjects = 5'000;
  struct Item {
    u64 index = 0;
    Hash32 id;
    std::vector<u8> receipt;
  };

  std::string compare_blocks(NodeClient& node) const;
  std::string compare_items(NodeClient& node, u64 block) const;
  std::string compare_objects(NodeClient& node, u64 batch) const;

  const settle::Verifier& verifier_;
  std::map<u64, std::vector<Item>> items_;  // by block, of the batch in work
};

// The field of a canonical encoding that byte `at` lies in: "total of balance 2".
std::string field_name(exchange::Table table, u32 at);

}  // namespace gavel::apps
