#include "dispute/game_calls.hpp"

#include <algorithm>

namespace gavel::dispute {

namespace {

using l1::AbiEncoder;
using l1::selector;

#define GAVEL_KEY "(uint256,bytes32,uint256,bytes32)"
#define GAVEL_ENTRY "(bytes32,bytes32[6])"
#define GAVEL_SIDE "(bytes32,bytes32," GAVEL_ENTRY ")"
#define GAVEL_SEAL "(" GAVEL_KEY "," GAVEL_SIDE "," GAVEL_SIDE ",uint256," GAVEL_ENTRY ")"
#define GAVEL_CLAIM "(" GAVEL_KEY ",bytes32,bytes32)"
#define GAVEL_INTERVAL "(" GAVEL_ENTRY "," GAVEL_ENTRY ")"
#define GAVEL_RAISE "(" GAVEL_CLAIM "," GAVEL_INTERVAL "[])"
#define GAVEL_PROOF "bytes32[8],bytes32[],bytes32[],(uint256,bytes)[]"
#define GAVEL_LINK "(" GAVEL_CLAIM ",uint256," GAVEL_INTERVAL ",bytes32)"

void put(AbiEncoder& out, std::span<const Hash32> words) {
  for (const Hash32& word : words) out.word(word);
}

void put(AbiEncoder& out, const DisputeKey& key) {
  out.uint(u128{key.level}).word(key.start).uint(u128{key.position}).word(key.parent);
}

void put(AbiEncoder& out, const ListEntry& entry) {
  out.word(entry.value);
  put(out, entry.siblings);
}

// Builds calls over one view.
class Moves {
 public:
  Moves(const GameView& game, const Action& action) : game_(game), a_(action) {}

  std::optional<Bytes> encode() {
    switch (a_.move) {
      case Move::claim:
        return claim();
      case Move::seal:
        return seal("seal(" GAVEL_SEAL ")");
      case Move::seal_and_claim:
        return seal("sealAndClaim(" GAVEL_SEAL ",bytes32[64],bytes32[])");
      case Move::seal_and_step:
        return seal("sealAndStep(" GAVEL_SEAL "," GAVEL_PROOF ")");
      case Move::step:
        return step();
      case Move::raise:
        return raise(AbiEncoder(), "raise(" GAVEL_RAISE "[])");
      case Move::resolve:
        return raise(AbiEncoder().word(a_.end), "resolve(bytes32," GAVEL_RAISE "[])");
      case Move::settle:
        return settle();
      case Move::collect:
        return AbiEncoder().call(selector("collect()"));
      default:
        return std::nullopt;
    }
  }

 private:
  const DisputeKey* key() const {
    const ViewDispute* dispute = game_.dispute(a_.dispute);
    return dispute == nullptr ? nullptr : &dispute->key;
  }
  void put_side(AbiEncoder& out, const ViewClaim& claim, u32 index) const {
    out.word(claim.list_root).word(claim.end);
    put(out, ListTree(claim.list).entry(index));
  }
  void put_list(AbiEncoder& out) const {
    put(out, a_.list.values);
    out.words(a_.list.run);
  }
  void put_proof(AbiEncoder& out) const {
    put(out, a_.proof.state);
    out.words(a_.proof.code).words(a_.proof.data);
    std::vector<AbiEncoder> shown;
    if (const auto& read = a_.proof.preimage) {
      shown.emplace_back().uint(u128{read->offset}).bytes(read->bytes);
    }
    out.dynamic_array(shown, true);
  }

  std::optional<Bytes> claim() const {
    if (key() == nullptr) return std::nullopt;
    AbiEncoder out;
    put(out, *key());
    put_list(out);
    if (a_.rival.is_zero()) {
      return out.call(selector("claim(" GAVEL_KEY ",bytes32[64],bytes32[])"));
    }
    const ViewClaim* rival = game_.claim(a_.rival);
    if (rival == nullptr) return std::nullopt;
    put_side(out, *rival, a_.index);
    out.uint(u128{a_.index});
    return out.call(
        selector("claimAndSeal(" GAVEL_KEY ",bytes32[64],bytes32[]," GAVEL_SIDE ",uint256)"));
  }

  std::optional<Bytes> seal(std::string_view signature) const {
    const ViewClaim* x = game_.claim(a_.claim);
    const ViewClaim* y = game_.claim(a_.rival);
    if (key() == nullptr || x == nullptr || y == nullptr) return std::nullopt;
    AbiEncoder out;
    put(out, *key());
    put_side(out, *x, a_.index);
    put_side(out, *y, a_.index);
    out.uint(u128{a_.index});
    put(out, ListTree(x->list).entry(a_.index == 0 ? 0 : a_.index - 1));
    if (a_.move == Move::seal_and_claim) put_list(out);
    if (a_.move == Move::seal_and_step) put_proof(out);
    return out.call(selector(signature));
  }

  std::optional<Bytes> step() const {
    if (key() == nullptr) return std::nullopt;
    AbiEncoder out;
    put(out, *key());
    put_proof(out);
    return out.call(selector("step(" GAVEL_KEY "," GAVEL_PROOF ")"));
  }

  void put_claim(AbiEncoder& out, const ViewClaim& claim) const {
    put(out, game_.dispute(claim.dispute)->key);
    out.word(claim.list_root).word(claim.end);
  }
  static void put_interval(AbiEncoder& out, const ListTree& tree, u32 k) {
    put(out, tree.entry(k == 0 ? 0 : k - 1));
    put(out, tree.entry(k));
  }

  std::optional<Bytes> raise(AbiEncoder out, std::string_view signature) const {
    std::vector<AbiEncoder> raises;
    for (const Hash32& id : a_.claims) {
      const ViewClaim* claim = game_.claim(id);
      if (claim == nullptr) return std::nullopt;
      const ListTree tree(claim->list);
      AbiEncoder item;
      put_claim(item, *claim);
      std::vector<AbiEncoder> marked;
      for (const auto& [k, child] : claim->marked) put_interval(marked.emplace_back(), tree, k);
      item.dynamic_array(marked, false);
      raises.push_back(std::move(item));
    }
    out.dynamic_array(raises, true);
    return out.call(selector(signature));
  }

  std::optional<Bytes> settle() const {
    std::vector<AbiEncoder> links;
    for (const SettleLink& link : a_.links) {
      const ViewClaim* claim = game_.claim(link.claim);
      if (claim == nullptr) return std::nullopt;
      AbiEncoder& item = links.emplace_back();
      put_claim(item, *claim);
      item.uint(u128{link.index});
      put_interval(item, ListTree(claim->list), link.index);
      item.word(link.best);
    }
    AbiEncoder out;
    out.dynamic_array(links, false);
    return out.call(selector("settle(" GAVEL_LINK "[])"));
  }

  const GameView& game_;
  const Action& a_;
};

}  // namespace

std::optional<Bytes> encode_move(const GameView& game, const Action& action) {
  return Moves(game, action).encode();
}

Bytes encode_settle_root(const Hash32& list_root) {
  return AbiEncoder().word(list_root).call(selector("settleRoot(bytes32)"));
}

Bytes encode_create(const Hash32& parent, const Hash32& parent_end, u64 batch, const Hash32& first,
                    const Hash32& end, const stf::Posted& posted, std::span<const u8> config) {
  AbiEncoder out;
  out.word(parent).word(parent_end).uint(u128{batch}).word(first).word(end);
  out.word(posted.data_commitment).uint(u128{posted.data_len}).word(posted.inbox_root);
  out.uint(u128{posted.inbox_must}).uint(u128{posted.l1_time_ms}).word(posted.l1_block_hash);
  out.word(posted.config_hash);
  for (std::size_t i = 0; i + 32 <= config.size(); i += 32) {
    Hash32 word;
    std::copy_n(config.begin() + static_cast<std::ptrdiff_t>(i), 32, word.bytes.begin());
    out.word(word);
  }
  return out.call(
      selector("create(bytes32,bytes32,uint64,bytes32,bytes32,bytes32[7],bytes32[32])"));
}

Bytes encode_forfeit(const Hash32& parent, const Hash32& parent_end, u64 batch, const Hash32& first,
                     const Hash32& end) {
  AbiEncoder out;
  out.word(parent).word(parent_end).uint(u128{batch}).word(first).word(end);
  return out.call(selector("forfeit(bytes32,bytes32,uint64,bytes32,bytes32)"));
}

}  // namespace gavel::dispute
