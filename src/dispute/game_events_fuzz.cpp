// Any log through the decoder and into a view: total, and a view keeps its invariants.
#include "base/check.hpp"
#include "dispute/game_view.hpp"

using namespace gavel;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
  dispute::GameShape shape;
  shape.first_state = [](const Hash32&, const Hash32& cursor) { return cursor; };
  dispute::GameView view(shape, {}, {});
  const auto& topics = dispute::game_topics();
  while (size > 4) {
    l1::Log log;
    log.topics.push_back(topics[data[0] % topics.size()]);
    const u32 indexed = data[1] % 5;
    const size_t words = data[2] % 72;
    const bool root = (data[3] & 1) != 0;
    data += 4;
    size -= 4;
    const auto take = [&](Hash32& word) {
      const size_t n = size < 4 ? size : 4;
      for (size_t i = 0; i < n; ++i) word.bytes[28 + i] = data[i];
      data += n;
      size -= n;
    };
    for (u32 i = 0; i < indexed; ++i) take(log.topics.emplace_back());
    if (root && indexed > 0) log.topics[1] = view.root().id;
    for (size_t i = 0; i < words; ++i) {
      Hash32 word;
      take(word);
      log.data.insert(log.data.end(), word.bytes.begin(), word.bytes.end());
    }
    (void)dispute::decode_game_created(log);
    const auto event = dispute::decode_game_event(log);
    if (!event || !view.apply(*event)) continue;
    for (const auto& [id, claim] : view.claims()) {
      GAVEL_CHECK(view.dispute(claim.dispute) != nullptr);
      for (const auto& [k, child] : claim.marked) GAVEL_CHECK(view.dispute(child) != nullptr);
    }
  }
  dispute::EarnedTimes times(view, {1, 2}, 100);
  for (const auto& [id, claim] : view.claims()) (void)times.of_claim(id);
  return 0;
}
