#include "stf/work.hpp"

#include "base/bytes.hpp"

namespace gavel::stf {
namespace {

constexpr u8 kReduceOnly = 1;
constexpr u8 kLiquidation = 2;

void put_matching(base::ByteWriter& w, const exchange::Matching& m) {
  w.write_u32_be(m.taker.account);
  w.write_u32_be(m.taker.market);
  w.write_u32_be(m.taker.limit_ticks);
  w.write_u8(static_cast<u8>(m.taker.side));
  w.write_u8(m.taker.stp);
  w.write_u8(static_cast<u8>(m.type));
  w.write_u8(m.has_client_id ? 1 : 0);
  w.write_u8(
      static_cast<u8>((m.reduce_only ? kReduceOnly : 0) | (m.liquidation ? kLiquidation : 0)));
  w.write_u64_be(m.taker.lots);
  w.write_bytes(m.client_id);
  w.write_u32_be(m.level_hint);
  w.write_u32_be(m.account_prev);
}

bool take_matching(base::ByteReader& r, exchange::Matching& m) {
  m.taker.account = r.read_u32_be();
  m.taker.market = r.read_u32_be();
  m.taker.limit_ticks = r.read_u32_be();
  const u8 side = r.read_u8();
  m.taker.stp = r.read_u8();
  const u8 type = r.read_u8();
  const u8 has_client_id = r.read_u8();
  const u8 flags = r.read_u8();
  m.taker.lots = r.read_u64_be();
  m.client_id = r.read_array<16>();
  m.level_hint = r.read_u32_be();
  m.account_prev = r.read_u32_be();
  m.taker.side = static_cast<exchange::Side>(side & 1);
  m.type = static_cast<exchange::OrderType>(type & 3);
  m.has_client_id = has_client_id == 1;
  m.reduce_only = (flags & kReduceOnly) != 0;
  m.liquidation = (flags & kLiquidation) != 0;
  return side <= 1 && m.taker.stp <= 2 && type <= 3 && has_client_id <= 1 &&
         flags <= (kReduceOnly | kLiquidation);
}

void put_liquidation(base::ByteWriter& w, const exchange::Liquidation& l) {
  w.write_u32_be(l.target);
  w.write_u32_be(l.market);
  w.write_u8(l.matching ? 1 : 0);
  w.write_u8(l.side);
  w.write_u32_be(l.cancels.next);
  w.write_u64_be(static_cast<u64>(l.before));
}

bool take_liquidation(base::ByteReader& r, exchange::Liquidation& l) {
  l = {};
  l.target = r.read_u32_be();
  l.market = r.read_u32_be();
  const u8 matching = r.read_u8();
  l.side = r.read_u8();
  l.matching = matching == 1;
  l.cancels.account = l.target;
  l.cancels.next = r.read_u32_be();
  l.before = static_cast<i64>(r.read_u64_be());
  l.cancels.perpetual_only = true;
  return matching <= 1 && l.side <= 1;
}

}  // namespace

u32 encode_work(const Work& work, std::span<u8> out) {
  base::ByteWriter w(out);
  w.write_u8(1);
  w.write_u8(static_cast<u8>(work.kind));
  w.write_u8(work.source_kind);
  w.write_hash(work.source);
  if (work.kind == Work::Kind::cancel_all) {
    w.write_u32_be(work.cancel_all.account);
    w.write_u32_be(work.cancel_all.market);
    w.write_u32_be(work.cancel_all.next);
  } else {
    if (work.kind == Work::Kind::liquidate) put_liquidation(w, work.liquidation);
    put_matching(w, work.matching);
  }
  const u32 head = static_cast<u32>(w.size());
  GAVEL_CHECK(w.ok());
  return head + encode_receipt(work.receipt, out.subspan(head));
}

bool decode_work(std::span<const u8> bytes, Work& out) {
  base::ByteReader r(bytes);
  if (r.read_u8() != 1) return false;
  const u8 kind = r.read_u8();
  out.source_kind = r.read_u8();
  out.source = r.read_hash();
  if (kind < 1 || kind > 3 || out.source_kind > 1) return false;
  out.kind = static_cast<Work::Kind>(kind);
  if (out.kind == Work::Kind::cancel_all) {
    out.cancel_all = {};
    out.cancel_all.account = r.read_u32_be();
    out.cancel_all.market = r.read_u32_be();
    out.cancel_all.next = r.read_u32_be();
  } else {
    if (out.kind == Work::Kind::liquidate && !take_liquidation(r, out.liquidation)) return false;
    if (!take_matching(r, out.matching)) return false;
  }
  if (!r.ok()) return false;
  return decode_receipt(bytes.subspan(static_cast<std::size_t>(r.position())), out.receipt);
}

}  // namespace gavel::stf
