#include "da/batch_store.hpp"

#include <gtest/gtest.h>

#include "io/fake_disk.hpp"

namespace gavel::da {
namespace {

constexpr const char* kPages = "b/000000000007.batch";
constexpr const char* kRoot = "b/000000000007.root";

struct Stored {
  Stored() {
    EXPECT_TRUE(store.prepare().ok());
    end.batch = 7;
    end.block_number = 70;
    end.units = 5;
    end.prev_hash.bytes.fill(3);
    pages.starts = {0, 40};
    pages.bytes.assign(100, 9);
    root.bytes.fill(0xaa);
    EXPECT_TRUE(store.put(end, pages).ok());
    EXPECT_TRUE(store.put_root(7, root).ok());
  }
  std::vector<u8> content(const char* path) { return *io::read_file(disk, path, 1 << 20); }
  void overwrite(const char* path, const std::vector<u8>& bytes) {
    EXPECT_TRUE(io::write_file_atomically(disk, path, bytes).ok());
  }

  io::FakeDisk disk;
  BatchStore store{disk, "b"};
  BatchEnd end;
  PageStream pages;
  Hash32 root;
};

TEST(BatchStore, GivesWhatWasPut) {
  Stored stored;
  const auto got = stored.store.get(7);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->end, stored.end);
  EXPECT_EQ(got->pages.bytes, stored.pages.bytes);
  EXPECT_EQ(got->pages.starts, stored.pages.starts);
  EXPECT_EQ(stored.store.get_end(7).value(), stored.end);
  EXPECT_EQ(stored.store.get_root(7).value(), stored.root);
  EXPECT_EQ(stored.store.get(8).error(), BatchStoreError::kMissing);
  EXPECT_EQ(stored.store.get_root(8).error(), BatchStoreError::kMissing);
  EXPECT_EQ(stored.store.list().value(), std::vector<u64>{7});
  EXPECT_EQ(stored.store.file_of(7), kPages);
}

// Pages would be posted and a root would be claimed: neither is given with a bit that differs.
TEST(BatchStore, NoDamagedByteIsGiven) {
  Stored stored;
  for (const char* path : {kPages, kRoot}) {
    const std::vector<u8> good = stored.content(path);
    const auto error = [&] {
      return path == kPages ? stored.store.get(7).error() : stored.store.get_root(7).error();
    };
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::vector<u8> bad = good;
      bad[at] ^= static_cast<u8>(1u << at % 8);
      stored.overwrite(path, bad);
      EXPECT_EQ(error(), BatchStoreError::kCorrupt) << path << " " << at;
      bad = good;
      bad.resize(at);
      stored.overwrite(path, bad);
      EXPECT_EQ(error(), BatchStoreError::kCorrupt) << path << " " << at;
    }
    stored.overwrite(path, good);
  }
  EXPECT_TRUE(stored.store.get(7).ok());
  EXPECT_TRUE(stored.store.get_root(7).ok());
}

// A file under the name of another batch is not that batch.
TEST(BatchStore, AFileOfAnotherBatchIsDamage) {
  Stored stored;
  stored.overwrite("b/000000000008.batch", stored.content(kPages));
  stored.overwrite("b/000000000008.root", stored.content(kRoot));
  EXPECT_EQ(stored.store.get(8).error(), BatchStoreError::kCorrupt);
  EXPECT_EQ(stored.store.get_root(8).error(), BatchStoreError::kCorrupt);
}

TEST(BatchStore, ForgetsWhatLiesBelow) {
  Stored stored;
  stored.end.batch = 8;
  ASSERT_TRUE(stored.store.put(stored.end, stored.pages).ok());
  ASSERT_TRUE(stored.store.remove_below(8).ok());
  EXPECT_EQ(stored.store.list().value(), std::vector<u64>{8});
  EXPECT_EQ(stored.disk.list("b").value(), std::vector<std::string>{"000000000008.batch"});
}

}  // namespace
}  // namespace gavel::da
