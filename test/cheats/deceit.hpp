// Deceit: how a liar's reading of a batch departs from the rules, in one unit.
//
// What: hooks for a BatchTrace that follow the rules but for one unit, where a row or message is
// read as something else, a signature is taken as good, a balance is changed, or the unit is said
// to have panicked; and the facts of what was done. Why: whoever plays the dispute game with such a
// trace follows its lie consistently through every level. Invariant: the lie is told in the first
// unit from `from_unit` on where it makes a difference, each time the trace is run; a row that is
// misread has the length of the true one, so that what follows is read alike.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "dispute/batch_trace.hpp"

namespace gavel::cheats {

enum class Deceit : u8 {
  balance,       // an object's balance is altered after a unit
  fill,          // a fill of another size
  price,         // an oracle's report read with another price
  skip_message,  // a message counted as executed, without its effect
  signature,     // a row executed whose signature is bad
  withdrawal,    // a withdrawal paid to the liar
  hint,          // a row skipped as if its hints were malformed
  timestamp,     // a block opened at another time
  vm_step,       // a machine that jumps to its end in the middle of a run
  panic,         // a unit said to have panicked
  invalid_unit,  // bytes that are no row passed over, where the rows end
};
inline constexpr u8 kDeceits = 11;

const char* name_of(Deceit deceit);
std::optional<Deceit> parse_deceit(std::string_view name);

struct DeceitFacts {
  std::optional<u64> unit;  // where it was told
  std::string what;
};

class Deceiver {
 public:
  // `thief` is whom money goes to.
  Deceiver(Deceit deceit, u64 from_unit, const Address& thief);
  ~Deceiver();
  Deceiver(const Deceiver&) = delete;
  Deceiver& operator=(const Deceiver&) = delete;

  // For the one trace that the deceiver looks after; it outlives the trace.
  dispute::TraceHooks hooks();
  // To be called once the trace is made, before it is asked anything.
  void begin(const dispute::BatchTrace& trace) { rules_ = &trace.rules(); }

  Deceit deceit() const { return deceit_; }
  const DeceitFacts& facts() const { return facts_; }

 private:
  struct Reading;
  struct FalseData;
  bool run_instead(dispute::BranchState& state, stf::Progress& progress,
                   dispute::PostedBatch& posted, u64 unit);
  bool alter_balance(dispute::BranchState& state, stf::Progress& progress,
                     dispute::PostedBatch& posted, const Reading& reading);
  bool misread(dispute::BranchState& state, stf::Progress& progress, dispute::PostedBatch& posted,
               const Reading& reading);
  bool skip_rubbish(stf::Progress& progress, const Reading& reading);
  std::vector<stf::Row> false_rows(const stf::Row& row) const;
  std::vector<FalseData> false_readings(const stf::Cursor& cursor, dispute::PostedBatch& posted,
                                        const Reading& reading) const;
  settle::BatchSignatures& signatures(const dispute::PostedBatch& posted);

  Deceit deceit_;
  u64 from_unit_;
  Address thief_;
  DeceitFacts facts_;
  const stf::Rules* rules_ = nullptr;
  std::unique_ptr<settle::BatchSignatures> signatures_;
};

}  // namespace gavel::cheats
