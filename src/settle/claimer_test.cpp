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

}  // namespace
}  // namespace gavel::settle
