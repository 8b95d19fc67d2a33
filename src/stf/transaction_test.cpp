#include "stf/transaction.hpp"

#include <gtest/gtest.h>

#include <set>

#include "crypto/eip712.hpp"
#include "crypto/secp256k1.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

using crypto::eip712::address_word;
using crypto::eip712::StructHasher;
using crypto::eip712::text_hash;
using crypto::eip712::uint_word;

std::vector<u8> bytes_of(const Transaction& tx) {
  std::vector<u8> out(kMaxTransactionBytes, 0xee);
  out.resize(encode_transaction(tx, out));
  return out;
}

Transaction sample(const std::string& name) {
  for (const auto& [n, row] : samples::transaction_rows()) {
    if (n == name) return row.tx;
  }
  ADD_FAILURE() << "no sample " << name;
  return {};
}

TEST(Transaction, EveryActionRoundTrips) {
  std::set<Action> seen;
  for (const auto& [name, row] : samples::transaction_rows()) {
    SCOPED_TRACE(name);
    const std::optional<Transaction> back = decode_transaction(bytes_of(row.tx));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, row.tx);
    seen.insert(row.tx.action);
  }
  EXPECT_EQ(seen.size(), kActionCount - 1u);
}

TEST(Transaction, OtherLengthsAreRefused) {
  for (const auto& [name, row] : samples::transaction_rows()) {
    SCOPED_TRACE(name);
    std::vector<u8> bytes = bytes_of(row.tx);
    bytes.push_back(0);
    EXPECT_FALSE(decode_transaction(bytes).has_value());
    bytes.resize(bytes.size() - 2);
    EXPECT_FALSE(decode_transaction(bytes).has_value());
  }
  EXPECT_FALSE(decode_transaction({}).has_value());
  EXPECT_FALSE(decode_transaction(std::vector<u8>(26, 1)).has_value());
}

struct Change {
  const char* what;
  const char* sample;
  u32 offset;
  u8 value;
  bool accepted;
};

const Change kChanges[] = {
    {"version", "cancel", 0, 2, false},
    {"action 0", "register", 1, 0, false},
    {"action 13", "register", 1, 13, false},
    {"flag bit 1", "cancel", 2, 3, false},
    {"signer without its flag", "cancel", 2, 0, false},
    {"side 2", "place_bid_gtc", 31, 2, false},
    {"type 3", "place_bid_gtc", 32, 3, true},
    {"type 4", "place_bid_gtc", 32, 4, false},
    {"stp 2", "place_bid_gtc", 33, 2, true},
    {"stp 3", "place_bid_gtc", 33, 3, false},
    {"has_client_id 2", "place_ask_post_only_by_agent", 46, 2, false},
    {"client id without its flag", "place_ask_post_only_by_agent", 46, 0, false},
    {"last byte of a client id without its flag", "place_bid_gtc", 62, 1, false},
    {"client id beside an order id", "modify", 47, 1, false},
    {"order id beside a client id", "modify_client_id", 34, 1, false},
    {"role", "approve_agent", 47, 200, true},
};

TEST(Transaction, OnlyWhatEncodeMakesIsAccepted) {
  for (const Change& change : kChanges) {
    SCOPED_TRACE(change.what);
    std::vector<u8> bytes = bytes_of(sample(change.sample));
    ASSERT_NE(bytes[change.offset], change.value);
    bytes[change.offset] = change.value;
    const std::optional<Transaction> tx = decode_transaction(bytes);
    EXPECT_EQ(tx.has_value(), change.accepted);
    if (tx) EXPECT_EQ(bytes_of(*tx), bytes);
  }
}

// The signatures were made by another implementation from typed data written by hand.
TEST(Transaction, DigestIsWhatAWalletSigns) {
  const Hash32 domain = domain_separator(samples::config());
  for (const auto& [name, row] : samples::transaction_rows()) {
    const auto signer = crypto::recover_address(transaction_digest(row.tx, domain),
                                                crypto::Signature64{row.tx.signature});
    ASSERT_TRUE(signer.ok()) << name;
    EXPECT_EQ(*signer, row.tx.by_agent ? samples::kAgent : samples::kOwner) << name;
  }
}

TEST(Transaction, DigestBindsEveryByteButTheSignature) {
  const Hash32 domain = domain_separator(samples::config());
  for (const auto& [name, row] : samples::transaction_rows()) {
    const std::vector<u8> bytes = bytes_of(row.tx);
    const Hash32 digest = transaction_digest(row.tx, domain);
    for (u32 i = 0; i < bytes.size(); ++i) {
      std::vector<u8> changed = bytes;
      changed[i] ^= 1;
      const std::optional<Transaction> tx = decode_transaction(changed);
      if (!tx) continue;
      // A readable digest has no flags: an agent may not sign these actions at all.
      const bool readable_by_agent =
          i == 2 && !agent_may(tx->action) && tx->action != Action::sweep_fees;
      const bool in_digest = i < bytes.size() - 64 && !readable_by_agent;
      EXPECT_EQ(transaction_digest(*tx, domain) != digest, in_digest) << name << " byte " << i;
    }
  }
}

TEST(Transaction, DomainBindsChainAndContract) {
  const Config config = samples::config();
  const std::array<u8, 1> version{'1'};
  StructHasher hasher(
      text_hash("EIP712Domain(string name,string version,uint256 chainId,"
                "address verifyingContract)"));
  hasher.word(text_hash("Gavel")).word(crypto::keccak256(version));
  hasher.word(uint_word(config.chain_id)).word(address_word(config.verifying_contract));
  EXPECT_EQ(domain_separator(config), hasher.finish());
}

TEST(Transaction, TypeHashesAreOfTheTypes) {
  const Hash32 domain = samples::hash(3);
  Transaction tx;
  tx.account = 7;
  tx.nonce = 8;
  tx.expiry_ms = 9;
  for (const auto& [action, type] :
       {std::pair{Action::register_account, "Register(uint32 account,uint64 nonce,uint64 expiry)"},
        {Action::unregister_account, "Unregister(uint32 account,uint64 nonce,uint64 expiry)"}}) {
    tx.action = action;
    StructHasher hasher(text_hash(type));
    hasher.word(uint_word(u64{7})).word(uint_word(u64{8})).word(uint_word(u64{9}));
    EXPECT_EQ(transaction_digest(tx, domain), crypto::eip712::digest(domain, hasher.finish()));
  }
}

TEST(Transaction, AgentsMayTradeOnly) {
  for (u8 action = 1; action < kActionCount; ++action) {
    const bool trades = action <= 5 || action == 13 || action == 15 || action == 16;
    EXPECT_EQ(agent_may(static_cast<Action>(action)), trades) << static_cast<u32>(action);
  }
}

}  // namespace
}  // namespace gavel::stf
