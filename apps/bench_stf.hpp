// bench_stf: execution alone, on one core: nonces, balances, book, rows, receipts and the write
// log, no signatures, no disk.
//
// What: a state of many funded accounts; transactions of accounts drawn at random in the shape of
// real flow (place : cancel : immediate = 10 : 10 : 1) executed through the sequencer's
// BlockBuilder in blocks of 10,000. Also the distribution of a block's execution time.
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"
#include "ops/latency_histogram.hpp"

namespace gavel::apps {

struct StfBenchOptions {
  u32 accounts = 1'000'000;
  u32 blocks = 150;
  u32 block_txs = 10'000;
  u32 markets = 8;
  u64 seed = 1;
};

struct StfBenchResult {
  StfBenchOptions options;
  u64 transactions = 0;
  u64 fills = 0;
  u64 rejects = 0;
  double seconds = 0;  // executing
  double data_bytes_per_tx = 0;
  u64 touched_bytes = 0;  // of objects, stamps and indexes of accounts in use
  ops::LatencyHistogram block_ns;
};

void bench_stf(const StfBenchOptions& options, StfBenchResult& out);
std::string to_text(const StfBenchResult& result);
std::string to_json(const StfBenchResult& result);

}  // namespace gavel::apps
