#include "stf/work.hpp"

#include "base/bytes.hpp"

namespace gavel::stf {

u32 encode_work(const Work& work, std::span<u8> out) {
  base::ByteWriter w(out);
  w.write_u8(1);
  w.write_u8(static_cast<u8>(work.kind));
  w.write_u8(work.source_kind);
  w.write_hash(work.source);
  if (work.kind == Work::Kind::match) {
    const exchange::Matching& m = work.matching;
    w.write_u32_be(m.taker.account);
    w.write_u32_be(m.taker.market);
    w.write_u32_be(m.taker.limit_ticks);
    w.write_u8(static_cast<u8>(m.taker.side));
    w.write_u8(m.taker.stp);
    w.write_u8(static_cast<u8>(m.type));
    w.write_u8(m.has_client_id ? 1 : 0);
    w.write_u64_be(m.taker.lots);
    w.write_bytes(m.client_id);
    w.write_u32_be(m.level_hint);
    w.write_u32_be(m.account_prev);
  } else {
    w.write_u32_be(work.cancel_all.account);
    w.write_u32_be(work.cancel_all.market);
    w.write_u32_be(work.cancel_all.next);
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
  if ((kind != 1 && kind != 2) || out.source_kind > 1) return false;
  out.kind = static_cast<Work::Kind>(kind);
  if (out.kind == Work::Kind::match) {
    exchange::Matching& m = out.matching;
    m.taker.account = r.read_u32_be();
    m.taker.market = r.read_u32_be();
    m.taker.limit_ticks = r.read_u32_be();
    const u8 side = r.read_u8();
    m.taker.stp = r.read_u8();
    const u8 type = r.read_u8();
    const u8 has_client_id = r.read_u8();
    m.taker.lots = r.read_u64_be();
    m.client_id = r.read_array<16>();
    m.level_hint = r.read_u32_be();
    m.account_prev = r.read_u32_be();
    if (side > 1 || m.taker.stp > 2 || type > 3 || has_client_id > 1) return false;
    m.taker.side = static_cast<exchange::Side>(side);
    m.type = static_cast<exchange::OrderType>(type);
    m.has_client_id = has_client_id == 1;
  } else {
    out.cancel_all.account = r.read_u32_be();
    out.cancel_all.market = r.read_u32_be();
    out.cancel_all.next = r.read_u32_be();
  }
  if (!r.ok()) return false;
  return decode_receipt(bytes.subspan(static_cast<std::size_t>(r.position())), out.receipt);
}

}  // namespace gavel::stf
