// The committed vector file, read as the other languages' tests read it.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

#include "base/hex.hpp"
#include "crypto/secp256k1_cases_test.hpp"

namespace gavel::crypto {
namespace {

template <std::size_t N>
std::array<u8, N> bytes_at(const simdjson::dom::element& row, const char* key) {
  std::array<u8, N> out{};
  EXPECT_TRUE(base::hex_decode(std::string_view(row[key]), out)) << key;
  return out;
}

base::Result<void, SignatureError> outcome_of(
    const base::Result<Address, SignatureError>& address) {
  if (!address.ok()) return address.error();
  return {};
}

TEST(Secp256k1Vectors, FileAgreesWithEveryPath) {
  simdjson::dom::parser parser;
  const simdjson::dom::element file = parser.load(GAVEL_SOURCE_DIR "/test/vectors/secp256k1.json");
  std::size_t count = 0;
  for (const simdjson::dom::element row : file["cases"].get_array()) {
    const std::string_view name = row["name"];
    const Hash32 digest{bytes_at<32>(row, "digest")};
    const Signature64 signature{bytes_at<64>(row, "signature")};
    const PublicKey key{{bytes_at<32>(row, "key_x")}, {bytes_at<32>(row, "key_y")}};
    EXPECT_EQ(outcome_name(check_signature(key, digest, signature)), std::string_view(row["check"]))
        << name;
    for (const auto& address :
         {recover_address(digest, signature), recover_address_host(digest, signature)}) {
      EXPECT_EQ(outcome_name(outcome_of(address)), std::string_view(row["recovery"])) << name;
      EXPECT_EQ(address.value_or(Address{}), Address{bytes_at<20>(row, "address")}) << name;
    }
    ++count;
  }
  EXPECT_EQ(count, signature_cases().size());
}

}  // namespace
}  // namespace gavel::crypto
