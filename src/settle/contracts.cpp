#include "settle/contracts.hpp"

#include <algorithm>
#include <array>

#include "crypto/keccak.hpp"

namespace gavel::settle {

using l1::AbiDecoder;
using l1::AbiEncoder;
using l1::BlockTag;
using l1::selector;

namespace {

std::array<Hash32, 32> words_of(const stf::Cursor& cursor) {
  std::array<u8, stf::kCursorBytes> bytes;
  stf::encode_cursor(cursor, bytes);
  std::array<Hash32, 32> words;
  for (u32 i = 0; i < 32; ++i) {
    std::copy_n(bytes.begin() + i * 32, 32, words[i].bytes.begin());
  }
  return words;
}

void put_words(AbiEncoder& call, std::span<const Hash32> words) {
  for (const Hash32& word : words) call.word(word);
}

void put_posted(AbiEncoder& call, const stf::Posted& posted) {
  call.word(posted.data_commitment)
      .uint(u128{posted.data_len})
      .word(posted.inbox_root)
      .uint(u128{posted.inbox_must})
      .uint(u128{posted.l1_time_ms})
      .word(posted.l1_block_hash)
      .word(posted.config_hash);
}

l1::Error bad_answer(std::string_view what) {
  return l1::make_error(l1::ErrorKind::kWrongType, std::string(what));
}

l1::Result<Bytes> view(l1::Rpc& rpc, const Address& to, Bytes data, l1::BlockId at) {
  l1::Call call;
  call.to = to;
  call.data = std::move(data);
  return rpc.call(call, at);
}

l1::Result<Bytes> view(l1::Rpc& rpc, const Address& to, std::string_view signature, BlockTag at) {
  return view(rpc, to, AbiEncoder().call(selector(signature)), at);
}

l1::Result<Address> view_address(l1::Rpc& rpc, const Address& to, std::string_view signature) {
  const Bytes bytes = GAVEL_TRY(view(rpc, to, signature, BlockTag::kLatest));
  const auto address = AbiDecoder(bytes).address(0);
  if (!address.ok()) return bad_answer(signature);
  return address.value();
}

l1::Result<u64> view_u64(l1::Rpc& rpc, const Address& to, std::string_view signature, BlockTag at) {
  const Bytes bytes = GAVEL_TRY(view(rpc, to, signature, at));
  const auto value = AbiDecoder(bytes).uint64(0);
  if (!value.ok()) return bad_answer(signature);
  return value.value();
}

}  // namespace

l1::Result<Contracts> discover(l1::Rpc& rpc, const Address& registry) {
  Contracts c;
  c.registry = registry;
  const Bytes code = GAVEL_TRY(rpc.code(registry, BlockTag::kLatest));
  if (code.empty()) {
    return l1::make_error(l1::ErrorKind::kNotFound,
                          "there is no contract at the registry's address");
  }
  c.batch_inbox = GAVEL_TRY(view_address(rpc, registry, "batchInbox()"));
  c.inbox = GAVEL_TRY(view_address(rpc, registry, "inbox()"));
  c.system_config = GAVEL_TRY(view_address(rpc, registry, "systemConfig()"));
  c.portal = GAVEL_TRY(view_address(rpc, registry, "portal()"));
  c.deployment_block = GAVEL_TRY(view_u64(rpc, registry, "deploymentBlock()", BlockTag::kLatest));
  return c;
}

Bytes encode_post(u64 batch, u64 first_page, const Hash32& prev_post_hash, u64 term,
                  std::span<const Bytes> pages) {
  return AbiEncoder()
      .uint(u128{batch})
      .uint(u128{first_page})
      .word(prev_post_hash)
      .uint(u128{term})
      .bytes_array(pages)
      .call(selector("post(uint64,uint64,bytes32,uint64,bytes[])"));
}

Bytes encode_fix(u64 batch, const Hash32& prev_post_hash, u64 term, const Hash32& config_hash,
                 u64 must_checkpoint) {
  return AbiEncoder()
      .uint(u128{batch})
      .word(prev_post_hash)
      .uint(u128{term})
      .word(config_hash)
      .uint(u128{must_checkpoint})
      .call(selector("fix(uint64,bytes32,uint64,bytes32,uint64)"));
}

Bytes encode_fix_external(u64 batch, const Hash32& prev_post_hash, u64 term,
                          const Hash32& config_hash, u64 must_checkpoint, u8 mode,
                          const Hash32& data_root, u64 pages) {
  return AbiEncoder()
      .uint(u128{batch})
      .word(prev_post_hash)
      .uint(u128{term})
      .word(config_hash)
      .uint(u128{must_checkpoint})
      .uint(u128{mode})
      .word(data_root)
      .uint(u128{pages})
      .call(selector("fixExternal(uint64,bytes32,uint64,bytes32,uint64,uint8,bytes32,uint64)"));
}

Bytes encode_claim(const Hash32& parent, u64 batch, const stf::Posted& posted,
                   const stf::Cursor& parent_end, const stf::Cursor& end) {
  AbiEncoder call;
  call.word(parent).uint(u128{batch});
  put_posted(call, posted);
  put_words(call, words_of(parent_end));
  put_words(call, words_of(end));
  return call.call(selector("claim(bytes32,uint64,bytes32[7],bytes32[32],bytes32[32])"));
}

Bytes encode_confirm(const Hash32& id, const Hash32& first_hash, const Hash32& end_hash) {
  return AbiEncoder()
      .word(id)
      .word(first_hash)
      .word(end_hash)
      .call(selector("confirm(bytes32,bytes32,bytes32)"));
}

Bytes encode_finalize(const Hash32& id, const stf::Cursor& end, u32 index, std::span<const u8> leaf,
                      std::span<const Hash32> siblings, std::span<const Hash32> table_roots) {
  AbiEncoder call;
  call.word(id);
  put_words(call, words_of(end));
  call.uint(u128{index}).bytes(leaf);
  put_words(call, siblings);
  put_words(call, table_roots);
  return call.call(selector("finalize(bytes32,bytes32[32],uint32,bytes,bytes32[32],bytes32[32])"));
}

Bytes encode_deposit_eth(const Address& recipient, u32 account) {
  return AbiEncoder()
      .address(recipient)
      .uint(u128{account})
      .call(selector("depositETH(address,uint32)"));
}

Bytes encode_deposit_erc20(const Address& token, const u256& amount, const Address& recipient,
                           u32 account) {
  return AbiEncoder()
      .address(token)
      .uint(amount)
      .address(recipient)
      .uint(u128{account})
      .call(selector("depositERC20(address,uint256,address,uint32)"));
}

Hash32 claim_id(const Hash32& parent, u64 batch, const Hash32& first_hash, const Hash32& end_hash) {
  const Bytes words =
      AbiEncoder().word(parent).uint(u128{batch}).word(first_hash).word(end_hash).encode();
  return crypto::keccak256(words);
}

Hash32 genesis_claim_id(const stf::Cursor& genesis_end) {
  const std::array<u8, stf::kCursorBytes> zero{};
  return claim_id(Hash32{}, 0, crypto::keccak256(zero), stf::cursor_hash(genesis_end));
}

const Topics& topics() {
  static const Topics kTopics{
      l1::event_topic("MessageAdded(uint64,bytes)"),
      l1::event_topic("Posted(uint64,uint64,uint64,bytes32,bytes32,bytes32)"),
      l1::event_topic("Fixed(uint64,bytes32[7],bytes32)"),
      l1::event_topic("Claimed(bytes32,bytes32,uint64,address,bytes32,bytes32,bytes32[32])"),
      l1::event_topic("Confirmed(bytes32,uint64)"),
      l1::event_topic("ConfigurationAnnounced(uint64,bytes32,bytes32[32])"),
  };
  return kTopics;
}

l1::Result<PostingState> read_posting_state(l1::Rpc& rpc, const Contracts& contracts, BlockTag at) {
  PostingState s;
  s.next_batch = GAVEL_TRY(view_u64(rpc, contracts.batch_inbox, "nextBatch()", at));
  s.page_count = GAVEL_TRY(view_u64(rpc, contracts.batch_inbox, "pageCount()", at));
  const Bytes hash = GAVEL_TRY(view(rpc, contracts.batch_inbox, "postHash()", at));
  const auto word = AbiDecoder(hash).word(0);
  if (!word.ok()) return bad_answer("postHash()");
  s.post_hash = word.value();
  const Bytes posting = GAVEL_TRY(view(rpc, contracts.system_config, "posting()", at));
  const AbiDecoder decoder(posting);
  const auto poster = decoder.address(0);
  const auto term = decoder.uint64(1);
  const auto modes = decoder.uint64(2);
  if (!poster.ok() || !term.ok() || !modes.ok()) return bad_answer("posting()");
  s.poster = poster.value();
  s.term = term.value();
  s.modes = modes.value();
  s.overdue_checkpoint = GAVEL_TRY(view_u64(rpc, contracts.inbox, "overdueCheckpoint()", at));
  return s;
}

l1::Result<Hash32> read_genesis_id(l1::Rpc& rpc, const Contracts& contracts) {
  const Bytes bytes = GAVEL_TRY(view(rpc, contracts.registry, "genesisId()", BlockTag::kLatest));
  const auto word = AbiDecoder(bytes).word(0);
  if (!word.ok()) return bad_answer("genesisId()");
  return word.value();
}

l1::Result<Hash32> read_config_hash(l1::Rpc& rpc, const Contracts& contracts, u64 batch) {
  const Bytes call = AbiEncoder().uint(u128{batch}).call(selector("configHash(uint64)"));
  const Bytes bytes = GAVEL_TRY(view(rpc, contracts.system_config, call, BlockTag::kLatest));
  const auto word = AbiDecoder(bytes).word(0);
  if (!word.ok()) return bad_answer("configHash(uint64)");
  return word.value();
}

l1::Result<NamedConfig> read_configuration_at(l1::Rpc& rpc, const Contracts& contracts, u64 batch,
                                              const l1::BlockId& at) {
  const Bytes call = AbiEncoder().uint(u128{batch}).call(selector("configuration(uint64)"));
  const Bytes bytes = GAVEL_TRY(view(rpc, contracts.system_config, call, at));
  const auto start = AbiDecoder(bytes).uint64(0);
  if (bytes.size() != 33 * 32 || !start.ok()) return bad_answer("configuration(uint64)");
  return NamedConfig{start.value(), Bytes(bytes.begin() + 32, bytes.end())};
}

l1::Result<Bytes> read_configuration(l1::Rpc& rpc, const Contracts& contracts, u64 batch) {
  return GAVEL_TRY(read_configuration_at(rpc, contracts, batch, BlockTag::kLatest)).words;
}

l1::Result<ClaimTime> read_claim_time(l1::Rpc& rpc, const Contracts& contracts, const Hash32& id,
                                      const Hash32& end_hash, const Hash32& parent,
                                      const Hash32& parent_end_hash) {
  ClaimTime time;
  time.window_s = GAVEL_TRY(view_u64(rpc, contracts.registry, "window()", BlockTag::kLatest));
  const Bytes call = AbiEncoder()
                         .word(id)
                         .word(end_hash)
                         .word(parent)
                         .word(parent_end_hash)
                         .call(selector("earnedTime(bytes32,bytes32,bytes32,bytes32)"));
  const Bytes bytes = GAVEL_TRY(view(rpc, contracts.registry, call, BlockTag::kLatest));
  const auto earned = AbiDecoder(bytes).uint64(0);
  if (!earned.ok()) return bad_answer("earnedTime(...)");
  time.earned_s = earned.value();
  return time;
}

l1::Result<u128> read_bond_due(l1::Rpc& rpc, const Contracts& contracts, const Address& claimer,
                               const Hash32& parent, const Hash32& parent_end_hash) {
  const Bytes call = AbiEncoder()
                         .address(claimer)
                         .word(parent)
                         .word(parent_end_hash)
                         .call(selector("bondDue(address,bytes32,bytes32)"));
  const Bytes bytes = GAVEL_TRY(view(rpc, contracts.registry, call, BlockTag::kLatest));
  const auto due = AbiDecoder(bytes).uint128(0);
  if (!due.ok()) return bad_answer("bondDue(...)");
  return due.value();
}

}  // namespace gavel::settle
