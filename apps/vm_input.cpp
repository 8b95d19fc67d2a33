#include "vm_input.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "dispute/witness_bytes.hpp"
#include "key_file.hpp"

namespace gavel::apps {

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<u8>;

// The oracle's length is 32 bits, and a file of another kind may be of any size.
constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;

base::Result<Bytes, std::string> read_file(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return "cannot read " + path.string();
  if (size > kMostBytes) return path.string() + " is longer than 2^30 bytes";
  std::ifstream file(path, std::ios::binary);
  if (!file) return "cannot read " + path.string();
  return Bytes{std::istreambuf_iterator<char>(file), {}};
}

base::Result<void, std::string> add_witness(const std::string& given, VmInput& out) {
  std::error_code ignored;
  fs::path path = given;
  if (fs::is_directory(path, ignored)) path /= "witness.bin";
  const Bytes bytes = GAVEL_TRY(read_file(path));
  auto read = dispute::read_witness(bytes);
  if (!read) return path.string() + " is no witness of a unit";
  out = {read->start, std::move(read->preimages)};
  return {};
}

base::Result<void, std::string> add_preimages(const std::string& folder, VmInput& out) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file()) out.preimages.add(GAVEL_TRY(read_file(entry->path())));
  }
  if (error) return "cannot read the folder " + folder;
  return {};
}

}  // namespace

void add_vm_input_options(CLI::App& command, VmInputOptions& options) {
  command.add_option("--witness", options.witness,
                     "Input and preimages of a unit, as `gavel witness --out` wrote them: the "
                     "folder, or its witness.bin");
  command.add_option("--input", options.input,
                     "The 32 bytes that a local read gives, in hex; else 0 or the witness's");
  command.add_option("--preimages", options.preimages,
                     "A folder: each file in it is a preimage that the program may ask for");
}

base::Result<VmInput, std::string> read_vm_input(const VmInputOptions& options) {
  VmInput out;
  if (!options.witness.empty()) GAVEL_TRY(add_witness(options.witness, out));
  if (!options.input.empty() && !parse_hex(options.input, out.input.bytes)) {
    return "--input " + options.input + " is no hash: 32 bytes in hex are expected";
  }
  if (!options.preimages.empty()) GAVEL_TRY(add_preimages(options.preimages, out));
  return out;
}

}  // namespace gavel::apps
