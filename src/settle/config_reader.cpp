#include "settle/config_reader.hpp"

#include <algorithm>

namespace gavel::settle {

namespace {

da::ConfigWords words_of(const NamedConfig& named) {
  da::ConfigWords words;
  std::copy_n(named.words.begin(), words.size(), words.begin());
  return words;
}

}  // namespace

l1::Result<bool> ConfigReader::poll() {
  const auto head = GAVEL_TRY(rpc_.header(l1::BlockTag::kLatest));
  if (!head) return l1::make_error(l1::ErrorKind::kNotFound, "L1 has no latest block");
  if (known_ && head_ == head->hash) return false;
  const u64 deep = head->number + 1 > depth_ ? head->number + 1 - depth_ : 0;
  const u64 block = std::max(deep, contracts_.deployment_block);
  da::BatchConfigs now = GAVEL_TRY(read(block));
  head_ = head->hash;
  const bool changed = !known_ || now.entries() != known_->entries();
  known_ = std::move(now);
  return changed;
}

l1::Result<da::BatchConfigs> ConfigReader::read(u64 block) {
  std::vector<NamedConfig> all = {
      GAVEL_TRY(read_configuration_at(rpc_, contracts_, ~u64{0}, block))};
  while (all.back().start != 0) {
    const u64 batch = all.back().start - 1;
    all.push_back(GAVEL_TRY(read_configuration_at(rpc_, contracts_, batch, block)));
    if (all.back().start > batch) {
      return l1::make_error(l1::ErrorKind::kForeignLog,
                            "SystemConfig names a configuration for batch " +
                                std::to_string(batch) + " that starts later");
    }
  }
  da::BatchConfigs out(words_of(all.back()));
  for (auto entry = all.rbegin(); entry != all.rend(); ++entry) {
    out.set(entry->start, words_of(*entry));
  }
  return out;
}

}  // namespace gavel::settle
