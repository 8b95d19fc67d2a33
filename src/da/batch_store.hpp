// BatchStore: finished batches on disk, until L1 has them for good.
//
// What: one file a batch: its pages, and where the chain stood at its end. Written before the state
// tree commits the batch; the state root is put beside it afterwards. The poster reads pages from
// here, the claimer the end. Invariant: a batch that the state tree has committed has its file:
// whatever the node acknowledged can be posted after any crash. Files appear by rename, so one that
// exists is whole; its checksum is still verified.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "da/page_writer.hpp"
#include "io/disk.hpp"
#include "stf/cursor.hpp"

namespace gavel::da {

// The chain at the end of a batch: what its end cursor says besides what L1 posted.
struct BatchEnd {
  u64 batch = 0;
  u64 first_block = 0;  // number of its first block; first > last if it has none
  u64 block_number = 0;
  u64 timestamp_ms = 0;
  Hash32 prev_hash;
  u64 inbox_index = 0;
  u64 units = 0;  // until its last row is consumed
  u64 transactions = 0;
  Hash32 block_frontier;

  friend bool operator==(const BatchEnd&, const BatchEnd&) = default;
};

struct StoredBatch {
  BatchEnd end;
  PageStream pages;
};

// The end cursor that a batch has when its rows were all consumed and nothing was forced: the claim
// of an honest sequencer.
stf::Cursor end_cursor(const BatchEnd& end, const stf::Posted& posted, const Hash32& state_root);

enum class BatchStoreError : u8 { kDisk, kMissing, kCorrupt };

class BatchStore {
 public:
  BatchStore(io::Disk& disk, std::string directory)
      : disk_(disk), directory_(std::move(directory)) {}

  [[nodiscard]] base::Result<void, BatchStoreError> prepare();
  [[nodiscard]] base::Result<void, BatchStoreError> put(const BatchEnd& end,
                                                        const PageStream& pages);
  // Durable with the next put(); until then a start can put it again.
  [[nodiscard]] base::Result<void, BatchStoreError> put_root(u64 batch, const Hash32& state_root);
  [[nodiscard]] base::Result<StoredBatch, BatchStoreError> get(u64 batch) const;
  [[nodiscard]] base::Result<BatchEnd, BatchStoreError> get_end(u64 batch) const;
  [[nodiscard]] base::Result<Hash32, BatchStoreError> get_root(u64 batch) const;
  // Numbers of the stored batches, ascending.
  [[nodiscard]] base::Result<std::vector<u64>, BatchStoreError> list() const;
  // The path of a batch's file, for messages.
  std::string file_of(u64 batch) const { return path(batch, "batch"); }
  // Forgets batches below `batch`.
  [[nodiscard]] base::Result<void, BatchStoreError> remove_below(u64 batch);

  // Where a batch's file lies: suffix "batch" or "root".
  [[nodiscard]] std::string path(u64 batch, const char* suffix) const;

 private:
  io::Disk& disk_;
  std::string directory_;
};

}  // namespace gavel::da
