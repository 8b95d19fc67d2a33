#include "sim/sim_net.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace gavel::sim {

using Done = sequencer::GatewayWire::Done;

class SimLink::Wire final : public sequencer::GatewayWire {
 public:
  explicit Wire(std::shared_ptr<SimLink> link) : link_(std::move(link)) {}
  ~Wire() override { link_->end_gateway(); }

  void read_some(std::span<u8> into, Done done) override {
    GAVEL_CHECK(!link_->read_done_ && !into.empty());
    link_->read_into_ = into;
    link_->read_done_ = std::move(done);
  }
  void write_some(std::span<const u8> bytes, Done done) override {
    GAVEL_CHECK(!link_->write_done_ && !bytes.empty() && !link_->gateway_ended_);
    link_->writing_ = bytes;
    link_->write_done_ = std::move(done);
    link_->longest_write_ = std::max<u64>(link_->longest_write_, bytes.size());
  }
  void end_writing() override { link_->gateway_ended_ = true; }
  void close() override { link_->end_gateway(); }

 private:
  std::shared_ptr<SimLink> link_;
};

std::unique_ptr<sequencer::GatewayWire> SimLink::wire() {
  return std::make_unique<Wire>(shared_from_this());
}

// The callbacks may hold the connection that holds this wire.
void SimLink::end_gateway() {
  gateway_closed_ = gateway_ended_ = true;
  const Done read = std::move(read_done_);
  const Done write = std::move(write_done_);
  read_done_ = nullptr;
  write_done_ = nullptr;
  writing_ = {};
}

void SimLink::reset() {
  up_.clear();
  down_.clear();
  end_gateway();
}

u64 SimLink::due(u64 now_ns, u64 last_ns) {
  const u64 jitter = quality_.jitter_ns == 0 ? 0 : random_.below(quality_.jitter_ns);
  return std::max(last_ns, now_ns + quality_.latency_ns + jitter);
}

void SimLink::cut(std::span<const u8> bytes, std::deque<Piece>& into, u64 now_ns) {
  while (!bytes.empty()) {
    const u64 size = std::min<u64>(bytes.size(), 1 + random_.below(quality_.most_piece_bytes));
    const u64 last_ns = into.empty() ? 0 : into.back().due_ns;
    into.push_back({due(now_ns, last_ns), {bytes.begin(), bytes.begin() + size}});
    bytes = bytes.subspan(size);
  }
}

void SimLink::send(std::span<const u8> bytes, u64 now_ns) {
  if (!client_closed_ && !gateway_closed_) cut(bytes, up_, now_ns);
}

void SimLink::receive(std::vector<u8>& out, u64 most) {
  const u64 count = std::min<u64>(most, arrived_.size());
  out.insert(out.end(), arrived_.begin(), arrived_.begin() + count);
  arrived_.erase(arrived_.begin(), arrived_.begin() + count);
  down_bytes_ -= count;
}

void SimLink::close() {
  client_closed_ = true;
  arrived_.clear();
  down_.clear();
}

void SimLink::pump(u64 now_ns) {
  if (now_ns < stalled_until_ns_) return;
  deliver_up(now_ns);
  deliver_down(now_ns);
}

void SimLink::deliver_up(u64 now_ns) {
  while (read_done_ && !up_.empty() && up_.front().due_ns <= now_ns) {
    Piece& piece = up_.front();
    const u64 count = std::min<u64>(piece.bytes.size(), read_into_.size());
    std::copy_n(piece.bytes.begin(), count, read_into_.begin());
    piece.bytes.erase(piece.bytes.begin(), piece.bytes.begin() + count);
    if (piece.bytes.empty()) up_.pop_front();
    const Done done = std::move(read_done_);
    read_done_ = nullptr;
    done(true, count);
  }
  if (client_closed_ && up_.empty() && read_done_) {
    const Done done = std::move(read_done_);
    read_done_ = nullptr;
    done(false, 0);
  }
}

void SimLink::deliver_down(u64 now_ns) {
  if (client_closed_ && write_done_) {
    const Done done = std::move(write_done_);
    write_done_ = nullptr;
    writing_ = {};
    done(false, 0);
    return;
  }
  while (write_done_) {
    const u64 room = quality_.socket_bytes - std::min(quality_.socket_bytes, down_bytes_);
    const u64 count = std::min<u64>(room, writing_.size());
    if (count == 0) break;
    cut(writing_.first(count), down_, now_ns);
    down_bytes_ += count;
    const Done done = std::move(write_done_);
    write_done_ = nullptr;
    writing_ = {};
    done(true, count);
  }
  while (!down_.empty() && down_.front().due_ns <= now_ns) {
    const auto& bytes = down_.front().bytes;
    arrived_.insert(arrived_.end(), bytes.begin(), bytes.end());
    down_.pop_front();
  }
}

}  // namespace gavel::sim
