#include "l1/json_slice.hpp"

#include <simdjson.h>

namespace gavel::l1 {

namespace {

namespace ondemand = simdjson::ondemand;

static_assert(kJsonPaddingBytes >= simdjson::SIMDJSON_PADDING);

constexpr u64 kMaxDepth = 64;

Error malformed(simdjson::error_code code) {
  return make_error(ErrorKind::kMalformedJson, simdjson::error_message(code));
}

// The raw text of a value, passing over it.
simdjson::error_code raw_of(ondemand::value value, std::string_view& out) {
  ondemand::json_type type{};
  if (const auto code = value.type().get(type)) return code;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const auto code = value.get_object().get(object)) return code;
    return object.raw_json().get(out);
  }
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (const auto code = value.get_array().get(array)) return code;
    return array.raw_json().get(out);
  }
  out = value.raw_json_token();
  return simdjson::SUCCESS;
}

}  // namespace

struct JsonSlicer::Parser {
  explicit Parser(u64 capacity) : json(capacity) {}
  ondemand::parser json;
};

void pad(std::string& text) { text.reserve(text.size() + kJsonPaddingBytes); }

JsonShape shape_of(std::string_view slice) noexcept {
  const size_t at = slice.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos) return JsonShape::kNone;
  switch (slice[at]) {
    case '{':
      return JsonShape::kObject;
    case '[':
      return JsonShape::kArray;
    case '"':
      return JsonShape::kString;
    case 't':
      return JsonShape::kTrue;
    case 'f':
      return JsonShape::kFalse;
    case 'n':
      return JsonShape::kNull;
    default:
      return slice[at] == '-' || (slice[at] >= '0' && slice[at] <= '9') ? JsonShape::kNumber
                                                                        : JsonShape::kNone;
  }
}

JsonSlicer::JsonSlicer(u64 max_text_bytes)
    : parser_(std::make_unique<Parser>(max_text_bytes)), max_text_bytes_(max_text_bytes) {}
JsonSlicer::~JsonSlicer() = default;

namespace {

Result<ondemand::document> open(ondemand::parser& parser, std::string_view text, u64 limit,
                                JsonShape shape) {
  if (text.size() > limit) return make_error(ErrorKind::kTooLarge, "JSON text over the limit");
  if (shape_of(text) != shape)
    return make_error(ErrorKind::kWrongType, "JSON value of another type");
  if (parser.capacity() < text.size() || parser.max_depth() != kMaxDepth) {
    if (const auto code = parser.allocate(text.size(), kMaxDepth)) return malformed(code);
  }
  ondemand::document document;
  const simdjson::padded_string_view padded(text.data(), text.size(),
                                            text.size() + kJsonPaddingBytes);
  if (const auto code = parser.iterate(padded).get(document)) return malformed(code);
  return document;
}

}  // namespace

Result<std::vector<std::string_view>> JsonSlicer::members(
    std::string_view object, std::span<const std::string_view> wanted) {
  auto opened = open(parser_->json, object, max_text_bytes_, JsonShape::kObject);
  if (!opened.ok()) return opened.error();
  ondemand::document& document = *opened;
  std::vector<std::string_view> out(wanted.size());
  ondemand::object fields;
  if (const auto code = document.get_object().get(fields)) return malformed(code);
  for (auto next : fields) {
    ondemand::field field;
    if (const auto code = std::move(next).get(field)) return malformed(code);
    std::string_view key;
    if (const auto code = field.unescaped_key().get(key)) return malformed(code);
    std::string_view raw;
    if (const auto code = raw_of(field.value(), raw)) return malformed(code);
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] != key) continue;
      if (!out[i].empty()) return make_error(ErrorKind::kMalformedJson, "a member is given twice");
      out[i] = raw;
    }
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return make_error(ErrorKind::kMalformedJson, "something follows the object");
  return out;
}

Result<std::vector<std::string_view>> JsonSlicer::elements(std::string_view array, u64 max_count) {
  auto opened = open(parser_->json, array, max_text_bytes_, JsonShape::kArray);
  if (!opened.ok()) return opened.error();
  ondemand::document& document = *opened;
  std::vector<std::string_view> out;
  ondemand::array items;
  if (const auto code = document.get_array().get(items)) return malformed(code);
  for (auto next : items) {
    ondemand::value value;
    if (const auto code = std::move(next).get(value)) return malformed(code);
    if (out.size() == max_count) return make_error(ErrorKind::kOutOfRange, "array over its bound");
    std::string_view raw;
    if (const auto code = raw_of(value, raw)) return malformed(code);
    out.push_back(raw);
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return make_error(ErrorKind::kMalformedJson, "something follows the array");
  return out;
}

Result<std::string> JsonSlicer::text(std::string_view string, u64 max_bytes) {
  auto opened = open(parser_->json, string, max_text_bytes_, JsonShape::kString);
  if (!opened.ok()) return opened.error();
  std::string_view content;
  if (const auto code = opened->get_string().get(content)) return malformed(code);
  return std::string(content.substr(0, max_bytes));
}

}  // namespace gavel::l1
