// A transaction object of JSON-RPC back to its canonical bytes.
//
// For endpoints that do not offer raw transactions. The fields are taken as they come and encoded
// again; whether the bytes are the right ones is told by their hash alone, so nothing here has to
// be believed. Source: execution-apis schema TransactionInfo; the EIPs named in transaction.hpp.
#pragma once

#include "l1/json_slice.hpp"
#include "l1/rpc.hpp"

namespace gavel::l1 {

// Errors: those of the values, kOutOfRange for a type above 4 or more than 4096 list entries.
[[nodiscard]] Result<Bytes> transaction_bytes(JsonSlicer& slicer, std::string_view object,
                                              u64 max_data_bytes);

}  // namespace gavel::l1
