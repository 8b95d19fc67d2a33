#include "known_images.hpp"

#include <fmt/format.h>

#include "key_file.hpp"
#include "program/image.hpp"

namespace gavel::apps {

AppResult<std::vector<Hash32>> known_images(const std::vector<std::string>& same_rules) {
  std::vector<Hash32> out = {program::image_root()};
  for (const std::string& text : same_rules) {
    if (!parse_hex(text, out.emplace_back().bytes))
      return fmt::format("{} is no image's root: 64 hexadecimal digits are expected", text);
  }
  return out;
}

}  // namespace gavel::apps
