#include "l1/json_rpc.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "l1/hex_text.hpp"

namespace gavel::l1 {
namespace {

// Gives prepared answers; "$ID" stands for the id of the (first) request.
class FakeTransport final : public RpcTransport {
 public:
  Result<std::string> post(const std::string& body) override {
    last_request = body;
    if (answers.empty()) return make_error(ErrorKind::kConnection);
    std::string out = answers.front();
    answers.pop_front();
    const size_t at = body.find("\"id\":") + 5;
    const u64 id = std::stoull(body.substr(at));
    for (u64 i = 0; i < 4; ++i) {
      const std::string mark = i == 0 ? "$ID" : "$ID+" + std::to_string(i);
      // Longer marks first, so that $ID does not eat $ID+1.
      for (size_t found = out.find(mark + '!'); found != std::string::npos;
           found = out.find(mark + '!')) {
        out.replace(found, mark.size() + 1, std::to_string(id + i));
      }
    }
    return out;
  }
  std::deque<std::string> answers;
  std::string last_request;
};

const std::string kHash(64, 'a');
const std::string kParent(64, 'b');

std::string header_json(const std::string& number = "0x7") {
  return R"({"number":")" + number + R"(","hash":"0x)" + kHash + R"(","parentHash":"0x)" + kParent +
         R"(","timestamp":"0x64","gasLimit":"0x1c9c380","gasUsed":"0x0",)" +
         R"("baseFeePerGas":"0x3b9aca00","extra":[{}]})";
}

std::string result(const std::string& value) {
  return R"({"jsonrpc":"2.0","id":$ID!,"result":)" + value + "}";
}

class JsonRpcTest : public ::testing::Test {
 protected:
  FakeTransport transport;
  std::unique_ptr<Rpc> rpc =
      make_json_rpc(transport, {.max_answer_bytes = 1 << 20, .max_logs = 3, .max_bytes_field = 64});
};

TEST_F(JsonRpcTest, ReadsAHeader) {
  transport.answers = {result(header_json())};
  const auto header = rpc->header(u64{7}).value();
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->number, 7u);
  EXPECT_EQ(hex(header->hash.bytes), kHash);
  EXPECT_EQ(header->timestamp_s, 100u);
  EXPECT_EQ(header->base_fee_wei, u128{1'000'000'000});
  EXPECT_NE(
      transport.last_request.find(R"("method":"eth_getBlockByNumber","params":["0x7",false])"),
      std::string::npos);
  transport.answers = {result("null")};
  EXPECT_EQ(rpc->header(BlockTag::kSafe).value(), std::nullopt);
}

TEST_F(JsonRpcTest, ABlockAskedForByHashHasThatHash) {
  Hash32 asked;
  ASSERT_TRUE(base::hex_decode(kHash, asked.bytes));
  transport.answers = {result(header_json()), result(header_json())};
  EXPECT_TRUE(rpc->header(asked)->has_value());
  EXPECT_EQ(rpc->header(Hash32{{1}}).error().kind, ErrorKind::kWrongHash);
}

struct Hostile {
  const char* name;
  std::string answer;
  ErrorKind error;
};

TEST_F(JsonRpcTest, EveryHostileHeaderIsNamed) {
  const auto with = [](std::string from, std::string to) {
    std::string out = header_json();
    out.replace(out.find(from), from.size(), to);
    return result(out);
  };
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "[";
  const Hostile cases[] = {
      {"empty", "", ErrorKind::kWrongType},
      {"not JSON", "hello", ErrorKind::kWrongType},
      {"cut", R"({"jsonrpc":"2.0","id":$ID!,"result":{"number":"0x7)", ErrorKind::kMalformedJson},
      {"two texts", result("null") + "{}", ErrorKind::kMalformedJson},
      {"too large", result("\"" + std::string(2 << 20, 'x') + "\""), ErrorKind::kTooLarge},
      {"too deep", result(deep), ErrorKind::kMalformedJson},
      {"bad utf-8", result("\"\xff\xfe\""), ErrorKind::kMalformedJson},
      {"array", "[" + result(header_json()) + "]", ErrorKind::kWrongType},
      {"wrong id", R"({"jsonrpc":"2.0","id":999999,"result":null})", ErrorKind::kWrongId},
      {"text id", R"({"jsonrpc":"2.0","id":"$ID!","result":null})", ErrorKind::kWrongId},
      {"no id", R"({"jsonrpc":"2.0","result":null})", ErrorKind::kWrongId},
      {"no result", R"({"jsonrpc":"2.0","id":$ID!})", ErrorKind::kMissingField},
      {"doubled result", R"({"id":$ID!,"result":null,"result":1})", ErrorKind::kMalformedJson},
      {"error text", R"({"id":$ID!,"error":"no"})", ErrorKind::kWrongType},
      {"error without code", R"({"id":$ID!,"error":{"message":"x"}})", ErrorKind::kWrongType},
      {"server error", R"({"id":$ID!,"error":{"code":-32000,"message":"busy"}})",
       ErrorKind::kServer},
      {"error of no request", R"({"id":null,"error":{"code":-32700,"message":"parse"}})",
       ErrorKind::kServer},
      {"number result", result("7"), ErrorKind::kWrongType},
      {"other block", with("\"0x7\"", "\"0x8\""), ErrorKind::kOutOfRange},
      {"number as number", with("\"0x7\"", "7"), ErrorKind::kWrongType},
      {"number without digits", with("\"0x7\"", "\"0x\""), ErrorKind::kBadHex},
      {"number with other digits", with("\"0x7\"", "\"0xg\""), ErrorKind::kBadHex},
      {"decimal number", with("\"0x7\"", "\"7\""), ErrorKind::kBadHex},
      {"number over 64 bits", with("\"0x7\"", "\"0x10000000000000000\""), ErrorKind::kOutOfRange},
      {"number over 256 bits", with("\"0x7\"", "\"0x1" + std::string(64, '0') + "\""),
       ErrorKind::kOutOfRange},
      {"null number", with("\"0x7\"", "null"), ErrorKind::kMissingField},
      {"escaped number", with("\"0x7\"", "\"0x\\u0037\""), ErrorKind::kBadHex},
      {"no hash", with("\"hash\"", "\"hush\""), ErrorKind::kMissingField},
      {"short hash", with(kHash, kHash.substr(1)), ErrorKind::kBadHex},
      {"long hash", with(kHash, kHash + "0"), ErrorKind::kBadHex},
      {"hash of hash", with(kHash, "0x" + kHash), ErrorKind::kBadHex},
      {"doubled field", with("\"number\"", "\"hash\":\"0x00\",\"number\""),
       ErrorKind::kMalformedJson},
  };
  for (const Hostile& hostile : cases) {
    transport.answers = {hostile.answer};
    const auto header = rpc->header(u64{7});
    ASSERT_FALSE(header.ok()) << hostile.name;
    EXPECT_EQ(name_of(header.error().kind), name_of(hostile.error)) << hostile.name;
  }
}

TEST_F(JsonRpcTest, BatchesMayBeAnsweredInAnyOrderButWholly) {
  const auto item = [](const std::string& id, const std::string& number) {
    return R"({"id":)" + id + R"(,"result":)" + header_json(number) + "}";
  };
  transport.answers = {"[" + item("$ID+1!", "0x8") + "," + item("$ID!", "0x7") + "]"};
  const auto headers = rpc->headers(7, 2).value();
  EXPECT_EQ(headers[0]->number, 7u);
  EXPECT_EQ(headers[1]->number, 8u);
  const Hostile cases[] = {
      {"one missing", "[" + item("$ID!", "0x7") + "]", ErrorKind::kWrongId},
      {"one too many",
       "[" + item("$ID!", "0x7") + "," + item("$ID+1!", "0x8") + "," + item("$ID+2!", "0x9") + "]",
       ErrorKind::kOutOfRange},
      {"one twice", "[" + item("$ID!", "0x7") + "," + item("$ID!", "0x7") + "]",
       ErrorKind::kWrongId},
      {"foreign id", "[" + item("$ID!", "0x7") + "," + item("$ID+2!", "0x8") + "]",
       ErrorKind::kWrongId},
      {"swapped content", "[" + item("$ID+1!", "0x7") + "," + item("$ID!", "0x8") + "]",
       ErrorKind::kOutOfRange},
      {"refused whole", R"({"id":null,"error":{"code":-32005,"message":"batch too large"}})",
       ErrorKind::kServer},
      {"one for all", R"({"id":$ID!,"result":null})", ErrorKind::kWrongType},
      {"one failed",
       "[" + item("$ID!", "0x7") + R"(,{"id":$ID+1!,"error":{"code":-1,"message":"x"}}])",
       ErrorKind::kServer},
      {"not objects", "[1,2]", ErrorKind::kWrongType},
  };
  for (const Hostile& hostile : cases) {
    transport.answers = {hostile.answer};
    const auto got = rpc->headers(7, 2);
    ASSERT_FALSE(got.ok()) << hostile.name;
    EXPECT_EQ(name_of(got.error().kind), name_of(hostile.error)) << hostile.name;
  }
}

std::string log_json(const std::string& topics = "\"0x" + kHash + "\"",
                     const std::string& data = "0x01") {
  return R"({"address":"0x3535353535353535353535353535353535353535","topics":[)" + topics +
         R"(],"data":")" + data + R"(","blockNumber":"0x7","blockHash":"0x)" + kHash +
         R"(","transactionHash":"0x)" + kParent +
         R"(","transactionIndex":"0x0","logIndex":"0x2","removed":false})";
}

TEST_F(JsonRpcTest, LogsAreReadAndBounded) {
  const std::string topic = "\"0x" + kHash + "\"";
  transport.answers = {result("[" + log_json() + "]")};
  const auto logs = rpc->logs({.from_block = 1, .to_block = 9}).value();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0].log_index, 2u);
  EXPECT_EQ(hex(logs[0].data), "01");
  const Hostile cases[] = {
      {"four logs",
       result("[" + log_json() + "," + log_json() + "," + log_json() + "," + log_json() + "]"),
       ErrorKind::kOutOfRange},
      {"five topics",
       result("[" + log_json(topic + "," + topic + "," + topic + "," + topic + "," + topic) + "]"),
       ErrorKind::kOutOfRange},
      {"null topic", result("[" + log_json("null") + "]"), ErrorKind::kMissingField},
      {"odd data", result("[" + log_json(topic, "0x012") + "]"), ErrorKind::kBadHex},
      {"long data", result("[" + log_json(topic, "0x" + std::string(130, '0')) + "]"),
       ErrorKind::kTooLarge},
      {"doubled prefix", result("[" + log_json(topic, "0x0x") + "]"), ErrorKind::kBadHex},
      {"object", result("{}"), ErrorKind::kWrongType},
      {"null", result("null"), ErrorKind::kWrongType},
  };
  for (const Hostile& hostile : cases) {
    transport.answers = {hostile.answer};
    const auto got = rpc->logs({});
    ASSERT_FALSE(got.ok()) << hostile.name;
    EXPECT_EQ(name_of(got.error().kind), name_of(hostile.error)) << hostile.name;
  }
}

std::string receipt_json(const std::string& transaction, const std::string& status,
                         const std::string& logs) {
  return R"({"transactionHash":"0x)" + transaction + R"(","blockHash":"0x)" + kHash +
         R"(","blockNumber":"0x7","transactionIndex":"0x0","status":")" + status +
         R"(","gasUsed":"0x5208","effectiveGasPrice":"0x1",)" +
         R"("from":"0x3535353535353535353535353535353535353535","to":null,)" +
         R"("contractAddress":"0x3535353535353535353535353535353535353536","logs":[)" + logs + "]}";
}

TEST_F(JsonRpcTest, ReceiptsBelongToWhatWasAsked) {
  const std::vector<Hash32> asked = {
      Hash32{base::hash32_hex("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
                              "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")}};
  transport.answers = {result(receipt_json(kParent, "0x1", log_json()))};
  const auto receipts = rpc->receipts(asked).value();
  ASSERT_TRUE(receipts[0].has_value());
  EXPECT_TRUE(receipts[0]->success);
  EXPECT_EQ(receipts[0]->to, std::nullopt);
  EXPECT_TRUE(receipts[0]->contract_address.has_value());
  transport.answers = {result("null")};
  EXPECT_EQ(rpc->receipts(asked).value()[0], std::nullopt);
  transport.answers = {result(receipt_json(kHash, "0x1", ""))};
  EXPECT_EQ(rpc->receipts(asked).error().kind, ErrorKind::kWrongHash);
  transport.answers = {result(receipt_json(kParent, "0x2", ""))};
  EXPECT_EQ(rpc->receipts(asked).error().kind, ErrorKind::kOutOfRange);
  transport.answers = {result(receipt_json(kHash, "0x1", log_json()))};
  EXPECT_EQ(rpc->receipts(asked).error().kind, ErrorKind::kForeignLog);
}

TEST_F(JsonRpcTest, RevertsCarryTheirBytes) {
  transport.answers = {
      R"({"id":$ID!,"error":{"code":3,"message":"execution reverted: no","data":"0x08c379a0aa"}})",
      R"({"id":$ID!,"error":{"code":-32000,"message":"execution reverted"}})",
      R"({"id":$ID!,"error":{"code":3,"message":"execution reverted","data":{"odd":1}}})",
  };
  const auto first = rpc->call({}, BlockTag::kLatest);
  EXPECT_EQ(first.error().kind, ErrorKind::kReverted);
  EXPECT_EQ(hex(first.error().data), "08c379a0aa");
  EXPECT_EQ(rpc->estimate_gas({}, BlockTag::kLatest).error().kind, ErrorKind::kReverted);
  EXPECT_EQ(rpc->call({}, BlockTag::kLatest).error().data.size(), 0u);
}

TEST_F(JsonRpcTest, FeesFollowEip1559AndDoNotNeedTheNodesAdvice) {
  std::string full = header_json();
  full.replace(full.find("\"gasUsed\":\"0x0\""), 15, "\"gasUsed\":\"0x1c9c380\"");
  const std::string no_method =
      R"({"id":$ID+1!,"error":{"code":-32601,"message":"no such method"}})";
  transport.answers = {
      R"([{"id":$ID!,"result":)" + header_json() + R"(},{"id":$ID+1!,"result":"0x5"}])",
      R"([{"id":$ID!,"result":)" + full + "}," + no_method + "]",
  };
  const FeeQuote empty = rpc->fees().value();
  EXPECT_EQ(empty.base_fee_wei, u128{875'000'000});
  EXPECT_EQ(empty.priority_fee_wei, u128{5});
  const FeeQuote over = rpc->fees().value();
  EXPECT_EQ(over.base_fee_wei, u128{1'125'000'000});
  EXPECT_EQ(over.priority_fee_wei, u128{0});
}

TEST_F(JsonRpcTest, RequestsSayWhatTheyMean) {
  transport.answers = {result("\"0x\""), result("[]"), result("\"0x\"")};
  Call call;
  call.to = Address{{0x35}};
  call.value_wei = u128::from_halves(1, 0);
  call.data = {0xab};
  (void)rpc->call(call, Hash32{{1}});
  EXPECT_NE(
      transport.last_request.find(R"({"value":"0x10000000000000000","data":"0xab","to":"0x35)"),
      std::string::npos);
  EXPECT_NE(transport.last_request.find(R"({"blockHash":"0x01)"), std::string::npos);
  (void)rpc->logs(
      {.from_block = 1, .to_block = 16, .addresses = {Address{}}, .topics = {{}, {Bytes32{{2}}}}});
  EXPECT_NE(transport.last_request.find(R"("fromBlock":"0x1","toBlock":"0x10","address":["0x00)"),
            std::string::npos);
  EXPECT_NE(transport.last_request.find(R"("topics":[null,["0x02)"), std::string::npos);
  EXPECT_EQ(rpc->raw_transactions(std::vector<Hash32>(1)).value()[0], std::nullopt);
}

}  // namespace
}  // namespace gavel::l1
