// gavel verify: rebuilds every batch from L1 alone and judges the claims on them.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "command.hpp"
#include "da/batch_store.hpp"
#include "key_file.hpp"
#include "suspect.hpp"

namespace gavel::apps {

namespace {

struct Options {
  std::vector<std::string> l1;
  std::string registry;
  std::string node;
  std::string pages;
  u64 batches = 0;  // 0: all that are fixed now
  u32 threads = 2;
  bool follow = false;
  bool quiet = false;
};

void say(const Options& options, const settle::Verifier& verifier) {
  if (options.quiet) return;
  const settle::DerivedBatch& last = verifier.last();
  fmt::print(stderr, "batch {} of {}: {} blocks, {} transactions, {} fills, {} rejects\n", verifier.batches_derived(),
             verifier.batches_fixed(), last.blocks.size(), last.transactions, last.fills, last.rejects);
}

// Prints the verdict on a claim that is not ours, with all that can be found out; the exit status.
int report_difference(const Options& options, const settle::Verifier& verifier, const SuspectTrace* trace,
                      const settle::ClaimVerdict& v) {
  fmt::print("differ\nbatch           {}\nfield           {}\nclaim           {}\nclaimer         {}\nclaimed         {}\n"
             "derived         {}\n", v.batch, settle::name_of(v.difference), hex_of(v.claim), hex_of(v.claimer), v.claimed,
             v.ours);
  if (v.batch == verifier.batches_derived()) {
    const settle::DerivedBatch& last = verifier.last();
    for (const settle::MalformedRow& row : last.malformed) {
      fmt::print("malformed row   block {} transaction {} page {} offset {}\n", row.block, row.index, row.page, row.offset);
    }
    if (last.rows_ended_early) fmt::print("rows end early  page {} offset {}\n", last.ended_page, last.ended_offset);
  }
  if (trace != nullptr) fmt::print("{}", trace->examine(options.node, v.batch));
  return kFailed;
}

// The exit status once a claim differs.
std::optional<int> judge(const Options& options, const settle::Verifier& verifier, const SuspectTrace* trace,
                         std::size_t& judged) {
  for (; judged < verifier.verdicts().size(); ++judged) {
    const settle::ClaimVerdict& v = verifier.verdicts()[judged];
    if (v.difference != settle::Difference::none) return report_difference(options, verifier, trace, v);
  }
  return std::nullopt;
}

// Pages that are not on L1; whether they are the right ones is for the verifier to find out.
std::optional<std::vector<l1::Bytes>> pages_of(const da::BatchStore& store, u64 batch) {
  const auto stored = store.get(batch);
  if (!stored.ok()) return std::nullopt;
  std::vector<l1::Bytes> pages;
  for (const std::span<const u8> page : da::split_pages(stored->pages)) pages.emplace_back(page.begin(), page.end());
  return pages;
}

AppResult<int> run(const Options& options) {
  Address registry;
  if (!parse_hex(options.registry, registry.bytes)) return options.registry + " is no address";
  const std::unique_ptr<L1Link> link = GAVEL_TRY(L1Link::connect(options.l1));
  io::SystemDisk disk;
  da::BatchStore store(disk, options.pages);
  settle::VerifierOptions how{.threads = options.threads, .l1_confirmations = 1, .external = {}};
  if (!options.pages.empty()) how.external = [&store](u64 batch, const stf::Posted&) { return pages_of(store, batch); };
  settle::Verifier verifier(link->rpc(), how);
  GAVEL_TRY(verifier.start(registry));
  std::optional<SuspectTrace> trace;
  if (!options.node.empty()) trace.emplace(verifier);
  std::size_t judged = 0;
  u64 derived = 0;
  while (!interrupted()) {
    const settle::VerifyState state = verifier.step();
    if (verifier.batches_derived() != derived) say(options, verifier);
    derived = verifier.batches_derived();
    if (const auto status = judge(options, verifier, trace ? &*trace : nullptr, judged)) return *status;
    const bool enough = options.batches != 0 && derived >= options.batches;
    switch (state) {
      case settle::VerifyState::failed:
        return AppResult<int>(verifier.error());
      case settle::VerifyState::no_data:
        fmt::print("differ\nbatch           {}\nfield           data\nits pages are not to be had: {}\n", derived + 1,
                   verifier.error());
        return kFailed;
      case settle::VerifyState::up_to_date:
        if (!options.follow || enough) {
          fmt::print("agree\nbatches         {}\nclaims          {}\nstate root      {}\nlast block      {}\n", derived, judged,
                     hex_of(verifier.deriver().end().state_root), verifier.deriver().end().block_number);
          return kOk;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        break;
      case settle::VerifyState::behind:
        break;
    }
  }
  return AppResult<int>(std::string("interrupted"));
}

}  // namespace

void add_verify_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* verify = app.add_subcommand(
      "verify", "Rebuild every batch from L1 alone: says agree (status 0), or names batch and field (status 1)");
  verify->add_option("--l1", options.l1, "L1's JSON-RPC URL; several are tried in turn")->required();
  verify->add_option("--registry", options.registry, "Address of the BatchRegistry")->required();
  verify->add_option("--node", options.node, "The suspect's query interface: names block, transaction and object too");
  verify->add_option("--pages", options.pages, "Folder of batches whose data is not on L1 (data mode local)");
  verify->add_option("--threads", options.threads, "Threads for signatures and tree")->capture_default_str();
  verify->add_flag("--follow", options.follow, "Go on with batches that come");
  verify->add_option("--batches", options.batches, "With --follow: end when that many batches agree");
  verify->add_flag("--quiet", options.quiet, "Only the verdict");
  verify->callback([&status] {
    const auto ran = run(options);
    status = ran.ok() ? *ran : fail("verify", ran.error());
  });
}

}  // namespace gavel::apps
