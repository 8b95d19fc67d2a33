#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "base/hex.hpp"

namespace gavel::base {
namespace {

TEST(Bytes, FixedWidthByteOrder) {
  std::array<u8, 28> buffer{};
  ByteWriter w(buffer);
  w.write_u16_le(0x0102);
  w.write_u32_le(0x01020304);
  w.write_u64_le(0x0102030405060708);
  w.write_u16_be(0x0102);
  w.write_u32_be(0x01020304);
  w.write_u64_be(0x0102030405060708);
  ASSERT_TRUE(w.ok());
  EXPECT_EQ(w.remaining(), 0u);
  EXPECT_EQ(buffer, hex_bytes<28>("0201040302010807060504030201"
                                  "0102010203040102030405060708"));
  ByteReader r(buffer);
  EXPECT_EQ(r.read_u16_le(), 0x0102u);
  EXPECT_EQ(r.read_u32_le(), 0x01020304u);
  EXPECT_EQ(r.read_u64_le(), 0x0102030405060708u);
  EXPECT_EQ(r.read_u16_be(), 0x0102u);
  EXPECT_EQ(r.read_u32_be(), 0x01020304u);
  EXPECT_EQ(r.read_u64_be(), 0x0102030405060708u);
  EXPECT_TRUE(r.finished());
}

TEST(Bytes, VarintRoundTripsAtEveryLength) {
  for (u32 bits = 0; bits <= 64; ++bits) {
    for (const u64 v :
         {bits == 64 ? ~u64{0} : (u64{1} << bits) - 1, bits == 64 ? 0 : u64{1} << bits}) {
      std::array<u8, 10> buffer{};
      ByteWriter w(buffer);
      w.write_varint(v);
      ASSERT_TRUE(w.ok());
      ASSERT_EQ(w.size(), varint_size(v));
      ByteReader r(w.written());
      ASSERT_EQ(r.read_varint(), v);
      ASSERT_TRUE(r.finished());
    }
  }
}

TEST(Bytes, VarintRejectsWhatIsNotCanonical) {
  const struct {
    const char* why;
    std::vector<u8> bytes;
  } rows[] = {
      {"empty", {}},
      {"cut", {0x80}},
      {"zero in two bytes", {0x80, 0x00}},
      {"one in two bytes", {0x81, 0x00}},
      {"bit 64", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}},
      {"eleven bytes", {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x81, 0x01}},
  };
  for (const auto& row : rows) {
    ByteReader r(row.bytes);
    EXPECT_EQ(r.read_varint(), 0u) << row.why;
    EXPECT_FALSE(r.ok()) << row.why;
  }
}

TEST(Bytes, ZigzagEdges) {
  const struct {
    i64 v;
    u64 code;
  } rows[] = {{0, 0},
              {-1, 1},
              {1, 2},
              {std::numeric_limits<i64>::max(), ~u64{0} - 1},
              {std::numeric_limits<i64>::min(), ~u64{0}}};
  for (const auto& row : rows) {
    EXPECT_EQ(zigzag_encode(row.v), row.code);
    EXPECT_EQ(zigzag_decode(row.code), row.v);
  }
}

TEST(Bytes, ReaderFailureIsSticky) {
  const std::array<u8, 3> bytes{1, 2, 3};
  ByteReader r(bytes);
  EXPECT_EQ(r.read_u8(), 1);
  EXPECT_EQ(r.read_u32_le(), 0u);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.read_u8(), 0);
  EXPECT_EQ(r.position(), 1u);
  EXPECT_TRUE(r.read_bytes(0).empty());
  EXPECT_FALSE(r.finished());
}

TEST(Bytes, HugeLengthIsRefused) {
  const std::array<u8, 3> bytes{1, 2, 3};
  ByteReader r(bytes);
  EXPECT_TRUE(r.read_bytes(~u64{0}).empty());
  EXPECT_FALSE(r.ok());
}

TEST(Bytes, WriterOverflowIsStickyAndWritesNothing) {
  std::array<u8, 3> buffer{};
  ByteWriter w(buffer);
  w.write_u16_le(0xffff);
  w.write_varint(300);
  EXPECT_FALSE(w.ok());
  w.write_u8(9);
  EXPECT_EQ(w.size(), 2u);
  EXPECT_EQ(buffer[2], 0);
}

TEST(Bytes, HashAddressAndWord) {
  std::array<u8, 84> buffer{};
  ByteWriter w(buffer);
  const Address address = address_hex("0x00112233445566778899aabbccddeeff00112233");
  const Hash32 hash = to_bytes32(U256{{1, 2, 3, 4}});
  w.write_hash(hash);
  w.write_address(address);
  w.write_u256_be(U256{{5, 6, 7, 8}});
  ByteReader r(w.written());
  EXPECT_EQ(r.read_hash(), hash);
  EXPECT_EQ(r.read_address(), address);
  EXPECT_EQ(r.read_u256_be(), (U256{{5, 6, 7, 8}}));
  EXPECT_TRUE(r.finished());
}

TEST(Bytes, CallerCanFailTheReader) {
  const std::array<u8, 1> bytes{1};
  ByteReader r(bytes);
  r.fail();
  EXPECT_EQ(r.read_u8(), 0);
  EXPECT_FALSE(r.ok());
}

}  // namespace
}  // namespace gavel::base
