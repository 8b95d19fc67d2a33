// Writes the signature vectors that the C++, RV32, Solidity and SDK tests read.
//   crypto_secp256k1_vectors > test/vectors/secp256k1.json
#include <cstdio>
#include <span>

#include "base/hex.hpp"
#include "crypto/secp256k1_cases_test.hpp"

namespace gavel::crypto {
namespace {

std::string hex(std::span<const u8> bytes) {
  std::string out(2 * bytes.size(), '0');
  base::hex_encode(bytes, out);
  return "0x" + out;
}

void print_case(const SignatureCase& c, bool last) {
  const base::Result<PublicKey, SignatureError> recovered = recover(c.digest, c.signature);
  GAVEL_CHECK(recovered == recover_host(c.digest, c.signature));
  GAVEL_CHECK(recovered.ok() == c.recovery.ok());
  std::printf("    {\n      \"name\": \"%s\",\n", c.name.c_str());
  std::printf("      \"digest\": \"%s\",\n", hex(c.digest.bytes).c_str());
  std::printf("      \"signature\": \"%s\",\n", hex(c.signature.bytes).c_str());
  std::printf("      \"key_x\": \"%s\",\n", hex(c.key.x.bytes).c_str());
  std::printf("      \"key_y\": \"%s\",\n", hex(c.key.y.bytes).c_str());
  std::printf("      \"check\": \"%s\",\n", outcome_name(c.check).c_str());
  std::printf("      \"recovery\": \"%s\",\n", outcome_name(c.recovery).c_str());
  const Address address = recovered.ok() ? address_of(recovered.value()) : Address{};
  std::printf("      \"address\": \"%s\"\n    }%s\n", hex(address.bytes).c_str(), last ? "" : ",");
}

}  // namespace
}  // namespace gavel::crypto

int main() {
  const std::vector<gavel::crypto::SignatureCase> cases = gavel::crypto::signature_cases();
  std::printf(
      "{\n  \"about\": \"One case for each clause of the signature rule "
      "(src/crypto/secp256k1.hpp). "
      "check: does the key accept; recovery and address: what the digest and signature give; "
      "the address is zero where nothing is recovered.\",\n  \"cases\": [\n");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    gavel::crypto::print_case(cases[i], i + 1 == cases.size());
  }
  std::printf("  ]\n}\n");
  return 0;
}
