#include "dispute/player_walk.hpp"

#include <set>

namespace gavel::dispute {

Place child_place(const GameShape& shape, const Place& place, u32 k) {
  Place child = place;
  ++child.level;
  if (child.level == shape.run_level) {
    child.unit = place.position + k;
    child.position = 0;
  } else {
    child.position = place.position + k * shape.part(place.level);
  }
  return child;
}

namespace {

class Walker {
 public:
  Walker(const GameView& game, Truth& truth) : game_(game), truth_(truth) {}

  TrueWalk run() {
    visit(game_.root(), Place{});
    // Grows while it is gone through: parents first.
    for (std::size_t i = 0; i < walk_.nodes.size(); ++i) descend(i);
    return std::move(walk_);
  }

 private:
  void visit(const ViewDispute& dispute, const Place& place) {
    TrueNode node{&dispute, place, {}, {}, nullptr};
    if (place.level < game_.shape().step_level) {
      auto list = truth_.list(place);
      if (!list.ok()) {
        walk_.troubles.push_back(list.error());
        return;
      }
      node.list = std::move(list).value();
      node.claim = claim_id(dispute.id, list_root(node.list.values), node.list.end);
      node.posted = game_.claim(node.claim);
    }
    walk_.nodes.push_back(std::move(node));
  }

  void descend(std::size_t i) {
    const ViewDispute& dispute = *walk_.nodes[i].dispute;
    const Place place = walk_.nodes[i].place;
    std::set<Hash32> seen;
    for (u32 k = 0; k < game_.shape().list_size() && seen.size() < dispute.children.size(); ++k) {
      const Hash32 id = dispute_id(
          child_key(game_.shape(), game_.image(), dispute.key, walk_.nodes[i].list.values, k));
      const ViewDispute* child = game_.dispute(id);
      if (child != nullptr && seen.insert(id).second) {
        visit(*child, child_place(game_.shape(), place, k));
      }
    }
  }

  const GameView& game_;
  Truth& truth_;
  TrueWalk walk_;
};

class Settler {
 public:
  Settler(const GameView& game, const Address& who) : game_(game), who_(who) {}

  Settling run(const Hash32& winner_end) {
    const ViewDispute& root = game_.root();
    const auto support = root.supports.find(winner_end);
    const ViewClaim* best = best_of(root, winner_end);
    if (best != nullptr) out_.root_best = best->list_root;
    const bool settled = support != root.supports.end() && support->second.settled;
    const bool below = best != nullptr && links_below(*best, root);
    out_.root = !settled && (below || (best != nullptr && best->poster == who_));
    return std::move(out_);
  }

 private:
  const ViewClaim* best_of(const ViewDispute& dispute, const Hash32& end) const {
    const auto support = dispute.supports.find(end);
    return support == dispute.supports.end() ? nullptr : game_.claim(support->second.best);
  }

  // Adds the links from a claim that supports the winner; true if one of them is needed.
  bool links_below(const ViewClaim& x, const ViewDispute& dispute) {
    bool needed = false;
    for (u32 k = 0; k < x.list.size() && !dispute.children.empty(); ++k) {
      const ViewDispute* child = game_.dispute(
          dispute_id(child_key(game_.shape(), game_.image(), dispute.key, x.list, k)));
      if (child != nullptr) needed |= link(x, *child, k);
    }
    return needed;
  }

  bool link(const ViewClaim& x, const ViewDispute& child, u32 k) {
    const Hash32& value = x.list[k];
    const bool marked = x.marked.contains(k);
    if (!done_.insert({child.id, marked ? value : Hash32{}}).second) return false;
    const auto support = child.supports.find(value);
    const bool settled = support != child.supports.end() && support->second.settled;
    const ViewClaim* best = best_of(child, value);
    const std::size_t at = out_.links.size();
    out_.links.push_back({x.id, k, best != nullptr ? best->list_root : Hash32{}});
    const bool below = best != nullptr && links_below(*best, child);
    const bool ours = best != nullptr && best->poster == who_;
    const bool stepped = child.next == value && child.stepper == who_;
    const bool opened = marked && child.opener == who_ && !child.opener_settled;
    const bool needed = opened || (!settled && (below || ours || stepped));
    // What lies below a pair that was settled before hangs on that.
    if (!needed && settled) out_.links.erase(out_.links.begin() + static_cast<std::ptrdiff_t>(at));
    if (!needed && !settled) out_.links.resize(at);
    return needed || below;
  }

  const GameView& game_;
  const Address& who_;
  std::set<std::pair<Hash32, Hash32>> done_;
  Settling out_;
};

}  // namespace

TrueWalk walk_truth(const GameView& game, Truth& truth) { return Walker(game, truth).run(); }

Settling plan_settling(const GameView& game, const Hash32& winner_end, const Address& who,
                       u32 most_links) {
  Settling plan = Settler(game, who).run(winner_end);
  if (plan.links.size() > most_links) plan.links.resize(most_links);
  return plan;
}

}  // namespace gavel::dispute
