#include "cheats/deceit.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "exchange/balances.hpp"
#include "stf/judge.hpp"

namespace gavel::cheats {

namespace {

using dispute::BranchState;
using dispute::PostedBatch;

constexpr std::array<const char*, kDeceits> kNames = {
    "balance", "fill",      "price",   "skip-message", "signature",   "withdrawal",
    "hint",    "timestamp", "vm-step", "panic",        "invalid-unit"};

constexpr u64 kStolen = 1'000'000;

// The batch's data with one page or message replaced.
struct FalseBatch {
  PostedBatch& posted;
  std::optional<u64> page_at{};
  std::vector<u8> false_page{};
  std::optional<u64> message_at{};
  std::vector<u8> false_message{};

  std::span<const u8> page(u64 i) const {
    return page_at == i ? std::span<const u8>(false_page) : posted.page(i);
  }
  u64 message_count() const { return posted.message_count(); }
  std::span<const u8> message(u64 i) const {
    return message_at == i ? std::span<const u8>(false_message) : posted.message(i);
  }
};

// The rows' own digests; the signer is whoever it should be, if the liar says so.
struct LenientSignatures {
  settle::BatchSignatures& honest;
  bool all_good = false;

  Hash32 open(u64 page, u64 offset, const stf::Transaction& tx) {
    return honest.open(page, offset, tx);
  }
  bool signed_by(const Address& who) const { return all_good || honest.signed_by(who); }
};

// What a unit did.
struct Seen : stf::NoObserver {
  u64 fills = 0;
  std::optional<stf::Malformed> malformed_as;

  void executed(u8, const Hash32&, const stf::Receipt& receipt, u64) {
    fills += receipt.events.size();
  }
  void malformed(u64, u64, stf::Malformed why) { malformed_as = why; }
};

Seen run(BranchState& state, const stf::Rules& rules, FalseBatch& data, LenientSignatures& signers,
         stf::Progress& progress) {
  Seen seen;
  stf::UnitRunner(state, rules, data, signers, seen).run(progress);
  return seen;
}

std::string describe(Deceit deceit, const stf::Row& row) {
  const std::string account = "account " + std::to_string(row.tx.account);
  switch (deceit) {
    case Deceit::fill:
      return "a fill of another size for an order of " + account;
    case Deceit::price:
      return "another price than " + std::to_string(row.tx.price_ticks) + " in a report of " +
             account;
    case Deceit::skip_message:
      return "an inbox message counted and not executed";
    case Deceit::signature:
      return "a row of " + account + " executed under a bad signature";
    case Deceit::withdrawal:
      return "a withdrawal of " + account + " paid to the liar";
    case Deceit::hint:
      return "a good row of " + account + " skipped as malformed";
    case Deceit::timestamp:
      return "a block opened at another time";
    default:
      return name_of(deceit);
  }
}

Hash32 cursor_after(BranchState& state, stf::Progress& progress) {
  stf::seal_cursor(progress, state.seal());
  return stf::cursor_hash(progress.cursor);
}

}  // namespace

const char* name_of(Deceit deceit) { return kNames[static_cast<u8>(deceit)]; }

std::optional<Deceit> parse_deceit(std::string_view name) {
  for (u8 i = 0; i < kDeceits; ++i) {
    if (name == kNames[i]) return static_cast<Deceit>(i);
  }
  return std::nullopt;
}

// The row at which a unit begins, if it begins at one.
struct Deceiver::Reading {
  std::span<const u8> page;
  u64 offset = 0;
  stf::PageContext context;  // before it
  stf::Row row;
  u32 length = 0;  // 0: these bytes are no row

  static std::optional<Reading> of(const stf::Progress& p, const PostedBatch& posted) {
    const stf::Cursor& c = p.cursor;
    if (c.phase != stf::Phase::rows || c.status != stf::Status::run ||
        p.work.kind != stf::Work::Kind::none || c.page >= c.data_len) {
      return std::nullopt;
    }
    Reading out;
    out.page = posted.page(c.page);
    out.offset = c.offset;
    if (c.offset != 0) out.context = p.context;
    if (c.offset == 0) out.offset = 1;
    if (out.offset >= out.page.size()) return std::nullopt;
    stf::PageContext moved = out.context;
    out.length = stf::decode_row(out.page.subspan(out.offset), moved, out.row);
    return out;
  }
  bool is(stf::RowKind kind) const { return length != 0 && row.kind == kind; }
  bool is(stf::Action action) const {
    return is(stf::RowKind::transaction) && row.tx.action == action;
  }
};

struct Deceiver::FalseData : FalseBatch {};

Deceiver::Deceiver(Deceit deceit, u64 from_unit, const Address& thief)
    : deceit_(deceit), from_unit_(from_unit), thief_(thief) {}
Deceiver::~Deceiver() = default;

dispute::TraceHooks Deceiver::hooks() {
  dispute::TraceHooks out;
  if (deceit_ != Deceit::panic) {
    out.instead = [this](BranchState& state, stf::Progress& progress, PostedBatch& posted,
                         u64 unit) { return run_instead(state, progress, posted, unit); };
    return out;
  }
  // Units and the cursor's count of them are the same up to the first that fails.
  out.fails = [this](const stf::Cursor& c) {
    if (!facts_.unit && c.unit >= from_unit_ && c.opening_timestamp_ms != 0 && c.tx_index != 0) {
      facts_ = {c.unit, "the unit panics"};
    }
    return facts_.unit == c.unit;
  };
  return out;
}

settle::BatchSignatures& Deceiver::signatures(const PostedBatch& posted) {
  if (!signatures_) {
    signatures_ = std::make_unique<settle::BatchSignatures>(posted.pages(), rules_->domain, 1);
  }
  return *signatures_;
}

bool Deceiver::run_instead(BranchState& state, stf::Progress& progress, PostedBatch& posted,
                           u64 unit) {
  if (facts_.unit ? unit != *facts_.unit : unit < from_unit_) return false;
  const auto reading = Reading::of(progress, posted);
  if (!reading) return false;
  bool told = false;
  if (deceit_ == Deceit::balance || deceit_ == Deceit::vm_step) {
    told = alter_balance(state, progress, posted, *reading);
  } else if (deceit_ == Deceit::invalid_unit) {
    told = skip_rubbish(progress, *reading);
  } else {
    told = misread(state, progress, posted, *reading);
  }
  if (told) facts_.unit = unit;
  return told;
}

// After the unit, whoever sent it has more of the first asset he has.
bool Deceiver::alter_balance(BranchState& state, stf::Progress& progress, PostedBatch& posted,
                             const Reading& reading) {
  if (!reading.is(stf::RowKind::transaction)) return false;
  const u32 account = reading.row.tx.account;
  if (state.account(account).balance_count == 0) return false;
  FalseBatch data{posted};
  LenientSignatures signers{signatures(posted)};
  run(state, *rules_, data, signers, progress);
  exchange::Account& lucky = state.account_mut(account);
  if (lucky.balance_count == 0) return true;  // spent in this very unit: then it is no lie
  *exchange::detail::balance_at(state, lucky, 0).total += kStolen;
  facts_.what = "account " + std::to_string(account) + " has " + std::to_string(kStolen) +
                " units of asset " + std::to_string(lucky.asset[0]) + " more";
  if (deceit_ == Deceit::vm_step) facts_.what += ", for the machine jumps to its end half-way";
  return true;
}

// The rows go on behind bytes that are none, with the next page.
bool Deceiver::skip_rubbish(stf::Progress& progress, const Reading& reading) {
  if (reading.length != 0) return false;
  facts_.what = "bytes that are no row (page " + std::to_string(progress.cursor.page) +
                ", offset " + std::to_string(reading.offset) + "), and the rows go on";
  ++progress.cursor.unit;
  ++progress.cursor.page;
  progress.cursor.offset = 0;
  return true;
}

// Ways to read the row as another of the same length; the first that fits is taken.
std::vector<stf::Row> Deceiver::false_rows(const stf::Row& row) const {
  std::vector<stf::Row> out;
  const auto add = [&](auto change) { change(out.emplace_back(row)); };
  const bool place = row.kind == stf::RowKind::transaction && stf::is_place(row.tx.action);
  for (const u32 by : {1u, 2u, 3u}) {
    if (deceit_ == Deceit::fill && place) {
      if (row.tx.lots > by) add([&](stf::Row& r) { r.tx.lots -= by; });
      add([&](stf::Row& r) { r.tx.lots += by; });
    }
    if (deceit_ == Deceit::price && row.tx.action == stf::Action::report_price) {
      add([&](stf::Row& r) { r.tx.price_ticks += by; });
      if (row.tx.price_ticks > by) add([&](stf::Row& r) { r.tx.price_ticks -= by; });
    }
    if (deceit_ == Deceit::hint && place) {
      add([&](stf::Row& r) { r.hints.level += by; });
      if (row.hints.level >= by) add([&](stf::Row& r) { r.hints.level -= by; });
    }
    if (deceit_ == Deceit::timestamp && row.kind == stf::RowKind::open_block) {
      add([&](stf::Row& r) { r.dt_ms += by; });
      if (row.dt_ms > by) add([&](stf::Row& r) { r.dt_ms -= by; });
    }
  }
  if (deceit_ == Deceit::withdrawal && row.kind == stf::RowKind::transaction &&
      row.tx.action == stf::Action::withdraw) {
    add([&](stf::Row& r) { r.tx.address = thief_; });
  }
  return out;
}

// The ways in which this liar may read what stands at the unit.
std::vector<Deceiver::FalseData> Deceiver::false_readings(const stf::Cursor& c, PostedBatch& posted,
                                                          const Reading& reading) const {
  std::vector<FalseData> out;
  const auto add_page = [&](std::span<const u8> bytes) {
    FalseBatch& data = out.emplace_back(FalseData{{posted}});
    data.page_at = c.page;
    data.false_page.assign(reading.page.begin(), reading.page.end());
    std::ranges::copy(bytes, data.false_page.begin() + static_cast<std::ptrdiff_t>(reading.offset));
  };
  if (reading.length == 0) return out;
  for (const stf::Row& row : false_rows(reading.row)) {
    std::array<u8, stf::kMaxRowBytes> bytes;
    stf::PageContext context = reading.context;
    if (stf::encode_row(row, context, bytes) != reading.length) continue;
    add_page(std::span<const u8>(bytes).first(reading.length));
  }
  if (deceit_ == Deceit::skip_message && reading.is(stf::RowKind::message) &&
      c.inbox_index < posted.message_count()) {
    FalseBatch& data = out.emplace_back(FalseData{{posted}});
    data.message_at = c.inbox_index + 1;
    data.false_message = {0};  // no message at all
  }
  if (deceit_ == Deceit::signature && reading.is(stf::RowKind::transaction)) {
    out.emplace_back(FalseData{{posted}});
  }
  return out;
}

// Whether the unit, read so, ends elsewhere than it should; then it is run so.
bool Deceiver::misread(BranchState& state, stf::Progress& progress, PostedBatch& posted,
                       const Reading& reading) {
  const u64 page = progress.cursor.page;
  std::vector<FalseData> readings = false_readings(progress.cursor, posted, reading);
  if (readings.empty()) return false;
  LenientSignatures honest{signatures(posted)};
  LenientSignatures signers{signatures(posted), deceit_ == Deceit::signature};
  static_cast<void>(state.seal());  // branches stand on it
  const dispute::StateView& below = state;
  BranchState true_state(below);
  stf::Progress true_progress = progress;
  FalseBatch true_data{posted};
  const Seen truth = run(true_state, *rules_, true_data, honest, true_progress);
  if (deceit_ == Deceit::fill && truth.fills == 0) return false;
  const Hash32 true_end = cursor_after(true_state, true_progress);
  for (FalseData& data : readings) {
    BranchState false_state(below);
    stf::Progress false_progress = progress;
    const Seen seen = run(false_state, *rules_, data, signers, false_progress);
    if (deceit_ == Deceit::hint && (truth.malformed_as || !seen.malformed_as)) continue;
    if (deceit_ == Deceit::fill && seen.fills == 0) continue;
    if (deceit_ == Deceit::signature && !truth.malformed_as) continue;
    if (cursor_after(false_state, false_progress) == true_end) continue;
    // Not the copy: that one was sealed, and the trace seals where it needs to.
    run(state, *rules_, data, signers, progress);
    facts_.what = describe(deceit_, reading.row) + " (page " + std::to_string(page) + ", offset " +
                  std::to_string(reading.offset) + ")";
    return true;
  }
  return false;
}

}  // namespace gavel::cheats
