// Events and calldata of followed blocks, checked against the headers and hashes.
//
// A log is accepted only if its block hash is the followed header's, its number lies in the range,
// it matches the filter and it comes in order. Calldata is fetched by transaction hash and accepted
// only if its bytes hash to it. So an endpoint that lies can withhold (and then a second endpoint
// shows it), but cannot make us read something that its own chain of hashes does not contain.
#pragma once

#include "l1/rpc.hpp"
#include "l1/transaction.hpp"

namespace gavel::l1 {

struct EventReaderConfig {
  u32 max_blocks_per_request = 1000;
  u32 max_logs = 100'000;  // in one read()
};

// All logs of the given consecutive followed headers that match addresses and topics (the filter's
// block range is not used). The range is cut into requests, halved when the endpoint finds one too
// large. Errors: kForeignLog, kOutOfRange, and those of the Rpc.
[[nodiscard]] Result<std::vector<Log>> read_logs(Rpc& rpc, std::span<const BlockHeader> headers,
                                                 const LogFilter& filter,
                                                 const EventReaderConfig& config = {});

// The transactions with these hashes, in order. kWrongHash if bytes do not hash to what was asked,
// kNotFound if the endpoint does not have one.
[[nodiscard]] Result<std::vector<DecodedTransaction>> fetch_transactions(
    Rpc& rpc, std::span<const Hash32> hashes);

// True if the log matches addresses and topics.
[[nodiscard]] bool matches(const Log& log, const LogFilter& filter);

}  // namespace gavel::l1
