#include "l1/rpc_objects.hpp"

#include <array>

#include "l1/rpc_values.hpp"

namespace gavel::l1 {

Result<BlockHeader> header_value(JsonSlicer& slicer, std::string_view object) {
  static constexpr std::array<std::string_view, 7> kWanted = {
      "number", "hash", "parentHash", "timestamp", "gasLimit", "gasUsed", "baseFeePerGas"};
  const auto raw = GAVEL_TRY(slicer.members(object, kWanted));
  BlockHeader out;
  out.number = GAVEL_TRY(quantity(raw[0], kWanted[0]));
  out.hash = GAVEL_TRY(hash_value(raw[1], kWanted[1]));
  out.parent_hash = GAVEL_TRY(hash_value(raw[2], kWanted[2]));
  out.timestamp_s = GAVEL_TRY(quantity(raw[3], kWanted[3]));
  out.gas_limit = GAVEL_TRY(quantity(raw[4], kWanted[4]));
  out.gas_used = GAVEL_TRY(quantity(raw[5], kWanted[5]));
  // Absent before the London fork.
  if (!raw[6].empty()) out.base_fee_wei = GAVEL_TRY(quantity128(raw[6], kWanted[6]));
  return out;
}

Result<Log> log_value(JsonSlicer& slicer, std::string_view object, u64 max_data_bytes) {
  static constexpr std::array<std::string_view, 9> kWanted = {
      "address",         "topics",           "data",     "blockNumber", "blockHash",
      "transactionHash", "transactionIndex", "logIndex", "removed"};
  const auto raw = GAVEL_TRY(slicer.members(object, kWanted));
  Log out;
  out.address = GAVEL_TRY(address_value(raw[0], kWanted[0]));
  if (raw[1].empty()) return make_error(ErrorKind::kMissingField, "topics");
  for (const std::string_view topic : GAVEL_TRY(slicer.elements(raw[1], kMaxTopics))) {
    out.topics.push_back(GAVEL_TRY(hash_value(topic, "topics")));
  }
  out.data = GAVEL_TRY(data_value(raw[2], kWanted[2], max_data_bytes));
  out.block_number = GAVEL_TRY(quantity(raw[3], kWanted[3]));
  out.block_hash = GAVEL_TRY(hash_value(raw[4], kWanted[4]));
  out.transaction_hash = GAVEL_TRY(hash_value(raw[5], kWanted[5]));
  out.transaction_index = GAVEL_TRY(quantity32(raw[6], kWanted[6]));
  out.log_index = GAVEL_TRY(quantity32(raw[7], kWanted[7]));
  if (!raw[8].empty()) out.removed = GAVEL_TRY(bool_value(raw[8], kWanted[8]));
  return out;
}

Result<std::vector<Log>> logs_value(JsonSlicer& slicer, std::string_view array, u64 max_logs,
                                    u64 max_data_bytes) {
  const auto slices = GAVEL_TRY(slicer.elements(array, max_logs));
  std::vector<Log> out;
  out.reserve(slices.size());
  for (const std::string_view slice : slices)
    out.push_back(GAVEL_TRY(log_value(slicer, slice, max_data_bytes)));
  return out;
}

Result<Receipt> receipt_value(JsonSlicer& slicer, std::string_view object, u64 max_logs,
                              u64 max_data_bytes) {
  static constexpr std::array<std::string_view, 11> kWanted = {
      "transactionHash",   "blockHash", "blockNumber", "transactionIndex", "status", "gasUsed",
      "effectiveGasPrice", "from",      "to",          "contractAddress",  "logs"};
  const auto raw = GAVEL_TRY(slicer.members(object, kWanted));
  Receipt out;
  out.transaction_hash = GAVEL_TRY(hash_value(raw[0], kWanted[0]));
  out.block_hash = GAVEL_TRY(hash_value(raw[1], kWanted[1]));
  out.block_number = GAVEL_TRY(quantity(raw[2], kWanted[2]));
  out.transaction_index = GAVEL_TRY(quantity32(raw[3], kWanted[3]));
  const u64 status = GAVEL_TRY(quantity(raw[4], kWanted[4]));
  if (status > 1) return make_error(ErrorKind::kOutOfRange, "status");
  out.success = status == 1;
  out.gas_used = GAVEL_TRY(quantity(raw[5], kWanted[5]));
  if (!raw[6].empty()) out.effective_gas_price_wei = GAVEL_TRY(quantity128(raw[6], kWanted[6]));
  out.from = GAVEL_TRY(address_value(raw[7], kWanted[7]));
  out.to = GAVEL_TRY(optional_address_value(raw[8], kWanted[8]));
  out.contract_address = GAVEL_TRY(optional_address_value(raw[9], kWanted[9]));
  if (raw[10].empty()) return make_error(ErrorKind::kMissingField, "logs");
  out.logs = GAVEL_TRY(logs_value(slicer, raw[10], max_logs, max_data_bytes));
  for (const Log& log : out.logs) {
    const bool ours =
        log.transaction_hash == out.transaction_hash && log.block_hash == out.block_hash;
    if (!ours)
      return make_error(ErrorKind::kForeignLog, "a receipt holds another transaction's log");
  }
  return out;
}

std::string json_block(const BlockId& block) {
  if (const auto* number = std::get_if<u64>(&block)) return '"' + hex_quantity(u128{*number}) + '"';
  if (const auto* hash = std::get_if<Hash32>(&block))
    return "{\"blockHash\":\"" + hex_data(hash->bytes) + "\"}";
  switch (std::get<BlockTag>(block)) {
    case BlockTag::kLatest:
      return "\"latest\"";
    case BlockTag::kPending:
      return "\"pending\"";
    case BlockTag::kSafe:
      return "\"safe\"";
    case BlockTag::kFinalized:
      return "\"finalized\"";
    case BlockTag::kEarliest:
      return "\"earliest\"";
  }
  return "\"latest\"";
}

std::string json_call(const Call& call) {
  std::string out =
      "{\"value\":\"" + hex_quantity(call.value_wei) + "\",\"data\":\"" + hex_data(call.data) + '"';
  if (call.from) out += ",\"from\":\"" + hex_data(call.from->bytes) + '"';
  if (call.to) out += ",\"to\":\"" + hex_data(call.to->bytes) + '"';
  if (call.gas) out += ",\"gas\":\"" + hex_quantity(u128{*call.gas}) + '"';
  return out + '}';
}

std::string json_filter(const LogFilter& filter) {
  std::string out = "{\"fromBlock\":\"" + hex_quantity(u128{filter.from_block}) +
                    "\",\"toBlock\":\"" + hex_quantity(u128{filter.to_block}) + '"';
  const auto list = [](const auto& values) {
    std::string text = "[";
    for (const auto& value : values) {
      if (text.size() > 1) text += ',';
      text += '"' + hex_data(value.bytes) + '"';
    }
    return text + ']';
  };
  if (!filter.addresses.empty()) out += ",\"address\":" + list(filter.addresses);
  if (!filter.topics.empty()) {
    out += ",\"topics\":[";
    for (size_t i = 0; i < filter.topics.size(); ++i) {
      if (i > 0) out += ',';
      out += filter.topics[i].empty() ? "null" : list(filter.topics[i]);
    }
    out += ']';
  }
  return out + '}';
}

}  // namespace gavel::l1
