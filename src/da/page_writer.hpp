// PageWriter: cuts a stream of rows into pages (docs/protocol/data.md, "Pages and rows").
//
// What: appends rows to a byte stream that is the concatenation of a batch's pages; a row that does
// not fit into the current page starts the next one, with a version byte and a fresh context.
// Positions of page starts are kept apart. Why one stream: a block's bytes are then one slice of
// it, which is what the block log stores and recovery reads. Invariant: every page holds at least
// one row and at most kMaxPageBytes bytes, and decodes on its own.
#pragma once

#include <span>
#include <vector>

#include "stf/row.hpp"

namespace gavel::da {

// A slice of a batch's page stream.
struct PageStream {
  std::vector<u8> bytes;
  // Offsets in `bytes` at which a page begins; a slice that goes on in an earlier page begins
  // without one.
  std::vector<u32> starts;

  void clear() {
    bytes.clear();
    starts.clear();
  }
};

class PageWriter {
 public:
  // The next row begins the first page of a batch.
  void start_batch() {
    used_ = stf::kMaxPageBytes;
    pages_ = 0;
  }
  // Goes on where a stream was left: in its page number `pages` - 1 at `used` bytes with that
  // context.
  void resume(u32 pages, u32 used, const stf::PageContext& context) {
    pages_ = pages;
    used_ = used;
    context_ = context;
  }

  // Appends the row to `out`. False if the row has no encoding (nothing is written). Amortised
  // O(row).
  [[nodiscard]] bool add(const stf::Row& row, PageStream& out);

  // Pages begun in this batch, and bytes in the last.
  u32 pages() const { return pages_; }
  u32 used() const { return used_; }
  const stf::PageContext& context() const { return context_; }

 private:
  stf::PageContext context_;
  u32 used_ = stf::kMaxPageBytes;
  u32 pages_ = 0;
};

// Splits whole pages out of a batch's stream: page i is bytes [starts[i], starts[i + 1]).
std::vector<std::span<const u8>> split_pages(const PageStream& stream);
// Root of the page tree (depth 18, leaves H(page)); at most 2^18 pages.
Hash32 data_root(std::span<const std::span<const u8>> pages);

}  // namespace gavel::da
