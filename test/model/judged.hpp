// Judged: a batch's pages through the judges' unit loop, with the model at its side.
//
// What: runs UnitRunner over pages and messages from genesis until the batch finishes. The model
// executes what the observer reports: the same transactions, messages and reclaims at the same
// times; receipts are compared one by one, the objects at the end.
// Why: pages may hold anything, wrong hints among it. A hint that is refused makes a row malformed;
// one that is taken must lead to what the model finds by searching.
// Invariant: total for any pages; every signature counts as the right one.
#pragma once

#include "model/model.hpp"
#include "state/hot_state.hpp"
#include "stf/config.hpp"

namespace gavel::model {

struct Judged {
  std::unique_ptr<state::HotState> state;
  std::vector<Bytes> receipts;
  u64 units = 0;
  u64 malformed = 0;
  std::string difference;  // between model and product; empty if there is none
};

// All messages are overdue, so those that no row executes are forced. `l1_time_ms` bounds the
// blocks' times.
Judged judge(const stf::Config& config, const std::vector<Bytes>& pages,
             const std::vector<Bytes>& messages, u64 l1_time_ms);

// The model's part of a product's configuration.
Config model_config(const stf::Config& config);
// An empty product state.
std::unique_ptr<state::HotState> new_state();
// The canonical encodings of all that a state holds.
Objects objects_of(const state::HotState& state);
// The first object in which two states differ, in words; empty if they are the same.
std::string first_difference(const Objects& model, const Objects& product);
std::string hex_of(const Bytes& bytes);

}  // namespace gavel::model
