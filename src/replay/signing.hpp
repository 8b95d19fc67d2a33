// Signing ahead: messages become signed, framed transactions on threads of their own, and come out
// in the order they went in.
//
// What: a Chunk is a run of consecutive messages of one connection; SigningPool signs chunks;
// ChunkQueue keeps a connection's chunks in order and holds its producer back when too many wait.
// Why: one signature costs 30-50 us, far more than executing the transaction, and must neither
// reorder nor block sending. Invariant: an account's nonces rise in the order of its messages. A
// chunk's frames may be read once ready() is true.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "crypto/secp256k1_host.hpp"
#include "replay/gateway_frames.hpp"
#include "replay/message.hpp"
#include "stf/transaction.hpp"

namespace gavel::replay {

inline constexpr u32 kChunkMessages = 256;

struct Chunk {
  u64 first_request_id = 0;
  u32 market = 0;
  u64 run_id = 0;
  std::vector<Message> messages;
  std::vector<u64> nonces;  // one a message
  std::vector<u8> frames;   // submit frames, back to back; empty for what is signed when sent
  std::vector<u32> ends;    // where each message's frame ends

  [[nodiscard]] bool ready() const { return ready_.load(std::memory_order_acquire); }
  void wait() const { ready_.wait(false, std::memory_order_acquire); }
  void set_ready() {
    ready_.store(true, std::memory_order_release);
    ready_.notify_all();
  }
  [[nodiscard]] std::span<const u8> frame(u32 i) const;

 private:
  std::atomic<bool> ready_{false};
};

// Who signs for an account slot.
struct ReplayAccount {
  crypto::KeyPair key;
  u32 account = 0;  // ACCOUNT index
};

// The tape's order number as a client id, distinct between runs.
[[nodiscard]] exchange::ClientId client_id_of(u64 run_id, u64 order_id);
// Unsigned.
[[nodiscard]] stf::Transaction transaction_of(const Message& message, u32 account, u32 market,
                                              u64 nonce, u64 run_id);

// What the chain that welcomes us signs for.
[[nodiscard]] Hash32 domain_of(const Welcome& welcome);

class SigningPool {
 public:
  // `accounts` outlives the pool.
  SigningPool(u32 threads, const Hash32& domain, std::span<const ReplayAccount> accounts);
  // Chunks not yet begun are dropped.
  ~SigningPool();
  SigningPool(const SigningPool&) = delete;
  SigningPool& operator=(const SigningPool&) = delete;

  void submit(std::shared_ptr<Chunk> chunk);

 private:
  void work();
  void sign_chunk(Chunk& chunk) const;

  Hash32 domain_;
  std::span<const ReplayAccount> accounts_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Chunk>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// One producer, one consumer.
class ChunkQueue {
 public:
  explicit ChunkQueue(u64 capacity) : capacity_(capacity) {}
  // Waits for room. False if the consumer has gone.
  bool push(std::shared_ptr<Chunk> chunk);
  // The producer has no more.
  void close();
  // The consumer has gone; wakes the producer.
  void abandon();

  // The next chunk if it is signed, else nothing; `ended` is true when none will come.
  std::shared_ptr<Chunk> try_pop(bool& ended);
  // Waits until every chunk has been pushed and signed.
  void wait_complete();

 private:
  u64 capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Chunk>> chunks_;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace gavel::replay
