#include "oracle_feeder.hpp"

#include <mutex>

#include "replay/price_path.hpp"

namespace gavel::apps {

namespace {

constexpr auto kStep = std::chrono::milliseconds(50);
constexpr u64 kMostTicks = ~u32{0};

}  // namespace

PriceSource fixed_price(u32 price_ticks) {
  return [price_ticks] { return price_ticks; };
}

AppResult<PriceSource> taped_price(const std::vector<std::string>& files, u32 decimals) {
  // One file after the other, each starting where the one before ended.
  auto path = std::make_shared<std::vector<replay::PricePoint>>();
  for (const std::string& file : files) {
    const auto points = replay::read_price_path(file, decimals);
    if (!points.ok()) return points.error().text();
    const u64 from = path->empty() ? 0 : path->back().ts_ns + 1'000'000'000;
    for (const replay::PricePoint& point : *points) {
      path->push_back({from + point.ts_ns - points->front().ts_ns, point.price});
    }
  }
  if (path->empty()) return std::string("no price was given");
  const u64 began = system_clock().monotonic_ns();
  return PriceSource([path, began] {
    const u64 passed = system_clock().monotonic_ns() - began;
    return static_cast<u32>(std::min(replay::price_at(*path, passed), kMostTicks));
  });
}

PriceSource walking_price(u64 seed, u32 start_ticks) {
  struct Walk {
    std::mutex mutex;
    replay::PriceWalk walk;
    u64 price;
    u64 steps = 0;
    Walk(u64 walk_seed, u64 start) : walk(walk_seed, start), price(start) {}
  };
  auto state = std::make_shared<Walk>(seed, start_ticks);
  const u64 began = system_clock().monotonic_ns();
  return [state, began] {
    const std::lock_guard lock(state->mutex);
    const u64 due = (system_clock().monotonic_ns() - began) / 1'000'000'000;
    for (; state->steps < due; ++state->steps) state->price = state->walk.next();
    return static_cast<u32>(std::min(state->price, kMostTicks));
  };
}

OracleFeeder::OracleFeeder(const GatewayAddress& gateway, std::span<const OracleMember> members,
                           u32 market, PriceSource price,
                           std::function<void(const ReportOutcome&)> told,
                           std::chrono::milliseconds interval)
    : market_(market), price_(std::move(price)), told_(std::move(told)), interval_(interval) {
  for (const OracleMember& member : members) {
    threads_.emplace_back(
        [this, client = SignedClient(gateway, member.key, member.account)]() mutable {
          run(std::move(client));
        });
  }
}

OracleFeeder::~OracleFeeder() {
  stopping_.store(true);
  for (std::thread& thread : threads_) thread.join();
}

void OracleFeeder::run(SignedClient client) {
  auto due = std::chrono::steady_clock::now();
  u64 last_time = 0;
  while (!stopping_.load()) {
    if (std::chrono::steady_clock::now() < due) {
      std::this_thread::sleep_for(std::min(kStep, interval_));
      continue;
    }
    due = std::max(due + interval_, std::chrono::steady_clock::now());
    stf::Transaction tx;
    tx.action = stf::Action::report_price;
    tx.market = market_;
    tx.price_ticks = price_();
    if (tx.price_ticks == 0) continue;
    tx.time_ms = last_time = std::max(last_time + 1, system_clock().now_ms());
    const ReportOutcome outcome{client.account(), market_, tx.price_ticks, client.execute(tx)};
    if (outcome.result.ok() && outcome.result->receipt.result == exchange::Reject::ok)
      accepted_.fetch_add(1);
    if (told_) told_(outcome);
  }
}

}  // namespace gavel::apps
