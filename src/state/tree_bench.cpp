// Google Benchmark entries for the tree; the full-size run is `./gavel bench tree`.
#include <benchmark/benchmark.h>

#include "state/tree_bench_run.hpp"

namespace gavel::state {
namespace {

void BM_TreeUpdate(benchmark::State& state) {
  TreeBenchOptions options;
  options.leaves = static_cast<u64>(state.range(0));
  options.touched = static_cast<u64>(state.range(1));
  options.threads = static_cast<u32>(state.range(2));
  options.rounds = 5;
  options.peers = false;
  TreeBenchResult result;
  for (auto _ : state) {
    result = bench_tree(options);
    state.SetIterationTime(result.quantile(0.5).total_ms() / 1e3);
  }
  state.counters["min_ms"] = result.quantile(0).total_ms();
  state.counters["p50_ms"] = result.quantile(0.5).total_ms();
  state.counters["max_ms"] = result.quantile(1).total_ms();
  state.counters["prefault_s"] = result.prefault_s;
  state.counters["rebuild_s"] = result.rebuild_s;
  state.counters["leaves_per_s"] =
      static_cast<double>(options.touched) / result.quantile(0.5).total_ms() * 1e3;
}
BENCHMARK(BM_TreeUpdate)
    ->Args({1'000'000, 20'000, 1})
    ->Args({1'000'000, 20'000, 2})
    ->Args({10'000'000, 200'000, 2})
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gavel::state
