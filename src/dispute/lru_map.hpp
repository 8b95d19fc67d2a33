// LruMap: a map that forgets.
//
// What: values by key, at most so many; what was asked for longest ago goes first. Why: what a
// party to contests computes is asked for again and again, and how much of it there is, strangers
// decide. Invariant: never more than `most` values, not even while one is put in. Pointers to
// values hold until the value is dropped. Lookups and insertions take logarithmic time.
#pragma once

#include <list>
#include <map>
#include <utility>

#include "base/check.hpp"
#include "base/types.hpp"

namespace gavel::dispute {

template <class Key, class Value>
class LruMap {
 public:
  explicit LruMap(u32 most) : most_(most) { GAVEL_CHECK(most > 0); }

  u32 most() const { return most_; }
  u64 size() const { return items_.size(); }

  // Nothing if it is not kept. It is the last to go then.
  Value* find(const Key& key) {
    const auto known = places_.find(key);
    if (known == places_.end()) return nullptr;
    items_.splice(items_.begin(), items_, known->second);
    return &known->second->second;
  }

  // Drops what one more would push out: before making a value that is large.
  void make_room() {
    while (items_.size() >= most_) {
      places_.erase(items_.back().first);
      items_.pop_back();
    }
  }

  // In place of an older value with this key.
  Value& put(const Key& key, Value value) {
    erase(key);
    make_room();
    items_.emplace_front(key, std::move(value));
    places_.emplace(key, items_.begin());
    return items_.front().second;
  }

  void erase(const Key& key) {
    const auto known = places_.find(key);
    if (known == places_.end()) return;
    items_.erase(known->second);
    places_.erase(known);
  }

  // Those whose key it says yes to.
  template <class Says>
  void erase_if(Says says) {
    std::erase_if(places_, [&](const auto& place) {
      if (!says(place.first)) return false;
      items_.erase(place.second);
      return true;
    });
  }

 private:
  using Items = std::list<std::pair<Key, Value>>;

  u32 most_;
  Items items_;  // the last asked for first
  std::map<Key, typename Items::iterator> places_;
};

}  // namespace gavel::dispute
