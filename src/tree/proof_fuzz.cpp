// Any bytes as an object proof and as a multiproof: total, bounded, and one encoding a proof.
#include <array>
#include <cstring>

#include "tree/multiproof.hpp"
#include "tree/proof.hpp"

extern "C" int LLVMFuzzerTestOneInput(const gavel::u8* data, std::size_t size) {
  using namespace gavel;
  const std::span<const u8> bytes(data, size);
  if (const auto proof = tree::decode_object_proof(bytes); proof.ok()) {
    std::array<u8, tree::kMaxObjectProofBytes> again;
    const u32 written = tree::encode_object_proof(*proof, again);
    GAVEL_CHECK(written == size && std::memcmp(again.data(), data, size) == 0);
    static_cast<void>(tree::verify_object(Hash32{}, *proof, Hash32{}).ok());
  }
  GAVEL_CHECK(!tree::verify_multiproof(bytes, Hash32{}).ok());
  return 0;
}
