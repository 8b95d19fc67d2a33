#include "node_away.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <filesystem>

#include "command.hpp"
#include "io/disk.hpp"
#include "l1_link.hpp"
#include "ops/log.hpp"

namespace gavel::apps {

namespace {

constexpr u64 kProbeBytes = u64{1} << 20;
constexpr u64 kStepNs = 20'000'000;

// A start writes the block log's newest segment anew.
u64 longest_segment(const std::string& directory) {
  u64 longest = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory + "/blocks", ignored))
    longest = std::max<u64>(longest, entry.file_size(ignored));
  return longest;
}

// Whether the disk has room for a start, and takes and keeps a file.
bool disk_is_well(const std::string& directory) {
  if (free_bytes(directory) < longest_segment(directory) + 2 * kProbeBytes) return false;
  io::SystemDisk disk;
  const std::string path = directory + "/probe";
  const bool well =
      io::write_file_atomically(disk, path, std::vector<u8>(kProbeBytes, u8{0x5a})).ok();
  for (const char* suffix : {"", ".new"}) static_cast<void>(disk.remove(path + suffix).ok());
  return well;
}

io::HttpResponse answer(const io::HttpRequest& request, const std::string& reason) {
  io::HttpResponse out{
      .status = 503, .content_type = "text/plain; charset=utf-8", .headers = {}, .body = {}};
  if (io::path_of(request.target) == "/metrics") {
    out.status = 200;
    out.body =
        "# HELP gavel_node_failed 1 after a failure that ended acknowledging\n"
        "# TYPE gavel_node_failed gauge\n"
        "gavel_node_failed 1\n";
  } else {
    out.body = reason + "; the node comes back when the disk is well\n";
  }
  return out;
}

}  // namespace

u64 free_bytes(const std::string& directory) {
  struct statvfs info{};
  if (::statvfs(directory.c_str(), &info) != 0) return 0;
  return u64{info.f_bavail} * info.f_frsize;
}

NodeAway::NodeAway(const io::HttpServerOptions& http, std::string directory, std::string reason)
    : directory_(std::move(directory)),
      reason_(fmt::format("{} ({} MiB are free there)", reason, free_bytes(directory_) >> 20)) {
  auto server = io::start_http_server(
      http, [this](const io::HttpRequest& request) { return answer(request, reason_); });
  if (server.ok()) server_ = std::move(*server);
  ops::log_error("node", "away until the disk is well", {{"reason", reason_}});
}

NodeAway::~NodeAway() {
  if (server_ != nullptr) server_->stop(1'000'000'000);
}

bool NodeAway::wait(u64 pause_ns) {
  while (true) {
    const u64 until = system_clock().monotonic_ns() + pause_ns;
    while (!interrupted() && system_clock().monotonic_ns() < until)
      system_clock().sleep_for_ns(kStepNs);
    if (interrupted()) return false;
    if (disk_is_well(directory_)) return true;
  }
}

}  // namespace gavel::apps
