#include "vm/elf.hpp"

#include <gtest/gtest.h>

#include "vm/elf_file_test.hpp"
#include "vm/program_test.hpp"

namespace gavel::vm {
namespace {

ElfFile small_file() {
  ElfFile file;
  file.segments.push_back({0x10000, {1, 2, 3, 4, 5, 6, 7, 8}, 100});
  file.segments.push_back({0x20ffe, {9, 9, 9, 9}, 0});
  return file;
}

std::optional<ElfError> refusal(std::span<const u8> file) {
  const auto image = load_elf(file);
  if (image.ok()) return std::nullopt;
  return image.error();
}

TEST(Elf, LoadsSegmentsOverPages) {
  const auto image = load_elf(small_file().bytes());
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->entry, 0x10000u);
  ASSERT_EQ(image->pages.size(), 3u);
  EXPECT_EQ((*image->pages.at(0x10))[7], 8);
  EXPECT_EQ((*image->pages.at(0x10))[8], 0);
  EXPECT_EQ((*image->pages.at(0x20))[0xffe], 9);
  EXPECT_EQ((*image->pages.at(0x21))[1], 9);
}

TEST(Elf, RootIsOfMemoryAlone) {
  ElfFile file = small_file();
  const auto first = load_elf(file.bytes());
  std::swap(file.segments[0], file.segments[1]);
  file.segments.push_back({0x30000, std::vector<u8>(5000, 0), 9});  // zeros change nothing
  file.segments.push_back({0x40000, {}, 0x80000000});
  file.segments.push_back({0x50000, {1, 2}, 0, 0x70000003});  // not loaded
  const auto second = load_elf(file.bytes());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->root, second->root);
  EXPECT_EQ(second->pages.size(), 3u);
  Machine machine;
  machine.load_image(*first);
  EXPECT_EQ(machine.state().memory_root, first->root);
  EXPECT_EQ(machine.state(), first_state(first->root, {}));
}

TEST(Elf, LastByteOfMemory) {
  ElfFile file;
  file.segments.push_back({0xfffffffe, {1, 2}, 0});
  EXPECT_TRUE(load_elf(file.bytes()).ok());
  file.segments[0].more_bytes = 1;
  EXPECT_EQ(refusal(file.bytes()), ElfError::bad_segment);
}

struct BadFile {
  const char* what;
  ElfError error;
  void (*spoil)(ElfFile&);
};

TEST(Elf, NamesWhatIsWrong) {
  const BadFile cases[] = {
      {"64 bits", ElfError::not_riscv32, [](ElfFile& f) { f.bits = 2; }},
      {"big-endian", ElfError::not_riscv32, [](ElfFile& f) { f.order = 2; }},
      {"x86", ElfError::not_riscv32, [](ElfFile& f) { f.machine = 3; }},
      {"object", ElfError::not_executable, [](ElfFile& f) { f.type = 1; }},
      {"position-independent", ElfError::not_executable, [](ElfFile& f) { f.type = 3; }},
      {"compressed", ElfError::compressed, [](ElfFile& f) { f.flags = 1; }},
      {"single float", ElfError::floating_point, [](ElfFile& f) { f.flags = 2; }},
      {"double float", ElfError::floating_point, [](ElfFile& f) { f.flags = 4; }},
      {"dynamic", ElfError::needs_a_loader, [](ElfFile& f) { f.segments[1].type = 2; }},
      {"interpreter", ElfError::needs_a_loader, [](ElfFile& f) { f.segments[1].type = 3; }},
      {"no headers", ElfError::nothing_to_run, [](ElfFile& f) { f.segments.clear(); }},
      {"nothing loaded", ElfError::nothing_to_run,
       [](ElfFile& f) { f.segments = {{0x10000, {1}, 0, 4}}; }},
      {"many headers", ElfError::too_many_headers,
       [](ElfFile& f) {
         for (u32 i = 0; i < 63; ++i) f.segments.push_back({0x100000 + 64 * i, {1}, 0});
       }},
      {"header size", ElfError::bad_segment, [](ElfFile& f) { f.program_header_bytes = 40; }},
      {"outside of the file", ElfError::bad_segment,
       [](ElfFile& f) { f.segments[1].more_file_bytes = 1, f.segments[1].more_bytes = 1; }},
      {"file larger than memory", ElfError::bad_segment,
       [](ElfFile& f) { f.segments[0].more_file_bytes = 1, f.segments[0].more_bytes = 0; }},
      {"overlap", ElfError::overlap, [](ElfFile& f) { f.segments[1].address = 0x10007; }},
      {"overlap with zeros", ElfError::overlap,
       [](ElfFile& f) { f.segments[1].address = 0x10068; }},
      {"entry", ElfError::bad_entry, [](ElfFile& f) { f.entry = 0x10002; }},
  };
  for (const BadFile& c : cases) {
    ElfFile file = small_file();
    c.spoil(file);
    EXPECT_EQ(refusal(file.bytes()), c.error) << c.what;
    EXPECT_STRNE(describe(c.error), "");
  }
  ElfFile adjacent = small_file();
  adjacent.segments[1].address = 0x1006c;
  EXPECT_TRUE(load_elf(adjacent.bytes()).ok());
}

TEST(Elf, EveryCutIsRefused) {
  const std::vector<u8> file = small_file().bytes();
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(load_elf(std::span(file).first(size)).ok()) << size;
  }
  std::vector<u8> other = file;
  other[1] = 'F';
  EXPECT_EQ(refusal(other), ElfError::not_elf);
}

}  // namespace
}  // namespace gavel::vm
