#include "settle/settler.hpp"

namespace gavel::settle {

void Settler::tick(bool hold_posting) {
  if (claimer_) claimer_->tick();
  if (poster_ && !diverged() && !hold_posting) poster_->tick();
}

bool Settler::is_late(u64 committed, u64 max_unposted) const {
  if (!poster_ || !poster_->status().known) return false;
  return committed + 1 > poster_->status().next_batch + max_unposted;
}

}  // namespace gavel::settle
