// The worked examples of docs/protocol/perpetuals.md, test/vectors/perpetuals.json: numbers made by
// hand from the text, which model and product both have to give.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <fstream>
#include <sstream>

#include "model/twin.hpp"

namespace gavel::model {
namespace {

using Json = simdjson::dom::element;

constexpr u64 kStartMs = 1'699'999'200'000;  // an hour's start
constexpr u32 kMarket = 1;
constexpr u32 kAsset = 1;
constexpr u32 kAccounts = 9;
constexpr u64 kFunds = 1'000'000'000;

// A number, or one in decimal text.
Wide number(Json json) {
  if (json.is_string()) return std::stoull(std::string(std::string_view(json)));
  return json.is_uint64() ? Wide(u64(json)) : Wide(i64(json));
}
Wide number(Json object, const char* key, Wide otherwise = 0) {
  Json found;
  return object[key].get(found) == simdjson::SUCCESS ? number(found) : otherwise;
}
template <class T>
T field(Json object, const char* key) {
  return narrow<T>(number(object, key));
}
std::string text(Json object, const char* key) {
  std::string_view found;
  return object[key].get(found) == simdjson::SUCCESS ? std::string(found) : std::string();
}

class Scenario {
 public:
  explicit Scenario(Json json) : twin_(config()) {
    twin_.open(kStartMs - 1'000);
    Packer asset;
    asset.add(kAsset).add(Address{{1}}).add(u8{18}).add(u8{8}).add(Text16{'A'});
    message(128, asset.bytes());
    for (u32 n = 1; n <= kAccounts; ++n) {
      message(1, Packer().add(kAsset).add(kFunds).add(owner_of(n)).add(u32{0}).bytes());
    }
    found(json);
    twin_.open(kStartMs);
    for (const auto& [account, amount] : simdjson::dom::object(json["margin"])) {
      Request r;
      r.action = Do::margin;
      r.account = static_cast<u32>(std::stoul(std::string(account)));
      r.amount = narrow<u64>(number(amount));
      transaction(r);
    }
  }

  void run(Json step) {
    Json wanted;
    if (step["expect"].get(wanted) == simdjson::SUCCESS) return expect(wanted);
    const u64 at = kStartMs + field<u64>(step, "at");
    if (at != twin_.now_ms()) twin_.open(at);
    const std::string what = text(step, "do");
    const Bytes receipt = what == "forced_close" ? forced_close(field<u32>(step, "by"))
                          : what == "status"     ? set_status(field<u8>(step, "status"))
                                                 : transaction(request(step));
    ASSERT_GE(receipt.size(), 39u);
    Unpacker in(receipt);
    EXPECT_EQ(in.take<u8>(), field<u8>(step, "result"));
    in.take<u8>();
    EXPECT_EQ(in.take<u32>(), field<u32>(step, "by"));
    const u64 order_id = in.take<u64>();
    if (what == "liquidate") EXPECT_EQ(order_id, field<u64>(step, "order_id"));
    EXPECT_EQ(in.take<u64>(), field<u64>(step, "filled"));
    EXPECT_EQ(in.take<u64>(), field<u64>(step, "resting"));
    const u64 value = in.take<u64>();
    EXPECT_EQ(value, field<u64>(step, "value"));
    check_events(step, in);
    twin_.check_invariants();
    twin_.compare_objects();
    EXPECT_EQ(twin_.difference(), "");
  }

 private:
  static stf::Config config() {
    stf::Config c;
    c.capacity = state::HotCapacity::small().objects;
    return c;
  }

  static Address owner_of(u32 account) { return {{9, static_cast<u8>(account)}}; }
  Bytes send(u8 kind, const Bytes& body, const Address& sender) {
    Packer p;
    p.add(kind).add(u64{twin_.messages().size() + 1}).add(sender).add(u64{0}).add(u64{0});
    for (const u8 byte : body) p.add(byte);
    return twin_.message(p.bytes());
  }
  void message(u8 kind, const Bytes& body) { ASSERT_EQ(send(kind, body, {})[0], 0); }
  Bytes forced_close(u32 account) {
    return send(4, Packer().add(account).add(kMarket).bytes(), owner_of(account));
  }
  Bytes set_status(u8 status) { return send(130, Packer().add(kMarket).add(status).bytes(), {}); }
  Bytes transaction(Request r) {
    r.nonce = twin_.now_ms() + ++nonces_;
    return twin_.transaction(write_request(r));
  }

  // The market, and the oracles: account 5 alone unless told.
  void found(Json json) {
    const Json m = json["market"];
    Packer p;
    p.add(kAsset).add(field<u64>(m, "quote_per_tick_lot")).add(field<u32>(m, "maker_fee_ppm"));
    p.add(field<u32>(m, "taker_fee_ppm"));
    for (const char* key : {"min_lots", "max_lots", "impact_lots", "max_position_lots"}) {
      p.add(field<u64>(m, key));
    }
    for (const char* key :
         {"max_price_ticks", "oracle_max_age_ms", "band_ppm", "liquidation_fee_ppm"}) {
      p.add(field<u32>(m, key));
    }
    const simdjson::dom::array tiers = m["tiers"];
    p.add(static_cast<u8>(tiers.size()));
    for (u32 i = 0; i < 4; ++i) {
      const bool used = i < tiers.size();
      p.add(used ? narrow<u64>(number(tiers.at(i).at(0))) : u64{0});
      p.add(used ? narrow<u32>(number(tiers.at(i).at(1))) : u32{0});
    }
    message(132, p.add(Text16{'P'}).bytes());

    std::vector<u32> members{5};
    simdjson::dom::array listed;
    if (json["oracles"].get(listed) == simdjson::SUCCESS) {
      members.clear();
      for (const Json member : listed) members.push_back(narrow<u32>(number(member)));
    }
    Packer set;
    set.add(narrow<u8>(number(json, "quorum", 1))).add(static_cast<u8>(members.size()));
    for (u32 i = 0; i < 16; ++i) set.add(i < members.size() ? members[i] : 0);
    message(133, set.bytes());
    message(131, Packer().add(kAccounts).bytes());  // fees go to the last account
  }

  Request request(Json step) {
    const std::string what = text(step, "do");
    Request r;
    r.account = field<u32>(step, "by");
    r.market = kMarket;
    r.amount = field<u64>(step, "amount");
    r.price = field<u32>(step, "price");
    r.lots = field<u64>(step, "lots");
    r.to = field<u32>(step, "target");
    if (what == "buy" || what == "sell") {
      bool reduce_only = false;
      if (step["reduce_only"].get(reduce_only) != simdjson::SUCCESS) reduce_only = false;
      r.action = reduce_only ? Do::place_reduce_only : Do::place;
      r.side = what == "buy" ? kBid : kAsk;
      r.type = text(step, "type") == "ioc" ? kIoc : kGtc;
    } else if (what == "report") {
      r.action = Do::report_price;
      r.time_ms = twin_.now_ms();
    } else if (what == "liquidate") {
      r.action = Do::liquidate;
    } else if (what == "cancel_all") {
      r.action = Do::cancel_all;
    } else if (what == "sweep") {
      r.action = Do::sweep_fees;
    } else {
      r.action = Do::margin;
      r.kind = what == "deposit" ? 0 : what == "withdraw" ? 1 : 2;
      EXPECT_TRUE(r.kind < 2 || what == "insure") << what;
    }
    return r;
  }

  // Each: kind, maker's account, price, lots. Without a list they are not looked at.
  void check_events(Json step, Unpacker& in) {
    simdjson::dom::array wanted;
    if (step["events"].get(wanted) != simdjson::SUCCESS) return;
    ASSERT_EQ(in.take<u8>(), wanted.size());
    for (const Json event : wanted) {
      EXPECT_EQ(in.take<u8>(), narrow<u8>(number(event.at(0))));
      in.take<u64>();
      EXPECT_EQ(in.take<u32>(), narrow<u32>(number(event.at(1))));
      EXPECT_EQ(in.take<u32>(), narrow<u32>(number(event.at(2))));
      EXPECT_EQ(in.take<u64>(), narrow<u64>(number(event.at(3))));
    }
  }

  using Fields = std::map<std::string, Wide>;
  static void expect_fields(Json wanted, const Fields& fields) {
    for (const auto& [key, value] : simdjson::dom::object(wanted)) {
      const std::string name(key);
      ASSERT_TRUE(fields.contains(name)) << name;
      EXPECT_EQ(static_cast<i64>(fields.at(name)), static_cast<i64>(number(value))) << name;
    }
  }

  void expect(Json wanted) {
    const Model& model = twin_.model();
    const Market& m = model.markets().at(kMarket);
    for (const auto& [key, value] : simdjson::dom::object(wanted)) {
      if (key == "market") {
        expect_fields(value, {{"index_price", m.index_price},
                              {"index_time_ms", m.index_time_ms},
                              {"mark_price", m.mark_price},
                              {"last_price", m.last_price},
                              {"basis_ema", m.basis_ema},
                              {"premium_sum", m.premium_sum},
                              {"premium_count", m.premium_count},
                              {"paid_long", m.paid_index[0]},
                              {"paid_short", m.paid_index[1]},
                              {"open_interest", m.open_interest},
                              {"fees_quote", m.fees_quote},
                              {"pool", m.pool}});
      } else if (key == "accounts") {
        for (const auto& [account, fields] : simdjson::dom::object(value)) {
          expect_account(static_cast<u32>(std::stoul(std::string(account))), fields);
        }
      } else {
        ASSERT_TRUE(key == "insurance" || key == "vault") << key;
        const u64 has = key == "vault" ? model.global().vault : model.global().insurance;
        EXPECT_EQ(Wide(has), number(value)) << key;
      }
    }
  }
  void expect_account(u32 index, Json wanted) {
    const Account& a = twin_.model().accounts().at(index);
    const auto entry = a.positions.find(kMarket);
    const Position p = entry == a.positions.end() ? Position{} : entry->second;
    expect_fields(wanted, {{"collateral", a.collateral},
                           {"size", p.size},
                           {"entry_quote", p.entry_quote},
                           {"paid_index", p.paid_index},
                           {"open_bid", p.open_lots[kBid]},
                           {"open_ask", p.open_lots[kAsk]}});
  }

  Twin twin_;
  u64 nonces_ = 0;
};

TEST(PerpetualVectors, ModelAndProductGiveTheNumbers) {
  simdjson::dom::parser parser;
  const Json file = parser.load(GAVEL_SOURCE_DIR "/test/vectors/perpetuals.json");
  u32 scenarios = 0;
  for (const Json json : simdjson::dom::array(file["scenarios"])) {
    Scenario scenario(json);
    u32 number_of_step = 0;
    for (const Json step : simdjson::dom::array(json["steps"])) {
      SCOPED_TRACE(text(json, "name") + ", step " + std::to_string(++number_of_step));
      scenario.run(step);
      ASSERT_FALSE(testing::Test::HasFatalFailure());
    }
    ++scenarios;
  }
  EXPECT_EQ(scenarios, 19u);
}

}  // namespace
}  // namespace gavel::model
