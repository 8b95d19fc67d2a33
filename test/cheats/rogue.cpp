#include "cheats/rogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command.hpp"
#include "key_file.hpp"

namespace gavel::cheats {

namespace {

using dispute::Truth;
using settle::VerifyState;

std::vector<Hash32> words_of(const stf::Cursor& cursor) {
  std::array<u8, stf::kCursorBytes> bytes;
  stf::encode_cursor(cursor, bytes);
  std::vector<Hash32> out(stf::kCursorBytes / 32);
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(32 * i), 32, out[i].bytes.begin());
  }
  return out;
}

// A Truth that keeps whom it leans on.
class OwnedLie final : public Truth {
 public:
  explicit OwnedLie(LyingTruth lie) : lie_(std::move(lie)) {}
  dispute::TruthResult<Hash32> end() override { return lie_.truth->end(); }
  dispute::TruthResult<std::vector<Hash32>> end_words() override { return lie_.truth->end_words(); }
  dispute::TruthResult<dispute::TrueList> list(const dispute::Place& place) override {
    return lie_.truth->list(place);
  }
  dispute::TruthResult<dispute::TrueStep> step(const dispute::Place& place) override {
    return lie_.truth->step(place);
  }

 private:
  LyingTruth lie_;
};

}  // namespace

AppResult<void> Rogue::tick() {
  if (!link_) return start();
  if (!actor_) return look();
  const dispute::ActorState state = actor_->tick();
  if (state != dispute::ActorState::failed) return {};
  // As a supervisor would: L1 is the only memory, so it sits down again.
  fmt::print(stderr, "gavel_rogue: starts again: {}\n", actor_->error());
  return sit_down(batch_);
}

AppResult<void> Rogue::start() {
  link_ = GAVEL_TRY(apps::L1Link::connect({options_.l1}));
  address_ = apps::hex_of(options_.key.address);
  verifier_ = std::make_unique<settle::Verifier>(
      link_->rpc(),
      settle::VerifierOptions{.threads = 1, .undo = {&disk_, options_.folder + "/look"}});
  looked_at_ = std::max<u64>(options_.from_batch, 1) - 1;
  return verifier_->start(options_.registry);
}

// Its batch is the first that gives occasion for the lie, when what it needs stands on L1.
AppResult<void> Rogue::look() {
  if (verifier_->step() == VerifyState::failed) return verifier_->error();
  while (looked_at_ < verifier_->batches_derived()) {
    const u64 batch = looked_at_ + 1;
    if (!claims_stand(batch)) return {};
    dispute::TraceSource traces(*verifier_, 1);
    image_ = GAVEL_TRY(image_of(batch));
    const std::unique_ptr<Truth> truth = GAVEL_TRY(truth_about(traces, *verifier_, batch));
    if (truth) return sit_down(batch);
    looked_at_ = batch;
  }
  return {};
}

bool Rogue::claims_stand(u64 batch) const {
  const auto stands = [this](u64 b) {
    return std::ranges::any_of(verifier_->feed().claims(),
                               [&](const auto& c) { return c.id == verifier_->claim_of(b); });
  };
  return (batch == 1 || stands(batch - 1)) && (options_.first || stands(batch));
}

AppResult<vm::Image> Rogue::image_of(u64 batch) {
  const auto words = verifier_->configuration_of(batch);
  if (!words.ok()) return std::string("the batch's configuration is not to be had");
  const stf::Config config =
      stf::decode_config(std::span<const u8, stf::kConfigBytes>(words->data(), words->size()));
  program::ImageStore images{options_.images};
  const auto image = vm::load_elf(images.find(config.image_root));
  if (!image.ok()) return std::string("the batch's image is not to be had");
  return *image;
}

AppResult<std::unique_ptr<Truth>> Rogue::truth_about(dispute::TraceSource& traces,
                                                     const settle::Verifier& verifier, u64 batch) {
  stf::Cursor end = verifier.end_of(batch);
  if (options_.stand == Stand::deceit) {
    const OpenTrace open = [&](dispute::TraceHooks hooks) {
      return traces.open(batch, std::move(hooks));
    };
    LyingTruth lie = GAVEL_TRY(
        make_lying_truth(open, image_, options_.deceit, options_.from_unit, options_.key.address));
    if (!lie.facts().unit) return std::unique_ptr<Truth>();
    facts_ = lie.facts();
    end_ = stf::cursor_hash(lie.end);
    return std::unique_ptr<Truth>(std::make_unique<OwnedLie>(std::move(lie)));
  }
  if (options_.stand == Stand::garbage) {
    end.state_root.bytes[0] ^= static_cast<u8>(options_.seed);
    end.state_root.bytes[1] ^= 1;
  }
  facts_ = {std::nullopt, "lists of garbage"};
  end_ = stf::cursor_hash(end);
  return std::unique_ptr<Truth>(std::make_unique<GarbledTruth>(words_of(end), options_.seed));
}

AppResult<void> Rogue::sit_down(u64 batch) {
  batch_ = batch;
  verifier_.reset();
  auto key = l1::SigningKey::from_hex(apps::hex_of(options_.key.secret.bytes.bytes));
  if (!key.ok()) return std::string("the key is no key");
  const auto chain_id = link_->rpc().chain_id();
  if (!chain_id.ok()) return apps::describe("L1 does not answer", chain_id.error());
  dispute::ActorSettings settings;
  settings.role = "rogue";
  settings.only_batch = batch;
  settings.threads = 1;
  settings.undo = {&disk_, options_.folder + "/play"};
  settings.submitter = {.chain_id = *chain_id, .confirmations = 1, .poll_ms = 100};
  actor_ = std::make_unique<dispute::Actor>(link_->rpc(), apps::system_clock(), std::move(*key),
                                            std::move(settings));
  GAVEL_TRY(actor_->start(options_.registry));
  actor_->set_truth([this](u64 about, const Hash32&) -> AppResult<std::unique_ptr<Truth>> {
    return truth_about(actor_->traces(), actor_->verifier(), about);
  });
  actor_->on_action([this](dispute::Action& action) { return may_move(action); });
  return {};
}

// It claims, seals, and decides for itself if it can; what helps the truth it leaves to others.
bool Rogue::may_move(const dispute::Action& action) {
  using dispute::Move;
  static constexpr Move kLeft[] = {Move::step, Move::seal_and_step, Move::confirm, Move::settle,
                                   Move::forfeit};
  if (std::ranges::find(kLeft, action.move) != std::end(kLeft)) return false;
  const Hash32 key = action.key();
  if (moved_.contains(key)) return true;
  const u64 now = apps::system_clock().monotonic_ns();
  const u64 since = wanted_since_ns_.emplace(key, now).first->second;
  if (now - since < options_.delay_s * 1'000'000'000) return false;
  if (options_.stops_after && moved_.size() >= *options_.stops_after) return false;
  moved_.insert(key);
  return true;
}

}  // namespace gavel::cheats
