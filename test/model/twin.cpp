#include "model/twin.hpp"

#include "crypto/keccak.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::model {
Twin::Twin(const stf::Config& config)
    : config_(config),
      rules_(stf::make_rules(config)),
      state_(new_state()),
      model_(model_config(config)) {
  builder_ = std::make_unique<sequencer::BlockBuilder>(*state_, rules_, sequencer::BatchLimits{},
                                                       sequencer::ChainHead{});
}

void Twin::differ(const std::string& what) {
  if (difference_.empty()) difference_ = what;
}

void Twin::open(u64 now_ms) {
  if (builder_->is_open()) close();
  builder_->open(now_ms, block_);
  now_ms_ = now_ms;
  ++number_;
}

void Twin::close() {
  builder_->close(false);
  const u32 at = static_cast<u32>(pages_.bytes.size());
  for (const u32 start : block_.data.starts) pages_.starts.push_back(at + start);
  pages_.bytes.insert(pages_.bytes.end(), block_.data.bytes.begin(), block_.data.bytes.end());
}

Bytes Twin::last_receipt() const {
  const sequencer::Executed& e = block_.executed.back();
  const auto from = block_.receipts.begin() + e.receipt_at;
  return {from, from + e.receipt_size};
}

void Twin::compare_receipts(const Bytes& canonical, const Bytes& modelled, const Bytes& product) {
  if (!product.empty()) receipts_.push_back(product);
  if (modelled == product) return;
  differ("receipt of " + hex_of(canonical) + "\n  model   " + hex_of(modelled) + "\n  product " +
         hex_of(product));
}

Bytes Twin::transaction(const Bytes& canonical) {
  Bytes product;
  if (const auto tx = stf::decode_transaction(canonical)) {
    sequencer::Submission submission;
    submission.tx = *tx;
    submission.tx_id = crypto::keccak256(canonical);
    const auto signer = model_.signers().find(tx->signer);
    const auto account = model_.accounts().find(tx->account);
    if (tx->by_agent && signer != model_.signers().end()) {
      submission.signed_by = signer->second.key;
    } else if (!tx->by_agent && account != model_.accounts().end()) {
      submission.signed_by = account->second.owner;
    }
    if (builder_->execute(submission) == sequencer::Refusal::none) product = last_receipt();
  }
  const Bytes modelled = model_.transaction(canonical, number_, now_ms_);
  compare_receipts(canonical, modelled, product);
  return modelled;
}

Bytes Twin::message(const Bytes& canonical) {
  messages_.push_back(canonical);
  builder_->execute_message(canonical);
  const Bytes product = last_receipt();
  const Bytes modelled = model_.message(canonical, number_, now_ms_);
  compare_receipts(canonical, modelled, product);
  return modelled;
}

bool Twin::reclaim(u32 slot) {
  const bool product = builder_->reclaim(slot);
  if (model_.reclaim(slot, now_ms_) != product) differ("reclaim of " + std::to_string(slot));
  return product;
}

void Twin::compare_objects() {
  const std::string what = first_difference(model_.objects(), objects_of(*state_));
  if (!what.empty()) differ("object " + what);
}

void Twin::compare_roots() {
  tree::NaiveTree tree;
  for (const auto& [place, bytes] : objects_of(*state_)) {
    tree.set(place.first, place.second, crypto::keccak256(bytes));
  }
  if (tree.root() != model_.state_root()) differ("state root");
}

void Twin::check_invariants() {
  const std::string broken = model_.check_invariants();
  if (!broken.empty()) differ("invariant: " + broken);
}

void Twin::replay() {
  if (builder_->is_open()) close();
  const Judged judged = judge(config_, pages(), messages_, now_ms_);
  if (!judged.difference.empty()) differ("judge: " + judged.difference);
  if (judged.malformed != 0) differ("judge: a row that is malformed");
  if (judged.receipts != receipts_) differ("receipts of the judge");
  const std::string what = first_difference(objects_of(*state_), objects_of(*judged.state));
  if (!what.empty()) differ("judge's (product) object " + what);
}

std::vector<Bytes> Twin::pages() const {
  std::vector<Bytes> out;
  for (const auto& page : da::split_pages(pages_)) out.push_back({page.begin(), page.end()});
  return out;
}

}  // namespace gavel::model
