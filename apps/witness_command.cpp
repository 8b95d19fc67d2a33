// gavel witness: what one unit of a batch reads, rebuilt from L1 alone.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include <unistd.h>

#include "api/json_text.hpp"
#include "batch_pages.hpp"
#include "chain_options.hpp"
#include "command.hpp"
#include "dispute/trace_source.hpp"
#include "dispute/witness_bytes.hpp"
#include "key_file.hpp"
#include "known_images.hpp"

namespace gavel::apps {

namespace {

struct Options {
  std::vector<std::string> l1;
  std::string registry;
  std::string data;
  std::vector<std::string> same_rules;
  std::string out;
  u64 batch = 0;
  u64 unit = 0;
  u32 threads = 2;
  bool json = false;
};

// L1 may be away for a moment.
constexpr u32 kVainSteps = 3;
constexpr auto kPause = std::chrono::milliseconds(300);

// A folder of this run alone.
class WorkFolder {
 public:
  WorkFolder()
      : path_(fmt::format("{}/gavel-witness-{}", std::filesystem::temp_directory_path().string(),
                          ::getpid())) {}
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Derives up to the batch.
AppResult<void> derive_to(settle::Verifier& verifier, u64 batch) {
  using settle::VerifyState;
  u32 vain = 0;
  while (verifier.batches_derived() < batch) {
    if (interrupted()) return std::string("interrupted");
    const VerifyState state = verifier.step();
    vain = verifier.error().empty() ? 0 : vain + 1;
    if (state == VerifyState::failed || state == VerifyState::other_rules) return verifier.error();
    if (state == VerifyState::no_data) {
      return fmt::format("no data: the pages of batch {} are not to be had ({})",
                         verifier.batches_derived() + 1, verifier.error());
    }
    if (vain >= kVainSteps) return "L1 does not answer (" + verifier.error() + ")";
    if (state == VerifyState::up_to_date && verifier.batches_derived() < batch) {
      return fmt::format("there is no batch {}: L1 has fixed {} batches", batch,
                         verifier.batches_fixed());
    }
    if (vain != 0) std::this_thread::sleep_for(kPause);
  }
  return {};
}

std::string to_json(const Options& options, const dispute::UnitWitness& witness, u64 units) {
  api::JsonText json;
  json.object().field("batch", options.batch).field("unit", options.unit).field("units", units);
  json.field("past_finish", options.unit >= units);
  json.field("start", witness.start_hash).field("end", witness.end_hash);
  json.field("preimages", u64{witness.preimages.size()}).field("bytes", witness.bytes);
  json.key("milliseconds").real(witness.milliseconds);
  return json.end_object().take();
}

AppResult<void> write_out(const Options& options, const std::string& json,
                          const dispute::UnitWitness& witness) {
  io::SystemDisk disk;
  const std::string text = json + "\n";
  const std::span<const u8> text_bytes(reinterpret_cast<const u8*>(text.data()), text.size());
  const bool written =
      disk.make_directory(options.out).ok() &&
      io::write_file_atomically(disk, options.out + "/witness.bin", dispute::witness_bytes(witness))
          .ok() &&
      io::write_file_atomically(disk, options.out + "/witness.json", text_bytes).ok();
  if (!written) return "cannot write into " + options.out;
  return {};
}

AppResult<int> run(const Options& options) {
  Address registry;
  if (!parse_hex(options.registry, registry.bytes)) return options.registry + " is no address";
  const std::unique_ptr<L1Link> link = GAVEL_TRY(L1Link::connect(options.l1));
  const WorkFolder folder;
  io::SystemDisk disk;
  const da::BatchStore store(disk, options.data);
  settle::VerifierOptions how{.threads = options.threads,
                              .undo = {&disk, folder.path()},
                              .images = GAVEL_TRY(known_images(options.same_rules))};
  if (!options.data.empty()) {
    how.external = [&store](u64 batch, const stf::Posted&) { return pages_of(store, batch); };
  }
  settle::Verifier verifier(link->rpc(), how);
  GAVEL_TRY(verifier.start(registry));
  GAVEL_TRY(derive_to(verifier, options.batch));
  dispute::TraceSource source(verifier, options.threads);
  const auto trace = source.open(options.batch);
  if (!trace.ok()) {
    return fmt::format("batch {}: {} {}", options.batch, text_of(trace.error()), source.error());
  }
  const auto witness = (*trace)->witness(options.unit);
  if (!witness.ok()) return std::string(text_of(witness.error()));
  const auto units = (*trace)->units();
  if (!units.ok()) return std::string(text_of(units.error()));
  if (witness->judged != witness->end_hash) {
    return fmt::format("this program is at odds with itself: the judge says {}, the run {}",
                       hex_of(witness->judged), hex_of(witness->end_hash));
  }
  const std::string json = to_json(options, *witness, *units);
  if (!options.out.empty()) GAVEL_TRY(write_out(options, json, *witness));
  if (options.json) {
    fmt::print("{}\n", json);
    return kOk;
  }
  fmt::print("batch {}, unit {} of {}{}\nstart {}\nend   {}\n", options.batch, options.unit, *units,
             options.unit >= *units ? ": past the finish, nothing changes" : "",
             hex_of(witness->start_hash), hex_of(witness->end_hash));
  fmt::print("{} preimages, {} bytes, {:.2f} ms\n", witness->preimages.size(), witness->bytes,
             witness->milliseconds);
  return kOk;
}

}  // namespace

void add_witness_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* witness = app.add_subcommand(
      "witness",
      "The cursors around one unit of a batch, and every preimage that a judge of it "
      "reads, rebuilt from L1 alone");
  add_chain_options(*witness, options.l1, options.registry);
  witness->add_option("--batch", options.batch, "The batch, from 1 on")
      ->required()
      ->check(CLI::Range(u64{1}, ~u64{0}));
  witness->add_option("--unit", options.unit, "The unit, from 0 on")
      ->required()
      ->check(CLI::Range(u64{0}, u64{stf::kUnitsPerBatch - 1}));
  add_deriving_options(*witness, options.same_rules, options.data);
  witness->add_option("--out", options.out,
                      "Folder to write witness.bin (the start's hash, then each preimage behind "
                      "its length) and witness.json into");
  witness->add_option("--threads", options.threads, "Threads for signatures and tree")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  witness->add_flag("--json", options.json, "The result as one JSON object");
  witness->callback([&status] {
    const auto ran = run(options);
    status = ran.ok() ? *ran : fail("witness", ran.error());
  });
}

}  // namespace gavel::apps
