// Frames of the binary gateway (docs/protocol/gateway.md): `length u32 | type u8 | payload`,
// big-endian.
//
// What: the reader cuts hostile bytes into frames without copying; the writers append one frame
// each to a buffer.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/types.hpp"
#include "sequencer/block.hpp"

namespace gavel::sequencer {

inline constexpr u32 kGatewayProtocol = 1;
inline constexpr u32 kMaxFrameBytes = 65'536;
inline constexpr u32 kMaxPingBytes = 64;

enum class FrameType : u8 {
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

enum class GatewayError : u8 {
  none = 0,
  bad_frame = 1,
  frame_too_long = 2,
  unknown_type = 3,
  hello_first = 4,
  unsupported_protocol = 5,
  too_slow = 6,
  too_many_connections = 7,
  hello_timeout = 8,
  idle_timeout = 9,
};
inline constexpr u32 kGatewayErrorCount = 10;
std::string_view text_of(GatewayError error);

struct Frame {
  u8 type = 0;
  std::span<const u8> payload;
};

enum class FrameRead : u8 { frame, incomplete, bad_frame, too_long };
// The first frame of `bytes`; `consumed` is its length with the header.
FrameRead read_frame(std::span<const u8> bytes, Frame& out, u32& consumed);

struct Welcome {
  u64 chain_id = 0;
  Address verifying_contract;
  u64 time_ms = 0;
  u64 block = 0;
};

struct FillFrame {
  u32 account = 0;
  u64 order_id = 0;
  u32 market = 0;
  u32 price_ticks = 0;
  u64 lots = 0;
  u64 remaining_lots = 0;
  u8 kind = 0;
  u64 block = 0;
  u32 index = 0;
};

void write_welcome(std::vector<u8>& out, const Welcome& welcome);
void write_result(std::vector<u8>& out, u64 request_id, u64 block, u32 index, u64 timestamp_ms,
                  std::span<const u8> receipt);
void write_fill(std::vector<u8>& out, const FillFrame& fill);
void write_refused(std::vector<u8>& out, u64 request_id, Refusal code, u32 retry_after_ms);
void write_pong(std::vector<u8>& out, std::span<const u8> bytes);
void write_block(std::vector<u8>& out, u64 number, u64 timestamp_ms, u32 transactions);
void write_error(std::vector<u8>& out, GatewayError error);

}  // namespace gavel::sequencer
