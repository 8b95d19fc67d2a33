#include "state/tree_plan.hpp"

#include <algorithm>

namespace gavel::state {
namespace {

constexpr u64 kMaxEntries = 0xffffffff;
constexpr u64 kSmallBucket = 64;

using Streams = std::span<const std::span<const u8>>;

u64 bytes_of(Streams streams) {
  u64 bytes = 0;
  for (const auto& stream : streams) bytes += stream.size();
  return bytes;
}

// Cuts the streams, in order, into parts of about equal bytes.
std::vector<Streams> split(Streams streams, u32 parts) {
  const u64 share = bytes_of(streams) / parts + 1;
  std::vector<Streams> out;
  std::size_t first = 0;
  u64 bytes = 0;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    bytes += streams[i].size();
    if (bytes < share || out.size() + 1 == parts) continue;
    out.push_back(streams.subspan(first, i + 1 - first));
    first = i + 1;
    bytes = 0;
  }
  out.push_back(streams.subspan(first));
  return out;
}

}  // namespace

void TreePlan::lay_out(const std::array<u64, tree::kTables>& capacities) {
  bucket_table_.clear();
  for (u32 table = 0; table < tree::kTables; ++table) {
    first_bucket_[table] = static_cast<u32>(bucket_table_.size());
    const u64 buckets = (capacities[table] + (u64{1} << kShardHeight) - 1) >> kShardHeight;
    bucket_table_.resize(bucket_table_.size() + static_cast<std::size_t>(buckets),
                         static_cast<u8>(table));
  }
}

bool TreePlan::read_entry(Reader& reader, const u8* at,
                          const std::array<u64, tree::kTables>& capacities) const {
  const WriteEntry entry = entry_at(at);
  if (entry.index >= capacities[entry.table]) {
    reader.error = TreeError::kBeyondCapacity;
    return false;
  }
  const u32 bucket = first_bucket_[entry.table] + (entry.index >> kShardHeight);
  ++reader.bucket_counts[bucket];
  u64& needed = reader.leaves_needed[entry.table];
  needed = std::max(needed, u64{entry.index} + 1);
  reader.refs[reader.count++] = {entry.index, bucket * 2 + (entry.kind == EntryKind::kAfter), at};
  return true;
}

void TreePlan::read(Reader& reader, Streams streams,
                    const std::array<u64, tree::kTables>& capacities) const {
  reader.count = 0;
  reader.failed = true;
  reader.error = TreeError::kMalformed;
  reader.leaves_needed.fill(0);
  reader.bucket_counts.assign(bucket_table_.size(), 0);
  // Only what is written is backed by memory.
  reader.refs.ensure(bytes_of(streams) / kEntryHeaderBytes);
  for (const std::span<const u8>& stream : streams) {
    WriteSetReader entries(stream);
    while (const u8* at = entries.next()) {
      if (!read_entry(reader, at, capacities)) return;
    }
    if (!entries.ok()) return;
  }
  reader.failed = false;
}

base::Result<void, TreeError> TreePlan::build(Streams streams,
                                              const std::array<u64, tree::kTables>& capacities,
                                              u32 threads) {
  threads = std::max(threads, 1u);
  shards_.clear();
  touched_ = 0;
  entries_ = 0;
  lay_out(capacities);
  const std::vector<Streams> parts = split(streams, threads);
  readers_.resize(parts.size());
  for_each_item(threads, parts.size(),
                [&](u32, u64 part) { read(readers_[part], parts[part], capacities); });
  leaves_needed_.fill(0);
  for (const Reader& reader : readers_) {
    if (reader.failed) return reader.error;
    entries_ += reader.count;
    for (u32 table = 0; table < tree::kTables; ++table) {
      leaves_needed_[table] = std::max(leaves_needed_[table], reader.leaves_needed[table]);
    }
  }
  if (entries_ > kMaxEntries) return TreeError::kTooManyEntries;
  partition(threads);

  std::vector<u32> buckets;
  for (u32 i = 0; i < bucket_table_.size(); ++i) {
    if (bucket_start_[i + 1] != bucket_start_[i]) buckets.push_back(i);
  }
  shards_.resize(buckets.size());
  workspaces_.resize(threads);
  touches_.ensure(entries_);
  for_each_item(threads, buckets.size(), [&](u32 worker, u64 item) {
    const u32 bucket = buckets[item];
    const u32 count = sort_bucket(bucket, workspaces_[worker]);
    const u8 table = bucket_table_[bucket];
    shards_[item] = {
        table, bucket - first_bucket_[table], {&touches_[bucket_start_[bucket]], count}};
  });
  std::erase_if(shards_, [](const Shard& shard) { return shard.touches.empty(); });
  for (const Shard& shard : shards_) touched_ += shard.touches.size();
  return {};
}

// Every entry to its bucket's place, in the order of writing inside each bucket.
void TreePlan::partition(u32 threads) {
  const std::size_t buckets = bucket_table_.size();
  bucket_start_.assign(buckets + 1, 0);
  u64 start = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    bucket_start_[bucket] = start;
    for (Reader& reader : readers_) {
      const u64 count = reader.bucket_counts[bucket];
      reader.bucket_counts[bucket] = start;  // from here on: where its next entry goes
      start += count;
    }
  }
  bucket_start_[buckets] = start;
  sorted_.ensure(start);
  for_each_item(threads, readers_.size(), [&](u32, u64 part) {
    Reader& reader = readers_[part];
    for (u64 i = 0; i < reader.count; ++i) {
      const Ref& ref = reader.refs[i];
      sorted_[reader.bucket_counts[ref.bucket_and_kind / 2]++] = ref;
    }
  });
}

// Sorts a bucket by index, keeping the order of writing, and reduces it to one touch an object.
// Returns how many; they stand in touches_ from the bucket's start.
u32 TreePlan::sort_bucket(u64 bucket, ScratchArray<Ref>& other) {
  Ref* refs = &sorted_[bucket_start_[bucket]];
  const u64 count = bucket_start_[bucket + 1] - bucket_start_[bucket];
  if (count <= kSmallBucket) {
    for (u64 i = 1; i < count; ++i) {
      const Ref ref = refs[i];
      u64 at = i;
      for (; at > 0 && refs[at - 1].index > ref.index; --at) refs[at] = refs[at - 1];
      refs[at] = ref;
    }
  } else {
    other.ensure(count);
    Ref* from = refs;
    Ref* to = other.data();
    for (u32 shift = 0; shift < kShardHeight; shift += 8) {
      std::array<u32, 256> place{};
      for (u64 i = 0; i < count; ++i) ++place[from[i].index >> shift & 255];
      u32 start = 0;
      for (u32& slot : place) start += std::exchange(slot, start);
      for (u64 i = 0; i < count; ++i) to[place[from[i].index >> shift & 255]++] = from[i];
      std::swap(from, to);
    }
    static_assert(kShardHeight == 16, "two passes end where they began");
  }
  Touch* out = &touches_[bucket_start_[bucket]];
  u32 touched = 0;
  for (u64 i = 0; i < count;) {
    Touch touch{refs[i].index, nullptr, nullptr};
    for (; i < count && refs[i].index == touch.index; ++i) {
      if ((refs[i].bucket_and_kind & 1) != 0) {
        touch.after = refs[i].at;
      } else if (touch.before == nullptr) {
        touch.before = refs[i].at;
      }
    }
    if (touch.after != nullptr) out[touched++] = touch;
  }
  return touched;
}

}  // namespace gavel::state
