// ECDSA per signature: the portable code, libsecp256k1 (the peer) and the batch path.
#include <benchmark/benchmark.h>

#include <vector>

#include "crypto/secp256k1_batch.hpp"
#include "crypto/secp256k1_field.hpp"
#include "crypto/secp256k1_host.hpp"

namespace gavel::crypto {
namespace {

struct Signed {
  KeyPair pair;
  Hash32 digest;
  Signature64 signature;
};

const std::vector<Signed>& signed_messages() {
  static const std::vector<Signed> all = [] {
    std::vector<Signed> out;
    for (u64 i = 0; i < 1024; ++i) {
      const KeyPair pair = derive_keypair({}, i);
      const Hash32 digest = base::to_bytes32(u256{{i, ~i, i * i, i << 50}});
      out.push_back({pair, digest, sign(digest, pair.secret)});
    }
    return out;
  }();
  return all;
}

template <class Run>
void each_signature(benchmark::State& state, Run run) {
  const std::vector<Signed>& all = signed_messages();
  std::size_t i = 0;
  for (auto _ : state) {
    run(all[i]);
    i = (i + 1) % all.size();
  }
}

void mulmod_field(benchmark::State& state) {
  u256 a = kFieldPrime;
  a.limb[0] -= 12345;
  for (auto _ : state) {
    a = mulmod_p(a, a);
    benchmark::DoNotOptimize(a);
  }
}
BENCHMARK(mulmod_field);

void portable_recover(benchmark::State& state) {
  each_signature(state,
                 [](const Signed& m) { benchmark::DoNotOptimize(recover(m.digest, m.signature)); });
}
BENCHMARK(portable_recover);

void portable_verify(benchmark::State& state) {
  each_signature(state, [](const Signed& m) {
    benchmark::DoNotOptimize(verify(m.pair.public_key, m.digest, m.signature));
  });
}
BENCHMARK(portable_verify);

void libsecp256k1_recover(benchmark::State& state) {
  each_signature(state, [](const Signed& m) {
    benchmark::DoNotOptimize(recover_host(m.digest, m.signature));
  });
}
BENCHMARK(libsecp256k1_recover);

void libsecp256k1_verify(benchmark::State& state) {
  each_signature(state, [](const Signed& m) {
    benchmark::DoNotOptimize(verify_host(m.pair.public_key, m.digest, m.signature));
  });
}
BENCHMARK(libsecp256k1_verify);

void libsecp256k1_sign(benchmark::State& state) {
  each_signature(state,
                 [](const Signed& m) { benchmark::DoNotOptimize(sign(m.digest, m.pair.secret)); });
}
BENCHMARK(libsecp256k1_sign);

void batch_verify(benchmark::State& state) {
  std::vector<VerifyJob> jobs;
  for (const Signed& m : signed_messages())
    jobs.push_back({m.pair.public_key, m.digest, m.signature});
  std::vector<u8> ok(jobs.size());
  for (auto _ : state) {
    verify_batch(jobs, ok);
    benchmark::DoNotOptimize(ok.data());
  }
  state.counters["per_signature"] = benchmark::Counter(
      static_cast<double>(jobs.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(batch_verify)->Unit(benchmark::kMillisecond);

void batch_recover(benchmark::State& state) {
  std::vector<RecoverJob> jobs;
  for (const Signed& m : signed_messages()) jobs.push_back({m.digest, m.signature});
  std::vector<base::Result<PublicKey, SignatureError>> keys(jobs.size(), SignatureError::kRZero);
  for (auto _ : state) {
    recover_batch(jobs, keys);
    benchmark::DoNotOptimize(keys.data());
  }
  state.counters["per_signature"] = benchmark::Counter(
      static_cast<double>(jobs.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(batch_recover)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gavel::crypto
