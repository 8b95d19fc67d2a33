#include "settle/claimer.hpp"

#include <algorithm>

#include "da/page_writer.hpp"
#include "ops/log.hpp"
#include "stf/judge_data.hpp"

namespace gavel::settle {

Claimer::Claimer(l1::Rpc& rpc, l1::Submitter& submitter, const Contracts& contracts,
                 da::BatchStore& batches, const stf::Cursor& genesis_end, da::MadeUnder made_under)
    : rpc_(rpc),
      submitter_(submitter),
      contracts_(contracts),
      batches_(batches),
      made_under_(std::move(made_under)),
      feed_(rpc, contracts) {
  line_.ids = {genesis_claim_id(genesis_end)};
  line_.first_hashes = {Hash32{}};
  line_.ends = {genesis_end};
}

void Claimer::tick() {
  submitter_.tick();
  take_outcomes();
  const auto note = [this](const l1::Error& error) {
    std::string what = std::string(l1::name_of(error.kind)) + ": " + error.detail;
    // The same trouble again and again is one line.
    if (what != status_.last_error) {
      ops::log_warn("claimer", "cannot go on now", {{"error", what}});
      ++status_.troubles_logged;
    }
    status_.last_error = std::move(what);
  };
  if (const auto& error = submitter_.last_error()) note(*error);
  const auto update = feed_.poll();
  if (!update.ok()) return note(update.error());
  if (update.value().reorg_from) {
    // Posted words may have changed: the line is built again from the batches that are there now.
    line_.ids.resize(1);
    line_.first_hashes.resize(1);
    line_.ends.resize(1);
    status_.claimed = 0;
    status_.diverged = false;
  }
  if (!update.value().caught_up || !submitter_.ready() || !submitter_.idle()) return;
  if (const auto extended = extend_line(); !extended.ok()) return note(extended.error());
  count_claimed();
  // First what pays withdrawals out: claims may come faster than they are confirmed, after an
  // outage for a long time.
  const auto confirmed = confirm_next();
  if (!confirmed.ok()) return note(confirmed.error());
  if (!confirmed.value()) {
    if (const auto claimed = claim_next(); !claimed.ok()) return note(claimed.error());
  }
  status_.last_error.clear();
}

void Claimer::take_outcomes() {
  for (const l1::Outcome& outcome : submitter_.take_outcomes()) {
    if (outcome.receipt) status_.gas_used += outcome.receipt->gas_used;
    if (outcome.state == l1::CallState::kConfirmed) continue;
    status_.last_error = outcome.reason;
    ops::log_warn("claimer", "a claiming transaction failed; reading L1 again",
                  {{"reason", outcome.reason}});
  }
}

bool Claimer::is_claimed(const Hash32& id) const {
  return std::ranges::any_of(feed_.claims(), [&](const FeedClaim& c) { return c.id == id; });
}

bool fixed_as_sealed(const stf::Posted& posted, const da::StoredBatch& sealed,
                     const Hash32& config_hash) {
  const auto pages = da::split_pages(sealed.pages);
  if (posted.config_hash != config_hash || posted.data_len != pages.size()) return false;
  const Hash32 root = da::data_root(pages);
  const auto fixed_in = [&](stf::DataMode mode) {
    return posted.data_commitment ==
           stf::data_commitment(static_cast<u8>(mode), root, pages.size());
  };
  return fixed_in(stf::DataMode::calldata) || fixed_in(stf::DataMode::local_directory);
}

l1::Error Claimer::diverged(u64 batch, const char* why) {
  status_.diverged = true;
  return l1::make_error(l1::ErrorKind::kOutOfRange,
                        "batch " + std::to_string(batch) + " was fixed " + why +
                            ": the node's later blocks are not the chain's; restart it from L1");
}

bool within_windows(const stf::Posted& posted, const stf::Config& config, u64 parent_timestamp_ms,
                    const da::StoredBatch& sealed) {
  const auto pages = da::split_pages(sealed.pages);
  if (pages.empty()) return true;
  stf::Row row;
  stf::PageContext context;
  if (stf::decode_row(pages[0].subspan(1), context, row) == 0) return false;
  const u64 first_ms = parent_timestamp_ms + row.dt_ms;
  return sealed.end.timestamp_ms <= posted.l1_time_ms + config.future_window_ms &&
         first_ms + config.past_window_ms >= posted.l1_time_ms;
}

// Adds our claims for batches that L1 has fixed and this node has sealed.
l1::Result<void> Claimer::extend_line() {
  for (u64 batch = line_.ends.size(); batch <= feed_.batches().size(); ++batch) {
    const auto root = batches_.get_root(batch);
    const auto end = batches_.get_end(batch);
    if (!root.ok() || !end.ok()) return {};
    const stf::Posted& posted = feed_.batches()[batch - 1].posted;
    const auto sealed = batches_.get(batch);
    if (!sealed.ok()) {
      return l1::make_error(l1::ErrorKind::kNotFound,
                            "batch " + std::to_string(batch) + " on disk is damaged or missing");
    }
    const Hash32 made_under =
        made_under_ ? made_under_(batch).hash : line_.ends.front().config_hash;
    if (!fixed_as_sealed(posted, sealed.value(), made_under)) {
      return diverged(batch, "with other data or another configuration than this node's");
    }
    const stf::Cursor claim_end = da::end_cursor(end.value(), posted, root.value());
    if (claim_end.inbox_index < posted.inbox_must) {
      return diverged(batch, "with overdue messages beyond its rows");
    }
    const Bytes words = GAVEL_TRY(read_configuration(rpc_, contracts_, batch));
    const stf::Config config =
        stf::decode_config(std::span<const u8, stf::kConfigBytes>(words.data(), stf::kConfigBytes));
    if (!within_windows(posted, config, line_.ends.back().timestamp_ms, sealed.value())) {
      return diverged(batch, "at an L1 time whose window its blocks do not lie in");
    }
    const stf::Cursor first = stf::first_cursor(line_.ends.back(), batch, posted);
    line_.first_hashes.push_back(stf::cursor_hash(first));
    line_.ids.push_back(
        claim_id(line_.ids.back(), batch, line_.first_hashes.back(), stf::cursor_hash(claim_end)));
    line_.ends.push_back(claim_end);
  }
  return {};
}

// The line's claims that L1 has, without a gap.
void Claimer::count_claimed() {
  while (status_.claimed + 1 < line_.ids.size() && is_claimed(line_.ids[status_.claimed + 1])) {
    ++status_.claimed;
  }
}

l1::Result<bool> Claimer::claim_next() {
  const u64 batch = status_.claimed + 1;
  if (batch >= line_.ids.size()) return false;
  const stf::Cursor& parent_end = line_.ends[batch - 1];
  const u128 bond = GAVEL_TRY(read_bond_due(rpc_, contracts_, submitter_.address(),
                                            line_.ids[batch - 1], stf::cursor_hash(parent_end)));
  l1::CallRequest request;
  request.to = contracts_.registry;
  request.value_wei = bond;
  request.data = encode_claim(line_.ids[batch - 1], batch, feed_.batches()[batch - 1].posted,
                              parent_end, line_.ends[batch]);
  request.label = "claim";
  GAVEL_TRY(submitter_.submit(std::move(request)));
  return true;
}

l1::Result<bool> Claimer::confirm_next() {
  u64 confirmed = 0;
  for (const FeedConfirmation& c : feed_.confirmations()) {
    if (c.batch < line_.ids.size() && line_.ids[c.batch] == c.id)
      confirmed = std::max(confirmed, c.batch);
  }
  status_.confirmed = confirmed;
  const u64 next = confirmed + 1;
  if (next > status_.claimed) return false;
  const ClaimTime time = GAVEL_TRY(
      read_claim_time(rpc_, contracts_, line_.ids[next], stf::cursor_hash(line_.ends[next]),
                      line_.ids[next - 1], stf::cursor_hash(line_.ends[next - 1])));
  if (time.earned_s < time.window_s) return false;
  l1::CallRequest request;
  request.to = contracts_.registry;
  request.data =
      encode_confirm(line_.ids[next], line_.first_hashes[next], stf::cursor_hash(line_.ends[next]));
  request.label = "confirm";
  GAVEL_TRY(submitter_.submit(std::move(request)));
  return true;
}

}  // namespace gavel::settle
