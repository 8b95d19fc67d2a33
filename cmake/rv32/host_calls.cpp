// The host's side of linux_calls.hpp, for native twins of RV32IM programs.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "rv32/linux_calls.hpp"

namespace gavel::rv32 {

int32_t read_input(void* bytes, size_t size) {
  auto* out = static_cast<uint8_t*>(bytes);
  size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(STDIN_FILENO, out + done, size - done);
    if (got < 0) return -errno;
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return static_cast<int32_t>(done);
}

int32_t write_output(const void* bytes, size_t size) {
  const auto* in = static_cast<const uint8_t*>(bytes);
  size_t done = 0;
  while (done < size) {
    const ssize_t put = ::write(STDOUT_FILENO, in + done, size - done);
    if (put < 0) return -errno;
    done += static_cast<size_t>(put);
  }
  return 0;
}

void leave(int32_t status) { std::_Exit(status); }

}  // namespace gavel::rv32
