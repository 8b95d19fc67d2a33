// ConfigReader: the configurations that SystemConfig names, as of an L1 block deep enough.
//
// What: asks the contract itself, at the block that lies `depth` deep, from the last configuration
// backwards; each answer names the batch at which it starts. Why at a depth: a reorg that is
// shallower takes no announcement back that was counted. Why not the latest: blocks are made under
// what this says. Threads: none of its own.
#pragma once

#include <optional>

#include "da/batch_configs.hpp"
#include "settle/contracts.hpp"

namespace gavel::settle {

class ConfigReader {
 public:
  // `depth` >= 1: 1 is the newest block.
  ConfigReader(l1::Rpc& rpc, const Contracts& contracts, u32 depth)
      : rpc_(rpc), contracts_(contracts), depth_(depth) {}

  // True if they are others than before. One request while L1 stands still, and one more a
  // configuration when there is a new block.
  [[nodiscard]] l1::Result<bool> poll();
  // Nothing before the first poll that succeeded.
  const std::optional<da::BatchConfigs>& known() const { return known_; }

 private:
  [[nodiscard]] l1::Result<da::BatchConfigs> read(u64 block);

  l1::Rpc& rpc_;
  Contracts contracts_;
  u32 depth_;
  std::optional<Hash32> head_;
  std::optional<da::BatchConfigs> known_;
};

}  // namespace gavel::settle
