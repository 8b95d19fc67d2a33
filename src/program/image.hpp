// The fault proof program's image: its ELF as built with this program, its root, and other images
// by their root.
//
// What: image_elf() is the file that the RV32 build has linked (src/guest), carried inside the
// program; ImageStore finds images by root, this one and those kept in a folder. Why: a batch is
// judged by the image that its configuration names, which after an upgrade is not the one built
// here. Invariant: an image that the store gives has the root that was asked for; a file that
// claims it and has another is as good as none.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace gavel::program {

// The bytes live as long as the program.
std::span<const u8> image_elf();

// The memory root of image_elf(): what Config::image_root must be where disputes are to be won.
const Hash32& image_root();

// The compilers and libraries that the image was built with, one a line.
std::string_view image_tools();

enum class ImageError : u8 { not_an_image, cannot_write };

// The memory root of an ELF file's segments.
base::Result<Hash32, ImageError> root_of_image(std::span<const u8> elf);

class ImageStore {
 public:
  // `directory` holds files ROOT.elf, with the root in lower-case hex; empty: only the own image.
  explicit ImageStore(std::string directory) : directory_(std::move(directory)) {}

  // Empty if there is none. The bytes live as long as the store.
  std::span<const u8> find(const Hash32& root);

  // Keeps an image for later. Returns its root.
  base::Result<Hash32, ImageError> keep(std::span<const u8> elf);

 private:
  std::string path_of(const Hash32& root) const;

  std::string directory_;
  std::map<Hash32, std::vector<u8>> loaded_;
};

}  // namespace gavel::program
