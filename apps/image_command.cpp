// gavel image: the fault proof program that this program was built with.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <fstream>

#include "artifacts.hpp"
#include "command.hpp"
#include "key_file.hpp"
#include "program/image.hpp"

namespace gavel::apps {

namespace {

struct Options {
  bool accept = false;
  std::string keep;
  std::string of;
};

// The root and what it was built with, as test/vectors/image.json has them.
std::string vector_text() {
  std::string tools;
  const std::string_view lines = program::image_tools();
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    tools += fmt::format("{}    \"{}\"", tools.empty() ? "" : ",\n", lines.substr(at, end - at));
    at = end + 1;
  }
  return fmt::format("{{\n  \"root\": \"{}\",\n  \"tools\": [\n{}\n  ]\n}}\n",
                     hex_of(program::image_root()), tools);
}

int accept() {
  const auto root = project_root();
  if (!root.ok()) return fail("image", root.error(), kMissing);
  const std::string path = root->path + "/test/vectors/image.json";
  std::ofstream file(path);
  file << vector_text();
  file.close();
  if (!file) return fail("image", "cannot write " + path);
  fmt::print("accepted {} in {}\n", hex_of(program::image_root()), path);
  return kOk;
}

int keep(const std::string& directory, std::span<const u8> elf) {
  const auto kept = program::ImageStore(directory).keep(elf);
  if (!kept.ok()) return fail("image", "cannot write into " + directory);
  fmt::print("{}/{}.elf\n", directory, hex_of(*kept).substr(2));
  return kOk;
}

int run_of(const Options& options) {
  std::ifstream file(options.of, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const std::vector<u8> elf(bytes.begin(), bytes.end());
  const auto root = program::root_of_image(elf);
  if (!root.ok()) return fail("image", options.of + " is no image");
  if (!options.keep.empty()) return keep(options.keep, elf);
  fmt::print("root   {}\nsize   {} bytes as ELF\n", hex_of(*root), elf.size());
  return kOk;
}

int run(const Options& options) {
  if (options.accept) return accept();
  if (!options.of.empty()) return run_of(options);
  if (!options.keep.empty()) return keep(options.keep, program::image_elf());
  fmt::print("root   {}\nsize   {} bytes as ELF\n{}", hex_of(program::image_root()),
             program::image_elf().size(), program::image_tools());
  return kOk;
}

}  // namespace

void add_image_command(CLI::App& app, int& status) {
  CLI::App* image =
      app.add_subcommand("image", "Show the fault proof program's root and what it was built with");
  static Options options;
  image->add_flag("--accept", options.accept,
                  "Commit to it: write test/vectors/image.json, to which a test holds the build");
  image->add_option("--keep", options.keep,
                    "Write the image into this folder under its root, for disputes after upgrades");
  image->add_option("--of", options.of, "The same for the image in this file")
      ->check(CLI::ExistingFile);
  image->callback([&status] { status = run(options); });
}

}  // namespace gavel::apps
