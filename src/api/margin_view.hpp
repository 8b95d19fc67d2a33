// Margin of an account as it stands, for people: equity, requirements, gains.
//
// What: the rules' own arithmetic (exchange/perpetual.hpp) over a view of the state that notes
// nothing, taken between two blocks; then JSON. Amounts are decimal strings, signed where they can
// be. Invariant: reading costs the executor one walk of the account's positions.
#pragma once

#include <vector>

#include "api/json_text.hpp"
#include "exchange/perpetual.hpp"
#include "state/hot_state.hpp"

namespace gavel::api {

struct PositionCopy {
  exchange::Position position;
  i64 gain = 0;  // at the mark price
  i64 owed = 0;  // funding
};

struct MarginCopy {
  bool exists = false;
  i64 collateral = 0;
  exchange::Margin margin;
  bool stale = false;  // a market of an entry is
  std::vector<PositionCopy> positions;
};

// exchange::MarginSource over the live state.
class MarginView {
 public:
  explicit MarginView(const state::HotState& state) : state_(state) {}
  const exchange::Market& market(u32 i) const { return state_.peek_market(i); }
  const exchange::MarginBlock& margin_block(u32 i) const { return state_.peek_margin_block(i); }

 private:
  const state::HotState& state_;
};

MarginCopy copy_margin(const state::HotState& state, u32 account, u64 now_ms);
// A member "margin" of the open object; null without a margin part.
void put_margin(JsonText& json, const MarginCopy& copy);
// A member "perpetual" of the open object.
void put_perpetual(JsonText& json, const exchange::Market& market, u64 now_ms);

}  // namespace gavel::api
