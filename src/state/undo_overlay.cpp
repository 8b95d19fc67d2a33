#include "state/undo_overlay.hpp"

#include <algorithm>

#include "crypto/keccak_batch.hpp"
#include "state/tree_hash.hpp"

namespace gavel::state {
namespace {

// Hashes pairs in place, level by level, until one node is left; nodes.size() is a power of two.
Hash32 fold(std::span<Hash32> nodes) {
  std::array<Hash32, std::size_t{1} << UndoOverlay::kFloor> other;
  while (nodes.size() > 1) {
    const std::size_t parents = nodes.size() / 2;
    hash_level(nodes.data(), other.data(), parents);
    std::copy_n(other.begin(), parents, nodes.begin());
    nodes = nodes.first(parents);
  }
  return nodes[0];
}

}  // namespace

JournalResult<StateFileReader*> RecordReaders::of(u64 batch) {
  for (Open& open : open_) {
    if (open.batch == batch) return &open.reader;
  }
  Open fresh{batch, GAVEL_TRY(StateFileReader::open(*disk_, batch_path(directory_, batch),
                                                    FileKind::kBatch))};
  if (open_.size() < kMostOpen) {
    open_.push_back(std::move(fresh));
    return &open_.back().reader;
  }
  next_ = (next_ + 1) % kMostOpen;
  open_[next_] = std::move(fresh);
  return &open_[next_].reader;
}

const Hash32* UndoOverlay::Nodes::find(u32 position) const {
  const auto at = std::lower_bound(positions.begin(), positions.end(), position);
  if (at == positions.end() || *at != position) return nullptr;
  return &hashes[static_cast<std::size_t>(at - positions.begin())];
}

JournalResult<void> UndoOverlay::catch_up(u64 live_batch) {
  GAVEL_CHECK(live_batch >= absorbed_);
  if (live_batch == absorbed_) return {};
  while (absorbed_ < live_batch) {
    GAVEL_TRY(absorb(absorbed_ + 1));
    ++absorbed_;
  }
  for (u8 table = 0; table < tree::kTables; ++table) rebuild(table);
  return {};
}

JournalResult<void> UndoOverlay::absorb(u64 batch) {
  StateFileReader record =
      GAVEL_TRY(StateFileReader::open(*disk_, batch_path(directory_, batch), FileKind::kBatch));
  if (record.head().batch != batch) return JournalError::kCorrupt;
  GAVEL_TRY(record.verify());
  Added added;
  GAVEL_TRY(record.for_each_stream([&](std::span<const u8> entries, u64 offset) {
    collect(entries, offset, batch, added);
    return true;
  }));
  for (u8 table = 0; table < tree::kTables; ++table) {
    merge(tables_[table], std::move(added.tables[table]));
  }
  return {};
}

// Objects that no older record after batch() has: what they were before this record's batch.
void UndoOverlay::collect(std::span<const u8> entries, u64 offset, u64 batch, Added& added) const {
  std::array<std::size_t, tree::kTables> first;
  for (u8 table = 0; table < tree::kTables; ++table)
    first[table] = added.tables[table].where.size();
  std::array<std::vector<std::span<const u8>>, tree::kTables> encodings;
  WriteSetReader reader(entries);
  while (const u8* at = reader.next()) {
    const WriteEntry entry = entry_at(at);
    if (entry.kind != EntryKind::kBefore) continue;
    if (tables_[entry.table].leaves.find(entry.index) != nullptr) continue;
    Table& table = added.tables[entry.table];
    table.leaves.positions.push_back(entry.index);
    table.where.push_back({batch, offset + static_cast<u64>(entry.encoding.data() - entries.data()),
                           static_cast<u32>(entry.encoding.size())});
    encodings[entry.table].push_back(entry.encoding);
  }
  for (u8 table = 0; table < tree::kTables; ++table) {
    std::vector<Hash32>& hashes = added.tables[table].leaves.hashes;
    hashes.resize(first[table] + encodings[table].size());
    const std::span<Hash32> fresh = std::span(hashes).subspan(first[table]);
    crypto::keccak256_batch(encodings[table], fresh);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      if (encodings[table][i].empty()) fresh[i] = Hash32{};
    }
  }
}

// Both ascend and have no index in common.
void UndoOverlay::merge(Table& into, Table&& added) {
  if (added.where.empty()) return;
  Table out;
  const std::size_t size = into.where.size() + added.where.size();
  out.leaves.positions.reserve(size);
  out.leaves.hashes.reserve(size);
  out.where.reserve(size);
  for (std::size_t a = 0, b = 0; a + b < size;) {
    const bool take_added =
        a == into.where.size() ||
        (b < added.where.size() && added.leaves.positions[b] < into.leaves.positions[a]);
    const Table& from = take_added ? added : into;
    const std::size_t at = take_added ? b++ : a++;
    out.leaves.positions.push_back(from.leaves.positions[at]);
    out.leaves.hashes.push_back(from.leaves.hashes[at]);
    out.where.push_back(from.where[at]);
  }
  into = std::move(out);
}

void UndoOverlay::copy_leaves(u8 table, u64 first, std::span<Hash32> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = live_->node(table, 0, static_cast<u32>(first + i));
  }
  const Nodes& leaves = tables_[table].leaves;
  auto at = std::lower_bound(leaves.positions.begin(), leaves.positions.end(), first);
  for (; at != leaves.positions.end() && *at < first + out.size(); ++at) {
    out[static_cast<std::size_t>(*at - first)] =
        leaves.hashes[static_cast<std::size_t>(at - leaves.positions.begin())];
  }
}

Hash32 UndoOverlay::fold_leaves(u8 table, u32 level, u32 position) const {
  GAVEL_CHECK(level <= kFloor);
  std::array<Hash32, std::size_t{1} << kFloor> nodes;
  const auto leaves = std::span(nodes).first(std::size_t{1} << level);
  copy_leaves(table, u64{position} << level, leaves);
  return fold(leaves);
}

void UndoOverlay::rebuild(u8 table) {
  Table& undo = tables_[table];
  if (undo.where.empty()) return;
  Nodes& floor = undo.levels[kFloor];
  floor.positions = undo.leaves.positions;
  ascend(floor.positions, kFloor);
  floor.hashes.clear();
  for (const u32 position : floor.positions) {
    floor.hashes.push_back(fold_leaves(table, kFloor, position));
  }
  for (u32 level = kFloor; level < tree::kDepth; ++level) raise(table, level);
}

// The dirty nodes one level above `level`.
void UndoOverlay::raise(u8 table, u32 level) {
  const Nodes& children = tables_[table].levels[level];
  Nodes& parents = tables_[table].levels[level + 1];
  parents.positions = children.positions;
  ascend(parents.positions, 1);
  std::vector<Hash32> pairs;
  pairs.reserve(parents.positions.size() * 2);
  std::size_t next = 0;
  for (const u32 parent : parents.positions) {
    for (u64 child = u64{parent} * 2; child <= u64{parent} * 2 + 1; ++child) {
      const bool dirty = next < children.positions.size() && children.positions[next] == child;
      pairs.push_back(dirty ? children.hashes[next++]
                            : live_->node(table, level, static_cast<u32>(child)));
    }
  }
  parents.hashes.resize(parents.positions.size());
  hash_level(pairs.data(), parents.hashes.data(), parents.hashes.size());
}

Hash32 UndoOverlay::node(u8 table, u32 level, u32 position) const {
  const Table& undo = tables_[table];
  if (undo.where.empty()) return live_->node(table, level, position);
  if (level == 0) {
    const Hash32* leaf = undo.leaves.find(position);
    return leaf != nullptr ? *leaf : live_->node(table, 0, position);
  }
  if (level >= kFloor) {
    const Hash32* dirty = undo.levels[level].find(position);
    return dirty != nullptr ? *dirty : live_->node(table, level, position);
  }
  const bool dirty = undo.levels[kFloor].find(position >> (kFloor - level)) != nullptr;
  return dirty ? fold_leaves(table, level, position) : live_->node(table, level, position);
}

JournalResult<std::optional<std::vector<u8>>> UndoOverlay::encoding(u8 table, u32 index) const {
  RecordReaders once = readers();
  return encoding(table, index, once);
}

JournalResult<std::optional<std::vector<u8>>> UndoOverlay::encoding(u8 table, u32 index,
                                                                    RecordReaders& readers) const {
  const Table& undo = tables_[table];
  const Hash32* leaf = undo.leaves.find(index);
  if (leaf == nullptr) return std::optional<std::vector<u8>>{};
  const Where& where = undo.where[static_cast<std::size_t>(leaf - undo.leaves.hashes.data())];
  std::vector<u8> out(where.bytes);
  StateFileReader* record = GAVEL_TRY(readers.of(where.batch));
  GAVEL_TRY(record->read_at(where.offset, out));
  // The file may have been damaged since it was absorbed.
  if (tree::hash_leaf(out) != *leaf) return JournalError::kCorrupt;
  return std::optional<std::vector<u8>>(std::move(out));
}

u64 UndoOverlay::undone_leaves() const {
  u64 leaves = 0;
  for (const Table& table : tables_) leaves += table.where.size();
  return leaves;
}

}  // namespace gavel::state
