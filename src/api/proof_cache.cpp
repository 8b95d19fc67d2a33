#include "api/proof_cache.hpp"

#include <fmt/format.h>

#include "tree/node.hpp"

namespace gavel::api {

namespace {

QueryError store_error(u64 batch, state::CommitError error) {
  if (error == state::CommitError::kNotKept) {
    return {404,
            fmt::format(
                "the state of batch {} is not kept: not committed yet, or older than the window",
                batch)};
  }
  return {503, "the state tree cannot answer; see the node's log"};
}

// All 32 siblings and all 32 table roots, as the Portal wants them.
void put_proof(JsonText& json, const tree::ObjectProof& proof, const Hash32& leaf) {
  const auto siblings = tree::expand_path(proof.path);
  const auto others = tree::expand_roots(proof.roots, 1u << proof.table);
  GAVEL_CHECK(siblings.ok() && others.ok());
  tree::TableRoots roots = *others;
  roots[proof.table] = tree::path_root(leaf, proof.index, *siblings);
  json.key("siblings").array();
  for (const Hash32& sibling : *siblings) json.hex(sibling.bytes);
  json.end_array().key("table_roots").array();
  for (const Hash32& root : roots) json.hex(root.bytes);
  json.end_array();
  std::array<u8, tree::kMaxObjectProofBytes> bytes;
  const u32 size = tree::encode_object_proof(proof, bytes);
  json.key("proof").hex(std::span<const u8>(bytes).first(size));
}

}  // namespace

QueryResult<ProofCache::Proved> ProofCache::prove(u64 batch, exchange::Table table, u32 index) {
  if (old_ == nullptr || old_->at().batch != batch) {
    auto opened = node_.tree().open_at(batch);
    if (!opened.ok()) return store_error(batch, opened.error());
    old_ = std::move(*opened);
  }
  const u8 slot = static_cast<u8>(table);
  const auto proved = old_->prove(slot, index);
  const auto kept = proved.ok() ? old_->encoding(slot, index) : proved.error();
  if (!kept.ok()) {
    const QueryError error = store_error(batch, kept.error());
    old_ = nullptr;
    return error;
  }
  Proved out{proved->at, proved->proof, {}};
  // What no committed batch has changed since is what the live state holds, unless the batch in
  // progress has.
  out.encoding = kept->has_value() ? **kept : GAVEL_TRY(live_encoding(node_, table, index));
  if (!kept->has_value() && proved->leaf.is_zero()) out.encoding.clear();
  if (tree::hash_leaf(out.encoding) != proved->leaf) {
    return QueryError{
        503, fmt::format("{} {} has changed since batch {}; its bytes can be had when the batch "
                         "in progress is committed",
                         name_of(table), index, batch)};
  }
  return out;
}

QueryResult<void> ProofCache::view_proof(const Query& query, JsonText& json) {
  const exchange::Table table = GAVEL_TRY(query.table("table"));
  const u32 index = GAVEL_TRY(query.index("index"));
  const u64 batch = GAVEL_TRY(query.number("batch", 0, ~u64{0}, node_.heads().batch));
  const Proved proved = GAVEL_TRY(prove(batch, table, index));
  json.object()
      .field("table", name_of(table))
      .field("index", index)
      .field("batch", proved.at.batch);
  json.field("state_root", proved.at.root).field("present", !proved.encoding.empty());
  json.key("leaf").hex(proved.encoding);
  put_proof(json, proved.proof, tree::hash_leaf(proved.encoding));
  json.end_object();
  return {};
}

QueryResult<void> ProofCache::view_object(const Query& query, JsonText& json) {
  const exchange::Table table = GAVEL_TRY(query.table("table"));
  const u32 index = GAVEL_TRY(query.index("index"));
  std::vector<u8> encoding;
  json.object().field("table", name_of(table)).field("index", index);
  if (query.has("batch")) {
    const u64 batch = GAVEL_TRY(query.number("batch", 0, ~u64{0}));
    encoding = GAVEL_TRY(prove(batch, table, index)).encoding;
    json.field("batch", batch);
  } else {
    encoding = GAVEL_TRY(live_encoding(node_, table, index));
  }
  if (encoding.empty())
    return QueryError{404, fmt::format("there is no {} {}", name_of(table), index)};
  json.key("encoding").hex(encoding).end_object();
  return {};
}

}  // namespace gavel::api
