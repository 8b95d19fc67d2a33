#include "replay/gateway_frames.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace gavel::replay {
namespace {

using base::ByteReader;

enum class Type : u8 {
  hello = 0x01,
  submit = 0x02,
  subscribe = 0x03,
  ping = 0x04,
  subscribe_blocks = 0x05,
  welcome = 0x81,
  result = 0x82,
  fill = 0x83,
  refused = 0x84,
  pong = 0x85,
  block = 0x86,
  error = 0x87,
};

template <class T>
void put(std::vector<u8>& out, T value) {
  for (u32 i = sizeof(T); i > 0; --i) out.push_back(static_cast<u8>(value >> (8 * (i - 1))));
}

void put_head(std::vector<u8>& out, Type type, std::size_t payload_bytes) {
  put(out, static_cast<u32>(payload_bytes + 1));
  out.push_back(static_cast<u8>(type));
}

std::span<const u8> rest_of(ByteReader& reader) { return reader.read_bytes(reader.remaining()); }

bool decode_result(ByteReader& reader, Answer& out) {
  ResultFrame& result = out.emplace<ResultFrame>();
  result.request_id = reader.read_u64_be();
  result.block = reader.read_u64_be();
  result.index = reader.read_u32_be();
  result.timestamp_ms = reader.read_u64_be();
  return reader.ok() && stf::decode_receipt(rest_of(reader), result.receipt);
}

bool decode_fill(ByteReader& reader, Answer& out) {
  FillFrame& fill = out.emplace<FillFrame>();
  fill.account = reader.read_u32_be();
  fill.order_id = reader.read_u64_be();
  fill.market = reader.read_u32_be();
  fill.price_ticks = reader.read_u32_be();
  fill.lots = reader.read_u64_be();
  fill.remaining_lots = reader.read_u64_be();
  fill.event_kind = reader.read_u8();
  fill.block = reader.read_u64_be();
  fill.index = reader.read_u32_be();
  return reader.finished();
}

bool decode_welcome(ByteReader& reader, Answer& out) {
  Welcome& welcome = out.emplace<Welcome>();
  welcome.protocol = reader.read_u16_be();
  welcome.chain_id = reader.read_u64_be();
  welcome.verifying_contract = reader.read_address();
  welcome.time_ms = reader.read_u64_be();
  welcome.block = reader.read_u64_be();
  return reader.finished();
}

bool decode_refused(ByteReader& reader, Answer& out) {
  RefusedFrame& refused = out.emplace<RefusedFrame>();
  refused.request_id = reader.read_u64_be();
  refused.code = reader.read_u8();
  refused.retry_after_ms = reader.read_u32_be();
  return reader.finished();
}

bool decode_block(ByteReader& reader, Answer& out) {
  BlockFrame& block = out.emplace<BlockFrame>();
  block.number = reader.read_u64_be();
  block.timestamp_ms = reader.read_u64_be();
  block.transactions = reader.read_u32_be();
  return reader.finished();
}

bool decode_error(ByteReader& reader, Answer& out) {
  ErrorFrame& error = out.emplace<ErrorFrame>();
  error.code = reader.read_u8();
  const std::span<const u8> text = rest_of(reader);
  error.text.assign(text.begin(), text.end());
  return reader.ok();
}

}  // namespace

const char* name_of_refusal(u8 code) {
  static constexpr const char* kNames[kRefusalCount] = {
      "unknown",       "malformed",           "unknown_account", "unknown_signer",
      "bad_signature", "nonce_out_of_window", "nonce_used",      "busy",
      "shutting_down", "nonce_table_full",    "halted"};
  return code < kRefusalCount ? kNames[code] : kNames[0];
}

void append_hello(std::vector<u8>& out) {
  put_head(out, Type::hello, 2);
  put(out, kGatewayProtocol);
}

void append_submit(std::vector<u8>& out, u64 request_id, std::span<const u8> transaction) {
  put_head(out, Type::submit, 8 + transaction.size());
  put(out, request_id);
  out.insert(out.end(), transaction.begin(), transaction.end());
}

void append_subscribe(std::vector<u8>& out, u32 account) {
  put_head(out, Type::subscribe, 4);
  put(out, account);
}

void append_subscribe_blocks(std::vector<u8>& out) { put_head(out, Type::subscribe_blocks, 0); }

void append_ping(std::vector<u8>& out, std::span<const u8> bytes) {
  GAVEL_CHECK(bytes.size() <= 64);
  put_head(out, Type::ping, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

i64 frame_length(std::span<const u8> bytes) {
  ByteReader reader(bytes);
  const u32 length = reader.read_u32_be();
  if (!reader.ok()) return 0;
  if (length == 0 || length > kMaxFrameBytes) return -1;
  return reader.remaining() < length ? 0 : i64{4} + length;
}

bool decode_answer(std::span<const u8> frame, Answer& out) {
  ByteReader reader(frame);
  reader.read_u32_be();
  const Type type = static_cast<Type>(reader.read_u8());
  if (!reader.ok()) return false;
  switch (type) {
    case Type::welcome:
      return decode_welcome(reader, out);
    case Type::result:
      return decode_result(reader, out);
    case Type::fill:
      return decode_fill(reader, out);
    case Type::refused:
      return decode_refused(reader, out);
    case Type::block:
      return decode_block(reader, out);
    case Type::error:
      return decode_error(reader, out);
    case Type::pong: {
      const std::span<const u8> bytes = rest_of(reader);
      out.emplace<PongFrame>().bytes.assign(bytes.begin(), bytes.end());
      return reader.ok();
    }
    default:
      return false;
  }
}

}  // namespace gavel::replay
