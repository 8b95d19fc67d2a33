#include "l1/rlp.hpp"

#include <gtest/gtest.h>

#include "l1/hex_text.hpp"

namespace gavel::l1 {
namespace {

std::span<const u8> chars(std::string_view text) {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

TEST(Rlp, EncodesTheSpecificationsExamples) {
  EXPECT_EQ(hex(RlpEncoder().bytes(chars("dog")).items()), "83646f67");
  EXPECT_EQ(hex(RlpEncoder().bytes(chars("cat")).bytes(chars("dog")).as_list()),
            "c88363617483646f67");
  EXPECT_EQ(hex(RlpEncoder().bytes({}).items()), "80");
  EXPECT_EQ(hex(RlpEncoder().as_list()), "c0");
  EXPECT_EQ(hex(RlpEncoder().uint(u128{0}).items()), "80");
  EXPECT_EQ(hex(RlpEncoder().uint(u128{15}).items()), "0f");
  EXPECT_EQ(hex(RlpEncoder().uint(u128{1024}).items()), "820400");
  const RlpEncoder one = RlpEncoder().list({});  // [[]] inside
  const RlpEncoder nested = RlpEncoder().list({}).list(one).list(RlpEncoder().list({}).list(one));
  EXPECT_EQ(hex(nested.as_list()), "c7c0c1c0c3c0c1c0");
  const std::string lorem = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
  EXPECT_EQ(hex(RlpEncoder().bytes(chars(lorem)).items()).substr(0, 8), "b8384c6f");
  EXPECT_EQ(hex(RlpEncoder().bytes(Bytes(1024, 0)).items()).substr(0, 8), "b9040000");
}

struct Bad {
  const char* bytes;
  RlpError error;
};

TEST(Rlp, NamesWhatIsNotACanonicalString) {
  const Bad cases[] = {
      {"", RlpError::kTooShort},
      {"83646f", RlpError::kTooShort},
      {"8101", RlpError::kNotCanonical},
      {"b80164", RlpError::kNotCanonical},
      {"b90001aa", RlpError::kNotCanonical},
      {"b8", RlpError::kTooShort},
      {"bfffffffffffffffff", RlpError::kTooShort},
      {"c0", RlpError::kWrongType},
      {"b837", RlpError::kNotCanonical},
      {"bf0000000000000038", RlpError::kNotCanonical},
  };
  for (const Bad& bad : cases) {
    const Bytes bytes = unhex(bad.bytes);
    const auto read = RlpDecoder(bytes).bytes();
    ASSERT_FALSE(read.ok()) << bad.bytes;
    EXPECT_EQ(read.error(), bad.error) << bad.bytes;
  }
}

TEST(Rlp, IntegersHaveOneEncodingAndABound) {
  EXPECT_EQ(RlpDecoder(unhex("88ffffffffffffffff")).uint64().value(), ~u64{0});
  EXPECT_EQ(RlpDecoder(unhex("80")).uint64().value(), 0u);
  EXPECT_EQ(RlpDecoder(unhex("00")).uint64().error(), RlpError::kNotCanonical);
  EXPECT_EQ(RlpDecoder(unhex("820001")).uint64().error(), RlpError::kNotCanonical);
  EXPECT_EQ(RlpDecoder(unhex("89010000000000000000")).uint64().error(), RlpError::kOutOfRange);
  EXPECT_EQ(RlpDecoder(unhex("91"
                             "0100000000000000000000000000000000"))
                .uint128()
                .error(),
            RlpError::kOutOfRange);
  EXPECT_EQ(RlpDecoder(unhex("a1"
                             "010000000000000000000000000000000000000000000000000000000000000000"))
                .uint256()
                .error(),
            RlpError::kOutOfRange);
}

TEST(Rlp, FixedSizesAreChecked) {
  EXPECT_EQ(RlpDecoder(unhex("83646f67")).hash().error(), RlpError::kOutOfRange);
  EXPECT_EQ(RlpDecoder(unhex("83646f67")).address().error(), RlpError::kOutOfRange);
  EXPECT_EQ(RlpDecoder(unhex("80")).address().error(), RlpError::kOutOfRange);
  EXPECT_EQ(RlpDecoder(unhex("80")).optional_address().value(), std::nullopt);
  EXPECT_EQ(RlpDecoder::list_of(unhex("c0c0")).error(), RlpError::kTrailing);
  EXPECT_EQ(RlpDecoder::list_of(unhex("83646f67")).error(), RlpError::kWrongType);
}

TEST(Rlp, ReadsBackWhatItWrote) {
  RlpEncoder inner;
  inner.uint(u128::from_halves(7, 9)).bytes(Bytes(60, 0xaa));
  const Bytes encoded = RlpEncoder().uint(u128{300}).list(inner).hash(Hash32{{1}}).as_list();
  RlpDecoder list = RlpDecoder::list_of(encoded).value();
  EXPECT_EQ(list.uint64().value(), 300u);
  EXPECT_TRUE(list.next_is_list());
  RlpDecoder sub = list.list().value();
  EXPECT_EQ(sub.uint128().value(), u128::from_halves(7, 9));
  EXPECT_EQ(sub.bytes().value().size(), 60u);
  EXPECT_TRUE(sub.finished());
  EXPECT_EQ(list.end().error(), RlpError::kTrailing);
  EXPECT_EQ(list.hash().value(), (Hash32{{1}}));
  EXPECT_TRUE(list.end().ok());
}

}  // namespace
}  // namespace gavel::l1
