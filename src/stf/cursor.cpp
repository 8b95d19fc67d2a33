#include "stf/cursor.hpp"

#include "base/hex.hpp"
#include "crypto/keccak.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {
namespace {

constexpr u32 kUnusedWords = 8;

}  // namespace

void encode_cursor(const Cursor& c, std::span<u8, kCursorBytes> out) {
  PackedWriter w(out.data());
  w.put_word(c.unit);
  w.put_word(c.batch);
  w.put_word(c.data_commitment);
  w.put_word(c.data_len);
  w.put_word(c.page);
  w.put_word(c.offset);
  w.put_word(c.block_number);
  w.put_word(c.timestamp_ms);
  w.put_word(c.opening_timestamp_ms);
  w.put_word(c.prev_hash);
  w.put_word(c.tx_index);
  w.put_word(c.tx_frontier);
  w.put_word(c.diff_acc);
  w.put_word(static_cast<u64>(c.phase));
  w.put_word(c.work);
  w.put_word(c.state_root);
  w.put_word(c.inbox_index);
  w.put_word(c.inbox_root);
  w.put_word(c.inbox_must);
  w.put_word(c.l1_time_ms);
  w.put_word(c.l1_block_hash);
  w.put_word(c.config_hash);
  w.put_word(static_cast<u64>(c.status));
  w.put_word(c.block_frontier);
  std::memset(out.data() + w.size(), 0, kUnusedWords * 32);
}

bool decode_cursor(std::span<const u8, kCursorBytes> bytes, Cursor& c) {
  PackedReader in(bytes.data());
  c.unit = in.take_word();
  c.batch = in.take_word();
  c.data_commitment = in.take_hash();
  c.data_len = in.take_word();
  c.page = in.take_word();
  c.offset = in.take_word();
  c.block_number = in.take_word();
  c.timestamp_ms = in.take_word();
  c.opening_timestamp_ms = in.take_word();
  c.prev_hash = in.take_hash();
  c.tx_index = in.take_word();
  c.tx_frontier = in.take_hash();
  c.diff_acc = in.take_hash();
  const u64 phase = in.take_word();
  in.require(phase <= static_cast<u8>(Phase::finished));
  c.phase = static_cast<Phase>(phase);
  c.work = in.take_hash();
  c.state_root = in.take_hash();
  c.inbox_index = in.take_word();
  c.inbox_root = in.take_hash();
  c.inbox_must = in.take_word();
  c.l1_time_ms = in.take_word();
  c.l1_block_hash = in.take_hash();
  c.config_hash = in.take_hash();
  const u64 status = in.take_word();
  in.require(status <= static_cast<u8>(Status::skip));
  c.status = static_cast<Status>(status);
  c.block_frontier = in.take_hash();
  for (u32 i = 0; i < kUnusedWords; ++i) in.require(in.take_word() == 0);
  return in.ok();
}

Hash32 cursor_hash(const Cursor& cursor) {
  std::array<u8, kCursorBytes> bytes;
  encode_cursor(cursor, bytes);
  return crypto::keccak256(bytes);
}

const Hash32& empty_frontier_hash() {
  // A literal, so that the guest does not hash for it; the test derives it.
  static constexpr Hash32 kHash =
      base::hash32_hex("f4fb72aa6d5eb95884c618a90c1e5584d806fb18fd6188c36fafe11be51a7cc5");
  return kHash;
}

Cursor first_cursor(const Cursor& parent_end, u64 batch, const Posted& posted) {
  Cursor c;
  c.batch = batch;
  c.data_commitment = posted.data_commitment;
  c.data_len = posted.data_len;
  c.inbox_root = posted.inbox_root;
  c.inbox_must = posted.inbox_must;
  c.l1_time_ms = posted.l1_time_ms;
  c.l1_block_hash = posted.l1_block_hash;
  c.config_hash = posted.config_hash;
  c.block_number = parent_end.block_number;
  c.timestamp_ms = parent_end.timestamp_ms;
  c.prev_hash = parent_end.prev_hash;
  c.state_root = parent_end.state_root;
  c.inbox_index = parent_end.inbox_index;
  c.tx_frontier = empty_frontier_hash();
  c.block_frontier = empty_frontier_hash();
  return c;
}

Cursor genesis_cursor(const Hash32& state_root, const Hash32& config_hash) {
  Cursor c;
  c.phase = Phase::finished;
  c.state_root = state_root;
  c.config_hash = config_hash;
  return c;
}

Cursor failed_cursor(const Cursor& cursor) {
  Cursor failed = cursor;
  failed.status = Status::skip;
  return failed;
}

Hash32 data_commitment(u64 mode, const Hash32& data_root, u64 pages) {
  std::array<u8, 96> bytes;
  PackedWriter w(bytes.data());
  w.put_word(mode);
  w.put_word(data_root);
  w.put_word(pages);
  return crypto::keccak256(bytes);
}

Hash32 inbox_snapshot(u64 count, const Hash32& tree_root) {
  std::array<u8, 64> bytes;
  PackedWriter w(bytes.data());
  w.put_word(count);
  w.put_word(tree_root);
  return crypto::keccak256(bytes);
}

Hash32 block_hash(u64 number, u64 timestamp_ms, const Hash32& prev, u64 tx_count,
                  const Hash32& tx_root, const Hash32& diff) {
  std::array<u8, 192> bytes;
  PackedWriter w(bytes.data());
  w.put_word(number);
  w.put_word(timestamp_ms);
  w.put_word(prev);
  w.put_word(tx_count);
  w.put_word(tx_root);
  w.put_word(diff);
  return crypto::keccak256(bytes);
}

}  // namespace gavel::stf
