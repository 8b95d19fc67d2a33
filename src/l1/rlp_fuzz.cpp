// RLP and transactions from any bytes: total, and whatever decodes re-encodes to itself.
#include <algorithm>

#include "base/check.hpp"
#include "l1/rlp.hpp"
#include "l1/transaction.hpp"

namespace {

using namespace gavel;

// Encodes again what the decoder understood; lists nested deeper than `depth` are taken whole.
// False if an item is bad.
bool walk(l1::RlpDecoder items, l1::RlpEncoder& out, u32 depth) {
  while (!items.finished()) {
    if (!items.next_is_list()) {
      const auto item = items.bytes();
      if (!item.ok()) return false;
      out.bytes(*item);
    } else if (depth == 0) {
      const auto item = items.raw_item();
      if (!item.ok()) return false;
      out.raw(*item);
    } else {
      const auto inner = items.list();
      if (!inner.ok()) return false;
      l1::RlpEncoder nested;
      if (!walk(*inner, nested, depth - 1)) return false;
      out.list(nested);
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
  const std::span<const u8> bytes(data, size);
  l1::RlpEncoder again;
  if (walk(l1::RlpDecoder(bytes), again, 8)) GAVEL_CHECK(std::ranges::equal(again.items(), bytes));
  const auto transaction = l1::decode_transaction(bytes);
  if (transaction.ok()) (void)l1::sender_of(*transaction);
  return 0;
}
