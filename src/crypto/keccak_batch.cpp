#include "crypto/keccak_batch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "crypto/keccak_lanes.hpp"

namespace gavel::crypto {
namespace {

using keccak::BatchKernel;
using keccak::kMaxLanes;

KeccakBackend widest_backend() {
  for (const KeccakBackend backend : {KeccakBackend::kAvx512, KeccakBackend::kAvx2}) {
    if (keccak_backend_available(backend)) return backend;
  }
  return KeccakBackend::kScalar;
}

std::atomic<KeccakBackend>& chosen_backend() {
  static std::atomic<KeccakBackend> chosen{widest_backend()};
  return chosen;
}

// nullptr for one by one.
const BatchKernel* kernel_in_use() {
  switch (keccak_backend()) {
    case KeccakBackend::kAvx512:
      return &keccak::avx512_kernel();
    case KeccakBackend::kAvx2:
      return &keccak::avx2_kernel();
    case KeccakBackend::kScalar:
      break;
  }
  return nullptr;
}

void hash_one(const u8* in, u64 size, u8* out) {
  const Hash32 hash = keccak256({in, static_cast<std::size_t>(size)});
  std::memcpy(out, hash.bytes.data(), hash.bytes.size());
}

// row(i) is where message i starts. A last group that is not full repeats its first message in the
// idle lanes.
template <class Row>
void hash_64_all(u64 count, u8* out, Row row) {
  const BatchKernel* kernel = kernel_in_use();
  u64 i = 0;
  if (kernel != nullptr) {
    const u32 lanes = kernel->lanes;
    std::array<const u8*, kMaxLanes> rows{};
    for (; i + lanes <= count; i += lanes) {
      for (u32 lane = 0; lane < lanes; ++lane) rows[lane] = row(i + lane);
      kernel->hash_64(rows.data(), out + 32 * i);
    }
    if (count - i >= 2) {
      std::array<u8, std::size_t{32} * kMaxLanes> tail{};
      for (u32 lane = 0; lane < lanes; ++lane) rows[lane] = row(i + lane < count ? i + lane : i);
      kernel->hash_64(rows.data(), tail.data());
      std::memcpy(out + 32 * i, tail.data(), 32 * (count - i));
      i = count;
    }
  }
  for (; i < count; ++i) hash_one(row(i), 64, out + 32 * i);
}

u64 block_count(u64 size) { return size / kKeccakRateBytes + 1; }

// Messages with equally many blocks, one a lane.
class LaneGroup {
 public:
  explicit LaneGroup(const BatchKernel& kernel) : kernel_(kernel) {}

  bool full() const { return used_ == kernel_.lanes; }
  u32 size() const { return used_; }

  void add(const u8* in, u64 size, u8* out) {
    in_[used_] = in;
    out_[used_] = out;
    u8* last = last_block_[used_].data();
    const u64 rest = size % kKeccakRateBytes;
    std::memset(last, 0, kKeccakRateBytes);
    if (rest > 0) std::memcpy(last, in + (size - rest), rest);
    last[rest] ^= 0x01;
    last[kKeccakRateBytes - 1] ^= 0x80;
    ++used_;
  }

  void hash(u64 blocks) {
    if (used_ == 0) return;
    alignas(64) std::array<u64, std::size_t{25} * kMaxLanes> state{};
    std::array<const u8*, kMaxLanes> at{};
    for (u64 block = 0; block < blocks; ++block) {
      for (u32 lane = 0; lane < kernel_.lanes; ++lane) {
        const u32 source = lane < used_ ? lane : 0;
        at[lane] = block + 1 < blocks ? in_[source] + block * kKeccakRateBytes
                                      : last_block_[source].data();
      }
      kernel_.absorb(state.data(), at.data());
    }
    for (u32 lane = 0; lane < used_; ++lane) {
      for (u32 word = 0; word < 4; ++word) {
        std::memcpy(out_[lane] + std::size_t{8} * word, &state[word * kernel_.lanes + lane], 8);
      }
    }
    used_ = 0;
  }

 private:
  const BatchKernel& kernel_;
  u32 used_ = 0;
  std::array<const u8*, kMaxLanes> in_{};
  std::array<u8*, kMaxLanes> out_{};
  std::array<std::array<u8, kKeccakRateBytes>, kMaxLanes> last_block_{};
};

}  // namespace

const char* keccak_backend_name(KeccakBackend backend) {
  switch (backend) {
    case KeccakBackend::kScalar:
      return "scalar";
    case KeccakBackend::kAvx2:
      return "avx2";
    case KeccakBackend::kAvx512:
      return "avx512";
  }
  return "unknown";
}

bool keccak_backend_available(KeccakBackend backend) {
  switch (backend) {
    case KeccakBackend::kScalar:
      return true;
    case KeccakBackend::kAvx2:
      return __builtin_cpu_supports("avx2") != 0;
    case KeccakBackend::kAvx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
             __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0;
  }
  return false;
}

KeccakBackend keccak_backend() { return chosen_backend().load(std::memory_order_relaxed); }

void force_keccak_backend(KeccakBackend backend) {
  GAVEL_CHECK(keccak_backend_available(backend));
  chosen_backend().store(backend, std::memory_order_relaxed);
}

void keccak256_64_batch(const u8* in, u8* out, u64 count) {
  hash_64_all(count, out, [in](u64 i) { return in + 64 * i; });
}

void keccak256_64_gather(const u8* const* in, u8* out, u64 count) {
  hash_64_all(count, out, [in](u64 i) { return in[i]; });
}

void keccak256_short_gather(const u8* const* in, u32 length_bytes, u8* out, u64 count) {
  GAVEL_CHECK(length_bytes <= kKeccakShortMaxBytes);
  const BatchKernel* kernel = kernel_in_use();
  if (kernel == nullptr) {
    for (u64 i = 0; i < count; ++i) hash_one(in[i], length_bytes, out + 32 * i);
    return;
  }
  LaneGroup group(*kernel);
  for (u64 i = 0; i < count; ++i) {
    group.add(in[i], length_bytes, out + 32 * i);
    if (group.full()) group.hash(1);
  }
  group.hash(1);
}

void keccak256_batch(std::span<const std::span<const u8>> messages, std::span<Hash32> out) {
  GAVEL_CHECK(messages.size() == out.size());
  const BatchKernel* kernel = kernel_in_use();
  if (kernel == nullptr) {
    for (std::size_t i = 0; i < messages.size(); ++i) out[i] = keccak256(messages[i]);
    return;
  }
  // A window of messages is put in order of block count, so that lanes finish together.
  constexpr std::size_t kWindow = 512;
  struct Entry {
    u64 blocks;
    std::size_t index;
  };
  std::array<Entry, kWindow> order{};
  LaneGroup group(*kernel);
  for (std::size_t start = 0; start < messages.size(); start += kWindow) {
    const std::size_t count = std::min(kWindow, messages.size() - start);
    for (std::size_t i = 0; i < count; ++i) {
      order[i] = {block_count(messages[start + i].size()), start + i};
    }
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
              [](const Entry& a, const Entry& b) {
                return a.blocks != b.blocks ? a.blocks < b.blocks : a.index < b.index;
              });
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<const u8> message = messages[order[i].index];
      group.add(message.data(), message.size(), out[order[i].index].bytes.data());
      const bool last_of_kind = i + 1 == count || order[i + 1].blocks != order[i].blocks;
      if (group.full() || last_of_kind) group.hash(order[i].blocks);
    }
  }
}

}  // namespace gavel::crypto
