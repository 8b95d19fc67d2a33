// L2Book: the book that a level-by-level (L2) file says should be there at the end.
//
// What: files with the columns recv_ns,exch_ms,event,side,price...,qty...,seq; `S` is a level of a
// snapshot, `L` sets a level to qty (0 removes it), `T` is a trade and changes nothing. L rows with
// seq <= the snapshot's are skipped, those above it apply after it, wherever they stand in the
// file; without a snapshot every L row applies. Invariant: prices and sizes are in the file's own
// units. Memory: the levels, at most kMaxLevels.
#pragma once

#include <string>
#include <vector>

#include "replay/naive_book.hpp"
#include "replay/tape_error.hpp"

namespace gavel::replay {

inline constexpr u64 kMaxL2Levels = u64{1} << 22;

// Bids from the highest, then asks from the lowest. Reads the file twice.
[[nodiscard]] TapeResult<std::vector<BookLevel>> read_l2_book(const std::string& path);

struct BookComparison {
  u64 expected = 0;                      // levels in `expected`
  u64 equal = 0;                         // of them, with the same lots in `actual`
  u64 extra = 0;                         // levels of `actual` that are not expected
  std::vector<std::string> differences;  // the first few, as "bid 61500: 12 instead of 15"

  [[nodiscard]] bool all_equal() const { return expected == equal && extra == 0; }
};
// Both in the same units.
[[nodiscard]] BookComparison compare_books(const std::vector<BookLevel>& expected,
                                           const std::vector<BookLevel>& actual);

}  // namespace gavel::replay
