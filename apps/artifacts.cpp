#include "artifacts.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdlib>
#include <filesystem>

#include "key_file.hpp"

namespace gavel::apps {

namespace {

namespace fs = std::filesystem;

bool has_contracts(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "contracts" / "foundry.toml", ignored);
}

}  // namespace

AppResult<FoundPath> project_root() {
  if (const char* root = std::getenv("GAVEL_ROOT"); root != nullptr && has_contracts(root))
    return FoundPath{root};
  std::error_code ignored;
  for (fs::path at : {fs::read_symlink("/proc/self/exe", ignored), fs::current_path(ignored)}) {
    for (; at.has_relative_path(); at = at.parent_path()) {
      if (has_contracts(at)) return FoundPath{at.string()};
    }
  }
  return std::string(
      "cannot find the project's folder with contracts/; run this as ./gavel, or set GAVEL_ROOT");
}

AppResult<FoundPath> tool_path(const std::string& root, const char* variable, const char* name) {
  if (const char* path = std::getenv(variable); path != nullptr && fs::exists(path))
    return FoundPath{path};
  const std::string installed =
      fmt::format("{}/node_modules/@foundry-rs/{}-linux-amd64/bin/{}", root, name, name);
  if (fs::exists(installed)) return FoundPath{installed};
  return fmt::format("{} is not installed; run ./gavel setup", name);
}

AppResult<l1::Bytes> creation_code(const std::string& root, const std::string& file,
                                   const std::string& contract) {
  const std::string path = fmt::format("{}/contracts/out/{}.sol/{}.json", root, file, contract);
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  if (parser.load(path).get(json) != simdjson::SUCCESS) {
    return fmt::format("{} is missing: the contracts are not compiled; run ./gavel build", path);
  }
  std::string_view text;
  if (json.at_pointer("/bytecode/object").get(text) != simdjson::SUCCESS || text.size() < 4) {
    return fmt::format("{} holds no creation code; run ./gavel build", path);
  }
  l1::Bytes code((text.size() - 2) / 2);
  if (!parse_hex(text, code))
    return fmt::format("the creation code in {} is not plain hexadecimal", path);
  return code;
}

}  // namespace gavel::apps
