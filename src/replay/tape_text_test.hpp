// Tapes written as text in tests: "A 1 B 100 5" is an order 1 to buy 5 at 100, one event a line or
// after a semicolon;
// "@7" before an event is its time in milliseconds, else each event is a millisecond later.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "replay/tape_stream.hpp"

namespace gavel::replay {

inline std::string csv_of(const std::string& text) {
  std::string out = "exch_ms,event,order_id,side,price,qty\n";
  std::istringstream events(text);
  std::string event;
  u64 ms = 0;
  while (std::getline(events, event, ';')) {
    std::istringstream words(event);
    std::string word;
    std::string line;
    ++ms;
    while (words >> word) {
      if (word[0] == '@')
        ms = std::stoull(word.substr(1));
      else
        line += "," + word;
    }
    if (!line.empty()) out += std::to_string(ms) + line + "\n";
  }
  return out;
}

inline TapeOpener tape_of(const std::string& text, TapeFormat format) {
  return [csv = csv_of(text), format] { return tape_from_bytes(csv, format); };
}

}  // namespace gavel::replay
