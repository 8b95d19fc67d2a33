// How many modular multiplications an ECDSA operation takes: each is one call of the fault proof
// machine.
//
// This file defines the seam of mulmod.hpp, as a guest does, and so also shows that the library's
// own definition gives way.
#include <gtest/gtest.h>

#include "crypto/mulmod.hpp"
#include "crypto/secp256k1.hpp"
#include "crypto/secp256k1_host.hpp"

namespace gavel::crypto {
namespace {

thread_local u64 multiplications = 0;

}  // namespace

u256 mulmod_p(const u256& a, const u256& b) {
  ++multiplications;
  return portable::mulmod_p(a, b);
}
u256 mulmod_n(const u256& a, const u256& b) {
  ++multiplications;
  return portable::mulmod_n(a, b);
}

namespace {

template <class Run>
u64 worst_of(Run run) {
  u64 worst = 0;
  for (u64 i = 0; i < 50; ++i) {
    const KeyPair pair = derive_keypair({}, i);
    const Hash32 digest = base::to_bytes32(u256{{i, i * i, ~i, i << 40}});
    const Signature64 signature = sign(digest, pair.secret);
    multiplications = 0;
    run(pair, digest, signature);
    worst = std::max(worst, multiplications);
  }
  return worst;
}

TEST(Secp256k1Cost, Recovery) {
  const u64 worst =
      worst_of([](const KeyPair& pair, const Hash32& digest, const Signature64& signature) {
        ASSERT_EQ(recover(digest, signature), pair.public_key);
      });
  RecordProperty("multiplications", std::to_string(worst));
  EXPECT_GT(worst, 1000u);
  EXPECT_LT(worst, 2900u);
}

TEST(Secp256k1Cost, Verification) {
  const u64 worst =
      worst_of([](const KeyPair& pair, const Hash32& digest, const Signature64& signature) {
        ASSERT_TRUE(verify(pair.public_key, digest, signature));
      });
  RecordProperty("multiplications", std::to_string(worst));
  EXPECT_GT(worst, 1000u);
  EXPECT_LT(worst, 2700u);
}

}  // namespace
}  // namespace gavel::crypto
