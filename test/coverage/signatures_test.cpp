// Each clause of the signature rule (docs/protocol/transactions.md, "Digests"), through the
// gateway: whatever is not exactly the rule's signature of exactly this transaction is nobody's.
#include <gtest/gtest.h>

#include "coverage/answers.hpp"
#include "crypto/secp256k1_cases_test.hpp"

namespace gavel::coverage {
namespace {

using base::u256;
using crypto::kGroupOrder;
using crypto::cases::kAllOnes;
using crypto::cases::kHalf;
using crypto::cases::kOne;
using crypto::cases::minus;
using crypto::cases::plus;

struct Parts {
  u256 r;
  u256 s;
  bool odd = false;
};
Parts parts_of(std::span<const u8, 64> signature) {
  Bytes32 r;
  Bytes32 s;
  std::copy_n(signature.begin(), 32, r.bytes.begin());
  std::copy_n(signature.begin() + 32, 32, s.bytes.begin());
  const bool odd = (s.bytes[0] & 0x80) != 0;
  s.bytes[0] &= 0x7f;
  return {base::to_u256(r), base::to_u256(s), odd};
}

// The transaction's bytes with another signature.
std::vector<u8> with_signature(std::vector<u8> bytes, const crypto::Signature64& signature) {
  std::copy(signature.bytes.begin(), signature.bytes.end(), bytes.end() - 64);
  return bytes;
}
std::vector<u8> with_parts(const std::vector<u8>& bytes, const Parts& p) {
  return with_signature(bytes, crypto::join_signature(p.r, p.s, p.odd));
}

TEST(Signatures, EveryClauseIsChecked) {
  struct Case {
    const char* what;
    std::function<Parts(Parts)> change;
  };
  const Case cases[] = {
      {"r = 0", [](Parts p) { return Parts{{}, p.s, p.odd}; }},
      {"r = n", [](Parts p) { return Parts{kGroupOrder, p.s, p.odd}; }},
      {"r = n + 1", [](Parts p) { return Parts{plus(kGroupOrder, 1), p.s, p.odd}; }},
      {"r = 2^256 - 1", [](Parts p) { return Parts{kAllOnes, p.s, p.odd}; }},
      {"s = 0", [](Parts p) { return Parts{p.r, {}, p.odd}; }},
      {"s = n / 2 + 1", [](Parts p) { return Parts{p.r, plus(kHalf, 1), p.odd}; }},
      {"s = 2^255 - 1", [](Parts p) { return Parts{p.r, base::shift_right(kAllOnes, 1), p.odd}; }},
      {"the other parity", [](Parts p) { return Parts{p.r, p.s, !p.odd}; }},
      {"another r", [](Parts p) { return Parts{plus(p.r, 1), p.s, p.odd}; }},
      {"another s", [](Parts p) { return Parts{p.r, minus(p.s, kOne), p.odd}; }},
      {"all zero", [](Parts) { return Parts{{}, {}, false}; }},
      {"all ones", [](Parts) { return Parts{kAllOnes, base::shift_right(kAllOnes, 1), true}; }},
  };
  Exchange e;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    const std::vector<u8> good = e.bytes_of(e.place(), 0);
    const Parts p = parts_of(std::span<const u8>(good).last<64>());
    EXPECT_EQ(e.send_bytes(with_parts(good, c.change(p))).refusal, Refusal::bad_signature);
    // The refused one used no nonce: the right one is still good.
    EXPECT_EQ(e.send_bytes(good).result, Reject::ok);
  }
}

// n - s with the other parity is the same signature to a lenient verifier, wherever such an s fits.
TEST(Signatures, TheTwinIsNobodys) {
  Exchange e;
  u32 tried = 0;
  for (u32 i = 0; i < 4; ++i) {
    const std::vector<u8> good = e.bytes_of(e.place(), 0);
    const Parts p = parts_of(std::span<const u8>(good).last<64>());
    Bytes32 s = base::to_bytes32(minus(kGroupOrder, p.s));
    // Its highest bit would be read as the parity.
    std::vector<u8> bytes = good;
    std::copy(s.bytes.begin(), s.bytes.end(), bytes.end() - 32);
    EXPECT_EQ(e.send_bytes(bytes).refusal, Refusal::bad_signature);
    ++tried;
  }
  EXPECT_GT(tried, 0u);
}

// R = r + n on the curve: what a verifier that reduces R.x accepts. The account belongs to exactly
// the key for which the equation holds.
TEST(Signatures, AnXBeyondTheGroupOrderIsNobodys) {
  Exchange e;
  Transaction tx = e.place(5);
  const Hash32 digest = stf::transaction_digest(tx, e.node.world.rules.domain);
  const u256 s = u256::from_u64(123'456'789);
  std::optional<crypto::AffinePoint> point;
  u64 i = 0;
  while (!point) point = crypto::lift_x({plus(kGroupOrder, ++i)}, false);
  const u256 r = u256::from_u64(i);
  const crypto::PublicKey key = crypto::cases::key_behind(digest, {r}, {s}, *point);
  for (const u32 asset : {1u, 2u}) {
    stf::Message m = e.message(stf::MessageKind::deposit);
    m.asset = asset;
    m.amount = 1'000'000;
    m.recipient = crypto::address_of(key);
    m.account = asset == 1 ? 0 : 5;
    ASSERT_EQ(e.deliver(m), Reject::ok);
  }
  const std::vector<u8> bytes = e.bytes_of(tx, 0);
  for (const bool odd : {false, true}) {
    EXPECT_EQ(e.send_bytes(with_parts(bytes, {r, s, odd})).refusal, Refusal::bad_signature);
  }
}

// s R = digest G: the key that would have signed is the point at infinity.
TEST(Signatures, AKeyAtInfinityIsNobodys) {
  Exchange e;
  const Transaction tx = e.place(1);
  const Hash32 digest = stf::transaction_digest(tx, e.node.world.rules.domain);
  const crypto::Scalar z = crypto::reduce_to_scalar(base::to_u256(digest));
  const crypto::AffinePoint g = crypto::cases::multiple_of_generator({kOne});
  const bool high = kHalf < z.v;
  const Parts p{g.x.v, high ? minus(kGroupOrder, z.v) : z.v, g.y.v.is_odd() != high};
  EXPECT_EQ(e.send_bytes(with_parts(e.bytes_of(tx, 0), p)).refusal, Refusal::bad_signature);
}

// A right signature of something else.
TEST(Signatures, BindChainContractAccountAndEveryField) {
  Exchange e;
  const auto signed_under = [&](const stf::Config& config, const Transaction& tx) {
    const Hash32 digest = stf::transaction_digest(tx, stf::domain_separator(config));
    return with_signature(e.bytes_of(tx, 0), crypto::sign(digest, e.key(0).secret));
  };
  stf::Config config = e.node.world.rules.config;
  EXPECT_EQ(e.send_bytes(signed_under(config, e.place())).result, Reject::ok);
  stf::Config other = config;
  ++other.chain_id;
  EXPECT_EQ(e.send_bytes(signed_under(other, e.place())).refusal, Refusal::bad_signature);
  other = config;
  other.verifying_contract.bytes[19] ^= 1;
  EXPECT_EQ(e.send_bytes(signed_under(other, e.place())).refusal, Refusal::bad_signature);

  const Transaction tx = e.place();
  const std::vector<u8> good = e.bytes_of(tx, 0);
  const auto signature_of = [&] {
    crypto::Signature64 out;
    std::copy_n(good.end() - 64, 64, out.bytes.begin());
    return out;
  }();
  const std::function<void(Transaction&)> changes[] = {
      [](auto& t) { t.account = 2; },
      [](auto& t) { t.nonce += 1; },
      [](auto& t) { t.expiry_ms = ~u64{0}; },
      [](auto& t) { t.side = 1; },
      [](auto& t) { t.price_ticks += 1; },
      [](auto& t) { t.lots += 1; },
      [](auto& t) { t.stp = 1; },
      [](auto& t) { t.type = 1; },
  };
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    Transaction changed = tx;
    changes[i](changed);
    EXPECT_EQ(e.send_bytes(with_signature(e.bytes_of(changed, 0), signature_of)).refusal,
              Refusal::bad_signature)
        << i;
  }
  EXPECT_EQ(e.send_bytes(good).result, Reject::ok);
}

}  // namespace
}  // namespace gavel::coverage
