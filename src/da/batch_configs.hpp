// BatchConfigs: which configuration each batch has (docs/protocol/l1.md, "Configuration").
//
// What: configurations by the batch at which each starts. As L1 names them it is what comes; as a
// node keeps it beside its batches it is what was: the blocks of a batch are executed again under
// the configuration that this says. Why a file of the node's own: L1 may name another one later (an
// announcement that was replaced, a deep reorg), and what a block ran under must not depend on it.
// Invariant: starts ascend; the first is 0. Bytes: each start u64, big-endian, and 1,024 bytes;
// at the end keccak of all before it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/disk.hpp"
#include "stf/config.hpp"

namespace gavel::da {

using ConfigWords = std::array<u8, stf::kConfigBytes>;

ConfigWords words_of(const stf::Config& config);

struct BatchConfig {
  u64 start = 0;  // the first batch that has it
  ConfigWords words{};
  Hash32 hash;  // of the words as they are

  stf::Config decoded() const { return stf::decode_config(words); }
  friend bool operator==(const BatchConfig&, const BatchConfig&) = default;
};

// The configuration that a node has made a batch under.
using MadeUnder = std::function<BatchConfig(u64 batch)>;

enum class BatchConfigsError : u8 { kDisk, kMissing, kCorrupt };

class BatchConfigs {
 public:
  // All batches have these words.
  explicit BatchConfigs(const ConfigWords& words) { set(0, words); }
  explicit BatchConfigs(const stf::Config& config) : BatchConfigs(words_of(config)) {}

  // The batches from `start` on have these words, whatever was known of them.
  void set(u64 start, const ConfigWords& words);
  // Forgets what starts at `batch` > 0 or later.
  void cut(u64 batch);

  const BatchConfig& of(u64 batch) const;
  const std::vector<BatchConfig>& entries() const { return entries_; }
  // The first batch up to `last` that has another configuration there; 0: none.
  u64 first_difference(const BatchConfigs& other, u64 last) const;

  [[nodiscard]] static base::Result<BatchConfigs, BatchConfigsError> load(io::Disk& disk,
                                                                          const std::string& path);
  // Durable when it returns.
  [[nodiscard]] base::Result<void, BatchConfigsError> save(io::Disk& disk,
                                                           const std::string& path) const;

 private:
  BatchConfigs() = default;
  std::vector<BatchConfig> entries_;
};

}  // namespace gavel::da
