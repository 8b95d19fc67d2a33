// Oracles of the host: preimages held in memory, and a recorder of what a run asked for.
//
// What: MapOracle answers from a map; RecordingOracle passes questions on to another oracle and
// keeps the answers, which is the witness of that run: the same run over the record alone gives the
// same end.
// Invariant: a preimage is stored under its own hash, computed here.
#pragma once

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "crypto/keccak.hpp"
#include "stf/oracle.hpp"

namespace gavel::stf {

// A Keccak hash is its own hash.
struct HashPrefix {
  std::size_t operator()(const Hash32& hash) const {
    u64 out = 0;
    std::memcpy(&out, hash.bytes.data(), sizeof out);
    return static_cast<std::size_t>(out);
  }
};

class MapOracle {
 public:
  Hash32 add(std::span<const u8> preimage) {
    const Hash32 hash = crypto::keccak256(preimage);
    preimages_.try_emplace(hash, preimage.begin(), preimage.end());
    return hash;
  }
  // Both halves of a tree node.
  Hash32 add(const Hash32& left, const Hash32& right) {
    std::array<u8, 64> bytes;
    std::copy(left.bytes.begin(), left.bytes.end(), bytes.begin());
    std::copy(right.bytes.begin(), right.bytes.end(), bytes.begin() + 32);
    return add(bytes);
  }
  bool remove(const Hash32& hash) { return preimages_.erase(hash) != 0; }

  u32 get(const Hash32& hash, std::span<u8> out) const {
    const auto found = preimages_.find(hash);
    if (found == preimages_.end()) return 0;
    std::copy_n(found->second.begin(), std::min(out.size(), found->second.size()), out.begin());
    return static_cast<u32>(found->second.size());
  }

  std::size_t size() const { return preimages_.size(); }
  const auto& preimages() const { return preimages_; }

 private:
  std::unordered_map<Hash32, std::vector<u8>, HashPrefix> preimages_;
};

template <Oracle O>
class RecordingOracle {
 public:
  static constexpr std::size_t kMaxPreimageBytes = 4'096;

  // `inner` outlives the recorder. Preimages longer than kMaxPreimageBytes are answered but cannot
  // be recorded: get fails a check on one.
  explicit RecordingOracle(O& inner) : inner_(inner) {}

  u32 get(const Hash32& hash, std::span<u8> out) {
    ++questions_;
    u32 length = recorded_.get(hash, out);
    if (length != 0) return length;
    std::array<u8, kMaxPreimageBytes> whole;
    length = inner_.get(hash, whole);
    GAVEL_CHECK(length <= whole.size());
    if (length != 0) recorded_.add(std::span<const u8>(whole).first(length));
    std::copy_n(whole.begin(), std::min<std::size_t>(out.size(), length), out.begin());
    return length;
  }

  // What was asked and answered, each once.
  const MapOracle& recorded() const { return recorded_; }
  u64 questions() const { return questions_; }

 private:
  O& inner_;
  MapOracle recorded_;
  u64 questions_ = 0;
};

}  // namespace gavel::stf
