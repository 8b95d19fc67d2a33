// Model: the exchange's state transition once more, naively, from docs/protocol alone.
//
// What: transactions, inbox messages and reclaims over maps, the receipts they give, the objects'
// canonical encodings and the state root. It searches where the product proves, copies where the
// product undoes, and hashes everything anew where the product keeps a tree.
// Why: whatever the product's rules do has a second answer that shares no line with them, so a
// misreading has to be made twice, alike, to stay unseen.
// Invariant: written from the protocol's text; total. Signatures are taken as valid.
#pragma once

#include <optional>
#include <string>

#include "model/records.hpp"

namespace gavel::model {

// The names of transactions.md.
enum class Code : u8 {
  ok = 0,
  expired = 1,
  unknown_market = 2,
  market_not_active = 3,
  bad_parameter = 4,
  bad_price = 5,
  bad_size = 6,
  notional_overflow = 7,
  client_id_in_use = 8,
  too_many_orders = 9,
  book_full = 10,
  insufficient_balance = 11,
  would_cross = 12,
  unknown_order = 13,
  unknown_client_id = 14,
  unknown_asset = 15,
  unknown_account = 16,
  self_transfer = 17,
  balance_list_full = 18,
  bad_amount = 19,
  bad_address = 20,
  address_in_use = 21,
  unknown_agent = 22,
  already_registered = 23,
  not_registered = 24,
  signer_table_full = 25,
  account_table_full = 26,
  outbox_full = 27,
  not_owner = 28,
  no_position = 29,
  malformed_message = 30,
  table_full = 31,
  not_allowed = 32,
  oracle_stale = 33,
  price_out_of_band = 34,
  not_oracle = 35,
  stale_report = 36,
  would_increase = 37,
  too_many_positions = 38,
  position_limit = 39,
  insufficient_margin = 40,
  not_liquidatable = 41,
};
inline constexpr u8 kCodes = 42;

enum class Do : u8 {
  place = 1,
  cancel = 2,
  cancel_client_id = 3,
  cancel_all = 4,
  modify = 5,
  transfer = 6,
  withdraw = 7,
  approve_agent = 8,
  revoke_agent = 9,
  enrol = 10,
  unenrol = 11,
  sweep_fees = 12,
  place_reduce_only = 13,
  margin = 14,
  report_price = 15,
  liquidate = 16,
};

struct Request {
  Do action{};
  bool by_agent = false;
  u32 account = 0;
  u32 signer = 0;
  u64 nonce = 0, expiry_ms = 0;
  u32 market = 0;
  u8 side = 0, type = 0, stp = 0;
  u32 price = 0;
  u64 lots = 0;
  bool has_client_id = false;
  Text16 client_id{};
  u64 order_id = 0;
  u32 to = 0;  // transfer's receiver, liquidate's target
  u32 asset = 0;
  u64 amount = 0;
  Address address;
  u8 kind = 0;      // role, or margin's kind
  u64 time_ms = 0;  // the agent's expiry, or the report's time
};

// Nothing if the bytes are not exactly one transaction.
std::optional<Request> read_request(const Bytes& bytes);
// Its canonical bytes, with a signature of zeros. read_request(write_request(r)) is r for fields
// within their bounds.
Bytes write_request(const Request& r);

struct Event {
  u8 kind = 0;
  u64 order_id = 0;
  u32 account = 0;
  u32 price = 0;
  u64 lots = 0;
};

struct Receipt {
  Code result{};
  u8 action = 0;
  u32 account = 0;
  u64 order_id = 0, filled = 0, resting = 0, value = 0;
  std::vector<Event> events = {};

  Bytes bytes() const;
};

// By (table, index).
using Objects = std::map<std::pair<u8, u32>, Bytes>;

class Model {
 public:
  explicit Model(const Config& config);

  // The receipt, or nothing if the transaction is malformed (steps 2 and 3 of "What a judge
  // checks").
  Bytes transaction(const Bytes& canonical, u64 block_number, u64 now_ms);
  Bytes message(const Bytes& canonical, u64 block_number, u64 now_ms);
  // Whether the window was freed.
  bool reclaim(u32 slot, u64 now_ms);

  Objects objects() const;
  Hash32 state_root() const;
  // What does not hold of "Invariants" (state.md) and "What is conserved" (perpetuals.md); empty if
  // all does. `now_ms`: of the newest block.
  std::string check_invariants() const;

  // For drivers that aim.
  const std::map<u32, Account>& accounts() const { return accounts_; }
  const std::map<u32, Market>& markets() const { return markets_; }
  const std::map<u32, Order>& orders() const { return orders_; }
  const std::map<u32, Signer>& signers() const { return signers_; }
  const std::map<u32, Nonces>& nonces() const { return nonces_; }
  const Global& global() const { return global_; }
  u64 order_id(u32 slot) const { return generation_.at(slot) << 28 | slot; }
  // How often each remarkable thing has happened.
  const std::map<std::string, u64>& effects() const { return effects_; }

 private:
  struct Health {
    Wide equity = 0, initial = 0, maintenance = 0, of_positions = 0;
  };
  // An order that asks for fills.
  struct Taker {
    u32 account = 0, market = 0;
    u8 side = 0;
    u32 price = 0;
    u64 lots = 0;
    u8 type = 0, stp = 0;
    bool has_client_id = false;
    Text16 client_id{};
    bool reduce_only = false;
    bool takes_fee = true;
  };

  // model.cpp
  bool nonce_passes(const Request& r);
  Receipt perform(const Request& r);

  // accounts.cpp
  Receipt transfer(const Request& r);
  Receipt withdraw(u32 account, u32 asset, u64 amount, const Address& recipient);
  Receipt approve_agent(const Request& r);
  Receipt revoke_agent(const Request& r);
  Receipt enrol(const Request& r);
  Receipt unenrol(const Request& r);
  Receipt sweep_fees(u32 market);
  u64 available(u32 account, u32 asset) const;
  bool may_hold(u32 account, u32 asset, u32 most) const;
  void credit(u32 account, u32 asset, u64 amount);
  void debit(u32 account, u32 asset, u64 amount);
  u32 registered_with(const Address& address) const;
  u32 live_signer(const Address& key) const;

  // orders.cpp
  Receipt place(const Request& r);
  Receipt cancel(const Request& r);
  Receipt cancel_all(u32 account, u32 market);
  Receipt modify(const Request& r);
  Code check_place(Taker& t, bool as_modify, bool level_free) const;
  Code check_spot(const Taker& t, bool as_modify, bool level_free) const;
  Code check_margin(const Taker& t) const;
  Code check_perpetual(Taker& t, bool as_modify, bool level_free) const;
  Receipt run(Taker t);
  u32 rest(const Taker& t);
  u32 named_order(const Request& r) const;
  u32 find_order(u32 account, u64 order_id) const;
  std::vector<u32> account_orders(u32 account) const;
  void remove_order(u32 slot);
  void reduce_order(u32 slot, u64 lots);
  void release(const Order& order, u64 lots);

  // matching.cpp
  void match(Taker& t, Receipt& out);
  bool crosses(const Taker& t) const;
  bool maker_may_fill(const Order& maker) const;
  void fill_spot(const Taker& t, const Order& maker, u64 lots);
  void fill_perpetual(const Taker& t, const Order& maker, u64 lots);
  void fill_one(u32 account, u32 market, u8 side, u32 price, u64 lots, u32 fee_ppm);

  // margin.cpp
  Receipt margin(u32 account, u8 kind, u64 amount, bool checks_kind);
  Receipt liquidate(u32 keeper, u32 target, u32 market);
  Receipt forced_close(u32 account, u32 market);
  u64 all_that_may_leave(u32 account) const;
  Health health(u32 account) const;
  Health health(const Account& account) const;
  void cover_deficit(Account& target, Market& m, u8 winners, i64 before, Receipt& out);

  // oracle.cpp
  Receipt report_price(const Request& r);
  bool is_stale(const Market& m) const;
  void accrue(Market& m) const;
  void settle(Market& m, Account& account, Position& p);
  void set_mark(Market& m) const;

  // messages.cpp
  Receipt deposit(u32 asset, u64 amount, const Address& recipient, u32 account);
  Receipt set_market_status(u32 market, u8 status);
  Receipt register_asset(Unpacker& in);
  Receipt create_market(Unpacker& in);
  Receipt create_perpetual(Unpacker& in);
  Receipt set_oracle_set(Unpacker& in);
  Receipt forced(u8 kind, u32 account, Unpacker& in);

  void add_books(Objects& out) const;
  void add_order(Objects& out, u32 slot, const Level& level) const;
  void note(const char* effect) const { ++effects_[effect]; }
  std::string check_lists() const;
  std::string check_sums() const;
  std::string check_perpetuals() const;

  Config config_;
  u64 block_number_ = 0;
  u64 now_ = 0;
  Global global_;
  Slots account_slots_, signer_slots_, nonces_slots_, market_slots_, level_slots_, order_slots_,
      outbox_slots_, asset_slots_;
  std::map<u32, Account> accounts_;
  std::map<u32, Signer> signers_;
  std::map<u32, Nonces> nonces_;
  std::map<u32, Market> markets_;
  std::map<u32, Order> orders_;
  std::map<u32, u64> generation_;  // of every ORDER slot ever used
  std::map<u32, Outbox> outbox_;
  std::map<u32, Asset> assets_;
  mutable std::map<std::string, u64> effects_;
};

// Arithmetic of perpetuals.md.
Wide round_down(Wide a, Wide b);
Wide round_up(Wide a, Wide b);
Wide initial_margin(const Market& m, Wide value);
Wide slip(const Market& m, Wide lots);
// The most lots that an entry's open orders could make of it, either way.
Wide exposure(const Position& p);
// How far a market's paid indexes may go either way.
Wide index_limit(const Market& m);

}  // namespace gavel::model
