#include "dispute/game_feed.hpp"

#include <algorithm>

#include "l1/abi.hpp"
#include "l1/event_reader.hpp"

namespace gavel::dispute {

namespace {

const Bytes32& forfeited_topic() {
  static const Bytes32 kTopic = l1::event_topic("Forfeited(bytes32,address,uint256)");
  return kTopic;
}

const Bytes32& credited_topic() {
  static const Bytes32 kTopic = l1::event_topic("Credited(bytes32,uint256,address)");
  return kTopic;
}

}  // namespace

GameFeed::GameFeed(l1::Rpc& rpc, GameFeedConfig config)
    : rpc_(rpc),
      config_(std::move(config)),
      follower_(rpc, {.start_block = config_.deployment_block}) {
  read_to_ = config_.deployment_block == 0 ? 0 : config_.deployment_block - 1;
}

const FeedGame* GameFeed::game_of(const Hash32& parent) const {
  const auto found = games_.find(parent);
  return found == games_.end() ? nullptr : &found->second;
}

bool GameFeed::forfeited(const Hash32& batch_claim) const {
  return std::ranges::any_of(forfeited_, [&](const auto& f) { return f.second == batch_claim; });
}

u32 GameFeed::lanes_of(const Hash32& batch_claim) const {
  u32 lanes = 0;
  for (const Credit& c : credits_) {
    if (c.claim == batch_claim) lanes |= u32{1} << c.lane;
  }
  return lanes;
}

l1::Result<bool> GameFeed::poll() {
  const l1::ChainUpdate chain = GAVEL_TRY(follower_.poll());
  if (!chain.removed.empty() && chain.removed.back().number <= read_to_) {
    drop_from(chain.removed.back().number);
    read_to_ = chain.removed.back().number - 1;
    ++reorgs_;
  }
  const auto tip = follower_.tip();
  if (!tip) return false;
  std::vector<l1::BlockHeader> fresh;
  for (const l1::BlockHeader& header : follower_.headers()) {
    if (header.number > read_to_ && header.number + config_.confirmations <= tip->number + 1) {
      fresh.push_back(header);
    }
  }
  if (fresh.empty()) return chain.caught_up;
  if (fresh.front().number != read_to_ + 1) {
    return l1::make_error(l1::ErrorKind::kReorgTooDeep,
                          "L1 block " + std::to_string(read_to_ + 1) +
                              " is no longer remembered and was not read: start again");
  }
  std::span<const l1::BlockHeader> part(fresh);
  while (true) {
    const auto done = read(part);
    if (done.ok()) break;
    drop_from(part.front().number);
    // Anyone may make a game say much: what is too much at once is read in parts.
    if (done.error().kind != l1::ErrorKind::kOutOfRange || part.size() == 1) return done.error();
    part = part.first(part.size() / 2);
  }
  read_to_ = part.back().number;
  return chain.caught_up && part.size() == fresh.size();
}

l1::Result<void> GameFeed::read(std::span<const l1::BlockHeader> headers) {
  l1::LogFilter filter;
  filter.addresses = {config_.factory, config_.registry};
  filter.topics = {{game_created_topic(), forfeited_topic(), credited_topic()}};
  for (const l1::Log& log : GAVEL_TRY(l1::read_logs(rpc_, headers, filter, config_.reader))) {
    if (log.address == config_.registry) {
      take_registry(log);
      continue;
    }
    const auto created = decode_game_created(log);
    if (!created) continue;
    FeedGame game;
    game.l1_block = log.block_number;
    game.created = *created;
    game.view = std::make_unique<GameView>(config_.shape, created->image, created->first);
    games_.insert_or_assign(created->parent, std::move(game));
  }
  return read_games(headers);
}

// A game's logs are not older than its creation, so one range is read for both.
l1::Result<void> GameFeed::read_games(std::span<const l1::BlockHeader> headers) {
  std::map<Address, FeedGame*> by_address;
  l1::LogFilter filter;
  for (auto& [parent, game] : games_) {
    by_address[game.created.game] = &game;
    filter.addresses.push_back(game.created.game);
  }
  if (by_address.empty()) return {};
  filter.topics = {game_topics()};
  for (const l1::Log& log : GAVEL_TRY(l1::read_logs(rpc_, headers, filter, config_.reader))) {
    FeedGame& game = *by_address.at(log.address);
    auto event = decode_game_event(log);
    if (!event) {
      game.broken = true;
      continue;
    }
    apply(game, *event);
    game.events.emplace_back(log.block_number, std::move(*event));
  }
  return {};
}

void GameFeed::take_registry(const l1::Log& log) {
  if (log.topics.size() < 2) return;
  if (log.topics[0] == forfeited_topic()) {
    forfeited_.emplace_back(log.block_number, log.topics[1]);
    return;
  }
  const auto lane = l1::AbiDecoder(log.data).uint32(0);
  if (lane.ok() && *lane < 2) credits_.push_back({log.block_number, log.topics[1], *lane});
}

void GameFeed::apply(FeedGame& game, const GameEvent& event) {
  if (!game.broken) game.broken = !game.view->apply(event);
}

void GameFeed::drop_from(u64 l1_block) {
  std::erase_if(games_, [&](const auto& g) { return g.second.l1_block >= l1_block; });
  std::erase_if(forfeited_, [&](const auto& f) { return f.first >= l1_block; });
  std::erase_if(credits_, [&](const Credit& c) { return c.l1_block >= l1_block; });
  for (auto& [parent, game] : games_) {
    if (game.events.empty() || game.events.back().first < l1_block) continue;
    while (!game.events.empty() && game.events.back().first >= l1_block) game.events.pop_back();
    const GameCreated& c = game.created;
    game.view = std::make_unique<GameView>(config_.shape, c.image, c.first);
    game.broken = false;
    for (const auto& [block, event] : game.events) apply(game, event);
  }
}

}  // namespace gavel::dispute
