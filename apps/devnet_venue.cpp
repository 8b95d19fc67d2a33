#include "devnet_venue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "command.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

constexpr auto kInboxPatience = std::chrono::minutes(3);
// What the exchange holds of an asset stays below 2^63 units.
constexpr u64 kMostUnits = u64{1} << 62;
constexpr u64 kImpactLots = 100;
// A tape played at its own pace may have minutes without a price.
constexpr u32 kOracleMaxAgeMs = 120'000;

}  // namespace

replay::ReplayResult<u32> DevnetVenue::open_market(const replay::MarketRequest& request) {
  OpenMarket market{request.symbol, {}, {}, request.perpetual.has_value()};
  if (request.perpetual) {
    GAVEL_TRY(make_perpetual(market, *request.perpetual));
  } else {
    GAVEL_TRY(make_spot(market));
  }
  markets_.push_back(std::move(market));
  return net_.markets();
}

// Each market is at the node what it was made as.
AppResult<void> DevnetVenue::check_markets() {
  u32 index = net_.markets() - static_cast<u32>(markets_.size());
  for (const OpenMarket& market : markets_) {
    const auto seen = node_.client().json(fmt::format("/v1/market?index={}", ++index));
    if (!seen.ok()) return "the node does not know the new market: " + seen.error();
    if (text_at(*seen, "/symbol") == market.symbol.substr(0, 16)) continue;
    return fmt::format("market {} is {} at the node, not {}", index, text_at(*seen, "/symbol"),
                       market.symbol);
  }
  return {};
}

AppResult<void> DevnetVenue::make_spot(OpenMarket& market) {
  const std::string base = market.symbol.substr(0, market.symbol.find('-'));
  market.base = GAVEL_TRY(net_.add_token(base));
  market.quote = GAVEL_TRY(net_.add_token(base + ".USD"));
  const MarketSpec spec{.symbol = market.symbol,
                        .base = market.base.asset,
                        .quote = market.quote.asset,
                        .base_per_lot = 1,
                        .quote_per_tick_lot = 1,
                        .maker_fee_ppm = maker_fee_ppm_,
                        .taker_fee_ppm = taker_fee_ppm_};
  return net_.create_markets(std::span(&spec, 1));
}

AppResult<void> DevnetVenue::make_perpetual(OpenMarket& market,
                                            const replay::PerpetualRequest& request) {
  if (!collateral_) {
    for (const DevnetToken& token : net_.tokens()) {
      if (token.symbol == "USD") collateral_ = token;
    }
  }
  if (!collateral_) collateral_ = GAVEL_TRY(net_.add_token("USD"));
  market.quote = *collateral_;
  // The rules' own bounds: a position at the highest price is worth at most 2^52 units.
  const u64 price = std::min(request.max_price_ticks, u64{1} << 31);
  const u64 most = std::min((u64{1} << 52) / price, (u64{1} << 40) - 1);
  if (request.max_position_lots > most) {
    return fmt::format("an account of {} may need {} lots, more than a position may have",
                       market.symbol, request.max_position_lots);
  }
  return net_.create_perpetual({.symbol = market.symbol,
                                .quote = market.quote.asset,
                                .maker_fee_ppm = maker_fee_ppm_,
                                .taker_fee_ppm = taker_fee_ppm_,
                                .impact_lots = kImpactLots,
                                .max_position_lots = most,
                                .max_price_ticks = static_cast<u32>(price),
                                .oracle_max_age_ms = kOracleMaxAgeMs});
}

replay::ReplayResult<std::vector<u32>> DevnetVenue::open_oracles(std::span<const Address> owners,
                                                                 u32 quorum) {
  std::vector<Devnet::Deposit> deposits;
  for (const Address& owner : owners) deposits.push_back({owner, 0, 1});
  GAVEL_TRY(net_.deposit(*collateral_, deposits));
  GAVEL_TRY(wait_for_inbox());
  std::vector<u32> indexes(owners.size());
  GAVEL_TRY(find_accounts(owners, indexes));
  std::vector<u32> ascending = indexes;
  std::sort(ascending.begin(), ascending.end());
  GAVEL_TRY(net_.set_oracle_set(quorum, ascending));
  oracles_ = indexes;
  return indexes;
}

replay::ReplayResult<replay::MarketFigures> DevnetVenue::figures(u32 market) {
  replay::MarketFigures out;
  const auto answer = GAVEL_TRY(node_.client().json(fmt::format("/v1/market?index={}", market)));
  simdjson::dom::element perpetual;
  if (answer.at_pointer("/perpetual").get(perpetual) != simdjson::SUCCESS) return out;
  for (const char* name : {"index_price", "mark_price", "open_interest"}) {
    const auto value = number_at(perpetual, std::string("/") + name);
    if (value) out.emplace_back(name, std::to_string(*value));
  }
  out.emplace_back("funding_samples",
                   std::to_string(number_at(perpetual, "/funding/samples").value_or(0)));
  out.emplace_back("funding_next_micro_a_lot", text_at(perpetual, "/funding/next_micro_a_lot"));
  return out;
}

// Until the node has executed every message that L1 has now.
AppResult<void> DevnetVenue::wait_for_inbox() {
  const u64 count = GAVEL_TRY(net_.message_count());
  const auto until = std::chrono::steady_clock::now() + kInboxPatience;
  while (std::chrono::steady_clock::now() < until) {
    const auto status = GAVEL_TRY(node_.client().json("/v1/status"));
    if (number_at(status, "/inbox_index").value_or(0) >= count) return {};
    if (interrupted()) return std::string("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return fmt::format("the node has not executed the inbox's {} messages in time", count);
}

replay::ReplayResult<std::vector<u32>> DevnetVenue::open_accounts(
    std::span<const replay::Funding> funding) {
  std::vector<u32> indexes(funding.size());
  const u32 first_market = net_.markets() + 1 - static_cast<u32>(markets_.size());
  for (u32 i = 0; i < markets_.size(); ++i)
    GAVEL_TRY(fund(first_market + i, funding, indexes, false));
  GAVEL_TRY(wait_for_inbox());
  GAVEL_TRY(check_markets());
  std::vector<Address> owners;
  for (const replay::Funding& f : funding) owners.push_back(f.owner);
  GAVEL_TRY(find_accounts(owners, indexes));
  for (u32 i = 0; i < markets_.size(); ++i)
    GAVEL_TRY(fund(first_market + i, funding, indexes, true));
  GAVEL_TRY(wait_for_inbox());
  return indexes;
}

// A base deposit opens the account; the quote then goes to it by index. In a perpetual market the
// collateral is all there is.
AppResult<void> DevnetVenue::fund(u32 market, std::span<const replay::Funding> funding,
                                  std::vector<u32>& indexes, bool quote) {
  const u32 first_market = net_.markets() + 1 - static_cast<u32>(markets_.size());
  const OpenMarket& open = markets_[market - first_market];
  if (open.perpetual && quote) return {};
  std::vector<Devnet::Deposit> deposits;
  u64 total = 0;
  for (std::size_t i = 0; i < funding.size(); ++i) {
    if (funding[i].market != market) continue;
    const u64 units = std::max<u64>(1, open.perpetual ? funding[i].need.collateral
                                       : quote        ? funding[i].need.quote_tick_lots
                                                      : funding[i].need.base_lots);
    if (units > kMostUnits - total) {
      return fmt::format(
          "the accounts of {} would need more than the exchange can hold of one asset; give fewer "
          "messages or a coarser tick and lot",
          open.symbol);
    }
    total += units;
    deposits.push_back({funding[i].owner, quote ? indexes[i] : 0, units});
  }
  deposits_ += deposits.size();
  return net_.deposit(quote || open.perpetual ? open.quote : open.base, deposits);
}

AppResult<void> DevnetVenue::find_accounts(std::span<const Address> owners,
                                           std::vector<u32>& indexes) {
  constexpr u32 kPage = 5'000;
  std::map<std::string, u32, std::less<>> by_owner;
  for (u32 first = 1;; first += kPage) {
    const auto page =
        GAVEL_TRY(node_.client().json(fmt::format("/v1/accounts?first={}&count={}", first, kPage)));
    simdjson::dom::array listed;
    if (page.at_pointer("/owners").get(listed) != simdjson::SUCCESS)
      return std::string("the node lists no accounts");
    u32 index = first;
    for (const simdjson::dom::element owner : listed) {
      std::string_view text;
      if (owner.get(text) == simdjson::SUCCESS) by_owner.emplace(text, index);
      ++index;
    }
    if (index != first + kPage) break;
  }
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const auto found = by_owner.find(hex_of(owners[i]));
    if (found == by_owner.end())
      return std::string("a deposit opened no account: " + hex_of(owners[i]));
    indexes[i] = found->second;
  }
  return {};
}

replay::ReplayResult<std::vector<replay::BookLevel>> DevnetVenue::book(u32 market) {
  const auto answer =
      GAVEL_TRY(node_.client().json(fmt::format("/v1/book?market={}&depth=100000", market)));
  std::vector<replay::BookLevel> levels;
  for (const char* side : {"/bids", "/asks"}) {
    simdjson::dom::array list;
    if (answer.at_pointer(side).get(list) != simdjson::SUCCESS)
      return std::string("the node gives no book");
    for (const simdjson::dom::element level : list) {
      replay::BookLevel out;
      out.side = side[1] == 'b' ? exchange::Side::bid : exchange::Side::ask;
      out.price = number_at(level, "/0").value_or(0);
      out.lots = number_at(level, "/1").value_or(0);
      levels.push_back(out);
    }
  }
  return levels;
}

}  // namespace gavel::apps
