#include "crypto/eip712.hpp"

namespace gavel::crypto::eip712 {

Hash32 text_hash(std::string_view text) {
  return keccak256({reinterpret_cast<const u8*>(text.data()), text.size()});
}

Hash32 domain_separator(const Domain& domain) {
  const Hash32 type_hash = text_hash(
      "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
  return StructHasher(type_hash)
      .word(text_hash(domain.name))
      .word(text_hash(domain.version))
      .word(uint_word(domain.chain_id))
      .word(address_word(domain.verifying_contract))
      .finish();
}

Hash32 digest(const Hash32& separator, const Hash32& struct_hash) {
  constexpr std::array<u8, 2> kPrefix = {0x19, 0x01};
  return Keccak256{}.update(kPrefix).update(separator.bytes).update(struct_hash.bytes).finish();
}

}  // namespace gavel::crypto::eip712
