#include "state/tree_pending.hpp"

#include <algorithm>
#include <bit>

namespace gavel::state {
namespace {

constexpr std::size_t kFirstSlots = 1 << 10;

std::size_t home_of(u64 key, std::size_t slots) {
  return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15) >> (64 - std::bit_width(slots - 1)));
}

bool well_formed(std::span<const u8> entries) {
  WriteSetReader reader(entries);
  while (reader.next() != nullptr) {
  }
  return reader.ok();
}

}  // namespace

PendingWrites::PendingWrites() : slots_(kFirstSlots) {}

const PendingWrites::Slot* PendingWrites::find(u64 key) const {
  for (std::size_t at = home_of(key, slots_.size());; at = (at + 1) % slots_.size()) {
    const Slot& slot = slots_[at];
    if (slot.key_plus_one == key + 1) return &slot;
    if (slot.key_plus_one == 0) return nullptr;
  }
}

PendingWrites::Slot& PendingWrites::slot_of(u64 key) {
  if ((used_ + 1) * 2 > slots_.size()) grow_index();
  for (std::size_t at = home_of(key, slots_.size());; at = (at + 1) % slots_.size()) {
    Slot& slot = slots_[at];
    if (slot.key_plus_one == key + 1) return slot;
    if (slot.key_plus_one != 0) continue;
    slot.key_plus_one = key + 1;
    ++used_;
    return slot;
  }
}

void PendingWrites::grow_index() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.key_plus_one == 0) continue;
    std::size_t at = home_of(slot.key_plus_one - 1, slots_.size());
    while (slots_[at].key_plus_one != 0) at = (at + 1) % slots_.size();
    slots_[at] = slot;
  }
}

u8* PendingWrites::store(const WriteEntry& entry) {
  const u64 bytes = kEntryHeaderBytes + entry.encoding.size();
  if (filling_ < segments_.size() && segments_[filling_].used + bytes > kSegmentBytes) ++filling_;
  if (filling_ == segments_.size()) segments_.push_back({ReservedMemory(kSegmentBytes), 0});
  Segment& segment = segments_[filling_];
  u8* const at = segment.memory.data() + segment.used;
  write_entry(at, entry);
  segment.used += bytes;
  return at;
}

base::Result<void, TreeError> PendingWrites::append(std::span<const u8> entries) {
  if (!well_formed(entries)) return TreeError::kMalformed;
  WriteSetReader reader(entries);
  while (const u8* at = reader.next()) {
    const WriteEntry entry = entry_at(at);
    Slot& slot = slot_of(object_key(entry.table, entry.index));
    if (entry.kind == EntryKind::kBefore) {
      if (slot.before == nullptr) slot.before = store(entry);
    } else if (slot.after != nullptr &&
               entry_at(slot.after).encoding.size() == entry.encoding.size()) {
      write_entry(slot.after, entry);
    } else {
      slot.after = store(entry);  // the older entry stays in the stream and loses to this one
    }
  }
  return {};
}

std::vector<std::span<const u8>> PendingWrites::streams() const {
  std::vector<std::span<const u8>> out;
  for (const Segment& segment : segments_) {
    if (segment.used != 0) out.emplace_back(segment.memory.data(), segment.used);
  }
  return out;
}

std::optional<std::span<const u8>> PendingWrites::find_before(u8 table, u32 index) const {
  const Slot* slot = find(object_key(table, index));
  if (slot == nullptr) return std::nullopt;
  // Without an entry before it was absent: commit refuses anything else.
  if (slot->before == nullptr) return std::span<const u8>{};
  return entry_at(slot->before).encoding;
}

void PendingWrites::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  used_ = 0;
  for (Segment& segment : segments_) segment.used = 0;
  filling_ = 0;
}

u64 PendingWrites::bytes() const {
  u64 bytes = 0;
  for (const Segment& segment : segments_) bytes += segment.used;
  return bytes;
}

u64 PendingWrites::memory_bytes() const {
  return segments_.size() * kSegmentBytes + slots_.size() * sizeof(Slot);
}

}  // namespace gavel::state
