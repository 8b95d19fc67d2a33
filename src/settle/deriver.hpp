// Deriver: executes batches from L1's data alone, with the rules of the node, and says what they
// give.
//
// What: a hot state and a state tree of its own, from the genesis; derive() runs one batch unit by
// unit and returns its end cursor. The signatures of a batch are recovered beforehand, side by
// side, because they are nearly all of the work. Invariant: nothing comes from the operator: what a
// batch gives follows from the posted words, the pages and the inbox messages. Cost: about 30 us a
// transaction and core (signatures), 2 us beyond.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "da/batch_configs.hpp"
#include "da/page_writer.hpp"
#include "settle/contracts.hpp"
#include "settle/l1_feed.hpp"
#include "settle/rows_end.hpp"
#include "state/hot_state.hpp"
#include "state/tree_live.hpp"
#include "state/undo_records.hpp"
#include "stf/unit.hpp"

namespace gavel::settle {

// A transaction or message as it was executed, for reports.
struct DerivedItem {
  u64 block = 0;
  u64 index = 0;
  u8 kind = 0;
  Hash32 id;
  exchange::Reject result{};
  const stf::Receipt* receipt = nullptr;  // valid during the call
};

// A row that a judge consumes without executing it.
struct MalformedRow {
  u64 block = 0;
  u64 index = 0;  // transactions before it in the block
  u64 page = 0;
  u64 offset = 0;
  stf::Malformed why{};
};

struct DerivedBlock {
  u64 number = 0;
  u64 timestamp_ms = 0;
  u64 transactions = 0;
  Hash32 hash;
};

struct DerivedBatch {
  stf::Cursor first;
  stf::Cursor end;
  u64 transactions = 0;
  u64 fills = 0;
  u64 rejects = 0;
  std::vector<DerivedBlock> blocks;
  std::vector<MalformedRow> malformed;  // the first few
  u64 malformed_count = 0;
  bool rows_ended_early = false;  // data was left when the rows ended
  RowsEnd ended_why = RowsEnd::none;
  RowsPlace ended;          // the place of what ended them
  u64 forced_messages = 0;  // executed because they were overdue, by no row
  u64 first_forced_block = 0;
};

struct BatchInput {
  u64 batch = 0;
  stf::Posted posted;
  std::vector<Bytes> pages;
  const std::vector<FeedMessage>* messages =
      nullptr;  // all of the chain; the snapshot's count is message_count
  u64 message_count = 0;
};

enum class DeriveError : u8 {
  kTree,  // the state tree refused: beyond capacity, a fault of this program
  kDisk,  // the disk refused the undo record
};

// Where a deriver keeps what it overwrites, so that older states can be reopened. Without a disk
// it keeps nothing.
struct UndoPlace {
  io::Disk* disk = nullptr;
  std::string directory;  // the deriver's own: it removes the records that it finds there
  u32 batches = 6'048;    // how far back: 7 days at 100 s
};

class Deriver {
 public:
  // The state of the genesis; `config`: the words of batch 0's configuration, `capacity`: the
  // greatest of any batch's; `threads` for signatures and tree.
  Deriver(std::span<const u8, stf::kConfigBytes> config,
          const std::array<u32, exchange::kTableCount>& capacity, u32 threads,
          const UndoPlace& undo = {});
  // One configuration for all batches.
  Deriver(const stf::Config& config, u32 threads, const UndoPlace& undo = {})
      : Deriver(da::words_of(config), config.capacity, threads, undo) {}
  ~Deriver();

  const stf::Cursor& end() const { return end_; }
  const Hash32& genesis_root() const { return genesis_root_; }
  // Called for each executed item, if set.
  void on_item(std::function<void(const DerivedItem&)> hook) { on_item_ = std::move(hook); }

  // Called after each unit of a batch, if set, with its number from 1 on: for tests that derive
  // what an operator would who does not keep to the rules.
  using UnitHook = std::function<void(state::HotState&, stf::Progress&, u64 unit)>;
  void on_unit(UnitHook hook) { on_unit_ = std::move(hook); }

  // The next batch. `rules`: of the configuration that L1 fixed for it.
  [[nodiscard]] base::Result<DerivedBatch, DeriveError> derive(const BatchInput& input,
                                                               const stf::Rules& rules);

  const state::HotState& state() const { return *state_; }
  const state::TreeView& tree() const { return *tree_; }
  // The tree at the end of an older batch, over this one's arrays. kMissing: its records are not
  // kept. To be caught up after each derive().
  [[nodiscard]] state::JournalResult<state::UndoOverlay> tree_at(u64 batch) const;
  // Whether the records that lead back to the end of `batch` are kept.
  bool reaches(u64 batch) const { return undo_ && batch <= end_.batch && undo_->reaches(batch); }
  // No batch before this one will be reopened: what it overwrote may go.
  void forget_before(u64 batch);
  // Objects that the last batch wrote, as (table << 32 | index), ascending.
  const std::vector<u64>& written() const { return written_; }

 private:
  [[nodiscard]] base::Result<Hash32, DeriveError> commit(u64 batch);

  std::unique_ptr<state::WriteLog> log_;
  std::unique_ptr<state::HotState> state_;
  std::unique_ptr<state::LiveTree> tree_;
  u32 threads_;
  Hash32 genesis_root_;
  stf::Cursor end_;
  std::vector<u64> written_;
  std::optional<state::UndoRecords> undo_;
  state::TreePlan plan_;
  std::function<void(const DerivedItem&)> on_item_;
  UnitHook on_unit_;
};

// The state root of a chain's first state, whatever its configuration: the allocator alone.
Hash32 genesis_state_root();

}  // namespace gavel::settle
