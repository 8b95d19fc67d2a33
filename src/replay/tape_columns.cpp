#include "replay/tape_columns.hpp"

#include <charconv>

namespace gavel::replay {
namespace {

constexpr u64 kNsPerSecond = 1'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool ends_with_unit(std::string_view name, u64& ns_per_unit) {
  struct Unit {
    std::string_view ending;
    u64 ns;
  };
  static constexpr Unit kUnits[] = {
      {"_ns", 1}, {"_us", 1'000}, {"_ms", 1'000'000}, {"_s", kNsPerSecond}};
  for (const Unit& unit : kUnits) {
    if (name.ends_with(unit.ending)) {
      ns_per_unit = unit.ns;
      return true;
    }
  }
  return false;
}

FieldError wrong(u32 index, std::string_view name, std::string_view found, std::string_view why) {
  return {index + 1, "(" + std::string(name) + "): " + quoted(found) + " " + std::string(why)};
}

bool kind_of(char letter, TapeKind& out) {
  switch (letter) {
    case 'A':
      out = TapeKind::add;
      return true;
    case 'D':
      out = TapeKind::remove;
      return true;
    case 'R':
      out = TapeKind::reduce;
      return true;
    case 'M':
      out = TapeKind::remaining;
      return true;
    case 'I':
      out = TapeKind::ioc;
      return true;
    case 'E':
      out = TapeKind::execution;
      return true;
    case 'H':
      out = TapeKind::hidden;
      return true;
    case 'C':
      out = TapeKind::cross;
      return true;
    case 'T':
      out = TapeKind::halt;
      return true;
    default:
      return false;
  }
}

bool price_matters(TapeKind kind) {
  return kind != TapeKind::hidden && kind != TapeKind::cross && kind != TapeKind::halt;
}
// A delete may say 0 (nothing was left) and so may the remaining size.
bool qty_matters(TapeKind kind) {
  return price_matters(kind) && kind != TapeKind::remove && kind != TapeKind::remaining;
}

// "34200.004241176" as nanoseconds; further digits of the fraction are cut.
bool parse_seconds(std::string_view text, u64& out) {
  const std::size_t dot = text.find('.');
  u64 seconds = 0;
  if (!parse_u64(text.substr(0, dot), seconds) || seconds > u64{1} << 33) return false;
  u64 fraction = 0;
  if (dot != std::string_view::npos) {
    const std::string_view digits = text.substr(dot + 1);
    if (digits.empty()) return false;
    u32 taken = 0;
    for (const char c : digits) {
      if (!is_digit(c)) return false;
      if (taken == 9) continue;
      fraction = fraction * 10 + static_cast<u64>(c - '0');
      ++taken;
    }
    for (; taken < 9; ++taken) fraction *= 10;
  }
  out = seconds * kNsPerSecond + fraction;
  return true;
}

// A price of types 6 and 7 may be -1, and their size and id may be anything.
bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  u64 ignored = 0;
  return parse_u64(text, ignored);
}

}  // namespace

bool split_fields(std::string_view line, Fields& out) {
  out.count = 0;
  for (;;) {
    if (out.count == kMaxTapeColumns) return false;
    const std::size_t comma = line.find(',');
    out.at[out.count++] = line.substr(0, comma);
    if (comma == std::string_view::npos) return true;
    line.remove_prefix(comma + 1);
  }
}

bool parse_u64(std::string_view text, u64& out) {
  if (text.empty() || !is_digit(text.front())) return false;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  return code == std::errc() && end == text.data() + text.size();
}

FieldResult<TapeLayout> TapeLayout::from_header(const Fields& fields) {
  TapeLayout layout;
  layout.columns_ = fields.count;
  constexpr u32 kNone = kMaxTapeColumns;
  layout.time_ = layout.event_ = layout.order_id_ = layout.side_ = layout.price_ = layout.qty_ =
      kNone;
  for (u32 i = 0; i < fields.count; ++i) {
    const std::string_view name = fields.at[i];
    u64 unit = 0;
    u32* place = nullptr;
    if (name == "event")
      place = &layout.event_;
    else if (name == "order_id")
      place = &layout.order_id_;
    else if (name == "side")
      place = &layout.side_;
    else if (name.starts_with("price"))
      place = &layout.price_;
    else if (name.starts_with("qty") || name.starts_with("size"))
      place = &layout.qty_;
    else if (ends_with_unit(name, unit) && layout.time_ == kNone) {
      place = &layout.time_;
      layout.ns_per_unit_ = unit;
    }
    if (place == nullptr) continue;
    if (*place != kNone) return wrong(i, "header", name, "is a second column of the same meaning");
    *place = i;
  }
  struct Needed {
    u32 place;
    std::string_view what;
  };
  const Needed needed[] = {{layout.time_, "a time (ts_ns, exch_ms)"},
                           {layout.event_, "event"},
                           {layout.order_id_, "order_id"},
                           {layout.side_, "side"},
                           {layout.price_, "price"},
                           {layout.qty_, "qty"}};
  for (const Needed& column : needed) {
    if (column.place == kNone) {
      return FieldError{0, "the header has no column for " + std::string(column.what)};
    }
  }
  return layout;
}

FieldResult<TapeLayout> TapeLayout::detect(std::string_view first_line, TapeFormat format,
                                           bool& is_header) {
  Fields fields;
  if (!split_fields(first_line, fields)) return FieldError{0, "too many columns"};
  is_header = !first_line.empty() && !is_digit(first_line.front());
  if (is_header) return from_header(fields);
  if (fields.count != 6) {
    return FieldError{0, "the first line is neither a header nor six columns"};
  }
  TapeLayout layout;
  TapeKind kind{};
  if (fields.at[1].size() == 1 && kind_of(fields.at[1][0], kind)) {
    layout.ns_per_unit_ = format == TapeFormat::lobster ? 1 : 1'000'000;
    return layout;
  }
  if (format != TapeFormat::lobster) {
    return wrong(1, "event", fields.at[1], "is no event; a tape of orders starts with a header");
  }
  layout.form_ = Form::lobster_messages;
  return layout;
}

FieldResult<bool> TapeLayout::parse(std::string_view line, TapeEvent& out) const {
  Fields fields;
  if (!split_fields(line, fields) || fields.count != columns_) {
    return FieldError{0, "expected " + std::to_string(columns_) + " columns"};
  }
  return form_ == Form::named ? parse_named(fields, out) : parse_lobster(fields, out);
}

FieldResult<bool> TapeLayout::parse_named(const Fields& fields, TapeEvent& out) const {
  u64 time = 0;
  if (!parse_u64(fields.at[time_], time) || time > ~u64{0} / ns_per_unit_) {
    return wrong(time_, "time", fields.at[time_], "is not a time");
  }
  out.ts_ns = time * ns_per_unit_;
  const std::string_view event = fields.at[event_];
  if (event.size() != 1 || !kind_of(event[0], out.kind)) {
    return wrong(event_, "event", event, "is not one of A D R M I E H C T");
  }
  if (!parse_u64(fields.at[order_id_], out.order_id)) {
    return wrong(order_id_, "order_id", fields.at[order_id_], "is not a whole number");
  }
  const std::string_view side = fields.at[side_];
  if (side != "B" && side != "S") return wrong(side_, "side", side, "is neither B nor S");
  out.side = side == "B" ? Side::bid : Side::ask;
  if (!parse_u64(fields.at[price_], out.price)) {
    return wrong(price_, "price", fields.at[price_], "is not a whole number");
  }
  if (out.price == 0 && price_matters(out.kind)) {
    return wrong(price_, "price", fields.at[price_], "is not a price");
  }
  if (!parse_u64(fields.at[qty_], out.qty)) {
    return wrong(qty_, "qty", fields.at[qty_], "is not a whole number");
  }
  if (out.qty == 0 && qty_matters(out.kind)) {
    return wrong(qty_, "qty", fields.at[qty_], "is not a size");
  }
  return true;
}

FieldResult<bool> TapeLayout::parse_lobster(const Fields& fields, TapeEvent& out) const {
  if (!parse_seconds(fields.at[0], out.ts_ns)) {
    return wrong(0, "time", fields.at[0], "is not seconds after midnight");
  }
  static constexpr TapeKind kTypes[] = {TapeKind::add,       TapeKind::reduce, TapeKind::remove,
                                        TapeKind::execution, TapeKind::hidden, TapeKind::cross,
                                        TapeKind::halt};
  const std::string_view type = fields.at[1];
  if (type.size() != 1 || type[0] < '1' || type[0] > '7') {
    return wrong(1, "type", type, "is not a type from 1 to 7");
  }
  out.kind = kTypes[type[0] - '1'];
  const bool visible = price_matters(out.kind);
  static constexpr std::string_view kNames[] = {"order id", "size", "price"};
  u64* const values[] = {&out.order_id, &out.qty, &out.price};
  for (u32 i = 0; i < 3; ++i) {
    *values[i] = 0;
    const std::string_view text = fields.at[i + 2];
    const bool good = parse_u64(text, *values[i]);
    if (!good && (visible || !is_integer(text))) {
      return wrong(i + 2, kNames[i], text, "is not a whole number");
    }
    if (visible && i > 0 && *values[i] == 0)
      return wrong(i + 2, kNames[i], text, "must be positive");
  }
  const std::string_view direction = fields.at[5];
  if (direction != "1" && direction != "-1" && (visible || !is_integer(direction))) {
    return wrong(5, "direction", direction, "is neither 1 nor -1");
  }
  out.side = direction == "-1" ? Side::ask : Side::bid;
  return true;
}

}  // namespace gavel::replay
