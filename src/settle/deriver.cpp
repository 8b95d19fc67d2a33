#include "settle/deriver.hpp"

#include <algorithm>

#include "settle/batch_signatures.hpp"
#include "state/tree_pending.hpp"
#include "state/tree_write_set.hpp"

namespace gavel::settle {

namespace {

constexpr std::size_t kMaxNamedRows = 16;
// A batch's writes are sealed at once and read afterwards by the same thread, so the log must hold
// the most that a batch can write: each object once, 100 bytes before and after, of at most 2^24
// units with a few objects each. Address space until used.
constexpr u32 kLogChunks = 1u << 15;

struct Data {
  const BatchInput& input;

  std::span<const u8> page(u64 i) {
    if (i >= input.pages.size()) return {};
    const Bytes& page = input.pages[i];
    return page.size() <= stf::kMaxPageBytes ? std::span<const u8>(page) : std::span<const u8>();
  }
  u64 message_count() { return input.message_count; }
  std::span<const u8> message(u64 i) { return input.messages->at(i - 1).bytes; }
};

struct Observer {
  DerivedBatch& out;
  const stf::Progress& progress;
  const std::function<void(const DerivedItem&)>& on_item;

  void opened(u64, u64) {}
  void executed(u8 kind, const Hash32& id, const stf::Receipt& receipt, u64 index) {
    ++out.transactions;
    if (progress.cursor.phase == stf::Phase::forced && out.forced_messages++ == 0) {
      out.first_forced_block = progress.cursor.block_number + 1;
    }
    for (const stf::Event& e : receipt.events)
      out.fills += e.kind == stf::Event::Kind::fill ? 1 : 0;
    if (receipt.result != exchange::Reject::ok) ++out.rejects;
    if (on_item)
      on_item({progress.cursor.block_number + 1, index, kind, id, receipt.result, &receipt});
  }
  void closed(u64 number, u64 timestamp_ms, u64 count, const Hash32& hash) {
    out.blocks.push_back({number, timestamp_ms, count, hash});
  }
  void malformed(u64 page, u64 offset, stf::Malformed why) {
    ++out.malformed_count;
    if (out.malformed.size() >= kMaxNamedRows) return;
    const stf::Cursor& c = progress.cursor;
    out.malformed.push_back({c.block_number + 1, c.tx_index, page, offset, why});
  }
};

state::TreeConfig tree_config(const std::array<u32, exchange::kTableCount>& capacity, u32 threads) {
  state::TreeConfig tree;
  for (u32 t = 0; t < exchange::kTableCount; ++t) {
    tree.capacity[t] = static_cast<u32>(std::min<u64>(u64{capacity[t]} + 1, u64{1} << 31));
  }
  tree.capacity[0] = 2;
  tree.threads = threads;
  return tree;
}

std::vector<u8> genesis_object() {
  std::vector<u8> bytes(stf::kLongestObjectBytes);
  bytes.resize(stf::encode_object(exchange::Global{}, bytes));
  return bytes;
}

}  // namespace

Hash32 genesis_state_root() {
  tree::TableRoots roots = tree::empty_table_roots();
  std::array<Hash32, tree::kDepth> siblings;
  std::copy_n(tree::kEmptySubtree.begin(), tree::kDepth, siblings.begin());
  roots[0] = tree::path_root(tree::hash_leaf(genesis_object()), 1, siblings);
  return tree::state_root(roots);
}

Deriver::Deriver(std::span<const u8, stf::kConfigBytes> config,
                 const std::array<u32, exchange::kTableCount>& capacity, u32 threads,
                 const UndoPlace& undo)
    : log_(std::make_unique<state::WriteLog>(kLogChunks)),
      state_(std::make_unique<state::HotState>(state::HotCapacity{capacity}, log_.get())),
      tree_(std::make_unique<state::LiveTree>(tree_config(capacity, threads))),
      threads_(threads) {
  const std::vector<u8> global = genesis_object();
  GAVEL_CHECK(state_->load_object(exchange::Table::global, 1, global) && state_->rebuild_indexes());
  std::vector<u8> stream;
  state::append_entry(stream, 0, state::EntryKind::kBefore, 1, {});
  state::append_entry(stream, 0, state::EntryKind::kAfter, 1, global);
  const std::span<const u8> streams[] = {stream};
  const auto root = tree_->update(streams);
  GAVEL_CHECK(root.ok());
  genesis_root_ = root.value();
  end_ = stf::genesis_cursor(genesis_root_, stf::config_hash(config));
  if (undo.disk != nullptr) undo_.emplace(*undo.disk, undo.directory, undo.batches);
}

Deriver::~Deriver() = default;

base::Result<DerivedBatch, DeriveError> Deriver::derive(const BatchInput& input,
                                                        const stf::Rules& rules) {
  DerivedBatch out;
  stf::Progress progress;
  out.first = stf::first_cursor(end_, input.batch, input.posted);
  progress.cursor = out.first;
  Data data{input};
  BatchSignatures signatures(input.pages, rules.domain, threads_);
  Observer observer{out, progress, on_item_};
  stf::UnitRunner runner(*state_, rules, data, signatures, observer);
  stf::Cursor& c = progress.cursor;
  u64 units = 0;
  while (c.phase != stf::Phase::finished) {
    const RowsPlace place{c.unit, c.page, c.offset, c.block_number, c.tx_index, progress.context};
    runner.run(progress);
    if (on_unit_) on_unit_(*state_, progress, ++units);
    // The place jumps to the end of the data where the rows end; the last row leads there too.
    if (c.page != c.data_len || place.page == c.data_len) continue;
    out.ended_why = why_rows_ended(place, data.page(place.page), c, rules);
    out.rows_ended_early = out.ended_why != RowsEnd::none;
    if (out.rows_ended_early) out.ended = place;
  }
  state_->seal_block(c.block_number);
  state_->seal_batch(input.batch);
  c.state_root = GAVEL_TRY(commit(input.batch));
  c.block_frontier = progress.blocks.hash();
  out.end = c;
  end_ = c;
  return out;
}

base::Result<Hash32, DeriveError> Deriver::commit(u64 batch) {
  state::PendingWrites writes;
  written_.clear();
  for (bool last = false; !last;) {
    const state::LogChunk* chunk = log_->take();
    GAVEL_CHECK(chunk != nullptr);
    last = chunk->end_of_batch && chunk->batch == batch;
    const std::span<const u8> entries = chunk->writes();
    const bool appended = writes.append(entries).ok();
    state::WriteSetReader reader(entries);
    while (const u8* at = reader.next()) {
      const state::WriteEntry entry = state::entry_at(at);
      if (entry.kind == state::EntryKind::kAfter)
        written_.push_back(state::object_key(entry.table, entry.index));
    }
    log_->give_back(chunk);
    if (!appended) return DeriveError::kTree;
  }
  std::sort(written_.begin(), written_.end());
  const auto streams = writes.streams();
  if (!tree_->plan(streams, plan_).ok()) return DeriveError::kTree;
  const Hash32 before = end_.state_root;
  tree_->apply(plan_);
  const Hash32 root = tree_->state_root();
  if (undo_ && !undo_->write(batch, before, root, plan_).ok()) return DeriveError::kDisk;
  return root;
}

state::JournalResult<state::UndoOverlay> Deriver::tree_at(u64 batch) const {
  if (!reaches(batch)) return state::JournalError::kMissing;
  state::UndoOverlay overlay = undo_->open(*tree_, batch);
  GAVEL_TRY(overlay.catch_up(end_.batch));
  return overlay;
}

void Deriver::forget_before(u64 batch) {
  if (undo_) undo_->forget_before(batch);
}

}  // namespace gavel::settle
