// bench_restart: how long a start takes from a snapshot on disk to a checked root.
//
// What: writes a snapshot of `accounts` synthetic accounts into a directory, then opens it as a
// node would: verify the file, hash every object, hash all nodes, compare the root. The sink only
// counts, so the hot state's own decoding comes on top.
#pragma once

#include <string>

#include "base/types.hpp"

namespace gavel::state {

struct RestartBenchOptions {
  std::string directory;  // of its own; its state files are removed before and after
  u64 accounts = 10'000'000;
  u32 threads = 2;
};

struct RestartBenchResult {
  RestartBenchOptions options;
  u64 snapshot_bytes = 0;
  double write_s = 0;  // copy, sync and seal
  double open_s = 0;   // everything up to a usable tree
  // The same in core-seconds, which a busy machine does not change.
  double write_core_s = 0;
  double open_core_s = 0;
  bool ok = false;  // false: the disk refused
};

RestartBenchResult bench_restart(const RestartBenchOptions& options);

std::string to_text(const RestartBenchResult& result);
std::string to_json(const RestartBenchResult& result);

}  // namespace gavel::state
