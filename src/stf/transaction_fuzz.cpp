// Any bytes: a transaction that decodes re-encodes to the same bytes, and a row can carry it.
#include "stf/transaction.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "stf/row.hpp"

using namespace gavel;
using namespace gavel::stf;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  const auto tx = decode_transaction(std::span<const u8>(data, size));
  if (!tx) return 0;
  std::array<u8, kMaxTransactionBytes> bytes;
  GAVEL_CHECK(encode_transaction(*tx, bytes) == size);
  GAVEL_CHECK(std::equal(data, data + size, bytes.begin()));
  Row row;
  row.kind = RowKind::transaction;
  row.tx = *tx;
  PageContext writing;
  PageContext reading;
  std::array<u8, kMaxRowBytes> packed;
  const u32 length = encode_row(row, writing, packed);
  Row back;
  GAVEL_CHECK(length != 0 && decode_row(packed, reading, back) == length && back == row);
  return 0;
}
