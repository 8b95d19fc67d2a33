// The signature rule in the machine, with its multiplication call: the committed vectors, and
// random signatures with every small change, judged by libsecp256k1 as the rule says.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "base/hex.hpp"
#include "crypto/secp256k1_cases_test.hpp"
#include "vm/machine.hpp"

namespace gavel::guest {
namespace {

using crypto::SignatureCase;

std::string file_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string hex(std::span<const u8> bytes) {
  std::string out(2 * bytes.size(), '0');
  base::hex_encode(bytes, out);
  return "0x" + out;
}

// The program's exit code, 0 if it agrees with every case; its multiplications.
struct Outcome {
  u32 code;
  u64 steps;
};
Outcome run(const std::string& cases) {
  const std::string elf = file_text(GAVEL_SIGNATURES_ELF);
  const std::vector<u8> input(cases.begin(), cases.end());
  const Hash32 key = crypto::keccak256(input);
  vm::Machine machine([&](const Hash32& asked) -> std::optional<std::vector<u8>> {
    return asked == key ? std::optional(input) : std::nullopt;
  });
  machine.load_image(vm::load_elf({reinterpret_cast<const u8*>(elf.data()), elf.size()}).value());
  machine.set_input(key);
  machine.run_until(u64{1} << 40);
  EXPECT_EQ(machine.exit(), vm::Exit::halted);
  return {machine.state().code, machine.steps()};
}

// As in test/vectors/secp256k1.json.
void append_case(std::string& out, const SignatureCase& c) {
  const auto recovered = crypto::recover_address_host(c.digest, c.signature);
  const Address address = recovered.ok() ? *recovered : Address{};
  const auto line = [&out](const char* name, const std::string& value) {
    out += "\"" + std::string(name) + "\": \"" + value + "\",\n";
  };
  line("name", c.name);
  line("digest", hex(c.digest.bytes));
  line("signature", hex(c.signature.bytes));
  line("key_x", hex(c.key.x.bytes));
  line("key_y", hex(c.key.y.bytes));
  line("check", crypto::outcome_name(c.check));
  line("recovery", crypto::outcome_name(c.recovery));
  line("address", hex(address.bytes));
}

TEST(SignaturesInTheMachine, AgreeWithTheCommittedVectors) {
  EXPECT_EQ(run(file_text(GAVEL_SOURCE_DIR "/test/vectors/secp256k1.json")).code, 0u);
}

TEST(SignaturesInTheMachine, DifferIfAVectorIsWrong) {
  std::string text = file_text(GAVEL_SOURCE_DIR "/test/vectors/secp256k1.json");
  const std::size_t at = text.find("\"check\": \"ok\"");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 13, "\"check\": \"no\"");
  EXPECT_EQ(run(text).code, 1u);
  EXPECT_EQ(run("no case at all").code, 1u);
}

// What recovery gives: a key or an error, of which libsecp256k1 has the same.
SignatureCase judged(std::string name, const Hash32& digest, const crypto::Signature64& signature,
                     const crypto::PublicKey& key) {
  SignatureCase c{std::move(name), digest, signature, key, {}, {}};
  const auto recovered = crypto::recover_host(digest, signature);
  if (!recovered.ok()) c.recovery = recovered.error();
  if (!crypto::verify_host(key, digest, signature)) {
    c.check = crypto::check_signature(key, digest, signature);
    EXPECT_FALSE(c.check.ok()) << c.name;
  }
  return c;
}

TEST(SignaturesInTheMachine, AgreeWithTheLibraryOnRandomAndChangedOnes) {
  static constexpr u64 kSeed = 20261120;
  static constexpr u32 kKeys = 12;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  std::string text;
  u32 cases = 0;
  const auto add = [&](const char* name, const Hash32& digest, const crypto::Signature64& signature,
                       const crypto::PublicKey& key) {
    append_case(text, judged(name, digest, signature, key));
    ++cases;
  };
  for (u32 i = 0; i < kKeys; ++i) {
    const crypto::KeyPair pair = crypto::derive_keypair({}, random());
    Hash32 digest;
    for (u8& byte : digest.bytes) byte = static_cast<u8>(random());
    const crypto::Signature64 good = crypto::sign(digest, pair.secret);
    add("as signed", digest, good, pair.public_key);
    add("another key", digest, good, crypto::derive_keypair({}, random()).public_key);
    crypto::Signature64 changed = good;
    changed.bytes[32] ^= 0x80;
    add("the other parity", digest, changed, pair.public_key);
    changed = good;
    changed.bytes[random() % 64] ^= static_cast<u8>(1u << random() % 8);
    add("one bit", digest, changed, pair.public_key);
    const auto parts = crypto::parse_signature(good).value();
    const u256 twin = crypto::cases::minus(crypto::kGroupOrder, parts.s);
    changed = crypto::join_signature(
        parts.r, {{twin.limb[0], twin.limb[1], twin.limb[2], twin.limb[3] & ~(u64{1} << 63)}},
        !parts.y_is_odd);
    add("the malleable twin", digest, changed, pair.public_key);
    for (u8& byte : changed.bytes) byte = static_cast<u8>(random());
    add("any bytes", digest, changed, pair.public_key);
  }
  const Outcome outcome = run(text);
  EXPECT_EQ(outcome.code, 0u);
  EXPECT_GE(cases, 6 * kKeys);
}

}  // namespace
}  // namespace gavel::guest
