// The client's half of the gateway's frames (docs/protocol/gateway.md).
//
// What: requests are appended to a buffer; answers are cut out of the received bytes and decoded
// into one of a few structs. Invariant: decoding is total: whatever a server sends gives an answer
// or "not a frame", and never touches bytes beyond it.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/types.hpp"
#include "stf/receipt.hpp"

namespace gavel::replay {

inline constexpr u16 kGatewayProtocol = 1;
inline constexpr u32 kMaxFrameBytes = 65'536;
inline constexpr u32 kFrameHeadBytes = 5;  // length and type

enum class Refusal : u8 {
  malformed = 1,
  unknown_account = 2,
  unknown_signer = 3,
  bad_signature = 4,
  nonce_out_of_window = 5,
  nonce_used = 6,
  busy = 7,
  shutting_down = 8,
  nonce_table_full = 9,
  halted = 10,
};
inline constexpr u32 kRefusalCount = 11;
// Snake case as in the document; "unknown" for any other code.
[[nodiscard]] const char* name_of_refusal(u8 code);

struct Welcome {
  u16 protocol = 0;
  u64 chain_id = 0;
  Address verifying_contract;
  u64 time_ms = 0;
  u64 block = 0;
};
struct ResultFrame {
  u64 request_id = 0;
  u64 block = 0;
  u32 index = 0;
  u64 timestamp_ms = 0;
  stf::Receipt receipt;
};
struct FillFrame {
  u32 account = 0;
  u64 order_id = 0;
  u32 market = 0;
  u32 price_ticks = 0;
  u64 lots = 0;
  u64 remaining_lots = 0;
  u8 event_kind = 0;
  u64 block = 0;
  u32 index = 0;
};
struct RefusedFrame {
  u64 request_id = 0;
  u8 code = 0;
  u32 retry_after_ms = 0;
};
struct PongFrame {
  std::vector<u8> bytes;
};
struct BlockFrame {
  u64 number = 0;
  u64 timestamp_ms = 0;
  u32 transactions = 0;
};
struct ErrorFrame {
  u8 code = 0;
  std::string text;
};
using Answer =
    std::variant<Welcome, ResultFrame, FillFrame, RefusedFrame, PongFrame, BlockFrame, ErrorFrame>;

void append_hello(std::vector<u8>& out);
void append_submit(std::vector<u8>& out, u64 request_id, std::span<const u8> transaction);
void append_subscribe(std::vector<u8>& out, u32 account);
void append_subscribe_blocks(std::vector<u8>& out);
// At most 64 bytes.
void append_ping(std::vector<u8>& out, std::span<const u8> bytes);

// Length of the frame at the start of `bytes` with its head: 0 if more bytes are needed, -1 if it
// breaks the frame rules.
[[nodiscard]] i64 frame_length(std::span<const u8> bytes);
// A whole frame. False if its type or payload is not one of the above.
[[nodiscard]] bool decode_answer(std::span<const u8> frame, Answer& out);

}  // namespace gavel::replay
