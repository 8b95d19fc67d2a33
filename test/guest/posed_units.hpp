// PosingAuthor: an Author who can stop before a unit and ask what a dispute about it would be.
//
// What: while it poses, each unit is kept as a JudgedUnit before it is run: the state as it stands,
// the row as the last one of a full page. Why: the heaviest units need a state
// that takes thousands of units to build, of which only the last are looked at; and the longest
// page is part of a heavy unit. Invariant: a posed unit's end is the judge's own answer, and the
// unit then runs natively as well.
#pragma once

#include <set>

#include "stf/judge_world_test.hpp"

namespace gavel::guest {

class PosingAuthor : public stf::Author {
 public:
  explicit PosingAuthor(const stf::Config& config) : Author(config) {}

  // What the next rows do is kept under this name; an empty one ends it.
  void pose(std::string name) { name_ = std::move(name); }

  void run_unit() override {
    if (!name_.empty()) units.push_back(posed());
    Author::run_unit();
    if (!name_.empty()) actions.insert(progress.work.receipt.action);
  }

  // The next message, as the forced phase would execute it.
  void force(const stf::Message& message, std::string name) {
    batch.add(message);
    pose(std::move(name));
    progress.cursor.data_len = batch.pages.size();
    progress.cursor.page = progress.cursor.data_len;
    progress.cursor.inbox_must = batch.messages.size();
    progress.cursor.phase = stf::Phase::forced;
    do {
      run_unit();
    } while (progress.work.kind != stf::Work::Kind::none);
    progress.cursor.phase = stf::Phase::rows;
    pose("");
  }

  std::vector<stf::JudgedUnit> units;
  std::set<u8> actions;         // of receipts while it posed: messages from 0x80 on
  bool among_its_like = false;  // what a posed row's page holds before it

 private:
  using Native = stf::Judge<const stf::MapOracle>;

  template <class... Words>
  static Hash32 add_words(stf::MapOracle& oracle, Words... words) {
    std::array<u8, 32 * sizeof...(Words)> bytes;
    stf::PackedWriter w(bytes.data());
    (w.put_word(words), ...);
    return oracle.add(bytes);
  }

  // The page whose last row is the next: behind many of one byte, which take longest to read, or
  // behind others like it.
  std::vector<u8> page_before(stf::PageContext& context) const {
    const stf::Row& row = rows.back();
    const std::size_t most = stf::kMaxPageBytes - batch.pages.back().size();
    std::vector<u8> page(most, static_cast<u8>(stf::RowKind::message));
    page[0] = stf::kPageVersion;
    if (!among_its_like) return page;
    std::size_t at = 1;
    while (const u32 size = encode_row(row, context, std::span(page).subspan(at))) at += size;
    page.resize(at);
    return page;
  }

  stf::JudgedUnit posed() {
    stf::JudgedUnit out;
    out.name = name_;
    stf::MapOracle& oracle = out.preimages;
    stf::Progress p = progress;
    stf::Cursor& c = p.cursor;
    std::array<u8, stf::kConfigBytes> config;
    encode_config(rules.config, config);
    c.config_hash = oracle.add(config);
    c.inbox_root = add_words(oracle, u64{batch.messages.size()},
                             stf::add_tree(oracle, batch.messages, stf::kInboxTreeDepth));
    stf::PageContext context;
    std::vector<u8> page = page_before(context);
    const std::size_t offset = page.size();
    page.resize(offset + stf::kMaxRowBytes);
    page.resize(offset + encode_row(rows.back(), context, std::span(page).subspan(offset)));
    const std::vector<std::vector<u8>> pages = {page};
    const bool reads = c.phase == stf::Phase::rows && p.work.kind == stf::Work::Kind::none;
    c.data_len = pages.size();
    c.page = reads ? 0 : c.data_len;
    c.offset = reads ? offset : 0;
    c.data_commitment =
        add_words(oracle, u64{0}, stf::add_tree(oracle, pages, stf::kPageTreeDepth), c.data_len);
    oracle.add(p.transactions.encoding());
    oracle.add(p.blocks.encoding());
    if (p.work.kind != stf::Work::Kind::none) {
      std::vector<u8> record(stf::kMaxWorkBytes);
      record.resize(encode_work(p.work, record));
      oracle.add(record);
      out.name += ", continued";
    }
    seal_cursor(p, map.publish(oracle));
    std::array<u8, stf::kCursorBytes> cursor;
    encode_cursor(c, cursor);
    out.start = oracle.add(cursor);
    static const auto native = std::make_unique<Native>();
    out.end = native->run(std::as_const(oracle), out.start);
    return out;
  }

  std::string name_;
};

}  // namespace gavel::guest
