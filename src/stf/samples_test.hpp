// Samples: one value of each kind that the codecs of this room write, shared by the tests and the
// vectors.
//
// What: named configurations, transactions with their hints, objects, messages and cursors, chosen
// so that each field that a kind carries is different from zero and from its neighbours.
// Source of the signatures: another implementation of EIP-712 (cast wallet sign --data, the first
// two keys of a local chain), given the typed data written out by hand; a digest that differs from
// ours gives another signer.
#pragma once

#include <string>
#include <vector>

#include "base/hex.hpp"
#include "stf/cursor.hpp"
#include "stf/message.hpp"
#include "stf/object_codec.hpp"
#include "stf/receipt.hpp"
#include "stf/row.hpp"
#include "stf/samples_objects_test.hpp"

namespace gavel::stf::samples {

inline Config config() {
  Config c;
  c.chain_id = 31337;
  c.verifying_contract = base::address_hex("5fbdb2315678afecb367f032d93f642f64180aa3");
  c.image_root = hash(0x40);
  return c;
}

struct NamedRow {
  std::string name;
  Row row;
};

inline Row transaction_row(Action action, const char* signature) {
  Row row;
  row.kind = RowKind::transaction;
  row.tx.action = action;
  row.tx.account = 7;
  GAVEL_CHECK(base::hex_decode(signature, row.tx.signature));
  return row;
}

inline void add_orders(std::vector<NamedRow>& out) {
  Row bid = transaction_row(Action::place,
                            "b96449e7777410eb08dc53b0a4035779403f7e549714b02e4893cf7d284f8e95"
                            "538b03f287c883581339a67a023cab37fb981aefa4160ebbc13c5294b98562a1");
  bid.tx.market = 3;
  bid.tx.price_ticks = 50'000;
  bid.tx.lots = 10;
  bid.hints.level = 12;
  out.push_back({"place_bid_gtc", bid});

  Row ask = transaction_row(Action::place,
                            "b00a12ed45469489d5fdd9b753e0dcd9ffd28fe1c57f9e5dbc24ef6b772df545"
                            "baf3e7600d836332b1d9a45d42e143c78e216715eadc3830a2941d41830b8fc9");
  ask.tx.by_agent = true;
  ask.tx.signer = 5;
  ask.tx.expiry_ms = 1'700'000'060'000;
  ask.tx.market = 3;
  ask.tx.side = 1;
  ask.tx.type = 2;
  ask.tx.stp = 2;
  ask.tx.price_ticks = 50'010;
  ask.tx.lots = exchange::kMaxLots;
  ask.tx.has_client_id = true;
  ask.tx.client_id = kClientId;
  ask.hints.level = 300;
  ask.hints.client_id = 77;
  out.push_back({"place_ask_post_only_by_agent", ask});

  Row sell = transaction_row(Action::place,
                             "9a9f9a5e431d0c3a3d432fa9a5792331584fd44ae6dbd8efabd8e486f2caf166"
                             "47740151b89d79e2176e8bd07e78a3d133152938a1b014092cae69f63ca3265e");
  sell.tx.market = 4;
  sell.tx.side = 1;
  sell.tx.type = 3;
  sell.tx.stp = 1;
  sell.tx.price_ticks = 1;
  sell.tx.lots = 25;
  out.push_back({"place_market_sell", sell});
}

inline void add_order_changes(std::vector<NamedRow>& out) {
  Row cancel = transaction_row(Action::cancel,
                               "5e29e144b31e39c4aa487e5105d0161c41683cd39c964ed8f00a3934c0fa739d"
                               "4f72f3c395eae7e3fb0f6c2c1136d929663a0c067f856e2317d63b369ac64658");
  cancel.tx.by_agent = true;
  cancel.tx.signer = 5;
  cancel.tx.order_id = kOrderId;
  out.push_back({"cancel", cancel});

  Row by_id = transaction_row(Action::cancel_client_id,
                              "efb4b9a6644c6c63e4b2d58962dde0d8dd86913993523c0d367335aa8c969732"
                              "f0ff1f7ba4dc6ff4d60eb72a2bccff5e406281c059ee42d36c267de98288ff92");
  by_id.tx.client_id = kClientId;
  by_id.hints.client_id = 78;
  out.push_back({"cancel_client_id", by_id});

  Row all = transaction_row(Action::cancel_all,
                            "a2166a9bb699e0f3c32ab59e8c5fb0cb2625b88cc8f4b7ecb5606ccae818e20f"
                            "6d91981de3dc1774ef3d9e7e3f299eb1eee6bc824a468d049bc2cd7f0d252534");
  all.tx.expiry_ms = 1'700'000'000'999;
  out.push_back({"cancel_all", all});

  Row modify = transaction_row(Action::modify,
                               "02ced813ab452c0440fff43a56957b0c9e735d618af05ea300642a4f64ef3efd"
                               "27fe6c9622c03fe9e23ce42522468f8e3fe095bea7e9fd0e4d361214659d7604");
  modify.tx.order_id = kOrderId;
  modify.tx.price_ticks = 49'990;
  modify.tx.lots = 7;
  modify.hints.level = 13;
  out.push_back({"modify", modify});

  Row named = transaction_row(Action::modify,
                              "628bcbe0c6d0576f624b0f3d67b8f8e438430e60ec053eaf59a883b4b7a3894b"
                              "faac12813acea7247897ad3dc5a9ae0db9bdaf271e68937b412e9ae185976235");
  named.tx.client_id = kClientId;
  named.tx.price_ticks = 49'990;
  named.tx.lots = 7;
  named.hints.client_id = 79;
  named.hints.level = 14;
  out.push_back({"modify_client_id", named});
}

inline void add_money(std::vector<NamedRow>& out) {
  Row sweep = transaction_row(Action::sweep_fees,
                              "f9528efebcf410fd780f431304400d5a1833895b01f981a2dd0ee9f9f080335d"
                              "49270e7bc002ee4d9d5ce54b821b6a58d9f2b9bdda4d7cf9c66bb88a132696d9");
  sweep.tx.market = 3;
  out.push_back({"sweep_fees", sweep});

  Row transfer =
      transaction_row(Action::transfer,
                      "eee75e0847155462ed949254f6af634f7a96ac8c1bf4e0afa0b01ef06828318c"
                      "0d63f8abdb9c307957a7eb5d015f4a42dfc38566875ac056455350251f978213");
  transfer.tx.to_account = 9;
  transfer.tx.asset = 2;
  transfer.tx.amount = 12'345'678'901;
  out.push_back({"transfer", transfer});

  Row withdraw =
      transaction_row(Action::withdraw,
                      "2469553ab0fa08de81fce4cbd1b907b38e1862cefc0bc1816960ec3167f6ef51"
                      "0e3db619ad9d52689f795c8294bcf46f0bd30e43728f28b2d3dcc1d8894e79cb");
  withdraw.tx.asset = 1;
  withdraw.tx.amount = (u64{1} << 63) - 1;
  withdraw.tx.address.bytes.fill(0x11);
  out.push_back({"withdraw", withdraw});
}

inline void add_keys(std::vector<NamedRow>& out) {
  Row approve = transaction_row(Action::approve_agent,
                                "9165271e7db21807482b274420d00a320739ce6b8ff3713eb60ae575deb72dab"
                                "dbcf287dcf5d62a70abcbda3a8db37c6e4542182905f42af15ef86ac4f3c5a91");
  approve.tx.expiry_ms = 1'700'000'060'000;
  approve.tx.address = kAgent;
  approve.tx.role = 1;
  approve.tx.agent_expiry_ms = 1'800'000'000'000;
  approve.hints.signer = 4;
  approve.hints.registered = 8;
  approve.hints.dead_signer = 6;
  out.push_back({"approve_agent", approve});

  Row revoke = transaction_row(Action::revoke_agent,
                               "4bf98d90a45eb61f8f83565bdd45d6737d68629286df21220bec00b327a0dc7a"
                               "b7e4fb9eb32eb1ac0c999801541f2156348050c3a62fa9ddcd68fa463228c99e");
  revoke.tx.address = kAgent;
  revoke.hints.signer = 5;
  out.push_back({"revoke_agent", revoke});

  Row enter = transaction_row(Action::register_account,
                              "3b9d7039c1828f2fe82548512f4c161989d4ab0199cb61d312c03439afa74fa3"
                              "649a04340f6ecf57af9c2a9c7dd65914fcf32304fd628624617c55545391c73e");
  enter.hints.registered = 8;
  enter.hints.signer = 4;
  out.push_back({"register", enter});
  out.push_back(
      {"unregister",
       transaction_row(Action::unregister_account,
                       "2dcaa9c9bc0edb290ab9f4e825366eba5b9256b6a952183542fa6394702616d9"
                       "d5c0a59e537f3c07c0bd1726cc4c5c71701b37d5c540b32312201bce9f5e3ea1")});
}

inline void add_perpetuals(std::vector<NamedRow>& out) {
  Row reduce = transaction_row(Action::place_reduce_only,
                               "8af6cd1868e0c745925c9e4ae2477ec7d0e5139d435f91e494930c342b3012cd"
                               "14f2aab2af490d04e85988a567fdb344fb7df5e172a1f899d9173d21e9b4d1d1");
  reduce.tx.market = 5;
  reduce.tx.side = 1;
  reduce.tx.type = static_cast<u8>(OrderType::ioc);
  reduce.tx.price_ticks = 60'000;
  reduce.tx.lots = 12;
  out.push_back({"place_reduce_only", reduce});

  Row margin = transaction_row(Action::margin,
                               "d155613c3d195cdd8aea6b0a5c51ef58a3c699729833aaf2c03bdafc59e57f99"
                               "0d60fd7db7cbdcb6b53fe43ff9be34aa1de3ad980e92c6e3e92fb5562357d10a");
  margin.tx.kind = 1;
  margin.tx.amount = 250'000;
  out.push_back({"margin", margin});

  Row report = transaction_row(Action::report_price,
                               "fde106c9e719848fa3737c0699a7137027d1559e9342cf296c9cf3b4f21e103b"
                               "06b234ff4d4b74598ce9f27973efdc0b187758016bcf623c2e66ccf15c567965");
  report.tx.by_agent = true;
  report.tx.signer = 5;
  report.tx.market = 5;
  report.tx.time_ms = kNow - 77;
  report.tx.price_ticks = 60'123;
  out.push_back({"report_price_by_agent", report});

  Row liquidate =
      transaction_row(Action::liquidate,
                      "c20dbbeff858779fff358370e0aceca59b27c03a17bd69c81d8dd0778f92aaef"
                      "0e226628cefc58b9a6c82392d5e0582b778ca7f2fb39010a98f133195a52941a");
  liquidate.tx.target = 9;
  liquidate.tx.market = 5;
  out.push_back({"liquidate", liquidate});
}

// A transaction of every action; the i-th has nonce kNow + i.
inline std::vector<NamedRow> transaction_rows() {
  std::vector<NamedRow> out;
  add_orders(out);
  add_order_changes(out);
  add_money(out);
  add_keys(out);
  add_perpetuals(out);
  for (std::size_t i = 0; i < out.size(); ++i) out[i].row.tx.nonce = kNow + i;
  return out;
}

// A page's rows: a block opens, one row of every kind, it closes.
inline std::vector<NamedRow> page_rows() {
  std::vector<NamedRow> out;
  Row open;
  open.kind = RowKind::open_block;
  open.dt_ms = 100;
  out.push_back({"open_block", open});
  for (const NamedRow& row : transaction_rows()) out.push_back(row);
  Row message;
  message.kind = RowKind::message;
  out.push_back({"message", message});
  Row reclaim;
  reclaim.kind = RowKind::reclaim;
  reclaim.nonces = 1'000;
  out.push_back({"reclaim", reclaim});
  Row close;
  close.kind = RowKind::close_block;
  out.push_back({"close_block", close});
  return out;
}

struct NamedMessage {
  std::string name;
  Message message;
};

template <class Add>
void add_perpetual_messages(Add& add) {
  Message& leave = add("forced_margin_withdraw", MessageKind::forced_margin_withdraw);
  leave.account = 7;
  leave.amount = 31;
  Message& perpetual = add("create_perpetual", MessageKind::create_perpetual);
  perpetual.quote = 2;
  perpetual.quote_per_tick_lot = 100;
  perpetual.maker_fee_ppm = 150;
  perpetual.taker_fee_ppm = 450;
  perpetual.min_lots = 1;
  perpetual.max_lots = 100'000;
  perpetual.impact_lots = 20;
  perpetual.max_position_lots = 1'000'000;
  perpetual.max_price_ticks = 10'000'000;
  perpetual.oracle_max_age_ms = 30'000;
  perpetual.band_ppm = 20'000;
  perpetual.liquidation_fee_ppm = 5'000;
  perpetual.tier_count = 2;
  perpetual.tiers[0] = {1'000'000'000, 20'000};
  perpetual.tiers[1] = {~u64{0}, 50'000};
  perpetual.symbol = kSymbol;
  Message& oracles = add("set_oracle_set", MessageKind::set_oracle_set);
  oracles.oracle_quorum = 2;
  oracles.oracle_count = 3;
  oracles.oracles = {4, 7, 9};
}

inline std::vector<NamedMessage> messages() {
  Message all;
  all.sender = kOwner;
  all.l1_block = 19'000'000;
  all.l1_time_ms = 1'700'000'000'000;
  std::vector<NamedMessage> out;
  const auto add = [&](const char* name, MessageKind kind) -> Message& {
    Message m = all;
    m.kind = static_cast<u8>(kind);
    m.index = out.size() + 1;
    out.push_back({name, m});
    return out.back().message;
  };
  Message& asset = add("register_asset", MessageKind::register_asset);
  asset.asset = 1;
  asset.token = address(0x60);
  asset.l1_decimals = 18;
  asset.decimals = 8;
  asset.symbol = exchange::Symbol{'E', 'T', 'H'};
  Message& deposit = add("deposit", MessageKind::deposit);
  deposit.asset = 1;
  deposit.amount = 250'000'000;
  deposit.recipient = kOwner;
  deposit.account = 7;
  Message& withdraw = add("forced_withdraw", MessageKind::forced_withdraw);
  withdraw.account = 7;
  withdraw.asset = 1;
  withdraw.amount = ~u64{0};
  withdraw.recipient = kAgent;
  Message& cancel = add("forced_cancel_all", MessageKind::forced_cancel_all);
  cancel.account = 7;
  cancel.market = 3;
  Message& close = add("forced_close", MessageKind::forced_close);
  close.account = 7;
  close.market = 4;
  Message& market = add("create_market", MessageKind::create_market);
  market.market_kind = exchange::Market::kSpot;
  market.base = 1;
  market.quote = 2;
  market.base_per_lot = 1'000;
  market.quote_per_tick_lot = 10;
  market.maker_fee_ppm = 100;
  market.taker_fee_ppm = 350;
  market.min_lots = 5;
  market.max_lots = 1'000'000'000;
  market.symbol = kSymbol;
  Message& status = add("set_market_status", MessageKind::set_market_status);
  status.market = 3;
  status.status = exchange::Market::kCancelOnly;
  add("set_fee_account", MessageKind::set_fee_account).account = 7;
  add_perpetual_messages(add);
  return out;
}

inline Cursor cursor() {
  Cursor c;
  c.unit = 1'000;
  c.batch = 42;
  c.data_commitment = hash(0x01);
  c.data_len = 9;
  c.page = 3;
  c.offset = 517;
  c.block_number = 41'007;
  c.timestamp_ms = kNow;
  c.opening_timestamp_ms = kNow + 100;
  c.prev_hash = hash(0x02);
  c.tx_index = 12;
  c.tx_frontier = hash(0x03);
  c.diff_acc = hash(0x04);
  c.phase = Phase::forced;
  c.work = hash(0x05);
  c.state_root = hash(0x06);
  c.inbox_index = 77;
  c.inbox_root = hash(0x07);
  c.inbox_must = 78;
  c.l1_time_ms = 1'700'000'001'000;
  c.l1_block_hash = hash(0x08);
  c.config_hash = hash(0x09);
  c.status = Status::skip;
  c.block_frontier = hash(0x0a);
  return c;
}

inline Posted posted() {
  return {hash(0x11), 9, hash(0x12), 78, 1'700'000'001'000, hash(0x13), hash(0x14)};
}

inline Receipt receipt() {
  Receipt r;
  r.result = exchange::Reject::ok;
  r.action = static_cast<u8>(Action::place);
  r.account = 7;
  r.order_id = kOrderId;
  r.filled_lots = 3;
  r.resting_lots = 7;
  r.value = 1'500'000;
  r.events.push_back({Event::Kind::fill, 8, 50'000, exchange::make_order_id(75, 1), 2});
  r.events.push_back({Event::Kind::maker_cancelled, 9, 50'000, exchange::make_order_id(76, 2), 1});
  return r;
}

}  // namespace gavel::stf::samples
