// NaiveBook: a price-time order book from ordinary containers, as a second answer beside the
// exchange's own.
//
// What: limit, immediate-or-cancel and post-only orders, cancels and reductions of one market, by
// the tape's order ids. It shares no code with the exchange: std::map of levels, std::list of
// orders. Invariant: no level is empty; the best bid is below the best ask; an order's lots are
// positive. Cost: O(log levels) an order and O(1) a fill.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/types.hpp"
#include "exchange/objects.hpp"

namespace gavel::replay {

using exchange::Side;

struct BookLevel {
  Side side = Side::bid;
  u64 price = 0;
  u64 lots = 0;

  friend bool operator==(const BookLevel&, const BookLevel&) = default;
};

struct Fill {
  u64 maker = 0;    // the tape's order id
  u32 account = 0;  // the maker's, as given to place()
  u64 price = 0;
  u64 lots = 0;

  friend bool operator==(const Fill&, const Fill&) = default;
};

class NaiveBook {
 public:
  struct Resting {
    u64 id = 0;
    u32 account = 0;
    u64 lots = 0;
    Side side = Side::bid;
    u64 price = 0;
  };
  enum class Rest : u8 { no, yes };

  // Matches best price first, oldest first, at most max_fills times; then the remainder rests, or
  // is dropped if it must not or max_fills ended the matching early. Returns the lots that rest.
  // `id` must not be resting if `rest` is yes.
  u64 place(u64 id, u32 account, Side side, u64 price, u64 lots, Rest rest, u32 max_fills,
            std::vector<Fill>& fills);
  // The fills that place() would make, at most max_fills of them; nothing changes.
  void preview(Side side, u64 price, u64 lots, u32 max_fills, std::vector<Fill>& fills) const;
  // False if there is no such order.
  bool cancel(u64 id);
  // Leaves the order's priority. False if there is none; to_lots must be positive and at most what
  // it has.
  bool reduce(u64 id, u64 to_lots);

  // 0 if there is no such order.
  u64 remaining(u64 id) const;
  const Resting* find(u64 id) const;
  // Orders with lower place than `id` at its level, oldest first; for reports.
  bool crosses(Side side, u64 price) const;
  std::optional<u64> best(Side side) const;
  u64 orders() const { return index_.size(); }
  // Bids from the highest, then asks from the lowest.
  std::vector<BookLevel> levels() const;

 private:
  using Queue = std::list<Resting>;
  // Keyed by distance from best: bids by negated price order.
  using Bids = std::map<u64, Queue, std::greater<>>;
  using Asks = std::map<u64, Queue>;

  template <class Levels>
  void match(Levels& levels, Side side, u64 price, u64& lots, u32 max_fills,
             std::vector<Fill>& fills);

  Bids bids_;
  Asks asks_;
  std::unordered_map<u64, Queue::iterator> index_;
};

}  // namespace gavel::replay
