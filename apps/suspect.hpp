// SuspectNode: a node's query interface as the diagnosis asks it (settle/diagnosis.hpp).
//
// What: /v1/block, /v1/receipts, /v1/object and /v1/proof over HTTP. What the node does not answer,
// or answers in another form, counts as not shown; nothing that it says changes the verdict.
#pragma once

#include <memory>

#include "node_client.hpp"
#include "settle/diagnosis.hpp"

namespace gavel::apps {

class SuspectNode {
 public:
  [[nodiscard]] static AppResult<std::unique_ptr<SuspectNode>> connect(const std::string& url);

  // Valid while this lives.
  settle::Suspect answers();
  // The first question that the node did not answer; empty if it answered all.
  const std::string& error() const { return error_; }

 private:
  std::optional<Hash32> block_hash(u64 block);
  std::optional<std::vector<settle::SuspectItem>> items(u64 block);
  std::optional<settle::Bytes> object(u8 table, u32 index, u64 batch);
  std::optional<settle::SuspectProof> proof(u8 table, u32 index, u64 batch);
  std::optional<simdjson::dom::element> ask(const std::string& target);

  std::unique_ptr<NodeClient> node_;
  std::string error_;
};

}  // namespace gavel::apps
