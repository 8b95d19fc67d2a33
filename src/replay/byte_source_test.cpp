#include "replay/byte_source.hpp"

#include <gtest/gtest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <numeric>

namespace gavel::replay {
namespace {

using Bytes = std::vector<u8>;

Bytes sample(std::size_t length) {
  Bytes out(length);
  u64 x = 1;
  for (u8& byte : out) byte = static_cast<u8>('a' + (x = x * 6364136223846793005 + 1) % 7);
  return out;
}

Bytes gzip(const Bytes& in) {
  Bytes out(in.size() + 1'000);
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = const_cast<u8*>(in.data());
  stream.avail_in = static_cast<u32>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<u32>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

Bytes xz(const Bytes& in) {
  Bytes out(in.size() + 1'000);
  std::size_t length = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, nullptr, in.data(), in.size(), out.data(),
                                    &length, out.size()),
            LZMA_OK);
  out.resize(length);
  return out;
}

Bytes zstd(const Bytes& in) {
  Bytes out(ZSTD_compressBound(in.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), in.data(), in.size(), 3));
  return out;
}

Bytes plain(const Bytes& in) { return in; }

base::Result<Bytes, SourceError> read_all(Bytes file, u64 max_bytes = kMaxTapeBytes) {
  auto source = decompressed(memory_source(std::move(file)), max_bytes);
  if (!source.ok()) return base::Err{source.error()};
  Bytes out;
  std::array<u8, 1'000> buffer{};
  for (;;) {
    const u64 n = GAVEL_TRY((*source)->read(buffer));
    if (n == 0) return out;
    out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

struct Coding {
  const char* name;
  Bytes (*encode)(const Bytes&);
  bool compressed;
};
const Coding kCodings[] = {
    {"plain", plain, false}, {"gzip", gzip, true}, {"xz", xz, true}, {"zstd", zstd, true}};

TEST(ByteSource, GivesBackWhatWasCompressed) {
  for (const Coding& coding : kCodings) {
    for (const std::size_t length : {0u, 1u, 5u, 64u * 1024, 300'000u}) {
      const auto out = read_all(coding.encode(sample(length)));
      ASSERT_TRUE(out.ok()) << coding.name << " " << length;
      EXPECT_EQ(*out, sample(length)) << coding.name << " " << length;
    }
  }
}

TEST(ByteSource, ReadsConcatenatedPartsAsOne) {
  for (const Coding& coding : kCodings) {
    Bytes file = coding.encode(sample(1'000));
    const Bytes second = coding.encode(sample(70'000));
    file.insert(file.end(), second.begin(), second.end());
    Bytes expected = sample(1'000);
    const Bytes more = sample(70'000);
    expected.insert(expected.end(), more.begin(), more.end());
    const auto out = read_all(file);
    ASSERT_TRUE(out.ok()) << coding.name;
    EXPECT_EQ(*out, expected) << coding.name;
  }
}

TEST(ByteSource, AnEarlyEndIsAnError) {
  for (const Coding& coding : kCodings) {
    if (!coding.compressed) continue;
    Bytes file = coding.encode(sample(50'000));
    file.resize(file.size() / 2);
    const auto out = read_all(file);
    ASSERT_FALSE(out.ok()) << coding.name;
    EXPECT_EQ(out.error(), SourceError::truncated) << coding.name;
  }
}

TEST(ByteSource, ADamagedByteIsAnError) {
  for (const Coding& coding : kCodings) {
    if (!coding.compressed) continue;
    Bytes file = coding.encode(sample(50'000));
    file[file.size() / 2] ^= 0x55;
    file[file.size() / 2 + 1] ^= 0x55;
    EXPECT_FALSE(read_all(file).ok() && *read_all(file) == sample(50'000)) << coding.name;
  }
}

TEST(ByteSource, RubbishAfterAMemberIsAnError) {
  for (const Coding& coding : kCodings) {
    if (!coding.compressed) continue;
    Bytes file = coding.encode(sample(100));
    for (const char c : {'r', 'u', 'b', 'b', 'i', 's', 'h', '!', '!', '!', '!', '!', '!'})
      file.push_back(static_cast<u8>(c));
    const auto out = read_all(file);
    ASSERT_FALSE(out.ok()) << coding.name;
    EXPECT_EQ(out.error(), SourceError::corrupt) << coding.name;
  }
}

TEST(ByteSource, TheLimitHoldsForWhatComesOut) {
  for (const Coding& coding : kCodings) {
    EXPECT_TRUE(read_all(coding.encode(sample(5'000)), 5'000).ok()) << coding.name;
    const auto out = read_all(coding.encode(sample(5'001)), 5'000);
    ASSERT_FALSE(out.ok()) << coding.name;
    EXPECT_EQ(out.error(), SourceError::too_long) << coding.name;
  }
}

TEST(ByteSource, FilesThatCannotBeRead) {
  EXPECT_EQ(open_source("/nonexistent/tape.csv").error(), SourceError::not_found);
  EXPECT_EQ(open_source("/tmp").error(), SourceError::io);
}

}  // namespace
}  // namespace gavel::replay
