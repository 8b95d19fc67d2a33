#include "program/image.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>

#include "base/hex.hpp"
#include "vm/elf.hpp"
#include "vm/state.hpp"

namespace gavel::program {
namespace {

std::string hex(const Hash32& hash) {
  std::string out(64, '0');
  base::hex_encode(hash.bytes, out);
  return "0x" + out;
}

// A folder that is gone when the test ends.
struct Folder {
  std::string path = testing::TempDir() + "gavel_images_" + std::to_string(getpid());
  ~Folder() { std::filesystem::remove_all(path); }
};

std::vector<u8> file_bytes(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Image, HasTheCommittedRoot) {
  simdjson::dom::parser parser;
  const simdjson::dom::element committed =
      parser.load(GAVEL_SOURCE_DIR "/test/vectors/image.json").value();
  std::string tools;
  for (const std::string_view line : committed["tools"].get_array().value()) {
    tools += std::string(line) + "\n";
  }
  EXPECT_EQ(hex(image_root()), std::string_view(committed["root"]))
      << "The fault proof program is another one than the committed one.\n"
      << "Built with:\n"
      << image_tools() << "The committed one was built with:\n"
      << tools << "If the rules were meant to change: ./gavel image --accept";
}

TEST(Image, BeginsWhereTheMachineDoes) {
  const auto image = vm::load_elf(image_elf()).value();
  EXPECT_EQ(image.entry, vm::kFirstPc);
  EXPECT_EQ(image.pages.begin()->first, vm::kFirstPc / vm::kPageBytes) << "the stack is below";
}

TEST(Image, AnotherProgramHasAnotherRoot) {
  const auto other = root_of_image(file_bytes(GAVEL_OTHER_IMAGE));
  ASSERT_TRUE(other.ok());
  EXPECT_NE(*other, image_root());
}

TEST(Image, WhatIsNoImageHasNoRoot) {
  EXPECT_FALSE(root_of_image({}).ok());
  std::vector<u8> elf(image_elf().begin(), image_elf().end());
  EXPECT_TRUE(root_of_image(elf).ok());
  elf[24] += 4;  // the entry
  EXPECT_FALSE(root_of_image(elf).ok());
  EXPECT_FALSE(root_of_image(std::span(elf).first(1'000)).ok());
}

TEST(ImageStore, KnowsItsOwnImageWithoutAFolder) {
  ImageStore store("");
  EXPECT_EQ(store.find(image_root()).data(), image_elf().data());
  EXPECT_TRUE(store.find(Hash32{}).empty());
}

TEST(ImageStore, FindsWhatWasKept) {
  const Folder folder;
  const std::vector<u8> other = file_bytes(GAVEL_OTHER_IMAGE);
  const Hash32 root = ImageStore(folder.path).keep(other).value();
  ImageStore store(folder.path);
  EXPECT_TRUE(std::ranges::equal(store.find(root), other));
  EXPECT_TRUE(std::ranges::equal(store.find(root), other)) << "again";
  EXPECT_FALSE(store.find(image_root()).empty());
}

TEST(ImageStore, DoesNotBelieveAFilesName) {
  const Folder folder;
  const Hash32 root = ImageStore(folder.path).keep(file_bytes(GAVEL_OTHER_IMAGE)).value();
  const std::string path = folder.path + "/" + hex(root).substr(2) + ".elf";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(image_elf().data()),
             static_cast<std::streamsize>(image_elf().size()));
  EXPECT_TRUE(ImageStore(folder.path).find(root).empty());
}

TEST(ImageStore, SaysWhenItCannotKeep) {
  ImageStore store("/proc/no_such_folder");
  EXPECT_EQ(store.keep(image_elf()).error(), ImageError::cannot_write);
  EXPECT_EQ(store.keep({}).error(), ImageError::not_an_image);
}

}  // namespace
}  // namespace gavel::program
