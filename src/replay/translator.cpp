#include "replay/translator.hpp"

#include <algorithm>

namespace gavel::replay {
namespace {

u64 mix(u64 x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

bool has_account(const std::vector<Fill>& fills, u32 account) {
  return std::any_of(fills.begin(), fills.end(),
                     [account](const Fill& fill) { return fill.account == account; });
}

}  // namespace

Translator::Translator(TranslatorOptions options, TapeFormat format, TapeSurvey survey)
    : options_(options),
      synthesise_(format == TapeFormat::lobster && !survey.has_ioc),
      reports_fills_(survey.has_remaining),
      forgive_unknown_(format == TapeFormat::orders),
      scale_(survey.scale),
      older_(std::move(survey.older)) {
  GAVEL_CHECK(options_.accounts > 0 && options_.max_fills > 0);
}

void Translator::take(const TapeEvent& event, std::vector<Message>& out) {
  if (group_open_ && !extends_group(event)) close_group(out);
  last_ = event;
  switch (event.kind) {
    case TapeKind::add:
      add(event, out);
      break;
    case TapeKind::remove:
      remove(event, out);
      break;
    case TapeKind::reduce:
    case TapeKind::remaining:
      shrink(event, out);
      break;
    case TapeKind::ioc:
      group_ = {event, true, {}};
      group_open_ = true;
      break;
    case TapeKind::execution:
      execution(event);
      break;
    case TapeKind::hidden:
      ++counts_.hidden_executions;
      break;
    case TapeKind::cross:
      ++counts_.auction_crosses;
      break;
    case TapeKind::halt:
      ++counts_.halts;
      break;
  }
}

void Translator::finish(std::vector<Message>& out) {
  if (group_open_) close_group(out);
}

void Translator::add(const TapeEvent& event, std::vector<Message>& out) {
  if (event.order_id > highest_id_) {
    highest_id_ = event.order_id;
    place_older(event.order_id, out);
  }
  if (tape_.contains(event.order_id) || book_.find(event.order_id) != nullptr) {
    if (older_placed_.contains(event.order_id))
      ++counts_.older_rows_absorbed;
    else
      ++counts_.duplicate_adds;
    return;
  }
  place(event, MessageKind::place, event.price / scale_.tick, event.qty / scale_.lot, nullptr, out);
}

void Translator::place_older(u64 below_id, std::vector<Message>& out) {
  for (; next_older_ < older_.size() && older_[next_older_].id < below_id; ++next_older_) {
    const OlderOrder& older = older_[next_older_];
    const u64 price = older.price / scale_.tick;
    const u64 lots = older.qty / scale_.lot;
    const bool known = tape_.contains(older.id) || book_.find(older.id) != nullptr;
    if (known || lots == 0 || older_passed_.contains(older.id) ||
        book_.crosses(older.side, price)) {
      ++counts_.older_dropped;
      continue;
    }
    TapeEvent event = last_;
    event.kind = TapeKind::add;
    event.order_id = older.id;
    event.side = older.side;
    place(event, MessageKind::place, price, lots, nullptr, out);
    older_placed_.insert(older.id);
    ++counts_.older_placed;
  }
}

void Translator::remove(const TapeEvent& event, std::vector<Message>& out) {
  const auto found = tape_.find(event.order_id);
  if (found == tape_.end() && !forgive_unknown_) {
    ++counts_.unknown_orders;
    older_passed_.insert(event.order_id);
    return;
  }
  const u32 account = found == tape_.end() ? account_of(event.order_id) : found->second.account;
  if (found == tape_.end())
    ++counts_.unknown_orders;
  else
    tape_.erase(found);
  if (reports_fills_ && book_.find(event.order_id) == nullptr) {
    ++counts_.informational;
    return;
  }
  cancel(event.order_id, account, event, false, out);
}

void Translator::shrink(const TapeEvent& event, std::vector<Message>& out) {
  const auto found = tape_.find(event.order_id);
  if (found == tape_.end()) {
    ++counts_.unknown_orders;
    older_passed_.insert(event.order_id);
    if (!forgive_unknown_) return;
    // Sent all the same, and rejected: the tape's client believed in its order.
    TapeOrder ghost{event.qty / scale_.lot, event.price / scale_.tick, account_of(event.order_id),
                    event.side};
    if (ghost.lots > 0) reduce(event.order_id, ghost, event, false, out);
    return;
  }
  const u64 lots = event.qty / scale_.lot;
  TapeOrder& order = found->second;
  if (event.kind == TapeKind::remaining)
    order.lots = lots;
  else
    order.lots -= std::min(order.lots, lots);
  const TapeOrder now = order;
  if (now.lots == 0) tape_.erase(found);
  if (event.kind == TapeKind::remaining && book_.remaining(event.order_id) <= now.lots) {
    ++counts_.informational;
  } else if (now.lots == 0) {
    cancel(event.order_id, now.account, event, false, out);
  } else {
    reduce(event.order_id, now, event, false, out);
  }
}

void Translator::execution(const TapeEvent& event) {
  ++counts_.executions;
  if (!group_open_) {
    group_ = {event, false, {}};
    group_open_ = true;
  }
  group_.executions.push_back(event);
}

bool Translator::extends_group(const TapeEvent& event) const {
  if (event.kind == TapeKind::execution) {
    if (group_.has_ioc) return event.side != group_.first.side;
    return event.ts_ns == group_.first.ts_ns && event.side == group_.first.side;
  }
  // A hidden execution between visible ones of the same aggressor.
  return synthesise_ && event.kind == TapeKind::hidden && event.ts_ns == group_.first.ts_ns;
}

std::shared_ptr<ExecutionGroup> Translator::make_group(Side aggressor,
                                                       std::vector<u64>& lots_before) {
  auto group = std::make_shared<ExecutionGroup>();
  for (const TapeEvent& event : group_.executions) {
    ExecutionGroup::Row row{event.line, event.order_id, event.price / scale_.tick,
                            event.qty / scale_.lot, ExecutionVerdict::matched};
    if (!tape_.contains(event.order_id)) {
      row.predicted = ExecutionVerdict::older_than_window;
      older_passed_.insert(event.order_id);
      ++counts_.unknown_orders;
      if (synthesise_) {
        lost_.push_back(row);
        continue;
      }
    }
    const NaiveBook::Resting* resting = book_.find(event.order_id);
    lots_before.push_back(resting != nullptr && resting->side != aggressor ? resting->lots : 0);
    group->rows.push_back(row);
  }
  return group;
}

void Translator::close_group(std::vector<Message>& out) {
  group_open_ = false;
  TapeEvent aggressor = group_.first;
  if (!group_.has_ioc) {
    aggressor.side = exchange::opposite(aggressor.side);
    aggressor.order_id = aggressor.line;
  }
  std::vector<u64> lots_before;
  const auto group = make_group(aggressor.side, lots_before);
  u64 price = aggressor.price / scale_.tick;
  u64 lots = group_.has_ioc ? aggressor.qty / scale_.lot : 0;
  if (!group_.has_ioc && synthesise_ && !group->rows.empty()) {
    price = group->rows.front().price;
    for (const auto& row : group->rows) {
      lots += row.lots;
      price = aggressor.side == Side::bid ? std::max(price, row.price) : std::min(price, row.price);
    }
  }
  const std::size_t first = out.size();
  if (lots > 0)
    place(aggressor, MessageKind::ioc, price, lots, group->rows.empty() ? nullptr : group, out);
  std::vector<Fill> fills;
  for (std::size_t i = first; i < out.size(); ++i) {
    fills.insert(fills.end(), out[i].fills.begin(), out[i].fills.end());
  }
  predict_verdicts(*group, aggressor.side, fills, lots_before);
  if (lots == 0) lost_.insert(lost_.end(), group->rows.begin(), group->rows.end());
  for (const TapeEvent& event : group_.executions) {
    const auto found = tape_.find(event.order_id);
    if (found == tape_.end()) continue;
    found->second.lots -= std::min(found->second.lots, event.qty / scale_.lot);
  }
  for (const TapeEvent& event : group_.executions) settle(event.order_id, out);
}

void Translator::settle(u64 order_id, std::vector<Message>& out) {
  const auto found = tape_.find(order_id);
  if (found == tape_.end()) return;
  const TapeOrder order = found->second;
  if (order.lots == 0) tape_.erase(found);
  if (!options_.settle || book_.remaining(order_id) <= order.lots) return;
  ++counts_.settled;
  if (order.lots == 0)
    cancel(order_id, order.account, group_.first, true, out);
  else
    reduce(order_id, order, group_.first, true, out);
}

Message Translator::message(MessageKind kind, const TapeEvent& event, u32 account) const {
  Message m;
  m.ts_ns = event.ts_ns;
  m.line = event.line;
  m.order_id = event.order_id;
  m.kind = kind;
  m.account = account;
  m.side = event.side;
  return m;
}

void Translator::place(const TapeEvent& event, MessageKind kind, u64 price, u64 lots,
                       const std::shared_ptr<ExecutionGroup>& group, std::vector<Message>& out) {
  const u64 tape_lots = lots;
  for (bool last = false; !last;) {
    book_.preview(event.side, price, lots, options_.max_fills, preview_);
    u64 traded = 0;
    for (const Fill& fill : preview_) traded += fill.lots;
    last = preview_.size() < options_.max_fills || traded == lots;
    const u32 account = account_for(event.order_id, preview_);
    Message m = message(last ? kind : MessageKind::ioc, event, account);
    m.price = price;
    m.lots = last ? lots : traded;
    m.group = group;
    if (group != nullptr) ++group->messages_left;
    const bool rests = m.kind == MessageKind::place;
    book_.place(event.order_id, account, event.side, price, m.lots,
                rests ? NaiveBook::Rest::yes : NaiveBook::Rest::no, options_.max_fills, m.fills);
    if (rests) tape_[event.order_id] = {tape_lots, price, account, event.side};
    if (!last) ++counts_.split_parts;
    lots -= std::min(lots, m.lots);
    out.push_back(std::move(m));
    ++counts_.messages;
  }
}

void Translator::cancel(u64 order_id, u32 account, const TapeEvent& event, bool settles,
                        std::vector<Message>& out) {
  Message m = message(MessageKind::cancel, event, account);
  m.order_id = order_id;
  m.settles = settles;
  m.accepted = book_.cancel(order_id);
  out.push_back(std::move(m));
  ++counts_.messages;
}

void Translator::reduce(u64 order_id, const TapeOrder& order, const TapeEvent& event, bool settles,
                        std::vector<Message>& out) {
  Message m = message(MessageKind::reduce, event, order.account);
  m.order_id = order_id;
  m.settles = settles;
  m.side = order.side;
  m.price = order.price;
  const u64 resting = book_.remaining(order_id);
  m.lots = resting == 0 ? order.lots : std::min(order.lots, resting);
  m.accepted = book_.reduce(order_id, m.lots);
  out.push_back(std::move(m));
  ++counts_.messages;
}

u32 Translator::account_of(u64 number) const {
  return static_cast<u32>(mix(number ^ mix(options_.seed)) % options_.accounts);
}

u32 Translator::account_for(u64 number, const std::vector<Fill>& fills) {
  const u32 first = account_of(number);
  u32 account = first;
  for (u32 tries = 0; tries < options_.accounts && has_account(fills, account); ++tries) {
    account = (account + 1) % options_.accounts;
  }
  if (account != first) ++counts_.self_trades_avoided;
  return account;
}

}  // namespace gavel::replay
