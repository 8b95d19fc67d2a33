#include "guest/memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace gavel::guest {
namespace {

constexpr std::size_t kBytes = 160;
using Bytes = std::array<u8, kBytes>;

Bytes numbered() {
  Bytes out;
  for (std::size_t i = 0; i < kBytes; ++i) out[i] = static_cast<u8>(i * 7 + 1);
  return out;
}

// Each alignment of both ends, and sizes around one and several turns.
template <class Check>
void for_all_places(Check check) {
  for (const std::size_t size : {0, 1, 2, 3, 4, 5, 7, 8, 31, 32, 33, 35, 64, 67, 99}) {
    for (std::size_t to = 40; to < 44; ++to) {
      for (std::size_t from = 36; from < 48; ++from) check(to, from, size);
    }
  }
}

TEST(GuestMemory, CopiesWhatTheLibraryCopies) {
  for_all_places([](std::size_t to, std::size_t from, std::size_t size) {
    const Bytes source = numbered();
    alignas(4) Bytes got{};
    Bytes want{};
    copy_up(got.data() + to, source.data() + from, size);
    std::copy_n(source.begin() + from, size, want.begin() + to);
    ASSERT_EQ(got, want) << to << " " << from << " " << size;
    copy_down(got.data() + to, source.data() + from, size);
    ASSERT_EQ(got, want) << to << " " << from << " " << size;
  });
}

TEST(GuestMemory, MovesWithinOneRegion) {
  for_all_places([](std::size_t to, std::size_t from, std::size_t size) {
    const Bytes before = numbered();
    alignas(4) Bytes got = before;
    Bytes want = before;
    std::copy_n(before.begin() + from, size, want.begin() + to);
    if (to <= from) {
      copy_up(got.data() + to, got.data() + from, size);
    } else {
      copy_down(got.data() + to, got.data() + from, size);
    }
    ASSERT_EQ(got, want) << to << " " << from << " " << size;
  });
}

TEST(GuestMemory, FillsNoMoreThanItIsTold) {
  for_all_places([](std::size_t to, std::size_t, std::size_t size) {
    alignas(4) Bytes got{};
    Bytes want{};
    fill(got.data() + to, 0xa5, size);
    std::fill_n(want.begin() + to, size, u8{0xa5});
    ASSERT_EQ(got, want) << to << " " << size;
  });
}

TEST(GuestMemory, ComparesByTheFirstByteThatDiffers) {
  for_all_places([](std::size_t to, std::size_t from, std::size_t size) {
    alignas(4) Bytes left{};
    alignas(4) Bytes right{};
    copy_up(left.data() + to, numbered().data(), size);
    copy_up(right.data() + from, numbered().data(), size);
    ASSERT_EQ(compare(left.data() + to, right.data() + from, size), 0);
    for (std::size_t i = 0; i < size; ++i) {
      u8& byte = right[from + i];
      byte ^= 0x80;
      const i32 want = left[to + i] < byte ? -1 : 1;
      ASSERT_EQ(compare(left.data() + to, right.data() + from, size) < 0 ? -1 : 1, want);
      ASSERT_EQ(compare(left.data() + to, right.data() + from, i), 0);
      byte ^= 0x80;
    }
  });
}

}  // namespace
}  // namespace gavel::guest
