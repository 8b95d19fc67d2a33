#include "state/hot_snapshot.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace gavel::state {

using exchange::Table;

SnapshotTap::SnapshotTap() : bytes_(kSliceBytes) {
  // The shortest encoding is longer than four bytes: no slice has more objects.
  ends_.reserve(kSliceBytes / 4);
}

void SnapshotTap::serve(const HotState& state) {
  if (step_.load(std::memory_order_acquire) != Step::asked) return;
  const Table table = static_cast<Table>(table_);
  extent_ = table == Table::global ? 2 : state.peek_global().tables[table_].next;
  ends_.clear();
  u32 at = 0;
  for (u32 i = first_; i < extent_ && ends_.size() < ends_.capacity(); ++i) {
    if (kSliceBytes - at < stf::kLongestObjectBytes) break;
    at += state.encode(table, i, std::span(bytes_).subspan(at));
    ends_.push_back(at);
  }
  Step asked = Step::asked;
  step_.compare_exchange_strong(asked, Step::answered, std::memory_order_acq_rel);
}

// False if there will be no answer.
bool SnapshotTap::ask(u8 table, u32 first) {
  ends_.clear();
  Step expected = step_.load(std::memory_order_acquire);
  if (expected == Step::closed) return false;
  table_ = table;
  first_ = first;
  if (!step_.compare_exchange_strong(expected, Step::asked, std::memory_order_acq_rel))
    return false;
  for (;;) {
    const Step step = step_.load(std::memory_order_acquire);
    if (step == Step::closed) {
      ends_.clear();
      return false;
    }
    if (step == Step::answered) return true;
    // A block lasts far longer than this.
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

u32 SnapshotTap::extent(u8 table) {
  if (table >= exchange::kTableCount || !ask(table, 1)) return 0;
  return extent_;
}

u32 SnapshotTap::encode(u8 table, u32 index, std::span<u8> out) {
  if (table >= exchange::kTableCount) return 0;
  if (!held(table, index) && (!ask(table, index) || !held(table, index))) return 0;
  const u32 position = index - first_;
  const u32 from = position == 0 ? 0 : ends_[position - 1];
  const u32 size = ends_[position] - from;
  std::copy_n(bytes_.begin() + from, size, out.begin());
  return size;
}

}  // namespace gavel::state
