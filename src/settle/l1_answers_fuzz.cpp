// The inbox follower, the feed and the submitter on an endpoint that answers as the input says:
// rightly, with an error of any kind, with nothing, or with something else. Nothing fails a check;
// what was delivered stays delivered once and in order; when the endpoint is right again, each goes
// on or has said why it stopped.
#include "base/check.hpp"
#include "io/clock.hpp"
#include "l1/fake_l1.hpp"
#include "l1/submitter.hpp"
#include "settle/inbox_follower.hpp"

namespace {

using namespace gavel;          // NOLINT
using namespace gavel::settle;  // NOLINT

const Address kInbox{{0x1b}};
const Address kBatchInbox{{0xba}};

// Bytes of the input, one after the other; zeros when they are used up.
class Choices {
 public:
  Choices(const u8* data, std::size_t size) : data_(data), size_(size) {}
  u8 next() { return at_ < size_ ? data_[at_++] : u8{0}; }
  bool over() const { return at_ >= size_; }

 private:
  const u8* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

// A chain that a liar stands in front of.
class LyingL1 final : public l1::FakeL1 {
 public:
  explicit LyingL1(Choices& choices) : choices_(choices) {
    on_execute([](const Transaction& t, const l1::BlockHeader&) {
      if (!t.body.to || *t.body.to != kInbox) return Execution{};
      Bytes32 index;
      index.bytes[31] = static_cast<u8>(t.body.data.empty() ? 0 : t.body.data[0]);
      return Execution{.logs = {{.address = kInbox,
                                 .topics = {topics().message_added, index},
                                 .data = l1::AbiEncoder().bytes(t.body.data).encode()}}};
    });
  }
  bool honest = true;

  l1::Result<u64> chain_id() override {
    GAVEL_TRY(maybe_fail());
    return FakeL1::chain_id();
  }
  l1::Result<std::optional<l1::BlockHeader>> header(l1::BlockId block) override {
    GAVEL_TRY(maybe_fail());
    auto out = FakeL1::header(block);
    if (out.ok()) distort(*out);
    return out;
  }
  l1::Result<std::vector<std::optional<l1::BlockHeader>>> headers(u64 first, u32 count) override {
    GAVEL_TRY(maybe_fail());
    auto out = FakeL1::headers(first, count);
    if (out.ok() && !out->empty()) distort((*out)[choices_.next() % out->size()]);
    return out;
  }
  l1::Result<u64> nonce(const Address& account, l1::BlockTag at) override {
    GAVEL_TRY(maybe_fail());
    const u64 truth = GAVEL_TRY(FakeL1::nonce(account, at));
    return lies() ? truth + choices_.next() - 100 : truth;
  }
  l1::Result<l1::FeeQuote> fees() override {
    GAVEL_TRY(maybe_fail());
    l1::FeeQuote quote = GAVEL_TRY(FakeL1::fees());
    if (lies()) quote.base_fee_wei = u128{u64{1} << choices_.next() % 64};
    return quote;
  }
  l1::Result<Hash32> send_raw_transaction(std::span<const u8> raw) override {
    GAVEL_TRY(maybe_fail());
    Hash32 hash = GAVEL_TRY(FakeL1::send_raw_transaction(raw));
    if (lies()) hash.bytes[0] ^= 1;
    return hash;
  }
  l1::Result<std::vector<std::optional<l1::Receipt>>> receipts(
      std::span<const Hash32> hashes) override {
    GAVEL_TRY(maybe_fail());
    auto out = FakeL1::receipts(hashes);
    if (!out.ok() || out->empty() || !lies()) return out;
    auto& one = (*out)[choices_.next() % out->size()];
    if (!one) return out;
    if (choices_.next() % 2 == 0) {
      one.reset();
    } else {
      one->block_number += choices_.next();
      one->success = !one->success;
    }
    return out;
  }
  l1::Result<std::vector<l1::Log>> logs(const l1::LogFilter& filter) override {
    GAVEL_TRY(maybe_fail());
    auto out = FakeL1::logs(filter);
    if (!out.ok() || out->empty() || !lies()) return out;
    l1::Log& log = (*out)[choices_.next() % out->size()];
    switch (choices_.next() % 6) {
      case 0:
        log.block_number += choices_.next();
        break;
      case 1:
        log.data.resize(choices_.next());
        break;
      case 2:
        log.topics.resize(choices_.next() % 5);
        break;
      case 3:
        log.address = kBatchInbox;
        break;
      case 4:
        out->push_back(log);
        break;
      default:
        if (!log.data.empty()) log.data[choices_.next() % log.data.size()] ^= choices_.next();
    }
    return out;
  }

 private:
  bool lies() { return !honest && choices_.next() % 4 == 0; }
  l1::Result<void> maybe_fail() {
    if (honest || choices_.next() % 8 != 0) return {};
    constexpr u32 kKinds = static_cast<u32>(l1::ErrorKind::kBadKey) + 1;
    return l1::make_error(static_cast<l1::ErrorKind>(choices_.next() % kKinds), "as chosen");
  }
  void distort(std::optional<l1::BlockHeader>& header) {
    if (!header || !lies()) return;
    switch (choices_.next() % 6) {
      case 0:
        header.reset();
        break;
      case 1:
        header->number += choices_.next();
        break;
      case 2:
        header->number -= choices_.next();
        break;
      case 3:
        header->hash.bytes[0] ^= 1;
        break;
      case 4:
        header->parent_hash.bytes[0] ^= 1;
        break;
      default:
        header->number = ~u64{0} - choices_.next() % 2;
    }
  }

  Choices& choices_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  if (size > 4'096) return 0;
  Choices choices(data, size);
  LyingL1 l1(choices);
  io::FakeClock clock;
  Contracts contracts;
  contracts.inbox = kInbox;
  contracts.batch_inbox = kBatchInbox;
  contracts.deployment_block = 1;
  l1::SubmitterConfig config;
  config.chain_id = 31'337;
  config.poll_ms = 0;
  config.confirmations = 2;
  l1::Submitter submitter(l1, clock, l1::SigningKey::from_hex(std::string(64, '4')).value(),
                          config);
  u64 delivered = 0;
  InboxFollower follower(l1, contracts, 3, 0, [&](std::vector<u8>) { ++delivered; });
  L1Feed feed(l1, contracts);
  l1.mine(3);
  l1.honest = false;
  u8 messages = 0;
  u64 settled = 0;
  u64 given = 0;
  const auto round = [&] {
    submitter.tick();
    settled += submitter.take_outcomes().size();
    const u64 before = delivered;
    (void)follower.tick();
    GAVEL_CHECK(delivered >= before && follower.delivered() == delivered);
    (void)feed.poll();
    GAVEL_CHECK(settled <= given);
    clock.advance_ms(12'000);
  };
  for (u32 i = 0; i < 40 && !choices.over(); ++i) {
    if (i % 5 == 0) {
      l1::CallRequest request;
      request.to = kInbox;
      request.data = {++messages};
      request.gas_limit = 100'000;
      given += submitter.submit(std::move(request)).ok() ? 1 : 0;
    }
    round();
    const u8 what = choices.next();
    if (what % 16 == 0) l1.reorg(1 + what / 16 % 3, what % 2 == 0);
    if (what % 16 == 1) l1.forget_mempool();
    l1.mine(1 + what % 2);
  }
  l1.honest = true;
  for (u32 i = 0; i < 80; ++i) {
    round();
    l1.mine();
  }
  GAVEL_CHECK(follower.stopped() || follower.caught_up() || !follower.error().empty());
  GAVEL_CHECK(follower.stopped() == false || !follower.error().empty());
  return 0;
}
