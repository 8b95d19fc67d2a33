#include "sequencer/node_cold_path.hpp"

namespace gavel::sequencer {

void NodeColdPath::start() {
  thread_ = std::thread([this] { run(); });
}

void NodeColdPath::push(Item item) {
  {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
  }
  wake_.notify_one();
}

void NodeColdPath::add(SealedBlockPtr block) {
  waiting_.fetch_add(1, std::memory_order_relaxed);
  push({std::move(block), {}});
}

void NodeColdPath::post(std::function<void()> errand) { push({nullptr, std::move(errand)}); }

void NodeColdPath::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    while (step()) {
    }
  }
}

void NodeColdPath::handle(const Item& item) {
  if (item.block != nullptr) waiting_.fetch_sub(1, std::memory_order_relaxed);
  if (failed_) return;
  if (item.errand) {
    item.errand();
  } else {
    failed_ = !seal_(*item.block);
  }
}

bool NodeColdPath::step() {
  Item item;
  {
    const std::lock_guard lock(mutex_);
    if (items_.empty()) return false;
    item = std::move(items_.front());
    items_.pop_front();
  }
  handle(item);
  return true;
}

void NodeColdPath::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !items_.empty(); });
      if (items_.empty()) return;
    }
    step();
  }
}

}  // namespace gavel::sequencer
