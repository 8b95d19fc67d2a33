// What a program of the fault proof machine is given: its input and the preimages it may ask for.
//
// What: read from what `gavel witness --out` wrote, or from a hash and a folder of files that are
// one preimage each. Invariant: a preimage is known by the hash that was made of it here, whatever
// its file is called.
#pragma once

#include <string>

#include "base/result.hpp"
#include "stf/host_oracle.hpp"

namespace CLI {
class App;
}

namespace gavel::apps {

struct VmInputOptions {
  std::string witness;    // a file, or the folder of a witness.bin
  std::string input;      // a hash; by itself, or instead of the witness's
  std::string preimages;  // a folder
};
void add_vm_input_options(CLI::App& command, VmInputOptions& options);

struct VmInput {
  Hash32 input;
  stf::MapOracle preimages;
};
// The error is a sentence.
base::Result<VmInput, std::string> read_vm_input(const VmInputOptions& options);

}  // namespace gavel::apps
