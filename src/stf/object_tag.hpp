// The two bytes that every object's encoding starts with: its table's slot and a version.
#pragma once

#include "base/check.hpp"
#include "stf/object_codec.hpp"
#include "stf/packed.hpp"

namespace gavel::stf {

// A writer behind the tag; `out` has room for `bytes`.
inline PackedWriter tagged(exchange::Table table, u32 bytes, std::span<u8> out) {
  GAVEL_CHECK(out.size() >= bytes);
  PackedWriter w(out.data());
  w.put_u8(static_cast<u8>(table));
  w.put_u8(kObjectVersion);
  return w;
}

inline void take_tag(PackedReader& in, exchange::Table table) {
  in.require(in.take_u8() == static_cast<u8>(table));
  in.require(in.take_u8() == kObjectVersion);
}

}  // namespace gavel::stf
