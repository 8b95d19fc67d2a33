// Blocks, logs and receipts from JSON-RPC answers, and calls and filters to them.
//
// Decoders check presence, type and bounds of every field that is used; what a field means (does
// this log belong to that block?) is for the caller to check. Extra members are ignored, so that
// new forks do not break a running node. Source: execution-apis schemas Block, Log, ReceiptInfo,
// GenericTransaction.
#pragma once

#include <string>

#include "l1/json_slice.hpp"
#include "l1/rpc.hpp"

namespace gavel::l1 {

inline constexpr u32 kMaxTopics = 4;

[[nodiscard]] Result<BlockHeader> header_value(JsonSlicer& slicer, std::string_view object);
[[nodiscard]] Result<Log> log_value(JsonSlicer& slicer, std::string_view object,
                                    u64 max_data_bytes);
[[nodiscard]] Result<std::vector<Log>> logs_value(JsonSlicer& slicer, std::string_view array,
                                                  u64 max_logs, u64 max_data_bytes);
[[nodiscard]] Result<Receipt> receipt_value(JsonSlicer& slicer, std::string_view object,
                                            u64 max_logs, u64 max_data_bytes);

// JSON texts of parameters.
[[nodiscard]] std::string json_block(const BlockId& block);
[[nodiscard]] std::string json_call(const Call& call);
[[nodiscard]] std::string json_filter(const LogFilter& filter);

}  // namespace gavel::l1
