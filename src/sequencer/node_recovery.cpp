#include "sequencer/node_recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/bytes.hpp"
#include "io/random.hpp"
#include "sequencer/block_record.hpp"
#include "sequencer/node_rollback.hpp"
#include "state/block_log_reader.hpp"

namespace gavel::sequencer {

namespace {

using exchange::Table;

constexpr auto kSayEvery = std::chrono::seconds(2);

// Objects from the state directory into the tables; later ones replace earlier ones.
class HotSink final : public state::ObjectSink {
 public:
  explicit HotSink(state::HotState& state) : state_(state) {}

  bool load(u8 table, u32 index, std::span<const u8> encoding) override {
    // No object of this state ever goes: slots are freed, not removed.
    if (table >= exchange::kTableCount || encoding.empty()) return false;
    return state_.load_object(static_cast<Table>(table), index, encoding);
  }

 private:
  state::HotState& state_;
};

std::string_view text_of(state::CommitError error) {
  using state::CommitError;
  switch (error) {
    case CommitError::kDisk:
    case CommitError::kStopped:
      return "the disk failed";
    case CommitError::kCorrupt:
      return "a file in it is damaged";
    case CommitError::kBadObject:
    case CommitError::kMalformed:
      return "an object in it is none of this version's";
    case CommitError::kBeyondCapacity:
      return "it holds more objects than the configurations allow";
    case CommitError::kRootMismatch:
      return "its objects do not give the state root that was published";
    default:
      return "its files contradict each other";
  }
}

std::string text_of(const std::vector<state::DamagedFile>& damaged) {
  std::string text;
  for (const state::DamagedFile& file : damaged)
    text += fmt::format("{}{} at byte {}", text.empty() ? "" : ", ", file.path, file.offset);
  return text;
}

std::string state_error(const NodeOptions& options, state::CommitError error,
                        const state::RecoveryReport& report = {}) {
  return fmt::format(
      "the state in {} cannot be opened: {} ({}); restore the directory from a backup, or "
      "remove the whole data directory and start anew from L1",
      state_directory(options), text_of(error),
      report.damaged.empty() ? "no whole chain of records from a snapshot or from batch 0"
                             : text_of(report.damaged));
}

u64 random_number(const NodeOptions& options) {
  io::EntropyRandom entropy;
  return options.random != nullptr ? options.random->next() : entropy.next();
}

}  // namespace

// A node of another chain must not write into it.
NodeResult<void> check_chain(const NodeOptions& options, const stf::Config& config,
                             io::Disk& disk) {
  constexpr u64 kBytes = 8 + 20;
  std::array<u8, kBytes> ours{};
  base::ByteWriter w(ours);
  w.write_u64_be(config.chain_id);
  w.write_bytes(config.verifying_contract.bytes);
  const std::string path = options.data_directory + "/chain";
  const auto stored = io::read_file(disk, path, kBytes);
  if (stored.ok()) {
    // A process that was killed may have given the file its name and not synced that.
    const bool same = std::ranges::equal(*stored, ours);
    if (same && disk.sync_directory(options.data_directory).ok()) return {};
    if (same) return fmt::format("the disk failed at {}", options.data_directory);
    if (stored->size() == kBytes) {
      return fmt::format(
          "data directory {} belongs to another chain (file chain: chain id {}, this node's is "
          "{}); give this chain a directory of its own with data.directory",
          options.data_directory, base::ByteReader(*stored).read_u64_be(), config.chain_id);
    }
  }
  if (stored.ok() || stored.error() == io::DiskError::kNoSpace) {
    return fmt::format(
        "{} is damaged: it does not have {} bytes; if the directory is this chain's, remove the "
        "file and start again, it is made anew",
        path, kBytes);
  }
  if (stored.error() != io::DiskError::kNotFound) {
    return fmt::format("cannot read {}: {}", path, io::name_of(stored.error()));
  }
  if (const auto made = disk.make_directory(options.data_directory); !made.ok()) {
    return fmt::format("cannot make the data directory {}: {}", options.data_directory,
                       io::name_of(made.error()));
  }
  if (const auto written = io::write_file_atomically(disk, path, ours); !written.ok()) {
    return fmt::format("cannot write {}: {}", path, io::name_of(written.error()));
  }
  return {};
}

namespace {

state::CommitConfig commit_config(const NodeOptions& options, const TableCapacity& capacity) {
  state::CommitConfig out;
  out.directory = state_directory(options);
  out.retained_batches = options.retained_batches;
  out.retained_snapshots = options.retained_snapshots;
  out.tree.threads = options.tree_threads;
  constexpr u64 kMost = u64{1} << 31;
  for (u32 t = 0; t < exchange::kTableCount; ++t) {
    out.tree.capacity[t] = static_cast<u32>(std::min(u64{capacity[t]} + 1, kMost));
  }
  out.tree.capacity[static_cast<u8>(Table::global)] = 2;
  return out;
}

NodeResult<void> make_genesis(const NodeOptions& options, NodeStores& stores) {
  std::array<u8, stf::kLongestObjectBytes> bytes;
  const u32 size = stf::encode_object(exchange::Global{}, bytes);
  const std::span<const u8> global = std::span<const u8>(bytes).first(size);
  std::vector<u8> stream;
  state::append_entry(stream, static_cast<u8>(Table::global), state::EntryKind::kAfter, 1, global);
  const std::array<std::span<const u8>, 1> streams = {stream};
  const auto committed = stores.tree->commit(0, streams);
  if (!committed.ok()) return state_error(options, committed.error());
  GAVEL_CHECK(stores.hot->load_object(Table::global, 1, global));
  return {};
}

// Where the chain stood at the end of the newest committed batch.
NodeResult<void> find_end(const NodeOptions& options, NodeStores& stores) {
  const state::Commitment newest = *stores.tree->newest();
  if (newest.batch == 0) return {};
  const auto end = stores.batches->get_end(newest.batch);
  if (!end.ok()) {
    constexpr const char* kWhat[] = {"cannot be read", "missing",
                                     "damaged: its bytes do not have the checksum at its end"};
    return fmt::format("batch {} is committed, but its file {} is {}; restore it from a backup",
                       newest.batch, stores.batches->file_of(newest.batch),
                       kWhat[static_cast<u8>(end.error())]);
  }
  stores.end = *end;
  const auto root = stores.batches->get_root(newest.batch);
  if (root.ok() && *root == newest.root) return {};
  if (!stores.batches->put_root(newest.batch, newest.root).ok()) {
    return fmt::format("cannot write the root of batch {} into {}", newest.batch,
                       batch_directory(options));
  }
  return {};
}

NodeResult<void> open_log(const NodeOptions& options, io::Disk& disk, NodeStores& stores,
                          const state::RecoveryReport& report) {
  const std::string directory = block_log_directory(options);
  if (rollback_is_unfinished(options, disk)) {
    return fmt::format(
        "a rollback of {} was begun and not finished: run gavel node with --accept-reorg or "
        "--accept-configuration again, whichever it was",
        options.data_directory);
  }
  const u64 next = stores.end.block_number + 1;
  state::BlockLogPlace where;
  auto opened = state::BlockLogFile::open(disk,
                                          {.directory = directory,
                                           .first_block = next,
                                           .salt = random_number(options),
                                           .segment_bytes = options.block_log_segment_bytes},
                                          &where);
  if (!opened.ok() && opened.error() == state::BlockLogError::kDisk) {
    return fmt::format(
        "the block log in {} cannot be opened: the disk failed at {}; start again when it is well",
        directory, where.file.empty() ? directory : where.file);
  }
  if (!opened.ok()) {
    return fmt::format(
        "the block log in {} cannot be opened ({}: {} at byte {}, where block {} is expected); "
        "blocks that were acknowledged may be lost: restore the directory from a backup or a "
        "replica",
        directory, state::name_of(opened.error()), where.file.empty() ? directory : where.file,
        where.offset, where.block);
  }
  stores.blocks = std::move(*opened);
  if (stores.blocks->first_block() > next || stores.blocks->next_block() < next) {
    return fmt::format(
        "the block log in {} holds blocks {} to {}, but the newest whole record in {} is of batch "
        "{}, which ends at block {}: {}; restore all of {} from one backup",
        directory, stores.blocks->first_block(), stores.blocks->next_block() - 1,
        state_directory(options), stores.end.batch, stores.end.block_number,
        report.damaged.empty() ? "the directories are not of the same moment"
                               : "damaged: " + text_of(report.damaged),
        options.data_directory);
  }
  return {};
}

}  // namespace

NodeResult<NodeStores> open_node_stores(const NodeOptions& options, const TableCapacity& capacity,
                                        io::Disk& disk, const NodeProgress& say) {
  NodeStores stores;
  stores.log = std::make_unique<state::WriteLog>();
  stores.hot = std::make_unique<state::HotState>(state::HotCapacity{capacity}, stores.log.get(),
                                                 random_number(options));
  stores.batches = std::make_unique<da::BatchStore>(disk, batch_directory(options));
  if (!stores.batches->prepare().ok()) {
    return fmt::format("cannot make the directory {}", batch_directory(options));
  }
  say("loading the state");
  HotSink sink(*stores.hot);
  state::RecoveryReport report;
  auto tree = state::CommitStore::open(disk, commit_config(options, capacity), sink, report);
  if (!report.damaged.empty())
    say(fmt::format("damaged files of the state: {}", text_of(report.damaged)));
  if (!tree.ok()) return state_error(options, tree.error(), report);
  stores.tree = std::move(*tree);
  if (!stores.tree->newest()) GAVEL_TRY(make_genesis(options, stores));
  say(fmt::format("{} objects loaded, {} batches on top of {}; building the indexes",
                  report.objects, report.replayed,
                  report.snapshot ? fmt::format("snapshot {}", *report.snapshot) : "nothing"));
  if (report.dropped != 0)
    say(
        fmt::format("{} batch records at the end cannot be used; the next batch renames them to "
                    "*.damaged",
                    report.dropped));
  if (!stores.hot->rebuild_indexes()) return state_error(options, state::CommitError::kDiverged);
  GAVEL_TRY(find_end(options, stores));
  GAVEL_TRY(open_log(options, disk, stores, report));
  if (options.prefault_accounts + options.prefault_signers + options.prefault_orders != 0) {
    say("backing memory");
    stores.hot->prefault(
        {options.prefault_accounts, options.prefault_signers, options.prefault_orders}, {});
  }
  return stores;
}

ChainHead head_after(const da::BatchEnd& end) {
  ChainHead head;
  head.block_number = end.block_number;
  head.timestamp_ms = end.timestamp_ms;
  head.inbox_index = end.inbox_index;
  head.batch = end.batch + 1;
  return head;
}

NodeResult<ReplayedLog> replay_block_log(const NodeOptions& options, const stf::Rules& rules,
                                         io::Disk& disk, NodeStores& stores, const ReplaySink& sink,
                                         const NodeProgress& say, const ReplayBegin& begin) {
  ReplayedLog out;
  out.head = head_after(stores.end);
  // The records say where batches end; today's limits hold from the next block on.
  BatchLimits limits;
  limits.max_blocks = ~0u;
  limits.max_units = ~0u;
  limits.max_pages = ~0u;
  BlockBuilder builder(*stores.hot, rules, limits, out.head);
  const u64 last = stores.blocks->durable_block();
  const std::string directory = block_log_directory(options);
  state::BlockLogReader reader(disk, directory, out.head.block_number + 1);
  SealedBlock block;
  auto said = std::chrono::steady_clock::now();
  while (builder.head().block_number < last) {
    const u64 number = builder.head().block_number + 1;
    const bool first = builder.head().batch_blocks == 0;
    if (first && begin && !begin(builder.head().batch)) {
      out.ended = true;
      break;
    }
    const auto record = reader.read(last);
    if (!record.ok()) {
      return fmt::format("block {} of the block log in {} cannot be read ({})", number, directory,
                         state::name_of(record.error()));
    }
    const auto replayed = replay_block(*record, rules, *stores.hot, builder, block);
    if (!replayed.ok()) {
      return fmt::format(
          "block {} of the block log in {} does not execute ({}): the state and the log are "
          "not of the same chain, or this program has other rules than the one that wrote it",
          number, directory, name_of(replayed.error()));
    }
    ++out.blocks;
    out.transactions += block.executed.size();
    if (!sink(block)) {
      out.ended = true;
      break;
    }
    if (const auto now = std::chrono::steady_clock::now(); now - said > kSayEvery) {
      said = now;
      say(fmt::format("executing the block log: block {} of {}", number, last));
    }
  }
  out.head = builder.head();
  return out;
}

}  // namespace gavel::sequencer
