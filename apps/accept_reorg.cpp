#include "accept_reorg.hpp"

#include <fmt/format.h>

#include "ops/log.hpp"
#include "sequencer/node_rollback.hpp"
#include "settle/inbox_journal.hpp"
#include "stf/message.hpp"

namespace gavel::apps {

namespace {

// The first message of the journal that L1 does not have at the inbox depth; 0: it has all.
AppResult<u64> first_orphan(const NodeSettings& settings, const ChainOnL1& chain, L1Link& link,
                            const settle::InboxJournal& journal) {
  settle::L1Feed feed(link.rpc(), chain.contracts, static_cast<u32>(settings.l1.inbox_depth));
  for (bool caught_up = false; !caught_up;) {
    const auto update = feed.poll();
    if (!update.ok()) return describe("L1's inbox cannot be read", update.error());
    caught_up = update->caught_up;
  }
  const auto& hashes = journal.hashes();
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (i >= feed.messages().size() || stf::message_hash(feed.messages()[i].bytes) != hashes[i])
      return u64{i} + 1;
  }
  return u64{0};
}

}  // namespace

AppResult<void> accept_reorg(const NodeSettings& settings, const ChainOnL1& chain, L1Link& link,
                             io::Disk& disk) {
  const std::string path = settle::inbox_journal_path(settings.node.data_directory);
  const auto journal = settle::InboxJournal::open(disk, path, ~u64{0});
  if (!journal.ok()) return fmt::format("cannot read {}: {}", path, io::name_of(journal.error()));
  const u64 orphan = GAVEL_TRY(first_orphan(settings, chain, link, **journal));
  const auto say = [](const std::string& what) { ops::log_warn("node", what); };
  if (orphan == 0 && !sequencer::rollback_is_unfinished(settings.node, disk)) {
    say("no reorg to accept: L1 has every inbox message that was executed");
    return {};
  }
  const auto state = settle::read_posting_state(link.rpc(), chain.contracts, l1::BlockTag::kLatest);
  if (!state.ok()) return describe("L1 does not give the posting state", state.error());
  const u64 message = orphan == 0 ? ~u64{0} : orphan;
  const std::size_t known = (*journal)->hashes().size();
  const sequencer::Rollback done = GAVEL_TRY(
      sequencer::roll_back_before_message(settings.node, disk, message, state->next_batch, say));
  if (orphan != 0 && !(*journal)->cut(orphan - 1).ok()) return "the disk failed at " + path;
  say(fmt::format("the reorg is accepted: {} inbox messages are left of {}", done.messages, known));
  return {};
}

AppResult<void> accept_configuration(const NodeSettings& settings, const ChainOnL1& chain,
                                     L1Link& link, io::Disk& disk) {
  const std::string path = sequencer::configurations_path(settings.node);
  const auto made_under = da::BatchConfigs::load(disk, path);
  if (!made_under.ok()) return "cannot read " + path;
  const auto say = [](const std::string& what) { ops::log_warn("node", what); };
  const u64 batch = chain.configs.first_difference(*made_under, ~u64{0});
  if (batch == 0 && !sequencer::rollback_is_unfinished(settings.node, disk)) {
    say("no configuration to accept: L1 names those that the batches were made under");
    return {};
  }
  const auto state = settle::read_posting_state(link.rpc(), chain.contracts, l1::BlockTag::kLatest);
  if (!state.ok()) return describe("L1 does not give the posting state", state.error());
  const u64 first = batch == 0 ? ~u64{0} : batch;
  // The node itself forgets what it noted of batches that are gone.
  const sequencer::Rollback done = GAVEL_TRY(
      sequencer::roll_back_before_batch(settings.node, disk, first, state->next_batch, say));
  say(done.first_dropped_block == 0
          ? std::string("no block had to go: no batch was made under another configuration")
          : fmt::format("the configuration is accepted from batch {} on", first));
  return {};
}

}  // namespace gavel::apps
