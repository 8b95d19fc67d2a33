#include "io/disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace gavel::io {

namespace {

DiskError error_of(int code) noexcept {
  switch (code) {
    case ENOENT:
      return DiskError::kNotFound;
    case EEXIST:
      return DiskError::kExists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return DiskError::kNoSpace;
    case ENOTDIR:
      return DiskError::kNotADirectory;
    case EACCES:
    case EPERM:
    case EROFS:
      return DiskError::kAccess;
    default:
      return DiskError::kIo;
  }
}

DiskError last_error() noexcept { return error_of(errno); }

class SystemFile final : public File {
 public:
  explicit SystemFile(int descriptor) : fd_(descriptor) {}
  ~SystemFile() override { ::close(fd_); }

  DiskResult<void> append(std::span<const u8> bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return last_error();
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
    return {};
  }

  DiskResult<u64> pread(u64 offset, std::span<u8> out) override {
    u64 done = 0;
    while (done < out.size()) {
      const ssize_t n =
          ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return last_error();
      if (n == 0) break;
      done += static_cast<u64>(n);
    }
    return done;
  }

  DiskResult<void> sync_data() override {
    if (::fdatasync(fd_) != 0) return last_error();
    return {};
  }

  DiskResult<void> truncate(u64 length) override {
    if (::ftruncate(fd_, static_cast<off_t>(length)) != 0) return last_error();
    return {};
  }

  DiskResult<u64> size() override {
    struct stat info{};
    if (::fstat(fd_, &info) != 0) return last_error();
    return static_cast<u64>(info.st_size);
  }

 private:
  int fd_;
};

}  // namespace

std::string_view name_of(DiskError error) noexcept {
  switch (error) {
    case DiskError::kNotFound:
      return "not_found";
    case DiskError::kExists:
      return "exists";
    case DiskError::kNoSpace:
      return "no_space";
    case DiskError::kNotADirectory:
      return "not_a_directory";
    case DiskError::kAccess:
      return "access";
    case DiskError::kIo:
      return "io";
  }
  return "unknown";
}

DiskResult<std::unique_ptr<File>> SystemDisk::open(const std::string& path, OpenMode mode) {
  int flags = O_CLOEXEC;
  if (mode == OpenMode::kRead) flags |= O_RDONLY;
  if (mode == OpenMode::kWrite) flags |= O_RDWR | O_APPEND | O_CREAT;
  if (mode == OpenMode::kCreate) flags |= O_RDWR | O_APPEND | O_CREAT | O_EXCL;
  const int fd = ::open(path.c_str(), flags, 0644);
  if (fd < 0) return last_error();
  return std::unique_ptr<File>(std::make_unique<SystemFile>(fd));
}

DiskResult<void> SystemDisk::rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return last_error();
  return {};
}

DiskResult<void> SystemDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return last_error();
  return {};
}

DiskResult<std::vector<std::string>> SystemDisk::list(const std::string& directory) {
  DIR* handle = ::opendir(directory.c_str());
  if (handle == nullptr) return last_error();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(handle)) {
    const std::string_view name = entry->d_name;
    struct stat info{};
    const bool is_file =
        ::stat((directory + '/' + entry->d_name).c_str(), &info) == 0 && S_ISREG(info.st_mode);
    if (is_file) names.emplace_back(name);
    errno = 0;
  }
  const int code = errno;
  ::closedir(handle);
  if (code != 0) return error_of(code);
  std::sort(names.begin(), names.end());
  return names;
}

DiskResult<void> SystemDisk::make_directory(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    const bool made = ::mkdir(part.c_str(), 0755) == 0;
    if (!made && errno != EEXIST) return last_error();
    // Without this a power cut may take the directory with everything in it. A process that was
    // killed here has made it and not synced it; what others made may lie where we cannot look.
    if (made || slash == std::string::npos) {
      const DiskResult<void> synced = sync_directory(directory_of(part));
      if (!synced.ok() && (made || synced.error() != DiskError::kAccess)) return synced;
    }
    if (slash == std::string::npos) break;
  }
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return last_error();
  if (!S_ISDIR(info.st_mode)) return DiskError::kNotADirectory;
  return {};
}

DiskResult<void> SystemDisk::sync_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return last_error();
  const bool synced = ::fsync(fd) == 0;
  const int code = errno;
  ::close(fd);
  if (!synced) return error_of(code);
  return {};
}

DiskResult<std::vector<u8>> read_file(Disk& disk, const std::string& path, u64 max_bytes) {
  const std::unique_ptr<File> file = GAVEL_TRY(disk.open(path, OpenMode::kRead));
  const u64 size = GAVEL_TRY(file->size());
  if (size > max_bytes) return DiskError::kNoSpace;
  std::vector<u8> bytes(size);
  bytes.resize(GAVEL_TRY(file->pread(0, bytes)));
  return bytes;
}

DiskResult<void> replace_file(Disk& disk, const std::string& path, std::span<const u8> bytes) {
  const std::string beside = path + ".new";
  {
    const std::unique_ptr<File> file = GAVEL_TRY(disk.open(beside, OpenMode::kWrite));
    GAVEL_TRY(file->truncate(0));
    GAVEL_TRY(file->append(bytes));
    GAVEL_TRY(file->sync_data());
  }
  return disk.rename(beside, path);
}

DiskResult<void> write_file_atomically(Disk& disk, const std::string& path,
                                       std::span<const u8> bytes) {
  GAVEL_TRY(replace_file(disk, path, bytes));
  return disk.sync_directory(directory_of(path));
}

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace gavel::io
