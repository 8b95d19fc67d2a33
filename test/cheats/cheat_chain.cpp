#include "cheats/cheat_chain.hpp"

#include <fmt/format.h>

#include "command.hpp"
#include "key_file.hpp"
#include "settle/deriver.hpp"
#include "settle/verifier.hpp"
#include "stf/message.hpp"

namespace gavel::cheats {

namespace {

constexpr u64 kPartsPerUnit = 10'000'000'000;  // 18 decimals on L1, 8 here
constexpr u64 kDepositGas = 5'000'000;

}  // namespace

AppResult<std::unique_ptr<CheatChain>> CheatChain::connect(const std::string& url,
                                                           const std::string& registry,
                                                           const std::string& devnet_folder) {
  auto chain = std::make_unique<CheatChain>();
  chain->folder_ = devnet_folder;
  chain->link_ = GAVEL_TRY(apps::L1Link::connect({url}));
  Address address;
  if (!apps::parse_hex(registry, address.bytes)) return registry + " is no address";
  const auto contracts = settle::discover(chain->link_->rpc(), address);
  if (!contracts.ok()) return apps::describe("no registry there", contracts.error());
  chain->contracts_ = *contracts;
  const auto words = settle::read_configuration(chain->link_->rpc(), *contracts, 1);
  if (!words.ok()) return apps::describe("no configuration", words.error());
  const std::span<const u8, stf::kConfigBytes> bytes(*words);
  chain->config_ = stf::decode_config(bytes);
  chain->config_hash_ = stf::config_hash(bytes);
  chain->feed_ = std::make_unique<settle::L1Feed>(chain->link_->rpc(), *contracts);
  GAVEL_TRY(chain->link_->raw("evm_setAutomine", "[true]"));
  GAVEL_TRY(chain->read_feed());
  return chain;
}

AppResult<crypto::KeyPair> CheatChain::key(const std::string& name) const {
  return apps::read_key_file(fmt::format("{}/keys/{}.key", folder_, name));
}

AppResult<void> CheatChain::read_feed() {
  while (true) {
    const auto update = feed_->poll();
    if (!update.ok()) return apps::describe("L1 cannot be read", update.error());
    if (update->caught_up) return {};
    if (apps::interrupted()) return std::string("interrupted");
  }
}

AppResult<Address> CheatChain::token_of(u32 asset) const {
  stf::Message m;
  for (const settle::FeedMessage& message : feed_->messages()) {
    const bool listing = stf::decode_message(message.bytes, m) &&
                         m.kind == static_cast<u8>(stf::MessageKind::register_asset);
    if (listing && m.asset == asset) return m.token;
  }
  return fmt::format("L1 has no asset {}", asset);
}

AppResult<void> CheatChain::deposit_batch(const Address& token,
                                          const std::vector<l1::AbiEncoder>& items) {
  std::vector<l1::CallRequest> calls;
  calls.push_back(
      {.to = contracts_.inbox,
       .data = l1::AbiEncoder()
                   .address(token)
                   .dynamic_array(items, false)
                   .call(l1::selector("depositBatch(address,(uint256,address,uint32)[])")),
       .gas_limit = kDepositGas,
       .label = "deposit"});
  const crypto::KeyPair owner = GAVEL_TRY(key("owner"));
  GAVEL_TRY(apps::send_all(*link_, apps::hex_of(owner.secret.bytes.bytes), std::move(calls)));
  return {};
}

AppResult<void> CheatChain::fund(const Liar& liar, u32 asset, bool fresh, u64 units) {
  const Address token = GAVEL_TRY(token_of(asset));
  std::vector<l1::AbiEncoder> items;
  for (u32 i = 0; i < Liar::kTraders; ++i) {
    items.emplace_back()
        .uint(u128{units} * u128{kPartsPerUnit})
        .address(liar.key(i).address)
        .uint(u128{fresh ? 0 : liar.account(i)});
  }
  return deposit_batch(token, items);
}

AppResult<void> CheatChain::deposit(const Liar& liar, u32 trader, u32 asset, u64 units) {
  const Address token = GAVEL_TRY(token_of(asset));
  std::vector<l1::AbiEncoder> items;
  items.emplace_back()
      .uint(u128{units} * u128{kPartsPerUnit})
      .address(liar.key(trader).address)
      .uint(u128{liar.account(trader)});
  return deposit_batch(token, items);
}

AppResult<void> CheatChain::deliver(Liar& liar) {
  GAVEL_TRY(read_feed());
  const auto& messages = feed_->messages();
  for (; delivered_ < messages.size(); ++delivered_) liar.add_message(messages[delivered_].bytes);
  return {};
}

AppResult<void> CheatChain::make_overdue() {
  const auto answer = link_->rpc().call(
      {.to = contracts_.inbox, .data = l1::AbiEncoder().call(l1::selector("sequencingWindow()"))},
      l1::BlockTag::kLatest);
  if (!answer.ok()) return apps::describe("no sequencing window", answer.error());
  const auto window = l1::AbiDecoder(*answer).uint64(0);
  if (!window.ok()) return std::string("no sequencing window");
  GAVEL_TRY(link_->raw("evm_increaseTime", fmt::format("[{}]", *window + 1)));
  return link_->raw("evm_mine", "[]");
}

AppResult<u64> CheatChain::now_ms() {
  const auto head = link_->rpc().header(l1::BlockTag::kLatest);
  if (!head.ok() || !*head) return std::string("L1 has no newest block");
  return (*head)->timestamp_s * 1'000;
}

AppResult<std::unique_ptr<l1::Submitter>> CheatChain::submitter(const char* name,
                                                                const l1::SubmitterConfig& how) {
  l1::SubmitterConfig config = how;
  const auto chain_id = link_->rpc().chain_id();
  if (!chain_id.ok()) return apps::describe("L1 does not answer", chain_id.error());
  config.chain_id = *chain_id;
  const crypto::KeyPair pair = GAVEL_TRY(key(name));
  auto signing = l1::SigningKey::from_hex(apps::hex_of(pair.secret.bytes.bytes));
  if (!signing.ok()) return std::string("the devnet's key is no key");
  return std::make_unique<l1::Submitter>(link_->rpc(), apps::system_clock(), std::move(*signing),
                                         config);
}

AppResult<void> CheatChain::start_posting(Liar& liar, const l1::SubmitterConfig& how,
                                          settle::PosterOptions posting) {
  poster_key_ = GAVEL_TRY(submitter("poster", how));
  poster_ = std::make_unique<settle::Poster>(link_->rpc(), *poster_key_, contracts_, liar.batches(),
                                             posting);
  return {};
}

AppResult<void> CheatChain::start_claiming(Liar& liar, const l1::SubmitterConfig& how) {
  claimer_key_ = GAVEL_TRY(submitter("claimer", how));
  claimer_ = std::make_unique<settle::Claimer>(link_->rpc(), *claimer_key_, contracts_,
                                               liar.batches(), genesis_end());
  return {};
}

stf::Cursor CheatChain::genesis_end() const {
  return stf::genesis_cursor(settle::genesis_state_root(), config_hash_);
}

void CheatChain::tick() {
  poster_->tick();
  if (claimer_) claimer_->tick();
}

AppResult<void> CheatChain::settle(u64 batch, u64 timeout_ms) {
  const u64 deadline_ns = apps::system_clock().monotonic_ns() + timeout_ms * 1'000'000;
  while (!poster_->posted_up_to(batch) || (claimer_ && claimer_->status().claimed < batch)) {
    tick();
    if (apps::interrupted()) return std::string("interrupted");
    if (apps::system_clock().monotonic_ns() > deadline_ns) {
      return fmt::format("batch {} is not settled on L1 after {} ms; poster: {}; claimer: {}",
                         batch, timeout_ms, poster_->status().last_error,
                         claimer_ ? claimer_->status().last_error : "none");
    }
    apps::system_clock().sleep_for_ns(2'000'000);
  }
  return {};
}

AppResult<void> CheatChain::claim_anyway(const Liar& liar, u64 batch) {
  GAVEL_TRY(read_feed());
  if (ids_.empty()) {
    ends_ = {genesis_end()};
    ids_ = {settle::genesis_claim_id(ends_[0])};
  }
  const auto end = liar.batches().get_end(batch);
  const auto root = liar.batches().get_root(batch);
  if (!end.ok() || !root.ok() || feed_->batches().size() < batch || ids_.size() != batch) {
    return fmt::format("batch {} cannot be claimed now", batch);
  }
  const stf::Posted& posted = feed_->batches()[batch - 1].posted;
  const stf::Cursor claimed = da::end_cursor(*end, posted, *root);
  GAVEL_TRY(claim("claimer", batch, ids_.back(), ends_.back(), claimed));
  const stf::Cursor first = stf::first_cursor(ends_.back(), batch, posted);
  ids_.push_back(
      settle::claim_id(ids_.back(), batch, stf::cursor_hash(first), stf::cursor_hash(claimed)));
  ends_.push_back(claimed);
  return {};
}

AppResult<void> CheatChain::claim(const std::string& key_name, u64 batch, const Hash32& parent,
                                  const stf::Cursor& parent_end, const stf::Cursor& end) {
  GAVEL_TRY(read_feed());
  if (feed_->batches().size() < batch) return std::string("L1 does not have the batch");
  const stf::Posted& posted = feed_->batches()[batch - 1].posted;
  const crypto::KeyPair pair = GAVEL_TRY(key(key_name));
  const auto bond = settle::read_bond_due(link_->rpc(), contracts_, pair.address, parent,
                                          stf::cursor_hash(parent_end));
  if (!bond.ok()) return apps::describe("no bond", bond.error());
  std::vector<l1::CallRequest> calls;
  calls.push_back({.to = contracts_.registry,
                   .value_wei = *bond,
                   .data = settle::encode_claim(parent, batch, posted, parent_end, end),
                   .label = "claim"});
  GAVEL_TRY(apps::send_all(*link_, apps::hex_of(pair.secret.bytes.bytes), std::move(calls)));
  return {};
}

AppResult<u64> CheatChain::claim_rival() {
  settle::Verifier verifier(link_->rpc(), {.threads = 1});
  GAVEL_TRY(verifier.start(contracts_.registry));
  while (verifier.step() == settle::VerifyState::behind) {
  }
  if (verifier.verdicts().empty()) return std::string("L1 has no claim yet");
  const u64 batch = verifier.verdicts().back().batch;
  const Hash32 parent = batch == 1 ? settle::genesis_claim_id(verifier.end_of(0))
                                   : verifier.verdicts()[batch - 2].claim;
  stf::Cursor end = verifier.end_of(batch);
  end.state_root.bytes[31] ^= 1;
  GAVEL_TRY(claim("owner", batch, parent, verifier.end_of(batch - 1), end));
  return batch;
}

}  // namespace gavel::cheats
