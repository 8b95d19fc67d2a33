#include "l1/abi.hpp"

#include <gtest/gtest.h>

#include "l1/hex_text.hpp"

namespace gavel::l1 {
namespace {

std::span<const u8> chars(std::string_view text) {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

Bytes32 number(u64 value) { return to_bytes32(u256::from_u64(value)); }

// One word of a test's text: 64 digits from few.
std::string w(std::string_view digits) {
  return std::string(64 - digits.size(), '0') + std::string(digits);
}
std::string left(std::string_view digits) {
  return std::string(digits) + std::string(64 - digits.size(), '0');
}

TEST(Abi, SelectorsOfTheSpecification) {
  EXPECT_EQ(hex(selector("baz(uint32,bool)")), "cdcd77c0");
  EXPECT_EQ(hex(selector("bar(bytes3[2])")), "fce353f6");
  EXPECT_EQ(hex(selector("sam(bytes,bool,uint256[])")), "a5643bf2");
  EXPECT_EQ(hex(selector("f(uint256,uint32[],bytes10,bytes)")), "8be65246");
  EXPECT_EQ(hex(event_topic("Transfer(address,address,uint256)").bytes),
            "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
}

TEST(Abi, EncodesTheSpecificationsExamples) {
  AbiEncoder sam;
  sam.bytes(chars("dave")).boolean(true).words(std::vector{number(1), number(2), number(3)});
  EXPECT_EQ(hex(sam.call(selector("sam(bytes,bool,uint256[])"))),
            "a5643bf2" + w("60") + w("1") + w("a0") + w("4") + left("64617665") + w("3") + w("1") +
                w("2") + w("3"));
  AbiEncoder f;
  f.uint(u128{0x123})
      .words(std::vector{number(0x456), number(0x789)})
      .fixed_bytes(chars("1234567890"));
  f.bytes(chars("Hello, world!"));
  EXPECT_EQ(hex(f.encode()), w("123") + w("80") + left("31323334353637383930") + w("e0") + w("2") +
                                 w("456") + w("789") + w("d") + left("48656c6c6f2c20776f726c6421"));
}

TEST(Abi, ReadsBackWhatItWrote) {
  const Address who{{0x11, 0x22}};
  AbiEncoder inner;
  inner.uint(u128{5}).bytes(chars("inner"));
  const std::vector<AbiEncoder> pairs = {AbiEncoder().uint(u128{1}).uint(u128{2}),
                                         AbiEncoder().uint(u128{3}).uint(u128{4})};
  const std::vector<AbiEncoder> tuples = {inner, inner};
  AbiEncoder out;
  out.address(who)
      .uint(u128::from_halves(1, 2))
      .bytes_array(std::vector<Bytes>{{1, 2, 3}, {}, Bytes(40, 7)});
  out.static_tuple(AbiEncoder().uint(u128{8}).boolean(true)).dynamic_tuple(inner);
  out.dynamic_array(pairs, false).dynamic_array(tuples, true).addresses(std::vector{who});
  const Bytes encoded = out.encode();
  const AbiDecoder in(encoded);
  EXPECT_EQ(in.address(0).value(), who);
  EXPECT_EQ(in.uint128(1).value(), u128::from_halves(1, 2));
  const auto arrays = in.bytes_array(2, 3, 40).value();
  ASSERT_EQ(arrays.size(), 3u);
  EXPECT_EQ(hex(arrays[0]), "010203");
  EXPECT_EQ(arrays[1].size(), 0u);
  EXPECT_EQ(arrays[2].size(), 40u);
  EXPECT_EQ(in.uint32(3).value(), 8u);
  EXPECT_EQ(in.boolean(4).value(), true);
  const AbiDecoder tuple = in.tuple(5).value();
  EXPECT_EQ(tuple.uint64(0).value(), 5u);
  EXPECT_EQ(hex(tuple.bytes(1, 10).value()), hex(chars("inner")));
  EXPECT_EQ(in.tuples(6, 2, 2).value()[1].uint64(1).value(), 4u);
  EXPECT_EQ(hex(in.tuples(7, 2, 0).value()[1].bytes(1, 10).value()), hex(chars("inner")));
  EXPECT_EQ(in.words(8, 1).value().size(), 1u);
}

TEST(Abi, HostileArgumentsAreNamed) {
  const auto bytes_error = [](const std::string& text) {
    return AbiDecoder(unhex(text)).bytes(0, 100).error();
  };
  EXPECT_EQ(bytes_error(""), AbiError::kTooShort);
  EXPECT_EQ(bytes_error(w("21")), AbiError::kTooShort);           // offset behind the end
  EXPECT_EQ(bytes_error(w("20")), AbiError::kTooShort);           // no length word
  EXPECT_EQ(bytes_error(w("20") + w("1")), AbiError::kTooShort);  // no content
  EXPECT_EQ(bytes_error(std::string(64, 'f') + w("0")), AbiError::kTooShort);  // offset 2^256 - 1
  EXPECT_EQ(bytes_error(w("20") + std::string(64, 'f')), AbiError::kTooShort);
  EXPECT_EQ(bytes_error(w("20") + w("ffffffffffffffff")), AbiError::kTooShort);
  EXPECT_EQ(bytes_error(w("20") + w("65") + std::string(256, '0')), AbiError::kTooMany);
  const auto words_error = [](const std::string& text) {
    return AbiDecoder(unhex(text)).words(0, 3).error();
  };
  EXPECT_EQ(words_error(w("20") + w("800000000000000") + w("1")),
            AbiError::kTooShort);  // 32 * 2^59 = 2^64
  EXPECT_EQ(words_error(w("20") + w("4") + w("1") + w("1") + w("1") + w("1")), AbiError::kTooMany);
  EXPECT_EQ(words_error(w("20") + w("2") + w("1")), AbiError::kTooShort);
  EXPECT_EQ(AbiDecoder(unhex(w("20") + w("1") + w("ff"))).bytes_array(0, 3, 9).error(),
            AbiError::kTooShort);
  EXPECT_EQ(AbiDecoder(unhex(w("20") + w("2") + w("1"))).tuples(0, 3, 1).error(),
            AbiError::kTooShort);
  EXPECT_EQ(AbiDecoder(unhex(w("21"))).tuple(0).error(), AbiError::kTooShort);
  EXPECT_EQ(AbiDecoder(unhex(w("1"))).word(1).error(), AbiError::kTooShort);
}

TEST(Abi, DirtyHighBytesAreErrors) {
  EXPECT_EQ(AbiDecoder(unhex(w("10000000000000000"))).uint64(0).error(), AbiError::kDirtyWord);
  EXPECT_EQ(AbiDecoder(unhex(w("100000000"))).uint32(0).error(), AbiError::kDirtyWord);
  EXPECT_EQ(AbiDecoder(unhex(w("2"))).boolean(0).error(), AbiError::kDirtyWord);
  EXPECT_EQ(AbiDecoder(unhex(w("100000000000000000000000000000000"))).uint128(0).error(),
            AbiError::kDirtyWord);
  EXPECT_EQ(AbiDecoder(unhex("01" + w("1").substr(2))).address(0).error(), AbiError::kDirtyWord);
}

// Solidity reads these, so the deriver must as well.
TEST(Abi, UnusualButLegalLayoutsAreRead) {
  const std::string shared = w("40") + w("40") + w("1") + left("aa");
  EXPECT_EQ(hex(AbiDecoder(unhex(shared)).bytes(0, 1).value()), "aa");
  EXPECT_EQ(hex(AbiDecoder(unhex(shared)).bytes(1, 1).value()), "aa");
  EXPECT_EQ(
      hex(AbiDecoder(unhex(w("20") + w("1") + "aabb" + std::string(60, 'c'))).bytes(0, 1).value()),
      "aa");
  EXPECT_EQ(hex(AbiDecoder(unhex(w("20") + w("1") + "aa")).bytes(0, 1).value()),
            "aa");  // no padding at all
}

TEST(Abi, RevertReasonsAreSentences) {
  EXPECT_EQ(revert_reason({}), "no reason");
  EXPECT_EQ(
      revert_reason(AbiEncoder().bytes(chars("not the owner")).call(selector("Error(string)"))),
      "not the owner");
  EXPECT_EQ(revert_reason(AbiEncoder().uint(u128{0x11}).call(selector("Panic(uint256)"))),
            "panic 0x11: arithmetic overflow");
  EXPECT_EQ(revert_reason(unhex("aabbccdd")), "custom error 0xaabbccdd");
  EXPECT_EQ(revert_reason(unhex("aabb")), "undecodable 0xaabb");
  EXPECT_EQ(revert_reason(unhex("08c379a0")), "custom error 0x08c379a0");
  EXPECT_LT(
      revert_reason(AbiEncoder().bytes(Bytes(5000, 'x')).call(selector("Error(string)"))).size(),
      300u);
}

}  // namespace
}  // namespace gavel::l1
