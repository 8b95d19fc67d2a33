// A small exchange for tests: a hot state with assets, a market, funded accounts with keys, and
// blocks made through a BlockBuilder.
#pragma once

#include <memory>
#include <random>

#include "crypto/secp256k1_host.hpp"
#include "sequencer/block_builder.hpp"
#include "stf/cursor.hpp"
#include "stf/message.hpp"

namespace gavel::sequencer {

struct TestKey {
  crypto::KeyPair pair;
};

inline stf::Config test_config() {
  stf::Config config;
  config.chain_id = 4242;
  config.verifying_contract.bytes.fill(0x11);
  config.capacity = state::HotCapacity::small().objects;
  return config;
}

// Puts the genesis objects in.
inline void load_genesis(state::HotState& state) {
  std::array<u8, stf::kLongestObjectBytes> bytes;
  const u32 size = stf::encode_object(exchange::Global{}, bytes);
  GAVEL_CHECK(
      state.load_object(exchange::Table::global, 1, std::span<const u8>(bytes).first(size)));
  GAVEL_CHECK(state.rebuild_indexes());
}

class TestWorld {
 public:
  static constexpr u64 kStartMs = 1'700'000'000'000;

  explicit TestWorld(u32 accounts, BatchLimits limits = {}, state::WriteLog* log = nullptr)
      : rules(stf::make_rules(test_config())),
        state(std::make_unique<state::HotState>(state::HotCapacity::small(), log)) {
    load_genesis(*state);
    builder = std::make_unique<BlockBuilder>(*state, rules, limits, ChainHead{});
    for (u32 i = 0; i < accounts; ++i) keys.push_back(crypto::derive_keypair(Hash32{}, i));
  }

  // Lists two assets and a market and gives every account both assets; one block.
  void found(u64 amount = 1'000'000'000'000) {
    open();
    for (u32 i = 1; i <= 2; ++i) {
      stf::Message m = message(stf::MessageKind::register_asset);
      m.asset = i;
      m.token.bytes.fill(static_cast<u8>(i));
      m.l1_decimals = 18;
      m.decimals = 8;
      m.symbol[0] = static_cast<u8>('A' + i);
      execute(m);
    }
    stf::Message m = message(stf::MessageKind::create_market);
    m.market_kind = exchange::Market::kSpot;
    m.base = 1;
    m.quote = 2;
    m.base_per_lot = 10;
    m.quote_per_tick_lot = 1;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 450;
    m.min_lots = 1;
    m.max_lots = 1'000'000;
    execute(m);
    for (u32 i = 0; i < keys.size(); ++i) {
      for (u32 asset = 1; asset <= 2; ++asset) {
        stf::Message d = message(stf::MessageKind::deposit);
        d.asset = asset;
        d.amount = amount;
        d.recipient = keys[i].address;
        d.account = asset == 1 ? 0 : i + 1;
        execute(d);
      }
    }
    close();
  }

  stf::Message perpetual_market() {
    stf::Message m = message(stf::MessageKind::create_perpetual);
    m.quote = 2;
    m.quote_per_tick_lot = 1;
    m.maker_fee_ppm = 100;
    m.taker_fee_ppm = 450;
    m.min_lots = 1;
    m.max_lots = 2'000;
    m.impact_lots = 20;
    m.max_position_lots = 20'000;
    m.max_price_ticks = 1'000'000;
    m.oracle_max_age_ms = 60'000;
    m.band_ppm = 40'000;
    m.liquidation_fee_ppm = 10'000;
    m.tier_count = 1;
    m.tiers[0] = {~u64{0}, 90'000};
    return m;
  }
  // A perpetual market (index 2) beside the spot one, accounts 1 to 3 as its oracles, a price, and
  // collateral for every account; one block.
  void found_perpetual() {
    open();
    execute(perpetual_market());
    stf::Message o = message(stf::MessageKind::set_oracle_set);
    o.oracle_quorum = 2;
    o.oracle_count = 3;
    o.oracles = {1, 2, 3};
    execute(o);
    perpetual = state->peek_global().tables[static_cast<u8>(exchange::Table::market)].next - 1;
    for (u32 oracle = 1; oracle <= 2; ++oracle) run(report(oracle, 1'000));
    for (u32 account = 1; account <= keys.size(); ++account) {
      stf::Transaction tx = transaction(account, stf::Action::margin);
      tx.amount = 2'000'000 / account;
      run(tx);
    }
    close();
  }
  stf::Transaction report(u32 oracle, u32 price_ticks) {
    stf::Transaction tx = transaction(oracle, stf::Action::report_price);
    tx.market = perpetual;
    tx.time_ms = now_ms + nonces % 2'000;
    tx.price_ticks = price_ticks;
    return tx;
  }

  stf::Message message(stf::MessageKind kind) {
    stf::Message m;
    m.kind = static_cast<u8>(kind);
    m.index = messages.size() + 1;
    return m;
  }
  void execute(const stf::Message& m) {
    std::vector<u8> bytes(stf::kMaxMessageBytes);
    bytes.resize(stf::encode_message(m, bytes));
    messages.push_back(bytes);
    builder->execute_message(bytes);
  }

  // A transaction of account i (1-based), signed by its owner, with the next nonce.
  stf::Transaction transaction(u32 account, stf::Action action) {
    stf::Transaction tx;
    tx.action = action;
    tx.account = account;
    tx.nonce = now_ms + ++nonces;
    return tx;
  }
  Submission sign(stf::Transaction tx, const crypto::KeyPair& key) const {
    Submission s;
    s.tx_id = stf::transaction_digest(tx, rules.domain);
    tx.signature = crypto::sign(s.tx_id, key.secret).bytes;
    s.tx = tx;
    s.signed_by = key.address;
    return s;
  }
  Refusal run(const stf::Transaction& tx) {
    return builder->execute(sign(tx, keys[(tx.account - 1) % keys.size()]));
  }

  void open() {
    now_ms += 100;
    builder->open(now_ms, block);
  }
  void close(bool end_batch = false) {
    builder->close(end_batch);
    const u32 at = static_cast<u32>(pages.bytes.size());
    for (const u32 start : block.data.starts) pages.starts.push_back(at + start);
    pages.bytes.insert(pages.bytes.end(), block.data.bytes.begin(), block.data.bytes.end());
    units += block.units;
    blocks.push_back(block);
  }

  // A random request in the perpetual market: prices wander, positions grow and are liquidated.
  stf::Transaction random_perpetual(std::mt19937_64& random) {
    const auto pick = [&](u64 n) { return random() % n; };
    const u32 account = static_cast<u32>(1 + pick(keys.size()));
    const u64 kind = pick(12);
    if (kind < 2) {
      if (pick(10) == 0) price = static_cast<u32>(800 + pick(400));
      price += static_cast<u32>(pick(9)) - 4;
      return report(static_cast<u32>(1 + pick(4)), price);
    }
    stf::Transaction tx = transaction(account, stf::Action::place);
    tx.market = perpetual;
    if (kind == 2) {
      tx.action = stf::Action::margin;
      tx.kind = static_cast<u8>(pick(4));
      tx.amount = pick(20'000);
    } else if (kind == 3) {
      tx.action = stf::Action::liquidate;
      tx.target = static_cast<u32>(1 + pick(keys.size()));
    } else {
      if (kind == 4) tx.action = stf::Action::place_reduce_only;
      tx.side = static_cast<u8>(pick(2));
      tx.type = static_cast<u8>(pick(3) == 0 ? pick(4) : 0);
      tx.stp = static_cast<u8>(pick(3));
      tx.price_ticks = price - 20 + static_cast<u32>(pick(41));
      tx.lots = 1 + pick(pick(10) == 0 ? 1'000 : 50);
    }
    return tx;
  }

  // A random plausible or foolish trading request.
  stf::Transaction random_transaction(std::mt19937_64& random) {
    const auto pick = [&](u64 n) { return random() % n; };
    if (perpetual != 0 && pick(3) == 0) return random_perpetual(random);
    const u32 account = static_cast<u32>(1 + pick(keys.size()));
    const u64 kind = pick(20);
    stf::Transaction tx = transaction(account, stf::Action::place);
    tx.market = pick(50) == 0 ? 7 : 1;
    tx.side = static_cast<u8>(pick(2));
    tx.type = static_cast<u8>(pick(4));
    tx.stp = static_cast<u8>(pick(3));
    tx.price_ticks = static_cast<u32>(1'000 + pick(40) + (tx.side == 0 ? 0 : 10));
    tx.lots = 1 + pick(pick(10) == 0 ? 2'000 : 50);
    if (pick(3) == 0) {
      tx.has_client_id = true;
      tx.client_id[15] = static_cast<u8>(pick(40));
    }
    if (kind < 11) return tx;
    const u32 slot = static_cast<u32>(1 + pick(state->peek_global().tables[6].next));
    const u64 id = exchange::make_order_id(slot, state->peek_order(slot).generation());
    stf::Transaction other = transaction(account, stf::Action::cancel);
    if (kind < 16 && state->peek_order(slot).account != 0 && pick(8) != 0) {
      other.account = state->peek_order(slot).account;
    }
    if (kind < 14) {
      other.order_id = id;
    } else if (kind < 16) {
      other.action = stf::Action::modify;
      other.price_ticks = tx.price_ticks;
      other.lots = tx.lots;
      other.order_id = id;
      if (pick(2) == 0) {
        other.order_id = 0;
        other.has_client_id = true;
        other.client_id[15] = static_cast<u8>(pick(40));
      }
    } else if (kind == 16) {
      other.action = stf::Action::cancel_client_id;
      other.has_client_id = true;
      other.client_id[15] = static_cast<u8>(pick(40));
    } else if (kind == 17) {
      other.action = pick(4) == 0 ? stf::Action::cancel_all : stf::Action::sweep_fees;
      other.market = static_cast<u32>(pick(3));
    } else {
      return random_account_action(random, other);
    }
    return other;
  }

  stf::Transaction random_account_action(std::mt19937_64& random, stf::Transaction tx) {
    const auto pick = [&](u64 n) { return random() % n; };
    static constexpr stf::Action kActions[] = {
        stf::Action::transfer,      stf::Action::withdraw,         stf::Action::approve_agent,
        stf::Action::revoke_agent,  stf::Action::register_account, stf::Action::unregister_account,
        stf::Action::approve_agent, stf::Action::register_account};
    tx.action = kActions[pick(std::size(kActions))];
    const bool money = tx.action == stf::Action::transfer || tx.action == stf::Action::withdraw;
    const bool agent =
        tx.action == stf::Action::approve_agent || tx.action == stf::Action::revoke_agent;
    if (money) {
      tx.asset = static_cast<u32>(pick(4));
      tx.amount = pick(5) == 0 ? 0 : pick(1'000'000);
    }
    if (tx.action == stf::Action::transfer) tx.to_account = static_cast<u32>(pick(keys.size() + 3));
    if (tx.action == stf::Action::withdraw || agent) {
      tx.address.bytes[19] = static_cast<u8>(pick(12));
      if (pick(8) == 0) tx.address = keys[pick(keys.size())].address;
    }
    if (tx.action == stf::Action::approve_agent) tx.role = static_cast<u8>(pick(10) == 0 ? 2 : 1);
    return tx;
  }

  stf::Rules rules;
  std::unique_ptr<state::HotState> state;
  std::unique_ptr<BlockBuilder> builder;
  std::vector<crypto::KeyPair> keys;
  std::vector<std::vector<u8>> messages;
  da::PageStream pages;  // of the batch so far
  std::vector<SealedBlock> blocks;
  SealedBlock block;
  u32 perpetual = 0;  // a market, once founded
  u32 price = 1'000;
  u64 now_ms = kStartMs;
  u64 nonces = 0;
  u64 units = 0;
};

// Every object of a state with its place.
inline std::vector<std::pair<u64, std::vector<u8>>> all_objects(const state::HotState& state) {
  std::vector<std::pair<u64, std::vector<u8>>> out;
  std::array<u8, stf::kLongestObjectBytes> bytes;
  for (u8 t = 0; t < exchange::kTableCount; ++t) {
    const u32 next = t == 0 ? 2 : state.peek_global().tables[t].next;
    for (u32 i = 1; i < next; ++i) {
      const u32 size = state.encode(static_cast<exchange::Table>(t), i, bytes);
      out.push_back({u64{t} << 32 | i, {bytes.begin(), bytes.begin() + size}});
    }
  }
  return out;
}

}  // namespace gavel::sequencer
