#include "da/page_writer.hpp"

#include <array>

#include "base/check.hpp"
#include "crypto/keccak.hpp"
#include "tree/merkle.hpp"

namespace gavel::da {

bool PageWriter::add(const stf::Row& row, PageStream& out) {
  std::array<u8, stf::kMaxRowBytes> encoded;
  const u32 room = stf::kMaxPageBytes - used_;
  stf::PageContext context = context_;
  u32 length = 0;
  if (room > 0) {
    length = stf::encode_row(row, context,
                             std::span<u8>(encoded).first(std::min<u32>(room, stf::kMaxRowBytes)));
  }
  if (length == 0) {
    context = stf::PageContext{};
    length = stf::encode_row(row, context, encoded);
    if (length == 0) return false;
    out.starts.push_back(static_cast<u32>(out.bytes.size()));
    out.bytes.push_back(stf::kPageVersion);
    used_ = 1;
    ++pages_;
  }
  out.bytes.insert(out.bytes.end(), encoded.begin(), encoded.begin() + length);
  used_ += length;
  context_ = context;
  return true;
}

std::vector<std::span<const u8>> split_pages(const PageStream& stream) {
  std::vector<std::span<const u8>> pages;
  pages.reserve(stream.starts.size());
  for (std::size_t i = 0; i < stream.starts.size(); ++i) {
    const std::size_t end =
        i + 1 < stream.starts.size() ? stream.starts[i + 1] : stream.bytes.size();
    pages.push_back(
        std::span<const u8>(stream.bytes).subspan(stream.starts[i], end - stream.starts[i]));
  }
  return pages;
}

Hash32 data_root(std::span<const std::span<const u8>> pages) {
  static constexpr u32 kPageTreeDepth = 18;
  GAVEL_CHECK(pages.size() <= (u64{1} << kPageTreeDepth));
  std::vector<Hash32> leaves;
  leaves.reserve(pages.size());
  for (const std::span<const u8> page : pages) leaves.push_back(crypto::keccak256(page));
  return tree::merkle_root_batch(leaves, kPageTreeDepth);
}

}  // namespace gavel::da
