// NodeCore: which configuration each batch is made under.
#include <fmt/format.h>

#include <algorithm>

#include "ops/log.hpp"
#include "sequencer/node_core.hpp"

namespace gavel::sequencer {

namespace {

std::string hex_of(const Hash32& hash) {
  std::string out = "0x";
  for (const u8 byte : hash.bytes) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace

NodeResult<void> NodeCore::load_configs() {
  const std::string path = configurations_path(options_);
  auto loaded = da::BatchConfigs::load(disk_, path);
  if (loaded.ok()) {
    made_under_ = std::move(*loaded);
  } else if (loaded.error() == da::BatchConfigsError::kMissing) {
    // A new directory, or one from before there was the file. L1's word of now for what was made
    // then would be wrong where an announcement came too late: wrong claims would come of it.
    const auto made = disk_.list(state_directory(options_));
    const u64 named = made_under_.entries().size();
    if (named > 1 && made.ok() && !made->empty() && !options_.configurations_from_l1) {
      return fmt::format(
          "{} is missing, and L1 names {} configurations: only that file says which batch was made "
          "under which. Restore it from a backup; or, if no announcement was replaced or came too "
          "late, start once with --configurations-from-l1",
          path, named);
    }
    if (!made_under_.save(disk_, path).ok()) return fmt::format("cannot write {}", path);
  } else if (loaded.error() == da::BatchConfigsError::kCorrupt) {
    return fmt::format(
        "{} is damaged: restore it from a backup; or remove it and start again, and see what a "
        "missing one takes",
        path);
  } else {
    return fmt::format("cannot read {}", path);
  }
  for (const da::BatchConfigs* list : {&announced_, &made_under_}) {
    for (const da::BatchConfig& entry : list->entries()) {
      const stf::Config config = entry.decoded();
      for (u32 t = 0; t < exchange::kTableCount; ++t)
        reserved_[t] = std::max(reserved_[t], config.capacity[t]);
    }
  }
  return {};
}

// Each batch of the log under the configuration that it was made under. A batch that this process
// must not make ends it.
NodeResult<ReplayedLog> NodeCore::replay(const NodeProgress& say) {
  const ReplayedLog replayed = GAVEL_TRY(replay_block_log(
      options_, rules_, disk_, stores_, [this](const SealedBlock& block) { return seal(block); },
      say,
      [this](u64 batch) {
        const std::lock_guard lock(configs_mutex_);
        if (!run_under(made_under_.of(batch), batch)) return false;
        begun_ = batch;
        return true;
      }));
  if (!replayed.ended) return replayed;
  if (!retired_) return failure();
  retired_->why = fmt::format(
      "the block log holds blocks of batch {}, which {}; that program ends the batch, and says "
      "when another has to go on",
      retired_->batch, retired_->why);
  return replayed;
}

// Executor's thread, or the recovering one. Once a batch, so the disk may be asked.
bool NodeCore::begin_batch(u64 batch) {
  const std::lock_guard lock(configs_mutex_);
  if (batch == begun_) return true;  // by the recovery
  // Where another configuration was announced too late nothing changes until that is set right.
  const bool late = announced_.first_difference(made_under_, begun_) != 0;
  const da::BatchConfig before = made_under_.of(batch - 1);
  const da::BatchConfig next = late ? before : announced_.of(batch);
  if (!run_under(next, batch)) {
    retired_->why = fmt::format("batch {} {}", batch, retired_->why);
    return false;
  }
  const bool changes = next.hash != before.hash;
  if (changes || made_under_.entries().back().start >= batch) {
    da::BatchConfigs made = made_under_;
    made.cut(batch);
    if (changes) made.set(batch, next.words);
    // Before the batch has a block: what executes it again reads this.
    if (!made.save(disk_, configurations_path(options_)).ok()) {
      fail(fmt::format("the disk failed while {} was written", configurations_path(options_)),
           true);
      return false;
    }
    made_under_ = std::move(made);
  }
  if (changes) {
    ops::log_info("node", "another configuration from this batch on",
                  {{"batch", batch}, {"config_hash", hex_of(next.hash)}});
  }
  begun_ = batch;
  return true;
}

// Makes the rules those of the configuration, or retires. Between two blocks.
bool NodeCore::run_under(const da::BatchConfig& config, u64 batch) {
  retired_ = obstacle(config);
  if (retired_) {
    retired_->batch = batch;
    return false;
  }
  rules_ = stf::make_rules(config.decoded());
  if (builder_ != nullptr) builder_->set_limits(*limits_under(options_.batch, rules_.config));
  return true;
}

// What keeps this process from making a batch under a configuration.
std::optional<Retirement> NodeCore::obstacle(const da::BatchConfig& named) const {
  const stf::Config config = named.decoded();
  Retirement out{0, config.image_root, {}, false};
  if (!options_.images.empty() && !std::ranges::count(options_.images, config.image_root)) {
    out.why = fmt::format(
        "is judged by image {}, and this program's rules are those of {}: start the program of "
        "that image on this directory, or name it in chain.same_rules if its rules are the same",
        hex_of(config.image_root), hex_of(options_.images.front()));
    return out;
  }
  if (!limits_under(options_.batch, config)) {
    out.why =
        "has a configuration whose rows_end_unit or max_batch_pages leaves no room for a block of "
        "this program's: announce another";
    return out;
  }
  if (!parts_made_) return {};
  out.reopens = true;
  const bool same_domain = config.chain_id == opened_config_.chain_id &&
                           config.verifying_contract == opened_config_.verifying_contract;
  if (!same_domain) {
    out.why = "binds signatures to another chain or contract: the directory is opened anew";
    return out;
  }
  for (u32 t = 0; t < exchange::kTableCount; ++t) {
    if (config.capacity[t] <= reserved_[t]) continue;
    out.why = "has larger tables than were laid out: the directory is opened anew";
    return out;
  }
  return {};
}

void NodeCore::announce(const da::BatchConfigs& announced) {
  const std::lock_guard lock(configs_mutex_);
  announced_ = announced;
}

u64 NodeCore::misconfigured() const {
  const std::lock_guard lock(configs_mutex_);
  return announced_.first_difference(made_under_, begun_);
}

u64 NodeCore::next_config_batch() const {
  const std::lock_guard lock(configs_mutex_);
  for (const da::BatchConfig& entry : announced_.entries())
    if (entry.start > begun_) return entry.start;
  return 0;
}

da::BatchConfig NodeCore::config_of(u64 batch) const {
  const std::lock_guard lock(configs_mutex_);
  return batch <= begun_ ? made_under_.of(batch) : announced_.of(batch);
}

std::optional<Retirement> NodeCore::retired() const {
  const std::lock_guard lock(configs_mutex_);
  return retired_;
}

}  // namespace gavel::sequencer
