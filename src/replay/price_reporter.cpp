#include "replay/price_reporter.hpp"

#include <algorithm>

#include "stf/transaction.hpp"

namespace gavel::replay {

PriceReporter::PriceReporter(const Hash32& domain, std::vector<ReplayAccount> members,
                             io::Clock& clock)
    : domain_(domain), members_(std::move(members)), clock_(clock), last_(members_.size()) {}

u64 PriceReporter::next_time(u32 member) {
  const std::lock_guard lock(mutex_);
  last_[member] = std::max(last_[member] + 1, clock_.now_ms());
  return last_[member];
}

std::vector<u8> PriceReporter::frame(u64 request_id, u32 market, u32 member, u32 price_ticks) {
  const ReplayAccount& who = members_[member];
  stf::Transaction tx;
  tx.action = stf::Action::report_price;
  tx.account = who.account;
  tx.market = market;
  tx.price_ticks = price_ticks;
  tx.time_ms = next_time(member);
  tx.nonce = tx.time_ms;
  tx.signature = crypto::sign(stf::transaction_digest(tx, domain_), who.key.secret).bytes;
  std::array<u8, stf::kMaxTransactionBytes> bytes{};
  const u32 length = stf::encode_transaction(tx, bytes);
  std::vector<u8> out;
  append_submit(out, request_id, std::span<const u8>(bytes).first(length));
  return out;
}

}  // namespace gavel::replay
