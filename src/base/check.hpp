// GAVEL_CHECK: an invariant that is checked in every build.
//
// What: GAVEL_CHECK(condition) ends the program when the condition is false.
// Why: a broken invariant has no meaning to go on from. Natively the text of the condition and its
// line are given to the installed handler (default: one line on stderr) and the process aborts; in
// the guest the image must not depend on paths or text, so it only calls gavel_panic(), which
// stands for a defined end of the run. Invariant: no input from outside ever reaches a failed
// check; outcomes that an input can cause are Results or Rejects.
#pragma once

#include "base/ints.hpp"

#if defined(__riscv)

// Provided by the guest's start-up code: halts the machine with the panic status.
extern "C" [[noreturn]] void gavel_panic() noexcept;

#define GAVEL_CHECK(...)             \
  do {                               \
    if (!(__VA_ARGS__)) [[unlikely]] \
      gavel_panic();                 \
  } while (false)

#else

namespace gavel::base {

// Receives the failed condition's text and line; if it returns, the process aborts.
using CheckHandler = void (*)(const char* condition, u32 line);

// Installs a handler (nullptr restores the default). Returns the one before. Thread-safe.
CheckHandler set_check_handler(CheckHandler handler) noexcept;

[[noreturn]] [[gnu::cold]] void check_failed(const char* condition, u32 line) noexcept;

}  // namespace gavel::base

#define GAVEL_CHECK(...)                                                              \
  do {                                                                                \
    if (!(__VA_ARGS__)) [[unlikely]] {                                                \
      ::gavel::base::check_failed(#__VA_ARGS__, static_cast<::gavel::u32>(__LINE__)); \
    }                                                                                 \
  } while (false)

#endif
