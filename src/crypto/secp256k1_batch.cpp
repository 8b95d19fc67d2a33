#include "crypto/secp256k1_batch.hpp"

#include "base/check.hpp"
#include "crypto/secp256k1_host.hpp"

namespace gavel::crypto {

void verify_batch(std::span<const VerifyJob> jobs, std::span<u8> ok) {
  GAVEL_CHECK(jobs.size() == ok.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    ok[i] = verify_host(jobs[i].key, jobs[i].digest, jobs[i].signature) ? 1 : 0;
  }
}

void recover_batch(std::span<const RecoverJob> jobs,
                   std::span<base::Result<PublicKey, SignatureError>> keys) {
  GAVEL_CHECK(jobs.size() == keys.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    keys[i] = recover_host(jobs[i].digest, jobs[i].signature);
  }
}

}  // namespace gavel::crypto
