// Twin: the product and the model side by side, given the same input.
//
// What: transactions and messages by their canonical bytes go to the product's BlockBuilder over a
// HotState (hints found, rows written) and to the Model; receipts are compared byte for byte at
// once, objects, state roots and invariants when asked. replay() runs the batch's pages through the
// judges' UnitRunner from genesis and compares what that gives.
// Why: the model shares no line of the rules, so what both say twice is what the text says.
// Invariant: deterministic. The first difference is kept in words; nothing is compared after it.
#pragma once

#include <memory>

#include "model/judged.hpp"
#include "sequencer/block_builder.hpp"

namespace gavel::model {

class Twin {
 public:
  explicit Twin(const stf::Config& config);

  // A block of that time, closing the open one. `now_ms` exceeds the last block's.
  void open(u64 now_ms);
  void close();
  // The receipt, the same of both; empty if malformed. The signature is taken as the one that the
  // transaction needs.
  Bytes transaction(const Bytes& canonical);
  Bytes message(const Bytes& canonical);
  bool reclaim(u32 slot);

  // Each adds to difference().
  void compare_objects();
  void compare_roots();
  void check_invariants();
  void replay();

  const std::string& difference() const { return difference_; }
  const Model& model() const { return model_; }
  u64 now_ms() const { return now_ms_; }
  const std::vector<Bytes>& messages() const { return messages_; }
  // Of the closed blocks.
  std::vector<Bytes> pages() const;
  bool block_is_full() const { return builder_->full(); }

 private:
  void differ(const std::string& what);
  void compare_receipts(const Bytes& canonical, const Bytes& modelled, const Bytes& product);
  Bytes last_receipt() const;

  stf::Config config_;
  stf::Rules rules_;
  std::unique_ptr<state::HotState> state_;
  std::unique_ptr<sequencer::BlockBuilder> builder_;
  Model model_;
  sequencer::SealedBlock block_;
  da::PageStream pages_;
  std::vector<Bytes> messages_;
  std::vector<Bytes> receipts_;
  u64 number_ = 0;
  u64 now_ms_ = 0;
  std::string difference_;
};

}  // namespace gavel::model
