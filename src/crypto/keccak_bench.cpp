// Keccak-256 per message: one by one, in batches by backend, and OpenSSL's sponge as a peer.
// The peer computes SHA3-256, which differs from Keccak-256 in one padding byte and costs the same.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <vector>

#include "crypto/keccak.hpp"
#include "crypto/keccak_batch.hpp"

namespace gavel::crypto {
namespace {

constexpr u64 kCount = 4096;

void per_hash(benchmark::State& state, u64 hashes) {
  state.counters["per_hash"] = benchmark::Counter(
      static_cast<double>(hashes),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void permutation(benchmark::State& state) {
  KeccakState keccak;
  for (auto _ : state) {
    keccak_f(keccak);
    benchmark::DoNotOptimize(keccak);
  }
}
BENCHMARK(permutation);

void one_message(benchmark::State& state) {
  const std::vector<u8> in(static_cast<std::size_t>(state.range(0)), 7);
  for (auto _ : state) benchmark::DoNotOptimize(keccak256(in));
}
BENCHMARK(one_message)->Arg(64)->Arg(4096);

void openssl_sha3_256(benchmark::State& state) {
  const std::vector<u8> in(static_cast<std::size_t>(state.range(0)), 7);
  EVP_MD* md = EVP_MD_fetch(nullptr, "SHA3-256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Hash32 out;
  for (auto _ : state) {
    EVP_DigestInit_ex(context, md, nullptr);
    EVP_DigestUpdate(context, in.data(), in.size());
    EVP_DigestFinal_ex(context, out.bytes.data(), nullptr);
    benchmark::DoNotOptimize(out);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(md);
}
BENCHMARK(openssl_sha3_256)->Arg(64)->Arg(4096);

template <class Run>
void with_backend(benchmark::State& state, Run run) {
  const auto backend = static_cast<KeccakBackend>(state.range(0));
  state.SetLabel(keccak_backend_name(backend));
  if (!keccak_backend_available(backend)) {
    state.SkipWithError("not available on this CPU");
    return;
  }
  const KeccakBackend before = keccak_backend();
  force_keccak_backend(backend);
  for (auto _ : state) run();
  force_keccak_backend(before);
  per_hash(state, kCount);
}

void batch_64_bytes(benchmark::State& state) {
  const std::vector<u8> in(64 * kCount, 7);
  std::vector<u8> out(32 * kCount);
  with_backend(state, [&] {
    keccak256_64_batch(in.data(), out.data(), kCount);
    benchmark::DoNotOptimize(out.data());
  });
}
BENCHMARK(batch_64_bytes)->DenseRange(0, 2);

void gather_80_bytes(benchmark::State& state) {
  const std::vector<u8> in(80 * kCount, 7);
  std::vector<const u8*> rows;
  for (u64 i = 0; i < kCount; ++i) rows.push_back(in.data() + 80 * i);
  std::vector<u8> out(32 * kCount);
  with_backend(state, [&] {
    keccak256_short_gather(rows.data(), 80, out.data(), kCount);
    benchmark::DoNotOptimize(out.data());
  });
}
BENCHMARK(gather_80_bytes)->DenseRange(0, 2);

void batch_mixed_up_to_400_bytes(benchmark::State& state) {
  const std::vector<u8> in(400, 7);
  std::vector<std::span<const u8>> messages;
  for (u64 i = 0; i < kCount; ++i) messages.push_back(std::span(in).first((i * 97) % 400));
  std::vector<Hash32> out(kCount);
  with_backend(state, [&] {
    keccak256_batch(messages, out);
    benchmark::DoNotOptimize(out.data());
  });
}
BENCHMARK(batch_mixed_up_to_400_bytes)->DenseRange(0, 2);

}  // namespace
}  // namespace gavel::crypto
