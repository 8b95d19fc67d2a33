#include "sequencer/frames.hpp"

#include "base/bytes.hpp"

namespace gavel::sequencer {

namespace {

// Appends a frame whose payload is written by `fill` into exactly `size` bytes.
template <class F>
void append(std::vector<u8>& out, FrameType type, u32 size, F&& fill) {
  const std::size_t at = out.size();
  out.resize(at + 5 + size);
  base::ByteWriter w(std::span<u8>(out).subspan(at));
  w.write_u32_be(1 + size);
  w.write_u8(static_cast<u8>(type));
  fill(w);
  GAVEL_CHECK(w.ok() && w.remaining() == 0);
}

}  // namespace

std::string_view text_of(GatewayError error) {
  switch (error) {
    case GatewayError::none:
      return "no error";
    case GatewayError::bad_frame:
      return "a frame's payload has not the length or form that its type wants";
    case GatewayError::frame_too_long:
      return "a frame is longer than 65536 bytes";
    case GatewayError::unknown_type:
      return "unknown frame type";
    case GatewayError::hello_first:
      return "the first frame must be hello";
    case GatewayError::unsupported_protocol:
      return "this node speaks protocol 1";
    case GatewayError::too_slow:
      return "results were not read for too long";
    case GatewayError::too_many_connections:
      return "the node has no room for another connection";
    case GatewayError::hello_timeout:
      return "no hello came in time";
    case GatewayError::idle_timeout:
      return "no whole frame came for too long: a ping keeps a connection";
  }
  return "unknown error";
}

FrameRead read_frame(std::span<const u8> bytes, Frame& out, u32& consumed) {
  base::ByteReader r(bytes);
  const u32 length = r.read_u32_be();
  if (!r.ok()) return FrameRead::incomplete;
  if (length == 0) return FrameRead::bad_frame;
  if (length > kMaxFrameBytes) return FrameRead::too_long;
  if (r.remaining() < length) return FrameRead::incomplete;
  out.type = r.read_u8();
  out.payload = r.read_bytes(length - 1);
  consumed = 4 + length;
  return FrameRead::frame;
}

void write_welcome(std::vector<u8>& out, const Welcome& welcome) {
  append(out, FrameType::welcome, 46, [&](base::ByteWriter& w) {
    w.write_u16_be(kGatewayProtocol);
    w.write_u64_be(welcome.chain_id);
    w.write_address(welcome.verifying_contract);
    w.write_u64_be(welcome.time_ms);
    w.write_u64_be(welcome.block);
  });
}

void write_result(std::vector<u8>& out, u64 request_id, u64 block, u32 index, u64 timestamp_ms,
                  std::span<const u8> receipt) {
  append(out, FrameType::result, 28 + static_cast<u32>(receipt.size()), [&](base::ByteWriter& w) {
    w.write_u64_be(request_id);
    w.write_u64_be(block);
    w.write_u32_be(index);
    w.write_u64_be(timestamp_ms);
    w.write_bytes(receipt);
  });
}

void write_fill(std::vector<u8>& out, const FillFrame& fill) {
  append(out, FrameType::fill, 49, [&](base::ByteWriter& w) {
    w.write_u32_be(fill.account);
    w.write_u64_be(fill.order_id);
    w.write_u32_be(fill.market);
    w.write_u32_be(fill.price_ticks);
    w.write_u64_be(fill.lots);
    w.write_u64_be(fill.remaining_lots);
    w.write_u8(fill.kind);
    w.write_u64_be(fill.block);
    w.write_u32_be(fill.index);
  });
}

void write_refused(std::vector<u8>& out, u64 request_id, Refusal code, u32 retry_after_ms) {
  append(out, FrameType::refused, 13, [&](base::ByteWriter& w) {
    w.write_u64_be(request_id);
    w.write_u8(static_cast<u8>(code));
    w.write_u32_be(retry_after_ms);
  });
}

void write_pong(std::vector<u8>& out, std::span<const u8> bytes) {
  append(out, FrameType::pong, static_cast<u32>(bytes.size()),
         [&](base::ByteWriter& w) { w.write_bytes(bytes); });
}

void write_block(std::vector<u8>& out, u64 number, u64 timestamp_ms, u32 transactions) {
  append(out, FrameType::block, 20, [&](base::ByteWriter& w) {
    w.write_u64_be(number);
    w.write_u64_be(timestamp_ms);
    w.write_u32_be(transactions);
  });
}

void write_error(std::vector<u8>& out, GatewayError error) {
  const std::string_view text = text_of(error);
  append(out, FrameType::error, 1 + static_cast<u32>(text.size()), [&](base::ByteWriter& w) {
    w.write_u8(static_cast<u8>(error));
    for (const char c : text) w.write_u8(static_cast<u8>(c));
  });
}

}  // namespace gavel::sequencer
