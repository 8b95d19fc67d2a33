// What apps/command.hpp promises to the files of apps/ that these programs use.
#include <csignal>

#include "command.hpp"

namespace gavel::apps {

namespace {
volatile std::sig_atomic_t g_interrupted = 0;
}

bool interrupted() {
  static const bool installed = [] {
    for (const int number : {SIGTERM, SIGINT}) {
      std::signal(number, [](int) { g_interrupted = 1; });
    }
    std::signal(SIGPIPE, SIG_IGN);
    return true;
  }();
  return installed && g_interrupted != 0;
}

}  // namespace gavel::apps
