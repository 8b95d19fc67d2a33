// Reads and writes at random places of an 8 MiB table: what memory costs.
#include "base/ints.hpp"

namespace {

constexpr gavel::u32 kRounds = 20'000'000;
constexpr gavel::u32 kWords = (8u << 20) / 4;
gavel::u32 table[kWords];

}  // namespace

int main() {
  gavel::u32 x = 2463534242;
  gavel::u32 sum = 0;
  for (gavel::u32 i = 0; i < kRounds; ++i) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    gavel::u32& word = table[x % kWords];
    sum += word;
    word = sum ^ x;
  }
  return static_cast<int>(sum % 251);
}
