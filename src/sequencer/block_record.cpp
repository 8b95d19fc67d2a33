#include "sequencer/block_record.hpp"

#include "base/bytes.hpp"

namespace gavel::sequencer {

namespace {

constexpr u8 kVersion = 1;
constexpr u8 kFirst = 1;
constexpr u8 kLast = 2;
constexpr u32 kHeadBytes = 1 + 8 * 3 + 1;

struct Record {
  RecordHead head;
  std::vector<u32> starts;
  std::span<const u8> data;
  std::span<const u8> messages;
};

RecordHead read_head(base::ByteReader& r) {
  RecordHead head;
  if (r.read_u8() != kVersion) r.fail();
  head.number = r.read_u64_be();
  head.timestamp_ms = r.read_u64_be();
  head.batch = r.read_u64_be();
  const u8 flags = r.read_u8();
  if (flags > (kFirst | kLast)) r.fail();
  head.first_of_batch = (flags & kFirst) != 0;
  head.last_of_batch = (flags & kLast) != 0;
  return head;
}

bool decode(std::span<const u8> bytes, Record& out) {
  base::ByteReader r(bytes);
  out.head = read_head(r);
  const u32 starts = r.read_u32_be();
  if (!r.ok() || r.remaining() < u64{starts} * 4) return false;
  for (u32 i = 0; i < starts; ++i) out.starts.push_back(r.read_u32_be());
  out.data = r.read_bytes(r.read_u32_be());
  out.messages = r.read_bytes(r.read_u32_be());
  return r.finished();
}

// The rows of a slice of a page stream, one after the other.
class SliceReader {
 public:
  SliceReader(const Record& record, const stf::PageContext& context)
      : record_(record), context_(context) {}

  bool finished() const { return at_ == record_.data.size(); }

  bool next(stf::Row& row) {
    if (next_start_ < record_.starts.size() && record_.starts[next_start_] == at_) {
      ++next_start_;
      context_ = {};
      if (at_ >= record_.data.size() || record_.data[at_] != stf::kPageVersion) return false;
      ++at_;
    }
    std::size_t end = record_.data.size();
    if (next_start_ < record_.starts.size()) {
      end = std::min<std::size_t>(end, record_.starts[next_start_]);
    }
    if (end <= at_) return false;
    const u32 length = stf::decode_row(record_.data.subspan(at_, end - at_), context_, row);
    at_ += length;
    return length != 0;
  }

 private:
  const Record& record_;
  stf::PageContext context_;
  std::size_t at_ = 0;
  std::size_t next_start_ = 0;
};

// Whose signature the transaction carries: it was checked before the block was acknowledged.
Address claimed_signer(const state::HotState& state, const stf::Transaction& tx) {
  if (tx.by_agent) {
    return state.exists(exchange::Table::signer, tx.signer) ? state.peek_signer(tx.signer).key
                                                            : Address{};
  }
  return state.exists(exchange::Table::account, tx.account) ? state.peek_account(tx.account).owner
                                                            : Address{};
}

bool run_message(BlockBuilder& builder, base::ByteReader& messages) {
  const u32 length = messages.read_u16_le();
  const std::span<const u8> bytes = messages.read_bytes(length);
  if (!messages.ok() || builder.full()) return false;
  builder.execute_message(bytes);
  return true;
}

bool run_row(const stf::Row& row, const stf::Rules& rules, state::HotState& state,
             BlockBuilder& builder, base::ByteReader& messages) {
  switch (row.kind) {
    case stf::RowKind::message:
      return run_message(builder, messages);
    case stf::RowKind::reclaim:
      return builder.reclaim(row.nonces);
    case stf::RowKind::transaction: {
      if (builder.full()) return false;
      Submission s;
      s.tx = row.tx;
      s.tx_id = stf::transaction_digest(row.tx, rules.domain);
      s.signed_by = claimed_signer(state, row.tx);
      return builder.execute(s) == Refusal::none;
    }
    default:
      return false;
  }
}

}  // namespace

const char* name_of(RecordError error) {
  switch (error) {
    case RecordError::kMalformed:
      return "malformed record";
    case RecordError::kOutOfOrder:
      return "block out of order";
    case RecordError::kBadRow:
      return "bad row";
    case RecordError::kDiverged:
      return "executing the block gave another block";
  }
  return "unknown";
}

void encode_block_record(const SealedBlock& block, std::vector<u8>& out) {
  out.resize(kHeadBytes + 4 + block.data.starts.size() * 4 + 4 + block.data.bytes.size() + 4 +
             block.messages.size());
  base::ByteWriter w(out);
  w.write_u8(kVersion);
  w.write_u64_be(block.number);
  w.write_u64_be(block.timestamp_ms);
  w.write_u64_be(block.batch);
  w.write_u8(
      static_cast<u8>((block.first_of_batch ? kFirst : 0) | (block.last_of_batch ? kLast : 0)));
  w.write_u32_be(static_cast<u32>(block.data.starts.size()));
  for (const u32 start : block.data.starts) w.write_u32_be(start);
  w.write_u32_be(static_cast<u32>(block.data.bytes.size()));
  w.write_bytes(block.data.bytes);
  w.write_u32_be(static_cast<u32>(block.messages.size()));
  w.write_bytes(block.messages);
  GAVEL_CHECK(w.ok() && w.remaining() == 0);
}

base::Result<RecordHead, RecordError> decode_record_head(std::span<const u8> record) {
  base::ByteReader r(record);
  const RecordHead head = read_head(r);
  if (!r.ok()) return RecordError::kMalformed;
  return head;
}

base::Result<u64, RecordError> count_record_messages(std::span<const u8> record) {
  Record decoded;
  if (!decode(record, decoded)) return RecordError::kMalformed;
  base::ByteReader r(decoded.messages);
  u64 count = 0;
  for (; r.ok() && r.remaining() != 0; ++count) (void)r.read_bytes(r.read_u16_le());
  if (!r.ok()) return RecordError::kMalformed;
  return count;
}

base::Result<void, RecordError> replay_block(std::span<const u8> bytes, const stf::Rules& rules,
                                             state::HotState& state, BlockBuilder& builder,
                                             SealedBlock& out) {
  Record record;
  if (!decode(bytes, record)) return RecordError::kMalformed;
  const ChainHead& head = builder.head();
  if (record.head.number != head.block_number + 1 || record.head.batch != head.batch ||
      record.head.timestamp_ms <= head.timestamp_ms) {
    return RecordError::kOutOfOrder;
  }
  SliceReader rows(record, head.page_context);
  base::ByteReader messages(record.messages);
  stf::Row row;
  if (!rows.next(row) || row.kind != stf::RowKind::open_block) return RecordError::kBadRow;
  builder.open(record.head.timestamp_ms, out);
  bool closed = false;
  while (!closed) {
    if (rows.finished() || !rows.next(row)) return RecordError::kBadRow;
    if (row.kind == stf::RowKind::close_block) {
      builder.close(record.head.last_of_batch);
      closed = true;
    } else if (!run_row(row, rules, state, builder, messages)) {
      return RecordError::kBadRow;
    }
  }
  const bool same =
      rows.finished() && messages.finished() && std::ranges::equal(out.data.bytes, record.data) &&
      out.data.starts == record.starts && out.last_of_batch == record.head.last_of_batch;
  if (!same) return RecordError::kDiverged;
  return {};
}

}  // namespace gavel::sequencer
