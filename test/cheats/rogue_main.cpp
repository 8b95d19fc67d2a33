// gavel_rogue: someone with a key and bonds who claims on L1 what is not so, and plays the dispute
// game for it.
//
// Prints what it claims as NAME=VALUE lines, then plays until SIGTERM.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>

#include "cheats/rogue.hpp"
#include "command.hpp"
#include "key_file.hpp"
#include "ops/log.hpp"

namespace gavel::cheats {

namespace {

struct Options {
  std::string l1;
  std::string registry;
  std::string key_file;
  std::string kind;
  std::string folder;
  std::string images;
  u64 from_batch = 1;
  u64 from_unit = 0;
  u64 stops_after = 0;
  u64 delay_s = 0;
  u32 count = 1;
  bool first = false;
};

AppResult<RogueOptions> rogue_options(const Options& o) {
  RogueOptions out;
  out.l1 = o.l1;
  if (!apps::parse_hex(o.registry, out.registry.bytes)) return o.registry + " is no address";
  out.key = GAVEL_TRY(apps::read_key_file(o.key_file));
  if (o.kind == "squatter") {
    out.stand = Stand::squatter;
  } else if (o.kind == "garbage") {
    out.stand = Stand::garbage;
  } else if (const auto deceit = parse_deceit(o.kind)) {
    out.deceit = *deceit;
  } else {
    return "there is no kind " + o.kind;
  }
  out.from_batch = o.from_batch;
  out.from_unit = o.from_unit;
  if (o.stops_after != 0) out.stops_after = o.stops_after;
  out.delay_s = o.delay_s;
  out.first = o.first;
  out.folder = o.folder;
  out.images = o.images;
  return out;
}

// Rivals of rivals: each has a key of its own, paid from the first one's.
AppResult<std::vector<std::unique_ptr<Rogue>>> make_rogues(const Options& o) {
  const RogueOptions base = GAVEL_TRY(rogue_options(o));
  std::vector<std::unique_ptr<Rogue>> out;
  std::vector<l1::CallRequest> calls;
  for (u32 i = 0; i < o.count; ++i) {
    RogueOptions one = base;
    one.seed = i + 1;
    one.folder = fmt::format("{}/{}", o.folder, i);
    std::error_code error;
    std::filesystem::create_directories(one.folder, error);
    if (error) return "cannot make the folder " + one.folder;
    if (i != 0) {
      one.key = crypto::derive_keypair(base.key.secret.bytes, i);
      calls.push_back({.to = one.key.address,
                       .value_wei = u128{10'000'000'000'000'000'000u},
                       .gas_limit = 21'000,
                       .label = "ether"});
    }
    out.push_back(std::make_unique<Rogue>(one));
  }
  if (!calls.empty()) {
    const auto link = GAVEL_TRY(apps::L1Link::connect({o.l1}));
    GAVEL_TRY(apps::send_all(*link, apps::hex_of(base.key.secret.bytes.bytes), std::move(calls)));
  }
  return out;
}

void print_facts(const Rogue& rogue) {
  fmt::print("address={}\nbatch={}\nend={}\n", rogue.address(), rogue.batch(),
             apps::hex_of(rogue.end()));
  if (rogue.facts().unit) fmt::print("unit={}\n", *rogue.facts().unit);
  fmt::print("what={}\n", rogue.facts().what);
  std::fflush(stdout);
}

AppResult<void> run(const Options& o) {
  const auto rogues = GAVEL_TRY(make_rogues(o));
  std::set<const Rogue*> told;
  while (!apps::interrupted()) {
    for (const auto& rogue : rogues) {
      GAVEL_TRY(rogue->tick());
      if (rogue->has_batch() && told.insert(rogue.get()).second) print_facts(*rogue);
    }
    apps::system_clock().sleep_for_ns(50'000'000);
  }
  return {};
}

}  // namespace

}  // namespace gavel::cheats

int main(int argc, char** argv) {
  using namespace gavel;  // NOLINT: a program
  CLI::App app("A false claimer who plays the dispute game", "gavel_rogue");
  cheats::Options o;
  app.add_option("--l1", o.l1, "L1's URL")->required();
  app.add_option("--registry", o.registry)->required();
  app.add_option("--key-file", o.key_file, "Its key; its account pays bonds and gas")->required();
  app.add_option("--kind", o.kind, "What is wrong with its claim")->required();
  app.add_option("--dir", o.folder, "A folder for what it derives")->required();
  app.add_option("--images", o.images, "A folder of images beside the own one");
  app.add_option("--from-batch", o.from_batch, "Not before this batch");
  app.add_option("--from-unit", o.from_unit, "Not before this unit of it");
  app.add_option("--stops-after", o.stops_after, "Moves, then it is silent; 0: never");
  app.add_option("--delay", o.delay_s, "Seconds before each move");
  app.add_option("--count", o.count, "So many of them, each with a key of its own");
  app.add_flag("--first", o.first, "Claims before anybody else does");
  CLI11_PARSE(app, argc, argv);
  apps::interrupted();
  const auto ran = cheats::run(o);
  if (ran.ok()) return 0;
  fmt::print(stderr, "gavel_rogue: {}\n", ran.error());
  return 1;
}
