#include "replay/tape_stream.hpp"

namespace gavel::replay {
namespace {

u64 saturating_add(u64 a, u64 b) {
  u64 sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~u64{0} : sum;
}
u64 saturating_mul(u64 a, u64 b) {
  u64 product = 0;
  return __builtin_mul_overflow(a, b, &product) ? ~u64{0} : product;
}

void note_middle(const NaiveBook& book, u64 ts_ns, std::vector<PricePoint>& middles) {
  constexpr u64 kSecondNs = 1'000'000'000;
  if (!middles.empty() && middles.back().ts_ns / kSecondNs == ts_ns / kSecondNs) return;
  const auto bid = book.best(Side::bid);
  const auto ask = book.best(Side::ask);
  if (!bid || !ask || middles.size() == kMaxPricePoints) return;
  middles.push_back({ts_ns, *bid + (*ask - *bid) / 2});
}

TapeResult<TapeSurvey> survey_of(const TapeOpener& open, TapeFormat format, TapeScale fixed) {
  const auto tape = GAVEL_TRY(open());
  return survey_tape(*tape, format, fixed);
}

}  // namespace

TapeStream::TapeStream(std::unique_ptr<TapeSource> tape, TranslatorOptions options,
                       TapeFormat format, TapeSurvey survey)
    : tape_(std::move(tape)), translator_(options, format, std::move(survey)) {}

TapeResult<bool> TapeStream::next(std::vector<Message>& out) {
  const std::size_t before = out.size();
  TapeEvent event;
  while (out.size() == before && !ended_) {
    if (GAVEL_TRY(tape_->next(event))) {
      translator_.take(event, out);
    } else {
      translator_.finish(out);
      ended_ = true;
    }
  }
  return out.size() > before;
}

TapeResult<TapePlan> plan_tape(const TapeOpener& open, TapeFormat format,
                               const TranslatorOptions& options, TapeScale fixed) {
  TapePlan plan;
  plan.survey = GAVEL_TRY(survey_of(open, format, fixed));
  plan.needs.resize(options.accounts);
  TapeStream stream(GAVEL_TRY(open()), options, format, plan.survey);
  std::vector<Message> messages;
  while (GAVEL_TRY(stream.next(messages))) {
    for (const Message& m : messages) {
      if (m.kind != MessageKind::place && m.kind != MessageKind::ioc) continue;
      AccountNeed& need = plan.needs[m.account];
      if (m.side == Side::ask)
        need.base_lots = saturating_add(need.base_lots, m.lots);
      else
        need.quote_tick_lots =
            saturating_add(need.quote_tick_lots, saturating_mul(m.price, m.lots));
      if (m.side == Side::bid) need.buy_lots = saturating_add(need.buy_lots, m.lots);
    }
    plan.messages += messages.size();
    note_middle(stream.translator().book(), messages.back().ts_ns, plan.middles);
    messages.clear();
  }
  return plan;
}

TapeResult<std::vector<Message>> load_messages(const TapeOpener& open, TapeFormat format,
                                               const TranslatorOptions& options, u64 max_messages,
                                               TapeScale fixed) {
  TapeStream stream(GAVEL_TRY(open()), options, format, GAVEL_TRY(survey_of(open, format, fixed)));
  std::vector<Message> messages;
  while (messages.size() < max_messages && GAVEL_TRY(stream.next(messages))) {
  }
  if (messages.size() > max_messages) messages.resize(max_messages);
  return messages;
}

}  // namespace gavel::replay
