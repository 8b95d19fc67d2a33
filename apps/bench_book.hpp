// bench_book: the order book alone over a tape's messages, on one core.
//
// What: levels, orders and matching are exchange/book.hpp, the code that the node and the judges
// execute, with the price index that finds hints; accounts and money are left out. Each round runs
// the whole tape over an empty book.
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"

namespace gavel::apps {

struct BookBenchOptions {
  std::string tape;        // empty: the seeded generator
  u64 messages = 480'000;  // of the generator
  u32 rounds = 15;
};

struct BookBenchResult {
  u64 messages = 0;
  u64 fills = 0;
  u64 unknown = 0;       // cancels and reductions of orders already gone
  double peer_rate = 0;  // of the book of ordinary containers (replay/naive_book.hpp), same run
  std::vector<double> rates;  // messages a second, sorted
};

// The error is a sentence about the tape.
bool bench_book(const BookBenchOptions& options, BookBenchResult& out, std::string& error);
std::string to_text(const BookBenchResult& result);
std::string to_json(const BookBenchResult& result);

}  // namespace gavel::apps
