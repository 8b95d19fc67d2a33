#include "ops/config.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "ops/config_parse.hpp"

namespace gavel::ops {
namespace {

using namespace std::chrono_literals;

struct Settings {
  std::string url = "http://127.0.0.1:8545";
  u64 depth = 6;
  double margin = 1.2;
  bool dry = false;
  std::chrono::nanoseconds wait = 2s;
  u64 cache = 4096;
  std::string mode = "calldata";
  std::vector<std::string> peers;
  Secret key;
  Config config;

  Settings() {
    config.text("l1.rpc_url", url, "Endpoint.");
    config.integer("l1.depth", depth, 1, 64, "Depth.");
    config.number("l1.margin", margin, 1.0, 4.0, "Margin.");
    config.flag("l1.dry", dry, "Dry run.");
    config.duration("l1.wait", wait, "Wait.");
    config.bytes("cache", cache, "Cache.");
    config.choice("da.mode", mode, {"calldata", "blob"}, "Mode.");
    config.list("peers", peers, "Peers.");
    config.secret("l1.key", key, "Key.");
  }
};

Config::Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto at = values.find(name);
    if (at == values.end()) return std::nullopt;
    return at->second;
  };
}

TEST(Config, LaterSourcesWin) {
  Settings s;
  ASSERT_TRUE(
      s.config
          .load_toml(
              "peers = ['a', 'b']\ncache = '2KiB'\n[l1]\ndepth = 7\nwait = '250ms'\nmargin = 2\n"
              "rpc_url = 'x'\n[da]\nmode = 'blob'",
              "g.toml")
          .ok());
  EXPECT_EQ(s.depth, 7u);
  EXPECT_EQ(s.wait, 250ms);
  EXPECT_EQ(s.cache, 2048u);
  EXPECT_EQ(s.margin, 2.0);
  EXPECT_EQ(s.mode, "blob");
  EXPECT_EQ(s.peers, (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(
      s.config.load_environment(environment({{"GAVEL_L1_DEPTH", "8"}, {"GAVEL_PEERS", "c, d"}}))
          .ok());
  EXPECT_EQ(s.depth, 8u);
  EXPECT_EQ(s.peers, (std::vector<std::string>{"c", "d"}));
  const std::vector<std::string> flags = {"node", "--l1.depth=9", "--l1.dry", "--l1.rpc-url",
                                          "y",    "more"};
  const auto rest = s.config.load_flags(flags);
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(*rest, (std::vector<std::string>{"node", "more"}));
  EXPECT_EQ(s.depth, 9u);
  EXPECT_TRUE(s.dry);
  EXPECT_EQ(s.url, "y");
}

struct BadToml {
  const char* text;
  ConfigErrorKind kind;
  const char* says;
};

TEST(Config, EveryTomlMistakeIsNamedWithItsLine) {
  const BadToml cases[] = {
      {"[l1]\nrpc_ulr = 'x'", ConfigErrorKind::kUnknownKey,
       "g.toml:2: unknown key l1.rpc_ulr; did you mean l1.rpc_url?"},
      {"[l1]\nzzzzzzzzzzzz = 1", ConfigErrorKind::kUnknownKey,
       "Allowed here: l1.rpc_url, l1.depth"},
      {"[l1]\n\ndepth = 'six'", ConfigErrorKind::kWrongType,
       "g.toml:3: l1.depth must be an integer from 1 to 64"},
      {"[l1]\ndepth = 65", ConfigErrorKind::kOutOfRange,
       "l1.depth must be an integer from 1 to 64"},
      {"[l1]\ndepth = -1", ConfigErrorKind::kWrongType, "l1.depth"},
      {"[l1]\ndepth = [1]", ConfigErrorKind::kWrongType, "l1.depth"},
      {"[l1]\nmargin = 'nan'", ConfigErrorKind::kWrongType, "l1.margin"},
      {"[l1]\ndry = 'true'", ConfigErrorKind::kWrongType, "true or false"},
      {"[l1]\nwait = '5 parsecs'", ConfigErrorKind::kWrongType, "a duration"},
      {"[l1]\nkey = '0x11'", ConfigErrorKind::kNotAllowed, "GAVEL_L1_KEY"},
      {"peers = [1]", ConfigErrorKind::kWrongType, "a list of strings"},
      {"l1 = 3", ConfigErrorKind::kUnknownKey, "unknown key l1"},
      {"[da]\nmode = 'paper'", ConfigErrorKind::kNotAllowed, "one of calldata, blob"},
      {"[l1\n", ConfigErrorKind::kSyntax, "g.toml:1"},
  };
  for (const BadToml& bad : cases) {
    Settings s;
    const auto result = s.config.load_toml(bad.text, "g.toml");
    ASSERT_FALSE(result.ok()) << bad.text;
    EXPECT_EQ(result.error().kind, bad.kind) << result.error().message;
    EXPECT_NE(result.error().message.find(bad.says), std::string::npos) << result.error().message;
  }
}

TEST(Config, FlagMistakesAreNamed) {
  const std::pair<std::vector<std::string>, ConfigErrorKind> cases[] = {
      {{"--l1.deep=3"}, ConfigErrorKind::kUnknownKey},
      {{"--l1.depth"}, ConfigErrorKind::kMissing},
      {{"--l1.depth=x"}, ConfigErrorKind::kWrongType},
      {{"--l1.key=0x11"}, ConfigErrorKind::kNotAllowed},
      {{"--l1.dry=maybe"}, ConfigErrorKind::kWrongType}};
  for (const auto& [flags, kind] : cases) {
    Settings s;
    const auto result = s.config.load_flags(flags);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind, kind);
  }
}

TEST(Config, ASecretComesFromTheEnvironmentOrAFileAndIsNeverShown) {
  Settings s;
  ASSERT_TRUE(s.config.load_environment(environment({{"GAVEL_L1_KEY", " 0xsecret \n"}})).ok());
  ASSERT_TRUE(s.config.check().ok());
  EXPECT_EQ(s.key.reveal(), "0xsecret");
  EXPECT_EQ(s.config.dump().find("0xsecret"), std::string::npos);
  EXPECT_NE(s.config.dump().find("l1.key = (set)"), std::string::npos);

  const std::string path = ::testing::TempDir() + "gavel_config_secret";
  std::ofstream(path) << "0xfile\n";
  Settings from_file;
  ASSERT_TRUE(from_file.config.load_toml("[l1]\nkey_file = '" + path + "'", "g.toml").ok());
  ASSERT_TRUE(from_file.config.check().ok());
  EXPECT_EQ(from_file.key.reveal(), "0xfile");
  std::remove(path.c_str());
  Settings gone;
  ASSERT_TRUE(gone.config.load_toml("[l1]\nkey_file = '" + path + "'", "g.toml").ok());
  EXPECT_EQ(gone.config.check().error().kind, ConfigErrorKind::kUnreadable);
}

TEST(Config, ARequiredKeyMustBeSet) {
  Settings s;
  s.config.require("l1.key");
  EXPECT_EQ(s.config.check().error().kind, ConfigErrorKind::kMissing);
  ASSERT_TRUE(s.config.load_environment(environment({{"GAVEL_L1_KEY", "k"}})).ok());
  EXPECT_TRUE(s.config.check().ok());
}

TEST(Config, AMissingFileIsNamed) {
  Settings s;
  EXPECT_EQ(s.config.load_file("/no/such/gavel.toml").error().kind, ConfigErrorKind::kUnreadable);
}

TEST(ConfigParse, Numbers) {
  EXPECT_EQ(parse_u64("18446744073709551615"), ~u64{0});
  EXPECT_EQ(parse_u64("1_000"), 1000u);
  for (const char* bad :
       {"", "-1", "18446744073709551616", "1__0", "_1", "1_", "0x10", " 1", "1.5"}) {
    EXPECT_EQ(parse_u64(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("12"), std::nullopt);
  EXPECT_EQ(parse_duration("99999999999d"), std::nullopt);
  EXPECT_EQ(parse_bytes("16GiB"), u64{16} << 30);
  EXPECT_EQ(parse_bytes("99999999TiB"), std::nullopt);
  EXPECT_EQ(parse_real("inf"), std::nullopt);
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(120s), "2m");
  EXPECT_EQ(duration_text(0s), "0s");
}

}  // namespace
}  // namespace gavel::ops
