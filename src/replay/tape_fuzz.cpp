// Any bytes as a tape and as an L2-like file: readers end with events or one error, and whatever is
// read can be translated.
#include <string_view>

#include "base/check.hpp"
#include "replay/tape_stream.hpp"

using namespace gavel;
using namespace gavel::replay;

namespace {

void play(std::string_view bytes, TapeFormat format) {
  const TapeOpener open = [bytes, format] { return tape_from_bytes(bytes, format); };
  const auto plan = plan_tape(open, format, {.accounts = 70, .max_fills = 4});
  if (!plan.ok()) {
    GAVEL_CHECK(!plan.error().text().empty());
    return;
  }
  auto tape = open();
  TapeStream stream(std::move(*tape), {.accounts = 70, .max_fills = 4}, format, plan->survey);
  std::vector<Message> messages;
  u64 count = 0;
  for (;;) {
    const auto more = stream.next(messages);
    GAVEL_CHECK(more.ok());
    if (!*more) break;
    for (const Message& m : messages) {
      GAVEL_CHECK(m.account < 70 && m.fills.size() <= 4);
      GAVEL_CHECK(m.kind == MessageKind::cancel || (m.lots > 0 && m.lots <= exchange::kMaxLots));
      GAVEL_CHECK(m.kind == MessageKind::cancel || (m.price > 0 && m.price <= 0xffff'ffff));
      for (const Fill& fill : m.fills) GAVEL_CHECK(fill.account != m.account);
    }
    count += messages.size();
    messages.clear();
  }
  GAVEL_CHECK(count == plan->messages);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  play(bytes, (data[0] & 1) != 0 ? TapeFormat::lobster : TapeFormat::orders);
  return 0;
}
