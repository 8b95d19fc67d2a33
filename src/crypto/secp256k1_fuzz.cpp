// Any digest, signature and key: the portable code, libsecp256k1 and the batch path agree, and
// recovery and verification are two sides of one rule. The first byte steers some inputs into
// ranges that random bytes seldom meet.
#include <algorithm>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "crypto/mulmod.hpp"
#include "crypto/secp256k1_batch.hpp"
#include "crypto/secp256k1_host.hpp"

using namespace gavel;
using namespace gavel::crypto;

namespace {

// Replaces the word at `at` by order + delta (as a signed byte).
void put_near_order(Signature64& signature, u32 at, u8 delta) {
  const u256 raised = base::add_carry(kGroupOrder, u256::from_u64(delta)).value;
  const u256 near = base::sub_borrow(raised, u256::from_u64(128)).value;
  std::ranges::copy(near.to_be_bytes(), signature.bytes.begin() + at);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  base::ByteReader reader(std::span<const u8>(data, size));
  const u8 steer = reader.read_u8();
  const u8 delta = reader.read_u8();
  const Hash32 digest = reader.read_hash();
  Signature64 signature{reader.read_array<64>()};
  const Hash32 seed = reader.read_hash();
  if (!reader.ok()) return 0;

  const KeyPair pair = derive_keypair(seed, 0);
  if ((steer & 1) != 0) signature = sign(digest, pair.secret);
  if ((steer & 2) != 0) put_near_order(signature, 0, delta);
  if ((steer & 4) != 0) signature.bytes[32 + delta % 32] ^= static_cast<u8>(1u << (delta / 32));
  if ((steer & 8) != 0) std::fill_n(signature.bytes.begin(), 16 + delta % 16, u8{0});

  const auto recovered = recover(digest, signature);
  GAVEL_CHECK(recover_host(digest, signature) == recovered);
  const PublicKey key = (steer & 16) != 0 && recovered.ok() ? recovered.value() : pair.public_key;
  const bool accepted = verify(key, digest, signature);
  GAVEL_CHECK(accepted == (recovered.ok() && recovered.value() == key));
  GAVEL_CHECK(verify_host(key, digest, signature) == accepted);

  // Between signatures that are known to be good, in a lane that the input chooses.
  const Signature64 good = sign(digest, pair.secret);
  std::array<VerifyJob, 8> jobs;
  jobs.fill({pair.public_key, digest, good});
  jobs[delta % 8] = {key, digest, signature};
  std::array<u8, 8> ok{};
  verify_batch(jobs, ok);
  for (u32 i = 0; i < 8; ++i) GAVEL_CHECK(ok[i] == (i != delta % 8 || accepted ? 1 : 0));
  if (steer == 1) GAVEL_CHECK(accepted);
  return 0;
}
