#include "l1/error.hpp"

namespace gavel::l1 {

std::string_view name_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::kConnection:
      return "connection";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kHttpStatus:
      return "http_status";
    case ErrorKind::kTooLarge:
      return "too_large";
    case ErrorKind::kMalformedJson:
      return "malformed_json";
    case ErrorKind::kWrongId:
      return "wrong_id";
    case ErrorKind::kMissingField:
      return "missing_field";
    case ErrorKind::kWrongType:
      return "wrong_type";
    case ErrorKind::kBadHex:
      return "bad_hex";
    case ErrorKind::kOutOfRange:
      return "out_of_range";
    case ErrorKind::kServer:
      return "server";
    case ErrorKind::kReverted:
      return "reverted";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kWrongHash:
      return "wrong_hash";
    case ErrorKind::kUnlinkedHeader:
      return "unlinked_header";
    case ErrorKind::kForeignLog:
      return "foreign_log";
    case ErrorKind::kReorgTooDeep:
      return "reorg_too_deep";
    case ErrorKind::kWrongChain:
      return "wrong_chain";
    case ErrorKind::kTransactionTooLarge:
      return "transaction_too_large";
    case ErrorKind::kGasOverCap:
      return "gas_over_cap";
    case ErrorKind::kFeeOverCap:
      return "fee_over_cap";
    case ErrorKind::kQueueFull:
      return "queue_full";
    case ErrorKind::kBadKey:
      return "bad_key";
  }
  return "unknown";
}

bool is_transient(const Error& error) noexcept {
  return error.kind == ErrorKind::kConnection || error.kind == ErrorKind::kTimeout ||
         error.kind == ErrorKind::kHttpStatus;
}

bool may_pass(const Error& error) noexcept {
  return is_transient(error) || error.kind == ErrorKind::kServer;
}

}  // namespace gavel::l1
