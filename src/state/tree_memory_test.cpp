// The memory table of docs/protocol/state.md against the code and against its limit.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>

#include "state/tree_levels.hpp"
#include "state/tree_pending.hpp"
#include "state/undo_overlay.hpp"

namespace gavel::state {
namespace {

struct Row {
  double bytes_each = 0;
  double count = 0;
  double mib = 0;
};

struct MemoryTable {
  std::map<std::string, Row> rows;
  double total_mib = 0;
};

double number(std::string text) {
  std::erase(text, ',');
  std::erase(text, '*');
  return text.find_first_of("0123456789") == std::string::npos ? 0 : std::stod(text);
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

MemoryTable read_table() {
  std::ifstream file(GAVEL_SOURCE_DIR "/docs/protocol/state.md");
  MemoryTable out;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## Memory";
    if (!inside || !line.starts_with("| ")) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 1; at < line.size();) {
      const std::size_t end = line.find('|', at);
      if (end == std::string::npos) break;
      cells.push_back(trimmed(line.substr(at, end - at)));
      at = end + 1;
    }
    if (cells.size() != 4 || cells[0] == "what" || cells[0].starts_with("---")) continue;
    if (cells[0] == "**total**") {
      out.total_mib = number(cells[3]);
    } else {
      out.rows[cells[0]] = {number(cells[1]), number(cells[2]), number(cells[3])};
    }
  }
  return out;
}

TEST(MemoryTable, EveryRowIsItsProductAndTheTotalTheirSum) {
  const MemoryTable table = read_table();
  ASSERT_GE(table.rows.size(), 12u);
  double sum = 0;
  for (const auto& [name, row] : table.rows) {
    EXPECT_NEAR(row.mib, row.bytes_each * row.count / 1048576, 0.06) << name;
    sum += row.mib;
  }
  EXPECT_NEAR(table.total_mib, sum, 0.01 * static_cast<double>(table.rows.size()));
  EXPECT_LE(table.total_mib, 16.0 * 1024);
}

TEST(MemoryTable, ItsFiguresAreThoseOfTheCode) {
  const MemoryTable table = read_table();
  const auto each = [&](const std::string& start) {
    const auto row = table.rows.lower_bound(start);
    return row != table.rows.end() && row->first.starts_with(start) ? row->second.bytes_each : 0;
  };
  EXPECT_EQ(each("tree: leaf"), static_cast<double>(TableLevels::bytes_for(1 << 20)) / (1 << 20));
  EXPECT_EQ(each("tree: SIGNER"), static_cast<double>(TableLevels::bytes_for(1 << 20)) / (1 << 20));
  EXPECT_EQ(each("tree: sorting"), TreePlan::kBytesPerEntry);
  EXPECT_EQ(each("batch in progress: index"), PendingWrites::kSlotBytes);
  EXPECT_EQ(each("an old root held open, one full batch back: leaves"), UndoOverlay::kBytesPerLeaf);
  EXPECT_EQ(each("an old root held open: nodes"), UndoOverlay::kBytesPerNode);
}

// What the kernel really backs, for a table that is in use to a fifth of its capacity.
u64 resident_bytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Rss:")) return std::stoull(line.substr(4)) * 1024;
  }
  return 0;
}

TEST(MemoryTable, ATableTakesMemoryByUseNotByCapacity) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have memory of their own";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "sanitizers have memory of their own";
#endif
#endif
  constexpr u64 kLeaves = 500'000;
  const u64 before = resident_bytes();
  TableLevels levels(1 << 27);
  levels.grow(kLeaves);
  for (u64 i = 0; i < kLeaves; ++i) levels.leaves()[i].bytes[0] = 1;
  const u64 used = resident_bytes() - before;
  // Each of the 27 arrays may end inside a 2 MiB page, and the small ones share their pages.
  EXPECT_LE(used, TableLevels::bytes_for(kLeaves) + (u64{28} << 21));
}

}  // namespace
}  // namespace gavel::state
