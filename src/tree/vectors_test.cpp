// test/vectors/tree.json, made by an implementation that shares no code with this room.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <charconv>
#include <string_view>
#include <vector>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"
#include "tree/frontier.hpp"
#include "tree/multiproof_build.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::tree {
namespace {

using simdjson::dom::element;

std::vector<u8> bytes_of(element text) {
  const std::string_view digits = text.get_string();
  std::vector<u8> out((digits.size() - 2) / 2);
  EXPECT_TRUE(base::hex_decode(digits, out));
  return out;
}

Hash32 hash_of(element text) {
  Hash32 out;
  EXPECT_TRUE(base::hex_decode(text.get_string().value(), out.bytes));
  return out;
}

u32 number_of(element text) {
  const std::string_view digits = text.get_string();
  u32 value = 0;
  EXPECT_EQ(std::from_chars(digits.data(), digits.data() + digits.size(), value).ec, std::errc{});
  return value;
}

class TreeVectors : public testing::Test {
 protected:
  TreeVectors() : file_(parser_.load(GAVEL_SOURCE_DIR "/test/vectors/tree.json")) {
    for (const element leaf : file_["leaves"].get_array()) {
      tree_.set(static_cast<u8>(number_of(leaf["table"])), number_of(leaf["index"]),
                hash_of(leaf["leaf"]));
    }
    root_ = hash_of(file_["state_root"]);
  }

  simdjson::dom::parser parser_;
  element file_;
  NaiveTree tree_;
  Hash32 root_;
};

TEST_F(TreeVectors, StateRoot) { EXPECT_EQ(tree_.root(), root_); }

TEST_F(TreeVectors, ObjectProofs) {
  for (const element item : file_["object_proofs"].get_array()) {
    const u8 table = static_cast<u8>(number_of(item["table"]));
    const u32 index = number_of(item["index"]);
    const std::vector<u8> expected = bytes_of(item["proof"]);
    const ObjectProof proof =
        make_object_proof(table, index, tree_.siblings(table, index), tree_.roots());
    std::vector<u8> ours(kMaxObjectProofBytes);
    ours.resize(encode_object_proof(proof, ours));
    EXPECT_EQ(ours, expected);
    const auto decoded = decode_object_proof(expected);
    ASSERT_TRUE(decoded.ok());
    EXPECT_TRUE(verify_object(root_, *decoded, hash_of(item["leaf"])).ok());
  }
}

TEST_F(TreeVectors, Multiproofs) {
  for (const element item : file_["multiproofs"].get_array()) {
    const std::vector<u8> expected = bytes_of(item);
    const auto items = verify_multiproof(expected, root_);
    ASSERT_TRUE(items.ok());
    std::vector<MultiproofItem> wanted;
    for (u32 i = 0; i < items->size(); ++i) wanted.push_back((*items)[i]);
    EXPECT_EQ(build_multiproof(wanted, tree_.roots(),
                               [this](u8 table, u32 level, u32 position) {
                                 return tree_.node(table, level, position);
                               }),
              expected);
  }
}

template <u32 Depth>
void expect_frontier(element item) {
  Frontier<Depth> frontier;
  for (u32 n = 0; n < number_of(item["count"]); ++n) {
    const std::array<u8, 4> raw = {0, 0, static_cast<u8>(n >> 8), static_cast<u8>(n)};
    ASSERT_TRUE(frontier.append(crypto::keccak256(raw)));
  }
  EXPECT_EQ(frontier.hash(), hash_of(item["hash"]));
  EXPECT_EQ(frontier.root(), hash_of(item["root"]));
}

TEST_F(TreeVectors, Frontiers) {
  for (const element item : file_["frontiers"].get_array()) {
    switch (number_of(item["depth"])) {
      case 14:
        expect_frontier<14>(item);
        break;
      case 18:
        expect_frontier<18>(item);
        break;
      case 32:
        expect_frontier<32>(item);
        break;
      default:
        FAIL();
    }
  }
}

}  // namespace
}  // namespace gavel::tree
