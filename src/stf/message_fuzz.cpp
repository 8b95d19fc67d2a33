// Any bytes: a message that decodes re-encodes to the same bytes; others give the empty message.
#include "stf/message.hpp"

#include <algorithm>

#include "base/check.hpp"

using namespace gavel;
using namespace gavel::stf;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  Message message;
  if (!decode_message(std::span<const u8>(data, size), message)) {
    GAVEL_CHECK(message == Message{});
    return 0;
  }
  std::array<u8, kMaxMessageBytes> bytes;
  GAVEL_CHECK(encode_message(message, bytes) == size);
  GAVEL_CHECK(std::equal(data, data + size, bytes.begin()));
  return 0;
}
