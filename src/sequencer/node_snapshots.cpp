#include "sequencer/node_snapshots.hpp"

#include <chrono>

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

  void fill(const state::HotState& state, const ChainHead& head) {
    static constexpr u32 kLookAtClockEvery = 256;
    const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(kSliceNs);
    const u32 extent = table == 0 ? 2 : state.peek_global().tables[table].next;
    std::array<u8, stf::kLongestObjectBytes> buffer;
    last = first;
    while (last < extent) {
      const u32 size = state.encode(static_cast<Table>(table), last, buffer);
      bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + size);
      ends.push_back(static_cast<u32>(bytes.size()));
      ++last;
      if (last % kLookAtClockEvery == 0 && std::chrono::steady_clock::now() > until) break;
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

std::shared_ptr<NodeSnapshots::Slice> NodeSnapshots::encode_slice(u8 table, u32 first) {
  auto slice = std::make_shared<Slice>();
  slice->table = table;
  slice->first = first;
  const bool asked = executor_.ask([slice](const state::HotState& state, const ChainHead& head) {
    slice->fill(state, head);
    const std::lock_guard lock(slice->mutex);
    slice->done = true;
    slice->filled.notify_one();
  });
  if (!asked) return nullptr;
  // The executor answers every question that it took, at its end too.
  std::unique_lock lock(slice->mutex);
  slice->filled.wait(lock, [&] { return slice->done; });
  return slice;
}

bool NodeSnapshots::copy(state::SnapshotWriter& writer, u64& batch_in_progress) {
  for (u8 table = 0; table < exchange::kTableCount; ++table) {
    for (u32 first = 1;;) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return false;
      }
      const std::shared_ptr<Slice> slice = encode_slice(table, first);
      if (slice == nullptr) return false;
      SliceSource source(*slice);
      if (!writer.copy(source, table, slice->first, slice->last).ok()) return false;
      batch_in_progress = slice->batch;
      if (slice->end_of_table) break;
      first = slice->last;
    }
  }
  return true;
}

void NodeSnapshots::run() {
  while (true) {
    std::optional<state::SnapshotWriter> writer;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || writer_.has_value(); });
      if (stopping_) return;
      writer.emplace(std::move(*writer_));
      writer_.reset();
    }
    u64 batch = 0;
    const bool copied = copy(*writer, batch);
    auto shared = std::make_shared<state::SnapshotWriter>(std::move(*writer));
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
}

}  // namespace gavel::sequencer
