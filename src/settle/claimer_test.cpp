#include "settle/claimer.hpp"

#include <gtest/gtest.h>

#include "da/page_writer.hpp"

namespace gavel::settle {
namespace {

const Hash32 kConfig{{7}};

// A sealed batch of two pages, and the words that L1 fixes if it has these.
struct Sealed {
  Sealed() {
    batch.pages.bytes = {1, 2, 3, 1, 5};
    batch.pages.starts = {0, 3};
    posted.data_len = 2;
    posted.data_commitment = stf::data_commitment(0, root(), 2);
    posted.config_hash = kConfig;
  }
  Hash32 root() const { return da::data_root(da::split_pages(batch.pages)); }

  da::StoredBatch batch;
  stf::Posted posted;
};

TEST(FixedAsSealed, TheDataAndConfigurationOfTheNode) {
  Sealed s;
  EXPECT_TRUE(fixed_as_sealed(s.posted, s.batch, kConfig));
  s.posted.data_commitment = stf::data_commitment(4, s.root(), 2);
  EXPECT_TRUE(fixed_as_sealed(s.posted, s.batch, kConfig));
}

TEST(FixedAsSealed, NotByAStrangerWithoutRows) {
  Sealed s;
  s.posted.data_len = 0;
  s.posted.data_commitment = stf::data_commitment(0, tree::kEmptySubtree[18], 0);
  EXPECT_FALSE(fixed_as_sealed(s.posted, s.batch, kConfig));
}

TEST(FixedAsSealed, NotBehindAnotherPostersPages) {
  Sealed s;
  s.batch.pages.bytes[1] = 9;
  EXPECT_FALSE(fixed_as_sealed(s.posted, s.batch, kConfig));
}

TEST(FixedAsSealed, NotUnderAnotherConfiguration) {
  const Sealed s;
  EXPECT_FALSE(fixed_as_sealed(s.posted, s.batch, Hash32{{8}}));
}

TEST(WithinWindows, TheFirstAndTheLastBlockDecide) {
  // Nothing happened for two days; then one block, and another a second later.
  constexpr u64 kParent = 1'700'000'000'000;
  constexpr u64 kFirst = kParent + 172'800'000;
  da::StoredBatch sealed;
  da::PageWriter writer;
  writer.start_batch();
  stf::Row row;
  row.kind = stf::RowKind::open_block;
  row.dt_ms = kFirst - kParent;
  ASSERT_TRUE(writer.add(row, sealed.pages));
  sealed.end.timestamp_ms = kFirst + 1'000;
  stf::Config config;
  config.past_window_ms = 86'400'000;
  config.future_window_ms = 60'000;
  const auto at = [&](u64 l1_time_ms) {
    stf::Posted posted;
    posted.l1_time_ms = l1_time_ms;
    return within_windows(posted, config, kParent, sealed);
  };
  EXPECT_TRUE(at(kFirst + 5'000));
  EXPECT_TRUE(at(kFirst + 86'400'000));
  EXPECT_FALSE(at(kFirst + 86'400'001));
  EXPECT_TRUE(at(kFirst + 1'000 - 60'000));
  EXPECT_FALSE(at(kFirst + 999 - 60'000));
}

}  // namespace
}  // namespace gavel::settle
