// Benchmarks of the hot state: price index, accessors, and whole transactions by the rules with the
// write log.
#include <benchmark/benchmark.h>

#include <chrono>

#include "state/hot_world_test.hpp"

namespace gavel::state {
namespace {

using exchange::Side;
using exchange::Table;

// A book as on a liquid perpetual market: `levels` levels scattered near the touch. One step: find
// a place, add a level there if it is free, remove another.
void price_index_churn(benchmark::State& bench) {
  const u32 levels = static_cast<u32>(bench.range(0));
  const u32 spread = levels * 12;
  io::SeededRandom random(1);
  PriceIndex index(1, levels * 2);
  std::vector<u32> prices;
  const auto free_price = [&] {
    for (;;) {
      const u32 price = 600'000 + static_cast<u32>(random.below(spread));
      const u32 found = index.find(1, Side::bid, price);
      if (found == 0 || prices[found - 1] != price) return price;
    }
  };
  while (prices.size() < levels) {
    const u32 price = free_price();
    prices.push_back(price);
    index.add(1, Side::bid, price, static_cast<u32>(prices.size()));
  }
  std::vector<u32> victims(1 << 16);
  for (u32& v : victims) v = static_cast<u32>(random.below(levels));
  std::vector<u32> fresh(1 << 16);
  for (u32& f : fresh) f = 600'000 + static_cast<u32>(random.below(spread));
  u32 step = 0;
  for (auto _ : bench) {
    step = (step + 1) & 0xffff;
    const u32 slot = victims[step];
    const u32 price = fresh[step];
    const u32 found = index.find(1, Side::bid, price);
    if (found != 0 && prices[found - 1] == price) continue;
    index.remove(1, Side::bid, prices[slot]);
    index.add(1, Side::bid, price, slot + 1);
    prices[slot] = price;
  }
  bench.SetItemsProcessed(bench.iterations());
  bench.counters["nodes"] = index.nodes();
}
BENCHMARK(price_index_churn)->Arg(100)->Arg(10'000)->Arg(1'000'000);

void price_index_find(benchmark::State& bench) {
  const u32 levels = static_cast<u32>(bench.range(0));
  io::SeededRandom random(1);
  PriceIndex index(1, levels);
  for (u32 i = 0; i < levels; ++i) index.add(1, Side::bid, 600'000 + i * 7, i + 1);
  std::vector<u32> prices(1 << 16);
  for (u32& p : prices) p = 600'000 + static_cast<u32>(random.below(levels * 7));
  u32 step = 0;
  u32 sum = 0;
  for (auto _ : bench) sum += index.find(1, Side::bid, prices[step = (step + 1) & 0xffff]);
  benchmark::DoNotOptimize(sum);
  bench.SetItemsProcessed(bench.iterations());
}
BENCHMARK(price_index_find)->Arg(100)->Arg(10'000)->Arg(1'000'000);

HotCapacity capacity_for(u32 accounts) {
  HotCapacity capacity;
  capacity.objects = {1, accounts, 1'024, accounts, 16, 1u << 18, 1u << 22, 1'024, 16};
  return capacity;
}

// An access of an object that the block has touched already.
void read_again(benchmark::State& bench) {
  HotState state(capacity_for(1'024));
  u32 i = 0;
  u64 sum = 0;
  for (auto _ : bench) sum += state.account(1 + (i++ & 1'023)).nonces;
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(read_again);

// Blocks of 10,000 first writes of random accounts among `range`, with the log, sealed; per write.
void first_write_and_seal(benchmark::State& bench) {
  const u32 accounts = static_cast<u32>(bench.range(0));
  WriteLog log;
  HotState state(capacity_for(accounts), &log);
  state.prefault({accounts, 0, 0}, {});
  state.global_mut().tables[static_cast<u8>(Table::account)].next = accounts;
  state.seal_block(0);
  state.seal_batch(0);
  io::SeededRandom random(1);
  std::vector<u32> picks(10'000);
  u64 block = 0;
  for (auto _ : bench) {
    bench.PauseTiming();
    for (u32& p : picks) p = 1 + static_cast<u32>(random.below(accounts - 1));
    while (const LogChunk* chunk = log.take()) log.give_back(chunk);
    bench.ResumeTiming();
    for (const u32 p : picks) state.account_mut(p).nonces = p;
    state.seal_block(++block);
    if (block % 100 == 0) state.seal_batch(block / 100);
  }
  bench.SetItemsProcessed(bench.iterations() * 10'000);
}
BENCHMARK(first_write_and_seal)->Arg(1 << 14)->Arg(1 << 20)->Unit(benchmark::kMicrosecond);

// The whole of a transaction but its signature: hints, rules, nonce, balances, write log, seal.
// Blocks of 10,000; add : cancel or reduce : IOC = 10 : 11.5 : 1, accounts and prices at random
// over 10k levels.
class TradingDay {
 public:
  TradingDay(HotState& state, u32 accounts)
      : state_(state), accounts_(accounts), world_(state, config(accounts)) {
    world_.open(accounts, 2, 1);
  }

  void plan(std::vector<stf::Transaction>& block) {
    world_.next_block();
    for (stf::Transaction& tx : block) {
      tx = {};
      tx.account = 1 + below(accounts_);
      tx.nonce = world_.fresh_nonce();
      const u32 dice = below(225);
      if (dice >= 110 && !live_.empty()) {
        const u32 at = below(live_.size());
        tx.account = live_[at].account;
        tx.order_id = live_[at].id;
        tx.action = stf::Action::cancel;
        if (dice < 140 && live_[at].lots > 1) {
          tx.action = stf::Action::modify;
          tx.price_ticks = live_[at].price;
          tx.lots = --live_[at].lots;
          continue;
        }
        live_[at] = live_.back();
        live_.pop_back();
        continue;
      }
      tx.action = stf::Action::place;
      tx.market = 1;
      tx.side = static_cast<u8>(below(2));
      tx.type = dice < 100 ? 0 : 1;
      const u32 away = (below(200) * below(200)) / 8;
      tx.price_ticks = tx.type == 1 ? (tx.side == 0 ? 600'040 : 599'960)
                                    : (tx.side == 0 ? 600'000 - away : 600'001 + away);
      tx.lots = 1 + below(20);
    }
  }
  // Returns the malformed ones, of which there should be none.
  u32 run(const std::vector<stf::Transaction>& block) {
    u32 malformed = 0;
    constexpr u32 kAhead = 4;
    for (u32 i = 0; i < block.size(); ++i) {
      if (i + kAhead < block.size()) {
        const stf::Transaction& soon = block[i + kAhead];
        state_.prefetch(Table::account, soon.account);
        if (soon.order_id != 0) state_.prefetch(Table::order, exchange::order_slot(soon.order_id));
        state_.prefetch(Table::nonces, state_.peek_account(block[i + 2].account).nonces);
      }
      malformed += world_.run(block[i]) != stf::Malformed::none;
      const stf::Receipt& r = world_.receipt();
      if (r.resting_lots != 0 && block[i].action == stf::Action::place) {
        live_.push_back(
            {r.order_id, block[i].account, block[i].price_ticks, static_cast<u32>(r.resting_lots)});
      }
      rejected_ += r.result != exchange::Reject::ok;
      fills_ += r.events.size();
    }
    return malformed;
  }
  u64 rejected() const { return rejected_; }
  u64 fills() const { return fills_; }
  u64 live() const { return live_.size(); }

 private:
  struct Live {
    u64 id;
    u32 account;
    u32 price;
    u32 lots;
  };
  static stf::Config config(u32 accounts) {
    stf::Config config;
    config.capacity = capacity_for(accounts).objects;
    return config;
  }
  u32 below(u64 bound) { return static_cast<u32>(random_.below(bound)); }

  HotState& state_;
  u32 accounts_;
  HotWorld world_;
  io::SeededRandom random_{42};
  std::vector<Live> live_;
  u64 rejected_ = 0;
  u64 fills_ = 0;
};

void transactions(benchmark::State& bench) {
  using Clock = std::chrono::steady_clock;
  const u32 accounts = static_cast<u32>(bench.range(0));
  const bool logged = bench.range(1) != 0;
  WriteLog log;
  HotState state(capacity_for(accounts), logged ? &log : nullptr);
  state.prefault({accounts, accounts, 0}, {});
  TradingDay day(state, accounts);
  const auto drain = [&] {
    while (const LogChunk* chunk = log.take()) log.give_back(chunk);
  };
  state.seal_block(0);
  state.seal_batch(0);
  drain();
  std::vector<stf::Transaction> block(10'000);
  u64 number = 0;
  u64 bytes = 0;
  const auto one_block = [&] {
    day.plan(block);
    const auto start = Clock::now();
    if (day.run(block) != 0) bench.SkipWithError("a row was malformed");
    state.seal_block(++number);
    if (number % 1'000 == 0) state.seal_batch(number / 1'000);
    const std::chrono::duration<double> took = Clock::now() - start;
    while (const LogChunk* chunk = log.take()) {
      bytes += chunk->write_bytes + chunk->read_count * sizeof(u64);
      log.give_back(chunk);
    }
    return took.count();
  };
  for (u32 i = 0; i < 60; ++i) one_block();
  bytes = 0;
  for (auto _ : bench) bench.SetIterationTime(one_block());
  const double done = static_cast<double>(bench.iterations()) * 10'000;
  bench.SetItemsProcessed(bench.iterations() * 10'000);
  bench.counters["log_bytes_per_tx"] = static_cast<double>(bytes) / done;
  bench.counters["live_orders"] = static_cast<double>(day.live());
  bench.counters["fills"] = static_cast<double>(day.fills());
  bench.counters["rejected"] = static_cast<double>(day.rejected());
}
BENCHMARK(transactions)
    ->ArgNames({"accounts", "log"})
    ->Args({1'000'000, 0})
    ->Args({1'000'000, 1})
    ->UseManualTime()
    ->MinTime(2)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gavel::state
