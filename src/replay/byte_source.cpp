#include "replay/byte_source.hpp"

#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace gavel::replay {
namespace {

using ReadResult = base::Result<u64, SourceError>;

constexpr std::size_t kInputBytes = 64 * 1024;
constexpr u64 kXzMemoryBytes = u64{256} << 20;
constexpr int kZstdWindowLog = 27;

class FileSource final : public ByteSource {
 public:
  explicit FileSource(int fd) : fd_(fd) {}
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  ReadResult read(std::span<u8> out) override {
    for (;;) {
      const ssize_t n = ::read(fd_, out.data(), out.size());
      if (n >= 0) return static_cast<u64>(n);
      if (errno != EINTR) return SourceError::io;
    }
  }

 private:
  int fd_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<u8> bytes) : bytes_(std::move(bytes)) {}
  ReadResult read(std::span<u8> out) override {
    const std::size_t n = std::min(out.size(), bytes_.size() - at_);
    if (n > 0) std::memcpy(out.data(), bytes_.data() + at_, n);
    at_ += n;
    return static_cast<u64>(n);
  }

 private:
  std::vector<u8> bytes_;
  std::size_t at_ = 0;
};

// The compressed bytes in front of a decoder, including those read to see the magic number.
class Input {
 public:
  explicit Input(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // Makes at least `want` bytes available unless the data ends before.
  base::Result<void, SourceError> fill(std::size_t want) {
    while (end_ - begin_ < want && !finished_) {
      if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
      }
      const u64 n = GAVEL_TRY(source_->read(std::span<u8>(buffer_).subspan(end_)));
      finished_ = n == 0;
      end_ += n;
    }
    return {};
  }
  std::span<const u8> bytes() const {
    return std::span<const u8>(buffer_).subspan(begin_, end_ - begin_);
  }
  void consume(std::size_t n) { begin_ += n; }
  // No byte is left, now or later; meaningful after fill(1).
  bool ended() const { return finished_ && begin_ == end_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::array<u8, kInputBytes> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool finished_ = false;
};

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(std::unique_ptr<Input> input) : input_(std::move(input)) {}
  ReadResult read(std::span<u8> out) override {
    GAVEL_TRY(input_->fill(1));
    const std::size_t n = std::min(out.size(), input_->bytes().size());
    std::copy_n(input_->bytes().begin(), n, out.begin());
    input_->consume(n);
    return static_cast<u64>(n);
  }

 private:
  std::unique_ptr<Input> input_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<Input> input) : input_(std::move(input)) {
    GAVEL_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK);
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  ReadResult read(std::span<u8> out) override {
    while (true) {
      GAVEL_TRY(input_->fill(1));
      if (input_->ended()) {
        if (member_ended_) return u64{0};
        return SourceError::truncated;
      }
      if (member_ended_) {
        GAVEL_CHECK(inflateReset(&stream_) == Z_OK);
        member_ended_ = false;
      }
      const std::span<const u8> in = input_->bytes();
      stream_.next_in = const_cast<Bytef*>(in.data());  // zlib reads only
      stream_.avail_in = static_cast<uInt>(in.size());
      stream_.next_out = out.data();
      stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1u << 30));
      const uInt room = stream_.avail_out;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      input_->consume(in.size() - stream_.avail_in);
      if (code == Z_MEM_ERROR) return SourceError::memory_limit;
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return SourceError::corrupt;
      member_ended_ = code == Z_STREAM_END;
      if (stream_.avail_out != room) return static_cast<u64>(room - stream_.avail_out);
    }
  }

 private:
  std::unique_ptr<Input> input_;
  z_stream stream_{};
  bool member_ended_ = false;
};

class XzSource final : public ByteSource {
 public:
  explicit XzSource(std::unique_ptr<Input> input) : input_(std::move(input)) {
    GAVEL_CHECK(lzma_stream_decoder(&stream_, kXzMemoryBytes, LZMA_CONCATENATED) == LZMA_OK);
  }
  ~XzSource() override { lzma_end(&stream_); }
  XzSource(const XzSource&) = delete;
  XzSource& operator=(const XzSource&) = delete;

  ReadResult read(std::span<u8> out) override {
    while (!ended_) {
      GAVEL_TRY(input_->fill(1));
      const bool last = input_->ended();
      const std::span<const u8> in = input_->bytes();
      stream_.next_in = in.data();
      stream_.avail_in = in.size();
      stream_.next_out = out.data();
      stream_.avail_out = out.size();
      const lzma_ret code = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
      input_->consume(in.size() - stream_.avail_in);
      const u64 made = out.size() - stream_.avail_out;
      if (code == LZMA_STREAM_END) {
        ended_ = true;
        return made;
      }
      if (code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR) return SourceError::memory_limit;
      if (last && made == 0) return SourceError::truncated;
      if (code != LZMA_OK && code != LZMA_BUF_ERROR) return SourceError::corrupt;
      if (made > 0) return made;
    }
    return u64{0};
  }

 private:
  std::unique_ptr<Input> input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<Input> input)
      : input_(std::move(input)), context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
    GAVEL_CHECK(context_ != nullptr);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  }

  ReadResult read(std::span<u8> out) override {
    while (true) {
      GAVEL_TRY(input_->fill(1));
      const bool last = input_->ended();
      if (last && frame_ended_) return u64{0};
      const std::span<const u8> bytes = input_->bytes();
      ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
      ZSTD_outBuffer made{out.data(), out.size(), 0};
      const std::size_t left = ZSTD_decompressStream(context_.get(), &made, &in);
      if (ZSTD_isError(left) != 0) return SourceError::corrupt;
      input_->consume(in.pos);
      frame_ended_ = left == 0;
      if (made.pos > 0) return static_cast<u64>(made.pos);
      if (last && !frame_ended_) return SourceError::truncated;
    }
  }

 private:
  std::unique_ptr<Input> input_;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  bool frame_ended_ = false;
};

// Ends with an error once more than max_bytes came out.
class LimitedSource final : public ByteSource {
 public:
  LimitedSource(std::unique_ptr<ByteSource> inner, u64 max_bytes)
      : inner_(std::move(inner)), left_(max_bytes) {}
  ReadResult read(std::span<u8> out) override {
    const u64 n = GAVEL_TRY(inner_->read(out));
    if (n > left_) return SourceError::too_long;
    left_ -= n;
    return n;
  }

 private:
  std::unique_ptr<ByteSource> inner_;
  u64 left_;
};

bool starts_with(std::span<const u8> bytes, std::initializer_list<u8> magic) {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

}  // namespace

std::string_view text_of(SourceError error) {
  switch (error) {
    case SourceError::not_found:
      return "no such file";
    case SourceError::access:
      return "permission denied";
    case SourceError::io:
      return "cannot be read";
    case SourceError::corrupt:
      return "the compressed data is damaged";
    case SourceError::truncated:
      return "the compressed data ends early";
    case SourceError::memory_limit:
      return "decompression needs more memory than allowed";
    case SourceError::too_long:
      return "longer than the limit";
  }
  return "cannot be read";
}

SourceResult open_raw(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return SourceError::not_found;
    if (errno == EACCES || errno == EPERM) return SourceError::access;
    return SourceError::io;
  }
  struct stat status{};
  if (::fstat(fd, &status) != 0 || S_ISDIR(status.st_mode)) {
    ::close(fd);
    return SourceError::io;
  }
  return std::unique_ptr<ByteSource>(new FileSource(fd));
}

std::unique_ptr<ByteSource> memory_source(std::vector<u8> bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

SourceResult decompressed(std::unique_ptr<ByteSource> raw, u64 max_bytes) {
  auto input = std::make_unique<Input>(std::move(raw));
  GAVEL_TRY(input->fill(6));
  const std::span<const u8> head = input->bytes();
  std::unique_ptr<ByteSource> source;
  if (starts_with(head, {0x1f, 0x8b})) {
    source = std::make_unique<GzipSource>(std::move(input));
  } else if (starts_with(head, {0xfd, '7', 'z', 'X', 'Z', 0x00})) {
    source = std::make_unique<XzSource>(std::move(input));
  } else if (starts_with(head, {0x28, 0xb5, 0x2f, 0xfd})) {
    source = std::make_unique<ZstdSource>(std::move(input));
  } else {
    source = std::make_unique<PlainSource>(std::move(input));
  }
  return std::unique_ptr<ByteSource>(new LimitedSource(std::move(source), max_bytes));
}

SourceResult open_source(const std::string& path, u64 max_bytes) {
  return decompressed(GAVEL_TRY(open_raw(path)), max_bytes);
}

}  // namespace gavel::replay
