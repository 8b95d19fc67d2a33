#include "replay/signing.hpp"

#include "base/bytes.hpp"
#include "exchange/margin_account.hpp"

namespace gavel::replay {

std::span<const u8> Chunk::frame(u32 i) const {
  const u32 begin = i == 0 ? 0 : ends[i - 1];
  return std::span<const u8>(frames).subspan(begin, ends[i] - begin);
}

exchange::ClientId client_id_of(u64 run_id, u64 order_id) {
  exchange::ClientId id{};
  base::ByteWriter writer(id);
  writer.write_u64_be(run_id);
  writer.write_u64_be(order_id);
  return id;
}

stf::Transaction transaction_of(const Message& message, u32 account, u32 market, u64 nonce,
                                u64 run_id) {
  stf::Transaction tx;
  tx.account = account;
  tx.nonce = nonce;
  switch (message.kind) {
    case MessageKind::place:
    case MessageKind::ioc:
      tx.action = stf::Action::place;
      tx.market = market;
      tx.side = static_cast<u8>(message.side);
      tx.type = static_cast<u8>(message.kind == MessageKind::ioc ? stf::OrderType::ioc
                                                                 : stf::OrderType::gtc);
      tx.price_ticks = static_cast<u32>(message.price);
      tx.lots = message.lots;
      tx.has_client_id = message.kind == MessageKind::place;
      break;
    case MessageKind::cancel:
      tx.action = stf::Action::cancel_client_id;
      break;
    case MessageKind::reduce:
      tx.action = stf::Action::modify;
      tx.price_ticks = static_cast<u32>(message.price);
      tx.lots = message.lots;
      break;
    case MessageKind::margin:
      tx.action = stf::Action::margin;
      tx.kind = static_cast<u8>(exchange::MarginKind::deposit);
      tx.amount = message.lots;
      return tx;
    case MessageKind::report:
      return tx;
  }
  if (message.kind != MessageKind::ioc) tx.client_id = client_id_of(run_id, message.order_id);
  return tx;
}

Hash32 domain_of(const Welcome& welcome) {
  stf::Config config;
  config.chain_id = welcome.chain_id;
  config.verifying_contract = welcome.verifying_contract;
  return stf::domain_separator(config);
}

SigningPool::SigningPool(u32 threads, const Hash32& domain, std::span<const ReplayAccount> accounts)
    : domain_(domain), accounts_(accounts) {
  for (u32 i = 0; i < std::max<u32>(threads, 1); ++i) threads_.emplace_back([this] { work(); });
}

SigningPool::~SigningPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void SigningPool::submit(std::shared_ptr<Chunk> chunk) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(chunk));
  }
  wake_.notify_one();
}

void SigningPool::work() {
  for (;;) {
    std::shared_ptr<Chunk> chunk;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      chunk = std::move(queue_.front());
      queue_.pop_front();
    }
    sign_chunk(*chunk);
    chunk->set_ready();
  }
}

void SigningPool::sign_chunk(Chunk& chunk) const {
  std::array<u8, stf::kMaxTransactionBytes> bytes{};
  chunk.frames.reserve(chunk.messages.size() * 144);
  chunk.ends.reserve(chunk.messages.size());
  for (std::size_t i = 0; i < chunk.messages.size(); ++i) {
    const Message& message = chunk.messages[i];
    if (message.kind == MessageKind::report) {
      chunk.ends.push_back(static_cast<u32>(chunk.frames.size()));
      continue;
    }
    const ReplayAccount& who = accounts_[message.account];
    stf::Transaction tx =
        transaction_of(message, who.account, chunk.market, chunk.nonces[i], chunk.run_id);
    tx.signature = crypto::sign(stf::transaction_digest(tx, domain_), who.key.secret).bytes;
    const u32 length = stf::encode_transaction(tx, bytes);
    append_submit(chunk.frames, chunk.first_request_id + i,
                  std::span<const u8>(bytes).first(length));
    chunk.ends.push_back(static_cast<u32>(chunk.frames.size()));
  }
}

bool ChunkQueue::push(std::shared_ptr<Chunk> chunk) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return abandoned_ || chunks_.size() < capacity_; });
  if (abandoned_) return false;
  chunks_.push_back(std::move(chunk));
  return true;
}

void ChunkQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void ChunkQueue::abandon() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    chunks_.clear();
  }
  changed_.notify_all();
}

std::shared_ptr<Chunk> ChunkQueue::try_pop(bool& ended) {
  std::shared_ptr<Chunk> chunk;
  {
    const std::lock_guard lock(mutex_);
    ended = chunks_.empty() && closed_;
    if (chunks_.empty() || !chunks_.front()->ready()) return nullptr;
    chunk = std::move(chunks_.front());
    chunks_.pop_front();
  }
  changed_.notify_all();
  return chunk;
}

void ChunkQueue::wait_complete() {
  std::vector<std::shared_ptr<Chunk>> pending;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || abandoned_; });
    pending.assign(chunks_.begin(), chunks_.end());
  }
  for (const auto& chunk : pending) chunk->wait();
}

}  // namespace gavel::replay
