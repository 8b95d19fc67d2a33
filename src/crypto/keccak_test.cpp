#include "crypto/keccak.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <string>
#include <vector>

#include "base/hex.hpp"
#include "crypto/keccak_constants.hpp"

namespace gavel::crypto {
namespace {

std::span<const u8> bytes_of(std::string_view text) {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}
std::string hex(const Hash32& hash) {
  const auto text = base::hex_text(hash.bytes);
  return {text.data(), text.size()};
}
std::vector<u8> counting(u32 n) {
  std::vector<u8> out(n);
  for (u32 i = 0; i < n; ++i) out[i] = static_cast<u8>(i);
  return out;
}

// Known answers that Ethereum itself relies on.
TEST(Keccak, KnownAnswers) {
  const struct {
    std::string_view text, hash;
  } rows[] = {
      {"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
      {"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
      {"Transfer(address,address,uint256)",
       "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"},
      {"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
       "8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f"},
  };
  for (const auto& row : rows) EXPECT_EQ(hex(keccak256(bytes_of(row.text))), row.hash) << row.text;
}

// keccak256(rlp("")): the empty trie's root.
TEST(Keccak, EmptyTrieRoot) {
  const u8 rlp = 0x80;
  EXPECT_EQ(hex(keccak256({&rlp, 1})),
            "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
}

// The permutation's known answer for the zero state (first lanes; KeccakCodePackage).
TEST(Keccak, PermutationOfZero) {
  KeccakState state;
  portable::keccak_f(state);
  EXPECT_EQ(state.lane[0], 0xf1258f7940e1dde7u);
  EXPECT_EQ(state.lane[1], 0x84d5ccf933c0478au);
  EXPECT_EQ(state.lane[24], 0xeaf1ff7b5ceca249u);
}

TEST(Keccak, EverySplitGivesTheSameHash) {
  for (const u32 n : {0u, 1u, 7u, 8u, 64u, 135u, 136u, 137u, 271u, 272u, 273u, 1000u}) {
    const std::vector<u8> message = counting(n);
    const Hash32 whole = keccak256(message);
    for (u32 cut = 0; cut <= n; cut += 1 + n / 50) {
      Keccak256 hasher;
      hasher.update(std::span(message).first(cut))
          .update({})
          .update(std::span(message).subspan(cut));
      ASSERT_EQ(hasher.finish(), whole) << n << " " << cut;
    }
  }
}

TEST(Keccak, PairIsTheHashOfTheConcatenation) {
  std::mt19937_64 random(5);
  std::array<u8, 64> both{};
  for (u8& byte : both) byte = static_cast<u8>(random());
  Hash32 left;
  Hash32 right;
  std::copy_n(both.begin(), 32, left.bytes.begin());
  std::copy_n(both.begin() + 32, 32, right.bytes.begin());
  EXPECT_EQ(keccak256_pair(left, right), keccak256(both));
}

// Two leaves of zeros: the first level above empty leaves in many deployed trees.
TEST(Keccak, PairOfZeros) {
  EXPECT_EQ(hex(keccak256_pair({}, {})),
            "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
}

TEST(KeccakDeathTest, HasherIsUsedOnce) {
  Keccak256 hasher;
  (void)hasher.finish();
  EXPECT_DEATH((void)hasher.finish(), "check failed");
}

// The constants from their definitions: an LFSR, and the walk (x, y) -> (y, 2x + 3y).
TEST(KeccakConstants, RoundConstantsAreTheLfsr) {
  u32 lfsr = 1;
  for (u32 round = 0; round < keccak::kRounds; ++round) {
    u64 expected = 0;
    for (u32 j = 0; j <= 6; ++j) {
      if ((lfsr & 1) != 0) expected |= u64{1} << ((1u << j) - 1);
      lfsr <<= 1;
      if ((lfsr & 0x100) != 0) lfsr ^= 0x171;
    }
    EXPECT_EQ(keccak::kRoundConstant[round], expected) << round;
  }
}

TEST(KeccakConstants, RotationsAreTriangularNumbersAlongTheWalk) {
  EXPECT_EQ(keccak::kRotation[0], 0u);
  u32 x = 1;
  u32 y = 0;
  for (u32 t = 0; t < 24; ++t) {
    EXPECT_EQ(keccak::kRotation[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
    const u32 next_y = (2 * x + 3 * y) % 5;
    EXPECT_EQ(keccak::kPi[x + 5 * y], y + 5 * next_y);
    x = y;
    y = next_y;
  }
}

}  // namespace
}  // namespace gavel::crypto
