// The codecs of the hot path: objects that a batch touched, rows of a block, digests of what comes
// in.
#include <benchmark/benchmark.h>

#include "crypto/keccak.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

template <class Object>
void encode_objects(benchmark::State& state, const Object& object) {
  std::array<u8, kLongestObjectBytes> out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(encode_object(object, out));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void encode_order(benchmark::State& state) { encode_objects(state, samples::order()); }
void encode_level(benchmark::State& state) { encode_objects(state, samples::level()); }
void encode_market(benchmark::State& state) { encode_objects(state, samples::market()); }
void encode_nonces(benchmark::State& state) { encode_objects(state, samples::nonces(27)); }

// An account as most are: its balances in place.
void encode_small_account(benchmark::State& state) {
  exchange::Account account = samples::account();
  account.balance_count = 2;
  account.asset = {1, 2};
  account.total = {5'000, 6'000};
  std::array<u8, kLongestObjectBytes> out;
  const exchange::BalanceBlock none;
  const auto block_of = [&](u32) -> const exchange::BalanceBlock& { return none; };
  const exchange::MarginBlock no_margin;
  const auto margin_of = [&](u32) -> const exchange::MarginBlock& { return no_margin; };
  for (auto _ : state) {
    benchmark::DoNotOptimize(encode_account(account, block_of, margin_of, out));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void decode_order(benchmark::State& state) {
  std::array<u8, kLongestObjectBytes> bytes;
  const u32 length = encode_object(samples::order(), bytes);
  exchange::Order out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_object(std::span<const u8>(bytes).first(length), out));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void encode_rows(benchmark::State& state) {
  const std::vector<samples::NamedRow> rows = samples::transaction_rows();
  std::array<u8, kMaxRowBytes> out;
  PageContext context;
  for (auto _ : state) {
    for (const samples::NamedRow& row : rows) {
      benchmark::DoNotOptimize(encode_row(row.row, context, out));
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<i64>(rows.size()));
}

void decode_rows(benchmark::State& state) {
  std::vector<u8> page;
  PageContext writing;
  for (const samples::NamedRow& row : samples::transaction_rows()) {
    std::array<u8, kMaxRowBytes> out;
    const u32 length = encode_row(row.row, writing, out);
    page.insert(page.end(), out.begin(), out.begin() + length);
  }
  i64 rows = 0;
  Row out;
  for (auto _ : state) {
    PageContext context;
    for (std::span<const u8> rest(page); !rest.empty(); ++rows) {
      rest = rest.subspan(decode_row(rest, context, out));
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(rows);
}

void digest(benchmark::State& state) {
  const Hash32 domain = domain_separator(samples::config());
  const Transaction tx = samples::transaction_rows()[0].row.tx;
  for (auto _ : state) benchmark::DoNotOptimize(transaction_digest(tx, domain));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(encode_order);
BENCHMARK(encode_level);
BENCHMARK(encode_market);
BENCHMARK(encode_nonces);
BENCHMARK(encode_small_account);
BENCHMARK(decode_order);
BENCHMARK(encode_rows);
BENCHMARK(decode_rows);
BENCHMARK(digest);

}  // namespace
}  // namespace gavel::stf
