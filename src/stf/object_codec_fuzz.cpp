// Any bytes, read as an object of each table: what decodes re-encodes to the same bytes.
#include "stf/object_codec.hpp"

#include <algorithm>

#include "base/check.hpp"

using namespace gavel;
using namespace gavel::stf;

namespace {

template <class Object>
void check(std::span<const u8> bytes) {
  Object object;
  if (!decode_object(bytes, object)) return;
  std::array<u8, kLongestObjectBytes> again;
  GAVEL_CHECK(encode_object(object, again) == bytes.size());
  GAVEL_CHECK(std::equal(bytes.begin(), bytes.end(), again.begin()));
}

void check_account(std::span<const u8> bytes) {
  exchange::Account account;
  BalanceList balances;
  MarginList margin;
  const bool accepted = decode_object(bytes, account, balances, margin);
  std::array<exchange::BalanceBlock, 12> blocks{};
  u32 used = 0;
  const auto block_of = [&](u32 i) -> exchange::BalanceBlock& { return blocks[i]; };
  std::array<exchange::MarginBlock, exchange::kMaxPositions + 2> margins{};
  u32 used_margins = 0;
  const auto margin_of = [&](u32 i) -> exchange::MarginBlock& { return margins[i]; };
  exchange::Account in_blocks;
  GAVEL_CHECK(decode_account(
                  bytes, in_blocks, [&] { return ++used; }, block_of,
                  [&] { return ++used_margins; }, margin_of) == accepted);
  if (!accepted) return;
  std::array<u8, kLongestObjectBytes> again;
  GAVEL_CHECK(encode_object(account, balances, margin, again) == bytes.size());
  GAVEL_CHECK(std::equal(bytes.begin(), bytes.end(), again.begin()));
  GAVEL_CHECK(encode_account(in_blocks, block_of, margin_of, again) == bytes.size());
  GAVEL_CHECK(std::equal(bytes.begin(), bytes.end(), again.begin()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  const std::span<const u8> bytes(data, size);
  check<exchange::Global>(bytes);
  check_account(bytes);
  check<exchange::Signer>(bytes);
  check<exchange::Nonces>(bytes);
  check<exchange::Market>(bytes);
  check<exchange::Level>(bytes);
  check<exchange::Order>(bytes);
  check<exchange::Outbox>(bytes);
  check<exchange::Asset>(bytes);
  return 0;
}
