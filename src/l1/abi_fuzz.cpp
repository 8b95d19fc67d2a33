// Every ABI decoder on any bytes: total, and views stay inside the input.
#include "base/check.hpp"
#include "l1/abi.hpp"

using namespace gavel;

namespace {

void inside(std::span<const u8> view, std::span<const u8> whole) {
  GAVEL_CHECK(view.empty() || (view.data() >= whole.data() &&
                               view.data() + view.size() <= whole.data() + whole.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
  const std::span<const u8> bytes(data, size);
  const l1::AbiDecoder in(bytes);
  for (u32 slot = 0; slot < 4; ++slot) {
    (void)in.uint64(slot);
    (void)in.address(slot);
    (void)in.boolean(slot);
    (void)in.words(slot, 64);
    if (const auto got = in.bytes(slot, 4096); got.ok()) inside(*got, bytes);
    if (const auto got = in.bytes_array(slot, 64, 4096); got.ok()) {
      for (const auto& item : *got) inside(item, bytes);
    }
    for (const u32 words : {0u, 1u, 3u}) {
      if (const auto got = in.tuples(slot, 64, words); got.ok()) {
        for (const auto& item : *got) (void)item.bytes(0, 64);
      }
    }
    if (const auto got = in.tuple(slot); got.ok()) (void)got->bytes(1, 64);
  }
  (void)l1::revert_reason(bytes);
  return 0;
}
