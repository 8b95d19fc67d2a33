// The room against a real EVM node. Skipped, by name, where anvil is not installed (npm install; or
// GAVEL_ANVIL).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

#include "l1/abi.hpp"
#include "l1/block_follower.hpp"
#include "l1/event_reader.hpp"
#include "l1/hex_text.hpp"
#include "l1/json_rpc.hpp"
#include "l1/submitter.hpp"

namespace gavel::l1 {
namespace {

// The first development account of anvil's default mnemonic.
constexpr std::string_view kKey =
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

// Runtime code that logs its calldata under topic 0x77, and code that reverts with it, each behind
// a constructor.
constexpr std::string_view kLogger = "6c 366000600037607736 6000a100 600052600d6013f3";
constexpr std::string_view kReverter = "69 36600060003736 6000fd 600052600a6016f3";

Bytes code_of(std::string_view text) {
  std::string digits(text);
  std::erase(digits, ' ');
  return unhex(digits);
}

std::string anvil_path() {
  if (const char* given = std::getenv("GAVEL_ANVIL")) return given;
  return std::string(GAVEL_SOURCE_DIR) + "/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
}

class Anvil {
 public:
  explicit Anvil(u16 port) {
    const std::string path = anvil_path();
    const std::string number = std::to_string(port);
    pid_ = fork();
    if (pid_ != 0) return;
    execl(path.c_str(), "anvil", "--port", number.c_str(), "--no-mining", "--silent", "--gas-limit",
          "60000000", static_cast<char*>(nullptr));
    _exit(127);
  }
  ~Anvil() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

class AnvilTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access(anvil_path().c_str(), X_OK) != 0)
      GTEST_SKIP() << "anvil is not installed at " << anvil_path();
    const u16 port = net->listen("127.0.0.1", 0).value()->port();
    node = std::make_unique<Anvil>(port);
    transport = make_http_transport(*net, wall,
                                    {.urls = {"http://127.0.0.1:" + std::to_string(port)},
                                     .attempts = 40,
                                     .first_pause_ms = 50,
                                     .max_pause_ms = 200})
                    .value();
    rpc = make_json_rpc(*transport);
    ASSERT_EQ(rpc->chain_id().value(), 31'337u);
  }

  std::string raw(const std::string& method, const std::string& params = "") {
    return transport
        ->post(R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":[)" + params + "]}")
        .value();
  }
  void mine(u32 blocks = 1) {
    for (u32 i = 0; i < blocks; ++i) (void)raw("evm_mine");
  }
  std::unique_ptr<Submitter> make() {
    SubmitterConfig config;
    config.chain_id = 31'337;
    config.confirmations = 3;
    config.poll_ms = 0;
    return std::make_unique<Submitter>(*rpc, clock, SigningKey::from_hex(kKey).value(), config);
  }
  void run(Submitter& submitter, u32 rounds) {
    for (u32 i = 0; i < rounds; ++i) {
      submitter.tick();
      mine();
      clock.advance_ms(12'000);
    }
    submitter.tick();
  }
  static CallRequest call(u8 tag, std::optional<u64> gas = std::nullopt) {
    CallRequest out;
    out.to = Address{{0x35}};
    out.data = {tag};
    out.gas_limit = gas;
    return out;
  }
  Address deploy(Submitter& submitter, std::string_view code) {
    CallRequest request;
    request.data = code_of(code);
    EXPECT_TRUE(submitter.submit(request).ok());
    run(submitter, 4);
    const auto outcomes = submitter.take_outcomes();
    EXPECT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(outcomes.at(0).state, CallState::kConfirmed) << outcomes.at(0).reason;
    return outcomes.at(0).receipt->contract_address.value();
  }
  // Tags in the order of their nonces on the chain, up to the head.
  std::vector<u8> tags_of(const std::vector<Outcome>& outcomes) {
    std::vector<u8> out;
    for (const Outcome& outcome : outcomes) {
      EXPECT_EQ(outcome.state, CallState::kConfirmed) << outcome.reason;
      const std::vector<Hash32> hash = {outcome.receipt->transaction_hash};
      out.push_back(fetch_transactions(*rpc, hash)->at(0).data.at(0));
    }
    return out;
  }

  std::unique_ptr<io::Net> net = io::make_tcp_net();
  io::SystemClock wall;  // for the transport
  io::FakeClock clock;   // for the Submitter: minutes pass in a test
  std::unique_ptr<Anvil> node;
  std::unique_ptr<RpcTransport> transport;
  std::unique_ptr<Rpc> rpc;
};

TEST_F(AnvilTest, FiftyCallsInAPipelineAcrossARestart) {
  auto submitter = make();
  for (u8 i = 0; i < 50; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  ASSERT_FALSE(submitter->last_error().has_value()) << submitter->last_error()->detail;
  EXPECT_EQ(rpc->nonce(submitter->address(), BlockTag::kPending).value(), 50u);
  submitter.reset();  // dies with fifty in flight
  submitter = make();
  ASSERT_TRUE(submitter->submit(call(50)).ok());
  submitter->tick();
  EXPECT_FALSE(submitter->ready());
  run(*submitter, 6);
  EXPECT_TRUE(submitter->ready());
  EXPECT_EQ(tags_of(submitter->take_outcomes()), std::vector<u8>{50});
  EXPECT_EQ(rpc->nonce(submitter->address(), BlockTag::kLatest).value(), 51u);
}

TEST_F(AnvilTest, ARisingBaseFeeIsFollowed) {
  auto submitter = make();
  for (u8 i = 0; i < 5; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
  submitter->tick();
  ASSERT_FALSE(submitter->last_error().has_value()) << submitter->last_error()->detail;
  (void)raw("anvil_setNextBlockBaseFeePerGas", "\"0x1bf08eb000\"");  // 120 gwei
  mine();
  submitter->tick();
  EXPECT_EQ(rpc->nonce(submitter->address(), BlockTag::kLatest).value(), 0u);
  clock.advance_ms(40'000);
  submitter->tick();
  EXPECT_GE(submitter->status(5)->attempts, 2u);
  run(*submitter, 5);
  EXPECT_EQ(tags_of(submitter->take_outcomes()), (std::vector<u8>{0, 1, 2, 3, 4}));
}

TEST_F(AnvilTest, AReorgAndASnapshotRevertAreRepaired) {
  for (const bool by_snapshot : {false, true}) {
    auto submitter = make();
    run(*submitter, 6);
    BlockFollower follower(*rpc, {});
    ASSERT_TRUE(follower.poll().ok());
    const std::string answer = raw("evm_snapshot");
    const size_t at = answer.find("\"result\":") + 9;
    const std::string snapshot = answer.substr(at, answer.find('}', at) - at);
    for (u8 i = 0; i < 5; ++i) ASSERT_TRUE(submitter->submit(call(i)).ok());
    submitter->tick();
    mine(2);
    submitter->tick();
    EXPECT_EQ(submitter->status(5)->state, CallState::kMined);
    ASSERT_TRUE(follower.poll().ok());
    const BlockHeader tip = *follower.tip();
    if (by_snapshot) {
      (void)raw("evm_revert", snapshot);
      (void)raw("evm_increaseTime", "77");  // so that the new blocks have other hashes
      mine();
    } else {
      (void)raw("anvil_reorg", "2,[]");
    }
    const auto update = follower.poll();
    ASSERT_TRUE(update.ok()) << update.error().detail;
    EXPECT_EQ(update->removed.size(), 2u);
    EXPECT_FALSE(follower.contains(tip));
    run(*submitter, 10);
    EXPECT_EQ(tags_of(submitter->take_outcomes()), (std::vector<u8>{0, 1, 2, 3, 4})) << by_snapshot;
  }
}

TEST_F(AnvilTest, RevertsAreNamedBeforeAndAfterSending) {
  auto submitter = make();
  const Address reverter = deploy(*submitter, kReverter);
  CallRequest request;
  request.to = reverter;
  request.data = AbiEncoder()
                     .bytes(std::span(reinterpret_cast<const u8*>("too late"), 8))
                     .call(selector("Error(string)"));
  ASSERT_TRUE(submitter->submit(request).ok());
  submitter->tick();
  auto outcomes = submitter->take_outcomes();
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].state, CallState::kRefused);
  EXPECT_EQ(outcomes[0].reason, "too late");
  request.gas_limit = 100'000;
  ASSERT_TRUE(submitter->submit(request).ok());
  run(*submitter, 4);
  outcomes = submitter->take_outcomes();
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].state, CallState::kReverted);
  EXPECT_EQ(outcomes[0].reason, "too late");
}

TEST_F(AnvilTest, EventsAndCalldataAreReadAndAuthenticated) {
  auto submitter = make();
  const Address logger = deploy(*submitter, kLogger);
  constexpr u32 kSize = 100'000;  // of one transaction's calldata
  for (u8 i = 1; i <= 3; ++i) {
    CallRequest request;
    request.to = logger;
    request.data = Bytes(kSize, i);
    ASSERT_TRUE(submitter->submit(request).ok());
  }
  run(*submitter, 5);
  ASSERT_EQ(submitter->take_outcomes().size(), 3u);
  BlockFollower follower(*rpc, {});
  const auto added = follower.poll()->added;
  LogFilter filter;
  filter.addresses = {logger};
  filter.topics = {{to_bytes32(u256::from_u64(0x77))}};
  const auto logs = read_logs(*rpc, added, filter);
  ASSERT_TRUE(logs.ok()) << logs.error().detail;
  ASSERT_EQ(logs->size(), 3u);
  std::vector<Hash32> hashes;
  for (const Log& log : *logs) hashes.push_back(log.transaction_hash);
  const auto transactions = fetch_transactions(*rpc, hashes);
  ASSERT_TRUE(transactions.ok()) << transactions.error().detail;
  for (u8 i = 0; i < 3; ++i) {
    EXPECT_EQ((*logs)[i].data, Bytes(kSize, static_cast<u8>(i + 1)));
    EXPECT_EQ((*transactions)[i].data, Bytes(kSize, static_cast<u8>(i + 1)));
    EXPECT_EQ((*transactions)[i].to, logger);
    EXPECT_EQ(sender_of((*transactions)[i]).value(), submitter->address());
  }
}

// Says that it has no raw transactions.
class WithoutRaw final : public RpcTransport {
 public:
  explicit WithoutRaw(RpcTransport& inner) : inner_(inner) {}
  Result<std::string> post(const std::string& body) override {
    const size_t id = body.find("\"id\":") + 5;
    if (body.find("eth_getRawTransactionByHash") == std::string::npos) return inner_.post(body);
    return R"({"jsonrpc":"2.0","id":)" + body.substr(id, body.find(',', id) - id) +
           R"(,"error":{"code":-32601,"message":"no such method"}})";
  }

 private:
  RpcTransport& inner_;
};

TEST_F(AnvilTest, TransactionsAreRebuiltWhereTheNodeHasNoRawOnes) {
  const std::string from = "0x" + hex(SigningKey::from_hex(kKey)->address().bytes);
  const std::string to = "0x3535353535353535353535353535353535353535";
  const std::string key = "0x" + std::string(63, '0') + "1";
  // As the node signs them itself: legacy, with an access list, with dynamic fees, a creation.
  const std::string bodies[] = {
      R"("to":")" + to + R"(","gasPrice":"0x77359400","data":"0x00ff")",
      R"("to":")" + to + R"(","gasPrice":"0x77359400","accessList":[{"address":")" + to +
          R"(","storageKeys":[")" + key + R"("]}])",
      R"("to":")" + to +
          R"(","maxFeePerGas":"0x77359400","maxPriorityFeePerGas":"0x0","value":"0x1")",
      R"("data":"0x00","maxFeePerGas":"0x77359400","maxPriorityFeePerGas":"0x1")"};
  std::vector<Hash32> hashes;
  for (const std::string& body : bodies) {
    const std::string answer =
        raw("eth_sendTransaction", R"({"from":")" + from + R"(","gas":"0x30d40",)" + body + "}");
    const size_t at = answer.find("\"result\":\"");
    ASSERT_NE(at, std::string::npos) << answer;
    hashes.emplace_back();
    ASSERT_TRUE(base::hex_decode(answer.substr(at + 10, 66), hashes.back().bytes));
  }
  mine();
  WithoutRaw without(*transport);
  const auto poorer = make_json_rpc(without);
  EXPECT_EQ(poorer->raw_transactions(hashes).value(), rpc->raw_transactions(hashes).value());
  const auto transactions = fetch_transactions(*poorer, hashes);
  ASSERT_TRUE(transactions.ok()) << transactions.error().detail;
  EXPECT_EQ((*transactions)[0].type, 0);
  EXPECT_EQ((*transactions)[1].type, 1);
  EXPECT_EQ((*transactions)[2].type, 2);
  EXPECT_FALSE((*transactions)[3].to.has_value());
}

TEST_F(AnvilTest, TheSmallQuestionsAreAnswered) {
  const Address rich = SigningKey::from_hex(kKey)->address();
  EXPECT_GT(rpc->balance(rich, BlockTag::kLatest).value(), u128{1'000'000});
  EXPECT_TRUE(rpc->code(rich, BlockTag::kLatest)->empty());
  EXPECT_TRUE(rpc->storage_at(rich, Bytes32{}, u64{0})->is_zero());
  EXPECT_FALSE(rpc->header(u64{99}).value().has_value());
  const auto genesis = rpc->header(u64{0}).value();
  EXPECT_EQ(rpc->header(genesis->hash).value(), genesis);
  EXPECT_TRUE(rpc->call({.to = Address{{0x35}}}, genesis->hash)->empty());
  EXPECT_FALSE(rpc->raw_transactions(std::vector<Hash32>{Hash32{{1}}})->at(0).has_value());
}

}  // namespace
}  // namespace gavel::l1
