// Many signatures at once, on the host: what a sequencer calls for each block of ingress.
//
// What: verification of jobs with known keys and recovery of addresses, under the rule of
// secp256k1.hpp. Invariant: entry i is what verify, respectively recover, says of job i alone; one
// bad signature changes nothing else. Thread-safe.
#pragma once

#include <span>

#include "crypto/secp256k1.hpp"

namespace gavel::crypto {

enum class SignatureBackend : u8 { kLibsecp256k1, kIfma };

const char* signature_backend_name(SignatureBackend backend);
bool signature_backend_available(SignatureBackend backend);
// The one in use: IFMA if the CPU has it, unless another was forced.
SignatureBackend signature_backend();
// For tests and benchmarks. The backend must be available.
void force_signature_backend(SignatureBackend backend);

struct VerifyJob {
  PublicKey key;
  Hash32 digest;
  Signature64 signature;
};

// ok[i] = 1 if job i's key signed its digest, else 0. Both spans have the same size, else a check
// fails.
void verify_batch(std::span<const VerifyJob> jobs, std::span<u8> ok);

struct RecoverJob {
  Hash32 digest;
  Signature64 signature;
};

// keys[i] = recover(digest, signature) of job i; the sizes are equal, else a check fails.
void recover_batch(std::span<const RecoverJob> jobs,
                   std::span<base::Result<PublicKey, SignatureError>> keys);

}  // namespace gavel::crypto
