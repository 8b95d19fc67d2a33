#include "l1/json_rpc.hpp"

#include <array>

#include "l1/json_slice.hpp"
#include "l1/rpc_objects.hpp"
#include "l1/rpc_transaction.hpp"
#include "l1/rpc_values.hpp"

namespace gavel::l1 {

namespace {

constexpr u32 kMaxBatch = 256;
constexpr u64 kMaxErrorText = 512;
constexpr u64 kMaxRevertBytes = 64 * 1024;
constexpr i64 kRevertCode = 3;  // geth and its followers
constexpr i64 kNoSuchMethod = -32601;

struct Request {
  std::string method;
  std::string params;  // what stands between the brackets
};

// One answer: a result's text, or the endpoint's error.
struct Reply {
  std::string_view result;
  std::optional<Error> error;
};

struct Answer {
  std::unique_ptr<const std::string> text{};  // the replies point into it
  std::vector<Reply> replies{};
};

std::optional<i64> integer_of(std::string_view slice) {
  const size_t end = slice.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos || end > 18) return std::nullopt;
  slice = slice.substr(0, end + 1);
  const bool negative = slice.starts_with('-');
  if (negative) slice.remove_prefix(1);
  if (slice.empty()) return std::nullopt;
  i64 value = 0;
  for (const char c : slice) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

Error server_error(JsonSlicer& slicer, std::string_view object) {
  static constexpr std::array<std::string_view, 3> kWanted = {"code", "message", "data"};
  const auto members = slicer.members(object, kWanted);
  if (!members.ok()) return members.error();
  const auto& raw = *members;
  const auto code = integer_of(raw[0]);
  if (!code) return make_error(ErrorKind::kWrongType, "error.code");
  Error out = make_error(ErrorKind::kServer);
  out.server_code = *code;
  const auto message = slicer.text(raw[1], kMaxErrorText);
  if (message.ok()) out.detail = *message;
  if (shape_of(raw[2]) == JsonShape::kString) {
    const auto data = data_value(raw[2], "error.data", kMaxRevertBytes);
    if (data.ok()) out.data = *data;
  }
  const bool says_reverted = out.detail.find("execution reverted") != std::string::npos;
  if (*code == kRevertCode || says_reverted) out.kind = ErrorKind::kReverted;
  return out;
}

class JsonRpc final : public Rpc {
 public:
  JsonRpc(RpcTransport& transport, RpcLimits limits, ops::MetricsRegistry* metrics)
      : transport_(transport), limits_(limits), slicer_(limits.max_answer_bytes) {
    if (metrics == nullptr) return;
    requests_ = &metrics->counter("gavel_l1_rpc_requests_total", "JSON-RPC requests sent to L1.");
    failures_ =
        &metrics->counter("gavel_l1_rpc_failures_total", "JSON-RPC exchanges with L1 that failed.");
  }

  Result<u64> chain_id() override { return one_quantity("eth_chainId", ""); }

  Result<std::optional<BlockHeader>> header(BlockId block) override {
    const bool by_hash = std::holds_alternative<Hash32>(block);
    const std::string id =
        by_hash ? '"' + hex_data(std::get<Hash32>(block).bytes) + '"' : json_block(block);
    const Answer answer =
        GAVEL_TRY(ask({{by_hash ? "eth_getBlockByHash" : "eth_getBlockByNumber", id + ",false"}}));
    const auto found = GAVEL_TRY(optional_header(answer.replies[0]));
    const auto* number = std::get_if<u64>(&block);
    if (found && number != nullptr && found->number != *number) {
      return make_error(ErrorKind::kOutOfRange, "another block than asked for");
    }
    if (found && by_hash && found->hash != std::get<Hash32>(block)) {
      return make_error(ErrorKind::kWrongHash, "another block than asked for");
    }
    return found;
  }

  Result<std::vector<std::optional<BlockHeader>>> headers(u64 first, u32 count) override {
    if (count == 0) return std::vector<std::optional<BlockHeader>>{};
    std::vector<Request> requests;
    for (u32 i = 0; i < count; ++i) {
      requests.push_back({"eth_getBlockByNumber", json_block(BlockId{first + i}) + ",false"});
    }
    const Answer answer = GAVEL_TRY(ask(requests));
    std::vector<std::optional<BlockHeader>> out;
    for (u32 i = 0; i < count; ++i) {
      out.push_back(GAVEL_TRY(optional_header(answer.replies[i])));
      if (out.back() && out.back()->number != first + i) {
        return make_error(ErrorKind::kOutOfRange, "another block than asked for");
      }
    }
    return out;
  }

  Result<FeeQuote> fees() override {
    const Answer answer = GAVEL_TRY(
        ask({{"eth_getBlockByNumber", "\"latest\",false"}, {"eth_maxPriorityFeePerGas", ""}}));
    const auto head = GAVEL_TRY(optional_header(answer.replies[0]));
    if (!head) return make_error(ErrorKind::kNotFound, "latest block");
    FeeQuote out;
    out.base_fee_wei = next_base_fee(*head);
    // Not every node has the method; the caller's floor then serves.
    if (!answer.replies[1].error) {
      out.priority_fee_wei =
          GAVEL_TRY(quantity128(answer.replies[1].result, "maxPriorityFeePerGas"));
    }
    return out;
  }

  Result<u128> balance(const Address& account, BlockTag at) override {
    const Answer answer = GAVEL_TRY(ask({{"eth_getBalance", params(account, at)}}));
    return quantity128(GAVEL_TRY(result_of(answer.replies[0])), "balance");
  }

  Result<u64> nonce(const Address& account, BlockTag at) override {
    return one_quantity("eth_getTransactionCount", params(account, at));
  }

  Result<Bytes> code(const Address& account, BlockId at) override {
    const Answer answer =
        GAVEL_TRY(ask({{"eth_getCode", '"' + hex_data(account.bytes) + "\"," + json_block(at)}}));
    return data_value(GAVEL_TRY(result_of(answer.replies[0])), "code", limits_.max_bytes_field);
  }

  Result<Bytes32> storage_at(const Address& account, const Bytes32& slot, BlockId at) override {
    const Answer answer =
        GAVEL_TRY(ask({{"eth_getStorageAt", '"' + hex_data(account.bytes) + "\",\"" +
                                                hex_data(slot.bytes) + "\"," + json_block(at)}}));
    return hash_value(GAVEL_TRY(result_of(answer.replies[0])), "storage");
  }

  Result<Bytes> call(const Call& call, BlockId at) override {
    const Answer answer = GAVEL_TRY(ask({{"eth_call", json_call(call) + ',' + json_block(at)}}));
    return data_value(GAVEL_TRY(result_of(answer.replies[0])), "call", limits_.max_bytes_field);
  }

  Result<u64> estimate_gas(const Call& call, BlockTag at) override {
    return one_quantity("eth_estimateGas", json_call(call) + ',' + json_block(BlockId{at}));
  }

  Result<Hash32> send_raw_transaction(std::span<const u8> raw) override {
    const Answer answer = GAVEL_TRY(ask({{"eth_sendRawTransaction", '"' + hex_data(raw) + '"'}}));
    return hash_value(GAVEL_TRY(result_of(answer.replies[0])), "transaction hash");
  }

  Result<std::vector<std::optional<Receipt>>> receipts(std::span<const Hash32> hashes) override {
    const Answer answer = GAVEL_TRY(ask_by_hash("eth_getTransactionReceipt", hashes));
    std::vector<std::optional<Receipt>> out;
    for (size_t i = 0; i < hashes.size(); ++i) {
      const std::string_view object = GAVEL_TRY(result_of(answer.replies[i]));
      out.emplace_back();
      if (shape_of(object) == JsonShape::kNull) continue;
      out.back() =
          GAVEL_TRY(receipt_value(slicer_, object, limits_.max_logs, limits_.max_bytes_field));
      if (out.back()->transaction_hash != hashes[i]) {
        return make_error(ErrorKind::kWrongHash, "another receipt than asked for");
      }
    }
    return out;
  }

  Result<std::vector<std::optional<Bytes>>> raw_transactions(
      std::span<const Hash32> hashes) override {
    auto raw = hashes.empty() || !offers_raw_ ? rebuilt(hashes) : raw_as_given(hashes);
    if (raw.ok() || raw.error().server_code != kNoSuchMethod) return raw;
    offers_raw_ = false;
    return rebuilt(hashes);
  }

  Result<std::vector<Log>> logs(const LogFilter& filter) override {
    const Answer answer = GAVEL_TRY(ask({{"eth_getLogs", json_filter(filter)}}));
    return logs_value(slicer_, GAVEL_TRY(result_of(answer.replies[0])), limits_.max_logs,
                      limits_.max_bytes_field);
  }

 private:
  Result<std::vector<std::optional<Bytes>>> raw_as_given(std::span<const Hash32> hashes) {
    const Answer answer = GAVEL_TRY(ask_by_hash("eth_getRawTransactionByHash", hashes));
    std::vector<std::optional<Bytes>> out;
    for (const Reply& reply : answer.replies) {
      const std::string_view text = GAVEL_TRY(result_of(reply));
      out.emplace_back();
      if (shape_of(text) == JsonShape::kNull) continue;
      Bytes raw = GAVEL_TRY(data_value(text, "raw transaction", limits_.max_bytes_field));
      if (!raw.empty()) out.back() = std::move(raw);  // some nodes say "0x" for an unknown one
    }
    return out;
  }

  Result<std::vector<std::optional<Bytes>>> rebuilt(std::span<const Hash32> hashes) {
    const Answer answer = GAVEL_TRY(ask_by_hash("eth_getTransactionByHash", hashes));
    std::vector<std::optional<Bytes>> out;
    for (const Reply& reply : answer.replies) {
      const std::string_view object = GAVEL_TRY(result_of(reply));
      out.emplace_back();
      if (shape_of(object) == JsonShape::kNull) continue;
      out.back() = GAVEL_TRY(transaction_bytes(slicer_, object, limits_.max_bytes_field));
    }
    return out;
  }

  static std::string params(const Address& account, BlockTag at) {
    return '"' + hex_data(account.bytes) + "\"," + json_block(BlockId{at});
  }

  Result<u64> one_quantity(std::string method, std::string parameters) {
    const Answer answer = GAVEL_TRY(ask({{method, std::move(parameters)}}));
    return quantity(GAVEL_TRY(result_of(answer.replies[0])), method);
  }

  Result<Answer> ask_by_hash(const char* method, std::span<const Hash32> hashes) {
    if (hashes.empty()) return Answer{};
    std::vector<Request> requests;
    for (const Hash32& hash : hashes)
      requests.push_back({method, '"' + hex_data(hash.bytes) + '"'});
    return ask(requests);
  }

  static Result<std::string_view> result_of(const Reply& reply) {
    if (reply.error) return *reply.error;
    return reply.result;
  }

  Result<std::optional<BlockHeader>> optional_header(const Reply& reply) {
    const std::string_view object = GAVEL_TRY(result_of(reply));
    if (shape_of(object) == JsonShape::kNull) return std::optional<BlockHeader>{};
    return std::optional<BlockHeader>{GAVEL_TRY(header_value(slicer_, object))};
  }

  // Sends one request plainly, several as a batch; gives one reply each, in order.
  Result<Answer> ask(const std::vector<Request>& requests) {
    GAVEL_CHECK(!requests.empty() && requests.size() <= kMaxBatch);
    const u64 first_id = next_id_;
    next_id_ += requests.size();
    std::string body;
    for (size_t i = 0; i < requests.size(); ++i) {
      body += body.empty() ? "" : ",";
      body += R"({"jsonrpc":"2.0","id":)" + std::to_string(first_id + i) + R"(,"method":")" +
              requests[i].method + R"(","params":[)" + requests[i].params + "]}";
    }
    if (requests.size() > 1) body = '[' + body + ']';
    if (requests_ != nullptr) requests_->add(requests.size());
    auto posted = transport_.post(body);
    Result<Answer> answer =
        posted.ok() ? parse(std::move(*posted), first_id, requests.size()) : posted.error();
    if (!answer.ok() && failures_ != nullptr) failures_->add();
    return answer;
  }

  Result<Answer> parse(std::string text, u64 first_id, size_t count) {
    pad(text);
    Answer out;
    out.text = std::make_unique<const std::string>(std::move(text));
    out.replies.resize(count);
    std::vector<std::string_view> objects{*out.text};
    // A batch that the endpoint refuses as a whole is answered by one object.
    const bool refused = count > 1 && shape_of(*out.text) == JsonShape::kObject;
    if (count > 1 && !refused) objects = GAVEL_TRY(slicer_.elements(*out.text, count));
    if (objects.size() != count && !refused)
      return make_error(ErrorKind::kWrongId, "answers are missing");
    for (const std::string_view object : objects)
      GAVEL_TRY(take(object, first_id, refused, out.replies));
    return out;
  }

  Result<void> take(std::string_view object, u64 first_id, bool refused,
                    std::vector<Reply>& replies) {
    static constexpr std::array<std::string_view, 3> kWanted = {"id", "result", "error"};
    const auto raw = GAVEL_TRY(slicer_.members(object, kWanted));
    const JsonShape error_shape = shape_of(raw[2]);
    const bool failed = error_shape != JsonShape::kNone && error_shape != JsonShape::kNull;
    if (refused) {
      if (!failed) return make_error(ErrorKind::kWrongType, "one answer to a batch");
      return server_error(slicer_, raw[2]);
    }
    const auto id = integer_of(raw[0]);
    if (!id || static_cast<u64>(*id) < first_id ||
        static_cast<u64>(*id) - first_id >= replies.size()) {
      // An endpoint that could not read the request answers with id null.
      if (failed) return server_error(slicer_, raw[2]);
      return make_error(ErrorKind::kWrongId, "answer to another request");
    }
    Reply& reply = replies[static_cast<u64>(*id) - first_id];
    if (!reply.result.empty() || reply.error)
      return make_error(ErrorKind::kWrongId, "two answers to one request");
    if (failed) {
      reply.error = server_error(slicer_, raw[2]);
    } else if (raw[1].empty()) {
      return make_error(ErrorKind::kMissingField, "result");
    } else {
      reply.result = raw[1];
    }
    return {};
  }

  // EIP-1559: the base fee moves by at most an eighth, towards half-full blocks.
  static u128 next_base_fee(const BlockHeader& head) {
    const u64 target = head.gas_limit / 2;
    if (target == 0 || head.gas_used == target) return head.base_fee_wei;
    const bool up = head.gas_used > target;
    const u64 distance = up ? head.gas_used - target : target - head.gas_used;
    // A fee over 2^64 wei is nobody's price; it also keeps the product inside 128 bits.
    if (!head.base_fee_wei.fits_u64()) return head.base_fee_wei;
    const u128 delta = head.base_fee_wei * u128{distance} / u128{target} / u128{8};
    if (!up) return head.base_fee_wei - delta;
    return head.base_fee_wei + (delta.is_zero() ? u128{1} : delta);
  }

  RpcTransport& transport_;
  RpcLimits limits_;
  JsonSlicer slicer_;
  u64 next_id_ = 1;
  bool offers_raw_ = true;  // until the endpoint says otherwise
  ops::Counter* requests_ = nullptr;
  ops::Counter* failures_ = nullptr;
};

}  // namespace

std::unique_ptr<Rpc> make_json_rpc(RpcTransport& transport, RpcLimits limits,
                                   ops::MetricsRegistry* metrics) {
  return std::make_unique<JsonRpc>(transport, limits, metrics);
}

}  // namespace gavel::l1
