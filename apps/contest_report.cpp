#include "contest_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/json_text.hpp"
#include "command.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

std::string short_hex(std::span<const u8> bytes) { return hex_of(bytes.first(4)); }

// Unit to which a dispute has narrowed: that of the newest dispute of the first level of states
// above it.
u64 unit_of(const dispute::GameView& game, const dispute::ViewDispute& dispute) {
  const dispute::ViewDispute* at = &dispute;
  while (at->key.level > game.shape().run_level) at = game.dispute(at->key.parent);
  if (at->key.level < game.shape().run_level) return at->key.position;
  const dispute::ViewDispute& above = *game.dispute(at->key.parent);
  for (const Hash32& id : above.claims) {
    for (const auto& [k, child] : game.claim(id)->marked) {
      if (child == at->id) return above.key.position + k;
    }
  }
  return above.key.position;
}

}  // namespace

std::string eth(const u128& wei) {
  constexpr u64 kMicro = 1'000'000'000'000;
  const u64 micro = (wei / u128{kMicro}).lo;
  return fmt::format("{}.{:06} ETH", micro / 1'000'000, micro % 1'000'000);
}

ContestWatch::ContestWatch(L1Link& link, dispute::Court court)
    : link_(link),
      court_(std::move(court)),
      claims_(link.rpc(), court_.contracts),
      games_(link.rpc(), {.registry = court_.contracts.registry,
                          .factory = court_.factory,
                          .deployment_block = court_.contracts.deployment_block}) {}

AppResult<std::unique_ptr<ContestWatch>> ContestWatch::start(L1Link& link,
                                                             const Address& registry) {
  auto court = dispute::discover_court(link.rpc(), registry);
  if (!court.ok()) return describe("no court at the registry", court.error());
  return std::unique_ptr<ContestWatch>(new ContestWatch(link, std::move(court).value()));
}

AppResult<void> ContestWatch::catch_up() {
  while (!interrupted()) {
    const auto claims = claims_.poll();
    if (!claims.ok()) return describe("L1 cannot be read", claims.error());
    const auto games = games_.poll();
    if (!games.ok()) return describe("L1 cannot be read", games.error());
    if (claims->caught_up && *games) return {};
  }
  return std::string("interrupted");
}

u64 ContestWatch::confirmed_batches() const {
  return claims_.confirmations().empty() ? 0 : claims_.confirmations().back().batch;
}

u64 ContestWatch::claimed_batches() const {
  u64 out = 0;
  for (const auto& c : claims_.claims()) out = std::max(out, c.batch);
  return out;
}

bool ContestWatch::goes_on_from(const Hash32& claim) const {
  return std::ranges::any_of(claims_.claims(), [&](const auto& c) {
    return c.parent == claim && std::ranges::any_of(claims_.confirmations(), [&](const auto& done) {
             return done.id == c.id;
           });
  });
}

AppResult<std::vector<ContestReport>> ContestWatch::contests() {
  std::vector<ContestReport> out;
  for (const auto& [parent, game] : games_.games()) {
    out.push_back(GAVEL_TRY(report(parent, game)));
  }
  std::ranges::sort(out, {}, &ContestReport::batch);
  return out;
}

AppResult<ContestReport> ContestWatch::report(const Hash32& parent, const dispute::FeedGame& game) {
  const dispute::GameView& view = *game.view;
  ContestReport out;
  out.batch = game.created.batch;
  out.parent = parent;
  out.game = game.created.game;
  out.image = game.created.image;
  out.window_s = court_.window;
  const auto clock = dispute::read_clock(link_.rpc(), out.game);
  if (!clock.ok()) return describe("the game does not answer", clock.error());
  dispute::EarnedTimes times(view, court_.credits, *clock);
  for (const auto& c : claims_.claims()) {
    if (c.parent != parent) continue;
    const auto age = settle::read_claim_time(link_.rpc(), court_.contracts, c.id, c.end_hash,
                                             parent, game.created.parent_end);
    if (!age.ok()) return describe("the registry does not answer", age.error());
    ReportedClaim claim{c.id, c.end_hash, c.claimer, 0, false, games_.forfeited(c.id)};
    claim.confirmed = std::ranges::any_of(claims_.confirmations(),
                                          [&](const auto& done) { return done.id == c.id; });
    const u64 alone = claim.confirmed ? 0 : age->earned_s;
    claim.lanes = games_.lanes_of(c.id);
    claim.earned_s = times.of_batch_claim(c.end_hash, alone, claim.lanes);
    // The registry tells the time that a claim had alone only until it is confirmed.
    const auto& verdict = view.resolved();
    if (verdict && verdict->winner == claim.id) claim.earned_s = verdict->earned;
    out.claims.push_back(claim);
  }
  for (const auto& [id, d] : view.disputes()) {
    ++out.disputes[d.key.level];
    out.stepped |= d.next.has_value();
    const bool deeper = out.deepest == nullptr || d.key.level > out.deepest->key.level ||
                        (d.key.level == out.deepest->key.level && d.opened > out.deepest->opened);
    if (deeper) out.deepest = &d;
  }
  out.unit = unit_of(view, *out.deepest);
  out.resolved = view.resolved();
  u64 line_ends = out.stepped ? 0 : ~u64{0};
  for (const auto& [l1_block, event] : game.events) {
    if (std::holds_alternative<dispute::DisputeStepped>(event)) line_ends = l1_block;
  }
  GAVEL_TRY(count_gas(out, line_ends));
  count_moves(out, view);
  GAVEL_TRY(read_dues(out));
  return out;
}

AppResult<void> ContestWatch::read_dues(ContestReport& report) {
  if (!report.resolved) return {};
  for (ReportedAccount& account : report.accounts) {
    if (account.collected) continue;
    const auto due = dispute::read_due(link_.rpc(), report.game, account.who);
    if (!due.ok()) return describe("the game does not tell what is due", due.error());
    account.due_wei = *due;
  }
  return {};
}

void ContestWatch::count_moves(ContestReport& report, const dispute::GameView& view) const {
  for (ReportedAccount& account : report.accounts) {
    account.bonds_wei = dispute::bonds_in(view, court_.stakes, account.who);
    account.collected = view.collected(account.who);
    for (const auto& [id, claim] : view.claims()) account.lists += claim.poster == account.who;
    for (const auto& [id, d] : view.disputes()) {
      account.opened += d.opener == account.who;
      account.steps += d.next.has_value() && d.stepper == account.who;
    }
  }
}

// Transactions that left a log in the contest: claims on the parent, the game's creation and moves.
AppResult<void> ContestWatch::count_gas(ContestReport& report, u64 line_ends) {
  std::set<Hash32> hashes;
  const auto read = [&](const Address& where, std::vector<std::vector<Bytes32>> topics) {
    const l1::LogFilter filter{.from_block = court_.contracts.deployment_block,
                               .to_block = claims_.read_to(),
                               .addresses = {where},
                               .topics = std::move(topics)};
    const auto logs = link_.rpc().logs(filter);
    if (!logs.ok()) return AppResult<void>(describe("L1's logs are not to be had", logs.error()));
    for (const l1::Log& log : *logs) hashes.insert(log.transaction_hash);
    return AppResult<void>();
  };
  std::vector<Bytes32> claims;
  for (const ReportedClaim& c : report.claims) claims.push_back(c.id);
  const settle::Topics& topics = settle::topics();
  GAVEL_TRY(read(report.game, {}));
  GAVEL_TRY(read(court_.factory, {{dispute::game_created_topic()}, {report.parent}}));
  GAVEL_TRY(read(court_.contracts.registry, {{topics.claimed, topics.confirmed}, claims}));
  std::vector<Hash32> fresh;
  for (const Hash32& h : hashes) {
    if (!receipts_.contains(h)) fresh.push_back(h);
  }
  constexpr std::size_t kMost = 256;
  for (std::size_t at = 0; at < fresh.size(); at += kMost) {
    const auto part = std::span(fresh).subspan(at, std::min(kMost, fresh.size() - at));
    const auto found = link_.rpc().receipts(part);
    if (!found.ok()) return describe("L1's receipts are not to be had", found.error());
    for (const auto& receipt : *found) {
      if (receipt) receipts_.insert_or_assign(receipt->transaction_hash, *receipt);
    }
  }
  for (const Hash32& h : hashes) {
    const auto receipt = receipts_.find(h);
    if (receipt == receipts_.end()) continue;
    const Address& who = receipt->second.from;
    auto account = std::ranges::find(report.accounts, who, &ReportedAccount::who);
    if (account == report.accounts.end()) {
      report.accounts.push_back({.who = who});
      account = report.accounts.end() - 1;
    }
    ++account->transactions;
    account->gas += receipt->second.gas_used;
    account->fees_wei = account->fees_wei +
                        receipt->second.effective_gas_price_wei * u128{receipt->second.gas_used};
    if (receipt->second.block_number > line_ends) continue;
    ++account->line_transactions;
    account->line_gas += receipt->second.gas_used;
  }
  return {};
}

std::string to_json(const std::vector<ContestReport>& contests, const ContestWatch& watch,
                    const CourtTerms& terms) {
  api::JsonText json;
  json.object().key("court");
  put(json, terms);
  json.field("confirmed", watch.confirmed_batches());
  json.field("claimed", watch.claimed_batches()).key("contests").array();
  for (const ContestReport& c : contests) {
    json.object().field("batch", c.batch).field("parent", c.parent).field("game", c.game);
    json.field("image", c.image).field("window_s", c.window_s).key("claims").array();
    for (const ReportedClaim& claim : c.claims) {
      json.object().field("id", claim.id).field("end", claim.end).field("claimer", claim.claimer);
      json.field("earned_s", claim.earned_s).field("confirmed", claim.confirmed);
      json.field("forfeited", claim.forfeited).field("lanes", claim.lanes).end_object();
    }
    json.end_array().key("disputes").array();
    for (const u32 count : c.disputes) json.number(count);
    json.end_array().field("unit", c.unit).field("position", c.deepest->key.position);
    json.field("stepped", c.stepped);
    if (c.resolved) {
      json.field("winner", c.resolved->winner).field("winner_end", c.resolved->end);
      json.field("earned_s", c.resolved->earned).field("resolved_by", c.resolved->by);
    }
    json.key("accounts").array();
    for (const ReportedAccount& a : c.accounts) {
      json.object().field("account", a.who).field("transactions", a.transactions);
      json.field("gas", a.gas).field("line_transactions", a.line_transactions);
      json.field("line_gas", a.line_gas)
          .field("bonds", eth(a.bonds_wei))
          .field("due", eth(a.due_wei))
          .field("collected", a.collected);
      json.end_object();
    }
    json.end_array().end_object();
  }
  return json.end_array().end_object().take();
}

std::string to_text(const ContestReport& c) {
  std::string out = fmt::format("batch {}: {} claims on one parent, window {} s, game {}\n",
                                c.batch, c.claims.size(), c.window_s, hex_of(c.game));
  for (const ReportedClaim& claim : c.claims) {
    const bool won = c.resolved && c.resolved->winner == claim.id;
    out += fmt::format("  claim {}  by {}  earned {:>4} s  {}\n", short_hex(claim.id.bytes),
                       hex_of(claim.claimer), std::min(claim.earned_s, c.window_s),
                       claim.confirmed   ? "CONFIRMED"
                       : won             ? "decided for it"
                       : claim.forfeited ? "lost, its bond is forfeited"
                       : c.resolved      ? "lost"
                                         : "");
    constexpr const char* kProved[] = {"", "  proved by lane 0", "  proved by lane 1",
                                       "  proved by lanes 0 and 1"};
    out.insert(out.size() - 1, kProved[claim.lanes & 3]);
  }
  const dispute::DisputeKey& key = c.deepest->key;
  if (key.level < 4) {
    out += fmt::format("  narrowed to {} units from unit {} on\n", u64{1} << (6 * (4 - key.level)),
                       key.position);
  } else {
    out += fmt::format("  narrowed to unit {}, {} steps from step {} on{}\n", c.unit,
                       u64{1} << (6 * (8 - key.level)), key.position,
                       c.stepped ? ": L1 has judged the step" : "");
  }
  for (const ReportedAccount& a : c.accounts) {
    out += fmt::format("  {}  {:>3} transactions, {:>9} gas, bonds {}{}{}\n", hex_of(a.who),
                       a.transactions, a.gas, eth(a.bonds_wei),
                       a.due_wei.is_zero() ? "" : ", " + eth(a.due_wei) + " due",
                       a.collected ? ", has collected" : "");
  }
  return out;
}

}  // namespace gavel::apps
