// Price paths: what oracles report, and when.
//
// What: points of time and price in whole units of a tape's price (10^-decimals of the currency),
// read from a file (plain, .gz, .xz, .zst) in one of two forms, told apart line by line:
//   recorded streams   "<local ns> {json}" as venues send them: the index price of markPriceUpdate
//                      events; a file without any gives the middle of bookTicker's best bid and
//                      ask, the last of each second
//   price files        "milliseconds,price", after an optional header
// or made up: PriceWalk wanders from a seed. Why the middle of the book: a recording without an
// index has no better price of the same moment. Invariant: points rise strictly in time; memory is
// bounded by kMaxPricePoints.
#pragma once

#include <string>
#include <vector>

#include "io/random.hpp"
#include "replay/line_reader.hpp"

namespace gavel::replay {

struct PricePoint {
  u64 ts_ns = 0;  // since 1970
  u64 price = 0;

  friend bool operator==(const PricePoint&, const PricePoint&) = default;
};

inline constexpr u64 kMaxPricePoints = u64{1} << 20;
inline constexpr u32 kMaxPriceDecimals = 9;

// "61800.25" with 2 decimals is 6180025; digits beyond are cut off. False for anything that is no
// decimal number or does not fit.
[[nodiscard]] bool parse_price(std::string_view text, u32 decimals, u64& out);

[[nodiscard]] TapeResult<std::vector<PricePoint>> read_price_path(const std::string& path,
                                                                  u32 decimals);
// The same over bytes in memory.
[[nodiscard]] TapeResult<std::vector<PricePoint>> price_path_of(std::string_view bytes,
                                                                u32 decimals);

// The price of the path at a moment: the newest point not after it, else the first. 0 if there is
// no point.
[[nodiscard]] u64 price_at(const std::vector<PricePoint>& path, u64 ts_ns);

// A price that moves by up to a two-thousandth a step, never further than a fifth from where it
// began.
class PriceWalk {
 public:
  PriceWalk(u64 seed, u64 start) : random_(seed), start_(start), price_(start) {}
  u64 next();

 private:
  io::SeededRandom random_;
  u64 start_;
  u64 price_;
};

}  // namespace gavel::replay
