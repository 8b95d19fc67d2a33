#include "crypto/secp256k1_batch.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "crypto/secp256k1_cases_test.hpp"
#include "crypto/secp256k1_limbs.hpp"
#include "crypto/secp256k1_multiply.hpp"

namespace gavel::crypto {
namespace {

using base::Result;
using Key = Result<PublicKey, SignatureError>;

class SignatureBatch : public testing::TestWithParam<SignatureBackend> {
 protected:
  void SetUp() override {
    before_ = signature_backend();
    if (!signature_backend_available(GetParam())) {
      GTEST_SKIP() << "this CPU has no " << signature_backend_name(GetParam());
    }
    force_signature_backend(GetParam());
  }
  void TearDown() override { force_signature_backend(before_); }

 private:
  SignatureBackend before_{};
};

std::vector<Key> recover_all(const std::vector<SignatureCase>& cases) {
  std::vector<RecoverJob> jobs;
  for (const SignatureCase& c : cases) jobs.push_back({c.digest, c.signature});
  std::vector<Key> keys(jobs.size(), SignatureError::kBadKey);
  recover_batch(jobs, keys);
  return keys;
}

std::vector<u8> verify_all(const std::vector<SignatureCase>& cases) {
  std::vector<VerifyJob> jobs;
  for (const SignatureCase& c : cases) jobs.push_back({c.key, c.digest, c.signature});
  std::vector<u8> ok(jobs.size(), 2);
  verify_batch(jobs, ok);
  return ok;
}

void expect_each_on_its_own(const std::vector<SignatureCase>& cases) {
  const std::vector<Key> keys = recover_all(cases);
  const std::vector<u8> ok = verify_all(cases);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const SignatureCase& c = cases[i];
    ASSERT_EQ(keys[i], recover(c.digest, c.signature)) << c.name;
    ASSERT_EQ(ok[i], c.check.ok() ? 1 : 0) << c.name;
  }
}

// Each clause in each lane, between valid signatures.
TEST_P(SignatureBatch, EveryClauseInEveryLane) {
  const std::vector<SignatureCase> cases = signature_cases();
  const SignatureCase& valid = cases.front();
  for (const SignatureCase& c : cases) {
    std::vector<SignatureCase> batch;
    for (u32 lane = 0; lane < 8; ++lane) {
      for (u32 other = 0; other < 8; ++other) batch.push_back(other == lane ? c : valid);
    }
    expect_each_on_its_own(batch);
  }
}

TEST_P(SignatureBatch, EverySize) {
  const std::vector<SignatureCase> cases = signature_cases();
  for (const std::size_t size : {0u, 1u, 2u, 3u, 7u, 8u, 9u, 15u, 17u, 63u, 64u, 65u, 130u}) {
    std::vector<SignatureCase> batch;
    for (std::size_t i = 0; i < size; ++i) batch.push_back(cases[(i * 5 + size) % cases.size()]);
    expect_each_on_its_own(batch);
  }
}

// Random bytes pass the ranges about every fourth time, and half of those have a point.
TEST_P(SignatureBatch, RandomBytes) {
  std::mt19937_64 random(29);
  std::vector<RecoverJob> jobs(512);
  for (RecoverJob& job : jobs) {
    for (u8& byte : job.digest.bytes) byte = static_cast<u8>(random());
    for (u8& byte : job.signature.bytes) byte = static_cast<u8>(random());
    if (random() % 2 == 0) job.signature.bytes[32] &= 0xbf;
  }
  std::vector<Key> keys(jobs.size(), SignatureError::kBadKey);
  recover_batch(jobs, keys);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    ASSERT_EQ(keys[i], recover(jobs[i].digest, jobs[i].signature)) << i;
  }
}

// Small scalars and points that are small multiples of the generator make the additions inside meet
// equal and opposite operands, zero digits and top carries: R = k G with s and digest chosen so
// that both multipliers are what is wanted.
TEST_P(SignatureBatch, RelationsBetweenTheOperands) {
  std::vector<Scalar> multipliers = {
      {}, {u256::from_u64(1)}, {u256::from_u64(16)}, {{{0, 0, 1, 0}}}, kLambda};
  for (const u64 n : {2u, 3u, 7u, 8u, 9u, 128u, 129u, 255u, 256u})
    multipliers.push_back({u256::from_u64(n)});
  for (std::size_t i = multipliers.size(); i > 1; --i) multipliers.push_back(-multipliers[i - 1]);
  std::vector<SignatureCase> batch;
  for (const u64 k : {1u, 2u, 3u, 8u, 128u}) {
    const AffinePoint point = cases::multiple_of_generator({u256::from_u64(k)});
    const Scalar r{point.x.v};
    for (const Scalar& a : multipliers) {
      for (const Scalar& b : multipliers) {
        // digest = -a r and s = b r, negated with the point if s is too large.
        const bool flip = (b * r).v > cases::kHalf;
        const Scalar s = flip ? -(b * r) : b * r;
        batch.push_back({"",
                         base::to_bytes32((-(a * r)).v),
                         join_signature(r.v, s.v, point.y.v.is_odd() != flip),
                         {},
                         {},
                         {}});
      }
    }
  }
  const std::vector<Key> keys = recover_all(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    ASSERT_EQ(keys[i], recover(batch[i].digest, batch[i].signature)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, SignatureBatch,
                         testing::Values(SignatureBackend::kLibsecp256k1, SignatureBackend::kIfma),
                         [](const auto& info) { return signature_backend_name(info.param); });

TEST(Limbs, RoundTripAndReduction) {
  const u256 p_minus_1 = cases::minus(kFieldPrime, u256::from_u64(1));
  const u256 mixed{
      {0x0123456789abcdef, 0xfedcba9876543210, 0x0f1e2d3c4b5a6978, 0x8796a5b4c3d2e1f0}};
  for (const u256& v : {u256{}, u256::from_u64(1), p_minus_1, mixed}) {
    EXPECT_EQ(lanes::from_limbs(lanes::to_limbs(v)), v);
  }
  EXPECT_TRUE(lanes::from_limbs(lanes::to_limbs(kFieldPrime)).is_zero());
  EXPECT_EQ(lanes::from_limbs(lanes::to_limbs(cases::plus(kFieldPrime, 7))), u256::from_u64(7));
  // 2^256 + 5, which is 5 + (2^256 - p) mod p.
  EXPECT_EQ(lanes::from_limbs({5, 0, 0, 0, u64{1} << 48}),
            u256::from_u64(5 + portable::kFieldFold));
}

TEST(SignatureBatchDeathTest, SizesMustMatch) {
  u8 ok = 0;
  Key key = SignatureError::kRZero;
  EXPECT_DEATH(verify_batch({}, {&ok, 1}), "check failed");
  EXPECT_DEATH(recover_batch({}, {&key, 1}), "check failed");
}

}  // namespace
}  // namespace gavel::crypto
