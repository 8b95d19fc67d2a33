#include "state/tree_journal.hpp"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace gavel::state {
namespace {

constexpr std::string_view kBatchPrefix = "batch-";
constexpr std::string_view kSnapshotPrefix = "snapshot-";
constexpr std::string_view kUnfinishedSuffix = ".tmp";
constexpr std::size_t kDigits = 20;

std::string numbered_path(const std::string& directory, std::string_view prefix, u64 number) {
  return fmt::format("{}/{}{:020}", directory, prefix, number);
}

std::optional<u64> number_of(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  u64 number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size();
  if (!whole || name.size() != kDigits) return std::nullopt;
  return number;
}

}  // namespace

std::string batch_path(const std::string& directory, u64 batch) {
  return numbered_path(directory, kBatchPrefix, batch);
}

std::string snapshot_path(const std::string& directory, u64 batch) {
  return numbered_path(directory, kSnapshotPrefix, batch);
}

JournalResult<StateFiles> list_state_files(io::Disk& disk, const std::string& directory) {
  const auto names = disk.list(directory);
  if (!names.ok()) return JournalError::kDisk;
  StateFiles out;
  for (const std::string& name : *names) {
    if (const auto batch = number_of(name, kBatchPrefix)) {
      out.batches.push_back(*batch);
    } else if (const auto snapshot = number_of(name, kSnapshotPrefix)) {
      out.snapshots.push_back(*snapshot);
    } else if (name.ends_with(kUnfinishedSuffix)) {
      const std::string_view stem =
          std::string_view(name).substr(0, name.size() - kUnfinishedSuffix.size());
      if (number_of(stem, kBatchPrefix) || number_of(stem, kSnapshotPrefix)) {
        out.unfinished.push_back(directory + "/" + name);
      }
    }
  }
  return out;
}

JournalResult<u64> append_touches(StateFileWriter& writer, const TreePlan& plan) {
  u64 change = 0;
  for (const Shard& shard : plan.shards()) {
    for (const Touch& touch : shard.touches) {
      WriteEntry before{shard.table, EntryKind::kBefore, touch.index, {}};
      if (touch.before != nullptr) before = entry_at(touch.before);
      const WriteEntry after = entry_at(touch.after);
      GAVEL_TRY(writer.append(before));
      GAVEL_TRY(writer.append(after));
      change += object_checksum(shard.table, touch.index, after.encoding) -
                object_checksum(shard.table, touch.index, before.encoding);
    }
  }
  return change;
}

}  // namespace gavel::state
