#include "withdrawal.hpp"

#include <fmt/format.h>

#include <thread>

#include "command.hpp"
#include "key_file.hpp"
#include "settle/l1_feed.hpp"
#include "stf/transaction.hpp"

namespace gavel::apps {

namespace {

constexpr auto kPause = std::chrono::milliseconds(200);
constexpr auto kPatience = std::chrono::seconds(120);
constexpr u64 kPartsPerUnit = 10'000'000'000;  // 18 decimals on L1, 8 here

}  // namespace

Withdrawal::Withdrawal(ExchangeSession& session, const DevnetToken& token)
    : session_(session), token_(token), key_(new_key()), recipient_(new_key().address) {}

AppResult<void> Withdrawal::deposit() {
  const Devnet::Deposit deposit{key_.address, 0, kDepositUnits};
  GAVEL_TRY(session_.net().deposit(token_, std::span(&deposit, 1)));
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    const auto found =
        GAVEL_TRY(session_.node().client().json("/v1/account?owner=" + hex_of(key_.address)));
    account_ = static_cast<u32>(number_at(found, "/accounts/0/account").value_or(0));
    if (account_ != 0) {
      if (number_at(found, "/accounts/0/balances/0/total") == kDepositUnits) return {};
      return fmt::format("account {} was not credited with what was deposited", account_);
    }
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(kPause);
  }
  return std::string("the deposit was not credited in time");
}

AppResult<void> Withdrawal::request() {
  auto client =
      replay::GatewayClient::connect("127.0.0.1", session_.node().gateway_port(), 5'000'000'000);
  if (!client.ok())
    return fmt::format("no connection to the gateway: {}", replay::text_of(client.error()));
  stf::Config config = session_.net().config();
  stf::Transaction tx;
  tx.action = stf::Action::withdraw;
  tx.account = account_;
  tx.nonce = (*client)->welcome().time_ms;
  tx.asset = token_.asset;
  tx.amount = kWithdrawUnits;
  tx.address = recipient_;
  tx.signature =
      crypto::sign(stf::transaction_digest(tx, stf::domain_separator(config)), key_.secret).bytes;
  std::array<u8, stf::kMaxTransactionBytes> bytes;
  (*client)->submit(1, std::span<const u8>(bytes).first(stf::encode_transaction(tx, bytes)));
  std::optional<replay::ResultFrame> result;
  std::string refused;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!result && refused.empty() && std::chrono::steady_clock::now() < until) {
    const auto pumped = (*client)->pump(100'000'000, [&](const replay::Answer& answer) {
      if (const auto* r = std::get_if<replay::ResultFrame>(&answer)) result = *r;
      if (const auto* r = std::get_if<replay::RefusedFrame>(&answer))
        refused = replay::name_of_refusal(r->code);
    });
    if (!pumped.ok())
      return std::string("the gateway closed the connection: ") + replay::text_of(pumped.error());
  }
  if (!refused.empty()) return "the withdrawal was refused: " + refused;
  if (!result) return std::string("the withdrawal got no result in time");
  if (result->receipt.result != exchange::Reject::ok) {
    return std::string("the withdrawal was rejected: ") + exchange::name_of(result->receipt.result);
  }
  block_ = result->block;
  outbox_ = static_cast<u32>(result->receipt.value);
  return {};
}

AppResult<Withdrawal::Confirmed> Withdrawal::wait_for_confirmation(
    std::chrono::steady_clock::time_point until) {
  settle::L1Feed feed(session_.net().link().rpc(), session_.net().contracts(), 1);
  while (std::chrono::steady_clock::now() < until) {
    const auto update = feed.poll();
    if (!update.ok() && !l1::is_transient(update.error()))
      return describe("L1 cannot be followed", update.error());
    for (const settle::FeedConfirmation& confirmation : feed.confirmations()) {
      if (confirmation.batch < batch_) continue;
      for (const settle::FeedClaim& claim : feed.claims()) {
        if (claim.id != confirmation.id || claim.end.size() != stf::kCursorBytes) continue;
        Confirmed out{claim.id, {}};
        if (!stf::decode_cursor(
                std::span<const u8, stf::kCursorBytes>(claim.end.data(), stf::kCursorBytes),
                out.end)) {
          return std::string("a confirmed claim's end is no cursor");
        }
        batch_ = claim.batch;
        return out;
      }
    }
    if (interrupted()) return std::string("interrupted");
    if (update.ok() && update->caught_up) std::this_thread::sleep_for(kPause);
  }
  return fmt::format("no claim on batch {} or a later one was confirmed in time", batch_);
}

// The call of Portal.finalize with the proof that the node gives for the claimed batch.
AppResult<l1::Bytes> Withdrawal::payment(const Confirmed& confirmed) {
  const auto proof = GAVEL_TRY(session_.node().client().json(
      fmt::format("/v1/proof?table=outbox&index={}&batch={}", outbox_, batch_)));
  const auto hashes = [&](const char* name) {
    std::vector<Hash32> out;
    for (u32 i = 0; i < 32; ++i) {
      Hash32 hash;
      if (parse_hex(text_at(proof, fmt::format("/{}/{}", name, i)), hash.bytes))
        out.push_back(hash);
    }
    return out;
  };
  const std::vector<Hash32> siblings = hashes("siblings");
  const std::vector<Hash32> roots = hashes("table_roots");
  const std::string leaf_text = text_at(proof, "/leaf");
  l1::Bytes leaf(leaf_text.size() > 2 ? (leaf_text.size() - 2) / 2 : 0);
  if (siblings.size() != 32 || roots.size() != 32 || leaf.empty() || !parse_hex(leaf_text, leaf)) {
    return std::string("the node's proof is not complete");
  }
  return settle::encode_finalize(confirmed.claim, confirmed.end, outbox_, leaf, siblings, roots);
}

AppResult<u128> Withdrawal::balance_on_l1() {
  const auto answer = session_.net().link().rpc().call(
      {.to = token_.address,
       .data = l1::AbiEncoder().address(recipient_).call(l1::selector("balanceOf(address)"))},
      l1::BlockTag::kLatest);
  if (!answer.ok()) return describe("the token does not tell the balance", answer.error());
  const auto balance = l1::AbiDecoder(*answer).uint128(0);
  if (!balance.ok()) return std::string("the token does not tell the balance");
  return *balance;
}

AppResult<void> Withdrawal::collect(std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  batch_ = GAVEL_TRY(session_.wait_for_claim(block_, patience));
  const Confirmed confirmed = GAVEL_TRY(wait_for_confirmation(until));
  const l1::Bytes call = GAVEL_TRY(payment(confirmed));
  const Address portal = session_.net().contracts().portal;
  // The payout delay counts from the confirmation; until it is over the Portal refuses.
  while (true) {
    const auto tried =
        session_.net().link().rpc().call({.to = portal, .data = call}, l1::BlockTag::kPending);
    if (tried.ok()) break;
    if (std::chrono::steady_clock::now() > until)
      return describe("the Portal does not pay", tried.error());
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(kPause);
  }
  std::vector<l1::CallRequest> calls;
  calls.push_back({.to = portal, .data = call, .gas_limit = 2'000'000, .label = "withdrawal"});
  GAVEL_TRY(session_.net().send(std::move(calls)));
  const u128 expected = u128{kWithdrawUnits} * u128{kPartsPerUnit};
  if (GAVEL_TRY(balance_on_l1()) != expected)
    return std::string("the Portal paid another amount than was withdrawn");
  return {};
}

}  // namespace gavel::apps
