#include "model/fuzz_inputs.hpp"

#include <algorithm>

namespace gavel::model {
namespace {

constexpr u32 kVariantsOfPages = 6;
constexpr u32 kVariantsOfActions = 12;
constexpr u32 kMostPages = 64;
constexpr u32 kMostActions = 150;

FuzzedBatch batch_of(const stf::Config& config, const Twin& twin) {
  FuzzedBatch out{config, twin.pages(), twin.messages(), 0, twin.now_ms()};
  out.founding_pages = out.pages.size();
  return out;
}

const FuzzedBatch& founded(u32 variant) {
  static std::array<FuzzedBatch, kVariantsOfPages> all;
  FuzzedBatch& out = all[variant];
  if (!out.pages.empty()) return out;
  const stf::Config config = small_config(variant);
  Twin twin(config);
  SeededChoices choices(1);
  Trader(twin, choices).found();
  twin.close();
  return out = batch_of(config, twin);
}

stf::Config config_of(ByteChoices& choices) {
  return small_config(static_cast<u32>(choices.below(kVariantsOfActions)));
}

}  // namespace

FuzzedBatch pages_of(std::span<const u8> data) {
  FuzzedBatch out = founded(data.empty() ? 0 : data[0] % kVariantsOfPages);
  std::size_t at = 1;
  while (at + 2 < data.size() && out.pages.size() < kMostPages) {
    const std::size_t wanted = (std::size_t{data[at]} << 8 | data[at + 1]) % stf::kMaxPageBytes + 1;
    at += 2;
    const auto page = data.subspan(at, std::min(wanted, data.size() - at));
    out.pages.emplace_back(page.begin(), page.end());
    at += page.size();
  }
  return out;
}

std::unique_ptr<Twin> play(std::span<const u8> data, const AfterEach& after_each) {
  ByteChoices choices(data);
  auto twin = std::make_unique<Twin>(config_of(choices));
  Trader trader(*twin, choices);
  trader.found();
  for (u32 i = 0; i < kMostActions && !choices.exhausted(); ++i) {
    trader.step();
    if (after_each && !after_each(*twin, i)) break;
  }
  return twin;
}

FuzzedBatch actions_of(std::span<const u8> data) {
  const std::unique_ptr<Twin> twin = play(data);
  twin->close();
  ByteChoices choices(data);
  return batch_of(config_of(choices), *twin);
}

}  // namespace gavel::model
