// A tape as messages: opened, surveyed and translated on the way.
//
// What: TapeStream pulls messages from an opened tape; plan_funding runs a whole tape through a
// translator once to learn what each account must own so that no message is rejected for its
// balance.
#pragma once

#include <vector>

#include "replay/price_path.hpp"
#include "replay/translator.hpp"

namespace gavel::replay {

class TapeStream {
 public:
  TapeStream(std::unique_ptr<TapeSource> tape, TranslatorOptions options, TapeFormat format,
             TapeSurvey survey);

  // Appends at least one message to `out`, or returns false at the end of the tape.
  [[nodiscard]] TapeResult<bool> next(std::vector<Message>& out);
  const Translator& translator() const { return translator_; }

 private:
  std::unique_ptr<TapeSource> tape_;
  Translator translator_;
  bool ended_ = false;
};

// Every purchase and sale of the tape added up, as if nothing came back: enough in any order of
// execution.
struct AccountNeed {
  u64 base_lots = 0;        // to sell
  u64 quote_tick_lots = 0;  // to buy, ticks times lots; saturates
  u64 buy_lots = 0;
  u64 collateral = 0;  // in a perpetual market, instead of the others

  friend bool operator==(const AccountNeed&, const AccountNeed&) = default;
};

struct TapePlan {
  TapeSurvey survey;
  std::vector<AccountNeed> needs;  // by account slot
  u64 messages = 0;
  // In ticks: the middle of the book that the tape makes, the first of each second.
  std::vector<PricePoint> middles;
};

// Reads the tape twice. Errors are the tape's.
[[nodiscard]] TapeResult<TapePlan> plan_tape(const TapeOpener& open, TapeFormat format,
                                             const TranslatorOptions& options,
                                             TapeScale fixed = {});

// Every message of a tape at once, for benchmarks; at most max_messages.
[[nodiscard]] TapeResult<std::vector<Message>> load_messages(const TapeOpener& open,
                                                             TapeFormat format,
                                                             const TranslatorOptions& options,
                                                             u64 max_messages,
                                                             TapeScale fixed = {});

}  // namespace gavel::replay
