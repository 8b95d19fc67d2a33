// ByteSource: the bytes of a file, decompressed on the way.
//
// What: a pull interface over plain, gzip, xz and zstd files. The compression is told by the first
// bytes, never by the name; concatenated members, streams and frames are read as one. Why: tapes
// are kept compressed and are larger than memory should have to hold. Invariant: memory is bounded
// (xz: 256 MiB, zstd: a 128 MiB window, plus fixed buffers) and so is the output (`max_bytes`),
// whatever the file says. A file that ends early is an error, not a shorter tape.
// Source: RFC 1952 (gzip), RFC 8878 (zstd), the .xz file format 1.1.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::replay {

enum class SourceError : u8 {
  not_found,
  access,
  io,
  corrupt,       // the compressed data breaks its format or checksum
  truncated,     // the compressed data ends early
  memory_limit,  // its decoder would need more memory than allowed
  too_long,      // more than max_bytes
};
[[nodiscard]] std::string_view text_of(SourceError error);

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to out.size() bytes, at least one unless the data has ended (0). After an error nothing may
  // be read.
  [[nodiscard]] virtual base::Result<u64, SourceError> read(std::span<u8> out) = 0;
};
using SourceResult = base::Result<std::unique_ptr<ByteSource>, SourceError>;

inline constexpr u64 kMaxTapeBytes = u64{1} << 38;

// A file as it is on disk.
[[nodiscard]] SourceResult open_raw(const std::string& path);
// Bytes in memory, for tests, fuzzing and generated tapes.
[[nodiscard]] std::unique_ptr<ByteSource> memory_source(std::vector<u8> bytes);
// Looks at the first bytes and decompresses if they are a known magic number; else passes them
// through.
[[nodiscard]] SourceResult decompressed(std::unique_ptr<ByteSource> raw,
                                        u64 max_bytes = kMaxTapeBytes);
// open_raw and decompressed in one.
[[nodiscard]] SourceResult open_source(const std::string& path, u64 max_bytes = kMaxTapeBytes);

}  // namespace gavel::replay
