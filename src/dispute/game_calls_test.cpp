// Calls against the compiled contracts' selectors, and against test/vectors/dispute.json, which the
// contracts' tests read too. GAVEL_WRITE_VECTORS=1 writes that file.
#include "dispute/game_calls.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "crypto/keccak.hpp"
#include "stf/config.hpp"

namespace gavel::dispute {
namespace {

std::string hex(std::span<const u8> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "0x";
  for (const u8 byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Hash32 value(u64 n) { return crypto::keccak256(base::to_bytes32(base::U256::from_u64(n)).bytes); }

// A game in which two claims of the root differ first at 5, and nothing else happened.
struct SmallGame {
  SmallGame() : view({}, value(1), value(2)) {
    for (u64 side = 0; side < 2; ++side) {
      ClaimPosted e;
      e.dispute = view.root().id;
      for (u64 i = 0; i < 64; ++i) e.list.push_back(value(i < 5 ? 100 + i : 200 + 100 * side + i));
      e.end = e.list.back();
      e.list_root = list_root(e.list);
      e.claim = claim_id(e.dispute, e.list_root, e.end);
      claims.push_back(e);
      EXPECT_TRUE(view.apply(e));
    }
    child.key = child_key({}, value(1), view.root().key, claims[0].list, 5);
    child.dispute = dispute_id(child.key);
    EXPECT_TRUE(view.apply(child));
    EXPECT_TRUE(view.apply(
        ClaimsSealed{view.root().id, claims[0].claim, claims[1].claim, 5, child.dispute}));
  }

  GameView view;
  std::vector<ClaimPosted> claims;
  DisputeOpened child;
};

std::vector<std::pair<std::string, Bytes>> all_calls(const SmallGame& game) {
  Action a;
  a.dispute = game.view.root().id;
  a.claim = game.claims[0].claim;
  a.rival = game.claims[1].claim;
  a.index = 5;
  a.end = value(3);
  for (u64 i = 0; i < 64; ++i) a.list.values.push_back(value(500 + i));
  for (u64 i = 0; i < 8; ++i) a.list.run.push_back(value(600 + i));
  for (u64 i = 0; i < 8; ++i) a.proof.state[i] = value(700 + i);
  for (u64 i = 0; i < 28; ++i) a.proof.code.push_back(value(800 + i));
  for (u64 i = 0; i < 3; ++i) a.proof.data.push_back(value(900 + i));
  a.claims = {game.claims[0].claim, game.claims[1].claim};
  a.links = {{game.claims[0].claim, 5, value(4)}, {game.claims[1].claim, 0, {}}};
  std::vector<std::pair<std::string, Bytes>> out;
  const auto add = [&](const char* name, Move move) {
    a.move = move;
    out.emplace_back(name, encode_move(game.view, a).value());
  };
  add("claimAndSeal", Move::claim);
  add("seal", Move::seal);
  add("sealAndClaim", Move::seal_and_claim);
  add("sealAndStep", Move::seal_and_step);
  a.proof.preimage = NeededPreimage{value(5), 64, {1, 2, 3, 4, 5}};
  add("step", Move::step);
  add("raise", Move::raise);
  add("resolve", Move::resolve);
  add("settle", Move::settle);
  add("collect", Move::collect);
  a.rival = {};
  add("claim", Move::claim);
  out.emplace_back("settleRoot", encode_settle_root(value(4)));
  const stf::Posted posted{value(10), 11, value(12), 13, 14, value(15), value(16)};
  std::vector<u8> config(stf::kConfigBytes);
  for (std::size_t i = 0; i < config.size(); ++i) config[i] = static_cast<u8>(i * 7);
  out.emplace_back("create",
                   encode_create(value(5), value(6), 7, value(8), value(9), posted, config));
  out.emplace_back("forfeit", encode_forfeit(value(5), value(6), 7, value(8), value(9)));
  return out;
}

std::string vectors_text() {
  const SmallGame game;
  std::ostringstream out;
  out << "{\n  \"game\": {\"image\": \"" << hex(value(1).bytes) << "\", \"first\": \""
      << hex(value(2).bytes) << "\", \"root\": \"" << hex(game.view.root().id.bytes) << "\"},\n";
  out << "  \"claims\": [";
  for (std::size_t i = 0; i < 2; ++i) {
    const ClaimPosted& c = game.claims[i];
    out << (i == 0 ? "" : ",") << "\n    {\"id\": \"" << hex(c.claim.bytes)
        << "\", \"listRoot\": \"" << hex(c.list_root.bytes) << "\", \"end\": \"" << hex(c.end.bytes)
        << "\",\n     \"list\": [";
    for (std::size_t k = 0; k < 64; ++k) {
      out << (k == 0 ? "" : ", ") << '"' << hex(c.list[k].bytes) << '"';
    }
    out << "]}";
  }
  out << "\n  ],\n  \"firstDifference\": 5,\n  \"children\": [";
  // Of claim 0, at index 9, in disputes of each level.
  for (u32 level = 0; level < 8; ++level) {
    const DisputeKey key{level, value(20 + level), level < 4 ? u64{1} << 18 : u64{64}, value(30)};
    const DisputeKey child = child_key({}, value(1), key, game.claims[0].list, 9);
    out << (level == 0 ? "" : ",") << "\n    {\"level\": " << level << ", \"start\": \""
        << hex(key.start.bytes) << "\", \"position\": " << key.position << ", \"parent\": \""
        << hex(key.parent.bytes) << "\", \"childStart\": \"" << hex(child.start.bytes)
        << "\", \"childPosition\": " << child.position << ", \"child\": \""
        << hex(dispute_id(child).bytes) << "\"}";
  }
  out << "\n  ],\n  \"calls\": {";
  bool first = true;
  for (const auto& [name, data] : all_calls(game)) {
    out << (first ? "" : ",") << "\n    \"" << name << "\": \"" << hex(data) << '"';
    first = false;
  }
  out << "\n  }\n}\n";
  return out.str();
}

std::string root_folder() {
  const char* root = std::getenv("GAVEL_ROOT");
  return root != nullptr ? root : GAVEL_SOURCE_ROOT;
}

TEST(GameCalls, vectors_are_those_that_are_committed) {
  const std::string path = root_folder() + "/test/vectors/dispute.json";
  const std::string ours = vectors_text();
  if (std::getenv("GAVEL_WRITE_VECTORS") != nullptr) std::ofstream(path) << ours;
  std::ifstream in(path);
  std::stringstream committed;
  committed << in.rdbuf();
  EXPECT_EQ(committed.str(), ours) << "GAVEL_WRITE_VECTORS=1 writes " << path;
}

TEST(GameCalls, selectors_are_those_of_the_contracts) {
  std::map<std::string, std::string> selectors;  // with overloads: "name" -> all of them
  simdjson::dom::parser parser;
  for (const std::string name : {"IDisputeGame", "IDisputeGameFactory", "IPreimageOracle"}) {
    const auto json =
        parser.load(root_folder() + "/contracts/out/" + name + ".sol/" + name + ".json");
    ASSERT_EQ(json.error(), simdjson::SUCCESS) << "the contracts are not compiled";
    simdjson::dom::object methods;
    ASSERT_EQ(json["methodIdentifiers"].get(methods), simdjson::SUCCESS);
    for (const auto [signature, selector] : methods) {
      const std::string text(signature);
      selectors[text.substr(0, text.find('('))] += std::string(selector.get_c_str()) + " ";
    }
  }
  for (const auto& [name, data] : all_calls(SmallGame())) {
    const std::string selector = hex(std::span(data).first(4)).substr(2);
    EXPECT_NE(selectors[name].find(selector), std::string::npos) << name;
  }
}

TEST(GameCalls, moves_on_what_the_view_does_not_have_are_none) {
  const SmallGame game;
  Action a;
  a.dispute = game.view.root().id;
  a.claim = game.claims[0].claim;
  a.rival = value(77);
  for (const Move move : {Move::claim, Move::seal, Move::seal_and_claim, Move::seal_and_step}) {
    a.move = move;
    EXPECT_FALSE(encode_move(game.view, a)) << name_of(move);
  }
  a.rival = game.claims[1].claim;
  a.dispute = value(78);
  for (const Move move : {Move::claim, Move::seal, Move::step}) {
    a.move = move;
    EXPECT_FALSE(encode_move(game.view, a)) << name_of(move);
  }
  a.claims = {value(79)};
  a.links = {{value(79), 0, {}}};
  for (const Move move : {Move::raise, Move::resolve, Move::settle}) {
    a.move = move;
    EXPECT_FALSE(encode_move(game.view, a)) << name_of(move);
  }
}

}  // namespace
}  // namespace gavel::dispute
