#include "l1/transaction.hpp"

#include <gtest/gtest.h>

#include "l1/hex_text.hpp"
#include "l1/rlp.hpp"

namespace gavel::l1 {
namespace {

// The key of EIP-155's example.
constexpr std::string_view kKey =
    "0x4646464646464646464646464646464646464646464646464646464646464646";
constexpr std::string_view kSender = "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f";
constexpr Address kTo = base::address_hex("3535353535353535353535353535353535353535");

TransactionBody body() {
  TransactionBody out;
  out.chain_id = 31337;
  out.max_priority_fee_wei = u128{1};
  out.max_fee_wei = u128{2'000'000'000};
  out.gas_limit = 1'000'000;
  out.to = kTo;
  out.data = unhex("deadbeef00010203");
  return out;
}

TEST(Transaction, SignsAsOthersDo) {
  // Made with cast 1.7.1 from the same fields and key.
  const SigningKey key = SigningKey::from_hex(kKey).value();
  EXPECT_EQ(hex(key.address().bytes), kSender);
  EXPECT_EQ(hex(key.sign(body())->raw),
            "02f871827a6980018477359400830f42409435353535353535353535353535353535353535358088deadbe"
            "ef00010203c080a0de086b"
            "ac0d3b950f60884db2a045e791920882bd96e4cbbc2561ffca6c789e9da00fc67031c073339bb655c0741b"
            "c6eb8498a96135c97c3f79"
            "b0cb75b4fafba4b7");
  TransactionBody transfer;
  transfer.chain_id = 1;
  transfer.nonce = 9;
  transfer.max_priority_fee_wei = u128{2'000'000'000};
  transfer.max_fee_wei = u128{30'000'000'000};
  transfer.gas_limit = 21'000;
  transfer.to = kTo;
  transfer.value_wei = u128{1'000'000'000'000'000'000};
  EXPECT_EQ(hex(key.sign(transfer)->raw),
            "02f873010984773594008506fc23ac00825208943535353535353535353535353535353535353535880de0"
            "b6b3a764000080c080a02b"
            "03b67e070f45175ce9d07c4512720168bd468a24edb6997977a53d48c87a12a0733d775fdd689d306e08ac"
            "8ab399f34b5a0253b47ed8"
            "1b8bf2d2a6ea607fcac7");
}

TEST(Transaction, LimitsAreCheckedBeforeAnythingIsSent) {
  const SigningKey key = SigningKey::from_hex(kKey).value();
  TransactionBody big = body();
  big.data.resize(kMaxTransactionBytes);
  EXPECT_EQ(key.sign(big).error().kind, ErrorKind::kTransactionTooLarge);
  TransactionBody hungry = body();
  hungry.gas_limit = kMaxTransactionGas + 1;
  EXPECT_EQ(key.sign(hungry).error().kind, ErrorKind::kGasOverCap);
  hungry.gas_limit = kMaxTransactionGas;
  EXPECT_TRUE(key.sign(hungry).ok());
}

TEST(Transaction, TheLargestThatFitsHas131072Bytes) {
  const SigningKey key = SigningKey::from_hex(kKey).value();
  TransactionBody at_limit = body();
  at_limit.data.resize(kMaxTransactionBytes - 300);
  const u64 size = key.sign(at_limit)->raw.size();
  at_limit.data.resize(at_limit.data.size() + kMaxTransactionBytes - size);
  EXPECT_EQ(key.sign(at_limit)->raw.size(), kMaxTransactionBytes);
  at_limit.data.push_back(0);
  EXPECT_EQ(key.sign(at_limit).error().kind, ErrorKind::kTransactionTooLarge);
}

TEST(Transaction, BadKeysAreNamed) {
  const std::string order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  for (const std::string& text :
       {std::string(), std::string("0x12"), std::string(64, '0'), std::string(64, 'g'), order}) {
    EXPECT_EQ(SigningKey::from_hex(text).error().kind, ErrorKind::kBadKey) << text;
  }
}

TEST(Transaction, MovingAKeyLeavesNothingBehind) {
  SigningKey key = SigningKey::from_hex(kKey).value();
  const SigningKey moved = std::move(key);
  EXPECT_EQ(hex(moved.address().bytes), kSender);
  EXPECT_EQ(moved.sign(body())->raw, SigningKey::from_hex(kKey)->sign(body())->raw);
}

struct Known {
  const char* name;
  const char* raw;
  u8 type;
  u64 chain_id;
  u64 nonce;
};

// The first is EIP-155's example; the others were made with cast 1.7.1 and the same key.
const Known kKnown[] = {
    {"legacy, EIP-155",
     "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028e"
     "f61340bd939bc2195fe537567"
     "866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb19"
     "66a3b6d83",
     0, 1, 9},
    {"legacy, chain 5",
     "f8600107830186a094353535353535353535353535353535353535353503012da0bf5c35487704cb60ff72ba06e81"
     "f7ccd995b286a1cd045d847"
     "370c606525ade3a014e05428a05006c16b2f9031d7739a630ecf7970c9a00052afbabe57ec158d69",
     0, 5, 1},
    {"dynamic fee with an access list",
     "02f89c05010207830186a09435353535353535353535353535353535353535358001f838f79435353535353535353"
     "53535353535353535353535"
     "e1a0000000000000000000000000000000000000000000000000000000000000000180a0ca3aa0659310482f5100f"
     "096796631e8e149cab24ea"
     "952dce1fa8d5c04393cb2a063cd3da7cf7a938875af7251de8ee92c2c8397c4011731cf72868c054c1f2584",
     2, 5, 1},
};

TEST(Transaction, DecodesWhatOthersSigned) {
  for (const Known& known : kKnown) {
    const auto decoded = decode_transaction(unhex(known.raw));
    ASSERT_TRUE(decoded.ok()) << known.name;
    EXPECT_EQ(decoded->type, known.type) << known.name;
    EXPECT_EQ(decoded->chain_id, known.chain_id) << known.name;
    EXPECT_EQ(decoded->nonce, known.nonce) << known.name;
    EXPECT_EQ(decoded->to, kTo) << known.name;
    EXPECT_EQ(hex(sender_of(*decoded)->bytes), kSender) << known.name;
  }
  const auto eip155 = decode_transaction(unhex(kKnown[0].raw)).value();
  EXPECT_EQ(hex(eip155.signing_hash.bytes),
            "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
  EXPECT_EQ(eip155.max_fee_wei, u256::from_u64(20'000'000'000));
}

TEST(Transaction, DecodesSetCode) {
  // Made with cast 1.7.1; signed by the well-known first development account.
  const auto decoded =
      decode_transaction(unhex("04f8ca827a6980028501a13b8600830186a09435353535353535353535353535353"
                               "535353535358001c0f85ef85c827a69943535353535353535"
                               "3535353535353535353535350180a0c3ebe6432698ad3613be77c397c9d2f99af14"
                               "185c2a415175a40a1b2ed07c294a054ea33ea89dce36d8f52"
                               "9ac7b680bb3c317009a8a117c53535b26d895491f1e180a0502d106b42e92c0e85a"
                               "ca37aad5e824414e6e7d719c8ecc771938a1463674881a019"
                               "ea2268b1c7acab30aec28c1b6b797f65a27d1efcb621539542e6e5c5845b8b"));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->type, 4);
  EXPECT_EQ(hex(sender_of(*decoded)->bytes), "f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
}

Bytes blob_transaction() {
  RlpEncoder hashes;
  hashes.hash(Hash32{{1, 7}}).hash(Hash32{{1, 8}});
  RlpEncoder fields;
  for (const u64 value : {1u, 2u, 3u, 4u, 5u}) fields.uint(u128{value});
  fields.address(kTo).uint(u128{0}).bytes({}).list({}).uint(u128{9}).list(hashes);
  fields.uint(u128{1}).uint(u128{11}).uint(u128{12});
  Bytes out{3};
  const Bytes list = fields.as_list();
  out.insert(out.end(), list.begin(), list.end());
  return out;
}

TEST(Transaction, TheParityIsOneBit) {
  for (const u8 parity : {u8{2}, u8{27}}) {
    Bytes raw = unhex(kKnown[2].raw);
    ASSERT_EQ(raw[raw.size() - 67], 0x80);  // before r and s, each 33 bytes long
    raw[raw.size() - 67] = parity;
    EXPECT_EQ(decode_transaction(raw).error().kind, ErrorKind::kOutOfRange);
  }
}

TEST(Transaction, DecodesBlobHashes) {
  const auto decoded = decode_transaction(blob_transaction());
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->blob_hashes, (std::vector<Hash32>{Hash32{{1, 7}}, Hash32{{1, 8}}}));
  EXPECT_TRUE(decoded->y_is_odd);
}

// The hash covers every byte, so a decoder that let two byte strings through as one transaction
// would be a hole: every single-byte change either fails or changes hash and content alike.
TEST(Transaction, AnyChangedByteChangesTheHash) {
  for (const Known& known : kKnown) {
    const Bytes raw = unhex(known.raw);
    const Hash32 hash = decode_transaction(raw)->hash;
    for (size_t i = 0; i < raw.size(); ++i) {
      Bytes changed = raw;
      changed[i] ^= 1;
      const auto decoded = decode_transaction(changed);
      if (decoded.ok()) EXPECT_NE(decoded->hash, hash);
    }
  }
}

TEST(Transaction, TruncatedPaddedAndForeignBytesAreRefused) {
  for (const Known& known : kKnown) {
    const Bytes raw = unhex(known.raw);
    for (size_t size = 0; size < raw.size(); ++size) {
      EXPECT_FALSE(decode_transaction(std::span(raw).first(size)).ok())
          << known.name << ' ' << size;
    }
    Bytes longer = raw;
    longer.push_back(0);
    EXPECT_FALSE(decode_transaction(longer).ok());
  }
  EXPECT_EQ(decode_transaction(unhex("05c0")).error().kind, ErrorKind::kWrongType);
  EXPECT_EQ(decode_transaction(unhex("00c0")).error().kind, ErrorKind::kWrongType);
  EXPECT_EQ(decode_transaction({}).error().kind, ErrorKind::kWrongType);
}

TEST(Transaction, ASignatureOfNobodyIsNamed) {
  auto decoded = decode_transaction(unhex(kKnown[0].raw)).value();
  decoded.r = u256{};
  EXPECT_EQ(sender_of(decoded).error().kind, ErrorKind::kBadKey);
  decoded = decode_transaction(unhex(kKnown[0].raw)).value();
  decoded.s.limb[3] |= u64{1} << 63;
  EXPECT_EQ(sender_of(decoded).error().kind, ErrorKind::kBadKey);
}

}  // namespace
}  // namespace gavel::l1
