// What can go wrong between this program and L1, by name.
//
// One struct for the whole room: a kind to decide on, and a sentence for the operator. Texts that
// came from the other side are cut and carried as data; they are never a format string and never
// decide anything except where a comment says so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::l1 {

using Bytes = std::vector<u8>;

enum class ErrorKind : u8 {
  // Transport: worth another try.
  kConnection,
  kTimeout,
  kHttpStatus,
  // The answer is not what the protocol allows.
  kTooLarge,
  kMalformedJson,
  kWrongId,  // a batch answer with an unknown, doubled or missing id
  kMissingField,
  kWrongType,
  kBadHex,      // a quantity or data string that does not parse or has the wrong length
  kOutOfRange,  // a number over its bound, an array over its bound
  // The endpoint answers, and says no.
  kServer,    // a JSON-RPC error object; server_code and detail are its own
  kReverted,  // a call or estimate that reverted; data holds the revert bytes
  kNotFound,  // null where an object was asked for
  // The endpoint contradicts itself or the headers we follow.
  kWrongHash,       // bytes that do not hash to what they were asked by
  kUnlinkedHeader,  // a header whose parent is not the one below it
  kForeignLog,      // a log outside the range, the filter or the followed block
  kReorgTooDeep,    // the fork lies below what is remembered, or below a finalised block
  kWrongChain,
  // Our own limits, checked before anything is sent.
  kTransactionTooLarge,  // over 128 KiB
  kGasOverCap,           // over 16,777,216
  kFeeOverCap,
  kQueueFull,
  kBadKey,
};

[[nodiscard]] std::string_view name_of(ErrorKind kind) noexcept;

struct Error {
  ErrorKind kind;
  std::string detail{};
  i64 server_code = 0;
  Bytes data{};
};

template <class T>
using Result = base::Result<T, Error>;

inline Error make_error(ErrorKind kind, std::string detail = {}) {
  return {kind, std::move(detail), 0, {}};
}

// Another try may succeed without anything changing on our side.
[[nodiscard]] bool is_transient(const Error& error) noexcept;

// Asking again later may succeed: it is transient, or the endpoint refused a question, as endpoints
// do that stand behind others or in the middle of a reorganisation. For reads; a transaction that
// is refused stays so.
[[nodiscard]] bool may_pass(const Error& error) noexcept;

}  // namespace gavel::l1
