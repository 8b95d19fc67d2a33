#include "da/batch_configs.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "crypto/keccak.hpp"
#include "io/fake_disk.hpp"

namespace gavel::da {
namespace {

// Words that no two numbers share; also ones that decoding would cut.
ConfigWords words(u8 number) {
  ConfigWords out{};
  out[31] = 1;
  out[32 * 11 + 31] = number;
  return out;
}

BatchConfigs configs(const std::vector<std::pair<u64, u8>>& starts) {
  BatchConfigs out(words(starts.front().second));
  for (const auto& [start, number] : starts) out.set(start, words(number));
  return out;
}

TEST(BatchConfigs, ABatchHasTheLastThatStartsAtOrBeforeIt) {
  const BatchConfigs c = configs({{0, 70}, {4, 200}, {9, 3}});
  const std::vector<std::pair<u64, u8>> cases = {{0, 70},  {1, 70}, {3, 70},     {4, 200},
                                                 {8, 200}, {9, 3},  {~u64{0}, 3}};
  for (const auto& [batch, number] : cases) {
    EXPECT_EQ(c.of(batch).words, words(number)) << batch;
    EXPECT_EQ(c.of(batch).hash, stf::config_hash(words(number))) << batch;
  }
}

TEST(BatchConfigs, ALaterWordReplacesAllFromItsStartOn) {
  BatchConfigs c = configs({{0, 1}, {4, 2}, {9, 3}});
  c.set(4, words(5));
  EXPECT_EQ(c.entries().size(), 2u);
  EXPECT_EQ(c.of(9).words, words(5));
  c.cut(4);
  EXPECT_EQ(c.of(9).words, words(1));
  c.set(0, words(6));
  EXPECT_EQ(c.entries().size(), 1u);
  EXPECT_EQ(c.of(0).words, words(6));
}

TEST(BatchConfigs, TheFirstBatchThatDiffersIsFound) {
  const BatchConfigs a = configs({{0, 1}, {4, 2}, {9, 3}});
  struct Case {
    std::vector<std::pair<u64, u8>> other;
    u64 last;
    u64 first;
  };
  const std::vector<Case> cases = {
      {{{0, 1}, {4, 2}, {9, 3}}, 99, 0}, {{{0, 1}, {4, 2}}, 8, 0},  {{{0, 1}, {4, 2}}, 9, 9},
      {{{0, 1}, {5, 2}, {9, 3}}, 99, 4}, {{{0, 1}, {3, 2}}, 99, 3}, {{{0, 7}, {4, 2}}, 8, 1},
      {{{0, 7}, {1, 1}, {4, 2}}, 8, 0},  {{{0, 1}, {4, 7}}, 3, 0},  {{{0, 1}, {4, 7}}, 0, 0},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(a.first_difference(configs(c.other), c.last), c.first);
    EXPECT_EQ(configs(c.other).first_difference(a, c.last), c.first);
  }
}

TEST(BatchConfigs, TheFileSaysTheSame) {
  io::FakeDisk disk(1);
  ASSERT_TRUE(disk.make_directory("data").ok());
  const std::string path = "data/configurations";
  EXPECT_EQ(BatchConfigs::load(disk, path).error(), BatchConfigsError::kMissing);
  const BatchConfigs written = configs({{0, 70}, {4, 200}});
  ASSERT_TRUE(written.save(disk, path).ok());
  disk.power_cut();
  const auto read = BatchConfigs::load(disk, path);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->entries().size(), 2u);
  EXPECT_EQ(read->first_difference(written, ~u64{0}), 0u);
  EXPECT_EQ(read->of(4).words, words(200));
}

// Every byte counts, and the file is never a part of one.
TEST(BatchConfigs, ADamagedFileIsNone) {
  io::FakeDisk disk(1);
  ASSERT_TRUE(disk.make_directory("data").ok());
  const std::string path = "data/configurations";
  ASSERT_TRUE(configs({{0, 1}, {4, 2}}).save(disk, path).ok());
  const std::vector<u8> good = io::read_file(disk, path, 1u << 20).value();
  const auto loads = [&](const std::vector<u8>& bytes) {
    EXPECT_TRUE(io::write_file_atomically(disk, path, bytes).ok());
    const auto read = BatchConfigs::load(disk, path);
    return read.ok() || read.error() != BatchConfigsError::kCorrupt;
  };
  EXPECT_TRUE(loads(good));
  for (std::size_t at = 0; at < good.size(); at += 97) {
    std::vector<u8> bad = good;
    bad[at] ^= 1;
    EXPECT_FALSE(loads(bad)) << at;
    EXPECT_FALSE(loads({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at)})) << at;
  }
}

// A checksum is no promise of order.
TEST(BatchConfigs, StartsThatDoNotAscendAreRefused) {
  io::FakeDisk disk(1);
  ASSERT_TRUE(disk.make_directory("data").ok());
  for (const auto& [first, second] : {std::pair<u64, u64>{0, 1}, {1, 2}, {0, 0}}) {
    std::vector<u8> bytes(2 * (8 + stf::kConfigBytes) + 32);
    base::ByteWriter out(bytes);
    out.write_u64_be(first);
    out.write_bytes(words(1));
    out.write_u64_be(second);
    out.write_bytes(words(2));
    out.write_hash(crypto::keccak256(out.written()));
    ASSERT_TRUE(io::write_file_atomically(disk, "data/c", bytes).ok());
    EXPECT_EQ(BatchConfigs::load(disk, "data/c").ok(), second == 1);
  }
}

}  // namespace
}  // namespace gavel::da
