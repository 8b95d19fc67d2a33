// Fixed-width integer names used by every room.
//
// What: u8..u64, i8..i64 as exact-width aliases, visible unqualified in every namespace
// gavel::<room>. Why: the rules are compiled for x86-64 and for RV32IM; `int`, `long` and `size_t`
// differ between the two, and `unsigned` is not the same type as uint32_t on rv32 (there it is
// `unsigned long`), so no rule may name them. Invariant: anything hashed, serialised or compared
// across machines has one of these types.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gavel::base {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

}  // namespace gavel::base

namespace gavel {
using base::i16;
using base::i32;
using base::i64;
using base::i8;
using base::u16;
using base::u32;
using base::u64;
using base::u8;
}  // namespace gavel
