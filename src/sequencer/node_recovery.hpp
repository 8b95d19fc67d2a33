// Recovery: from a data directory to a node that stands where it last promised to stand.
//
// What: open_node_stores() loads the state of the newest committed batch and finds the chain's end
// there; replay_block_log() executes every block that the block log holds beyond it and gives each
// to the caller, so that batches that were not finished are made again, byte for byte. Why two
// steps: what comes between them, the batch sealer, needs the stores and is needed by the replay.
// Invariant: whatever was acknowledged is in the block log or in a committed batch; if the files
// contradict each other the result is an error that names the file and says what to do, never a
// state that nobody promised.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "da/batch_store.hpp"
#include "io/disk.hpp"
#include "sequencer/node_options.hpp"
#include "state/block_log_file.hpp"
#include "state/commit_store.hpp"

namespace gavel::sequencer {

// The error is a sentence for the operator.
template <class T>
using NodeResult = base::Result<T, std::string>;

struct NodeStores {
  std::unique_ptr<state::WriteLog> log;
  std::unique_ptr<state::HotState> hot;
  std::unique_ptr<state::CommitStore> tree;
  std::unique_ptr<da::BatchStore> batches;
  std::unique_ptr<state::BlockLogFile> blocks;
  da::BatchEnd end;  // of the newest committed batch; all zero for the genesis
};

// That the directory is this chain's; a new one is from here on.
[[nodiscard]] NodeResult<void> check_chain(const NodeOptions& options, const stf::Config& config,
                                           io::Disk& disk);

// The greatest index of each table.
using TableCapacity = std::array<u32, exchange::kTableCount>;

// An empty directory becomes that of a new chain: the genesis is committed as batch 0. `capacity`:
// the greatest of all configurations that the process will see.
[[nodiscard]] NodeResult<NodeStores> open_node_stores(const NodeOptions& options,
                                                      const TableCapacity& capacity, io::Disk& disk,
                                                      const NodeProgress& say);

// The chain between the committed end and the first block after it.
ChainHead head_after(const da::BatchEnd& end);

// Called for each block; false ends the replay (the caller knows why).
using ReplaySink = std::function<bool(const SealedBlock&)>;
// Called before each batch's first block that is executed; may change the rules; false ends the
// replay.
using ReplayBegin = std::function<bool(u64 batch)>;

struct ReplayedLog {
  ChainHead head;
  u64 blocks = 0;
  u64 transactions = 0;
  bool ended = false;  // by one of the two
};

[[nodiscard]] NodeResult<ReplayedLog> replay_block_log(const NodeOptions& options,
                                                       const stf::Rules& rules, io::Disk& disk,
                                                       NodeStores& stores, const ReplaySink& sink,
                                                       const NodeProgress& say,
                                                       const ReplayBegin& begin = {});

}  // namespace gavel::sequencer
