#include "sim/sim_disk.hpp"

namespace gavel::sim {

using io::DiskError;
using io::DiskResult;

class SimFile final : public io::File {
 public:
  SimFile(SimDisk& disk, std::unique_ptr<io::File> file)
      : disk_(disk), life_(disk.life_), file_(std::move(file)) {}

  DiskResult<void> append(std::span<const u8> bytes) override {
    if (!disk_.enter(life_)) return DiskError::kIo;
    return file_->append(bytes);
  }
  DiskResult<u64> pread(u64 offset, std::span<u8> out) override {
    if (!disk_.enter(life_)) return DiskError::kIo;
    return file_->pread(offset, out);
  }
  DiskResult<void> sync_data() override {
    if (!disk_.enter(life_)) return DiskError::kIo;
    if (disk_.lies_) return {};
    return file_->sync_data();
  }
  DiskResult<void> truncate(u64 length) override {
    if (!disk_.enter(life_)) return DiskError::kIo;
    return file_->truncate(length);
  }
  DiskResult<u64> size() override {
    if (!disk_.enter(life_)) return DiskError::kIo;
    return file_->size();
  }

 private:
  SimDisk& disk_;
  u64 life_;
  std::unique_ptr<io::File> file_;
};

bool SimDisk::enter(u64 life) {
  ++calls_;
  if (!dead_ && calls_ >= die_at_) die(die_how_);
  return !dead_ && life == life_;
}

void SimDisk::die(Death how) {
  if (dead_) return;
  dead_ = true;
  die_at_ = ~u64{0};
  if (how == Death::power) disk_.power_cut();
}

void SimDisk::die_after(u64 calls, Death how) {
  die_at_ = calls_ + calls;
  die_how_ = how;
}

void SimDisk::begin_life() {
  dead_ = false;
  die_at_ = ~u64{0};
  ++life_;
}

DiskResult<std::unique_ptr<io::File>> SimDisk::open(const std::string& path, io::OpenMode mode) {
  if (!enter(life_)) return DiskError::kIo;
  auto file = disk_.open(path, mode);
  if (!file.ok()) return file.error();
  return std::unique_ptr<io::File>(std::make_unique<SimFile>(*this, std::move(*file)));
}

DiskResult<void> SimDisk::rename(const std::string& from, const std::string& to) {
  if (!enter(life_)) return DiskError::kIo;
  return disk_.rename(from, to);
}

DiskResult<void> SimDisk::remove(const std::string& path) {
  if (!enter(life_)) return DiskError::kIo;
  return disk_.remove(path);
}

DiskResult<std::vector<std::string>> SimDisk::list(const std::string& directory) {
  if (!enter(life_)) return DiskError::kIo;
  return disk_.list(directory);
}

DiskResult<void> SimDisk::make_directory(const std::string& path) {
  if (!enter(life_)) return DiskError::kIo;
  return disk_.make_directory(path);
}

DiskResult<void> SimDisk::sync_directory(const std::string& path) {
  if (!enter(life_)) return DiskError::kIo;
  return disk_.sync_directory(path);
}

}  // namespace gavel::sim
