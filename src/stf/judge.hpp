// Judge: U(cursor) -> cursor for one unit, from hashes alone.
//
// What: run(oracle, hash of a cursor) reads what the cursor names (configuration, frontiers, work
// in progress, the row or message that is next, the objects that it touches), runs one unit and
// returns the hash of the cursor after it. This is the fault proof program; natively it is what
// tests and challengers compare with. Why: nothing but preimages of hashes reachable from the
// cursor is read, so two runs of one unit cannot differ, and whoever disputes a unit needs no other
// agreement than on the cursor's hash. Invariant: for every cursor that an honest run of a batch
// reaches, the result is the hash of the next one. Preimages that no honest run makes (a cursor
// with an unknown phase, a frontier that is not canonical, an offset inside a row) fail a check,
// which is a defined end of the unit: the machine halts with a panic, and the cursor failed(c)
// follows. Source: docs/protocol/data.md, Units.
#pragma once

#include "crypto/secp256k1.hpp"
#include "stf/judge_data.hpp"
#include "stf/unit.hpp"
#include "stf/witness_state.hpp"

namespace gavel::stf {

// Brings the cursor's words that stand for other records (tx_frontier, block_frontier, work) up to
// date with the progress, and sets the state root. About twenty keccaks.
void seal_cursor(Progress& progress, const Hash32& state_root);

// The context of a page's rows after those before `offset`. Fails a check unless a row begins
// there.
PageContext context_at(std::span<const u8> page, u64 offset);

// A frontier from the 448 bytes that its hash was taken of: the words in use give its count. Fails
// a check on another length.
tree::Frontier<kBlockTreeDepth> frontier_of(std::span<const u8> bytes);

// Signers recovered on the spot, and only when a rule asks.
class RecoveredSignatures {
 public:
  explicit RecoveredSignatures(const Hash32& domain) : domain_(domain) {}

  Hash32 open(u64 /*page*/, u64 /*offset*/, const Transaction& tx) {
    digest_ = transaction_digest(tx, domain_);
    signature_.bytes = tx.signature;
    return digest_;
  }
  bool signed_by(const Address& who) const {
    const auto signer = crypto::recover_address(digest_, signature_);
    return signer.ok() && signer.value() == who;
  }

 private:
  Hash32 domain_;
  Hash32 digest_;
  crypto::Signature64 signature_;
};

// About 0.8 MiB, all of it zero at first, so that a static one costs a program's image nothing. A
// judge may be used again.
template <Oracle O>
class Judge {
 public:
  // Returns the cursor's hash after the unit; `start` itself if the batch is finished.
  Hash32 run(O& oracle, const Hash32& start) {
    Progress p;
    Cursor& c = p.cursor;
    read_exactly(oracle, start, std::span(record_).first<kCursorBytes>());
    GAVEL_CHECK(decode_cursor(std::span(record_).first<kCursorBytes>(), c));
    if (c.phase == Phase::finished) return start;
    read_exactly(oracle, c.config_hash, std::span(record_).first<kConfigBytes>());
    const Rules rules = make_rules(decode_config(std::span(record_).first<kConfigBytes>()));
    data_.open(oracle, c.data_commitment, c.inbox_root);
    load(oracle, p);
    state_.open(oracle, c.state_root);
    RecoveredSignatures signatures(rules.domain);
    NoObserver nobody;
    UnitRunner(state_, rules, data_, signatures, nobody).run(p);
    seal_cursor(p, state_.commit());
    return cursor_hash(c);
  }

  // How much of the bounds the last run used.
  const WitnessState<O>& state() const { return state_; }

 private:
  void load(O& oracle, Progress& p) {
    const Cursor& c = p.cursor;
    const std::span<u8> nodes = std::span(record_).first<sizeof(p.blocks.nodes())>();
    read_exactly(oracle, c.tx_frontier, nodes);
    p.transactions = frontier_of(nodes);
    GAVEL_CHECK(p.transactions.count() == c.tx_index);
    read_exactly(oracle, c.block_frontier, nodes);
    p.blocks = frontier_of(nodes);
    if (!c.work.is_zero()) {
      const u32 length = oracle.get(c.work, record_);
      GAVEL_CHECK(length <= record_.size());
      GAVEL_CHECK(decode_work(std::span<const u8>(record_).first(length), p.work));
    } else if (c.phase == Phase::rows && c.offset != 0 && c.status == Status::run) {
      p.context = context_at(data_.page(c.page), c.offset);
    }
  }

  WitnessState<O> state_{};
  JudgeData<O> data_{};
  std::array<u8, kMaxWorkBytes> record_{};
  static_assert(kMaxWorkBytes >= kCursorBytes && kMaxWorkBytes >= kConfigBytes);
};

}  // namespace gavel::stf
