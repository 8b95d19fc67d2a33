#include "replay/fake_gateway_test.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/bytes.hpp"

namespace gavel::replay {
namespace {

using exchange::Reject;

constexpr u64 kChainId = 31337;
constexpr u32 kFirstAccount = 100;

void put_frame(std::vector<u8>& out, u8 type, std::span<const u8> payload) {
  std::array<u8, 5> head{};
  base::ByteWriter writer(head);
  writer.write_u32_be(static_cast<u32>(payload.size() + 1));
  writer.write_u8(type);
  out.insert(out.end(), head.begin(), head.end());
  out.insert(out.end(), payload.begin(), payload.end());
}

void put_refused(std::vector<u8>& out, u64 request_id, Refusal code) {
  std::array<u8, 13> payload{};
  base::ByteWriter writer(payload);
  writer.write_u64_be(request_id);
  writer.write_u8(static_cast<u8>(code));
  writer.write_u32_be(5);
  put_frame(out, 0x84, payload);
}

void put_welcome(std::vector<u8>& out) {
  std::array<u8, 46> payload{};
  base::ByteWriter writer(payload);
  writer.write_u16_be(1);
  writer.write_u64_be(kChainId);
  writer.write_address(Address{});
  writer.write_u64_be(1'700'000'000'000);
  writer.write_u64_be(1);
  put_frame(out, 0x81, payload);
}

}  // namespace

FakeNode::FakeNode(FakeBehaviour behaviour) : behaviour_(behaviour) {
  stf::Config config;
  config.chain_id = kChainId;
  domain_ = stf::domain_separator(config);
  owners_.resize(kFirstAccount);
  markets_.resize(1);
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  GAVEL_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  GAVEL_CHECK(::listen(listener_, 16) == 0);
  socklen_t length = sizeof(address);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

FakeNode::~FakeNode() {
  stopping_ = true;
  thread_.join();
  for (std::thread& thread : connections_) thread.join();
  ::close(listener_);
}

ReplayResult<u32> FakeNode::open_market(const MarketRequest& request) {
  const std::lock_guard lock(mutex_);
  markets_.push_back(std::make_unique<Market>());
  markets_.back()->perpetual = request.perpetual.has_value();
  return static_cast<u32>(markets_.size() - 1);
}

ReplayResult<std::vector<u32>> FakeNode::open_accounts(std::span<const Funding> funding) {
  const std::lock_guard lock(mutex_);
  std::vector<u32> out;
  for (const Funding& f : funding) {
    out.push_back(static_cast<u32>(owners_.size()));
    owners_.push_back(f.owner);
    funding_.push_back(f);
  }
  return out;
}

ReplayResult<std::vector<u32>> FakeNode::open_oracles(std::span<const Address> owners, u32 quorum) {
  const std::lock_guard lock(mutex_);
  for (const Address& owner : owners) {
    oracles_.push_back(static_cast<u32>(owners_.size()));
    owners_.push_back(owner);
  }
  quorum_ = quorum;
  return oracles_;
}

ReplayResult<MarketFigures> FakeNode::figures(u32 market) {
  if (!markets_.at(market)->perpetual) return MarketFigures{};
  return MarketFigures{{"mark_price", "7"}};
}

ReplayResult<std::vector<BookLevel>> FakeNode::book(u32 market) {
  const std::lock_guard lock(mutex_);
  return markets_.at(market)->book.levels();
}

void FakeNode::serve() {
  while (!stopping_) {
    pollfd entry{listener_, POLLIN, 0};
    if (::poll(&entry, 1, 20) <= 0) continue;
    const int fd = ::accept(listener_, nullptr, nullptr);
    connections_.emplace_back([this, fd] { serve_connection(fd); });
  }
}

void FakeNode::serve_connection(int fd) {
  std::vector<u8> in;
  std::array<u8, 65'536> buffer{};
  bool open = true;
  while (!stopping_ && open) {
    pollfd entry{fd, POLLIN, 0};
    if (::poll(&entry, 1, 20) <= 0) continue;
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    in.insert(in.end(), buffer.begin(), buffer.begin() + n);
    std::vector<u8> out;
    std::size_t used = 0;
    while (open) {
      const std::span<const u8> rest = std::span<const u8>(in).subspan(used);
      const i64 length = frame_length(rest);
      if (length <= 0) break;
      const std::span<const u8> payload = rest.subspan(5, static_cast<std::size_t>(length) - 5);
      used += static_cast<std::size_t>(length);
      if (rest[4] == 0x01 && behaviour_.rubbish) {
        out.insert(out.end(), {0xff, 0xff, 0xff, 0xff, 0x00});
      } else if (rest[4] == 0x01 && behaviour_.refuse_hello) {
        const std::array<u8, 4> error{7, 'f', 'u', 'l'};
        put_frame(out, 0x87, error);
        open = false;
      } else if (rest[4] == 0x01) {
        put_welcome(out);
      } else if (rest[4] == 0x04) {
        put_frame(out, 0x85, payload);
      } else if (rest[4] == 0x02) {
        answer_submit(payload, out);
        open = behaviour_.close_after == 0 || submissions_ < behaviour_.close_after;
      }
    }
    in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(used));
    for (std::size_t sent = 0; sent < out.size();) {
      const ssize_t m = ::send(fd, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
      if (m <= 0) break;
      sent += static_cast<std::size_t>(m);
    }
  }
  ::close(fd);
}

void FakeNode::answer_submit(std::span<const u8> payload, std::vector<u8>& out) {
  const std::lock_guard lock(mutex_);
  base::ByteReader reader(payload);
  const u64 request_id = reader.read_u64_be();
  const auto tx = stf::decode_transaction(reader.read_bytes(reader.remaining()));
  if (!tx.has_value()) return put_refused(out, request_id, Refusal::malformed);
  const u64 key = request_id ^ (u64{tx->market} << 40);
  if (behaviour_.busy_every != 0 && request_id % behaviour_.busy_every == 0 &&
      was_busy_.insert(key).second) {
    return put_refused(out, request_id, Refusal::busy);
  }
  ++submissions_;
  if (behaviour_.silent_after != 0 && submissions_ > behaviour_.silent_after) return;
  const auto signer =
      crypto::recover_address_host(stf::transaction_digest(*tx, domain_), {tx->signature});
  if (!signer.ok() || tx->account >= owners_.size() || *signer != owners_[tx->account]) {
    ++bad_signatures_;
    return put_refused(out, request_id, Refusal::bad_signature);
  }
  if (!nonces_.insert({tx->account, tx->nonce}).second) ++reused_nonces_;
  const stf::Receipt receipt = execute(*tx);
  std::vector<u8> frame(28 + stf::kMaxReceiptBytes);
  base::ByteWriter writer(frame);
  writer.write_u64_be(request_id);
  writer.write_u64_be(++block_);
  writer.write_u32_be(0);
  writer.write_u64_be(1'700'000'000'000);
  const u32 length = stf::encode_receipt(receipt, std::span<u8>(frame).subspan(28));
  put_frame(out, 0x82, std::span<const u8>(frame).first(28 + length));
}

stf::Receipt FakeNode::execute(const stf::Transaction& tx) {
  if (tx.action == stf::Action::margin) return margin(tx);
  if (tx.action == stf::Action::report_price) return report(tx);
  if (tx.action != stf::Action::place) return change(tx);
  stf::Receipt unknown;
  unknown.result = Reject::unknown_market;
  if (tx.market == 0 || tx.market >= markets_.size()) return unknown;
  return place(*markets_[tx.market], tx);
}

stf::Receipt FakeNode::margin(const stf::Transaction& tx) {
  stf::Receipt receipt;
  receipt.action = static_cast<u8>(tx.action);
  receipt.account = tx.account;
  receipt.value = tx.amount;
  collateral_[tx.account] += tx.amount;
  return receipt;
}

stf::Receipt FakeNode::report(const stf::Transaction& tx) {
  stf::Receipt receipt;
  receipt.action = static_cast<u8>(tx.action);
  receipt.account = tx.account;
  u64& last = last_report_ms_[{tx.market, tx.account}];
  if (std::find(oracles_.begin(), oracles_.end(), tx.account) == oracles_.end()) {
    receipt.result = Reject::not_oracle;
  } else if (tx.time_ms <= last) {
    receipt.result = Reject::stale_report;
  } else {
    last = tx.time_ms;
    Market& market = *markets_.at(tx.market);
    market.has_price = true;
    receipt.resting_lots = tx.price_ticks;
    reports_.push_back({tx.market, tx.account, tx.price_ticks, market.orders});
  }
  return receipt;
}

stf::Receipt FakeNode::place(Market& market, const stf::Transaction& tx) {
  stf::Receipt receipt;
  receipt.action = static_cast<u8>(tx.action);
  receipt.account = tx.account;
  if (tx.has_client_id && market.open.contains({tx.account, tx.client_id})) {
    receipt.result = Reject::client_id_in_use;
    return receipt;
  }
  if (market.perpetual && (!market.has_price || collateral_[tx.account] == 0)) {
    receipt.result = market.has_price ? Reject::insufficient_margin : Reject::oracle_stale;
    return receipt;
  }
  ++market.orders;
  const u64 id = next_order_id_++;
  const bool rests = tx.type == static_cast<u8>(stf::OrderType::gtc);
  std::vector<Fill> fills;
  receipt.resting_lots =
      market.book.place(id, tx.account, static_cast<Side>(tx.side), tx.price_ticks, tx.lots,
                        rests ? NaiveBook::Rest::yes : NaiveBook::Rest::no, 64, fills);
  if (receipt.resting_lots > 0) {
    receipt.order_id = id;
    market.open[{tx.account, tx.client_id}] = id;
  }
  for (const Fill& fill : fills) {
    stf::Event event;
    const bool lie = behaviour_.swap_fill_after != 0 && submissions_ > behaviour_.swap_fill_after;
    event.maker_order_id = fill.maker + (lie ? 1 : 0);
    event.maker_account = fill.account;
    event.price_ticks = static_cast<u32>(fill.price);
    event.lots = fill.lots;
    receipt.events.push_back(event);
    receipt.filled_lots += fill.lots;
  }
  std::erase_if(market.open, [&](const auto& entry) {
    return entry.second != id && !fills.empty() && market.book.find(entry.second) == nullptr;
  });
  return receipt;
}

stf::Receipt FakeNode::change(const stf::Transaction& tx) {
  stf::Receipt receipt;
  receipt.action = static_cast<u8>(tx.action);
  receipt.account = tx.account;
  for (std::size_t i = 1; i < markets_.size(); ++i) {
    Market& market = *markets_[i];
    const auto found = market.open.find({tx.account, tx.client_id});
    if (found == market.open.end()) continue;
    receipt.order_id = found->second;
    if (tx.action == stf::Action::modify) {
      GAVEL_CHECK(market.book.find(found->second)->price == tx.price_ticks);
      // Out of order it may ask for more than is left; here that changes nothing.
      market.book.reduce(found->second, std::min(tx.lots, market.book.remaining(found->second)));
      receipt.resting_lots = tx.lots;
    } else {
      market.book.cancel(found->second);
      market.open.erase(found);
    }
    return receipt;
  }
  receipt.result = Reject::unknown_client_id;
  return receipt;
}

}  // namespace gavel::replay
