// ShownServer: what a liar shows, in the form of a node's query interface.
#pragma once

#include "cheats/liar.hpp"
#include "io/http.hpp"

namespace gavel::cheats {

// Answers /v1/block, /v1/receipts and /v1/object as a node does (src/api). The liar is not to move
// while it is asked, and outlives the server.
io::HttpResponse answer(const Liar& liar, const io::HttpRequest& request);

}  // namespace gavel::cheats
