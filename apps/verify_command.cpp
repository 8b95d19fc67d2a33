// gavel verify: rebuilds every batch from L1 alone and judges the claims on them.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include "api/json_text.hpp"
#include "batch_pages.hpp"
#include "chain_options.hpp"
#include "command.hpp"
#include "key_file.hpp"
#include "known_images.hpp"
#include "settle/verifier.hpp"
#include "suspect.hpp"

namespace gavel::apps {

namespace {

using settle::ClaimVerdict;
using settle::VerifyState;

struct Options {
  std::vector<std::string> l1;
  std::string registry;
  std::string node;
  std::string data;
  std::vector<std::string> same_rules;
  u64 batches = 0;  // 0: all that are fixed now
  u32 threads = 2;
  bool follow = false;
  bool quiet = false;
  bool json = false;
  bool skip_lost = false;
};

// L1 may be away for a moment; a run that is not to follow it ends after so many vain steps.
constexpr u32 kVainSteps = 3;
constexpr auto kPause = std::chrono::milliseconds(300);

std::string text_of(const ClaimVerdict& v) {
  return fmt::format("batch {}: claim {} by {}{}: {}", v.batch, hex_of(v.claim), hex_of(v.claimer),
                     v.confirmed ? ", confirmed" : "",
                     v.difference == settle::Difference::none
                         ? std::string("agree")
                         : fmt::format("DIFFERS in {}", settle::name_of(v.difference)));
}

// A fault in a batch's data, by place.
struct DataFault {
  u64 block = 0;
  u64 index = 0;
  u64 page = 0;
  u64 offset = 0;
  std::string what;
};

std::vector<DataFault> faults_of(const settle::DerivedBatch& batch) {
  std::vector<DataFault> out;
  for (const settle::MalformedRow& row : batch.malformed) {
    out.push_back({row.block, row.index, row.page, row.offset,
                   fmt::format("the row does nothing: {}", settle::name_of(row.why))});
  }
  if (batch.rows_ended_early) {
    const settle::RowsPlace& at = batch.ended;
    out.push_back({at.block_number + 1, at.tx_index, at.page, at.offset,
                   fmt::format("the rows end: {}", settle::text_of(batch.ended_why))});
  }
  return out;
}

class VerifyRun {
 public:
  VerifyRun(const Options& options, std::vector<Hash32> images, L1Link& link)
      : options_(options),
        images_(std::move(images)),
        link_(link),
        store_(disk_, options.data),
        verifier_(std::make_unique<settle::Verifier>(link.rpc(), verifier_options())) {}

  AppResult<int> run();

 private:
  settle::VerifierOptions verifier_options() {
    settle::VerifierOptions how{.threads = options_.threads, .images = images_};
    if (!options_.data.empty()) {
      how.external = [this](u64 batch, const stf::Posted&) { return pages_of(store_, batch); };
    }
    return how;
  }

  // Whether a claim is a difference, as far as L1 was read.
  bool counts(const ClaimVerdict& v, VerifyState state) const;
  std::optional<int> act_on(VerifyState state);
  void tell_progress();
  void tell_claims();
  int tell_agreement() const;
  AppResult<int> tell_difference(const ClaimVerdict& v);
  AppResult<void> derive_again(u64 batch);
  AppResult<settle::Finding> diagnose(const ClaimVerdict& v);
  void print_json(const ClaimVerdict& v, const std::optional<settle::Finding>& finding,
                  const std::string& node_error) const;
  static int missing(const std::string& what) { return fail("verify", what, kMissing); }

  const Options& options_;
  std::vector<Hash32> images_;
  L1Link& link_;
  io::SystemDisk disk_;
  da::BatchStore store_;
  std::unique_ptr<settle::Verifier> verifier_;
  Address registry_;
  settle::BatchTrace trace_;
  std::string node_error_;
  u64 derived_ = 0;
  u64 transactions_ = 0;
  std::size_t told_ = 0;
  u32 vain_ = 0;
};

AppResult<int> VerifyRun::run() {
  if (!parse_hex(options_.registry, registry_.bytes)) {
    return options_.registry + " is no address";
  }
  if (const auto chain = link_.rpc().chain_id(); !chain.ok()) {
    return missing(describe("L1 does not answer", chain.error()));
  }
  GAVEL_TRY(verifier_->start(registry_));
  while (!interrupted()) {
    const VerifyState state = verifier_->step();
    tell_progress();
    tell_claims();
    const auto& verdicts = verifier_->verdicts();
    const auto differs =
        std::ranges::find_if(verdicts, [&](const ClaimVerdict& v) { return counts(v, state); });
    if (differs != verdicts.end()) return tell_difference(*differs);
    if (const auto status = act_on(state)) return *status;
  }
  return std::string("interrupted");
}

bool VerifyRun::counts(const ClaimVerdict& v, VerifyState state) const {
  if (v.difference == settle::Difference::none) return false;
  if (!options_.skip_lost) return true;
  if (state != VerifyState::up_to_date) return false;
  return std::ranges::none_of(verifier_->verdicts(), [&](const ClaimVerdict& other) {
    return other.batch == v.batch && other.confirmed &&
           other.difference == settle::Difference::none;
  });
}

// The exit status if the run is over.
std::optional<int> VerifyRun::act_on(VerifyState state) {
  vain_ = verifier_->error().empty() ? 0 : vain_ + 1;
  switch (state) {
    case VerifyState::failed:
    case VerifyState::other_rules:
      return missing(verifier_->error());
    case VerifyState::no_data:
      return missing(
          fmt::format("no data: the pages of batch {} are not to be had ({}){}",
                      verifier_->batches_derived() + 1, verifier_->error(),
                      options_.data.empty() ? "; if they are on a disk, name it by --data" : ""));
    case VerifyState::up_to_date:
      if (!options_.follow || (options_.batches != 0 && derived_ >= options_.batches)) {
        return tell_agreement();
      }
      break;
    case VerifyState::behind:
      if (vain_ == 0) return std::nullopt;
      if (!options_.follow && vain_ >= kVainSteps) {
        return missing("L1 does not answer (" + verifier_->error() + ")");
      }
      break;
  }
  std::this_thread::sleep_for(kPause);
  return std::nullopt;
}

void VerifyRun::tell_progress() {
  const u64 derived = verifier_->batches_derived();
  if (derived == derived_) return;
  if (derived < derived_) {
    // A reorganisation of L1: everything was forgotten.
    transactions_ = 0;
    told_ = 0;
    derived_ = derived;
    if (derived == 0) return;
  }
  derived_ = derived;
  const settle::DerivedBatch& last = verifier_->last();
  transactions_ += last.transactions;
  if (options_.quiet) return;
  fmt::print(stderr, "batch {} of {}: {} blocks, {} transactions, {} fills, {} rejects\n", derived,
             verifier_->batches_fixed(), last.blocks.size(), last.transactions, last.fills,
             last.rejects);
}

void VerifyRun::tell_claims() {
  const auto& verdicts = verifier_->verdicts();
  for (told_ = std::min(told_, verdicts.size()); told_ < verdicts.size(); ++told_) {
    if (!options_.quiet && !options_.json) fmt::print("{}\n", text_of(verdicts[told_]));
  }
  std::fflush(stdout);
}

int VerifyRun::tell_agreement() const {
  const stf::Cursor& end = verifier_->end_of(derived_);
  if (options_.json) {
    api::JsonText json;
    json.object().field("verdict", "agree").field("batches", derived_);
    json.field("claims", u64{verifier_->verdicts().size()}).field("transactions", transactions_);
    json.field("last_block", end.block_number).field("state_root", end.state_root).end_object();
    fmt::print("{}\n", json.take());
  } else {
    fmt::print("agree: {} batches, {} transactions, newest state_root {}\n", derived_,
               transactions_, hex_of(end.state_root));
  }
  return kOk;
}

// A second derivation, up to a batch that is no longer the last one, or whose receipts were not
// kept.
AppResult<void> VerifyRun::derive_again(u64 batch) {
  verifier_ = std::make_unique<settle::Verifier>(link_.rpc(), verifier_options());
  GAVEL_TRY(verifier_->start(registry_));
  verifier_->on_batch([this] { trace_.clear(); });
  verifier_->on_item([this, batch](const settle::DerivedItem& item) {
    if (verifier_->batches_derived() + 1 == batch) trace_.take(item);
  });
  while (verifier_->batches_derived() < batch) {
    const VerifyState state = verifier_->step();
    if (interrupted()) return std::string("interrupted");
    if (state != VerifyState::behind && verifier_->batches_derived() < batch) {
      return "the batch cannot be derived a second time: " + verifier_->error();
    }
  }
  return {};
}

AppResult<settle::Finding> VerifyRun::diagnose(const ClaimVerdict& v) {
  const std::unique_ptr<SuspectNode> node = GAVEL_TRY(SuspectNode::connect(options_.node));
  settle::Finding finding = settle::diagnose(node->answers(), trace_, verifier_->last(),
                                             verifier_->deriver(), v.claimed_last_block);
  node_error_ = node->error();
  return finding;
}

AppResult<int> VerifyRun::tell_difference(const ClaimVerdict& found) {
  const ClaimVerdict v = found;
  if (!options_.json) {
    fmt::print("claim {} by {}\nDISAGREE: batch {}, field {}: claimed {}, ours {}\n",
               hex_of(v.claim), hex_of(v.claimer), v.batch, settle::name_of(v.difference),
               v.claimed, v.ours);
    std::fflush(stdout);
  }
  if (v.batch != verifier_->batches_derived() || !options_.node.empty()) {
    if (const auto again = derive_again(v.batch); !again.ok()) {
      fmt::print(stderr, "gavel verify: {}\n", again.error());
      return kFailed;
    }
  }
  std::optional<settle::Finding> finding;
  if (!options_.node.empty()) {
    auto found_at_node = diagnose(v);
    if (found_at_node.ok()) finding = std::move(*found_at_node);
    if (!found_at_node.ok()) node_error_ = found_at_node.error();
  }
  if (options_.json) {
    print_json(v, finding, node_error_);
    return kFailed;
  }
  for (const DataFault& fault : faults_of(verifier_->last())) {
    fmt::print("data: block {}, transaction {} (page {}, offset {}): {}\n", fault.block,
               fault.index, fault.page, fault.offset, fault.what);
  }
  const settle::DerivedBatch& last = verifier_->last();
  if (last.forced_messages != 0) {
    fmt::print("inbox: no row executes {} overdue message(s); they are executed from block {} on\n",
               last.forced_messages, last.first_forced_block);
  }
  if (finding) fmt::print("node: {}\n", finding->text());
  if (!node_error_.empty()) fmt::print("node does not show: {}\n", node_error_);
  return kFailed;
}

void VerifyRun::print_json(const ClaimVerdict& v, const std::optional<settle::Finding>& finding,
                           const std::string& node_error) const {
  const settle::DerivedBatch& last = verifier_->last();
  api::JsonText json;
  json.object().field("verdict", "disagree").field("batch", v.batch);
  json.field("field", settle::name_of(v.difference)).field("claimed", v.claimed);
  json.field("ours", v.ours).field("claim", v.claim).field("claimer", v.claimer);
  json.key("data").array();
  for (const DataFault& fault : faults_of(last)) {
    json.object().field("block", fault.block).field("transaction", fault.index);
    json.field("page", fault.page).field("offset", fault.offset);
    json.field("what", fault.what).end_object();
  }
  json.end_array().field("forced_messages", last.forced_messages);
  if (finding) {
    json.key("node").object().field("block", finding->block);
    if (finding->index) json.field("transaction", *finding->index);
    json.field("what", finding->transaction).field("object", finding->object);
    json.field("field", finding->field).end_object();
  }
  if (!node_error.empty()) json.field("node_error", node_error);
  fmt::print("{}\n", json.end_object().take());
}

AppResult<int> run(const Options& options) {
  const std::unique_ptr<L1Link> link = GAVEL_TRY(L1Link::connect(options.l1));
  return VerifyRun(options, GAVEL_TRY(known_images(options.same_rules)), *link).run();
}

}  // namespace

void add_verify_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* verify = app.add_subcommand(
      "verify",
      "Rebuild every batch from L1 alone: says agree (status 0), or names batch and field (1); "
      "3: it could not find out");
  add_chain_options(*verify, options.l1, options.registry);
  verify->add_option(
      "--node", options.node,
      "The suspect's query interface, asked when a claim differs: names block, transaction and "
      "object too");
  add_deriving_options(*verify, options.same_rules, options.data);
  verify->add_option("--threads", options.threads, "Threads for signatures and tree")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  verify->add_flag("--follow", options.follow, "Go on with batches that come");
  verify->add_option("--batches", options.batches,
                     "With --follow: end when that many batches agree");
  verify->add_flag("--skip-lost", options.skip_lost,
                   "A wrong claim beside a right one that is confirmed is no difference");
  verify->add_flag("--quiet", options.quiet, "Only the verdict");
  verify->add_flag("--json", options.json, "The verdict as one JSON object");
  verify->callback([&status] {
    const auto ran = run(options);
    status = ran.ok() ? *ran : fail("verify", ran.error(), kMissing);
  });
}

}  // namespace gavel::apps
