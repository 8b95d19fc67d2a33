// CourtL1's contracts: what calls do and views answer.
#include "dispute/actor_world_test.hpp"

#include "tree/frontier.hpp"

namespace gavel::dispute {

namespace {

constexpr u32 kPageDepth = 18;

bool is_call(std::span<const u8> data, std::string_view signature) {
  const l1::Selector wanted = l1::selector(signature);
  return data.size() >= 4 && std::equal(wanted.begin(), wanted.end(), data.begin());
}

l1::Bytes number(u64 value) { return l1::AbiEncoder().uint(u128{value}).encode(); }

Hash32 word_of(u64 value) { return base::to_bytes32(base::U256::from_u64(value)); }

}  // namespace

// Transactions of a stranger whose data is the number of a deed.
void CourtL1::happen(Deed deed) {
  deeds_.push_back(std::move(deed));
  l1::TransactionBody body;
  body.chain_id = 31'337;
  body.nonce = nonce(key_.address(), l1::BlockTag::kPending).value();
  body.max_fee_wei = u128{kEther};
  body.gas_limit = 21'000;
  body.to = address(99);
  body.data = l1::AbiEncoder().uint(u128{deeds_.size() - 1}).encode();
  GAVEL_CHECK(FakeL1::send_raw_transaction(key_.sign(body)->raw).ok());
  clock_.advance_ms(1'000);
  mine();
}

void CourtL1::read_chain() {
  if (!chain_) {
    chain_ = std::make_unique<settle::Verifier>(*this, settle::VerifierOptions{.threads = 1});
    GAVEL_CHECK(chain_->start(registry()).ok());
  }
  for (u32 i = 0; i < 100 && chain_->step() == settle::VerifyState::behind; ++i) {
  }
}

void CourtL1::fix_batch() {
  happen([this](State& s, const l1::BlockHeader& header) {
    const Hash32 none = tree::kEmptySubtree[kPageDepth];
    l1::AbiEncoder data;
    data.word(stf::data_commitment(0, none, 0))
        .uint(u128{0})
        .word(stf::inbox_snapshot(0, tree::Frontier<32>().root()))
        .uint(u128{0})
        .uint(u128{header.timestamp_s * 1'000})
        .word(header.parent_hash)
        .word(stf::config_hash(words_))
        .word(Hash32{});
    return Logs{{.address = address(2),
                 .topics = {settle::topics().fixed, word_of(++s.batches)},
                 .data = data.encode()}};
  });
  read_chain();
}

Hash32 CourtL1::claim_id_of(u64 batch, const Hash32& end) const {
  return end == true_end(batch) ? chain().claim_of(batch) : claim_id({}, word_of(batch), end);
}

std::unique_ptr<Truth> CourtL1::truth(u64 batch) const {
  std::array<u8, stf::kCursorBytes> bytes{};
  stf::encode_cursor(chain().end_of(batch), bytes);
  std::vector<Hash32> words(stf::kCursorBytes / 32);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, words[i].bytes.begin());
  }
  return std::make_unique<EndingTruth>(shape(), ToyLie{}, true_end(batch), std::move(words));
}

std::optional<CourtL1::Logs> CourtL1::claim_in(State& s, u64 batch, const Address& who,
                                               const Hash32& end, std::span<const u8> words) {
  ModelRules rules{shape(), {}, kWindow, {}, stakes()};
  GameModel& model = s.games.try_emplace(batch, std::move(rules)).first->second;
  model.now = game_time(head().timestamp_s);
  if (!model.claim_batch(who, end)) return std::nullopt;
  const Claim c{claim_id_of(batch, end), chain().claim_of(batch - 1), end, batch, who};
  s.claims.push_back(c);
  l1::AbiEncoder data;
  data.address(who).word(Hash32{}).word(end);
  l1::Bytes bytes = data.encode();
  bytes.insert(bytes.end(), words.begin(), words.end());
  bytes.resize((3 + 32) * 32);
  return Logs{{.address = registry(),
               .topics = {settle::topics().claimed, c.id, c.parent, word_of(batch)},
               .data = std::move(bytes)}};
}

void CourtL1::claim(u64 batch, const Address& who, const Hash32& end) {
  happen([=, this](State& s, const l1::BlockHeader&) {
    return claim_in(s, batch, who, end, {}).value_or(Logs{});
  });
}

void CourtL1::confirm(u64 batch, const Hash32& end) {
  happen([=, this](State& s, const l1::BlockHeader& header) {
    return confirm_in(s, claim_id_of(batch, end), header.timestamp_s).value_or(Logs{});
  });
}

bool CourtL1::has_line(const State& s, const Address& who) {
  return std::ranges::any_of(
      s.claims, [&](const Claim& c) { return c.who == who && !s.confirmed_at.contains(c.id); });
}

CourtL1::Logs CourtL1::created(u64 batch, const Hash32& parent) {
  l1::Log log = log_of(
      GameCreated{parent, game_address(batch), batch, {}, ToyCursor{}.words(), ToyBatch{}.image});
  log.address = address(10);
  return {std::move(log)};
}

void CourtL1::create_game(u64 batch) {
  happen([=, this](State& s, const l1::BlockHeader&) {
    Action create;
    create.move = Move::create_game;
    GAVEL_CHECK(s.games.at(batch).act(create, {}));
    return created(batch, chain().claim_of(batch - 1));
  });
}

CourtL1::Logs CourtL1::events_since(const GameModel& model, u64 batch, std::size_t first) const {
  Logs logs;
  for (std::size_t i = first; i < model.events().size(); ++i) {
    GameEvent event = model.events()[i];
    if (auto* won = std::get_if<GameResolved>(&event)) won->winner = claim_id_of(batch, won->end);
    logs.push_back(log_of(event));
    logs.back().address = game_address(batch);
  }
  return logs;
}

void CourtL1::play(u64 batch, const Address& who, ToyLie lie, std::set<Move> without) {
  happen([=, this](State& s, const l1::BlockHeader& header) {
    GameModel& model = s.games.at(batch);
    model.now = game_time(header.timestamp_s);
    const std::size_t before = model.events().size();
    const Hash32 end = lie.mark == 0 ? true_end(batch) : wrong_end(static_cast<u8>(lie.mark));
    EndingTruth truth(shape(), lie, end);
    if (!model.created() || model.resolved()) return Logs{};
    for (const Action& a : decide(model.contest(), truth, who, {}).actions) {
      if (!without.contains(a.move)) (void)model.act(a, who);
    }
    return events_since(model, batch, before);
  });
}

void CourtL1::contradict(u64 batch) {
  happen([=](State& s, const l1::BlockHeader&) {
    ClaimPosted e;
    e.dispute = s.games.at(batch).root();
    e.list.assign(shape().list_size(), Hash32{{1}});
    e.end = e.list.back();
    l1::Log log = log_of(e);
    log.address = game_address(batch);
    return Logs{std::move(log)};
  });
}

bool CourtL1::refuses(const std::optional<Address>& to) const {
  return !refusal.empty() && to && to->bytes[1] > 100;
}

void CourtL1::take_back(u32 depth) {
  reorg(depth, false);
  held_.clear();
  while (history_.size() > 1 && history_.back().block > head().number) history_.pop_back();
}

bool CourtL1::confirmed(u64 batch) const {
  return history_.back().confirmed_at.contains(chain().claim_of(batch));
}

l1::FakeL1::Execution CourtL1::execute(const Transaction& tx, const l1::BlockHeader& header) {
  State next = now();
  next.block = header.number;
  for (auto& [batch, model] : next.games) model.now = game_time(header.timestamp_s);
  held_.erase({tx.from, tx.body.nonce});
  if (tx.body.to == address(99)) {
    const u64 deed = l1::AbiDecoder(tx.body.data).uint64(0).value();
    Execution done{.logs = deeds_.at(deed)(next, header)};
    history_.push_back(std::move(next));
    return done;
  }
  const u128 value = u128::from_halves(tx.body.value_wei.limb[1], tx.body.value_wei.limb[0]);
  Execution done{.gas_used = 50'000};
  const u128 gas = header.base_fee_wei * u128{done.gas_used};
  State tried = next;
  tried.balances[tx.from] = balance_in(tried, tx.from) - value - gas;
  auto logs = call_of(tried, tx, header);
  done.success = logs.has_value();
  if (!done.success) ++failed_calls;
  if (done.success) done.logs = std::move(*logs);
  next.balances[tx.from] = balance_in(next, tx.from) - gas;
  history_.push_back(done.success ? std::move(tried) : std::move(next));
  return done;
}

std::optional<CourtL1::Logs> CourtL1::call_of(State& s, const Transaction& tx,
                                              const l1::BlockHeader& header) {
  const l1::Bytes& data = tx.body.data;
  if (refuses(tx.body.to)) return std::nullopt;
  if (data.size() < 4) return Logs{};
  const l1::AbiDecoder args(std::span<const u8>(data).subspan(4));
  const auto batch_on = [&](const Hash32& parent) {
    u64 batch = 1;
    while (chain().claim_of(batch - 1) != parent) ++batch;
    return batch;
  };
  if (is_call(data, "claim(bytes32,uint64,bytes32[7],bytes32[32],bytes32[32])")) {
    const u64 batch = args.uint64(1).value();
    const auto words = std::span<const u8>(data).last(stf::kCursorBytes);
    stf::Cursor end;
    if (!stf::decode_cursor(words.first<stf::kCursorBytes>(), end)) return std::nullopt;
    if (args.word(0).value() != chain().claim_of(batch - 1)) return std::nullopt;
    s.calls.push_back("claim_batch " + std::to_string(batch));
    if (!has_line(s, tx.from)) s.line_bonds[tx.from] = kLineBond;
    return claim_in(s, batch, tx.from, stf::cursor_hash(end), words);
  }
  if (is_call(data, "confirm(bytes32,bytes32,bytes32)")) {
    return confirm_in(s, args.word(0).value(), header.timestamp_s);
  }
  if (is_call(data, "withdrawBond()")) {
    s.calls.push_back("withdraw_bond");
    s.balances[tx.from] = balance_in(s, tx.from) + u128{std::exchange(s.line_bonds[tx.from], 0)};
    return Logs{};
  }
  for (auto& [batch, model] : s.games) {
    if (tx.body.to == game_address(batch)) return call_game(s, batch, tx.from, data);
  }
  if (tx.body.to != address(10)) return std::nullopt;
  const u64 batch = batch_on(args.word(0).value());
  if (is_call(data, "forfeit(bytes32,bytes32,uint64,bytes32,bytes32)")) {
    s.calls.push_back("forfeit " + std::to_string(batch));
    const Hash32 id = claim_id_of(batch, args.word(4).value());
    l1::Log log =
        LogWriter("Forfeited(bytes32,address,uint256)").topic(id).topic(tx.from).number(1).log();
    log.address = registry();
    return Logs{std::move(log)};
  }
  Action create;
  create.move = Move::create_game;
  if (!s.games.at(batch).act(create, tx.from)) return std::nullopt;
  s.calls.push_back("create_game " + std::to_string(batch));
  return created(batch, args.word(0).value());
}

std::optional<CourtL1::Logs> CourtL1::confirm_in(State& s, const Hash32& id, u64 at) {
  for (const Claim& c : s.claims) {
    if (c.id != id || s.confirmed_at.contains(id)) continue;
    GameModel& model = s.games.at(c.batch);
    const bool won = model.resolved() && model.resolved()->end == c.end;
    const bool stood = model.batch_claims().size() == 1 && model.unrivalled(c.end) >= kWindow;
    if (!won && !stood) return std::nullopt;
    s.confirmed_at[id] = at;
    model.confirmed = true;
    s.calls.push_back("confirm " + std::to_string(c.batch));
    return Logs{
        {.address = registry(), .topics = {settle::topics().confirmed, id, word_of(c.batch)}}};
  }
  return std::nullopt;
}

std::optional<CourtL1::Logs> CourtL1::call_game(State& s, u64 batch, const Address& who,
                                                const l1::Bytes& data) {
  GameModel& model = s.games.at(batch);
  for (const auto& [key, action] : known_) {
    const auto encoded = action.move == Move::settle && action.settle_root
                             ? std::optional(encode_settle_root(action.claim))
                             : encode_move(*model.view(), action);
    if (encoded != data) continue;
    const std::size_t before = model.events().size();
    const u64 paid = model.paid[who];
    if (action.move == Move::collect) {
      u64& had = s.collected[{batch, who}];
      s.balances[who] = balance_in(s, who) + u128{model.returned[who] - had};
      had = model.returned[who];
      s.calls.push_back("collect " + std::to_string(batch));
      l1::Log log = log_of(GameCollected{who});
      log.address = game_address(batch);
      return Logs{std::move(log)};
    }
    if (!model.act(action, who)) return std::nullopt;
    GAVEL_CHECK(action.bond_wei == u128{model.paid[who] - paid});
    s.calls.push_back(std::string(name_of(action.move)) + " " + std::to_string(batch));
    return events_since(model, batch, before);
  }
  return std::nullopt;
}

l1::Result<u128> CourtL1::balance(const Address& who, l1::BlockTag at) {
  GAVEL_TRY(FakeL1::balance(who, at));
  if (!tells_balances) return l1::make_error(l1::ErrorKind::kServer, "not today");
  return balance_in(history_.back(), who);
}

l1::Result<u64> CourtL1::estimate_gas(const l1::Call& call, l1::BlockTag at) {
  if (call.value_wei > balance_in(history_.back(), *call.from)) {
    return l1::make_error(l1::ErrorKind::kServer, "insufficient funds for transfer");
  }
  GAVEL_TRY(FakeL1::estimate_gas(call, at));
  if (refuses(call.to)) {
    l1::Error error = l1::make_error(l1::ErrorKind::kReverted);
    const l1::Selector selector = l1::selector(refusal);
    error.data.assign(selector.begin(), selector.end());
    error.data.resize(36);
    return error;
  }
  return 100'000;
}

// As nodes do: whatever the sender has in the mempool must be payable together.
l1::Result<Hash32> CourtL1::send_raw_transaction(std::span<const u8> raw) {
  const l1::DecodedTransaction tx = GAVEL_TRY(l1::decode_transaction(raw));
  const Address from = GAVEL_TRY(l1::sender_of(tx));
  const auto low = [](const u256& v) { return u128::from_halves(v.limb[1], v.limb[0]); };
  held_[{from, tx.nonce}] = low(tx.value_wei) + low(tx.max_fee_wei) * u128{tx.gas_limit};
  u128 sum{};
  for (const auto& [at, cost] : held_) {
    if (at.first == from) sum = sum + cost;
  }
  if (sum > balance_in(history_.back(), from)) {
    held_.erase({from, tx.nonce});
    return l1::make_error(l1::ErrorKind::kServer, "insufficient funds for gas * price + value");
  }
  return FakeL1::send_raw_transaction(raw);
}

l1::Result<l1::Bytes> CourtL1::view(const l1::Call& call) {
  static const std::map<std::string_view, u8> kContracts{
      {"batchInbox()", 2},       {"inbox()", 3},
      {"systemConfig()", 4},     {"portal()", 5},
      {"superchainConfig()", 6}, {"resolver()", 10},
      {"implementation()", 11},  {"stepVerifier()", 12},
      {"oracle()", 13}};
  for (const auto& [name, n] : kContracts) {
    if (is_call(call.data, name)) return l1::AbiEncoder().address(address(n)).encode();
  }
  if (call.data.size() < 4) return l1::Bytes{};
  const auto fixed = view_fixed(call.data);
  return fixed ? *fixed : view_state(call);
}

// What is fixed at deployment.
std::optional<l1::Bytes> CourtL1::view_fixed(const l1::Bytes& data) const {
  if (is_call(data, "deploymentBlock()")) return number(1);
  if (is_call(data, "window()")) return number(kWindow);
  if (is_call(data, "genesisId()")) {
    const stf::Cursor end =
        stf::genesis_cursor(settle::genesis_state_root(), stf::config_hash(words_));
    return l1::AbiEncoder().word(settle::genesis_claim_id(end)).encode();
  }
  if (is_call(data, "configuration(uint64)")) {
    l1::Bytes out = number(0);
    out.insert(out.end(), words_.begin(), words_.end());
    return out;
  }
  if (is_call(data, "stakes()")) {
    const Stakes t = stakes();
    l1::AbiEncoder out;
    out.uint(t.contest_bond).uint(t.claim_bond).uint(t.open_bond);
    for (u32 i = 3; i < 8; ++i) out.uint(u128{0});
    return out.uint(u128{t.settle_delay_s}).encode();
  }
  if (is_call(data, "lane(uint256)")) return l1::AbiEncoder().uint(u128{0}).uint(u128{0}).encode();
  if (is_call(data, "isLoaded(bytes32,uint256)")) return number(0);
  return std::nullopt;
}

l1::Bytes CourtL1::view_state(const l1::Call& call) {
  const l1::Bytes& data = call.data;
  const l1::AbiDecoder args(std::span<const u8>(data).subspan(4));
  State& s = now();
  if (is_call(data, "clock()")) return number(game_time(head().timestamp_s));
  if (is_call(data, "earnedTime(bytes32,bytes32,bytes32,bytes32)")) {
    for (const Claim& c : s.claims) {
      if (c.id != args.word(0).value()) continue;
      GameModel& model = s.games.at(c.batch);
      model.now = game_time(head().timestamp_s);
      return number(model.unrivalled(c.end));
    }
    return number(0);
  }
  if (is_call(data, "bondDue(address,bytes32,bytes32)")) {
    const Address who = args.address(0).value();
    return number(has_line(s, who) || s.line_bonds[who] != 0 ? 0 : kLineBond);
  }
  if (is_call(data, "stakeOf(address)")) {
    const Address who = args.address(0).value();
    const u64 lines = has_line(s, who) ? 1 : 0;
    return l1::AbiEncoder().uint(u128{s.line_bonds[who]}).uint(u128{lines}).encode();
  }
  if (is_call(data, "confirmedAt(bytes32,bytes32)")) {
    const auto at = s.confirmed_at.find(args.word(0).value());
    return number(at == s.confirmed_at.end() ? 0 : at->second);
  }
  if (is_call(data, "unpausedSince(uint64)")) {
    return number(head().timestamp_s - args.uint64(0).value());
  }
  if (is_call(data, "dueTo(address)")) {
    const Address who = args.address(0).value();
    for (auto& [batch, model] : s.games) {
      if (call.to != game_address(batch)) continue;
      const u64 due = model.returned[who] - s.collected[{batch, who}];
      return l1::AbiEncoder().uint(u128{due}).uint(u128{0}).encode();
    }
  }
  return {};
}

}  // namespace gavel::dispute
