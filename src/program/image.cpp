#include "program/image.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hex.hpp"
#include "vm/elf.hpp"
#include "vm/state.hpp"

namespace gavel::program {

base::Result<Hash32, ImageError> root_of_image(std::span<const u8> elf) {
  const auto image = vm::load_elf(elf);
  // A run begins at the machine's first pc, whatever the file says.
  if (!image.ok() || image->entry != vm::kFirstPc) return ImageError::not_an_image;
  return image->root;
}

const Hash32& image_root() {
  static const Hash32 root = root_of_image(image_elf()).value();
  return root;
}

std::string_view image_tools() { return GAVEL_IMAGE_TOOLS; }

std::string ImageStore::path_of(const Hash32& root) const {
  std::string name(2 * root.bytes.size(), '0');
  base::hex_encode(root.bytes, name);
  return directory_ + "/" + name + ".elf";
}

std::span<const u8> ImageStore::find(const Hash32& root) {
  if (root == image_root()) return image_elf();
  if (const auto known = loaded_.find(root); known != loaded_.end()) return known->second;
  if (directory_.empty()) return {};
  std::ifstream file(path_of(root), std::ios::binary);
  std::vector<u8> elf{std::istreambuf_iterator<char>(file), {}};
  const auto found = root_of_image(elf);
  if (!found.ok() || *found != root) return {};
  return loaded_.emplace(root, std::move(elf)).first->second;
}

base::Result<Hash32, ImageError> ImageStore::keep(std::span<const u8> elf) {
  const Hash32 root = GAVEL_TRY(root_of_image(elf));
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  // Under its name only when it is whole: a reader may look at any moment.
  const std::string path = path_of(root);
  const std::string draft = path + ".new";
  std::ofstream file(draft, std::ios::binary);
  file.write(reinterpret_cast<const char*>(elf.data()), static_cast<std::streamsize>(elf.size()));
  file.close();
  if (!file) return ImageError::cannot_write;
  std::filesystem::rename(draft, path, error);
  if (error) return ImageError::cannot_write;
  return root;
}

}  // namespace gavel::program
