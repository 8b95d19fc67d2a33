// The images of the fault proof program whose rules this program has: the one that it carries, and
// those that its user vouches for (a build of the same rules by other compilers has another root).
#pragma once

#include <vector>

#include "l1_link.hpp"

namespace gavel::apps {

// The own image first. `same_rules`: roots as hexadecimal text.
[[nodiscard]] AppResult<std::vector<Hash32>> known_images(
    const std::vector<std::string>& same_rules);

}  // namespace gavel::apps
