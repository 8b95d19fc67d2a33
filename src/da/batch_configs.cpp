#include "da/batch_configs.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "crypto/keccak.hpp"

namespace gavel::da {

namespace {

constexpr u64 kEntryBytes = 8 + stf::kConfigBytes;
constexpr u64 kHashBytes = 32;
constexpr u64 kMaxFileBytes = u64{1} << 24;

}  // namespace

ConfigWords words_of(const stf::Config& config) {
  ConfigWords words;
  stf::encode_config(config, words);
  return words;
}

void BatchConfigs::set(u64 start, const ConfigWords& words) {
  if (!entries_.empty() && start != 0) cut(start);
  if (start == 0) entries_.clear();
  entries_.push_back({start, words, stf::config_hash(words)});
}

void BatchConfigs::cut(u64 batch) {
  GAVEL_CHECK(batch > 0);
  while (entries_.back().start >= batch) entries_.pop_back();
}

const BatchConfig& BatchConfigs::of(u64 batch) const {
  auto at = entries_.end() - 1;
  while (at->start > batch) --at;
  return *at;
}

u64 BatchConfigs::first_difference(const BatchConfigs& other, u64 last) const {
  u64 first = 0;
  const auto look = [&](u64 batch) {
    if (batch > last || (first != 0 && batch >= first)) return;
    if (of(batch).hash != other.of(batch).hash) first = batch;
  };
  // Between two starts nothing changes; batch 0 has no blocks.
  look(1);
  for (const auto* list : {&entries_, &other.entries_}) {
    for (const BatchConfig& entry : *list) look(std::max<u64>(entry.start, 1));
  }
  return first;
}

base::Result<BatchConfigs, BatchConfigsError> BatchConfigs::load(io::Disk& disk,
                                                                 const std::string& path) {
  const auto bytes = io::read_file(disk, path, kMaxFileBytes);
  if (!bytes.ok()) {
    return bytes.error() == io::DiskError::kNotFound ? BatchConfigsError::kMissing
                                                     : BatchConfigsError::kDisk;
  }
  const std::span<const u8> all(*bytes);
  if (all.size() < kEntryBytes + kHashBytes || (all.size() - kHashBytes) % kEntryBytes != 0) {
    return BatchConfigsError::kCorrupt;
  }
  const std::span<const u8> body = all.first(all.size() - kHashBytes);
  base::ByteReader tail(all.last(kHashBytes));
  if (crypto::keccak256(body) != tail.read_hash()) return BatchConfigsError::kCorrupt;
  BatchConfigs out;
  base::ByteReader in(body);
  while (in.remaining() != 0) {
    const u64 start = in.read_u64_be();
    const bool ascends = out.entries_.empty() ? start == 0 : start > out.entries_.back().start;
    if (!ascends) return BatchConfigsError::kCorrupt;
    out.set(start, in.read_array<stf::kConfigBytes>());
  }
  return out;
}

base::Result<void, BatchConfigsError> BatchConfigs::save(io::Disk& disk,
                                                         const std::string& path) const {
  std::vector<u8> bytes(entries_.size() * kEntryBytes + kHashBytes);
  base::ByteWriter out(bytes);
  for (const BatchConfig& entry : entries_) {
    out.write_u64_be(entry.start);
    out.write_bytes(entry.words);
  }
  out.write_hash(crypto::keccak256(out.written()));
  if (!io::write_file_atomically(disk, path, bytes).ok()) return BatchConfigsError::kDisk;
  return {};
}

}  // namespace gavel::da
