// Any bytes as a batch's pages, after a small exchange has been founded: the unit loop never fails
// a check, the batch always finishes, and the model says the same of whatever was executed.
//
// The input: pages, each a length u16 (its low 12 bits and one) and so many bytes; what is missing
// at the end is missing from the last page.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "model/byte_choices.hpp"

using namespace gavel;
using namespace gavel::model;

namespace {

struct Founded {
  stf::Config config;
  std::vector<Bytes> pages, messages;
  u64 now_ms = 0;
};

const Founded& founded(u32 variant) {
  static std::array<Founded, 6> all;
  Founded& out = all[variant];
  if (!out.pages.empty()) return out;
  out.config = small_config(variant);
  Twin twin(out.config);
  SeededChoices choices(1);
  Trader(twin, choices).found();
  twin.close();
  out.pages = twin.pages();
  out.messages = twin.messages();
  out.now_ms = twin.now_ms();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  if (size == 0) return 0;
  const Founded& start = founded(data[0] % 6);
  std::vector<Bytes> pages = start.pages;
  std::size_t at = 1, bytes = 0;
  while (at + 2 < size && pages.size() < 64) {
    const std::size_t wanted = (std::size_t{data[at]} << 8 | data[at + 1]) % 4'096 + 1;
    at += 2;
    const std::size_t has = std::min(wanted, size - at);
    pages.emplace_back(data + at, data + at + has);
    at += has;
    bytes += has;
  }
  static constexpr u64 kHourMs = 3'600'000;
  const Judged judged = judge(start.config, pages, start.messages, start.now_ms + kHourMs);
  // A row is a byte at least, and no action goes on for more than 128 units.
  GAVEL_CHECK(judged.units <= (bytes + start.messages.size() + 200) * 130);
  if (!judged.difference.empty()) {
    std::fprintf(stderr, "%s\n", judged.difference.c_str());
    std::abort();
  }
  return 0;
}
