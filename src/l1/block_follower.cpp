#include "l1/block_follower.hpp"

#include <algorithm>

#include "l1/rpc_values.hpp"
#include "ops/log.hpp"

namespace gavel::l1 {

namespace {

constexpr u32 kHeadersPerRequest = 128;

}  // namespace

std::optional<BlockHeader> BlockFollower::tip() const {
  if (headers_.empty()) return std::nullopt;
  return headers_.back();
}

std::optional<BlockHeader> BlockFollower::at(u64 number) const {
  if (headers_.empty() || number < headers_.front().number || number > headers_.back().number)
    return std::nullopt;
  return headers_[number - headers_.front().number];
}

bool BlockFollower::contains(const BlockHeader& header) const {
  const auto ours = at(header.number);
  return ours && ours->hash == header.hash;
}

u64 BlockFollower::depth_of(u64 number, const Hash32& hash) const {
  const auto ours = at(number);
  if (!ours || ours->hash != hash) return 0;
  return headers_.back().number - number + 1;
}

void BlockFollower::restart_at(u64 start_block) {
  headers_.clear();
  config_.start_block = start_block;
  safe_ = 0;
  finalized_ = 0;
}

Result<ChainUpdate> BlockFollower::poll() {
  const auto head = GAVEL_TRY(rpc_.header(BlockTag::kLatest));
  if (!head) return make_error(ErrorKind::kNotFound, "latest block");
  if (head->number < config_.start_block) return ChainUpdate{};
  ChainUpdate update;
  // The chain is rewritten on a copy of its end only, and taken over when everything fits.
  const u64 ancestor = GAVEL_TRY(find_ancestor(*head, update.removed));
  update.added = GAVEL_TRY(read_upward(ancestor, *head, update.removed));
  const Marks marks = GAVEL_TRY(read_marks());
  if (update.added.empty()) update.removed.clear();
  for (size_t i = 0; i < update.removed.size(); ++i) headers_.pop_back();
  for (const BlockHeader& header : update.added) headers_.push_back(header);
  while (headers_.size() > config_.window) headers_.pop_front();
  update.caught_up = !headers_.empty() && headers_.back().number >= head->number;
  advance(marks);
  if (!update.removed.empty()) {
    ops::log_warn(
        "l1", "reorg",
        {{"removed", update.removed.size()}, {"ancestor", ancestor}, {"head", head->number}});
  }
  return update;
}

// The number of the highest of our headers that is still on the node's chain, and the ones above
// it, newest first. With no headers yet: the block before the first to follow.
Result<u64> BlockFollower::find_ancestor(const BlockHeader& head,
                                         std::vector<BlockHeader>& removed) {
  if (headers_.empty())
    return config_.start_block - 1;  // wraps for block 0; only ever used plus one
  const BlockHeader& tip = headers_.back();
  if (contains(head)) return tip.number;  // the same head, or an endpoint that lags behind
  if (head.number == tip.number + 1 && head.parent_hash == tip.hash) return tip.number;
  for (u64 number = tip.number;; --number) {
    const BlockHeader ours = *at(number);
    if (number <= head.number) {
      const auto theirs =
          number == head.number ? std::optional(head) : GAVEL_TRY(rpc_.header(number));
      if (!theirs) return make_error(ErrorKind::kNotFound, "block " + std::to_string(number));
      if (theirs->hash == ours.hash) return number;
    }
    removed.push_back(ours);
    if (number == headers_.front().number || number <= finalized_) {
      return make_error(ErrorKind::kReorgTooDeep, "block " + std::to_string(number) + " is " +
                                                      hex_data(ours.hash.bytes) +
                                                      " here and not on the node");
    }
  }
}

Result<std::vector<BlockHeader>> BlockFollower::read_upward(
    u64 ancestor, const BlockHeader& head, const std::vector<BlockHeader>& removed) {
  std::vector<BlockHeader> out;
  if (!headers_.empty() && contains(head)) return out;
  std::optional<Hash32> parent;
  if (!headers_.empty()) parent = at(ancestor)->hash;
  const u64 last = std::min(
      head.number, ancestor + std::max<u64>(config_.max_headers_per_poll, removed.size() + 1));
  for (u64 next = ancestor + 1; next <= last;) {
    const u32 count = static_cast<u32>(std::min<u64>(last - next + 1, kHeadersPerRequest));
    std::vector<std::optional<BlockHeader>> part;
    if (count == 1 && next == head.number) {
      part = {head};
    } else {
      part = GAVEL_TRY(rpc_.headers(next, count));
    }
    for (const auto& header : part) {
      // The chain moved while we read, or the endpoint lies: what is linked so far stands, the next
      // poll sees the rest.
      if (!header || header->number != next || (parent && header->parent_hash != *parent)) {
        if (out.empty())
          return make_error(ErrorKind::kUnlinkedHeader, "block " + std::to_string(next));
        return out;
      }
      parent = header->hash;
      out.push_back(*header);
      ++next;
    }
  }
  return out;
}

Result<BlockFollower::Marks> BlockFollower::read_marks() {
  Marks out;
  out.finalized = GAVEL_TRY(optional_mark(BlockTag::kFinalized));
  out.safe = GAVEL_TRY(optional_mark(BlockTag::kSafe));
  return out;
}

// A node that does not know the tag yet (a young chain, a simple devnet) answers with an error:
// that is no mark.
Result<std::optional<BlockHeader>> BlockFollower::optional_mark(BlockTag tag) {
  auto answer = rpc_.header(tag);
  if (!answer.ok() && answer.error().kind == ErrorKind::kServer)
    return std::optional<BlockHeader>{};
  return answer;
}

void BlockFollower::advance(const Marks& marks) {
  if (marks.finalized && contains(*marks.finalized))
    finalized_ = std::max(finalized_, marks.finalized->number);
  if (marks.safe && contains(*marks.safe)) safe_ = std::max(marks.safe->number, finalized_);
  if (!headers_.empty()) safe_ = std::max(std::min(safe_, headers_.back().number), finalized_);
}

}  // namespace gavel::l1
