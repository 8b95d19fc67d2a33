// GatewayWire: one client's connection as the gateway uses it: bytes in, bytes out, an end.
//
// Why: the gateway's connections are asynchronous; this is what they need of a socket, and what a
// simulation puts in its place. Invariant: at most one read and one write are under way; each calls
// its `done` at most once, never from inside the call that started it, and after close() only with
// false, if at all. Threads: the gateway's.
#pragma once

#include <functional>
#include <span>

#include "base/types.hpp"

namespace gavel::sequencer {

class GatewayWire {
 public:
  // False: the connection has ended.
  using Done = std::function<void(bool ok, std::size_t bytes)>;

  virtual ~GatewayWire() = default;
  // At least one byte.
  virtual void read_some(std::span<u8> into, Done done) = 0;
  // At least one of them; they stay where they are until `done`.
  virtual void write_some(std::span<const u8> bytes, Done done) = 0;
  // Nothing more will be written: the client sees an end behind the last byte.
  virtual void end_writing() = 0;
  // Ends it at once.
  virtual void close() = 0;
};

}  // namespace gavel::sequencer
