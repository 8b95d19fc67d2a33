#include "base/check.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace gavel::base {
namespace {

void print_to_stderr(const char* condition, u32 line) {
  std::fprintf(stderr, "check failed: %s (line %u)\n", condition, line);
}

std::atomic<CheckHandler> installed_handler{&print_to_stderr};

}  // namespace

CheckHandler set_check_handler(CheckHandler handler) noexcept {
  return installed_handler.exchange(handler != nullptr ? handler : &print_to_stderr);
}

void check_failed(const char* condition, u32 line) noexcept {
  installed_handler.load()(condition, line);
  std::abort();
}

}  // namespace gavel::base
