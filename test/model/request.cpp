#include "model/model.hpp"

namespace gavel::model {
namespace {

void read_place(Unpacker& in, Request& r) {
  r.market = in.take<u32>();
  r.side = in.take<u8>();
  r.type = in.take<u8>();
  r.stp = in.take<u8>();
  r.price = in.take<u32>();
  r.lots = in.take<u64>();
  const u8 has = in.take<u8>();
  r.has_client_id = has != 0;
  r.client_id = in.take_text<16>();
}

bool defined_place(const Request& r, u8 has) {
  const bool known = r.side <= 1 && r.type <= 3 && r.stp <= 2 && has <= 1;
  return known && (has == 1 || r.client_id == Text16{});
}

void read_body(Unpacker& in, Request& r) {
  switch (r.action) {
    case Do::place:
    case Do::place_reduce_only:
      return read_place(in, r);
    case Do::cancel:
      r.order_id = in.take<u64>();
      return;
    case Do::cancel_client_id:
      r.client_id = in.take_text<16>();
      return;
    case Do::cancel_all:
    case Do::sweep_fees:
      r.market = in.take<u32>();
      return;
    case Do::modify:
      r.order_id = in.take<u64>();
      r.price = in.take<u32>();
      r.lots = in.take<u64>();
      r.client_id = in.take_text<16>();
      return;
    case Do::transfer:
      r.to = in.take<u32>();
      r.asset = in.take<u32>();
      r.amount = in.take<u64>();
      return;
    case Do::withdraw:
      r.asset = in.take<u32>();
      r.amount = in.take<u64>();
      r.address = in.take_address();
      return;
    case Do::approve_agent:
      r.address = in.take_address();
      r.kind = in.take<u8>();
      r.time_ms = in.take<u64>();
      return;
    case Do::revoke_agent:
      r.address = in.take_address();
      return;
    case Do::enrol:
    case Do::unenrol:
      return;
    case Do::margin:
      r.kind = in.take<u8>();
      r.amount = in.take<u64>();
      return;
    case Do::report_price:
      r.market = in.take<u32>();
      r.time_ms = in.take<u64>();
      r.price = in.take<u32>();
      return;
    case Do::liquidate:
      r.to = in.take<u32>();
      r.market = in.take<u32>();
      return;
  }
}

}  // namespace

std::optional<Request> read_request(const Bytes& bytes) {
  static constexpr std::size_t kSignature = 64;
  static constexpr std::size_t kHead = 27;
  static constexpr std::size_t kHasClientId = kHead + 4 + 1 + 1 + 1 + 4 + 8;
  if (bytes.size() < kHead + kSignature) return std::nullopt;
  const Bytes front(bytes.begin(), bytes.end() - kSignature);
  Unpacker in(front);
  Request r;
  const u8 version = in.take<u8>();
  const u8 action = in.take<u8>();
  const u8 flags = in.take<u8>();
  r.account = in.take<u32>();
  r.signer = in.take<u32>();
  r.nonce = in.take<u64>();
  r.expiry_ms = in.take<u64>();
  r.by_agent = flags == 1;
  if (version != 1 || action < 1 || action > 16 || flags > 1) return std::nullopt;
  if (!r.by_agent && r.signer != 0) return std::nullopt;
  r.action = Do{action};
  read_body(in, r);
  if (!in.exact()) return std::nullopt;
  const bool places = r.action == Do::place || r.action == Do::place_reduce_only;
  if (places && !defined_place(r, front[kHasClientId])) return std::nullopt;
  if (r.action == Do::modify && r.order_id != 0 && r.client_id != Text16{}) return std::nullopt;
  return r;
}

Bytes write_request(const Request& r) {
  Packer out;
  out.add(u8{1}).add(r.action).add(u8{r.by_agent}).add(r.account).add(r.signer);
  out.add(r.nonce).add(r.expiry_ms);
  switch (r.action) {
    case Do::place:
    case Do::place_reduce_only:
      out.add(r.market).add(r.side).add(r.type).add(r.stp).add(r.price).add(r.lots);
      out.add(u8{r.has_client_id}).add(r.has_client_id ? r.client_id : Text16{});
      break;
    case Do::cancel:
      out.add(r.order_id);
      break;
    case Do::cancel_client_id:
      out.add(r.client_id);
      break;
    case Do::cancel_all:
    case Do::sweep_fees:
      out.add(r.market);
      break;
    case Do::modify:
      out.add(r.order_id).add(r.price).add(r.lots);
      out.add(r.order_id == 0 ? r.client_id : Text16{});
      break;
    case Do::transfer:
      out.add(r.to).add(r.asset).add(r.amount);
      break;
    case Do::withdraw:
      out.add(r.asset).add(r.amount).add(r.address);
      break;
    case Do::approve_agent:
      out.add(r.address).add(r.kind).add(r.time_ms);
      break;
    case Do::revoke_agent:
      out.add(r.address);
      break;
    case Do::enrol:
    case Do::unenrol:
      break;
    case Do::margin:
      out.add(r.kind).add(r.amount);
      break;
    case Do::report_price:
      out.add(r.market).add(r.time_ms).add(r.price);
      break;
    case Do::liquidate:
      out.add(r.to).add(r.market);
      break;
  }
  return out.add(std::array<u8, 64>{}).bytes();
}

Bytes Receipt::bytes() const {
  Packer out;
  out.add(result).add(action).add(account).add(order_id).add(filled).add(resting).add(value);
  out.add(static_cast<u8>(events.size()));
  for (const Event& e : events)
    out.add(e.kind).add(e.order_id).add(e.account).add(e.price).add(e.lots);
  return out.bytes();
}

}  // namespace gavel::model
