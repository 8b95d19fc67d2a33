// Files as an interface: append, read at an offset, sync, and the directory operations a log needs.
//
// What is promised: bytes are durable once sync_data() returned; a file's name (creation, rename,
// removal) is durable once sync_directory() of its directory returned. Nothing else is. FakeDisk
// (fake_disk.hpp) takes away whatever was not promised, so code that is right on it is right on a
// disk that loses power. Invariant: a failed append may have written a prefix; the caller truncates
// back to what it knows.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::io {

enum class DiskError : u8 {
  kNotFound,
  kExists,
  kNoSpace,
  kNotADirectory,
  kAccess,
  kIo,  // the device failed, or a simulated fault; data written but not synced may be lost
};

[[nodiscard]] std::string_view name_of(DiskError error) noexcept;

template <class T>
using DiskResult = base::Result<T, DiskError>;

enum class OpenMode : u8 {
  kRead,    // must exist
  kWrite,   // created if absent, kept if present
  kCreate,  // must not exist
};

class File {
 public:
  virtual ~File() = default;
  // Appends all bytes at the end of the file. On an error a prefix may have been written.
  [[nodiscard]] virtual DiskResult<void> append(std::span<const u8> bytes) = 0;
  // Reads up to out.size() bytes from the offset; fewer only at the end of the file. Returns the
  // count.
  [[nodiscard]] virtual DiskResult<u64> pread(u64 offset, std::span<u8> out) = 0;
  // All appended bytes and the length are durable on success. After an error nothing may be assumed
  // about bytes appended since the last success (fsync reports an error once and forgets).
  [[nodiscard]] virtual DiskResult<void> sync_data() = 0;
  [[nodiscard]] virtual DiskResult<void> truncate(u64 length) = 0;
  [[nodiscard]] virtual DiskResult<u64> size() = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;
  [[nodiscard]] virtual DiskResult<std::unique_ptr<File>> open(const std::string& path,
                                                               OpenMode mode) = 0;
  // Atomic; replaces the target.
  [[nodiscard]] virtual DiskResult<void> rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual DiskResult<void> remove(const std::string& path) = 0;
  // Names (not paths) of the directory's files, sorted.
  [[nodiscard]] virtual DiskResult<std::vector<std::string>> list(const std::string& directory) = 0;
  // With its parents; an existing directory is fine. One that is made is durable on return.
  [[nodiscard]] virtual DiskResult<void> make_directory(const std::string& path) = 0;
  [[nodiscard]] virtual DiskResult<void> sync_directory(const std::string& path) = 0;
};

// The operating system's files.
class SystemDisk final : public Disk {
 public:
  DiskResult<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  DiskResult<void> rename(const std::string& from, const std::string& to) override;
  DiskResult<void> remove(const std::string& path) override;
  DiskResult<std::vector<std::string>> list(const std::string& directory) override;
  DiskResult<void> make_directory(const std::string& path) override;
  DiskResult<void> sync_directory(const std::string& path) override;
};

// The whole file; kNoSpace if it is longer than max_bytes.
[[nodiscard]] DiskResult<std::vector<u8>> read_file(Disk& disk, const std::string& path,
                                                    u64 max_bytes);
// Writes beside the target, syncs and renames: after a crash the target is old or new, never mixed.
// Which of the two is open until its directory is synced.
[[nodiscard]] DiskResult<void> replace_file(Disk& disk, const std::string& path,
                                            std::span<const u8> bytes);
// And syncs the directory: the target is new, whatever happens.
[[nodiscard]] DiskResult<void> write_file_atomically(Disk& disk, const std::string& path,
                                                     std::span<const u8> bytes);

// "a/b/c" -> "a/b"; "c" -> ".".
[[nodiscard]] std::string directory_of(const std::string& path);

}  // namespace gavel::io
