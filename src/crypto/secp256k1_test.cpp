#include "crypto/secp256k1.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"
#include "crypto/mulmod.hpp"
#include "crypto/secp256k1_cases_test.hpp"
#include "crypto/secp256k1_host.hpp"

namespace gavel::crypto {
namespace {

using base::Result;
using Outcome = Result<void, SignatureError>;

Outcome without_key(const Result<PublicKey, SignatureError>& recovered) {
  if (!recovered.ok()) return recovered.error();
  return {};
}

class EveryClause : public testing::TestWithParam<SignatureCase> {};

TEST_P(EveryClause, PortableCheck) {
  const SignatureCase& c = GetParam();
  EXPECT_EQ(outcome_name(check_signature(c.key, c.digest, c.signature)), outcome_name(c.check));
  EXPECT_EQ(verify(c.key, c.digest, c.signature), c.check.ok());
}

TEST_P(EveryClause, PortableRecovery) {
  const SignatureCase& c = GetParam();
  const Result<PublicKey, SignatureError> key = recover(c.digest, c.signature);
  EXPECT_EQ(outcome_name(without_key(key)), outcome_name(c.recovery));
  EXPECT_EQ(key.ok() && key.value() == c.key, c.check.ok());
}

TEST_P(EveryClause, Libsecp256k1Paths) {
  const SignatureCase& c = GetParam();
  EXPECT_EQ(recover_host(c.digest, c.signature), recover(c.digest, c.signature));
  EXPECT_EQ(recover_address_host(c.digest, c.signature), recover_address(c.digest, c.signature));
  EXPECT_EQ(verify_host(c.key, c.digest, c.signature), c.check.ok());
}

INSTANTIATE_TEST_SUITE_P(Cases, EveryClause, testing::ValuesIn(signature_cases()),
                         [](const auto& info) {
                           std::string name;
                           for (const char c : info.param.name)
                             name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           return name + "_" + std::to_string(info.index);
                         });

TEST(Secp256k1, EveryErrorHasACase) {
  std::vector<bool> seen(10);
  for (const SignatureCase& c : signature_cases()) {
    if (!c.check.ok()) seen[static_cast<u8>(c.check.error())] = true;
    if (!c.recovery.ok()) seen[static_cast<u8>(c.recovery.error())] = true;
  }
  for (u8 error = 1; error <= static_cast<u8>(SignatureError::kWrongParity); ++error) {
    EXPECT_TRUE(seen[error]) << outcome_name(static_cast<SignatureError>(error));
  }
}

// The EIP-2098 example: key 1234...34 signs "Hello World".
TEST(Secp256k1, ExampleOfEip2098) {
  constexpr Bytes32 secret =
      base::hash32_hex("1234567890123456789012345678901234567890123456789012345678901234");
  constexpr Signature64 expected{
      base::hex_bytes<64>("68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90"
                          "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064")};
  constexpr std::string_view text =
      "\x19"
      "Ethereum Signed Message:\n11Hello World";
  const Hash32 digest = keccak256({reinterpret_cast<const u8*>(text.data()), text.size()});
  const KeyPair pair = keypair_from_secret(secret).value();
  EXPECT_EQ(sign(digest, pair.secret), expected);
  EXPECT_EQ(recover_address(digest, expected), pair.address);
}

TEST(Secp256k1, AddressOfTheFirstKey) {
  const KeyPair pair = keypair_from_secret(base::to_bytes32(u256::from_u64(1))).value();
  EXPECT_EQ(pair.address, base::address_hex("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"));
}

TEST(Secp256k1, SecretsOutOfRangeHaveNoKey) {
  EXPECT_FALSE(keypair_from_secret({}).has_value());
  EXPECT_FALSE(keypair_from_secret(base::to_bytes32(kGroupOrder)).has_value());
  EXPECT_TRUE(keypair_from_secret(
      base::to_bytes32(base::sub_borrow(kGroupOrder, u256::from_u64(1)).value)));
}

TEST(Secp256k1DeathTest, SigningNeedsAValidSecret) {
  EXPECT_DEATH((void)sign({}, SecretKey{}), "check failed");
}

TEST(Secp256k1, DerivedKeysDiffer) {
  EXPECT_EQ(derive_keypair({}, 1).address, derive_keypair({}, 1).address);
  EXPECT_NE(derive_keypair({}, 1).address, derive_keypair({}, 2).address);
}

class Inputs {
 public:
  Hash32 next_hash() {
    Hash32 out;
    for (u8& byte : out.bytes) byte = static_cast<u8>(random_());
    return out;
  }
  Signature64 next_bytes() {
    Signature64 out;
    for (u8& byte : out.bytes) byte = static_cast<u8>(random_());
    return out;
  }
  u64 next() { return random_(); }

 private:
  std::mt19937_64 random_{23};
};

TEST(Secp256k1, SignedMessagesAreRecoveredEverywhere) {
  Inputs inputs;
  for (u32 i = 0; i < 200; ++i) {
    const KeyPair pair = derive_keypair(inputs.next_hash(), i);
    const Hash32 digest = inputs.next_hash();
    const Signature64 signature = sign(digest, pair.secret);
    ASSERT_EQ(recover(digest, signature), pair.public_key);
    ASSERT_EQ(recover_host(digest, signature), pair.public_key);
    ASSERT_TRUE(verify(pair.public_key, digest, signature));
    ASSERT_TRUE(verify_host(pair.public_key, digest, signature));
  }
}

TEST(Secp256k1, RandomBytesGiveTheSameAnswerEverywhere) {
  Inputs inputs;
  for (u32 i = 0; i < 300; ++i) {
    const Hash32 digest = inputs.next_hash();
    Signature64 signature = inputs.next_bytes();
    if (i % 2 == 0)
      signature.bytes[32] &= 0xbf;  // s < 2^254, so that about half of these pass the ranges
    const Result<PublicKey, SignatureError> key = recover(digest, signature);
    ASSERT_EQ(recover_host(digest, signature), key);
    if (key.ok()) ASSERT_TRUE(verify(key.value(), digest, signature));
  }
}

TEST(Secp256k1, OneChangedBitIsNeverTheSameSignature) {
  Inputs inputs;
  const KeyPair pair = derive_keypair(inputs.next_hash(), 0);
  const Hash32 digest = inputs.next_hash();
  const Signature64 good = sign(digest, pair.secret);
  for (u32 bit = 0; bit < 512; bit += 3) {
    Signature64 bad = good;
    bad.bytes[bit / 8] ^= static_cast<u8>(1u << (bit % 8));
    ASSERT_FALSE(verify(pair.public_key, digest, bad)) << bit;
    ASSERT_FALSE(verify_host(pair.public_key, digest, bad)) << bit;
  }
}

}  // namespace
}  // namespace gavel::crypto
