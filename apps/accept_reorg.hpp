// gavel node --accept-reorg, --accept-configuration: the operator's answers to a reorg of L1 deeper
// than the inbox depth, and to a configuration that was announced too late.
//
// What: the first compares the messages that the node has executed with those of L1, and rolls the
// data directory back to before the first that L1 no longer has; the second compares
// configurations, and rolls it back to before the first batch that has another one than L1 names.
// Acknowledged blocks are lost by it, which is why nobody but an operator decides.
#pragma once

#include "io/disk.hpp"
#include "node_l1.hpp"

namespace gavel::apps {

[[nodiscard]] AppResult<void> accept_reorg(const NodeSettings& settings, const ChainOnL1& chain,
                                           L1Link& link, io::Disk& disk);
[[nodiscard]] AppResult<void> accept_configuration(const NodeSettings& settings,
                                                   const ChainOnL1& chain, L1Link& link,
                                                   io::Disk& disk);

}  // namespace gavel::apps
