// The parts that `gavel bench` measures, one file each.
//
// Each adds its verb; all print distributions for people and, with --json, one line for scripts.
#pragma once

namespace CLI {
class App;
}

namespace gavel::apps {

void add_book_bench(CLI::App& bench, int& status);
void add_tree_bench(CLI::App& bench, int& status);
void add_stf_bench(CLI::App& bench, int& status);
void add_witness_bench(CLI::App& bench, int& status);
void add_recovery_bench(CLI::App& bench, int& status);
void add_pipeline_bench(CLI::App& bench, int& status);
void add_vm_bench(CLI::App& bench, int& status);

}  // namespace gavel::apps
