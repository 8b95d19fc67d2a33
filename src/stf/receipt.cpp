#include "stf/receipt.hpp"

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {

u32 encode_receipt(const Receipt& receipt, std::span<u8> out) {
  const u32 count = receipt.events.size();
  GAVEL_CHECK(out.size() >= kReceiptHeadBytes + count * kEventBytes);
  PackedWriter w(out.data());
  w.put_u8(static_cast<u8>(receipt.result));
  w.put_u8(receipt.action);
  w.put_u32(receipt.account);
  w.put_u64(receipt.order_id);
  w.put_u64(receipt.filled_lots);
  w.put_u64(receipt.resting_lots);
  w.put_u64(receipt.value);
  w.put_u8(static_cast<u8>(count));
  for (const Event& event : receipt.events) {
    w.put_u8(static_cast<u8>(event.kind));
    w.put_u64(event.maker_order_id);
    w.put_u32(event.maker_account);
    w.put_u32(event.price_ticks);
    w.put_u64(event.lots);
  }
  return w.size();
}

bool decode_receipt(std::span<const u8> bytes, Receipt& out) {
  if (bytes.size() < kReceiptHeadBytes) return false;
  PackedReader in(bytes.data());
  out.result = static_cast<exchange::Reject>(in.take_below(exchange::kRejectCount));
  out.action = in.take_u8();
  out.account = in.take_u32();
  out.order_id = in.take_u64();
  out.filled_lots = in.take_u64();
  out.resting_lots = in.take_u64();
  out.value = in.take_u64();
  const u32 count = in.take_u8();
  out.events.clear();
  if (count > kMaxEvents || bytes.size() != kReceiptHeadBytes + count * kEventBytes) return false;
  for (u32 i = 0; i < count; ++i) {
    Event event;
    event.kind = static_cast<Event::Kind>(in.take_below(3));
    event.maker_order_id = in.take_u64();
    event.maker_account = in.take_u32();
    event.price_ticks = in.take_u32();
    event.lots = in.take_u64();
    out.events.push_back(event);
  }
  return in.ok();
}

Hash32 receipt_leaf(u8 kind, const Hash32& id, std::span<const u8> receipt) {
  GAVEL_CHECK(receipt.size() <= kMaxReceiptBytes);
  std::array<u8, 1 + 32 + kMaxReceiptBytes> bytes;
  PackedWriter w(bytes.data());
  w.put_u8(kind);
  w.put_hash(id);
  std::memcpy(bytes.data() + w.size(), receipt.data(), receipt.size());
  return crypto::keccak256(std::span<const u8>(bytes).first(w.size() + receipt.size()));
}

}  // namespace gavel::stf
