#include "state/tree_bench_run.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <ctime>

#include "base/check.hpp"
#include "crypto/keccak_batch.hpp"
#include "io/random.hpp"
#include "state/tree_live.hpp"

namespace gavel::state {
namespace {

constexpr u8 kTable = 1;            // ACCOUNT
constexpr u32 kStreams = 1000;      // blocks of a batch
constexpr u32 kEncodingBytes = 83;  // an account with two balances
constexpr u64 kScalarShare = 10;    // baselines run on so much fewer keys
constexpr u64 kWalkShare = 100;

double seconds_of(const auto& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A permutation of [0, 2^bits): distinct keys in random order without a table of them.
class Shuffle {
 public:
  Shuffle(u64 count, u64 seed)
      : bits_(static_cast<i32>(std::max<u64>(1, std::bit_width(count - 1)))), seed_(seed) {}

  u64 operator()(u64 x) const {
    const u64 mask = (u64{1} << bits_) - 1;
    for (u32 round = 0; round < 3; ++round) {
      x = (x * 0x9e3779b97f4a7c15 + seed_) & mask;  // odd factor: a bijection
      x ^= x >> ((bits_ + 1) / 2);
    }
    return x;
  }

 private:
  i32 bits_;
  u64 seed_;
};

// `touched` distinct random accounts, in blocks, each with its state before and after.
std::vector<std::vector<u8>> write_set(u64 leaves, u64 touched, u64 seed) {
  io::SeededRandom random(seed);
  const Shuffle shuffle(leaves, random.next());
  std::array<u8, kEncodingBytes> encoding{};
  random.fill(encoding);
  const u64 per_stream = touched / kStreams + 1;
  std::vector<std::vector<u8>> streams;
  u64 next = 0;
  for (u64 written = 0; written < touched; ++written) {
    if (written % per_stream == 0) {
      streams.emplace_back();
      streams.back().reserve(per_stream * 2 * (kEntryHeaderBytes + kEncodingBytes));
    }
    u64 index = shuffle(next++);
    while (index >= leaves) index = shuffle(next++);
    std::memcpy(encoding.data(), &index, sizeof(index));
    append_entry(streams.back(), kTable, EntryKind::kBefore, static_cast<u32>(index), encoding);
    const u64 value = random.next();
    std::memcpy(encoding.data() + 16, &value, sizeof(value));
    append_entry(streams.back(), kTable, EntryKind::kAfter, static_cast<u32>(index), encoding);
  }
  return streams;
}

void fill(LiveTree& tree, u64 leaves) {
  io::SeededRandom random(1);
  std::vector<Hash32> block(std::min<u64>(leaves, 1 << 16));
  for (u64 first = 0; first < leaves; first += block.size()) {
    block.resize(std::min<u64>(block.size(), leaves - first));
    for (Hash32& leaf : block) {
      for (u32 at = 0; at < 32; at += 8) {
        const u64 word = random.next();
        std::memcpy(leaf.bytes.data() + at, &word, sizeof(word));
      }
    }
    tree.load_leaf_range(kTable, first, block);
  }
}

TreeBenchRound run_round(LiveTree& tree, TreePlan& plan, u64 touched, u64 leaves, u64 seed,
                         TreeBenchResult& result) {
  const std::vector<std::vector<u8>> owned = write_set(leaves, touched, seed);
  const std::vector<std::span<const u8>> streams(owned.begin(), owned.end());
  result.write_set_bytes = 0;
  for (const auto& stream : streams) result.write_set_bytes += stream.size();
  TreeBenchRound round;
  const std::clock_t core_start = std::clock();
  round.plan_ms = 1e3 * seconds_of([&] { GAVEL_CHECK(tree.plan(streams, plan).ok()); });
  round.apply_ms = 1e3 * seconds_of([&] { tree.apply(plan); });
  round.core_ms = 1e3 * static_cast<double>(std::clock() - core_start) / CLOCKS_PER_SEC;
  result.entries = plan.entries();
  return round;
}

u64 count_hashes(const TreePlan& plan, u32 height) {
  u64 hashes = plan.touched();
  for (u32 level = 1; level <= height; ++level) {
    u64 nodes = 0;
    u64 last = ~u64{0};
    for (const Shard& shard : plan.shards()) {
      for (const Touch& touch : shard.touches) {
        const u64 node = touch.index >> level;
        // Height 1 is not stored: both nodes below a dirty node of height 2 are hashed.
        if (level == 1 ? node / 2 != last / 2 : node != last) nodes += level == 1 ? 2 : 1;
        last = node;
      }
    }
    hashes += nodes;
  }
  return hashes;
}

// What a tree without levels does: for each key, leaf to root, one hash after the other.
double walk_ns(const LiveTree& tree, u64 leaves, u64 keys) {
  const u32 height = static_cast<u32>(std::bit_width(tree.capacity(kTable) - 1));
  const Shuffle shuffle(leaves, 99);
  Hash32 sink;
  const double seconds = seconds_of([&] {
    for (u64 i = 0; i < keys; ++i) {
      const u32 index = static_cast<u32>(shuffle(i) % leaves);
      std::array<Hash32, tree::kDepth> siblings;
      for (u32 level = 0; level < height; ++level) {
        siblings[level] = tree.node(kTable, level, index >> level ^ 1);
      }
      const Hash32 root = tree::path_root(tree.leaf(kTable, index), index,
                                          std::span<const Hash32>(siblings).first(height));
      for (u32 b = 0; b < 32; ++b) sink.bytes[b] ^= root.bytes[b];
    }
  });
  // An even number of equal roots cancels; anything else means that a path did not lead to the
  // root.
  GAVEL_CHECK(keys % 2 != 0 || sink.is_zero());
  return seconds * 1e9 / static_cast<double>(keys);
}

void run_peers(LiveTree& tree, TreePlan& plan, TreeBenchResult& result) {
  const TreeBenchOptions& options = result.options;
  const crypto::KeccakBackend widest = crypto::keccak_backend();
  crypto::force_keccak_backend(crypto::KeccakBackend::kScalar);
  TreeBenchResult ignored;
  const u64 keys = std::max<u64>(options.touched / kScalarShare, 1);
  const TreeBenchRound round = run_round(tree, plan, keys, options.leaves, 1000, ignored);
  crypto::force_keccak_backend(widest);
  result.scalar_ns_per_leaf = round.total_ms() * 1e6 / static_cast<double>(keys);
  const u64 walked = std::max<u64>(options.touched / kWalkShare, 1) / 2 * 2 + 2;
  result.walk_ns_per_leaf = walk_ns(tree, options.leaves, walked);
}

}  // namespace

const TreeBenchRound& TreeBenchResult::quantile(double q) const {
  GAVEL_CHECK(!rounds.empty());
  const auto last = static_cast<double>(rounds.size() - 1);
  return rounds[static_cast<std::size_t>(q * last + 0.5)];
}

TreeBenchResult bench_tree(const TreeBenchOptions& options) {
  GAVEL_CHECK(options.leaves > 0 && options.touched <= options.leaves && options.rounds > 0);
  TreeBenchResult result;
  result.options = options;
  result.kernel = crypto::keccak_backend_name(crypto::keccak_backend());
  TreeConfig config;
  config.capacity[kTable] = static_cast<u32>(options.leaves);
  config.threads = options.threads;
  LiveTree tree(config);
  result.prefault_s = seconds_of([&] { tree.prefault(kTable, options.leaves); });
  fill(tree, options.leaves);
  result.rebuild_s = seconds_of([&] { tree.rebuild(); });
  TreePlan plan;
  // One round unmeasured: its scratch memory is backed for the first time.
  for (u32 round = 0; round <= options.rounds; ++round) {
    const TreeBenchRound measured =
        run_round(tree, plan, options.touched, options.leaves, round + 1, result);
    if (round > 0) result.rounds.push_back(measured);
  }
  result.hashes = count_hashes(plan, static_cast<u32>(std::bit_width(tree.capacity(kTable) - 1)));
  std::sort(result.rounds.begin(), result.rounds.end(),
            [](const auto& a, const auto& b) { return a.total_ms() < b.total_ms(); });
  if (options.peers) run_peers(tree, plan, result);
  return result;
}

std::string to_text(const TreeBenchResult& r) {
  std::string out = fmt::format(
      "tree: {} leaves, {} touched, {} threads, keccak {}\n"
      "  apart: prefault {:.2f} s, rebuild of all nodes {:.2f} s\n"
      "  write set: {} entries, {:.1f} MB; {:.2f} million hashes a batch\n",
      r.options.leaves, r.options.touched, r.options.threads, r.kernel, r.prefault_s, r.rebuild_s,
      r.entries, static_cast<double>(r.write_set_bytes) / 1e6, static_cast<double>(r.hashes) / 1e6);
  for (const auto& [name, q] : {std::pair{"min", 0.0}, {"p50", 0.5}, {"max", 1.0}}) {
    const TreeBenchRound& round = r.quantile(q);
    out += fmt::format("  {}: {:.1f} ms (plan {:.1f}, apply {:.1f}), {:.2f} million leaves/s\n",
                       name, round.total_ms(), round.plan_ms, round.apply_ms,
                       static_cast<double>(r.options.touched) / round.total_ms() / 1e3);
  }
  if (!r.options.peers) return out;
  const double ours = r.quantile(0.5).total_ms() * 1e6 / static_cast<double>(r.options.touched);
  out += fmt::format(
      "  a touched leaf: {:.0f} ns; scalar kernel {:.0f} ns ({:.1f}x); leaf-to-root walk, one "
      "thread "
      "{:.0f} ns ({:.1f}x)\n",
      ours, r.scalar_ns_per_leaf, r.scalar_ns_per_leaf / ours, r.walk_ns_per_leaf,
      r.walk_ns_per_leaf / ours);
  return out;
}

std::string to_json(const TreeBenchResult& r) {
  std::string rounds;
  for (const TreeBenchRound& round : r.rounds) {
    rounds += fmt::format("{}{{\"plan_ms\":{:.3f},\"apply_ms\":{:.3f},\"core_ms\":{:.3f}}}",
                          rounds.empty() ? "" : ",", round.plan_ms, round.apply_ms, round.core_ms);
  }
  return fmt::format(
      "{{\"bench\":\"tree\",\"leaves\":{},\"touched\":{},\"threads\":{},\"kernel\":\"{}\","
      "\"prefault_s\":{:.3f},\"rebuild_s\":{:.3f},\"entries\":{},\"write_set_bytes\":{},\"hashes\":"
      "{},"
      "\"p50_ms\":{:.3f},\"min_ms\":{:.3f},\"max_ms\":{:.3f},\"scalar_ns_per_leaf\":{:.1f},"
      "\"walk_ns_per_leaf\":{:.1f},\"rounds\":[{}]}}",
      r.options.leaves, r.options.touched, r.options.threads, r.kernel, r.prefault_s, r.rebuild_s,
      r.entries, r.write_set_bytes, r.hashes, r.quantile(0.5).total_ms(), r.quantile(0).total_ms(),
      r.quantile(1).total_ms(), r.scalar_ns_per_leaf, r.walk_ns_per_leaf, rounds);
}

}  // namespace gavel::state
