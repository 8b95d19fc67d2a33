// JudgedBatch: a batch as L1 has fixed it, run natively unit by unit; for each unit the preimages
// that its first cursor reaches, and the hashes of the cursors at its ends.
//
// What: what a dispute about the unit would be given and should answer, for comparing judges with
// the native run.
// Invariant: a unit's preimages are those reachable from its start cursor and no others, so a judge
// that asks for anything else gets nothing.
#pragma once

#include <string>

#include "stf/batch_author_test.hpp"
#include "stf/judge.hpp"

namespace gavel::stf {

struct BatchText {
  Config config;
  std::vector<std::vector<u8>> pages;
  std::vector<std::vector<u8>> messages;
  u64 inbox_must = 0;
  u64 mode = 0;
  u64 missing_pages = 0;  // counted by the commitment, but not in its tree
  u64 l1_time_ms = kAuthorL1TimeMs;

  // As the native verifier gets it.
  std::span<const u8> page(u64 i) const {
    if (!has_page_leaves(mode) || i >= pages.size()) return {};
    if (pages[i].size() > kMaxPageBytes) return {};
    return pages[i];
  }
  u64 message_count() const { return messages.size(); }
  std::span<const u8> message(u64 i) const { return messages.at(i - 1); }
};

// Rows in pages of about `page_bytes`.
inline std::vector<std::vector<u8>> pack_rows(const std::vector<Row>& rows,
                                              std::size_t page_bytes) {
  std::vector<std::vector<u8>> pages;
  PageContext context;
  for (const Row& row : rows) {
    if (pages.empty() || pages.back().size() >= page_bytes) {
      pages.push_back({kPageVersion});
      context = PageContext{};
    }
    std::vector<u8>& page = pages.back();
    const std::size_t before = page.size();
    page.resize(before + kMaxRowBytes);
    const u32 size = encode_row(row, context, std::span(page).subspan(before));
    GAVEL_CHECK(size != 0);
    page.resize(before + size);
  }
  return pages;
}

// What an author wrote, all of it due.
inline BatchText text_of(const Author& author, std::size_t page_bytes) {
  BatchText text;
  text.config = author.rules.config;
  text.pages = pack_rows(author.rows, page_bytes);
  text.messages = author.batch.messages;
  text.inbox_must = text.messages.size();
  return text;
}

// Adds every node of the tree over byte strings, and these. Returns the root.
inline Hash32 add_tree(MapOracle& oracle, std::span<const std::vector<u8>> leaves, u32 depth) {
  if (leaves.empty()) return tree::kEmptySubtree[depth];
  if (depth == 0) return oracle.add(leaves[0]);
  const std::size_t half = std::min<std::size_t>(leaves.size(), std::size_t{1} << (depth - 1));
  const Hash32 left = add_tree(oracle, leaves.first(half), depth - 1);
  return oracle.add(left, add_tree(oracle, leaves.subspan(half), depth - 1));
}

// Says what a unit did in a few words.
struct UnitTeller {
  std::string said;
  void say(const std::string& words) { said += (said.empty() ? "" : ", ") + words; }

  void opened(u64, u64) { say("open_block"); }
  void executed(u8 kind, const Hash32&, const Receipt& receipt, u64) {
    say((kind == 0 ? "action " : "message ") +
        std::to_string(kind == 0 ? receipt.action : receipt.action - 128) + " -> " +
        std::to_string(static_cast<u32>(receipt.result)));
  }
  void closed(u64, u64, u64, const Hash32&) { say("close_block"); }
  void malformed(u64, u64, Malformed why) {
    say("malformed " + std::to_string(static_cast<u32>(why)));
  }
};

struct JudgedUnit {
  std::string name;
  Hash32 start;
  Hash32 end;
  MapOracle preimages;
};

class JudgedBatch {
 public:
  // `genesis`: the state that the batch begins with.
  explicit JudgedBatch(BatchText text, MapState genesis = {})
      : text_(std::move(text)),
        rules_(make_rules(text_.config)),
        signatures_{rules_.domain, {}, {}},
        map_(std::move(genesis)) {
    std::array<u8, kConfigBytes> config;
    encode_config(text_.config, config);
    Posted posted;
    posted.config_hash = fixed_.add(config);
    posted.data_len = text_.pages.size() + text_.missing_pages;
    const Hash32 data_root = add_tree(fixed_, text_.pages, kPageTreeDepth);
    posted.data_commitment = add_words(text_.mode, data_root, posted.data_len);
    posted.inbox_root =
        add_words(text_.messages.size(), add_tree(fixed_, text_.messages, kInboxTreeDepth));
    posted.inbox_must = text_.inbox_must;
    posted.l1_time_ms = text_.l1_time_ms;
    MapOracle ignored;
    const Cursor parent = genesis_cursor(map_.publish(ignored), posted.config_hash);
    progress_.cursor = first_cursor(parent, 1, posted);
  }

  const Cursor& cursor() const { return progress_.cursor; }
  bool finished() const { return cursor().phase == Phase::finished; }
  // The unit that was last run failed in a dispute.
  void fail() { progress_.cursor = failed_cursor(progress_.cursor); }

  // Runs a unit natively.
  JudgedUnit next() {
    JudgedUnit unit;
    unit.preimages = fixed_;
    publish(unit.preimages);
    unit.start = add_cursor(unit.preimages);
    UnitTeller teller;
    if (cursor().status == Status::skip) teller.say("skip");
    if (cursor().phase == Phase::forced) teller.say("forced");
    if (!cursor().work.is_zero()) teller.say("continue");
    UnitRunner(map_, rules_, text_, signatures_, teller).run(progress_);
    MapOracle after;
    seal_cursor(progress_, map_.publish(after));
    unit.end = add_cursor(after);
    if (progress_.work.kind != Work::Kind::none) teller.say("part");
    if (finished()) teller.say("finish");
    unit.name = teller.said;
    return unit;
  }

 private:
  template <class... Words>
  Hash32 add_words(Words... words) {
    std::array<u8, 32 * sizeof...(Words)> bytes;
    PackedWriter w(bytes.data());
    (w.put_word(words), ...);
    return fixed_.add(bytes);
  }

  void publish(MapOracle& oracle) {
    map_.publish(oracle);
    oracle.add(progress_.transactions.encoding());
    oracle.add(progress_.blocks.encoding());
    if (progress_.work.kind == Work::Kind::none) return;
    std::vector<u8> record(kMaxWorkBytes);
    record.resize(encode_work(progress_.work, record));
    oracle.add(record);
  }
  Hash32 add_cursor(MapOracle& oracle) {
    std::array<u8, kCursorBytes> bytes;
    encode_cursor(progress_.cursor, bytes);
    return oracle.add(bytes);
  }

  BatchText text_;
  Rules rules_;
  HostSignatures signatures_;
  MapOracle fixed_;  // what the posted words reach
  MapState map_;
  Progress progress_;
};

}  // namespace gavel::stf
