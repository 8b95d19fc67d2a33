#include "stf/receipt.hpp"

#include <gtest/gtest.h>

#include "crypto/keccak.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

std::vector<u8> bytes_of(const Receipt& receipt) {
  std::vector<u8> out(kMaxReceiptBytes);
  out.resize(encode_receipt(receipt, out));
  return out;
}

bool decodes(const std::vector<u8>& bytes) {
  Receipt out;
  return decode_receipt(bytes, out);
}

TEST(Receipt, RoundTrips) {
  Receipt full = samples::receipt();
  while (!full.events.full()) full.events.push_back(full.events[0]);
  for (const Receipt& r : {Receipt{}, samples::receipt(), full}) {
    Receipt back;
    ASSERT_TRUE(decode_receipt(bytes_of(r), back));
    EXPECT_EQ(back, r);
    EXPECT_EQ(bytes_of(r).size(), kReceiptHeadBytes + r.events.size() * kEventBytes);
  }
}

TEST(Receipt, OnlyWhatEncodeMakesIsAccepted) {
  const std::vector<u8> good = bytes_of(samples::receipt());
  std::vector<u8> bad = good;
  bad[0] = exchange::kRejectCount;
  EXPECT_FALSE(decodes(bad));
  bad = good;
  bad[kReceiptHeadBytes] = 3;  // kind of the first event
  EXPECT_FALSE(decodes(bad));
  bad = good;
  bad.pop_back();
  EXPECT_FALSE(decodes(bad));
  bad = good;
  bad.push_back(0);
  EXPECT_FALSE(decodes(bad));
  bad = good;
  --bad[kReceiptHeadBytes - 1];
  EXPECT_FALSE(decodes(bad));
  EXPECT_FALSE(decodes({}));
  EXPECT_FALSE(decodes(std::vector<u8>(kReceiptHeadBytes - 1)));
}

TEST(Receipt, MoreEventsThanATransactionMayHaveAreRefused) {
  std::vector<u8> bytes(kReceiptHeadBytes + (kMaxEvents + 1) * kEventBytes);
  bytes[kReceiptHeadBytes - 1] = kMaxEvents + 1;
  EXPECT_FALSE(decodes(bytes));
}

TEST(Receipt, LeafBindsKindIdAndBytes) {
  const std::vector<u8> bytes = bytes_of(samples::receipt());
  const Hash32 id = samples::hash(9);
  crypto::Keccak256 hasher;
  const std::array<u8, 1> kind{1};
  EXPECT_EQ(receipt_leaf(1, id, bytes),
            hasher.update(kind).update(id.bytes).update(bytes).finish());
}

}  // namespace
}  // namespace gavel::stf
