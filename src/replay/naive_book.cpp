#include "replay/naive_book.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace gavel::replay {
namespace {

bool price_crosses(Side taker, u64 limit, u64 maker_price) {
  return taker == Side::bid ? maker_price <= limit : maker_price >= limit;
}

template <class Levels>
void peek(const Levels& levels, Side side, u64 price, u64 lots, u32 max_fills,
          std::vector<Fill>& fills) {
  for (const auto& [level_price, queue] : levels) {
    if (!price_crosses(side, price, level_price)) return;
    for (const auto& maker : queue) {
      if (lots == 0 || fills.size() == max_fills) return;
      const u64 traded = std::min(lots, maker.lots);
      fills.push_back({maker.id, maker.account, level_price, traded});
      lots -= traded;
    }
  }
}

}  // namespace

template <class Levels>
void NaiveBook::match(Levels& levels, Side side, u64 price, u64& lots, u32 max_fills,
                      std::vector<Fill>& fills) {
  while (lots > 0 && !levels.empty()) {
    const auto level = levels.begin();
    if (!price_crosses(side, price, level->first)) return;
    Queue& queue = level->second;
    while (lots > 0 && !queue.empty()) {
      if (fills.size() == max_fills) return;
      Resting& maker = queue.front();
      const u64 traded = std::min(lots, maker.lots);
      fills.push_back({maker.id, maker.account, maker.price, traded});
      lots -= traded;
      maker.lots -= traded;
      if (maker.lots == 0) {
        index_.erase(maker.id);
        queue.pop_front();
      }
    }
    if (queue.empty()) levels.erase(level);
  }
}

u64 NaiveBook::place(u64 id, u32 account, Side side, u64 price, u64 lots, Rest rest, u32 max_fills,
                     std::vector<Fill>& fills) {
  GAVEL_CHECK(rest == Rest::no || !index_.contains(id));
  fills.clear();
  if (side == Side::bid)
    match(asks_, side, price, lots, max_fills, fills);
  else
    match(bids_, side, price, lots, max_fills, fills);
  if (lots == 0 || rest == Rest::no || crosses(side, price)) return 0;
  Queue& queue = side == Side::bid ? bids_[price] : asks_[price];
  queue.push_back({id, account, lots, side, price});
  index_.emplace(id, std::prev(queue.end()));
  return lots;
}

void NaiveBook::preview(Side side, u64 price, u64 lots, u32 max_fills,
                        std::vector<Fill>& fills) const {
  fills.clear();
  if (side == Side::bid)
    peek(asks_, side, price, lots, max_fills, fills);
  else
    peek(bids_, side, price, lots, max_fills, fills);
}

bool NaiveBook::cancel(u64 id) {
  const auto found = index_.find(id);
  if (found == index_.end()) return false;
  const Side side = found->second->side;
  const u64 price = found->second->price;
  Queue& queue = side == Side::bid ? bids_.at(price) : asks_.at(price);
  queue.erase(found->second);
  index_.erase(found);
  if (!queue.empty()) return true;
  if (side == Side::bid)
    bids_.erase(price);
  else
    asks_.erase(price);
  return true;
}

bool NaiveBook::reduce(u64 id, u64 to_lots) {
  const auto found = index_.find(id);
  if (found == index_.end()) return false;
  GAVEL_CHECK(to_lots > 0 && to_lots <= found->second->lots);
  found->second->lots = to_lots;
  return true;
}

u64 NaiveBook::remaining(u64 id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? 0 : found->second->lots;
}

const NaiveBook::Resting* NaiveBook::find(u64 id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &*found->second;
}

bool NaiveBook::crosses(Side side, u64 price) const {
  const std::optional<u64> opposite = best(exchange::opposite(side));
  return opposite.has_value() && price_crosses(side, price, *opposite);
}

std::optional<u64> NaiveBook::best(Side side) const {
  if (side == Side::bid) return bids_.empty() ? std::nullopt : std::optional(bids_.begin()->first);
  return asks_.empty() ? std::nullopt : std::optional(asks_.begin()->first);
}

std::vector<BookLevel> NaiveBook::levels() const {
  std::vector<BookLevel> out;
  const auto append = [&out](Side side, const auto& levels) {
    for (const auto& [price, queue] : levels) {
      u64 lots = 0;
      for (const Resting& order : queue) lots += order.lots;
      out.push_back({side, price, lots});
    }
  };
  append(Side::bid, bids_);
  append(Side::ask, asks_);
  return out;
}

}  // namespace gavel::replay
