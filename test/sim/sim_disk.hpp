// SimDisk: the node's disk in a simulation: a FakeDisk that the process or the power can take away
// between any two calls.
//
// What: counts calls, and dies at the one it was told, or at once: either with the power (what was
// not synced is lost) or with the process alone (what was written stays, but nobody writes any
// more). Every call then fails, until begin_life(). Invariant: what a dead life still tries to do
// has no effect. One thread.
#pragma once

#include "io/fake_disk.hpp"

namespace gavel::sim {

enum class Death : u8 { process, power };

class SimDisk final : public io::Disk {
 public:
  explicit SimDisk(u64 seed) : disk_(seed) {}

  io::DiskResult<std::unique_ptr<io::File>> open(const std::string& path,
                                                 io::OpenMode mode) override;
  io::DiskResult<void> rename(const std::string& from, const std::string& to) override;
  io::DiskResult<void> remove(const std::string& path) override;
  io::DiskResult<std::vector<std::string>> list(const std::string& directory) override;
  io::DiskResult<void> make_directory(const std::string& path) override;
  io::DiskResult<void> sync_directory(const std::string& path) override;

  void die(Death how);
  // Dies `calls` calls from now, before that call has its effect.
  void die_after(u64 calls, Death how);
  bool dead() const { return dead_; }
  // A new process on what is left.
  void begin_life();
  // From now on sync_data says that all is well and does nothing. No node can stand that: a run
  // with it shows that the checks see it.
  void lie() { lies_ = true; }

  u64 calls() const { return calls_; }
  io::FakeDisk& fake() { return disk_; }

 private:
  friend class SimFile;
  // Whether a call of this life may have its effect.
  bool enter(u64 life);

  io::FakeDisk disk_;
  u64 life_ = 1;
  bool dead_ = false;
  bool lies_ = false;
  u64 calls_ = 0;
  u64 die_at_ = ~u64{0};
  Death die_how_ = Death::power;
};

}  // namespace gavel::sim
