// Damage: batches that somebody wrote to break a judge, from good ones and from a seed.
//
// What: damage() changes bytes, cuts, repeats, swaps and invents pages and messages, and claims
// pages, messages and data modes that are not so; row_like_bytes() is a page of nothing but rows'
// first bytes and numbers of all lengths. Why: bytes at random rarely get past the first row.
// Invariant: deterministic; no page is longer than L1 takes.
#pragma once

#include <random>

#include "stf/judge_world_test.hpp"

namespace gavel::guest {

class Damage {
 public:
  explicit Damage(u64 seed) : random_(seed) {}

  u64 below(u64 n) { return random_() % n; }
  u8 byte() { return static_cast<u8>(random_()); }

  std::vector<u8> bytes(std::size_t count) {
    std::vector<u8> out(count);
    for (u8& b : out) b = byte();
    return out;
  }

  std::vector<u8> row_like_bytes(std::size_t count) {
    static constexpr std::array<u8, 8> kKinds{1, 2, 3, 3, 4, 0x41, 0x46, 0x4a};
    std::vector<u8> out;
    while (out.size() < count) {
      out.push_back(below(3) == 0 ? static_cast<u8>(0x41 + below(18)) : kKinds[below(8)]);
      // Flags, then numbers: short ones, one of ten bytes now and then; room for a signature.
      for (u64 n = below(6); n > 0; --n) {
        for (u64 more = below(8) == 0 ? below(10) : 0; more > 0; --more) out.push_back(0xff);
        out.push_back(static_cast<u8>(below(below(4) == 0 ? 128 : 8)));
      }
      if (below(2) == 0) out.resize(out.size() + 64, byte());
    }
    out.resize(count);
    return out;
  }

  // Pages before `first` stay as they are, so that something has been founded.
  void damage(stf::BatchText& text, std::size_t first) {
    for (u64 n = 1 + below(4); n > 0; --n) damage_pages(text, first);
    for (u64 n = below(3) == 0 ? 1 + below(4) : 0; n > 0; --n) damage_messages(text);
    if (below(6) == 0) text.inbox_must = below(text.messages.size() + 1);
    if (below(12) == 0) text.mode = below(5);
    if (below(12) == 0) text.missing_pages = below(2) == 0 ? 1 : (u64{1} << 18) - text.pages.size();
  }

 private:
  void damage_pages(stf::BatchText& text, std::size_t first) {
    auto& pages = text.pages;
    first = std::min(first, pages.size());
    if (first == pages.size()) pages.push_back(row_like_bytes(1 + below(300)));
    std::vector<u8>& page = pages[first + below(pages.size() - first)];
    switch (below(9)) {
      case 0:
      case 1:
      case 2:
      case 3:
        for (u64 n = 1 + below(6); n > 0 && !page.empty(); --n) {
          page[below(page.size())] = below(3) == 0 ? u8{0xff} : byte();
        }
        break;
      case 4:
        page.resize(below(page.size() + 1));
        break;
      case 5:
        std::swap(page, pages.back());
        break;
      case 6: {
        std::vector<u8> rows = row_like_bytes(below(stf::kMaxPageBytes - 1));
        rows.insert(rows.begin(), stf::kPageVersion);
        pages.push_back(std::move(rows));
        break;
      }
      case 7:
        pages.push_back(page);
        break;
      default:
        pages.push_back(bytes(below(stf::kMaxPageBytes)));
    }
  }

  void damage_messages(stf::BatchText& text) {
    auto& messages = text.messages;
    if (messages.empty() || below(3) == 0) {
      messages.push_back(bytes(1 + below(stf::kMaxMessageBytes)));
    } else {
      std::vector<u8> message = messages[below(messages.size())];
      message[below(message.size())] = byte();
      if (below(4) == 0) message.resize(1 + below(message.size()));
      messages.push_back(std::move(message));
    }
    text.inbox_must = messages.size();
  }

  std::mt19937_64 random_;
};

}  // namespace gavel::guest
