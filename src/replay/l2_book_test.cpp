#include "replay/l2_book.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace gavel::replay {
namespace {

using Levels = std::vector<BookLevel>;

class TextFile {
 public:
  explicit TextFile(const std::string& text)
      : path_(testing::TempDir() + "gavel_l2_" + std::to_string(::getpid()) + ".csv") {
    std::ofstream(path_) << text;
  }
  ~TextFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string kHeader = "recv_ns,exch_ms,event,side,price_e2,qty_e3,seq\n";

TEST(L2Book, LevelsAfterTheSnapshotApplyWhereverTheyStand) {
  const TextFile file(kHeader +
                      "1,1,L,B,100,9,7\n"   // older than the snapshot: skipped
                      "1,1,L,B,101,4,12\n"  // newer, though before it
                      "1,1,S,B,100,5,10\n1,1,S,S,105,6,10\n"
                      "1,1,T,B,105,2,999\n"
                      "1,1,L,S,105,0,11\n1,1,L,S,106,3,13\n1,1,L,B,100,8,10\n");
  const auto book = read_l2_book(file.path());
  ASSERT_TRUE(book.ok()) << book.error().text();
  EXPECT_EQ(*book, (Levels{{Side::bid, 101, 4}, {Side::bid, 100, 5}, {Side::ask, 106, 3}}));
}

TEST(L2Book, WithoutASnapshotEveryLevelApplies) {
  const TextFile file(kHeader +
                      "1,1,L,B,100,9,7\n1,1,L,B,100,8,8\n1,1,L,S,120,1,9\n1,1,L,S,120,0,9\n");
  EXPECT_EQ(*read_l2_book(file.path()), (Levels{{Side::bid, 100, 8}}));
}

TEST(L2Book, ErrorsNameTheColumn) {
  const TextFile file(kHeader + "1,1,L,B,100,9,7\n1,1,L,Q,100,9,7\n");
  EXPECT_EQ(read_l2_book(file.path()).error().text(),
            file.path() + ":3: column 4 (side): \"Q\" is not valid here");
  EXPECT_EQ(read_l2_book("/nonexistent").error().text(), "/nonexistent: no such file");
}

TEST(L2Book, Compares) {
  const BookComparison c =
      compare_books({{Side::bid, 100, 5}, {Side::bid, 99, 5}, {Side::ask, 101, 1}},
                    {{Side::bid, 100, 5}, {Side::bid, 99, 4}, {Side::ask, 102, 1}});
  EXPECT_EQ(c.expected, 3u);
  EXPECT_EQ(c.equal, 1u);
  EXPECT_EQ(c.extra, 1u);
  EXPECT_FALSE(c.all_equal());
  EXPECT_EQ(c.differences,
            (std::vector<std::string>{"bid 99: 4 instead of 5", "ask 101: 0 instead of 1",
                                      "ask 102: 1 instead of 0"}));
  EXPECT_TRUE(compare_books({{Side::bid, 1, 1}}, {{Side::bid, 1, 1}}).all_equal());
}

}  // namespace
}  // namespace gavel::replay
