#include "settle/diagnosis.hpp"

#include <algorithm>

#include "settle/object_fields.hpp"
#include "stf/receipt.hpp"

namespace gavel::settle {

namespace {

constexpr u64 kMostObjects = 100'000;

// The first block whose hash differs: hashes chain, so once they differ they stay different.
u64 first_differing_block(const Suspect& suspect, const std::vector<DerivedBlock>& blocks) {
  std::size_t low = 0;
  std::size_t high = blocks.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const auto theirs = suspect.block_hash(blocks[middle].number);
    if (theirs && *theirs == blocks[middle].hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < blocks.size() ? blocks[low].number : 0;
}

std::string receipt_difference(const Bytes& theirs, const Bytes& ours) {
  stf::Receipt a;
  stf::Receipt b;
  if (!stf::decode_receipt(theirs, a)) return "a receipt that does not decode";
  if (!stf::decode_receipt(ours, b)) return "receipt";
  const auto differ = [](const char* what, u64 x, u64 y) {
    return std::string(what) + ": " + std::to_string(x) + " against " + std::to_string(y);
  };
  if (a.result != b.result) {
    return std::string("result: ") + exchange::name_of(a.result) + " against " +
           exchange::name_of(b.result);
  }
  const u32 events = std::min(a.events.size(), b.events.size());
  for (u32 i = 0; i < events; ++i) {
    const std::string fill = "fill " + std::to_string(i) + " ";
    if (a.events[i].price_ticks != b.events[i].price_ticks) {
      return differ((fill + "price_ticks").c_str(), a.events[i].price_ticks,
                    b.events[i].price_ticks);
    }
    if (a.events[i].lots != b.events[i].lots)
      return differ((fill + "lots").c_str(), a.events[i].lots, b.events[i].lots);
    if (!(a.events[i] == b.events[i])) return fill + "maker";
  }
  if (a.events.size() != b.events.size()) return differ("fills", a.events.size(), b.events.size());
  if (a.filled_lots != b.filled_lots) return differ("filled_lots", a.filled_lots, b.filled_lots);
  if (a.resting_lots != b.resting_lots)
    return differ("resting_lots", a.resting_lots, b.resting_lots);
  if (a.value != b.value) return differ("value", a.value, b.value);
  return "receipt";
}

// Of the items at place i; up to there both are equal.
std::string item_difference(const std::vector<SuspectItem>& ours,
                            const std::vector<SuspectItem>& theirs, std::size_t i) {
  const auto same_id = [&](std::size_t a, std::size_t b) {
    return a < ours.size() && b < theirs.size() && ours[a].id == theirs[b].id;
  };
  if (same_id(i, i)) {
    return ours[i].receipt == theirs[i].receipt
               ? std::string()
               : receipt_difference(theirs[i].receipt, ours[i].receipt);
  }
  if (i >= ours.size() || same_id(i, i + 1)) return "a transaction that the data does not justify";
  if (i >= theirs.size() || same_id(i + 1, i)) return "a transaction is missing";
  return "another transaction than in the data";
}

void compare_items(const Suspect& suspect, const BatchTrace& trace, Finding& out) {
  const auto ours = trace.items(out.block);
  const auto theirs = suspect.items(out.block);
  if (!theirs && !suspect.block_hash(out.block)) {
    if (!ours.empty()) out.index = 0;
    out.transaction = "the node shows no such block; it executes " + std::to_string(ours.size()) +
                      " messages and transactions";
    return;
  }
  if (!theirs) {
    out.transaction = "the node does not show the block's transactions";
    return;
  }
  for (std::size_t i = 0; i < std::max(ours.size(), theirs->size()); ++i) {
    const std::string difference = item_difference(ours, *theirs, i);
    if (difference.empty()) continue;
    out.index = i;
    out.transaction = difference;
    return;
  }
  out.transaction = "the block's transactions agree; its header does not";
}

bool compare_object(const Suspect& suspect, const Deriver& deriver, u64 batch, u8 table, u32 index,
                    Finding& out) {
  std::array<u8, stf::kLongestObjectBytes> bytes;
  const u32 size = deriver.state().encode(static_cast<exchange::Table>(table), index, bytes);
  const auto theirs = suspect.object(table, index, batch);
  if (!theirs) return false;
  const std::string field =
      first_difference(table, *theirs, std::span<const u8>(bytes).first(size));
  if (field.empty()) return false;
  out.object = name_of_object(table, index);
  out.field = field;
  return true;
}

// What the batch wrote, then everything, one by one.
void compare_many_objects(const Suspect& suspect, const DerivedBatch& batch, const Deriver& deriver,
                          Finding& out) {
  // Accounts first: what was taken says more than the allocator's counters.
  std::vector<u64> keys = deriver.written();
  std::ranges::sort(keys, {}, [](u64 key) { return std::pair(key >> 32 != 1, key); });
  u64 asked = 0;
  for (const u64 key : keys) {
    if (++asked > kMostObjects) return;
    if (compare_object(suspect, deriver, batch.end.batch, static_cast<u8>(key >> 32),
                       static_cast<u32>(key), out)) {
      return;
    }
  }
  const exchange::Global& global = deriver.state().peek_global();
  for (u8 table = 1; table < exchange::kTableCount; ++table) {
    for (u32 i = 1; i < global.tables[table].next; ++i) {
      if (++asked > kMostObjects) return;
      if (compare_object(suspect, deriver, batch.end.batch, table, i, out)) return;
    }
  }
}

void compare_objects(const Suspect& suspect, const DerivedBatch& batch, const Deriver& deriver,
                     Finding& out) {
  if (suspect.proof) {
    const u64 number = batch.end.batch;
    const ProofSearch search = search_by_proof(
        [&](u8 table, u32 index) { return suspect.proof(table, index, number); }, deriver.tree());
    if (search.complete && !search.found) return;
    if (search.found &&
        compare_object(suspect, deriver, number, search.found->table, search.found->index, out)) {
      return;
    }
  }
  compare_many_objects(suspect, batch, deriver, out);
}

}  // namespace

void BatchTrace::take(const DerivedItem& item) {
  std::array<u8, stf::kMaxReceiptBytes> bytes;
  const u32 size = stf::encode_receipt(*item.receipt, bytes);
  items_.push_back({item.block, {item.id, Bytes(bytes.begin(), bytes.begin() + size)}});
}

std::vector<SuspectItem> BatchTrace::items(u64 block) const {
  std::vector<SuspectItem> out;
  for (const Item& item : items_) {
    if (item.block == block) out.push_back(item.item);
  }
  return out;
}

std::string Finding::text() const {
  std::string out;
  if (block != 0) {
    out = "block " + std::to_string(block);
    if (index) out += ", transaction " + std::to_string(*index);
    out += ": " + transaction;
  }
  if (!object.empty()) out += (out.empty() ? "" : "; ") + object + ", " + field;
  return out.empty() ? "the node's blocks and objects agree with L1: only its claim is wrong" : out;
}

Finding diagnose(const Suspect& suspect, const BatchTrace& trace, const DerivedBatch& batch,
                 const Deriver& deriver, u64 claimed_last_block) {
  Finding out;
  out.block = first_differing_block(suspect, batch.blocks);
  if (out.block != 0) {
    compare_items(suspect, trace, out);
  } else if (claimed_last_block > batch.end.block_number) {
    out.block = batch.end.block_number + 1;
    out.transaction = "a block that the data does not justify";
  }
  compare_objects(suspect, batch, deriver, out);
  return out;
}

}  // namespace gavel::settle
