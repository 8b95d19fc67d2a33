#include "stf/row.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {
namespace {

using exchange::make_order_id;
using exchange::order_generation;
using exchange::order_slot;

constexpr u8 kTransactionKind = static_cast<u8>(RowKind::transaction);

// The header's flags.
constexpr u8 kByAgent = 1;
constexpr u8 kExpiry = 2;
constexpr u8 kClientId = 4;
constexpr u8 kSell = 8;
constexpr u32 kTypeShift = 4;
constexpr u32 kStpShift = 6;

constexpr u8 flags_of(Action action) {
  if (is_place(action)) return 0xff;
  return kByAgent | kExpiry | (action == Action::modify ? kClientId : 0);
}

// What may rest needs a place on its side of the book.
constexpr bool may_rest(u8 type) {
  return type == static_cast<u8>(OrderType::gtc) || type == static_cast<u8>(OrderType::post_only);
}

u64 take_delta(PackedReader& in, u64 from) {
  return from + static_cast<u64>(base::zigzag_decode(in.take_varint()));
}
void put_delta(PackedWriter& w, u64 from, u64 to) {
  w.put_varint(base::zigzag_encode(static_cast<i64>(to - from)));
}
u32 take_delta_u32(PackedReader& in, u32 from) {
  const u64 v = take_delta(in, from);
  in.require(v <= 0xffffffff);
  return static_cast<u32>(v);
}

// Slot and generation apart, because both are short.
u64 take_order_id(PackedReader& in) {
  const u64 slot = in.take_varint();
  const u64 generation = in.take_varint();
  in.require(slot < u64{1} << exchange::kOrderSlotBits);
  in.require(generation <= exchange::kMaxGeneration);
  return make_order_id(static_cast<u32>(slot), generation);
}
void put_order_id(PackedWriter& w, u64 id) {
  w.put_varint(order_slot(id));
  w.put_varint(order_generation(id));
}

// Clients count, so their ids have many leading zeros: how many bytes follow, and these.
void take_client_id(PackedReader& in, exchange::ClientId& id) {
  const u8 length = in.take_below(static_cast<u8>(id.size() + 1));
  id = {};
  const std::size_t zeros = id.size() - std::min<std::size_t>(length, id.size());
  for (std::size_t i = zeros; i < id.size(); ++i) id[i] = in.take_u8();
  in.require(zeros == id.size() || id[zeros] != 0);
}
void put_client_id(PackedWriter& w, const exchange::ClientId& id) {
  std::size_t zeros = 0;
  while (zeros < id.size() && id[zeros] == 0) ++zeros;
  w.put_u8(static_cast<u8>(id.size() - zeros));
  for (std::size_t i = zeros; i < id.size(); ++i) w.put_u8(id[i]);
}

void take_place(PackedReader& in, u8 flags, PageContext& context, Row& row) {
  Transaction& tx = row.tx;
  tx.side = (flags & kSell) != 0 ? 1 : 0;
  tx.type = flags >> kTypeShift & 3;
  tx.stp = flags >> kStpShift;
  in.require(tx.stp <= kMaxStp);
  tx.market = context.market = take_delta_u32(in, context.market);
  tx.price_ticks = context.price_ticks = take_delta_u32(in, context.price_ticks);
  tx.lots = in.take_varint();
  tx.has_client_id = (flags & kClientId) != 0;
  if (tx.has_client_id) take_client_id(in, tx.client_id);
  if (!may_rest(tx.type)) return;
  row.hints.level = in.take_varint_u32();
  if (tx.has_client_id) row.hints.client_id = in.take_varint_u32();
}

void put_place(PackedWriter& w, const Row& row, PageContext& context) {
  const Transaction& tx = row.tx;
  put_delta(w, context.market, tx.market);
  put_delta(w, context.price_ticks, tx.price_ticks);
  context.market = tx.market;
  context.price_ticks = tx.price_ticks;
  w.put_varint(tx.lots);
  if (tx.has_client_id) put_client_id(w, tx.client_id);
  if (!may_rest(tx.type)) return;
  w.put_varint(row.hints.level);
  if (tx.has_client_id) w.put_varint(row.hints.client_id);
}

void take_modify(PackedReader& in, u8 flags, PageContext& context, Row& row) {
  const bool by_client_id = (flags & kClientId) != 0;
  if (by_client_id) {
    take_client_id(in, row.tx.client_id);
  } else {
    row.tx.order_id = take_order_id(in);
    in.require(row.tx.order_id != 0);  // 0 stands for the client id
  }
  row.tx.price_ticks = context.price_ticks = take_delta_u32(in, context.price_ticks);
  row.tx.lots = in.take_varint();
  if (by_client_id) row.hints.client_id = in.take_varint_u32();
  row.hints.level = in.take_varint_u32();
}

void put_modify(PackedWriter& w, const Row& row, PageContext& context) {
  const bool by_client_id = row.tx.order_id == 0;
  if (by_client_id) {
    put_client_id(w, row.tx.client_id);
  } else {
    put_order_id(w, row.tx.order_id);
  }
  put_delta(w, context.price_ticks, row.tx.price_ticks);
  context.price_ticks = row.tx.price_ticks;
  w.put_varint(row.tx.lots);
  if (by_client_id) w.put_varint(row.hints.client_id);
  w.put_varint(row.hints.level);
}

void take_approval(PackedReader& in, Row& row) {
  row.tx.address = in.take_address();
  const u64 role = in.take_varint();
  in.require(role <= 0xff);
  row.tx.role = static_cast<u8>(role);
  row.tx.agent_expiry_ms = in.take_varint();
  row.hints.signer = in.take_varint_u32();
  row.hints.registered = in.take_varint_u32();
  row.hints.dead_signer = in.take_varint_u32();
}

void put_approval(PackedWriter& w, const Row& row) {
  w.put_address(row.tx.address);
  w.put_varint(row.tx.role);
  w.put_varint(row.tx.agent_expiry_ms);
  w.put_varint(row.hints.signer);
  w.put_varint(row.hints.registered);
  w.put_varint(row.hints.dead_signer);
}

void take_report(PackedReader& in, PageContext& context, Transaction& tx) {
  tx.market = context.market = take_delta_u32(in, context.market);
  tx.time_ms = take_delta(in, tx.nonce);
  tx.price_ticks = context.price_ticks = take_delta_u32(in, context.price_ticks);
}

void put_report(PackedWriter& w, const Transaction& tx, PageContext& context) {
  put_delta(w, context.market, tx.market);
  put_delta(w, tx.nonce, tx.time_ms);
  put_delta(w, context.price_ticks, tx.price_ticks);
  context.market = tx.market;
  context.price_ticks = tx.price_ticks;
}

// Body and hints of what has no functions of its own above.
void take_short_body(PackedReader& in, Row& row) {
  Transaction& tx = row.tx;
  switch (tx.action) {
    case Action::cancel:
      tx.order_id = take_order_id(in);
      return;
    case Action::cancel_client_id:
      take_client_id(in, tx.client_id);
      row.hints.client_id = in.take_varint_u32();
      return;
    case Action::cancel_all:
    case Action::sweep_fees:
      tx.market = in.take_varint_u32();
      return;
    case Action::transfer:
      tx.to_account = in.take_varint_u32();
      tx.asset = in.take_varint_u32();
      tx.amount = in.take_varint();
      return;
    case Action::withdraw:
      tx.asset = in.take_varint_u32();
      tx.amount = in.take_varint();
      tx.address = in.take_address();
      return;
    case Action::revoke_agent:
      tx.address = in.take_address();
      row.hints.signer = in.take_varint_u32();
      return;
    case Action::register_account:
      row.hints.registered = in.take_varint_u32();
      row.hints.signer = in.take_varint_u32();
      return;
    case Action::margin:
      tx.kind = in.take_u8();
      tx.amount = in.take_varint();
      return;
    case Action::liquidate:
      tx.target = in.take_varint_u32();
      tx.market = in.take_varint_u32();
      return;
    default:
      return;
  }
}

void put_short_body(PackedWriter& w, const Row& row) {
  const Transaction& tx = row.tx;
  switch (tx.action) {
    case Action::cancel:
      return put_order_id(w, tx.order_id);
    case Action::cancel_client_id:
      put_client_id(w, tx.client_id);
      return w.put_varint(row.hints.client_id);
    case Action::cancel_all:
    case Action::sweep_fees:
      return w.put_varint(tx.market);
    case Action::transfer:
      w.put_varint(tx.to_account);
      w.put_varint(tx.asset);
      return w.put_varint(tx.amount);
    case Action::withdraw:
      w.put_varint(tx.asset);
      w.put_varint(tx.amount);
      return w.put_address(tx.address);
    case Action::revoke_agent:
      w.put_address(tx.address);
      return w.put_varint(row.hints.signer);
    case Action::register_account:
      w.put_varint(row.hints.registered);
      return w.put_varint(row.hints.signer);
    case Action::margin:
      w.put_u8(tx.kind);
      return w.put_varint(tx.amount);
    case Action::liquidate:
      w.put_varint(tx.target);
      return w.put_varint(tx.market);
    default:
      return;
  }
}

void take_transaction(PackedReader& in, u8 action, PageContext& context, Row& row) {
  Transaction& tx = row.tx;
  row.kind = RowKind::transaction;
  in.require(action >= 1 && action < kActionCount);
  tx.action = static_cast<Action>(action);
  const u8 flags = in.take_u8();
  in.require((flags & ~flags_of(tx.action)) == 0);
  tx.by_agent = (flags & kByAgent) != 0;
  tx.account = context.account = in.take_varint_u32();
  if (tx.by_agent) tx.signer = in.take_varint_u32();
  tx.nonce = context.nonce = take_delta(in, context.nonce);
  if ((flags & kExpiry) != 0) {
    tx.expiry_ms = take_delta(in, tx.nonce);
    in.require(tx.expiry_ms != 0);  // "none" is written without the flag
  }
  if (is_place(tx.action)) {
    take_place(in, flags, context, row);
  } else if (tx.action == Action::modify) {
    take_modify(in, flags, context, row);
  } else if (tx.action == Action::approve_agent) {
    take_approval(in, row);
  } else if (tx.action == Action::report_price) {
    take_report(in, context, tx);
  } else {
    take_short_body(in, row);
  }
  in.take_bytes(tx.signature);
}

u8 header_flags(const Transaction& tx) {
  u32 flags = (tx.by_agent ? kByAgent : 0u) | (tx.expiry_ms != 0 ? kExpiry : 0u);
  if (is_place(tx.action)) {
    flags |= (tx.has_client_id ? kClientId : 0u) | (tx.side != 0 ? kSell : 0u) |
             static_cast<u32>(tx.type) << kTypeShift | static_cast<u32>(tx.stp) << kStpShift;
  } else if (tx.action == Action::modify && tx.order_id == 0) {
    flags |= kClientId;
  }
  return static_cast<u8>(flags);
}

void put_transaction(PackedWriter& w, const Row& row, PageContext& context) {
  const Transaction& tx = row.tx;
  w.put_u8(kTransactionKind + static_cast<u8>(tx.action));
  w.put_u8(header_flags(tx));
  w.put_varint(tx.account);
  if (tx.by_agent) w.put_varint(tx.signer);
  put_delta(w, context.nonce, tx.nonce);
  if (tx.expiry_ms != 0) put_delta(w, tx.nonce, tx.expiry_ms);
  context.account = tx.account;
  context.nonce = tx.nonce;
  if (is_place(tx.action)) {
    put_place(w, row, context);
  } else if (tx.action == Action::modify) {
    put_modify(w, row, context);
  } else if (tx.action == Action::approve_agent) {
    put_approval(w, row);
  } else if (tx.action == Action::report_price) {
    put_report(w, tx, context);
  } else {
    put_short_body(w, row);
  }
  w.put_bytes(tx.signature);
}

// At least kMaxRowBytes can be read at `at`.
u32 decode_at(const u8* at, PageContext& context, Row& out) {
  PackedReader in(at);
  const u8 kind = in.take_u8();
  out = Row{};
  switch (kind) {
    case static_cast<u8>(RowKind::open_block):
      out.dt_ms = in.take_varint();
      break;
    case static_cast<u8>(RowKind::reclaim):
      out.nonces = in.take_varint_u32();
      break;
    case static_cast<u8>(RowKind::close_block):
    case static_cast<u8>(RowKind::message):
      break;
    default:
      take_transaction(in, static_cast<u8>(kind - kTransactionKind), context, out);
      return in.ok() ? in.size() : 0;
  }
  out.kind = static_cast<RowKind>(kind);
  return in.ok() ? in.size() : 0;
}

bool representable(const Row& row) {
  switch (row.kind) {
    case RowKind::open_block:
    case RowKind::close_block:
    case RowKind::message:
    case RowKind::reclaim:
      return true;
    case RowKind::transaction:
      break;
    default:
      return false;
  }
  const Transaction& tx = row.tx;
  const u8 action = static_cast<u8>(tx.action);
  if (action < 1 || action >= kActionCount) return false;
  return !is_place(tx.action) || (tx.side <= 1 && tx.type <= kMaxOrderType && tx.stp <= kMaxStp);
}

// At least kMaxRowBytes can be written at `at`.
u32 encode_at(const Row& row, PageContext& context, u8* at) {
  PackedWriter w(at);
  if (row.kind == RowKind::transaction) {
    put_transaction(w, row, context);
    return w.size();
  }
  w.put_u8(static_cast<u8>(row.kind));
  if (row.kind == RowKind::open_block) w.put_varint(row.dt_ms);
  if (row.kind == RowKind::reclaim) w.put_varint(row.nonces);
  return w.size();
}

}  // namespace

u32 decode_row(std::span<const u8> bytes, PageContext& context, Row& out) {
  PageContext moved = context;
  u32 length = 0;
  if (bytes.size() >= kMaxRowBytes) [[likely]] {
    length = decode_at(bytes.data(), moved, out);
  } else {
    // Near a page's end: the same on a copy with zeros behind, then the row must lie inside.
    std::array<u8, kMaxRowBytes> padded;
    std::copy(bytes.begin(), bytes.end(), padded.begin());
    std::fill(padded.begin() + bytes.size(), padded.end(), u8{0});
    length = decode_at(padded.data(), moved, out);
    if (length > bytes.size()) return 0;
  }
  if (length != 0) context = moved;
  return length;
}

u32 encode_row(const Row& row, PageContext& context, std::span<u8> out) {
  if (!representable(row)) return 0;
  PageContext moved = context;
  u32 length = 0;
  if (out.size() >= kMaxRowBytes) [[likely]] {
    length = encode_at(row, moved, out.data());
  } else {
    std::array<u8, kMaxRowBytes> whole;
    length = encode_at(row, moved, whole.data());
    if (length > out.size()) return 0;
    std::copy_n(whole.begin(), length, out.begin());
  }
  context = moved;
  return length;
}

}  // namespace gavel::stf
