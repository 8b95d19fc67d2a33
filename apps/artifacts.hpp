// Artifacts: the contracts' creation codes as forge left them (contracts/out/NAME.sol/NAME.json).
#pragma once

#include "l1_link.hpp"

namespace gavel::apps {

// The project's folder: GAVEL_ROOT, or the nearest one above the program or the working folder that
// has contracts/.
struct FoundPath {
  std::string path;
};
[[nodiscard]] AppResult<FoundPath> project_root();

// `file` without ".sol"; usually the contract's own name.
[[nodiscard]] AppResult<l1::Bytes> creation_code(const std::string& root, const std::string& file,
                                                 const std::string& contract);

// A tool that the script names in the environment (GAVEL_ANVIL), or the one that npm installed.
[[nodiscard]] AppResult<FoundPath> tool_path(const std::string& root, const char* variable,
                                             const char* name);

}  // namespace gavel::apps
