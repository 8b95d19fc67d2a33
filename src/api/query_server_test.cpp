#include "api/query_server.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/hex.hpp"
#include "stf/message.hpp"
#include "tree/node.hpp"

namespace gavel::api {
namespace {

// A node on a folder of its own with an asset and two accounts, and its server.
class QueryServerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gavel-api-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    sequencer::NodeOptions options;
    options.data_directory = folder_;
    options.gateway.port = 0;
    options.block_interval_ns = 5'000'000;
    options.batch.max_blocks = 4;
    options.snapshot_every_batches = 0;
    stf::Config config;
    config.chain_id = 7;
    config.capacity = state::HotCapacity::small().objects;
    auto opened = sequencer::NodeCore::open(options, config, disk_, clock_, metrics_,
                                            [](const std::string&) {});
    ASSERT_TRUE(opened.ok()) << opened.error();
    node_ = std::move(*opened);
    server_ = std::make_unique<QueryServer>(*node_, metrics_, QueryOptions{});
    ASSERT_TRUE(node_->start().ok());
    stf::Message asset;
    asset.kind = static_cast<u8>(stf::MessageKind::register_asset);
    asset.asset = 1;
    asset.l1_decimals = 18;
    asset.decimals = 8;
    push(asset);
    for (u8 i = 1; i <= 2; ++i) {
      push(deposit(i, 1000u * i, 0));
    }
    wait([&] { return node_->heads().inbox_index == messages_; });
    const u64 batch = node_->heads().batch;
    wait([&] { return node_->heads().batch > batch; });
  }
  void TearDown() override {
    server_.reset();
    node_.reset();
    std::filesystem::remove_all(folder_);
  }

  static stf::Message deposit(u8 owner, u64 amount, u32 account) {
    stf::Message m;
    m.kind = static_cast<u8>(stf::MessageKind::deposit);
    m.asset = 1;
    m.amount = amount;
    m.account = account;
    m.recipient.bytes.fill(owner);
    return m;
  }
  void push(stf::Message m) {
    m.index = ++messages_;
    std::vector<u8> bytes(stf::kMaxMessageBytes);
    bytes.resize(stf::encode_message(m, bytes));
    node_->push_message(std::move(bytes));
  }
  static void wait(const std::function<bool()>& until) {
    for (u32 i = 0; i < 5'000 && !until(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ASSERT_TRUE(until());
  }
  io::HttpResponse get(const std::string& target) {
    return server_->answer({.method = "GET", .target = target});
  }
  static bool contains(const io::HttpResponse& response, const std::string& text) {
    return response.body.find(text) != std::string::npos;
  }

  std::string folder_;
  io::SystemDisk disk_;
  io::SystemClock clock_;
  ops::MetricsRegistry metrics_;
  std::unique_ptr<sequencer::NodeCore> node_;
  std::unique_ptr<QueryServer> server_;
  u64 messages_ = 0;
};

TEST_F(QueryServerTest, AnswersAndRefusals) {
  struct Row {
    const char* target;
    u32 status;
    const char* contains;
  };
  const Row rows[] = {
      {"/healthz", 200, "ok"},
      {"/readyz", 503, "not ready"},
      {"/metrics", 200, "gavel_node_head_block"},
      {"/v1/status", 200, "\"chain_id\":7"},
      {"/v1/account?index=2", 200, "\"total\":\"2000\""},
      {"/v1/account?index=3", 404, "there is no account 3"},
      {"/v1/account?index=0", 400, "index must be a number from 1"},
      {"/v1/account?index=x", 400, "index must be"},
      {"/v1/account", 400, "owner"},
      {"/v1/account?owner=0x0101010101010101010101010101010101010101", 200, "\"account\":1"},
      {"/v1/account?owner=0x01", 400, "40 hexadecimal digits"},
      {"/v1/accounts?first=1&count=5", 200, "0x0202020202020202020202020202020202020202"},
      {"/v1/accounts?first=1&count=99999999", 400, "count"},
      {"/v1/order?id=1", 404, "does not rest"},
      {"/v1/market?index=1", 404, "no market 1"},
      {"/v1/book?market=1", 404, "no market 1"},
      {"/v1/asset?index=1", 200, "\"l1_decimals\":18"},
      {"/v1/nonce?account=1", 200, "\"kept\":[]"},
      {"/v1/nonce?account=9", 404, "no account 9"},
      {"/v1/block?number=1", 200, "\"tx_root\""},
      {"/v1/block?number=99999999", 404, "not kept"},
      {"/v1/receipts?block=1", 200, "\"items\""},
      {"/v1/batch?number=1", 200, "\"state_root\""},
      {"/v1/batch?number=999999", 404, "not kept"},
      {"/v1/object?table=asset&index=1", 200, "\"encoding\":\"0x0801"},
      {"/v1/object?table=asset&index=7", 404, "no asset 7"},
      {"/v1/object?table=nothing&index=7", 400, "table must be one of"},
      {"/v1/proof?table=account&index=1&batch=999999", 404, "not kept"},
      {"/nothing", 404, "no such path"},
  };
  for (const Row& row : rows) {
    const io::HttpResponse answer = get(row.target);
    EXPECT_EQ(answer.status, row.status) << row.target << " " << answer.body;
    EXPECT_TRUE(contains(answer, row.contains)) << row.target << " " << answer.body;
  }
  EXPECT_EQ(server_->answer({.method = "POST", .target = "/v1/status"}).status, 405u);
}

TEST_F(QueryServerTest, PerpetualMarketsShowTheirPricesAndTheClearingHouse) {
  stf::Message m;
  m.kind = static_cast<u8>(stf::MessageKind::create_perpetual);
  m.quote = 1;
  m.quote_per_tick_lot = m.min_lots = m.max_lots = m.impact_lots = m.max_position_lots = 1;
  m.max_price_ticks = 9'000;
  m.oracle_max_age_ms = 1'000;
  m.tier_count = 1;
  m.tiers[0] = {~u64{0}, 50'000};
  m.band_ppm = 25'000;
  push(m);
  wait([&] { return node_->heads().inbox_index == messages_; });
  const io::HttpResponse market = get("/v1/market?index=1");
  EXPECT_TRUE(contains(market, R"("kind":"perpetual")")) << market.body;
  EXPECT_TRUE(contains(market, R"("mark_price":0,)")) << market.body;
  EXPECT_TRUE(contains(market, R"("stale":true)")) << market.body;
  EXPECT_TRUE(contains(get("/v1/clearing"), R"("collateral_asset":1,"vault":"0")"));
  EXPECT_EQ(get("/v1/liquidatable").body, R"({"next":0,"accounts":[]})");
  EXPECT_EQ(get("/v1/liquidatable?count=0").status, 400u);
}

TEST_F(QueryServerTest, ReadyOnceToldSo) {
  server_->set_ready(true);
  EXPECT_EQ(get("/readyz").status, 200u);
  node_->stop();
  EXPECT_EQ(get("/readyz").status, 503u);
}

// The hexadecimal text behind `key` in an answer.
std::vector<u8> bytes_after(const std::string& body, const std::string& key) {
  const std::size_t at = body.find("\"" + key + "\":\"0x") + key.size() + 6;
  const std::size_t end = body.find('"', at);
  std::vector<u8> out((end - at) / 2);
  EXPECT_TRUE(base::hex_decode(std::string_view(body).substr(at, end - at), out));
  return out;
}

TEST_F(QueryServerTest, ProofLeadsFromTheLeafToTheRoot) {
  for (const char* target :
       {"/v1/proof?table=account&index=1", "/v1/proof?table=account&index=77"}) {
    const io::HttpResponse answer = get(target);
    ASSERT_EQ(answer.status, 200u) << answer.body;
    const auto proof = tree::decode_object_proof(bytes_after(answer.body, "proof"));
    ASSERT_TRUE(proof.ok());
    Hash32 root;
    std::ranges::copy(bytes_after(answer.body, "state_root"), root.bytes.begin());
    EXPECT_TRUE(
        tree::verify_object(root, *proof, tree::hash_leaf(bytes_after(answer.body, "leaf"))).ok());
  }
}

TEST_F(QueryServerTest, OlderBatchKeepsItsObjects) {
  const u64 batch = node_->heads().batch;
  push(deposit(1, 5, 1));
  wait([&] { return node_->heads().inbox_index == messages_; });
  const u64 now = node_->heads().batch;
  wait([&] { return node_->heads().batch > now; });
  const std::string before =
      get("/v1/object?table=account&index=1&batch=" + std::to_string(batch)).body;
  const std::string live = get("/v1/object?table=account&index=1").body;
  EXPECT_NE(bytes_after(before, "encoding"), bytes_after(live, "encoding"));
  EXPECT_EQ(get("/v1/proof?table=account&index=1&batch=" + std::to_string(batch)).status, 200u);
}

TEST_F(QueryServerTest, ServesOverHttp) {
  ASSERT_TRUE(server_->start().ok());
  const auto net = io::make_tcp_net();
  const auto client =
      io::make_http_client(*net, clock_, {.host = "127.0.0.1", .port = server_->port()});
  const auto answer = client->send({.method = "GET", .target = "/v1/status"});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 200u);
}

}  // namespace
}  // namespace gavel::api
