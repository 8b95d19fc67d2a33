// Any pages and messages: each unit's witness is enough for the judge, which ends where the trace
// does. The first messages list assets and a market and fund accounts; the rest is the input's.
#include <algorithm>
#include <cstdlib>

#include "crypto/keccak.hpp"
#include "dispute/batch_trace.hpp"
#include "io/fake_disk.hpp"

namespace gavel::dispute {
namespace {

constexpr u64 kMostUnits = 64;
constexpr u64 kL1TimeMs = 1'000'000;

stf::Config config() {
  stf::Config c;
  c.chain_id = 1;
  c.capacity = state::HotCapacity::small().objects;
  return c;
}

// Takes the input apart.
class Choices {
 public:
  explicit Choices(std::span<const u8> bytes) : rest_(bytes) {}
  u8 byte() { return rest_.empty() ? 0 : take(1)[0]; }
  settle::Bytes take(std::size_t most) {
    const auto part = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(part.size());
    return settle::Bytes(part.begin(), part.end());
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::span<const u8> rest_;
};

void add(std::vector<settle::FeedMessage>& out, stf::Message m) {
  m.index = out.size() + 1;
  settle::Bytes bytes(stf::kMaxMessageBytes);
  bytes.resize(stf::encode_message(m, bytes));
  out.push_back({1, std::move(bytes)});
}

std::vector<settle::FeedMessage> founding() {
  std::vector<settle::FeedMessage> out;
  stf::Message m;
  m.kind = static_cast<u8>(stf::MessageKind::register_asset);
  for (m.asset = 1; m.asset <= 2; ++m.asset) add(out, m);
  m.kind = static_cast<u8>(stf::MessageKind::create_market);
  m.market_kind = exchange::Market::kSpot;
  m.base = 1;
  m.quote = 2;
  m.base_per_lot = m.quote_per_tick_lot = m.min_lots = 1;
  m.max_lots = 1'000;
  add(out, m);
  m.kind = static_cast<u8>(stf::MessageKind::deposit);
  m.amount = 1'000'000;
  m.asset = 2;
  for (u8 account = 1; account <= 3; ++account) {
    m.recipient.bytes[19] = account;
    add(out, m);
  }
  return out;
}

settle::BatchInput input_of(Choices& choices, std::vector<settle::FeedMessage>& messages,
                            const settle::Bytes& words) {
  settle::BatchInput in;
  in.batch = 1;
  for (u8 n = choices.byte() % 4; n > 0; --n) {
    messages.push_back({1, choices.take(1 + choices.byte() % stf::kMaxMessageBytes)});
    if (messages.back().bytes.empty()) messages.pop_back();
  }
  std::vector<Hash32> pages;
  while (!choices.empty()) {
    settle::Bytes page{stf::kPageVersion};
    if (choices.byte() % 16 == 0) page[0] = choices.byte();
    const settle::Bytes rows = choices.take(1 + choices.byte());
    page.insert(page.end(), rows.begin(), rows.end());
    pages.push_back(crypto::keccak256(page));
    in.pages.push_back(std::move(page));
  }
  std::vector<Hash32> leaves;
  for (const settle::FeedMessage& m : messages) leaves.push_back(crypto::keccak256(m.bytes));
  in.messages = &messages;
  in.message_count = messages.size();
  in.posted.data_len = in.pages.size();
  in.posted.data_commitment = stf::data_commitment(
      0, LeafTree(std::move(pages), stf::kPageTreeDepth).root(), in.pages.size());
  in.posted.inbox_root = stf::inbox_snapshot(
      messages.size(), LeafTree(std::move(leaves), stf::kInboxTreeDepth).root());
  in.posted.inbox_must = messages.size();
  in.posted.l1_time_ms = kL1TimeMs;
  in.posted.config_hash = stf::config_hash(std::span<const u8, stf::kConfigBytes>(words));
  return in;
}

void judge_all(std::span<const u8> bytes) {
  static io::FakeDisk disk;
  static const auto deriver =
      std::make_shared<settle::Deriver>(config(), 1, settle::UndoPlace{&disk, "undo", 1});
  Choices choices(bytes);
  std::vector<settle::FeedMessage> messages = founding();
  settle::Bytes words(stf::kConfigBytes);
  stf::encode_config(config(), std::span<u8, stf::kConfigBytes>(words));
  settle::BatchInput input = input_of(choices, messages, words);
  const stf::Cursor first = stf::first_cursor(deriver->end(), 1, input.posted);
  auto prestate = Prestate::open(deriver, 0, deriver->genesis_root());
  auto posted = PostedBatch::open(std::move(input), 0);
  GAVEL_CHECK(prestate.ok() && posted);
  BatchTrace trace(std::move(prestate).value(), first, std::move(*posted), words, 1);
  for (u64 unit = 0; unit < kMostUnits; ++unit) {
    const auto witness = trace.witness(unit);
    GAVEL_CHECK(witness.ok() && witness.value().judged == witness.value().end_hash);
    if (witness.value().start_hash == witness.value().end_hash) return;
  }
}

}  // namespace
}  // namespace gavel::dispute

extern "C" int LLVMFuzzerTestOneInput(const gavel::u8* data, std::size_t size) {
  gavel::dispute::judge_all({data, size});
  return 0;
}
