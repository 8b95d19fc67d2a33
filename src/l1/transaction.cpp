#include "l1/transaction.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "crypto/keccak.hpp"
#include "crypto/secp256k1_host.hpp"
#include "l1/rlp.hpp"

namespace gavel::l1 {

namespace {

constexpr u8 kDynamicFee = 2;
constexpr u8 kBlob = 3;
constexpr u8 kSetCode = 4;

RlpEncoder unsigned_fields(const TransactionBody& body) {
  RlpEncoder out;
  out.uint(u128{body.chain_id}).uint(u128{body.nonce});
  out.uint(body.max_priority_fee_wei).uint(body.max_fee_wei).uint(u128{body.gas_limit});
  out.bytes(body.to ? std::span<const u8>(body.to->bytes) : std::span<const u8>{});
  out.uint(body.value_wei).bytes(body.data);
  out.list({});  // access list
  return out;
}

Bytes typed(u8 type, const RlpEncoder& fields) {
  Bytes out{type};
  const Bytes list = fields.as_list();
  out.insert(out.end(), list.begin(), list.end());
  return out;
}

Error malformed(RlpError error) {
  switch (error) {
    case RlpError::kOutOfRange:
      return make_error(ErrorKind::kOutOfRange, "transaction field out of range");
    case RlpError::kWrongType:
      return make_error(ErrorKind::kWrongType, "transaction field of the wrong kind");
    default:
      return make_error(ErrorKind::kBadHex, "transaction bytes are not canonical RLP");
  }
}

// [[address, [key, ...]], ...]
RlpResult<void> skip_access_list(RlpDecoder& fields) {
  RlpDecoder list = GAVEL_TRY(fields.list());
  while (!list.finished()) {
    RlpDecoder entry = GAVEL_TRY(list.list());
    GAVEL_TRY(entry.address());
    RlpDecoder keys = GAVEL_TRY(entry.list());
    while (!keys.finished()) GAVEL_TRY(keys.hash());
    GAVEL_TRY(entry.end());
  }
  return {};
}

// [[chain id, address, nonce, y parity, r, s], ...]
RlpResult<void> skip_authorizations(RlpDecoder& fields) {
  RlpDecoder list = GAVEL_TRY(fields.list());
  while (!list.finished()) {
    RlpDecoder entry = GAVEL_TRY(list.list());
    GAVEL_TRY(entry.uint256());
    GAVEL_TRY(entry.address());
    GAVEL_TRY(entry.uint64());
    for (int i = 0; i < 3; ++i) GAVEL_TRY(entry.uint256());
    GAVEL_TRY(entry.end());
  }
  return {};
}

RlpResult<void> read_target(RlpDecoder& fields, DecodedTransaction& out) {
  out.gas_limit = GAVEL_TRY(fields.uint64());
  out.to = GAVEL_TRY(fields.optional_address());
  out.value_wei = GAVEL_TRY(fields.uint256());
  const std::span<const u8> data = GAVEL_TRY(fields.bytes());
  out.data.assign(data.begin(), data.end());
  return {};
}

RlpResult<void> read_r_s(RlpDecoder& fields, DecodedTransaction& out) {
  out.r = GAVEL_TRY(fields.uint256());
  out.s = GAVEL_TRY(fields.uint256());
  return fields.end();
}

// The encoded items of a list before those that `rest` has still to read.
std::span<const u8> items_before(std::span<const u8> content, const RlpDecoder& rest) {
  return content.first(content.size() - rest.remaining().size());
}

RlpResult<void> read_legacy(std::span<const u8> raw, DecodedTransaction& out) {
  RlpDecoder fields = GAVEL_TRY(RlpDecoder::list_of(raw));
  const std::span<const u8> content = fields.remaining();
  out.nonce = GAVEL_TRY(fields.uint64());
  out.max_fee_wei = GAVEL_TRY(fields.uint256());
  out.max_priority_fee_wei = out.max_fee_wei;
  GAVEL_TRY(read_target(fields, out));
  RlpEncoder unsigned_items;
  unsigned_items.raw(items_before(content, fields));
  const u64 v = GAVEL_TRY(fields.uint64());
  if (v >= 35) {
    out.chain_id = (v - 35) / 2;
    unsigned_items.uint(u128{*out.chain_id}).uint(u128{0}).uint(u128{0});
  } else if (v != 27 && v != 28) {
    return RlpError::kOutOfRange;
  }
  out.y_is_odd = v % 2 == 0;
  out.signing_hash = crypto::keccak256(unsigned_items.as_list());
  return read_r_s(fields, out);
}

RlpResult<void> read_typed(std::span<const u8> raw, DecodedTransaction& out) {
  RlpDecoder fields = GAVEL_TRY(RlpDecoder::list_of(raw.subspan(1)));
  const std::span<const u8> content = fields.remaining();
  out.chain_id = GAVEL_TRY(fields.uint64());
  out.nonce = GAVEL_TRY(fields.uint64());
  out.max_priority_fee_wei = GAVEL_TRY(fields.uint256());
  out.max_fee_wei = out.type == 1 ? out.max_priority_fee_wei : GAVEL_TRY(fields.uint256());
  GAVEL_TRY(read_target(fields, out));
  GAVEL_TRY(skip_access_list(fields));
  if (out.type == kBlob) {
    GAVEL_TRY(fields.uint256());  // fee per blob gas
    RlpDecoder hashes = GAVEL_TRY(fields.list());
    while (!hashes.finished()) out.blob_hashes.push_back(GAVEL_TRY(hashes.hash()));
  }
  if (out.type == kSetCode) GAVEL_TRY(skip_authorizations(fields));
  RlpEncoder unsigned_items;
  unsigned_items.raw(items_before(content, fields));
  out.signing_hash = crypto::keccak256(typed(out.type, unsigned_items));
  const u64 parity = GAVEL_TRY(fields.uint64());
  if (parity > 1) return RlpError::kOutOfRange;
  out.y_is_odd = parity == 1;
  return read_r_s(fields, out);
}

}  // namespace

Result<SigningKey> SigningKey::from_hex(std::string_view text) {
  SigningKey key;
  if (!base::hex_decode(text, key.secret_.bytes)) {
    return make_error(ErrorKind::kBadKey, "a private key is 64 hexadecimal digits");
  }
  std::optional<crypto::KeyPair> pair = crypto::keypair_from_secret(key.secret_);
  if (!pair) return make_error(ErrorKind::kBadKey, "the private key is not in the group's range");
  key.address_ = pair->address;
  ops::wipe(pair->secret.bytes.bytes);
  return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : secret_(other.secret_), address_(other.address_) {
  ops::wipe(other.secret_.bytes);
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this == &other) return *this;
  secret_ = other.secret_;
  address_ = other.address_;
  ops::wipe(other.secret_.bytes);
  return *this;
}

SigningKey::~SigningKey() { ops::wipe(secret_.bytes); }

Result<SignedTransaction> SigningKey::sign(const TransactionBody& body) const {
  if (body.gas_limit > kMaxTransactionGas) {
    return make_error(ErrorKind::kGasOverCap,
                      "gas limit " + std::to_string(body.gas_limit) + " is over 16777216");
  }
  RlpEncoder fields = unsigned_fields(body);
  const Hash32 digest = crypto::keccak256(typed(kDynamicFee, fields));
  const auto signature =
      crypto::parse_signature(crypto::sign(digest, crypto::SecretKey{secret_})).value();
  fields.uint(u128{signature.y_is_odd ? 1U : 0U}).uint(signature.r).uint(signature.s);
  SignedTransaction out;
  out.raw = typed(kDynamicFee, fields);
  if (out.raw.size() > kMaxTransactionBytes) {
    return make_error(ErrorKind::kTransactionTooLarge,
                      "transaction of " + std::to_string(out.raw.size()) + " bytes is over 131072");
  }
  out.hash = crypto::keccak256(out.raw);
  return out;
}

Result<DecodedTransaction> decode_transaction(std::span<const u8> raw) {
  DecodedTransaction out;
  if (raw.empty()) return make_error(ErrorKind::kWrongType, "empty transaction");
  out.hash = crypto::keccak256(raw);
  RlpResult<void> read;
  if (raw[0] >= 0xc0) {
    read = read_legacy(raw, out);
  } else {
    out.type = raw[0];
    if (out.type == 0 || out.type > kSetCode) {
      return make_error(ErrorKind::kWrongType,
                        "unknown transaction type " + std::to_string(out.type));
    }
    read = read_typed(raw, out);
  }
  if (!read.ok()) return malformed(read.error());
  return out;
}

Result<Address> sender_of(const DecodedTransaction& transaction) {
  const Error nobody = make_error(ErrorKind::kBadKey, "the signature recovers no sender");
  if (transaction.s.bit(255)) return nobody;
  const auto signature = crypto::join_signature(transaction.r, transaction.s, transaction.y_is_odd);
  const auto sender = crypto::recover_address_host(transaction.signing_hash, signature);
  if (!sender.ok()) return nobody;
  return *sender;
}

}  // namespace gavel::l1
