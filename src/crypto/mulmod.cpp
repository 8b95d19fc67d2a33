// Alone in its object file: a program that defines both functions itself never links this one.
#include "crypto/mulmod.hpp"

namespace gavel::crypto {

[[gnu::flatten]] u256 mulmod_p(const u256& a, const u256& b) { return portable::mulmod_p(a, b); }
[[gnu::flatten]] u256 mulmod_n(const u256& a, const u256& b) { return portable::mulmod_n(a, b); }

}  // namespace gavel::crypto
