// Any bytes: the reader stays inside them, and every varint it accepts has the writer's encoding.
#include "base/bytes.hpp"

using gavel::u64;
using gavel::u8;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  gavel::base::ByteReader reader(std::span<const u8>(data, size));
  while (reader.ok() && reader.remaining() > 0) {
    const u64 before = reader.position();
    const u64 value = reader.read_varint();
    if (!reader.ok()) break;
    std::array<u8, 10> buffer{};
    gavel::base::ByteWriter writer(buffer);
    writer.write_varint(value);
    GAVEL_CHECK(writer.ok() && writer.size() == reader.position() - before);
    for (u64 i = 0; i < writer.size(); ++i) GAVEL_CHECK(buffer[i] == data[before + i]);
    (void)reader.read_bytes(value % 16);
  }
  GAVEL_CHECK(reader.position() <= size);
  return 0;
}
