// A disk in memory that keeps only what was promised, and fails when its seed says so.
//
// Every file has two contents: what a reader sees and what survives a power cut. sync_data() copies
// the first to the second; power_cut() throws the first away, except for a torn tail: of the bytes
// appended since the last sync a random prefix survives, and its last sector may be rubbish, or any
// of the sectors survive (torn_sectors). Names behave likewise through sync_directory(): none of
// the changes since then survives, or any of them (torn_names). A watch sees every operation that
// changes something and decides its fate. Deterministic: the same seed and calls give the same
// faults. One thread. Source: the failure model of "All File Systems Are Not Created Equal" (Pillai
// et al., OSDI 2014), simplified.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "io/disk.hpp"
#include "io/random.hpp"

namespace gavel::io {

struct DiskFaults {
  u32 short_append_ppm = 0;  // an append writes a prefix and returns kIo
  u32 failed_sync_ppm =
      0;  // sync_data returns kIo; what it would have saved is lost at the next power cut
  u32 failed_read_ppm = 0;    // pread returns kIo
  bool torn_tail = true;      // at a power cut unsynced appends survive in part
  bool torn_sectors = false;  // and then each sector by itself: a lost one reads as zeros
  bool torn_names = false;    // at a power cut any of the unsynced changes of names may survive
  u32 sector_bytes = 512;
  u64 capacity_bytes = ~u64{0};  // appends beyond it return kNoSpace after writing what fits
};

enum class DiskOperation : u8 {
  kCreate,
  kAppend,
  kSync,
  kTruncate,
  kRename,
  kRemove,
  kMakeDirectory,
  kSyncDirectory,
};
// What becomes of an operation.
enum class DiskFate : u8 {
  kDone,
  kSkipped,  // nothing happens, and the caller is told that it did (syncs only)
  kNoSpace,  // fails; an append has written some of it
  kIo,       // likewise; a sync loses what it would have saved
};
// `site` says what for: the operation, the file with its digits as N, and for a sync what it makes
// durable ("sync_directory data/blocks: create N.blocks").
using DiskWatch = std::function<DiskFate(DiskOperation operation, const std::string& site)>;

class FakeDisk final : public Disk {
 public:
  explicit FakeDisk(u64 seed = 1, DiskFaults faults = {});
  ~FakeDisk() override;

  DiskResult<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  DiskResult<void> rename(const std::string& from, const std::string& to) override;
  DiskResult<void> remove(const std::string& path) override;
  DiskResult<std::vector<std::string>> list(const std::string& directory) override;
  DiskResult<void> make_directory(const std::string& path) override;
  DiskResult<void> sync_directory(const std::string& path) override;

  // The machine loses power: unsynced state is lost, every open File answers kIo from now on.
  void power_cut();
  // Another disk with what a power cut now would leave at least.
  [[nodiscard]] std::unique_ptr<FakeDisk> survivor() const;
  void set_faults(const DiskFaults& faults);
  // Asked before each operation that changes something; may call power_cut(). Empty: all are done.
  void watch(DiskWatch watch);
  // All files by path, as a reader sees them; and back, all of it durable.
  [[nodiscard]] std::map<std::string, std::vector<u8>> contents() const;
  void restore(const std::map<std::string, std::vector<u8>>& contents);
  [[nodiscard]] u64 used_bytes() const;
  [[nodiscard]] u64 sync_count() const;

 private:
  friend class FakeFile;
  struct Inode;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gavel::io
