// gavel node: a sequencer from a TOML file, until SIGTERM.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <fstream>

#include "accept_reorg.hpp"
#include "api/query_server.hpp"
#include "command.hpp"
#include "key_file.hpp"
#include "known_images.hpp"
#include "node_away.hpp"
#include "node_l1.hpp"

namespace gavel::apps {

namespace {

// Two nodes on one directory would destroy it.
class DirectoryLock {
 public:
  static AppResult<DirectoryLock> take(const std::string& directory) {
    io::SystemDisk disk;
    if (const auto made = disk.make_directory(directory); !made.ok()) {
      return fmt::format("cannot make the data directory {}: {}", directory,
                         io::name_of(made.error()));
    }
    const std::string path = directory + "/lock";
    const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (fd < 0) return fmt::format("cannot write {}", path);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return DirectoryLock(fd);
    ::close(fd);
    return fmt::format("another node is running on {}", directory);
  }
  DirectoryLock(DirectoryLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

// The rules of a node without L1.
AppResult<stf::Config> local_config(const NodeSettings& settings) {
  stf::Config config;
  if (!settings.chain_config.empty()) {
    std::ifstream in(settings.chain_config);
    std::string text;
    in >> text;
    std::array<u8, stf::kConfigBytes> words;
    if (!parse_hex(text, words)) {
      return fmt::format("{} does not hold a configuration: 2,048 hexadecimal digits are expected",
                         settings.chain_config);
    }
    return stf::decode_config(words);
  }
  config.chain_id = settings.chain_id;
  return config;
}

void configure_log(const NodeSettings& settings) {
  ops::LogConfig log;
  log.level = *ops::parse_log_level(settings.log_level);
  log.format = *ops::parse_log_format(settings.log_format);
  log.file = settings.log_file;
  if (!ops::configure_logging(log))
    ops::log_warn("node", "the log file cannot be written", {{"file", log.file}});
}

void wait_for_the_end(const sequencer::NodeCore& node) {
  while (!interrupted() && node.failure().empty() && !node.retired())
    system_clock().sleep_for_ns(20'000'000);
}

struct Life {
  std::string failure;  // empty: it ended as it was told to
  bool comes_back = false;
  std::optional<sequencer::Retirement> retired{};  // it ended at a batch that it must not make
};

// From the recovery of the directory to the signal, or to a failure.
AppResult<Life> live(NodeSettings& settings, std::optional<ChainOnL1>& chain,
                     const da::BatchConfigs& configs, u64 lives) {
  ops::MetricsRegistry metrics;
  io::SystemDisk disk;
  const std::unique_ptr<sequencer::NodeCore> node = GAVEL_TRY(
      sequencer::NodeCore::open(settings.node, configs, disk, system_clock(), metrics,
                                [](const std::string& what) { ops::log_info("node", what); }));
  if (const auto retired = node->retired()) return Life{{}, false, retired};
  if (!chain && node->misconfigured() != 0) {
    return fmt::format("batch {} in {} was made under another configuration: give the same again",
                       node->misconfigured(), settings.node.data_directory);
  }
  std::unique_ptr<NodeL1> l1;
  metrics.callback_gauge("gavel_data_free_bytes", "Free bytes of the data directory's volume", [&] {
    return static_cast<double>(free_bytes(settings.node.data_directory));
  });
  metrics.callback_gauge("gavel_node_disk_failures",
                         "Disk failures that this process came back from",
                         [lives] { return static_cast<double>(lives); });
  if (chain) l1 = std::make_unique<NodeL1>(settings.l1, *chain, *node, metrics);
  api::QueryServer queries(*node, metrics,
                           {.http = settings.http, .extend_status = [&l1](api::JsonText& json) {
                              if (l1) l1->put_status(json);
                            }});
  GAVEL_TRY(queries.start());
  GAVEL_TRY(node->start());
  if (l1) GAVEL_TRY(l1->start());
  queries.set_ready(true);
  // A next life is found where this one was.
  settings.http.port = queries.port();
  settings.node.gateway.port = node->gateway().port();
  ops::log_info(
      "node", "ready",
      {{"gateway", fmt::format("{}:{}", settings.node.gateway.address, node->gateway().port())},
       {"http", fmt::format("http://{}:{}", settings.http.address, queries.port())}});
  wait_for_the_end(*node);
  ops::log_info("node", "stopping");
  queries.set_ready(false);
  if (l1) l1->stop();
  node->stop();
  queries.stop();
  // The last blocks go to disk while it stops: that may fail, too.
  const std::string failure = node->failure();
  if (failure.empty()) ops::log_info("node", "stopped", {{"block", node->heads().durable}});
  if (chain) chain->configs = l1->configs();
  const auto retired = interrupted() ? std::nullopt : node->retired();
  return Life{failure, node->disk_failed() && !interrupted(), retired};
}

// What an operator takes back by a flag.
struct Accepted {
  bool reorg = false;
  bool configuration = false;
};

// A node whose disk failed comes back when that is well; one that does not even start is told so.
AppResult<int> serve(NodeSettings& settings, const Accepted& accepted) {
  DirectoryLock lock = GAVEL_TRY(DirectoryLock::take(settings.node.data_directory));
  // Beyond a file size limit writing is to fail, as on a full disk, not to end the process.
  std::signal(SIGXFSZ, SIG_IGN);
  std::optional<ChainOnL1> chain;
  if (!settings.l1.urls.empty()) {
    const std::unique_ptr<L1Link> link = GAVEL_TRY(L1Link::connect(settings.l1.urls));
    chain = GAVEL_TRY(read_chain(*link, settings.l1));
    settings.node.images = GAVEL_TRY(known_images(settings.same_rules));
    io::SystemDisk disk;
    if (accepted.reorg) GAVEL_TRY(accept_reorg(settings, *chain, *link, disk));
    if (accepted.configuration) GAVEL_TRY(accept_configuration(settings, *chain, *link, disk));
  }
  const std::optional<stf::Config> local =
      chain ? std::nullopt : std::optional(GAVEL_TRY(local_config(settings)));
  constexpr u64 kFirstPauseNs = 1'000'000'000;
  constexpr u64 kLongestPauseNs = 30'000'000'000;
  u64 pause_ns = kFirstPauseNs;
  for (u64 lives = 0;;) {
    const AppResult<Life> life =
        live(settings, chain, chain ? chain->configs : da::BatchConfigs(*local), lives);
    if (!life.ok() && lives == 0) return life.error();
    if (life.ok() && life->failure.empty()) {
      if (!life->retired) return kOk;
      if (!life->retired->reopens) return fail("node", life->retired->why, kOtherProgram);
      ops::log_info("node", life->retired->why);
      continue;
    }
    const std::string why = life.ok() ? life->failure : life.error();
    if (life.ok() && !life->comes_back) return why;
    pause_ns = life.ok() ? kFirstPauseNs : std::min(2 * pause_ns, kLongestPauseNs);
    NodeAway away(settings.http, settings.node.data_directory, why);
    if (!away.wait(pause_ns)) return why;
    ++lives;
  }
}

int run_node(const std::string& file, bool describe_keys, const Accepted& accepted,
             bool configurations_from_l1, const std::vector<std::string>& flags) {
  NodeSettings settings;
  settings.node.configurations_from_l1 = configurations_from_l1;
  ops::Config config;
  declare(config, settings);
  if (describe_keys) {
    fmt::print("{}", config.describe());
    return kOk;
  }
  if (const auto loaded = load(config, settings, file, flags); !loaded.ok()) {
    return fail("node", loaded.error(), kUsage);
  }
  configure_log(settings);
  const auto served = serve(settings, accepted);
  return served.ok() ? *served : fail("node", served.error());
}

}  // namespace

void add_node_command(CLI::App& app, int& status) {
  CLI::App* node = app.add_subcommand("node", "Run a node until SIGTERM");
  static std::string file;
  static bool describe_keys = false;
  static Accepted accepted;
  static bool configurations_from_l1 = false;
  node->add_option("--config", file,
                   "TOML file with the settings; each can also be a variable GAVEL_... or a flag");
  node->add_flag("--accept-reorg", accepted.reorg,
                 "After a reorg of L1 deeper than the inbox depth: drop the blocks that were built "
                 "on messages that L1 no longer has, then run");
  node->add_flag("--accept-configuration", accepted.configuration,
                 "After an announcement that came too late: drop the blocks from the first batch "
                 "on that was made under another configuration than L1 names for it, then run");
  node->add_flag("--configurations-from-l1", configurations_from_l1,
                 "Where data/configurations is lost: what L1 names now counts for batches that "
                 "were made already; wrong if an announcement was replaced or came too late");
  node->add_flag("--describe", describe_keys, "Print every setting with its default and end");
  node->allow_extras();
  node->footer("Any setting is a flag too: --gateway.port 7100. See gavel node --describe.");
  node->callback([&status, node] {
    status = run_node(file, describe_keys, accepted, configurations_from_l1, node->remaining());
  });
}

}  // namespace gavel::apps
