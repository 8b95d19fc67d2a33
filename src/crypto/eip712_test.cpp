#include "crypto/eip712.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/hex.hpp"

namespace gavel::crypto::eip712 {
namespace {

std::string hex(const Hash32& hash) {
  const auto text = base::hex_text(hash.bytes);
  return {text.data(), text.size()};
}

// The example of the EIP: "Ether Mail", with its published intermediate values.
constexpr Domain kEtherMail = {"Ether Mail", "1", u256::from_u64(1),
                               base::address_hex("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")};
constexpr std::string_view kPersonType = "Person(string name,address wallet)";

Hash32 person(std::string_view name, const Address& wallet) {
  return StructHasher(text_hash(kPersonType))
      .word(text_hash(name))
      .word(address_word(wallet))
      .finish();
}

Hash32 mail() {
  const Hash32 type_hash =
      text_hash("Mail(Person from,Person to,string contents)Person(string name,address wallet)");
  return StructHasher(type_hash)
      .word(person("Cow", base::address_hex("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")))
      .word(person("Bob", base::address_hex("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")))
      .word(text_hash("Hello, Bob!"))
      .finish();
}

TEST(Eip712, ExampleOfTheStandard) {
  EXPECT_EQ(hex(domain_separator(kEtherMail)),
            "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
  EXPECT_EQ(hex(mail()), "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
  EXPECT_EQ(hex(digest(domain_separator(kEtherMail), mail())),
            "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
}

TEST(Eip712, EveryDomainFieldMatters) {
  const Hash32 original = domain_separator(kEtherMail);
  Domain changed = kEtherMail;
  changed.name = "Ether Mail2";
  EXPECT_NE(domain_separator(changed), original);
  changed = kEtherMail;
  changed.version = "2";
  EXPECT_NE(domain_separator(changed), original);
  changed = kEtherMail;
  changed.chain_id = u256{{1, 0, 0, 1}};
  EXPECT_NE(domain_separator(changed), original);
  changed = kEtherMail;
  changed.verifying_contract = Address{};
  EXPECT_NE(domain_separator(changed), original);
}

TEST(Eip712, WordsOfTheAbi) {
  EXPECT_EQ(hex(uint_word(u64{258})), std::string(60, '0') + "0102");
  EXPECT_EQ(hex(uint_word(u128::from_halves(1, 2))),
            std::string(47, '0') + "1" + std::string(15, '0') + "2");
  EXPECT_EQ(hex(uint_word(u256{{0, 0, 0, u64{1} << 63}})), "8" + std::string(63, '0'));
  EXPECT_EQ(hex(int_word(-1)), std::string(64, 'f'));
  EXPECT_EQ(hex(int_word(5)), std::string(63, '0') + "5");
  EXPECT_EQ(hex(bool_word(true)), std::string(63, '0') + "1");
  EXPECT_TRUE(bool_word(false).is_zero());
  EXPECT_EQ(hex(address_word(base::address_hex("0x00112233445566778899aabbccddeeff00112233"))),
            std::string(24, '0') + "00112233445566778899aabbccddeeff00112233");
}

}  // namespace
}  // namespace gavel::crypto::eip712
