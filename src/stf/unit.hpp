// One unit of a batch: the step U(cursor) -> cursor of docs/protocol/data.md, over any Store.
//
// What: run_unit() consumes one row, one message, one part of a long action, or closes a block, and
// moves a Progress. The verifier loops it natively over HotState; the fault proof program runs it
// once over WitnessState (stf/judge.hpp). Invariant: total. Whatever the pages and messages hold,
// each unit does a bounded amount of work and the batch finishes.
#pragma once

#include "stf/cursor.hpp"
#include "stf/execute.hpp"
#include "tree/frontier.hpp"

namespace gavel::stf {

// A block is not opened when this many were closed in the batch: the tree of block hashes keeps
// room for the forced ones.
inline constexpr u32 kMaxRowBlocks = (1u << kBlockTreeDepth) - 64;

// A cursor with what its hashes stand for. Of `cursor`, tx_frontier, block_frontier, work and
// state_root are only brought up to date where a cursor is needed (seal_cursor).
struct Progress {
  Cursor cursor;
  tree::Frontier<kBlockTreeDepth> transactions;
  tree::Frontier<kBlockTreeDepth> blocks;
  Work work;
  PageContext context;  // at cursor.offset of cursor.page
};

// A batch's data. Spans stay valid until the next call. page(i): its bytes; empty if it is longer
// than kMaxPageBytes. message(i), i from 1 to message_count(): the bytes of an inbox message of the
// batch's snapshot.
template <class D>
concept BatchData = requires(D& d, u64 i) {
  { d.page(i) } -> std::same_as<std::span<const u8>>;
  { d.message_count() } -> std::same_as<u64>;
  { d.message(i) } -> std::same_as<std::span<const u8>>;
};

// Who signed a row's transaction, and its digest; the row is named by its place, so that a host can
// have prepared both.
template <class T>
concept Signatures =
    requires(T& t, u64 page, u64 offset, const Transaction& tx, const Address& who) {
      { t.open(page, offset, tx) } -> std::same_as<Hash32>;  // tx_id
      { t.signed_by(who) } -> std::same_as<bool>;            // of the transaction opened last
    };

// What a host may want to see of a run. Each call names what has just happened.
struct NoObserver {
  void opened(u64 /*number*/, u64 /*timestamp_ms*/) {}
  void executed(u8 /*kind*/, const Hash32& /*id*/, const Receipt& /*receipt*/, u64 /*index*/) {}
  void closed(u64 /*number*/, u64 /*timestamp_ms*/, u64 /*tx_count*/, const Hash32& /*hash*/) {}
  void malformed(u64 /*page*/, u64 /*offset*/, Malformed /*why*/) {}
};

template <exchange::Store S, BatchData D, Signatures G, class Observer = NoObserver>
class UnitRunner {
 public:
  UnitRunner(S& store, const Rules& rules, D& data, G& signatures, Observer& observer)
      : store_(store), rules_(rules), data_(data), signatures_(signatures), observer_(observer) {}

  // One unit. Nothing once the phase is finished.
  void run(Progress& p) {
    Cursor& c = p.cursor;
    if (c.phase == Phase::finished) return;
    ++c.unit;
    if (c.status == Status::skip) {
      skip(p);
    } else if (p.work.kind != Work::Kind::none) {
      finish_if_done(p, continue_work(store_, rules_, p.work));
    } else if (c.phase == Phase::rows && run_row(p)) {
      return;
    } else {
      run_after_rows(p);
    }
  }

 private:
  using Verdict = exchange::Verdict;

  BlockContext block(const Cursor& c) const { return {c.block_number + 1, c.opening_timestamp_ms}; }

  static void end_rows(Cursor& c) {
    c.page = c.data_len;
    c.offset = 0;
  }

  // The unit before failed: its item is consumed unexecuted.
  void skip(Progress& p) {
    Cursor& c = p.cursor;
    c.status = Status::run;
    if (p.work.kind != Work::Kind::none) {
      p.work.kind = Work::Kind::none;
    } else if (c.phase == Phase::rows && c.page < c.data_len) {
      end_rows(c);
    } else if (c.inbox_index < c.inbox_must) {
      ++c.inbox_index;
    }
  }

  // False if the rows have ended (nothing was consumed).
  bool run_row(Progress& p) {
    Cursor& c = p.cursor;
    if (c.page >= c.data_len || c.unit > rules_.config.rows_end_unit) return false;
    const std::span<const u8> page = data_.page(c.page);
    if (c.offset == 0) {
      if (page.size() < 2 || page.size() > kMaxPageBytes || page[0] != kPageVersion) return false;
      c.offset = 1;
      p.context = PageContext{};
    }
    PageContext context = p.context;
    const u64 at = c.offset;
    const u32 length = decode_row(page.subspan(static_cast<std::size_t>(at)), context, row_);
    if (length == 0 || !consume(p, row_, at)) return false;
    p.context = context;
    c.offset += length;
    if (c.offset == page.size()) {
      ++c.page;
      c.offset = 0;
    }
    return true;
  }

  // False if this row ends the rows.
  bool consume(Progress& p, const Row& row, u64 at) {
    Cursor& c = p.cursor;
    if (row.kind == RowKind::open_block) return open_by_row(p, row.dt_ms);
    if (c.opening_timestamp_ms == 0) return false;
    switch (row.kind) {
      case RowKind::close_block:
        close(p);
        return true;
      case RowKind::reclaim:
        reclaim_nonces(store_, rules_, block(c), row.nonces);
        return true;
      case RowKind::message:
        if (c.tx_index >= rules_.config.max_block_txs || c.inbox_index >= data_.message_count()) {
          return false;
        }
        run_message(p);
        return true;
      default:
        if (c.tx_index >= rules_.config.max_block_txs) return false;
        run_transaction(p, row, at);
        return true;
    }
  }

  bool open_by_row(Progress& p, u64 dt_ms) {
    Cursor& c = p.cursor;
    const stf::Config& config = rules_.config;
    const u64 timestamp = c.timestamp_ms + dt_ms;
    if (c.opening_timestamp_ms != 0 || dt_ms == 0 || timestamp < c.timestamp_ms) return false;
    if (timestamp > c.l1_time_ms + config.future_window_ms || timestamp < past_edge(c))
      return false;
    if (p.blocks.count() >= kMaxRowBlocks) return false;
    open(p, timestamp);
    return true;
  }

  u64 past_edge(const Cursor& c) const {
    const u64 window = rules_.config.past_window_ms;
    return c.l1_time_ms > window ? c.l1_time_ms - window : 0;
  }

  void open(Progress& p, u64 timestamp_ms) {
    p.cursor.opening_timestamp_ms = timestamp_ms;
    observer_.opened(p.cursor.block_number + 1, timestamp_ms);
  }

  void close(Progress& p) {
    Cursor& c = p.cursor;
    const Hash32 root = p.transactions.root();
    c.prev_hash = block_hash(c.block_number + 1, c.opening_timestamp_ms, c.prev_hash, c.tx_index,
                             root, c.diff_acc);
    ++c.block_number;
    c.timestamp_ms = c.opening_timestamp_ms;
    observer_.closed(c.block_number, c.timestamp_ms, c.tx_index, c.prev_hash);
    c.opening_timestamp_ms = 0;
    c.tx_index = 0;
    p.transactions = {};
    GAVEL_CHECK(p.blocks.append(c.prev_hash));
  }

  void run_transaction(Progress& p, const Row& row, u64 at) {
    const Hash32 tx_id = signatures_.open(p.cursor.page, at, row.tx);
    Malformed why{};
    const Verdict verdict = begin_transaction(store_, rules_, block(p.cursor), row.tx, row.hints,
                                              tx_id, signatures_, p.work, why);
    if (verdict == Verdict::malformed) {
      observer_.malformed(p.cursor.page, at, why);
      return;
    }
    finish_if_done(p, verdict);
  }

  void run_message(Progress& p) {
    ++p.cursor.inbox_index;
    const std::span<const u8> bytes = data_.message(p.cursor.inbox_index);
    finish_if_done(p, begin_message(store_, rules_, block(p.cursor), bytes, p.work));
  }

  void finish_if_done(Progress& p, Verdict verdict) {
    if (verdict != Verdict::done) return;
    const u32 size = encode_receipt(p.work.receipt, receipt_);
    const Hash32 leaf = receipt_leaf(p.work.source_kind, p.work.source, receipt().first(size));
    GAVEL_CHECK(p.transactions.append(leaf));
    observer_.executed(p.work.source_kind, p.work.source, p.work.receipt, p.cursor.tx_index);
    ++p.cursor.tx_index;
  }
  std::span<const u8> receipt() const { return receipt_; }

  // A forced block holds at least so many messages that all that can be overdue fit into the places
  // that the tree of block hashes keeps for forced blocks: 2^14 / 512 = 32.
  u64 forced_block_txs() const {
    static constexpr u64 kLeast = 512;
    return rules_.config.max_block_txs > kLeast ? rules_.config.max_block_txs : kLeast;
  }

  // The rows are over: close what they left open, execute what must be, finish.
  void run_after_rows(Progress& p) {
    Cursor& c = p.cursor;
    if (c.phase == Phase::rows) {
      end_rows(c);
      if (c.opening_timestamp_ms != 0) {
        close(p);
        return;
      }
      c.phase = Phase::forced;
    }
    const bool overdue = c.inbox_index < c.inbox_must;
    if (c.opening_timestamp_ms == 0) {
      if (!overdue) {
        c.phase = Phase::finished;
        return;
      }
      const u64 next = c.timestamp_ms + 1;
      const u64 edge = past_edge(c);
      open(p, next > edge ? next : edge);
    } else if (!overdue || c.tx_index >= forced_block_txs()) {
      close(p);
    } else {
      run_message(p);
    }
  }

  S& store_;
  const Rules& rules_;
  D& data_;
  G& signatures_;
  Observer& observer_;
  Row row_;
  std::array<u8, kMaxReceiptBytes> receipt_;
};

}  // namespace gavel::stf
