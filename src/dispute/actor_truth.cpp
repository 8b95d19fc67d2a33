// Actor: the truths about contested batches.
#include <algorithm>

#include "dispute/actor.hpp"
#include "dispute/batch_truth.hpp"
#include "ops/log.hpp"
#include "vm/elf.hpp"

namespace gavel::dispute {

namespace {

std::string hex_of(const Hash32& hash) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "0x";
  for (const u8 byte : hash.bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

// What is known of a batch without opening it.
class EndTruth : public Truth {
 public:
  explicit EndTruth(const stf::Cursor& end) : end_(end) {}
  TruthResult<Hash32> end() override { return stf::cursor_hash(end_); }
  TruthResult<std::vector<Hash32>> end_words() override {
    std::array<u8, stf::kCursorBytes> bytes;
    stf::encode_cursor(end_, bytes);
    std::vector<Hash32> words(stf::kCursorBytes / 32);
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, words[i].bytes.begin());
    }
    return words;
  }
  TruthResult<TrueList> list(const Place&) override { return std::string("no game, no list"); }
  TruthResult<TrueStep> step(const Place&) override { return std::string("no game, no step"); }

 private:
  stf::Cursor end_;
};

}  // namespace

TruthResult<vm::Image> Actor::image_of(u64 batch, const Hash32& root) {
  if (const auto known = loaded_.find(root); known != loaded_.end()) return known->second;
  const std::span<const u8> elf = images_.find(root);
  if (elf.empty()) {
    return "batch " + std::to_string(batch) + " is judged by image " + hex_of(root) +
           ", which is not in the image folder";
  }
  auto image = vm::load_elf(elf);
  if (!image.ok()) return std::string("the image: ") + vm::describe(image.error());
  return loaded_.emplace(root, std::move(image).value()).first->second;
}

TruthResult<std::unique_ptr<Truth>> Actor::honest_truth(u64 batch, const Hash32& image) {
  BatchTruthOptions options;
  options.end = verifier_->end_of(batch);
  options.say = [role = settings_.role](const std::string& what) {
    ops::log_info(role, "computed", {{"what", what}});
  };
  std::unique_ptr<Truth> truth = std::make_unique<BatchTruth>(
      memory_, [this, batch] { return traces_->open(batch); }, GAVEL_TRY(image_of(batch, image)),
      std::move(options));
  return truth;
}

Truth* Actor::truth_of(u64 batch, const FeedGame* game) {
  const bool light = game == nullptr && !truth_factory_;
  const auto known = truths_.find(batch);
  if (known != truths_.end() && known->second.claim == verifier_->claim_of(batch) &&
      known->second.light == light) {
    return known->second.truth.get();
  }
  Known fresh{verifier_->claim_of(batch), light, nullptr};
  if (light) {
    fresh.truth = std::make_unique<EndTruth>(verifier_->end_of(batch));
  } else {
    const Hash32 image = game == nullptr ? Hash32{} : game->created.image;
    auto made = truth_factory_ ? truth_factory_(batch, image) : honest_truth(batch, image);
    if (!made.ok()) {
      note(made.error());
      return nullptr;
    }
    fresh.truth = std::move(made).value();
  }
  return truths_.insert_or_assign(batch, std::move(fresh)).first->second.truth.get();
}

void Actor::keep_only(const std::vector<u64>& contested) {
  const std::set<u64> batches(contested.begin(), contested.end());
  std::erase_if(truths_, [&](const auto& known) { return !batches.contains(known.first); });
  std::erase_if(unrivalled_, [&](const auto& known) {
    const settle::FeedClaim* claim = claim_by_id(known.first);
    return claim == nullptr || !batches.contains(claim->batch);
  });
}

}  // namespace gavel::dispute
