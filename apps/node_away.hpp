// NodeAway: what a node's process does while the disk does not let the node run.
//
// What: answers every query with 503 and the reason, and looks now and then whether the disk takes
// and keeps a file again. Why: a full disk is mended while the node waits; it then comes back by
// itself, through the same recovery as after a crash, and its health says so all the time.
#pragma once

#include <memory>
#include <string>

#include "io/http.hpp"
#include "node_client.hpp"

namespace gavel::apps {

class NodeAway {
 public:
  // `reason` is a sentence. The port may be any: whoever holds it meanwhile does not stop us.
  NodeAway(const io::HttpServerOptions& http, std::string directory, std::string reason);
  ~NodeAway();

  // Until the disk is well, or the process is to end (false). `pause_ns`: before each look.
  bool wait(u64 pause_ns);

 private:
  std::string directory_;
  std::string reason_;
  std::unique_ptr<io::HttpServer> server_;
};

// Bytes that the volume of a directory still has for us.
[[nodiscard]] u64 free_bytes(const std::string& directory);

}  // namespace gavel::apps
