// The fakes and checks that a simulation relies on.
#include <gtest/gtest.h>

#include "sequencer/test_world_test.hpp"
#include "sim/sim_disk.hpp"
#include "sim/sim_net.hpp"
#include "sim/state_check.hpp"

namespace gavel::sim {
namespace {

constexpr std::array<u8, 4> kBytes{1, 2, 3, 4};

u64 size_of(SimDisk& disk, const std::string& path) {
  auto file = disk.open(path, io::OpenMode::kRead);
  return file.ok() ? (*file)->size().value() : ~u64{0};
}

// A file "a" with four synced bytes and four others.
std::unique_ptr<io::File> half_synced(SimDisk& disk) {
  auto file = std::move(disk.open("a", io::OpenMode::kWrite)).value();
  EXPECT_TRUE(file->append(kBytes).ok() && file->sync_data().ok());
  EXPECT_TRUE(disk.sync_directory(".").ok() && file->append(kBytes).ok());
  return file;
}

TEST(SimDisk, ProcessesEndWithoutLosingWhatWasWritten) {
  SimDisk disk(1);
  const auto file = half_synced(disk);
  disk.die(Death::process);
  EXPECT_FALSE(file->append(kBytes).ok());
  EXPECT_FALSE(disk.open("a", io::OpenMode::kRead).ok());
  disk.begin_life();
  EXPECT_FALSE(file->append(kBytes).ok()) << "a file of an earlier life";
  EXPECT_EQ(size_of(disk, "a"), 8u);
}

TEST(SimDisk, PowerEndsAtTheCallThatWasNamed) {
  SimDisk disk(1);
  const auto file = half_synced(disk);
  disk.die_after(2, Death::power);
  EXPECT_TRUE(file->append(kBytes).ok());
  EXPECT_FALSE(file->sync_data().ok());
  EXPECT_TRUE(disk.dead());
  disk.begin_life();
  EXPECT_LE(size_of(disk, "a"), 12u);
  EXPECT_GE(size_of(disk, "a"), 4u);
}

TEST(SimDisk, SurvivorHasWhatWasSyncedAndNoMore) {
  SimDisk disk(1);
  const auto file = half_synced(disk);
  const auto left = disk.fake().survivor();
  EXPECT_EQ(left->used_bytes(), 4u);
  EXPECT_EQ(size_of(disk, "a"), 8u);
}

struct Ends {
  io::SeededRandom random{1};
  std::shared_ptr<SimLink> link = std::make_shared<SimLink>(random, LinkQuality{10, 0, 3, 8});
  std::unique_ptr<sequencer::GatewayWire> wire = link->wire();
  std::vector<u8> got;
  bool ended = false;
  std::array<u8, 64> buffer{};

  void read() {
    wire->read_some(buffer, [this](bool ok, std::size_t count) {
      got.insert(got.end(), buffer.begin(), buffer.begin() + (ok ? count : 0));
      ended |= !ok;
      if (ok) read();
    });
  }
};

TEST(SimLink, BytesArriveInOrderAndInTheirTime) {
  Ends x;
  x.read();
  x.link->send(kBytes, 0);
  x.link->send(kBytes, 0);
  x.link->pump(9);
  EXPECT_TRUE(x.got.empty());
  x.link->pump(10);
  EXPECT_EQ(x.got, (std::vector<u8>{1, 2, 3, 4, 1, 2, 3, 4}));
  x.link->close();
  x.link->pump(11);
  EXPECT_TRUE(x.ended);
}

TEST(SimLink, AClientWhoDoesNotReadMakesTheGatewayWait) {
  Ends x;
  const std::vector<u8> bytes(20, 7);
  u64 written = 0;
  const std::function<void()> write = [&] {
    x.wire->write_some(std::span(bytes).subspan(written), [&](bool ok, std::size_t count) {
      ASSERT_TRUE(ok);
      written += count;
      if (written < bytes.size()) write();
    });
  };
  write();
  x.link->pump(0);
  x.link->pump(100);
  EXPECT_EQ(written, 8u);
  std::vector<u8> out;
  for (u64 now = 200; now < 1'000; now += 100) {
    x.link->receive(out, 64);
    x.link->pump(now);
  }
  EXPECT_EQ(written, 20u);
  EXPECT_EQ(out, bytes);
}

TEST(SimLink, ResetLosesWhatWasOnItsWay) {
  Ends x;
  x.read();
  x.link->send(kBytes, 0);
  x.link->reset();
  x.link->pump(100);
  EXPECT_TRUE(x.got.empty());
  EXPECT_TRUE(x.link->ended());
}

// A state with orders on both sides, an agent and a registered account.
struct Trading {
  sequencer::TestWorld world{4};

  Trading() {
    world.found();
    world.open();
    for (u32 i = 0; i < 12; ++i) {
      stf::Transaction tx = world.transaction(1 + i % 4, stf::Action::place);
      tx.market = 1;
      tx.side = static_cast<u8>(i % 2);
      tx.price_ticks = i % 2 == 0 ? 900 + i : 1'000 + i / 4;
      tx.lots = 5 + i;
      EXPECT_EQ(world.run(tx), sequencer::Refusal::none);
    }
    for (u32 account = 1; account <= 2; ++account) {
      EXPECT_EQ(world.run(world.transaction(account, stf::Action::register_account)),
                sequencer::Refusal::none);
    }
    world.close();
  }
  u32 first_order() { return world.state->peek_account(1).orders_head; }
};

TEST(StateCheck, ASoundStateIsSound) {
  Trading t;
  ASSERT_NE(t.first_order(), 0u);
  EXPECT_EQ(check_state(*t.world.state), std::nullopt);
}

TEST(StateCheck, EachDamageIsFound) {
  const std::pair<const char*, std::function<void(state::HotState&, u32)>> damages[] = {
      {"lots of an order", [](auto& s, u32 o) { s.order_mut(o).lots += 1; }},
      {"link in a level", [](auto& s, u32 o) { s.order_mut(o).level_prev ^= 1; }},
      {"link in an account's list", [](auto& s, u32 o) { s.order_mut(o).account_prev ^= 1; }},
      {"count of open orders", [](auto& s, u32) { s.account_mut(1).open_orders += 1; }},
      {"money from nowhere", [](auto& s, u32) { s.account_mut(2).total[0] += 1; }},
      {"reserved amount", [](auto& s, u32) { s.account_mut(1).reserved[1] += 1; }},
      {"fees", [](auto& s, u32) { s.market_mut(1).fees_quote += 1; }},
      {"sum of a level",
       [](auto& s, u32 o) { s.level_mut(s.peek_order(o).level).total_lots -= 1; }},
      {"price of a level",
       [](auto& s, u32 o) { s.level_mut(s.peek_order(o).level).price_ticks = 1; }},
      {"registered list", [](auto& s, u32) { s.account_mut(1).registered_prev ^= 2; }},
  };
  for (const auto& [name, damage] : damages) {
    Trading t;
    const u32 order = t.first_order();
    t.world.open();
    damage(*t.world.state, order);
    EXPECT_NE(check_state(*t.world.state), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace gavel::sim
