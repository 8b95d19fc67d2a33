#include "sequencer/node_snapshots.hpp"

#include "ops/log.hpp"

namespace gavel::sequencer {

using exchange::Table;

// Encodings of objects [first, last) of a table, filled on the executor's thread.
struct NodeSnapshots::Slice {
  u8 table = 0;
  u32 first = 0;
  u32 last = 0;
  bool end_of_table = false;
  u64 batch = 0;  // in progress
  std::vector<u8> bytes;
  std::vector<u32> ends;  // of each object's encoding in `bytes`

  std::mutex mutex;
  std::condition_variable filled;
  bool done = false;

  void fill(const state::HotState& state, const ChainHead& head, io::Clock& clock, u32 most) {
    static constexpr u32 kLookAtClockEvery = 256;
    const u64 until_ns = clock.monotonic_ns() + kSliceNs;
    const u32 extent = table == 0 ? 2 : state.peek_global().tables[table].next;
    std::array<u8, stf::kLongestObjectBytes> buffer;
    last = first;
    while (last < extent && last - first < most) {
      const u32 size = state.encode(static_cast<Table>(table), last, buffer);
      bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + size);
      ends.push_back(static_cast<u32>(bytes.size()));
      ++last;
      if (last % kLookAtClockEvery == 0 && clock.monotonic_ns() > until_ns) break;
    }
    end_of_table = last >= extent;
    batch = head.batch;
  }
};

namespace {

// The snapshot writer's view of a filled slice.
template <class Slice>
class SliceSource final : public state::ObjectSource {
 public:
  explicit SliceSource(const Slice& slice) : slice_(slice) {}
  u32 extent(u8) override { return slice_.last; }
  u32 encode(u8, u32 index, std::span<u8> out) override {
    const u32 at = index - slice_.first;
    const u32 begin = at == 0 ? 0 : slice_.ends[at - 1];
    const u32 size = slice_.ends[at] - begin;
    std::copy_n(slice_.bytes.begin() + begin, size, out.begin());
    return size;
  }

 private:
  const Slice& slice_;
};

}  // namespace

void NodeSnapshots::start() {
  thread_ = std::thread([this] { run(); });
}

void NodeSnapshots::begin(u64 committed) {
  if (committed < sealed_at_) return;
  {
    const std::lock_guard lock(mutex_);
    if (under_way_ || stopping_) return;
  }
  auto writer = tree_.begin_snapshot();
  if (!writer.ok()) {
    failed_.fetch_add(1);
    ops::log_warn("node", "a snapshot could not be begun; the next batches will try again");
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    writer_.emplace(std::move(*writer));
    under_way_ = true;
  }
  wake_.notify_one();
}

void NodeSnapshots::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool NodeSnapshots::take_begun() {
  const std::lock_guard lock(mutex_);
  if (stopping_ || !writer_.has_value()) return false;
  copy_.emplace(Copy{std::move(*writer_), 0, 1, 0, nullptr});
  writer_.reset();
  return true;
}

// The executor answers every question that it took, at its end too.
void NodeSnapshots::ask_slice() {
  auto slice = std::make_shared<Slice>();
  slice->table = copy_->table;
  slice->first = copy_->first;
  const bool asked =
      executor_.ask([slice, this](const state::HotState& state, const ChainHead& head) {
        slice->fill(state, head, clock_, slice_objects_);
        const std::lock_guard lock(slice->mutex);
        slice->done = true;
        slice->filled.notify_one();
      });
  if (!asked) return end_copy(false);
  copy_->slice = std::move(slice);
}

// Of the filled slice.
void NodeSnapshots::append_slice() {
  const std::shared_ptr<Slice> slice = std::move(copy_->slice);
  copy_->slice = nullptr;
  SliceSource source(*slice);
  if (!copy_->writer.copy(source, slice->table, slice->first, slice->last).ok())
    return end_copy(false);
  copy_->batch = slice->batch;
  copy_->first = slice->last;
  if (!slice->end_of_table) return;
  copy_->first = 1;
  if (++copy_->table == exchange::kTableCount) end_copy(true);
}

void NodeSnapshots::end_copy(bool copied) {
  auto shared = std::make_shared<state::SnapshotWriter>(std::move(copy_->writer));
  const u64 batch = copy_->batch;
  copy_.reset();
  cold_.post([this, copied, batch, shared] {
    const bool sealed = copied && tree_.finish_snapshot(std::move(*shared), batch).ok();
    if (sealed) sealed_at_ = batch;
    (sealed ? taken_ : failed_).fetch_add(1);
    const std::lock_guard lock(mutex_);
    under_way_ = false;
    if (!sealed && !stopping_)
      ops::log_warn("node", "a snapshot failed; the next batches will try again");
  });
}

bool NodeSnapshots::step() {
  if (!copy_ && !take_begun()) return false;
  if (copy_->slice == nullptr) {
    ask_slice();
    return true;
  }
  {
    const std::lock_guard lock(copy_->slice->mutex);
    if (!copy_->slice->done) return false;
  }
  append_slice();
  return true;
}

void NodeSnapshots::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (stopping_) break;
      if (!copy_) wake_.wait(lock, [&] { return stopping_ || writer_.has_value(); });
    }
    if (!step() && copy_ && copy_->slice != nullptr) {
      std::unique_lock lock(copy_->slice->mutex);
      copy_->slice->filled.wait(lock, [&] { return copy_->slice->done; });
    }
  }
  if (copy_) end_copy(false);
}

}  // namespace gavel::sequencer
