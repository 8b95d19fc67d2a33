// Any bytes: a row that decodes has these bytes as its only encoding, and both sides agree on the
// context.
#include "stf/row.hpp"

#include <algorithm>

#include "base/check.hpp"

using namespace gavel;
using namespace gavel::stf;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  std::span<const u8> rest(data, size);
  PageContext reading;
  PageContext writing;
  while (!rest.empty()) {
    const PageContext before = reading;
    Row row;
    const u32 length = decode_row(rest, reading, row);
    if (length == 0) {
      GAVEL_CHECK(reading == before);
      break;
    }
    GAVEL_CHECK(length <= rest.size() && length <= kMaxRowBytes);
    std::array<u8, kMaxRowBytes> bytes;
    GAVEL_CHECK(encode_row(row, writing, bytes) == length);
    GAVEL_CHECK(std::equal(bytes.begin(), bytes.begin() + length, rest.begin()));
    GAVEL_CHECK(reading == writing);
    if (row.kind == RowKind::transaction) {
      // What a row carries is a canonical transaction.
      std::array<u8, kMaxTransactionBytes> canonical;
      const u32 n = encode_transaction(row.tx, canonical);
      const auto tx = decode_transaction(std::span<const u8>(canonical).first(n));
      GAVEL_CHECK(tx.has_value() && *tx == row.tx);
    }
    rest = rest.subspan(length);
  }
  return 0;
}
