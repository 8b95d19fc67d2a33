#include "dispute/court.hpp"

#include "dispute/game_calls.hpp"

namespace gavel::dispute {

namespace {

using l1::AbiDecoder;
using l1::AbiEncoder;
using l1::selector;

l1::Result<Bytes> ask(l1::Rpc& rpc, const Address& to, Bytes data) {
  l1::Call call;
  call.to = to;
  call.data = std::move(data);
  return rpc.call(call, l1::BlockTag::kLatest);
}

l1::Error bad(std::string_view what) {
  return l1::make_error(l1::ErrorKind::kWrongType, "a bad answer to " + std::string(what));
}

l1::Result<Address> ask_address(l1::Rpc& rpc, const Address& to, std::string_view signature) {
  const Bytes bytes = GAVEL_TRY(ask(rpc, to, AbiEncoder().call(selector(signature))));
  const auto value = AbiDecoder(bytes).address(0);
  if (!value.ok()) return bad(signature);
  return *value;
}

l1::Result<u64> number_of(const Bytes& bytes, u32 slot, std::string_view what) {
  const auto value = AbiDecoder(bytes).uint64(slot);
  if (!value.ok()) return bad(what);
  return *value;
}

l1::Result<u64> ask_number(l1::Rpc& rpc, const Address& to, std::string_view signature) {
  const Bytes bytes = GAVEL_TRY(ask(rpc, to, AbiEncoder().call(selector(signature))));
  return number_of(bytes, 0, signature);
}

l1::Result<Stakes> read_stakes(l1::Rpc& rpc, const Address& game) {
  const Bytes bytes = GAVEL_TRY(ask(rpc, game, AbiEncoder().call(selector("stakes()"))));
  const AbiDecoder in(bytes);
  const auto contest = in.uint128(0);
  const auto claim = in.uint128(1);
  const auto open = in.uint128(2);
  const auto delay = in.uint64(8);
  if (!contest.ok() || !claim.ok() || !open.ok() || !delay.ok()) return bad("stakes()");
  return Stakes{*contest, *claim, *open, *delay};
}

l1::Result<u64> read_credit(l1::Rpc& rpc, const Address& game, u32 lane) {
  const Bytes call = AbiEncoder().uint(u128{lane}).call(selector("lane(uint256)"));
  const Bytes bytes = GAVEL_TRY(ask(rpc, game, call));
  return number_of(bytes, 1, "lane(uint256)");
}

}  // namespace

l1::Result<Court> discover_court(l1::Rpc& rpc, const Address& registry) {
  Court court;
  court.contracts = GAVEL_TRY(settle::discover(rpc, registry));
  court.factory = GAVEL_TRY(ask_address(rpc, registry, "resolver()"));
  if (court.factory.is_zero()) {
    return l1::make_error(l1::ErrorKind::kNotFound,
                          "the registry has no resolver: its contests are decided by nobody");
  }
  court.superchain_config = GAVEL_TRY(ask_address(rpc, registry, "superchainConfig()"));
  court.window = GAVEL_TRY(ask_number(rpc, registry, "window()"));
  const Address game = GAVEL_TRY(ask_address(rpc, court.factory, "implementation()"));
  court.stakes = GAVEL_TRY(read_stakes(rpc, game));
  for (u32 lane = 0; lane < 2; ++lane) {
    court.credits[lane] = GAVEL_TRY(read_credit(rpc, game, lane));
  }
  return court;
}

l1::Result<u64> read_clock(l1::Rpc& rpc, const Address& game) {
  return ask_number(rpc, game, "clock()");
}

l1::Result<bool> read_settling_over(l1::Rpc& rpc, const Court& court, const Hash32& winner,
                                    const Hash32& end) {
  const Bytes at =
      AbiEncoder().word(winner).word(end).call(selector("confirmedAt(bytes32,bytes32)"));
  const Bytes confirmed = GAVEL_TRY(ask(rpc, court.contracts.registry, at));
  const u64 since = GAVEL_TRY(number_of(confirmed, 0, "confirmedAt"));
  if (since == 0) return false;
  const Bytes clock = AbiEncoder().uint(u128{since}).call(selector("unpausedSince(uint64)"));
  const Bytes unpaused = GAVEL_TRY(ask(rpc, court.superchain_config, clock));
  const u64 passed = GAVEL_TRY(number_of(unpaused, 0, "unpausedSince"));
  return passed >= court.stakes.settle_delay_s;
}

l1::Result<u128> read_due(l1::Rpc& rpc, const Address& game, const Address& who) {
  const Bytes bytes =
      GAVEL_TRY(ask(rpc, game, AbiEncoder().address(who).call(selector("dueTo(address)"))));
  const auto bonds = AbiDecoder(bytes).uint128(0);
  const auto refunds = AbiDecoder(bytes).uint128(1);
  if (!bonds.ok() || !refunds.ok()) return bad("dueTo(address)");
  return *bonds + *refunds;
}

l1::Result<LineStake> read_line_stake(l1::Rpc& rpc, const Court& court, const Address& who) {
  const Bytes bytes = GAVEL_TRY(ask(rpc, court.contracts.registry,
                                    AbiEncoder().address(who).call(selector("stakeOf(address)"))));
  const auto bond = AbiDecoder(bytes).uint128(0);
  const auto lines = AbiDecoder(bytes).uint64(1);
  if (!bond.ok() || !lines.ok()) return bad("stakeOf(address)");
  return LineStake{*bond, *lines};
}

}  // namespace gavel::dispute
