#include "l1/rpc_transaction.hpp"

#include <array>

#include "l1/rlp.hpp"
#include "l1/rpc_values.hpp"

namespace gavel::l1 {

namespace {

constexpr u64 kMaxEntries = 4096;

enum Field : size_t {
  kType,
  kChainId,
  kNonce,
  kGasPrice,
  kPriorityFee,
  kMaxFee,
  kGas,
  kTo,
  kValue,
  kInput,
  kAccessList,
  kBlobFee,
  kBlobHashes,
  kAuthorizations,
  kV,
  kYParity,
  kR,
  kS,
  kFields
};
constexpr std::array<std::string_view, kFields> kNames = {"type",
                                                          "chainId",
                                                          "nonce",
                                                          "gasPrice",
                                                          "maxPriorityFeePerGas",
                                                          "maxFeePerGas",
                                                          "gas",
                                                          "to",
                                                          "value",
                                                          "input",
                                                          "accessList",
                                                          "maxFeePerBlobGas",
                                                          "blobVersionedHashes",
                                                          "authorizationList",
                                                          "v",
                                                          "yParity",
                                                          "r",
                                                          "s"};

// One object's members, and the encoder that they go to.
class Rebuilder {
 public:
  Rebuilder(JsonSlicer& slicer, std::vector<std::string_view> members, u64 max_data_bytes)
      : slicer_(slicer), members_(std::move(members)), max_data_bytes_(max_data_bytes) {}

  Result<Bytes> run() {
    const u64 type = members_[kType].empty() ? 0 : GAVEL_TRY(quantity(members_[kType], "type"));
    if (type > 4) return make_error(ErrorKind::kOutOfRange, "type");
    if (type > 0) GAVEL_TRY(number(kChainId));
    GAVEL_TRY(number(kNonce));
    if (type < 2) GAVEL_TRY(number(kGasPrice));
    if (type >= 2) GAVEL_TRY(number(kPriorityFee));
    if (type >= 2) GAVEL_TRY(number(kMaxFee));
    GAVEL_TRY(number(kGas));
    GAVEL_TRY(target());
    if (type > 0) GAVEL_TRY(access_list());
    if (type == 3) GAVEL_TRY(blobs());
    if (type == 4) GAVEL_TRY(authorizations());
    const bool has_parity = type > 0 && !members_[kYParity].empty();
    GAVEL_TRY(number(has_parity ? kYParity : kV));
    GAVEL_TRY(number(kR));
    GAVEL_TRY(number(kS));
    Bytes out;
    if (type > 0) out.push_back(static_cast<u8>(type));
    const Bytes list = out_.as_list();
    out.insert(out.end(), list.begin(), list.end());
    return out;
  }

 private:
  Result<void> number(Field field) {
    out_.uint(GAVEL_TRY(quantity256(members_[field], kNames[field])));
    return {};
  }

  Result<void> target() {
    const auto to = GAVEL_TRY(optional_address_value(members_[kTo], "to"));
    out_.bytes(to ? std::span<const u8>(to->bytes) : std::span<const u8>{});
    GAVEL_TRY(number(kValue));
    out_.bytes(GAVEL_TRY(data_value(members_[kInput], "input", max_data_bytes_)));
    return {};
  }

  Result<void> access_list() {
    static constexpr std::array<std::string_view, 2> kWanted = {"address", "storageKeys"};
    RlpEncoder list;
    for (const auto entry : GAVEL_TRY(slicer_.elements(members_[kAccessList], kMaxEntries))) {
      const auto raw = GAVEL_TRY(slicer_.members(entry, kWanted));
      RlpEncoder keys;
      for (const auto key : GAVEL_TRY(slicer_.elements(raw[1], kMaxEntries))) {
        keys.hash(GAVEL_TRY(hash_value(key, "storageKeys")));
      }
      RlpEncoder item;
      item.address(GAVEL_TRY(address_value(raw[0], "address"))).list(keys);
      list.list(item);
    }
    out_.list(list);
    return {};
  }

  Result<void> blobs() {
    GAVEL_TRY(number(kBlobFee));
    RlpEncoder list;
    for (const auto hash : GAVEL_TRY(slicer_.elements(members_[kBlobHashes], kMaxEntries))) {
      list.hash(GAVEL_TRY(hash_value(hash, "blobVersionedHashes")));
    }
    out_.list(list);
    return {};
  }

  Result<void> authorizations() {
    static constexpr std::array<std::string_view, 6> kWanted = {"chainId", "address", "nonce",
                                                                "yParity", "r",       "s"};
    RlpEncoder list;
    for (const auto entry : GAVEL_TRY(slicer_.elements(members_[kAuthorizations], kMaxEntries))) {
      const auto raw = GAVEL_TRY(slicer_.members(entry, kWanted));
      RlpEncoder item;
      for (size_t i = 0; i < kWanted.size(); ++i) {
        if (i == 1) {
          item.address(GAVEL_TRY(address_value(raw[i], kWanted[i])));
        } else {
          item.uint(GAVEL_TRY(quantity256(raw[i], kWanted[i])));
        }
      }
      list.list(item);
    }
    out_.list(list);
    return {};
  }

  JsonSlicer& slicer_;
  std::vector<std::string_view> members_;
  u64 max_data_bytes_;
  RlpEncoder out_;
};

}  // namespace

Result<Bytes> transaction_bytes(JsonSlicer& slicer, std::string_view object, u64 max_data_bytes) {
  return Rebuilder(slicer, GAVEL_TRY(slicer.members(object, kNames)), max_data_bytes).run();
}

}  // namespace gavel::l1
