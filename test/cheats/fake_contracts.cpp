#include "cheats/fake_contracts.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "stf/message.hpp"
#include "tree/merkle.hpp"

namespace gavel::cheats {

using l1::AbiEncoder;
using l1::Bytes;

namespace {

constexpr u32 kPageDepth = 18;
constexpr u64 kMostForced = 1u << 14;
constexpr u64 kGas = 100'000;
// Older states of the contracts are forgotten.
constexpr u64 kDeepestReorg = 256;

bool calls(std::span<const u8> data, std::string_view signature) {
  const l1::Selector wanted = l1::selector(signature);
  return data.size() >= 4 && std::equal(wanted.begin(), wanted.end(), data.begin());
}

l1::FakeL1::Execution reverted() { return {.success = false, .gas_used = kGas}; }

Bytes words_of(const stf::Posted& p) {
  return AbiEncoder()
      .word(p.data_commitment)
      .uint(u128{p.data_len})
      .word(p.inbox_root)
      .uint(u128{p.inbox_must})
      .uint(u128{p.l1_time_ms})
      .word(p.l1_block_hash)
      .word(p.config_hash)
      .encode();
}

Bytes concat(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Hash32 number_topic(u64 value) {
  const Bytes word = AbiEncoder().uint(u128{value}).encode();
  Hash32 out;
  std::copy(word.begin(), word.end(), out.bytes.begin());
  return out;
}

// A data root over leaves.
Hash32 root_of(const std::vector<Hash32>& leaves) {
  return tree::merkle_root_batch(leaves, kPageDepth);
}

}  // namespace

FakeContracts::FakeContracts(const Options& options) : options_(options) {
  set_config_from(0, options_.config);
  const stf::Cursor end = stf::genesis_cursor(options_.genesis_root, config_of(0).hash);
  genesis_ = settle::genesis_claim_id(end);
  State state;
  state.anchor = genesis_;
  state.claims[genesis_] = {0, 0, stf::cursor_hash(end), true, 0};
  history_.push_back({0, state});
  on_call([this](const l1::Call& call) { return view(call); });
  on_execute([this](const Transaction& tx, const l1::BlockHeader& header) {
    Stored next{header.number, now()};
    const Execution done = execute(tx.from, tx.body.to, tx.body.data, header, next.state);
    if (done.success) history_.push_back(std::move(next));
    while (history_.size() > 1 && history_[1].number + kDeepestReorg <= header.number) {
      history_.pop_front();
    }
    return done;
  });
}

void FakeContracts::set_words_from(u64 batch, const da::ConfigWords& words) {
  Announced& announced = configs_.emplace_back();
  announced.l1_block = configs_.size() == 1 ? 0 : head().number;
  announced.start = batch;
  announced.words = words;
  announced.hash = stf::config_hash(words);
}

const FakeContracts::Announced& FakeContracts::config_of(u64 batch, u64 l1_block) const {
  const auto found = std::find_if(configs_.rbegin(), configs_.rend(), [&](const Announced& a) {
    return a.start <= batch && a.l1_block <= l1_block;
  });
  return *found;
}

void FakeContracts::take_back(u32 depth, bool keep_transactions) {
  GAVEL_CHECK(depth < kDeepestReorg);
  reorg(depth, keep_transactions);
  while (history_.back().number > head().number) history_.pop_back();
  if (keep_transactions) return;
  while (configs_.back().l1_block > head().number) configs_.pop_back();
}

l1::Result<Bytes> FakeContracts::call(const l1::Call& call, l1::BlockId at) {
  const u64* block = std::get_if<u64>(&at);
  asked_at_ = block != nullptr ? *block : ~u64{0};
  auto answer = FakeL1::call(call, at);
  asked_at_ = ~u64{0};
  return answer;
}

l1::Result<Bytes> FakeContracts::code(const Address& account, l1::BlockId) {
  return account == registry() ? Bytes{0xfe} : Bytes{};
}

l1::Result<std::vector<std::optional<Bytes>>> FakeContracts::raw_transactions(
    std::span<const Hash32> hashes) {
  if (withhold_) return std::vector<std::optional<Bytes>>(hashes.size());
  return FakeL1::raw_transactions(hashes);
}

l1::FakeL1::Execution FakeContracts::execute(const Address& from, const std::optional<Address>& to,
                                             const Bytes& data, const l1::BlockHeader& header,
                                             State& state) const {
  if (to == inbox()) return add_message(data, from, header, state);
  if (data.size() < 4) return {};  // a filler
  const Args args(std::span<const u8>(data).subspan(4));
  if (calls(data, "post(uint64,uint64,bytes32,uint64,bytes[])")) return post(from, args, state);
  if (calls(data, "fix(uint64,bytes32,uint64,bytes32,uint64)")) {
    return fix(from, args, header, state);
  }
  if (calls(data, "claim(bytes32,uint64,bytes32[7],bytes32[32],bytes32[32])")) {
    return claim(from, data, header, state);
  }
  if (calls(data, "confirm(bytes32,bytes32,bytes32)")) return confirm(args, header, state);
  return reverted();
}

l1::FakeL1::Execution FakeContracts::add_message(const Bytes& body, const Address& from,
                                                 const l1::BlockHeader& header,
                                                 State& state) const {
  stf::Message m;
  if (!stf::decode_message(body, m)) return reverted();
  m.index = state.count + 1;
  m.sender = from;
  m.l1_block = header.number;
  m.l1_time_ms = header.timestamp_s * 1'000;
  Bytes bytes(stf::kMaxMessageBytes);
  bytes.resize(stf::encode_message(m, bytes));
  GAVEL_CHECK(state.inbox.append(stf::message_hash(bytes)));
  ++state.count;
  if (state.checkpoints.empty() || state.checkpoints.back().time_s != header.timestamp_s) {
    state.checkpoints.push_back({header.timestamp_s, 0});
  }
  state.checkpoints.back().count = state.count;
  Execution done;
  done.logs.push_back({.address = inbox(),
                       .topics = {settle::topics().message_added, number_topic(state.count)},
                       .data = AbiEncoder().bytes(bytes).encode()});
  return done;
}

l1::FakeL1::Execution FakeContracts::post(const Address& from, const Args& args,
                                          State& state) const {
  const auto pages = args.bytes_array(4, 1u << 14, stf::kMaxPageBytes);
  const bool in_place = args.uint64(0).value() == state.next &&
                        args.uint64(1).value() == state.pages.size() &&
                        args.word(2).value() == state.post_hash;
  if (from != options_.poster || !in_place || !pages.ok() || pages->empty()) return reverted();
  Bytes leaves;
  const u64 first = state.pages.size();
  for (const std::span<const u8> page : *pages) {
    state.pages.push_back(crypto::keccak256(page));
    leaves.insert(leaves.end(), state.pages.back().bytes.begin(), state.pages.back().bytes.end());
  }
  const Hash32 before = state.post_hash;
  const Hash32 leaves_hash = crypto::keccak256(leaves);
  state.post_hash = crypto::keccak256(AbiEncoder()
                                          .word(before)
                                          .uint(u128{state.next})
                                          .uint(u128{first})
                                          .uint(u128{pages->size()})
                                          .word(leaves_hash)
                                          .encode());
  Execution done;
  done.logs.push_back({.address = batch_inbox(),
                       .topics = {settle::topics().posted, number_topic(state.next)},
                       .data = AbiEncoder()
                                   .uint(u128{first})
                                   .uint(u128{pages->size()})
                                   .word(before)
                                   .word(state.post_hash)
                                   .word(leaves_hash)
                                   .encode()});
  return done;
}

u64 FakeContracts::overdue(const State& state, u64 time_s) const {
  u64 count = 0;
  for (const Checkpoint& c : state.checkpoints) {
    if (c.time_s + options_.sequencing_window_s < time_s) count = c.count;
  }
  return count;
}

l1::FakeL1::Execution FakeContracts::fix(const Address& from, const Args& args,
                                         const l1::BlockHeader& header, State& state) const {
  const bool in_place =
      args.uint64(0).value() == state.next && args.word(1).value() == state.post_hash;
  const Hash32& config_hash = config_of(state.next).hash;
  if (!in_place || args.word(3).value() != config_hash) return reverted();
  const u64 due = overdue(state, header.timestamp_s);
  if (from != options_.poster) {
    const bool late = header.timestamp_s > state.fixed_at_s + options_.sequencing_window_s;
    if (!late || due <= state.must) return reverted();
    state.pages.clear();
  }
  state.must = std::min(due, state.must + kMostForced);
  const stf::Posted posted{stf::data_commitment(0, root_of(state.pages), state.pages.size()),
                           state.pages.size(),
                           stf::inbox_snapshot(state.count, state.inbox.root()),
                           state.must,
                           header.timestamp_s * 1'000,
                           header.parent_hash,
                           config_hash};
  state.fixed[state.next] = posted;
  state.fixed_at_s = header.timestamp_s;
  Execution done;
  const Bytes words = words_of(posted);
  done.logs.push_back(
      {.address = batch_inbox(),
       .topics = {settle::topics().fixed, number_topic(state.next)},
       .data = concat(words, AbiEncoder().word(crypto::keccak256(words)).encode())});
  ++state.next;
  state.pages.clear();
  return done;
}

l1::FakeL1::Execution FakeContracts::claim(const Address& from, const Bytes& data,
                                           const l1::BlockHeader& header, State& state) const {
  constexpr std::size_t kWord = 32;
  if (data.size() != 4 + (2 + 7 + 32 + 32) * kWord) return reverted();
  const std::span<const u8> body = std::span<const u8>(data).subspan(4);
  const Args args(body);
  const Hash32 parent = args.word(0).value();
  const u64 batch = args.uint64(1).value();
  stf::Cursor parent_end;
  stf::Cursor end;
  const auto cursor = [&](std::size_t word, stf::Cursor& out) {
    return stf::decode_cursor(body.subspan(word * kWord).first<stf::kCursorBytes>(), out);
  };
  const auto found = state.fixed.find(batch);
  if (found == state.fixed.end() || !cursor(9, parent_end) || !cursor(41, end)) return reverted();
  const stf::Posted& posted = found->second;
  const Bytes words = words_of(posted);
  if (!std::equal(words.begin(), words.end(), body.begin() + 2 * kWord)) return reverted();
  const auto record = state.claims.find(parent);
  if (record == state.claims.end() || record->second.end_hash != stf::cursor_hash(parent_end) ||
      record->second.batch + 1 != batch) {
    return reverted();
  }
  const stf::Cursor first = stf::first_cursor(parent_end, batch, posted);
  // What may differ at the end of the batch's execution; the rest is the post's.
  stf::Cursor possible = end;
  possible.opening_timestamp_ms = 0;
  possible.phase = stf::Phase::finished;
  possible.status = stf::Status::run;
  possible.work = {};
  possible.batch = batch;
  possible.data_commitment = posted.data_commitment;
  possible.data_len = posted.data_len;
  possible.inbox_root = posted.inbox_root;
  possible.inbox_must = posted.inbox_must;
  possible.l1_time_ms = posted.l1_time_ms;
  possible.l1_block_hash = posted.l1_block_hash;
  possible.config_hash = posted.config_hash;
  if (possible != end || end.inbox_index < posted.inbox_must) return reverted();
  const Hash32 first_hash = stf::cursor_hash(first);
  const Hash32 end_hash = stf::cursor_hash(end);
  const Hash32 id = settle::claim_id(parent, batch, first_hash, end_hash);
  if (state.claims.contains(id)) return reverted();
  ++record->second.children;
  state.claims[id] = {batch, header.timestamp_s, end_hash, false, 0};
  Execution done;
  const Bytes head = AbiEncoder().address(from).word(first_hash).word(end_hash).encode();
  done.logs.push_back({.address = registry(),
                       .topics = {settle::topics().claimed, id, parent, number_topic(batch)},
                       .data = concat(head, Bytes(body.begin() + 41 * kWord, body.end()))});
  return done;
}

l1::FakeL1::Execution FakeContracts::confirm(const Args& args, const l1::BlockHeader& header,
                                             State& state) const {
  const Hash32 id = args.word(0).value();
  const u64 batch = state.anchor_batch + 1;
  const auto found = state.claims.find(id);
  const bool on_anchor =
      settle::claim_id(state.anchor, batch, args.word(1).value(), args.word(2).value()) == id;
  if (found == state.claims.end() || !on_anchor || state.claims[state.anchor].children != 1 ||
      header.timestamp_s < found->second.time_s + options_.claim_window_s) {
    return reverted();
  }
  found->second.confirmed = true;
  state.anchor = id;
  state.anchor_batch = batch;
  Execution done;
  done.logs.push_back(
      {.address = registry(), .topics = {settle::topics().confirmed, id, number_topic(batch)}});
  return done;
}

l1::Result<Bytes> FakeContracts::view(const l1::Call& call) const {
  const State& state = now();
  const std::span<const u8> data = call.data;
  const auto is = [&](std::string_view signature) { return calls(data, signature); };
  const auto number = [](u64 value) { return AbiEncoder().uint(u128{value}).encode(); };
  const auto word = [](const Hash32& value) { return AbiEncoder().word(value).encode(); };
  if (is("batchInbox()")) return AbiEncoder().address(batch_inbox()).encode();
  if (is("inbox()")) return AbiEncoder().address(inbox()).encode();
  if (is("systemConfig()")) return AbiEncoder().address(address(4)).encode();
  if (is("portal()")) return AbiEncoder().address(options_.config.verifying_contract).encode();
  if (is("deploymentBlock()")) return number(1);
  if (is("genesisId()")) return word(genesis_);
  if (is("configHash(uint64)") || is("configuration(uint64)")) {
    const u64 batch = names_the_newest_only ? ~u64{0} : Args(data.subspan(4)).uint64(0).value();
    const Announced& config = config_of(batch, asked_at_);
    if (is("configHash(uint64)")) return word(config.hash);
    return concat(number(config.start), Bytes(config.words.begin(), config.words.end()));
  }
  if (is("nextBatch()")) return number(state.next);
  if (is("pageCount()")) return number(state.pages.size());
  if (is("postHash()")) return word(state.post_hash);
  if (is("posting()")) {
    return AbiEncoder().address(options_.poster).uint(u128{1}).uint(u128{1}).encode();
  }
  if (is("overdueCheckpoint()")) return number(0);
  if (is("window()")) return number(options_.claim_window_s);
  if (is("bondDue(address,bytes32,bytes32)")) return number(0);
  if (is("earnedTime(bytes32,bytes32,bytes32,bytes32)")) {
    const auto found = state.claims.find(Args(data.subspan(4)).word(0).value());
    if (found == state.claims.end()) return l1::make_error(l1::ErrorKind::kReverted, "no claim");
    return number(head().timestamp_s - found->second.time_s);
  }
  // A transaction that is tried out.
  State copy = state;
  l1::BlockHeader next = head();
  ++next.number;
  const Execution tried = execute(call.from.value_or(Address{}), call.to, call.data, next, copy);
  if (!tried.success) return l1::make_error(l1::ErrorKind::kReverted, "refused");
  return Bytes{};
}

}  // namespace gavel::cheats
