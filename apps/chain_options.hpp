// Options by which a verb finds a chain on L1 and derives it: one spelling for all verbs.
//
// What: --l1, --registry, --same-rules, --data. Why here: what cannot be an address, a root or a
// folder is wrong usage (status 2) in every verb alike, before L1 is asked. Invariant: after the
// parse the registry is 20 bytes and each root 32 in hexadecimal, and the folder is one.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace gavel::apps {

// --l1 and --registry.
void add_chain_options(CLI::App& verb, std::vector<std::string>& l1, std::string& registry);

// --same-rules and --data.
void add_deriving_options(CLI::App& verb, std::vector<std::string>& same_rules, std::string& data);

}  // namespace gavel::apps
