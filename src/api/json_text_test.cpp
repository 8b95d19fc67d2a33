#include "api/json_text.hpp"

#include <gtest/gtest.h>

namespace gavel::api {
namespace {

TEST(JsonText, WritesNestedValues) {
  JsonText json;
  json.object()
      .field("a", 1u)
      .key("b")
      .array()
      .number(1)
      .whole(~u64{0})
      .end_array()
      .field("c", true)
      .end_object();
  EXPECT_EQ(json.take(), R"({"a":1,"b":[1,"18446744073709551615"],"c":true})");
}

TEST(JsonText, EscapesWhatCouldEndAString) {
  JsonText json;
  json.text("a\"b\\c\n\x7f\xff");
  EXPECT_EQ(json.take(), "\"a\\\"b\\\\c\\u000a\\u007f\\u00ff\"");
}

TEST(JsonText, BytesAreHexadecimal) {
  JsonText json;
  const std::array<u8, 3> bytes = {0, 0xab, 9};
  json.hex(bytes);
  EXPECT_EQ(json.take(), "\"0x00ab09\"");
}

TEST(JsonText, NoNumberIsNull) {
  JsonText json;
  json.array().real(0.5).real(1.0 / 0.0).end_array();
  EXPECT_EQ(json.take(), "[0.5,null]");
}

}  // namespace
}  // namespace gavel::api
