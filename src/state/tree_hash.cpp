#include "state/tree_hash.hpp"

#include <algorithm>

#include "crypto/keccak_batch.hpp"

namespace gavel::state {
namespace {

// Enough independent misses in flight, few enough that their lines stay in the first cache.
constexpr u32 kBlock = 64;
constexpr u32 kLineBytes = 64;

const u8* bytes_of(const Hash32* nodes) { return reinterpret_cast<const u8*>(nodes); }
u8* bytes_of(Hash32* nodes) { return reinterpret_cast<u8*>(nodes); }

void prefetch_read(const void* at) { __builtin_prefetch(at, 0, 3); }
void prefetch_write(const void* at) { __builtin_prefetch(at, 1, 3); }

template <class T>
std::span<const T> block_at(std::span<const T> items, std::size_t at) {
  return at < items.size() ? items.subspan(at, std::min<std::size_t>(kBlock, items.size() - at))
                           : std::span<const T>{};
}

void prefetch_touches(std::span<const Touch> touches, const Hash32* leaves) {
  for (const Touch& touch : touches) {
    for (u32 at = 0; at < 2 * kLineBytes; at += kLineBytes) prefetch_read(touch.after + at);
    // The whole group of four: hash_grandparents reads it next.
    const u8* group = bytes_of(leaves + (touch.index & ~u32{3}));
    prefetch_write(group);
    prefetch_write(group + kLineBytes);
  }
}

}  // namespace

void hash_leaves(std::span<const Touch> touches, Hash32* leaves) {
  std::array<std::span<const u8>, kBlock> messages;
  std::array<Hash32, kBlock> hashes;
  prefetch_touches(block_at(touches, 0), leaves);
  for (std::size_t at = 0; at < touches.size(); at += kBlock) {
    const auto block = block_at(touches, at);
    prefetch_touches(block_at(touches, at + kBlock), leaves);
    for (std::size_t i = 0; i < block.size(); ++i) messages[i] = entry_at(block[i].after).encoding;
    crypto::keccak256_batch(std::span(messages).first(block.size()),
                            std::span(hashes).first(block.size()));
    for (std::size_t i = 0; i < block.size(); ++i) {
      leaves[block[i].index] = messages[i].empty() ? Hash32{} : hashes[i];
    }
  }
}

void hash_parents(const Hash32* children, Hash32* parents, std::span<const u32> positions) {
  std::array<const u8*, kBlock> in;
  std::array<Hash32, kBlock> out;
  for (const u32 p : block_at(positions, 0)) prefetch_write(parents + (p & ~u32{1}));
  for (std::size_t at = 0; at < positions.size(); at += kBlock) {
    const auto block = block_at(positions, at);
    for (const u32 p : block_at(positions, at + kBlock)) prefetch_write(parents + (p & ~u32{1}));
    for (std::size_t i = 0; i < block.size(); ++i) in[i] = bytes_of(children + 2 * u64{block[i]});
    crypto::keccak256_64_gather(in.data(), bytes_of(out.data()), block.size());
    for (std::size_t i = 0; i < block.size(); ++i) parents[block[i]] = out[i];
  }
}

void hash_grandparents(const Hash32* leaves, Hash32* grandparents, std::span<const u32> positions) {
  std::array<const u8*, 2 * kBlock> in;
  std::array<Hash32, 2 * kBlock> between;
  std::array<Hash32, kBlock> out;
  for (const u32 p : block_at(positions, 0)) prefetch_write(grandparents + (p & ~u32{1}));
  for (std::size_t at = 0; at < positions.size(); at += kBlock) {
    const auto block = block_at(positions, at);
    for (const u32 p : block_at(positions, at + kBlock))
      prefetch_write(grandparents + (p & ~u32{1}));
    for (std::size_t i = 0; i < block.size(); ++i) {
      in[2 * i] = bytes_of(leaves + 4 * u64{block[i]});
      in[2 * i + 1] = in[2 * i] + kLineBytes;
    }
    crypto::keccak256_64_gather(in.data(), bytes_of(between.data()), 2 * block.size());
    crypto::keccak256_64_batch(bytes_of(between.data()), bytes_of(out.data()), block.size());
    for (std::size_t i = 0; i < block.size(); ++i) grandparents[block[i]] = out[i];
  }
}

void hash_level(const Hash32* children, Hash32* parents, u64 count) {
  crypto::keccak256_64_batch(bytes_of(children), bytes_of(parents), count);
}

void ascend(std::vector<u32>& positions, u32 times) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const u32 parent = positions[i] >> times;
    if (kept == 0 || positions[kept - 1] != parent) positions[kept++] = parent;
  }
  positions.resize(kept);
}

}  // namespace gavel::state
