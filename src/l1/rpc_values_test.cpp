#include "l1/rpc_values.hpp"

#include <gtest/gtest.h>

#include "l1/hex_text.hpp"

namespace gavel::l1 {
namespace {

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

TEST(RpcValues, QuantitiesAreReadUpToTheirBounds) {
  const std::string full = "0x" + std::string(64, 'f');
  EXPECT_EQ(quantity256(in_quotes(full), "n")->limb[3], ~u64{0});
  EXPECT_EQ(quantity256(in_quotes("0x000" + full.substr(2)), "n")->limb[0], ~u64{0});
  EXPECT_EQ(quantity256(in_quotes("0x1" + std::string(64, '0')), "n").error().kind,
            ErrorKind::kOutOfRange);
  EXPECT_EQ(quantity128(in_quotes("0x1" + std::string(32, '0')), "n").error().kind,
            ErrorKind::kOutOfRange);
  EXPECT_EQ(quantity(in_quotes("0x10000000000000000"), "n").error().kind, ErrorKind::kOutOfRange);
  EXPECT_EQ(quantity32(in_quotes("0x100000000"), "n").error().kind, ErrorKind::kOutOfRange);
  EXPECT_EQ(quantity(in_quotes("0xfF") + " \n", "n").value(), 255u);
}

TEST(RpcValues, EachBadValueHasItsName) {
  EXPECT_EQ(quantity("", "n").error().kind, ErrorKind::kMissingField);
  EXPECT_EQ(quantity("null", "n").error().kind, ErrorKind::kMissingField);
  EXPECT_EQ(quantity("12", "n").error().kind, ErrorKind::kWrongType);
  EXPECT_EQ(quantity("\"", "n").error().kind, ErrorKind::kWrongType);
  EXPECT_EQ(quantity(in_quotes("0x"), "n").error().kind, ErrorKind::kBadHex);
  EXPECT_EQ(quantity(in_quotes("ff"), "n").error().kind, ErrorKind::kBadHex);
  EXPECT_EQ(quantity("7", "field").error().detail, "field");
  EXPECT_EQ(data_value(in_quotes("0xabc"), "d", 9).error().kind, ErrorKind::kBadHex);
  EXPECT_EQ(data_value(in_quotes("0xabcd"), "d", 1).error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(data_value(in_quotes("0xabcd"), "d", 2).value(), (Bytes{0xab, 0xcd}));
  EXPECT_EQ(address_value(in_quotes("0x" + std::string(38, '1')), "a").error().kind,
            ErrorKind::kBadHex);
  EXPECT_FALSE(optional_address_value("null", "a").value().has_value());
  EXPECT_FALSE(optional_address_value("", "a").value().has_value());
  EXPECT_EQ(bool_value("true", "b").value(), true);
  EXPECT_EQ(bool_value("\"true\"", "b").error().kind, ErrorKind::kWrongType);
  EXPECT_EQ(bool_value("", "b").error().kind, ErrorKind::kMissingField);
}

TEST(RpcValues, NumbersAreWrittenWithoutLeadingZeros) {
  EXPECT_EQ(hex_quantity(u128{0}), "0x0");
  EXPECT_EQ(hex_quantity(u128{4096}), "0x1000");
  EXPECT_EQ(hex_quantity(u128::from_halves(1, 0)), "0x10000000000000000");
  EXPECT_EQ(hex_data(Bytes{0, 1}), "0x0001");
  EXPECT_EQ(hex_data({}), "0x");
}

}  // namespace
}  // namespace gavel::l1
