#include "replay/price_path.hpp"

#include <algorithm>

#include "replay/tape_columns.hpp"

namespace gavel::replay {
namespace {

constexpr u64 kNsPerMs = 1'000'000;
constexpr u64 kSecondNs = 1'000'000'000;
// A recorded snapshot of a thousand levels a side is some 50 KB.
constexpr u32 kMaxStreamLineBytes = 1 << 20;

// The text of a member, quoted or a number; empty if there is none. Enough for what venues send:
// flat events whose keys are single letters.
std::string_view member(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = line.substr(at + key.size());
  if (rest.starts_with('"')) rest.remove_prefix(1);
  return rest.substr(0, rest.find_first_of("\",}"));
}

// Points of one file as they come.
class PathReader {
 public:
  explicit PathReader(u32 decimals) : decimals_(decimals) {}

  // Empty, or what is wrong with the line.
  std::string take(std::string_view line, u64 number) {
    if (line.empty()) return {};
    if (line.find('{') != std::string_view::npos) return take_event(line);
    return take_row(line, number);
  }

  std::vector<PricePoint> finish() { return std::move(has_index_ ? index_ : middle_); }

 private:
  std::string take_event(std::string_view line) {
    const bool index = line.find("\"e\":\"markPriceUpdate\"") != std::string_view::npos;
    const bool ticker = line.find("\"e\":\"bookTicker\"") != std::string_view::npos;
    if (!index && !ticker) return {};
    u64 ms = 0;
    if (!parse_u64(member(line, "\"E\":"), ms)) return "an event without its time";
    u64 price = 0;
    if (index) {
      if (!parse_price(member(line, "\"i\":"), decimals_, price)) return "no index price";
      has_index_ = true;
      return add(index_, {ms * kNsPerMs, price}, false);
    }
    u64 bid = 0;
    u64 ask = 0;
    if (!parse_price(member(line, "\"b\":"), decimals_, bid) ||
        !parse_price(member(line, "\"a\":"), decimals_, ask)) {
      return "no best bid and ask";
    }
    return add(middle_, {ms * kNsPerMs, bid + (std::max(ask, bid) - bid) / 2}, true);
  }

  std::string take_row(std::string_view line, u64 number) {
    const std::size_t comma = line.find(',');
    u64 ms = 0;
    u64 price = 0;
    if (comma == std::string_view::npos || !parse_u64(line.substr(0, comma), ms) ||
        !parse_price(line.substr(comma + 1), decimals_, price) || ms > ~u64{0} / kNsPerMs) {
      return number == 1 ? "" : "a line is \"milliseconds,price\"";
    }
    has_index_ = true;
    return add(index_, {ms * kNsPerMs, price}, false);
  }

  // `each_second`: a later point of the same second replaces the one before.
  std::string add(std::vector<PricePoint>& path, PricePoint point, bool each_second) {
    if (point.price == 0) return "a price of 0";
    if (!path.empty()) {
      PricePoint& last = path.back();
      const bool same = each_second ? last.ts_ns / kSecondNs == point.ts_ns / kSecondNs
                                    : last.ts_ns == point.ts_ns;
      if (point.ts_ns < last.ts_ns) return each_second ? "" : "the time goes back";
      if (same) {
        last = point;
        return {};
      }
    }
    if (path.size() == kMaxPricePoints) return "too many prices";
    path.push_back(point);
    return {};
  }

  u32 decimals_;
  bool has_index_ = false;
  std::vector<PricePoint> index_;
  std::vector<PricePoint> middle_;
};

TapeResult<std::vector<PricePoint>> read_lines(LineReader lines, u32 decimals) {
  PathReader reader(decimals);
  std::string_view line;
  while (GAVEL_TRY(lines.next(line))) {
    const std::string wrong = reader.take(line, lines.number());
    if (!wrong.empty()) return TapeError{lines.name(), lines.number(), 0, wrong};
  }
  std::vector<PricePoint> path = reader.finish();
  if (path.empty()) return TapeError{lines.name(), 0, 0, "holds no price"};
  return path;
}

}  // namespace

bool parse_price(std::string_view text, u32 decimals, u64& out) {
  const std::size_t dot = text.find('.');
  std::string digits(text.substr(0, dot));
  if (digits.empty()) return false;
  std::string_view fraction = dot == std::string_view::npos ? "" : text.substr(dot + 1);
  if (fraction.find_first_not_of("0123456789") != std::string_view::npos) return false;
  digits += fraction.substr(0, decimals);
  if (fraction.size() < decimals) digits.append(decimals - fraction.size(), '0');
  return parse_u64(digits, out);
}

TapeResult<std::vector<PricePoint>> read_price_path(const std::string& path, u32 decimals) {
  auto source = open_source(path);
  if (!source.ok()) return TapeError{path, 0, 0, std::string(text_of(source.error()))};
  return read_lines(LineReader(std::move(*source), path, kMaxStreamLineBytes), decimals);
}

TapeResult<std::vector<PricePoint>> price_path_of(std::string_view bytes, u32 decimals) {
  return read_lines(
      LineReader(memory_source({bytes.begin(), bytes.end()}), "prices", kMaxStreamLineBytes),
      decimals);
}

u64 price_at(const std::vector<PricePoint>& path, u64 ts_ns) {
  if (path.empty()) return 0;
  const auto after =
      std::upper_bound(path.begin(), path.end(), ts_ns,
                       [](u64 ts, const PricePoint& point) { return ts < point.ts_ns; });
  return after == path.begin() ? path.front().price : std::prev(after)->price;
}

u64 PriceWalk::next() {
  const u64 step = std::max<u64>(start_ / 2'000, 1);
  const u64 moved = price_ + random_.below(2 * step + 1);
  price_ = std::clamp(moved - std::min(moved, step), std::max<u64>(start_ - start_ / 5, 1),
                      start_ + start_ / 5);
  return price_;
}

}  // namespace gavel::replay
