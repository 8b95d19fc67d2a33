// Arithmetic and branches in registers: what an interpreter's dispatch costs.
#include "base/ints.hpp"

namespace {

constexpr gavel::u32 kRounds = 20'000'000;

}  // namespace

int main() {
  gavel::u32 a = 0x12345678;
  gavel::u32 b = 0x9abcdef0;
  gavel::u32 c = 1;
  for (gavel::u32 i = 0; i < kRounds; ++i) {
    a += b;
    b ^= a << 7;
    c = (c >> 3 | c << 29) + a;
    b += c & 0xff;
    if ((c & 0x10) != 0) a ^= c;
    a -= i;
  }
  // The result is used, so that the loop stays.
  return static_cast<int>((a ^ b ^ c) % 251);
}
