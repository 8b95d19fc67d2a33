// Byte streams between machines as an interface: connect, listen, read, write, each with a
// deadline.
//
// It is what the HTTP client needs and what the simulator replaces. Calls block the calling thread
// for at most their timeout; a stream belongs to one thread at a time.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::io {

enum class NetError : u8 {
  kResolve,  // the host name has no address
  kRefused,
  kTimeout,
  kClosed,  // the other side closed or reset the stream
  kFailed,  // anything else the operating system reports
};

[[nodiscard]] std::string_view name_of(NetError error) noexcept;

template <class T>
using NetResult = base::Result<T, NetError>;

class Stream {
 public:
  virtual ~Stream() = default;
  // At least one byte, or an error; an orderly end is kClosed.
  [[nodiscard]] virtual NetResult<u64> read_some(std::span<u8> out, u64 timeout_ns) = 0;
  // All bytes, or an error after some of them.
  [[nodiscard]] virtual NetResult<void> write_all(std::span<const u8> bytes, u64 timeout_ns) = 0;
  virtual void close() = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  [[nodiscard]] virtual NetResult<std::unique_ptr<Stream>> accept(u64 timeout_ns) = 0;
  [[nodiscard]] virtual u16 port() const = 0;
};

class Net {
 public:
  virtual ~Net() = default;
  [[nodiscard]] virtual NetResult<std::unique_ptr<Stream>> connect(const std::string& host,
                                                                   u16 port, u64 timeout_ns) = 0;
  // Port 0 takes a free one; Listener::port() tells which.
  [[nodiscard]] virtual NetResult<std::unique_ptr<Listener>> listen(const std::string& address,
                                                                    u16 port) = 0;
};

// TCP of the operating system, through Asio.
[[nodiscard]] std::unique_ptr<Net> make_tcp_net();

}  // namespace gavel::io
