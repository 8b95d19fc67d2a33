#include "suspect.hpp"

#include <fmt/format.h>

#include "key_file.hpp"

namespace gavel::apps {

namespace {

using simdjson::dom::element;

// Bytes written as 0x and digits; nothing for anything else.
std::optional<settle::Bytes> bytes_at(element json, std::string_view pointer) {
  const std::string text = text_at(json, pointer);
  if (text.size() < 2 || text.size() % 2 != 0) return std::nullopt;
  settle::Bytes out((text.size() - 2) / 2);
  if (!parse_hex(text, out)) return std::nullopt;
  return out;
}

std::optional<Hash32> hash_at(element json, std::string_view pointer) {
  Hash32 hash;
  if (!parse_hex(text_at(json, pointer), hash.bytes)) return std::nullopt;
  return hash;
}

}  // namespace

AppResult<std::unique_ptr<SuspectNode>> SuspectNode::connect(const std::string& url) {
  auto suspect = std::make_unique<SuspectNode>();
  suspect->node_ = GAVEL_TRY(NodeClient::connect(url));
  return suspect;
}

settle::Suspect SuspectNode::answers() {
  settle::Suspect suspect;
  suspect.block_hash = [this](u64 block) { return block_hash(block); };
  suspect.items = [this](u64 block) { return items(block); };
  suspect.object = [this](u8 table, u32 index, u64 batch) { return object(table, index, batch); };
  suspect.proof = [this](u8 table, u32 index, u64 batch) { return proof(table, index, batch); };
  return suspect;
}

std::optional<element> SuspectNode::ask(const std::string& target) {
  const auto answer = node_->json(target);
  if (answer.ok()) return *answer;
  if (error_.empty()) error_ = answer.error();
  return std::nullopt;
}

std::optional<Hash32> SuspectNode::block_hash(u64 block) {
  const auto json = ask(fmt::format("/v1/block?number={}", block));
  return json ? hash_at(*json, "/hash") : std::nullopt;
}

std::optional<std::vector<settle::SuspectItem>> SuspectNode::items(u64 block) {
  constexpr u64 kPage = 1'000;
  constexpr u64 kMost = 1u << 14;  // a block has no more
  std::vector<settle::SuspectItem> out;
  for (u64 first = 0; first < kMost; first += kPage) {
    const auto json =
        ask(fmt::format("/v1/receipts?block={}&first={}&count={}", block, first, kPage));
    if (!json) return std::nullopt;
    simdjson::dom::array list;
    if (json->at_pointer("/items").get(list) != simdjson::SUCCESS) return std::nullopt;
    u64 read = 0;
    for (const element item : list) {
      const auto id = hash_at(item, "/id");
      auto receipt = bytes_at(item, "/receipt");
      if (!id || !receipt || ++read > kPage) return std::nullopt;
      out.push_back({*id, std::move(*receipt)});
    }
    if (read < kPage) break;
  }
  return out;
}

std::optional<settle::Bytes> SuspectNode::object(u8 table, u32 index, u64 batch) {
  const auto answer =
      node_->json(fmt::format("/v1/object?table={}&index={}&batch={}", table, index, batch));
  if (answer.ok()) return bytes_at(*answer, "/encoding");
  // The one refusal that is an answer.
  if (answer.error().starts_with("there is no ")) return settle::Bytes{};
  if (error_.empty()) error_ = answer.error();
  return std::nullopt;
}

std::optional<settle::SuspectProof> SuspectNode::proof(u8 table, u32 index, u64 batch) {
  // No answer is no trouble: a busy node cannot prove an object that it is just changing.
  const auto answer =
      node_->json(fmt::format("/v1/proof?table={}&index={}&batch={}", table, index, batch));
  if (!answer.ok()) return std::nullopt;
  const auto bytes = bytes_at(*answer, "/proof");
  const auto leaf = bytes_at(*answer, "/leaf");
  if (!bytes || !leaf) return std::nullopt;
  const auto proof = tree::decode_object_proof(*bytes);
  if (!proof.ok()) return std::nullopt;
  return settle::SuspectProof{*proof, tree::hash_leaf(*leaf)};
}

}  // namespace gavel::apps
