// Tapes: recorded order flow as a stream of events, in the columns of two families of files.
//
// What: TapeSource yields events in file order; open_tape reads them from a file (plain, .gz, .xz,
// .zst) in one of the forms
//   normalised   a header line naming the columns, in any order: a time (ts_ns, exch_ms, ... the
//   unit is the name's ending),
//                event, order_id, side (B, S), price..., qty... or size...; further columns are
//                ignored
//   LOBSTER      message files without a header: seconds.fraction, type 1..7, order id, size,
//   price, direction (1, -1)
// told apart by the first line. Events by letter: A add, D delete, R reduced by qty, M qty is now
// the remaining size, I immediate-or-cancel with its own side and limit, E execution of the named
// resting order, H execution of a hidden order, C auction cross, T halt or resumption. LOBSTER's
// types 1 2 3 4 5 6 7 are A R D E H C T. Invariant: an event that is returned has a known kind, a
// side, order id, and, where its kind needs them, a positive price and size; anything else is an
// error that names line and column. Memory does not grow with the file. Source: lobsterdata.com,
// "Data Structure"; the columns are those of the normalised files.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/types.hpp"
#include "exchange/objects.hpp"
#include "replay/tape_error.hpp"

namespace gavel::replay {

using exchange::Side;

enum class TapeFormat : u8 {
  lobster,  // executions (E) are the truth; their aggressors have no row
  orders,   // aggressors are rows (I)
};

enum class TapeKind : u8 { add, remove, reduce, remaining, ioc, execution, hidden, cross, halt };
inline constexpr u32 kTapeKindCount = 9;

struct TapeEvent {
  u64 ts_ns = 0;  // as the tape counts: since midnight or since 1970
  u64 order_id = 0;
  u64 price = 0;  // in the tape's own unit
  u64 qty = 0;    // in the tape's own unit
  u64 line = 0;
  TapeKind kind = TapeKind::add;
  Side side = Side::bid;  // of the resting order; of the aggressor for ioc

  friend bool operator==(const TapeEvent&, const TapeEvent&) = default;
};

class TapeSource {
 public:
  virtual ~TapeSource() = default;
  // False at the end.
  [[nodiscard]] virtual TapeResult<bool> next(TapeEvent& out) = 0;
};

// A tape is read twice (tape_survey.hpp), so it is passed around as a way to open it.
using TapeOpener = std::function<TapeResult<std::unique_ptr<TapeSource>>()>;

[[nodiscard]] TapeResult<std::unique_ptr<TapeSource>> open_tape(const std::string& path,
                                                                TapeFormat format);
[[nodiscard]] TapeOpener tape_file(std::string path, TapeFormat format);
// The same over bytes in memory.
[[nodiscard]] TapeResult<std::unique_ptr<TapeSource>> tape_from_bytes(std::string_view bytes,
                                                                      TapeFormat format);

// "lobster" and "orders"; false for any other text.
[[nodiscard]] bool parse_format(std::string_view text, TapeFormat& out);

}  // namespace gavel::replay
