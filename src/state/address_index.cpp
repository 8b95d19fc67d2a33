#include "state/address_index.hpp"

namespace gavel::state {

namespace {

// High and low half of a 128-bit product folded together: every input bit reaches every output bit.
u64 fold(u64 a, u64 b) {
  const u128 product = base::mul_wide(a, b);
  return product.lo ^ product.hi;
}

}  // namespace

u64 hash_address(u64 seed, const Address& address, u32 number) {
  u64 a;
  u64 b;
  u32 c;
  std::memcpy(&a, address.bytes.data(), 8);
  std::memcpy(&b, address.bytes.data() + 8, 8);
  std::memcpy(&c, address.bytes.data() + 16, 4);
  const u64 first = fold(a ^ seed, b ^ 0x9e3779b97f4a7c15);
  const u64 second =
      fold((u64{c} << 32 | number) ^ seed ^ 0xd6e8feb86659fd93, first ^ 0xa0761d6478bd642f);
  return fold(second ^ first, seed | 1);
}

}  // namespace gavel::state
