#include "state/block_log_format.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "state/tree_write_set.hpp"

namespace gavel::state {

namespace {

constexpr u64 kSegmentMagic = 0x474f4c4b434f4c42;  // "BLOCKLOG"
constexpr u64 kSegmentVersion = 1;
constexpr u32 kRecordChecksumAt = kRecordHeadBytes - 8;
constexpr u32 kSegmentChecksumAt = kSegmentHeadBytes - 8;
constexpr u32 kNameDigits = 20;
constexpr std::string_view kNameEnd = ".blocks";

u64 checksum_of(u64 salt, std::span<const u8> head, std::span<const u8> payload) {
  std::array<u8, 16> salted{};
  std::memcpy(salted.data(), &salt, sizeof(salt));
  FileChecksum sum;
  sum.update(salted);
  sum.update(head);
  sum.update(payload);
  return sum.value();
}

}  // namespace

std::string_view name_of(BlockLogError error) {
  switch (error) {
    case BlockLogError::kDisk:
      return "disk_failed";
    case BlockLogError::kHole:
      return "blocks_missing";
    case BlockLogError::kCut:
      return "acknowledged_blocks_cut_off";
    case BlockLogError::kCorrupt:
      return "acknowledged_block_damaged";
    case BlockLogError::kForeign:
      return "not_a_segment_of_this_log";
    case BlockLogError::kNotHeld:
      return "block_not_held";
  }
  return "unknown";
}

void encode_segment_head(const SegmentHead& head, std::span<u8, kSegmentHeadBytes> out) {
  base::ByteWriter w(out);
  w.write_u64_le(kSegmentMagic);
  w.write_u64_le(kSegmentVersion);
  w.write_u64_le(head.salt);
  w.write_u64_le(head.first_block);
  w.write_u64_le(head.chain);
  w.write_u64_le(checksum_of(head.salt, w.written(), {}));
}

bool decode_segment_head(std::span<const u8> bytes, SegmentHead& out) {
  if (bytes.size() < kSegmentHeadBytes) return false;
  base::ByteReader r(bytes);
  if (r.read_u64_le() != kSegmentMagic || r.read_u64_le() != kSegmentVersion) return false;
  out.salt = r.read_u64_le();
  out.first_block = r.read_u64_le();
  out.chain = r.read_u64_le();
  return r.read_u64_le() == checksum_of(out.salt, bytes.first(kSegmentChecksumAt), {});
}

void encode_record(u64 salt, RecordHead& head, std::span<const u8> payload, std::span<u8> out) {
  GAVEL_CHECK(payload.size() <= kMaxRecordPayload && out.size() == record_bytes(payload.size()));
  head.length = static_cast<u32>(payload.size());
  base::ByteWriter w(out);
  w.write_u32_le(kRecordMagic);
  w.write_u32_le(head.length);
  w.write_u64_le(head.block);
  w.write_u64_le(head.acknowledged);
  w.write_u64_le(head.chain);
  head.checksum = checksum_of(salt, w.written(), payload);
  w.write_u64_le(head.checksum);
  if (!payload.empty()) std::memcpy(out.data() + kRecordHeadBytes, payload.data(), payload.size());
  std::fill(out.begin() + kRecordHeadBytes + head.length, out.end(), u8{0});
}

std::optional<RecordHead> decode_record(u64 salt, std::span<const u8> bytes,
                                        std::span<const u8>& payload) {
  if (bytes.size() < kRecordHeadBytes) return {};
  base::ByteReader r(bytes);
  if (r.read_u32_le() != kRecordMagic) return {};
  RecordHead head;
  head.length = r.read_u32_le();
  head.block = r.read_u64_le();
  head.acknowledged = r.read_u64_le();
  head.chain = r.read_u64_le();
  head.checksum = r.read_u64_le();
  if (head.length > kMaxRecordPayload || record_bytes(head.length) > bytes.size()) return {};
  payload = bytes.subspan(kRecordHeadBytes, head.length);
  if (head.checksum != checksum_of(salt, bytes.first(kRecordChecksumAt), payload)) return {};
  const std::size_t end = kRecordHeadBytes + head.length;
  const auto padding = bytes.subspan(end, record_bytes(head.length) - end);
  if (std::ranges::any_of(padding, [](u8 byte) { return byte != 0; })) return {};
  return head;
}

void encode_mark(u64 salt, u64 block, std::span<u8, kMarkBytes> out) {
  base::ByteWriter w(out);
  w.write_u64_le(block);
  w.write_u64_le(salt);
  w.write_u64_le(checksum_of(salt, w.written(), {}));
}

std::optional<u64> highest_mark(std::span<const u8> bytes, std::optional<u64> salt) {
  std::optional<u64> highest;
  for (; bytes.size() >= kMarkBytes; bytes = bytes.subspan(kMarkBytes)) {
    base::ByteReader r(bytes);
    const u64 block = r.read_u64_le();
    const u64 of_log = r.read_u64_le();
    if (r.read_u64_le() != checksum_of(of_log, bytes.first(kMarkBytes - 8), {})) continue;
    if ((!salt || *salt == of_log) && block >= highest.value_or(0)) highest = block;
  }
  return highest;
}

std::string segment_name(u64 first_block) {
  const std::string digits = std::to_string(first_block);
  return std::string(kNameDigits - digits.size(), '0') + digits + std::string(kNameEnd);
}

std::optional<u64> parse_segment_name(std::string_view name) {
  if (name.size() != kNameDigits + kNameEnd.size() || name.substr(kNameDigits) != kNameEnd)
    return {};
  u64 first = 0;
  for (const char c : name.substr(0, kNameDigits)) {
    if (c < '0' || c > '9') return {};
    const u64 next = first * 10 + static_cast<u64>(c - '0');
    if (first > ~u64{0} / 10 || next < first * 10) return {};
    first = next;
  }
  return first;
}

}  // namespace gavel::state
