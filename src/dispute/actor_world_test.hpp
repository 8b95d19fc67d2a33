// CourtL1: a fake L1 with Gavel's contracts as a model, on which an Actor runs; and parties of a
// contest that are no actor.
//
// What: empty batches are fixed and claimed; a contest is a GameModel about a toy batch whose end
// is the real one; calls of an actor are executed on it and logged as the contracts log them;
// bonds, gas and balances are counted. Why: everything that an actor does on L1, in milliseconds,
// with reorganisations, money and fees at will. Invariant: a reorganisation takes the contracts'
// state back with the blocks; a node refuses a transaction that its sender cannot pay.
#pragma once

#include <deque>

#include "dispute/game_calls.hpp"
#include "dispute/game_logs_test.hpp"
#include "dispute/game_model_test.hpp"
#include "io/clock.hpp"
#include "l1/fake_l1.hpp"
#include "settle/verifier.hpp"
#include "stf/samples_test.hpp"
#include "tree/merkle.hpp"

namespace gavel::dispute {

constexpr u64 kEther = 1'000'000'000'000'000'000;
constexpr u64 kMilliether = kEther / 1'000;

// A toy whose batch ends with another hash than the toy's own.
class EndingTruth final : public Truth {
 public:
  EndingTruth(const GameShape& shape, ToyLie lie, const Hash32& end, std::vector<Hash32> words = {})
      : toy_(shape, {}, lie),
        run_level_(shape.run_level),
        toy_end_(toy_.cursor(ToyBatch{}.units)),
        end_(end),
        words_(std::move(words)) {}
  TruthResult<Hash32> end() override { return end_; }
  TruthResult<std::vector<Hash32>> end_words() override { return words_; }
  TruthResult<TrueList> list(const Place& place) override {
    TrueList out = toy_.list(place).value();
    if (place.level < run_level_) std::ranges::replace(out.values, toy_end_, end_);
    if (out.end == toy_end_) out.end = end_;
    return out;
  }
  TruthResult<TrueStep> step(const Place& place) override { return toy_.step(place); }

 private:
  ToyTruth toy_;
  u32 run_level_;
  Hash32 toy_end_;
  Hash32 end_;
  std::vector<Hash32> words_;
};

class CourtL1 final : public l1::FakeL1 {
 public:
  static constexpr u64 kWindow = 1'000;
  static constexpr u64 kSettleDelay = 30;
  static constexpr u64 kLineBond = kEther;

  explicit CourtL1(io::FakeClock& clock) : clock_(clock), config_(stf::samples::config()) {
    for (u32 t = 0; t < exchange::kTableCount; ++t) {
      config_.capacity[t] = std::min(config_.capacity[t], state::HotCapacity::small().objects[t]);
    }
    stf::encode_config(config_, words_);
    history_.push_back({});
    on_time([this] { return clock_.now_ms() / 1'000; });
    on_call([this](const l1::Call& call) -> l1::Result<l1::Bytes> { return view(call); });
    on_execute([this](const Transaction& tx, const l1::BlockHeader& header) {
      return execute(tx, header);
    });
    mine();
  }

  static Address address(u8 n) { return Address{{0xcc, n}}; }
  static Address registry() { return address(1); }
  static Address game_address(u64 batch) { return address(static_cast<u8>(100 + batch)); }
  static GameShape shape() { return toy_shape({}, 6, 2, 3); }
  static Stakes stakes() {
    return {500 * kMilliether, 20 * kMilliether, 10 * kMilliether, kSettleDelay};
  }

  // What happens on L1 by others. Each is a block.
  void fix_batch();
  void claim(u64 batch, const Address& who, const Hash32& end);
  void confirm(u64 batch, const Hash32& end);
  void create_game(u64 batch);
  // All that this party would do now, but for these moves.
  void play(u64 batch, const Address& who, ToyLie lie, std::set<Move> without = {});
  // A list in the log that has not the root it is said to have.
  void contradict(u64 batch);
  void take_back(u32 depth);
  void give(const Address& who, u128 wei) { now().balances[who] = wei; }
  // Of calls by actors, which moves they may be.
  void remember(const Action& action) { known_.emplace(action.key(), action); }

  Hash32 true_end(u64 batch) const { return stf::cursor_hash(chain().end_of(batch)); }
  static Hash32 wrong_end(u8 n) { return Hash32{{0xbb, n}}; }
  std::unique_ptr<Truth> truth(u64 batch) const;
  const settle::Verifier& chain() const { return *chain_; }
  const GameModel& model(u64 batch) const { return history_.back().games.at(batch); }
  bool confirmed(u64 batch) const;
  // Successful calls of actors, in order: "claim 2".
  const std::vector<std::string>& calls() const { return history_.back().calls; }
  u64 made(const std::string& call) const { return std::ranges::count(calls(), call); }
  u64 failed_calls = 0;
  bool tells_balances = true;
  std::string refusal;  // the error with which games refuse every call; none: they do not

  l1::Result<u128> balance(const Address& who, l1::BlockTag at) override;
  l1::Result<l1::Bytes> code(const Address& who, l1::BlockId) override {
    return who == registry() ? l1::Bytes{1} : l1::Bytes{};
  }
  l1::Result<u64> estimate_gas(const l1::Call& call, l1::BlockTag at) override;
  l1::Result<Hash32> send_raw_transaction(std::span<const u8> raw) override;

 private:
  struct Claim {
    Hash32 id, parent, end;
    u64 batch = 0;
    Address who;
  };
  struct State {
    u64 block = 0;
    u64 batches = 0;
    std::vector<Claim> claims;
    std::map<u64, GameModel> games;  // by batch
    std::map<Hash32, u64> confirmed_at;
    std::map<Address, u128> balances;
    std::map<Address, u64> line_bonds;
    std::map<std::pair<u64, Address>, u64> collected;
    std::vector<std::string> calls;
  };
  using Logs = std::vector<l1::Log>;
  using Deed = std::function<Logs(State&, const l1::BlockHeader&)>;

  State& now() { return history_.back(); }
  void happen(Deed deed);
  void read_chain();
  Execution execute(const Transaction& tx, const l1::BlockHeader& header);
  std::optional<Logs> call_of(State& s, const Transaction& tx, const l1::BlockHeader& header);
  std::optional<Logs> call_game(State& s, u64 batch, const Address& who, const l1::Bytes& data);
  std::optional<Logs> claim_in(State& s, u64 batch, const Address& who, const Hash32& end,
                               std::span<const u8> words);
  std::optional<Logs> confirm_in(State& s, const Hash32& id, u64 at);
  Logs events_since(const GameModel& model, u64 batch, std::size_t first) const;
  Hash32 claim_id_of(u64 batch, const Hash32& end) const;
  static Logs created(u64 batch, const Hash32& parent);
  // Whether a claim of his is pending.
  static bool has_line(const State& s, const Address& who);
  u64 game_time(u64 timestamp_s) const { return timestamp_s - 1'600'000'000; }
  bool refuses(const std::optional<Address>& to) const;
  l1::Result<l1::Bytes> view(const l1::Call& call);
  std::optional<l1::Bytes> view_fixed(const l1::Bytes& data) const;
  l1::Bytes view_state(const l1::Call& call);
  u128 balance_in(const State& s, const Address& who) const {
    const auto found = s.balances.find(who);
    return found == s.balances.end() ? u128{1'000} * u128{kEther} : found->second;
  }

  io::FakeClock& clock_;
  stf::Config config_;
  std::array<u8, stf::kConfigBytes> words_{};
  std::deque<State> history_;  // after each transaction
  std::vector<Deed> deeds_;
  std::map<Hash32, Action> known_;
  std::map<std::pair<Address, u64>, u128> held_;  // in the mempool, by nonce
  std::unique_ptr<settle::Verifier> chain_;
  l1::SigningKey key_ = l1::SigningKey::from_hex(std::string(64, '3')).value();
};

}  // namespace gavel::dispute
