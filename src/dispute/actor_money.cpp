// Actor: what the moves of a round may cost, and in which order they are sent.
#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

#include "base/hex.hpp"
#include "dispute/actor_metrics.hpp"
#include "dispute/actor_rules.hpp"
#include "ops/log.hpp"

namespace gavel::dispute {

namespace {

// For a move whose gas L1 does not estimate now.
constexpr u64 kMuchGas = 1'000'000;
constexpr u64 kGwei = 1'000'000'000;

i64 gwei(const u128& wei) {
  const u64 most = ~u64{0} >> 1;
  return static_cast<i64>(std::min((wei / u128{kGwei}).lo, most));
}

std::string text_of(const Address& address) {
  const auto digits = base::hex_text(address.bytes);
  return "0x" + std::string(digits.begin(), digits.end());
}

// For people: 0 if there is none.
u64 seconds_of(u64 left_s) { return left_s == kNoDeadline ? 0 : left_s; }

}  // namespace

// First what costs no bond, which never waits for money that others need, then by what is left to
// the deadline. Last what has none: money that comes back can wait for a block.
std::vector<std::size_t> Actor::order_of(const std::vector<Due>& due) {
  std::vector<std::size_t> order(due.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) {
    const bool paid = !due[i].payment.bond_wei.is_zero();
    return std::tuple(due[i].left_s == kNoDeadline, paid, due[i].left_s, i);
  });
  return order;
}

void Actor::send_due() {
  std::vector<Due> due = std::exchange(due_, {});
  status_.waiting = status_.left_out = 0;
  if (due.empty() && status_.contests == 0 && status_.bonds_wei.is_zero()) return;
  Budget budget = open_budget();
  const u128 price = due.empty() ? u128{} : gas_price();
  std::vector<Due> waiting;
  std::set<Hash32> left_out;
  for (const std::size_t i : order_of(due)) {
    Due& d = due[i];
    Verdict verdict = budget.ask(d.payment);
    if (verdict == Verdict::pays) {
      d.payment.gas_wei = gas_cost(d.request, price);
      verdict = budget.ask(d.payment);
    }
    switch (verdict) {
      case Verdict::pays:
        budget.pay(d.payment);
        submit(std::move(d));
        break;
      case Verdict::unknown:
        again_ = true;
        break;
      case Verdict::over_limit:
        left_out.insert(d.key);
        tell_left_out(d, budget);
        break;
      case Verdict::no_money:
        waiting.push_back(std::move(d));
        break;
    }
  }
  std::erase_if(left_out_told_, [&](const Hash32& key) { return !left_out.contains(key); });
  status_.left_out = static_cast<u32>(left_out.size());
  tell_waiting(waiting, budget);
}

// From L1, and from what is on its way there.
Budget Actor::open_budget() {
  Budget budget(settings_.max_bonds_wei);
  const auto stake = read_line_stake(rpc_, court_, submitter_.address());
  const auto balance = rpc_.balance(submitter_.address(), l1::BlockTag::kLatest);
  if (stake.ok()) {
    u128 bonds = stake->bond_wei;
    for (const auto& [parent, game] : games_->games()) {
      if (finished_.contains(parent)) continue;
      bonds = bonds + bonds_in(*game.view, court_.stakes, submitter_.address());
    }
    status_.bonds_wei = bonds;
  }
  if (stake.ok() && balance.ok()) {
    status_.balance_wei = *balance;
    budget.open(status_.bonds_wei, *balance);
  } else {
    note("L1 does not tell what the account has: what needs a bond waits");
  }
  for (const auto& [batch, begun] : begun_) budget.keep(begun.parent, begun.rest_wei);
  status_.kept_wei = budget.kept_wei();
  std::erase_if(landed_, [&](const Landed& l) { return l.block <= games_->read_to(); });
  for (const Landed& l : landed_) budget.pay(l.payment, false);
  for (const auto& [id, way] : on_way_) {
    const auto call = submitter_.status(id);
    budget.pay(way.payment, !call || call->state != l1::CallState::kMined);
  }
  return budget;
}

// The highest that the submitter would offer now: L1 wants to see that much.
u128 Actor::gas_price() {
  const auto fees = rpc_.fees();
  if (!fees.ok()) return {};
  const l1::FeeLimits limits{fee_cap_, settings_.submitter.min_priority_fee_wei,
                             settings_.submitter.fee_bump_percent};
  const auto offer = l1::first_offer(*fees, limits);
  return offer ? offer->max_fee_wei : fee_cap_;
}

u128 Actor::gas_cost(const l1::CallRequest& request, u128 price) {
  const l1::Call call{submitter_.address(), request.to, request.value_wei, request.data,
                      std::nullopt};
  const auto estimate = rpc_.estimate_gas(call, l1::BlockTag::kPending);
  const u64 gas = estimate.ok()
                      ? *estimate + *estimate * settings_.submitter.gas_margin_percent / 100
                      : kMuchGas;
  return price * u128{gas};
}

void Actor::submit(Due due) {
  if (settings_.dry_run && !would_send_.insert(due.key).second) return;
  ops::log_info(settings_.role, settings_.dry_run ? "would send" : "sends",
                {{"what", due.label},
                 {"why", due.reason},
                 {"bond", eth_text(due.payment.bond_wei)},
                 {"left_s", seconds_of(due.left_s)}});
  if (settings_.dry_run) return;
  due.request.label = due.label;
  const auto id = submitter_.submit(std::move(due.request));
  if (!id.ok()) return note(id.error().detail);
  on_way_.emplace(*id, OnWay{due.key, std::move(due.label), due.payment});
  ++status_.sent;
}

void Actor::tell_left_out(const Due& due, const Budget& budget) {
  if (!left_out_told_.insert(due.key).second) return;
  ops::log_error(settings_.role, "left out: it passes --max-bonds",
                 {{"what", due.label},
                  {"bond", eth_text(due.payment.bond_wei)},
                  {"rest_of_line", eth_text(due.payment.rest_wei)},
                  {"at_stake", eth_text(budget.at_stake_wei())},
                  {"kept_for_lines", eth_text(budget.kept_wei())},
                  {"limit", eth_text(budget.limit_wei())},
                  {"left_s", seconds_of(due.left_s)}});
}

// Told again when other moves wait, when there is other money, and when half of the time is gone.
void Actor::tell_waiting(const std::vector<Due>& waiting, const Budget& budget) {
  status_.waiting = static_cast<u32>(waiting.size());
  if (waiting.empty()) {
    if (!std::exchange(waiting_told_, {}).empty()) {
      ops::log_warn(settings_.role, "no move waits for money any more",
                    {{"has", eth_text(status_.balance_wei)}});
    }
    return;
  }
  const Due& first = waiting.front();
  status_.needed_wei = budget.needed_wei(first.payment);
  std::string now =
      std::to_string(std::bit_width(first.left_s)) + " " + eth_text(status_.balance_wei);
  for (const Due& d : waiting) now += " " + d.label;
  if (now == waiting_told_) return;
  waiting_told_ = now;
  ops::log_error(settings_.role, "out of funds: moves wait for money",
                 {{"moves", waiting.size()},
                  {"first", first.label},
                  {"bond", eth_text(first.payment.bond_wei)},
                  {"needs", eth_text(status_.needed_wei)},
                  {"has", eth_text(status_.balance_wei)},
                  {"left_s", seconds_of(first.left_s)},
                  {"account", text_of(submitter_.address())}});
}

void Actor::show_metrics() {
  metrics_->contests.set(status_.contests);
  metrics_->unread.set(status_.unread);
  metrics_->behind.set(static_cast<i64>(status_.fixed - std::min(status_.fixed, status_.derived)));
  metrics_->deadline.set(static_cast<i64>(status_.deadline_s));
  metrics_->bonds.set(gwei(status_.bonds_wei));
  metrics_->kept.set(gwei(status_.kept_wei));
  metrics_->balance.set(gwei(status_.balance_wei));
  metrics_->waiting.set(status_.waiting);
  metrics_->needed.set(status_.waiting == 0 ? 0 : gwei(status_.needed_wei));
  metrics_->left_out.set(status_.left_out);
  metrics_->on_way.set(status_.on_way);
  metrics_->lost.set(static_cast<i64>(status_.lost));
}

}  // namespace gavel::dispute
