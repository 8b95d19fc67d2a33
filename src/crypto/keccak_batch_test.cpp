#include "crypto/keccak_batch.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "crypto/keccak.hpp"

namespace gavel::crypto {
namespace {

std::vector<u8> random_bytes(std::size_t size, u64 seed) {
  std::mt19937_64 random(seed);
  std::vector<u8> out(size);
  for (u8& byte : out) byte = static_cast<u8>(random());
  return out;
}

Hash32 hash_at(const std::vector<u8>& out, u64 i) {
  Hash32 hash;
  std::copy_n(out.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, hash.bytes.begin());
  return hash;
}

class KeccakBatch : public testing::TestWithParam<KeccakBackend> {
 protected:
  void SetUp() override {
    before_ = keccak_backend();
    if (!keccak_backend_available(GetParam())) {
      GTEST_SKIP() << "this CPU has no " << keccak_backend_name(GetParam());
    }
    force_keccak_backend(GetParam());
  }
  void TearDown() override { force_keccak_backend(before_); }

 private:
  KeccakBackend before_{};
};

TEST_P(KeccakBatch, Contiguous64) {
  for (u64 count = 0; count <= 33; ++count) {
    const std::vector<u8> in = random_bytes(64 * count, count);
    std::vector<u8> out(32 * count + 1, 0xee);
    keccak256_64_batch(in.data(), out.data(), count);
    for (u64 i = 0; i < count; ++i) {
      ASSERT_EQ(hash_at(out, i), keccak256(std::span(in).subspan(64 * i, 64))) << count << " " << i;
    }
    ASSERT_EQ(out.back(), 0xee);
  }
}

TEST_P(KeccakBatch, Gathered64) {
  const std::vector<u8> in = random_bytes(1000, 1);
  std::vector<const u8*> rows;
  for (u64 i = 0; i < 21; ++i) rows.push_back(in.data() + (i * 37) % 900);
  std::vector<u8> out(32 * rows.size());
  keccak256_64_gather(rows.data(), out.data(), rows.size());
  for (u64 i = 0; i < rows.size(); ++i) ASSERT_EQ(hash_at(out, i), keccak256({rows[i], 64}));
}

TEST_P(KeccakBatch, ShortOfEveryLength) {
  const std::vector<u8> in = random_bytes(1000, 2);
  std::vector<const u8*> rows;
  for (u64 i = 0; i < 11; ++i) rows.push_back(in.data() + i * 61);
  std::vector<u8> out(32 * rows.size());
  for (u32 length = 0; length <= kKeccakShortMaxBytes; ++length) {
    keccak256_short_gather(rows.data(), length, out.data(), rows.size());
    for (u64 i = 0; i < rows.size(); ++i) ASSERT_EQ(hash_at(out, i), keccak256({rows[i], length}));
  }
}

TEST_P(KeccakBatch, MixedLengths) {
  const std::vector<u8> in = random_bytes(6000, 3);
  std::mt19937_64 random(4);
  for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 600u}) {
    std::vector<std::span<const u8>> messages;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t kinds[] = {0, 1, 135, 136, 137, 271, 272, 273, 4096, random() % 5000};
      messages.push_back(
          std::span(in).subspan(random() % 1000, kinds[random() % std::size(kinds)]));
    }
    std::vector<Hash32> out(count);
    keccak256_batch(messages, out);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(out[i], keccak256(messages[i])) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, KeccakBatch,
                         testing::Values(KeccakBackend::kScalar, KeccakBackend::kAvx2,
                                         KeccakBackend::kAvx512),
                         [](const auto& info) { return keccak_backend_name(info.param); });

TEST(KeccakBatchDeathTest, ShortMessagesMustBeShort) {
  const u8* row = nullptr;
  EXPECT_DEATH(keccak256_short_gather(&row, kKeccakShortMaxBytes + 1, nullptr, 0), "check failed");
}

TEST(KeccakBatchDeathTest, OutputsMustMatchMessages) {
  std::vector<Hash32> out(1);
  EXPECT_DEATH(keccak256_batch({}, out), "check failed");
}

}  // namespace
}  // namespace gavel::crypto
