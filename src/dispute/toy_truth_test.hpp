// ToyTruth: a batch whose cursors and machine states are written down directly, for games without
// an exchange and without the real machine.
//
// What: a cursor is (salt, unit, failures), a state is (image, cursor, output, step, mark); a run
// halts after kHalt steps with the next cursor, or, at every seventh unit, fails. toy_step is its
// judge. Why: the game's rules do not depend on what is judged, and a lie is one line: at one step
// of one unit a mark appears, and everything after follows from it by the judge's own rule.
// Invariant: lists of one truth fit together at all levels.
#pragma once

#include <algorithm>
#include <map>

#include "dispute/game_ids.hpp"
#include "dispute/truth.hpp"

namespace gavel::dispute {

struct ToyCursor {
  u64 salt = 0;
  u64 unit = 0;
  u64 failures = 0;

  Hash32 words() const {
    Hash32 out;
    for (u32 i = 0; i < 8; ++i) {
      out.bytes[i] = static_cast<u8>(salt >> (8 * i));
      out.bytes[8 + i] = static_cast<u8>(unit >> (8 * i));
      out.bytes[16 + i] = static_cast<u8>(failures >> (8 * i));
    }
    out.bytes[31] = 0xc0;
    return out;
  }
  static ToyCursor of(const Hash32& words) {
    ToyCursor c;
    for (u32 i = 0; i < 8; ++i) {
      c.salt |= u64{words.bytes[i]} << (8 * i);
      c.unit |= u64{words.bytes[8 + i]} << (8 * i);
      c.failures |= u64{words.bytes[16 + i]} << (8 * i);
    }
    return c;
  }
};

struct ToyBatch {
  u64 units = 9;  // until the finish
  u64 halt = 11;  // steps of a run
  Hash32 image{{7}};

  bool fails(u64 unit) const { return unit % 7 == 3 && unit < units; }
  ToyCursor next(ToyCursor c, u64 mark) const {
    if (c.unit >= units) return c;
    c.salt ^= mark;
    ++c.unit;
    return c;
  }
  ToyCursor failed(ToyCursor c) const {
    ++c.unit;
    ++c.failures;
    return c;
  }
  vm::StateWords first(const Hash32& cursor) const {
    vm::StateWords words{};
    words[0] = image;
    words[1] = cursor;
    return words;
  }
  static u64 number(const Hash32& word) { return base::to_u256(word).limb[0]; }
  static Hash32 word(u64 value) { return base::to_bytes32(base::U256::from_u64(value)); }

  // The judge: total.
  vm::StateWords step(vm::StateWords s) const {
    const u64 at = number(s[3]);
    if (at >= halt) return s;
    s[3] = word(at + 1);
    const ToyCursor c = ToyCursor::of(s[1]);
    if (at + 1 == halt && !fails(c.unit)) s[2] = next(c, number(s[4])).words();
    return s;
  }
  // What a last state supports.
  Hash32 supported(const vm::StateWords& s) const {
    if (number(s[3]) >= halt && !s[2].is_zero()) return s[2];
    return failed(ToyCursor::of(s[1])).words();
  }
};

struct ToyLie {
  u64 unit = 0;
  u64 step = 0;
  u64 mark = 0;  // 0: none
};

class ToyTruth : public Truth {
 public:
  ToyTruth(const GameShape& shape, const ToyBatch& batch, ToyLie lie = {})
      : shape_(shape), batch_(batch), lie_(lie) {}

  Hash32 cursor(u64 unit) const {
    ToyCursor c;
    c.unit = std::min(unit, batch_.units);
    c.failures = (c.unit + 3) / 7;
    if (lie_.mark != 0 && c.unit > lie_.unit) c.salt = lie_.mark;
    return c.words();
  }
  vm::StateWords state(u64 unit, u64 step) const {
    vm::StateWords s = batch_.first(cursor(unit));
    const u64 at = std::min(step, batch_.halt);
    s[3] = ToyBatch::word(at);
    const bool marked = lie_.mark != 0 && unit == lie_.unit && at > lie_.step;
    if (marked) s[4] = ToyBatch::word(lie_.mark);
    if (at == batch_.halt && !batch_.fails(ToyCursor::of(s[1]).unit)) {
      s[2] = batch_.next(ToyCursor::of(s[1]), marked ? lie_.mark : 0).words();
    }
    return s;
  }

  TruthResult<Hash32> end() override { return cursor(batch_.units); }
  TruthResult<std::vector<Hash32>> end_words() override { return std::vector<Hash32>{}; }
  TruthResult<TrueList> list(const Place& place) override {
    if (const auto known = lists_.find(place); known != lists_.end()) return known->second;
    ++asked;
    TrueList& out = lists_[place];
    for (u32 i = 1; i <= shape_.list_size(); ++i) {
      const u64 at = place.position + i * shape_.part(place.level);
      out.values.push_back(place.level < shape_.run_level ? cursor(at)
                                                          : vm::hash_words(state(place.unit, at)));
    }
    out.end = out.values.back();
    if (place.level == shape_.run_level) {
      const vm::StateWords last = state(place.unit, batch_.halt);
      out.run.assign(last.begin(), last.end());
      out.end = batch_.supported(last);
    }
    return out;
  }
  TruthResult<TrueStep> step(const Place& place) override {
    TrueStep out;
    out.state = state(place.unit, place.position);
    if (place.position == reading) out.preimage = NeededPreimage{{{9}}, 0, {1, 2, 3}};
    return out;
  }

  u64 asked = 0;          // different lists
  u64 reading = ~u64{0};  // the step that reads a preimage

 private:
  GameShape shape_;
  ToyBatch batch_;
  ToyLie lie_;
  std::map<Place, TrueList> lists_;
};

// 4 values a list, 2 levels of units, 2 of steps: 16 units, 16 steps.
inline GameShape toy_shape(const ToyBatch& batch, u32 list_bits = 2, u32 run_level = 2,
                           u32 step_level = 4) {
  GameShape shape{list_bits, run_level, step_level, {}};
  shape.first_state = [batch](const Hash32&, const Hash32& cursor) {
    return vm::hash_words(batch.first(cursor));
  };
  return shape;
}

}  // namespace gavel::dispute
