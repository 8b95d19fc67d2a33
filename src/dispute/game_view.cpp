#include "dispute/game_view.hpp"

#include <algorithm>

#include "dispute/list_tree.hpp"

namespace gavel::dispute {

namespace {

u64 sum(u64 a, u64 b) { return std::min(a + b, kInfinity); }

LaneTimes all(u64 time) {
  LaneTimes times;
  times.fill(std::min(time, kInfinity));
  return times;
}

}  // namespace

GameView::GameView(GameShape shape, const Hash32& image, const Hash32& first)
    : shape_(std::move(shape)), image_(image) {
  ViewDispute root;
  root.key.start = first;
  root.id = root_ = dispute_id(root.key);
  disputes_.emplace(root_, std::move(root));
}

const ViewDispute* GameView::dispute(const Hash32& id) const {
  const auto found = disputes_.find(id);
  return found == disputes_.end() ? nullptr : &found->second;
}

ViewDispute* GameView::find(const Hash32& id) {
  const auto found = disputes_.find(id);
  return found == disputes_.end() ? nullptr : &found->second;
}

const ViewClaim* GameView::claim(const Hash32& id) const {
  const auto found = claims_.find(id);
  return found == claims_.end() ? nullptr : &found->second;
}

bool GameView::apply(const GameEvent& event) {
  return std::visit([this](const auto& e) { return take(e); }, event);
}

bool GameView::take(const DisputeOpened& e) {
  ViewDispute* parent = find(e.key.parent);
  if (parent == nullptr || e.key.level != parent->key.level + 1 ||
      e.key.level > shape_.step_level || dispute_id(e.key) != e.dispute) {
    return false;
  }
  ViewDispute opened;
  opened.id = e.dispute;
  opened.key = e.key;
  opened.opened = e.opened;
  opened.opener = e.opener;
  if (!disputes_.emplace(e.dispute, std::move(opened)).second) return false;
  parent->children.push_back(e.dispute);
  return true;
}

bool GameView::take(const ClaimPosted& e) {
  ViewDispute* in = find(e.dispute);
  if (in == nullptr || in->key.level >= shape_.step_level || e.list.size() != shape_.list_size() ||
      list_root(e.list) != e.list_root || claim_id(e.dispute, e.list_root, e.end) != e.claim) {
    return false;
  }
  ViewClaim posted{e.claim, e.dispute, e.list_root, e.end, e.list, e.poster, e.posted, {}};
  if (!claims_.emplace(e.claim, std::move(posted)).second) return false;
  in->claims.push_back(e.claim);
  // In the root dispute the first claim for an end stands for it until another is brought up.
  if (in->key.level == 0 && !in->supports.contains(e.end)) in->supports[e.end].best = e.claim;
  return true;
}

bool GameView::take(const ClaimsSealed& e) {
  const auto x = claims_.find(e.x);
  const auto y = claims_.find(e.y);
  if (x == claims_.end() || y == claims_.end() || x->second.dispute != e.dispute ||
      y->second.dispute != e.dispute || e.index >= shape_.list_size() ||
      !disputes_.contains(e.child)) {
    return false;
  }
  x->second.marked.emplace(e.index, e.child);
  y->second.marked.emplace(e.index, e.child);
  return true;
}

bool GameView::take(const DisputeStepped& e) {
  ViewDispute* in = find(e.dispute);
  if (in == nullptr || in->key.level != shape_.step_level || in->next) return false;
  in->next = e.next;
  in->stepper = e.by;
  in->supports[e.next].times = all(kInfinity);
  return true;
}

bool GameView::take(const ClaimRaised& e) {
  ViewDispute* in = find(e.dispute);
  if (in == nullptr || !claims_.contains(e.claim)) return false;
  ViewSupport& support = in->supports[e.end];
  if (e.times[0] > support.times[0]) support.best = e.claim;
  for (u32 s = 0; s < kLaneSets; ++s) support.times[s] = std::max(support.times[s], e.times[s]);
  return true;
}

bool GameView::take(const EndCredited& e) {
  ViewDispute* in = find(e.dispute);
  if (in == nullptr) return false;
  in->supports[e.end].credited |= u32{1} << e.lane;
  return true;
}

bool GameView::take(const GameResolved& e) {
  if (resolved_) return false;
  resolved_ = e;
  return true;
}

bool GameView::take(const EndSettled& e) {
  ViewDispute* in = find(e.dispute);
  if (in == nullptr) return false;
  in->supports[e.end].settled = true;
  return true;
}

bool GameView::take(const OpenerSettled& e) {
  ViewDispute* in = find(e.dispute);
  if (in == nullptr) return false;
  in->opener_settled = true;
  return true;
}

bool GameView::take(const GameCollected& e) {
  collected_[e.recipient] = true;
  return true;
}

LaneTimes EarnedTimes::with_credits(const LaneTimes& times, u32 credited) const {
  LaneTimes out{};
  for (u32 set = 0; set < kLaneSets; ++set) {
    u64 time = times[set | credited];
    for (u32 lane = 0; lane < credits_.size(); ++lane) {
      if ((credited & ~set & (u32{1} << lane)) != 0) time = sum(time, credits_[lane]);
    }
    out[set] = time;
  }
  return out;
}

LaneTimes EarnedTimes::support(const Hash32& dispute, const Hash32& end) {
  const ViewDispute* in = view_.dispute(dispute);
  if (in == nullptr) return {};
  LaneTimes best{};
  u32 credited = 0;
  if (const auto kept = in->supports.find(end); kept != in->supports.end()) {
    best = kept->second.times;
    credited = kept->second.credited;
  }
  for (const Hash32& id : in->claims) {
    if (view_.claim(id)->end != end || (raised_ != nullptr && !raised_->contains(id))) continue;
    const LaneTimes times = of_claim(id);
    for (u32 s = 0; s < kLaneSets; ++s) best[s] = std::max(best[s], times[s]);
  }
  return with_credits(best, credited);
}

LaneTimes EarnedTimes::of_claim(const Hash32& claim) {
  if (const auto known = memo_.find(claim); known != memo_.end()) return known->second;
  const ViewClaim& x = *view_.claim(claim);
  const u64 age = now_ > x.posted ? now_ - x.posted : 0;
  LaneTimes least = all(x.marked.size() == x.list.size() ? kInfinity : age);
  for (const auto& [index, child] : x.marked) {
    const u64 opened = view_.dispute(child)->opened;
    const u64 before = opened > x.posted ? opened - x.posted : 0;
    const LaneTimes through = support(child, x.list[index]);
    for (u32 s = 0; s < kLaneSets; ++s) least[s] = std::min(least[s], sum(before, through[s]));
  }
  memo_.emplace(claim, least);
  return least;
}

u64 EarnedTimes::of_batch_claim(const Hash32& end, u64 unrivalled, u32 lanes) {
  return sum(unrivalled, with_credits(support(view_.root().id, end), lanes)[0]);
}

}  // namespace gavel::dispute
