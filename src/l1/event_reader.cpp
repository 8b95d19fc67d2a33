#include "l1/event_reader.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace gavel::l1 {

namespace {

constexpr size_t kTransactionsPerRequest = 32;

Result<void> check(const std::vector<Log>& logs, std::span<const BlockHeader> headers,
                   const LogFilter& filter) {
  const Log* previous = nullptr;
  for (const Log& log : logs) {
    const bool in_range =
        log.block_number >= headers.front().number && log.block_number <= headers.back().number;
    if (!in_range) return make_error(ErrorKind::kForeignLog, "a log outside the range");
    const BlockHeader& header = headers[log.block_number - headers.front().number];
    if (log.block_hash != header.hash)
      return make_error(ErrorKind::kForeignLog, "a log of another block");
    if (log.removed) return make_error(ErrorKind::kForeignLog, "a removed log");
    if (!matches(log, filter))
      return make_error(ErrorKind::kForeignLog, "a log that the filter excludes");
    const bool in_order =
        previous == nullptr || previous->block_number < log.block_number ||
        (previous->block_number == log.block_number && previous->log_index < log.log_index);
    if (!in_order) return make_error(ErrorKind::kForeignLog, "logs out of order");
    previous = &log;
  }
  return {};
}

// Errors by which endpoints say that a range holds too much; there is no common code.
bool is_too_much(const Error& error) {
  return error.kind == ErrorKind::kTooLarge || error.kind == ErrorKind::kOutOfRange ||
         error.kind == ErrorKind::kServer || error.kind == ErrorKind::kTimeout;
}

}  // namespace

bool matches(const Log& log, const LogFilter& filter) {
  if (!filter.addresses.empty() &&
      std::ranges::find(filter.addresses, log.address) == filter.addresses.end())
    return false;
  if (filter.topics.size() > log.topics.size()) return false;
  for (size_t i = 0; i < filter.topics.size(); ++i) {
    const auto& wanted = filter.topics[i];
    if (!wanted.empty() && std::ranges::find(wanted, log.topics[i]) == wanted.end()) return false;
  }
  return true;
}

Result<std::vector<Log>> read_logs(Rpc& rpc, std::span<const BlockHeader> headers,
                                   const LogFilter& filter, const EventReaderConfig& config) {
  std::vector<Log> out;
  GAVEL_CHECK(headers.empty() ||
              headers.back().number - headers.front().number + 1 == headers.size());
  u64 step = std::max(config.max_blocks_per_request, 1U);
  while (!headers.empty()) {
    const auto part = headers.first(std::min<u64>(step, headers.size()));
    LogFilter request = filter;
    request.from_block = part.front().number;
    request.to_block = part.back().number;
    auto logs = rpc.logs(request);
    if (!logs.ok()) {
      if (part.size() == 1 || !is_too_much(logs.error())) return logs.error();
      step = part.size() / 2;
      continue;
    }
    GAVEL_TRY(check(*logs, part, filter));
    if (out.size() + logs->size() > config.max_logs)
      return make_error(ErrorKind::kOutOfRange, "too many logs");
    std::ranges::move(*logs, std::back_inserter(out));
    headers = headers.subspan(part.size());
  }
  return out;
}

Result<std::vector<DecodedTransaction>> fetch_transactions(Rpc& rpc,
                                                           std::span<const Hash32> hashes) {
  std::vector<DecodedTransaction> out;
  out.reserve(hashes.size());
  for (size_t at = 0; at < hashes.size(); at += kTransactionsPerRequest) {
    const auto part = hashes.subspan(at, std::min(kTransactionsPerRequest, hashes.size() - at));
    const auto raw = GAVEL_TRY(rpc.raw_transactions(part));
    for (size_t i = 0; i < part.size(); ++i) {
      if (!raw[i]) return make_error(ErrorKind::kNotFound, "transaction");
      DecodedTransaction decoded = GAVEL_TRY(decode_transaction(*raw[i]));
      if (decoded.hash != part[i])
        return make_error(ErrorKind::kWrongHash, "transaction bytes of another hash");
      out.push_back(std::move(decoded));
    }
  }
  return out;
}

}  // namespace gavel::l1
