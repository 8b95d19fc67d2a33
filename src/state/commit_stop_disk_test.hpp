// A disk on which everything stops at a chosen operation, as if the process were killed there.
#pragma once

#include "io/disk.hpp"

namespace gavel::state {

// Counts the operations that change something; from number `stop_at` on all fail. The one at which
// it stops has taken effect already if `effect` is set: killed just after instead of just before.
class StopDisk final : public io::Disk {
 public:
  StopDisk(io::Disk& disk, u64 stop_at, bool effect)
      : disk_(disk), stop_at_(stop_at), effect_(effect) {}
  bool stopped() const { return done_ > stop_at_; }

  io::DiskResult<std::unique_ptr<io::File>> open(const std::string& path,
                                                 io::OpenMode mode) override {
    auto file = disk_.open(path, mode);
    if (!file.ok()) return file.error();
    return std::unique_ptr<io::File>(new StopFile(*this, std::move(file).value()));
  }
  io::DiskResult<void> rename(const std::string& from, const std::string& to) override {
    return change([&] { return disk_.rename(from, to); });
  }
  io::DiskResult<void> remove(const std::string& path) override {
    return change([&] { return disk_.remove(path); });
  }
  io::DiskResult<std::vector<std::string>> list(const std::string& directory) override {
    return disk_.list(directory);
  }
  io::DiskResult<void> make_directory(const std::string& path) override {
    return change([&] { return disk_.make_directory(path); });
  }
  io::DiskResult<void> sync_directory(const std::string& path) override {
    return change([&] { return disk_.sync_directory(path); });
  }

 private:
  class StopFile final : public io::File {
   public:
    StopFile(StopDisk& disk, std::unique_ptr<io::File> file)
        : disk_(disk), file_(std::move(file)) {}
    io::DiskResult<void> append(std::span<const u8> bytes) override {
      return disk_.change([&] { return file_->append(bytes); });
    }
    io::DiskResult<u64> pread(u64 offset, std::span<u8> out) override {
      return file_->pread(offset, out);
    }
    io::DiskResult<void> sync_data() override {
      return disk_.change([&] { return file_->sync_data(); });
    }
    io::DiskResult<void> truncate(u64 length) override {
      return disk_.change([&] { return file_->truncate(length); });
    }
    io::DiskResult<u64> size() override { return file_->size(); }

   private:
    StopDisk& disk_;
    std::unique_ptr<io::File> file_;
  };

  io::DiskResult<void> change(const auto& operation) {
    const u64 number = done_++;
    if (number < stop_at_) return operation();
    if (number == stop_at_ && effect_) static_cast<void>(operation().ok());
    return io::DiskError::kIo;
  }

  io::Disk& disk_;
  u64 stop_at_;
  bool effect_;
  u64 done_ = 0;
};

}  // namespace gavel::state
