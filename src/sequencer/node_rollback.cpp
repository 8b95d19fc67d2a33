#include "sequencer/node_rollback.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/random.hpp"
#include "sequencer/block_record.hpp"
#include "state/block_log_reader.hpp"
#include "state/tree_journal.hpp"

namespace gavel::sequencer {

namespace {

std::string kept_directory(const NodeOptions& options) {
  return options.data_directory + "/blocks-kept";
}

bool holds_files(io::Disk& disk, const std::string& directory) {
  const auto names = disk.list(directory);
  return names.ok() && !names->empty();
}

std::string disk_failed(const std::string& what) {
  return fmt::format("the disk failed while {} was rolled back; run the same command again", what);
}

// One rollback, step by step.
class Run {
 public:
  // Either is beyond all that there are if the other counts.
  Run(const NodeOptions& options, io::Disk& disk, u64 message, u64 batch, const NodeProgress& say)
      : options_(options),
        disk_(disk),
        message_(message),
        batch_(batch),
        say_(say),
        batches_(disk, batch_directory(options)) {}

  NodeResult<Rollback> run(u64 next_batch_on_l1) {
    GAVEL_TRY(finish_swap());
    GAVEL_TRY(find_base());
    if (base_.batch < newest_ && next_batch_on_l1 > base_.batch + 1) {
      return fmt::format(
          "L1 has fixed batches up to {} with the history that would be dropped from batch {} on: "
          "this directory cannot follow L1; remove it and start anew from L1",
          next_batch_on_l1 - 1, base_.batch + 1);
    }
    if (base_.batch < newest_) GAVEL_TRY(check_openable());
    GAVEL_TRY(copy_kept_blocks());
    if (out_.first_dropped_block == 0) return out_;
    say_(fmt::format("dropping blocks {} to {}: they were built on {}", out_.first_dropped_block,
                     out_.last_dropped_block,
                     batch_ != ~u64{0} ? fmt::format("batch {}", batch_)
                                       : fmt::format("inbox message {}", message_)));
    if (base_.batch < newest_) {
      out_.first_dropped_batch = base_.batch + 1;
      say_(fmt::format("dropping batches {} to {}", base_.batch + 1, newest_));
      GAVEL_TRY(drop_state());
      GAVEL_TRY(drop_batches());
    }
    if (!move_away(block_log_directory(options_)).ok()) return disk_failed("the block log");
    GAVEL_TRY(finish_swap());
    return out_;
  }

 private:
  // Renames, so that an operator can still look at it.
  io::DiskResult<void> move_away(const std::string& path) {
    return disk_.rename(path, fmt::format("{}.orphaned-{}", path, out_.first_dropped_block));
  }

  // The kept blocks take the place of those that were moved away.
  NodeResult<void> finish_swap() {
    const std::string blocks = block_log_directory(options_);
    if (holds_files(disk_, blocks) || !holds_files(disk_, kept_directory(options_))) return {};
    if (!disk_.rename(kept_directory(options_), blocks).ok() ||
        !disk_.sync_directory(options_.data_directory).ok()) {
      return disk_failed("the block log");
    }
    return {};
  }

  // The last batch before what goes.
  NodeResult<void> find_base() {
    const auto files = state::list_state_files(disk_, state_directory(options_));
    if (!files.ok()) return disk_failed("the state");
    newest_ = files->batches.empty() ? 0 : files->batches.back();
    for (u64 snapshot : files->snapshots) newest_ = std::max(newest_, snapshot);
    for (u64 batch = newest_; batch > 0; --batch) {
      const auto end = batches_.get_end(batch);
      if (!end.ok())
        return fmt::format("batch {} in {} cannot be read", batch, batch_directory(options_));
      if (batch == newest_) last_block_ = end->block_number;
      if (end->inbox_index >= message_ || batch >= batch_) continue;
      base_ = *end;
      break;
    }
    return {};
  }

  // Blocks behind the base and before the message, into a log of their own.
  NodeResult<void> copy_kept_blocks() {
    out_.messages = base_.inbox_index;
    const std::string from = block_log_directory(options_);
    const std::string to = kept_directory(options_);
    io::EntropyRandom random;
    auto log = state::BlockLogFile::open(
        disk_, {.directory = from, .first_block = last_block_ + 1, .salt = random.next()});
    if (!log.ok()) return fmt::format("the block log in {} cannot be opened", from);
    const u64 first = base_.block_number + 1;
    const u64 last = (*log)->durable_block();
    // A segment that went with its batch took the blocks before the message along.
    const bool held = (*log)->first_block() <= first;
    if (const auto names = disk_.list(to); names.ok()) {
      for (const std::string& name : *names) (void)disk_.remove(to + "/" + name);
    }
    auto kept = state::BlockLogFile::open(
        disk_, {.directory = to, .first_block = first, .salt = random.next()});
    if (!kept.ok()) return disk_failed("the block log");
    state::BlockLogReader reader(disk_, from, first);
    u64 block = first;
    bool found = !held;
    for (; held && block <= last; ++block) {
      const auto record = reader.read(last);
      if (!record.ok()) return fmt::format("block {} of the block log cannot be read", block);
      const auto messages = count_record_messages(*record);
      const auto head = decode_record_head(*record);
      if (!messages.ok() || !head.ok())
        return fmt::format("block {} of the block log is damaged", block);
      found = out_.messages + *messages >= message_ || head->batch >= batch_;
      if (found) break;
      out_.messages += *messages;
      (*kept)->append(*record);
      if (block % kSyncEvery == 0 && !(*kept)->sync().ok()) return disk_failed("the block log");
    }
    if (!found) return remove_kept();
    if (!(*kept)->sync().ok()) return disk_failed("the block log");
    out_.first_dropped_block = block;
    out_.last_dropped_block = std::max(last, last_block_);
    if (block == first) GAVEL_TRY(remove_kept());
    return {};
  }

  // A log without blocks is made by the node itself.
  NodeResult<void> remove_kept() {
    const std::string to = kept_directory(options_);
    const auto names = disk_.list(to);
    if (!names.ok()) return disk_failed("the block log");
    for (const std::string& name : *names) {
      if (!disk_.remove(to + "/" + name).ok()) return disk_failed("the block log");
    }
    return {};
  }

  // That a start finds records from nothing, or from a snapshot on, up to the base.
  NodeResult<void> check_openable() {
    const auto files = state::list_state_files(disk_, state_directory(options_));
    if (!files.ok()) return disk_failed("the state");
    const auto recorded = [&](u64 first) {
      for (u64 batch = first; batch <= base_.batch; ++batch) {
        if (!std::ranges::binary_search(files->batches, batch)) return false;
      }
      return true;
    };
    bool openable = recorded(0);
    for (const u64 base : files->snapshots) {
      if (exact_at(base) <= base_.batch) openable |= recorded(base + 1);
    }
    if (openable) return {};
    return fmt::format(
        "the state in {} no longer reaches back to batch {}: remove the data directory and start "
        "anew from L1",
        state_directory(options_), base_.batch);
  }

  u64 exact_at(u64 snapshot) {
    const auto file = state::StateFileReader::open(
        disk_, state::snapshot_path(state_directory(options_), snapshot),
        state::FileKind::kSnapshot);
    return file.ok() ? file->tail().batch : ~u64{0};
  }

  // The newest first: what a cut leaves is a shorter chain.
  NodeResult<void> drop_state() {
    const std::string directory = state_directory(options_);
    const auto files = state::list_state_files(disk_, directory);
    if (!files.ok()) return disk_failed("the state");
    std::vector<std::string> paths;
    for (const u64 base : files->snapshots) {
      if (exact_at(base) > base_.batch) paths.push_back(state::snapshot_path(directory, base));
    }
    for (auto batch = files->batches.rbegin();
         batch != files->batches.rend() && *batch > base_.batch; ++batch) {
      paths.push_back(state::batch_path(directory, *batch));
    }
    for (const std::string& path : paths) {
      if (!move_away(path).ok()) return disk_failed("the state");
    }
    if (!disk_.sync_directory(directory).ok()) return disk_failed("the state");
    return {};
  }

  NodeResult<void> drop_batches() {
    const auto stored = batches_.list();
    if (!stored.ok()) return disk_failed("the batch store");
    for (const u64 batch : *stored) {
      if (batch <= base_.batch) continue;
      for (const char* suffix : {"root", "batch"}) {
        const auto moved = move_away(batches_.path(batch, suffix));
        if (!moved.ok() && moved.error() != io::DiskError::kNotFound)
          return disk_failed("the batch store");
      }
    }
    if (!disk_.sync_directory(batch_directory(options_)).ok())
      return disk_failed("the batch store");
    return {};
  }

  static constexpr u64 kSyncEvery = 64;

  const NodeOptions& options_;
  io::Disk& disk_;
  u64 message_;
  u64 batch_;
  const NodeProgress& say_;
  da::BatchStore batches_;
  u64 newest_ = 0;
  u64 last_block_ = 0;  // of the newest batch
  da::BatchEnd base_;
  Rollback out_;
};

}  // namespace

std::string describe_message_place(const da::BatchStore& batches, u64 newest_batch, u64 message,
                                   u64 head_block) {
  u64 first = 0;
  for (u64 batch = newest_batch; batch > 0; --batch) {
    const auto end = batches.get_end(batch);
    if (!end.ok()) break;
    if (end->inbox_index < message) {
      first = end->block_number + 1;
      newest_batch = batch;
      break;
    }
    newest_batch = batch - 1;
    first = end->first_block;
  }
  return fmt::format(
      "it was executed in batch {}, in block {} or later; blocks up to {} are built "
      "on it",
      newest_batch + 1, std::max<u64>(first, 1), head_block);
}

NodeResult<Rollback> roll_back_before_message(const NodeOptions& options, io::Disk& disk,
                                              u64 message, u64 next_batch_on_l1,
                                              const NodeProgress& say) {
  return Run(options, disk, message, ~u64{0}, say).run(next_batch_on_l1);
}

NodeResult<Rollback> roll_back_before_batch(const NodeOptions& options, io::Disk& disk, u64 batch,
                                            u64 next_batch_on_l1, const NodeProgress& say) {
  return Run(options, disk, ~u64{0}, batch, say).run(next_batch_on_l1);
}

bool rollback_is_unfinished(const NodeOptions& options, io::Disk& disk) {
  return holds_files(disk, kept_directory(options));
}

}  // namespace gavel::sequencer
