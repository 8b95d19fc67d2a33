#include "stf/judge.hpp"

namespace gavel::stf {

using BlockFrontier = tree::Frontier<kBlockTreeDepth>;

void seal_cursor(Progress& progress, const Hash32& state_root) {
  Cursor& c = progress.cursor;
  c.tx_frontier = progress.transactions.hash();
  c.block_frontier = progress.blocks.hash();
  c.state_root = state_root;
  c.work = Hash32{};
  if (progress.work.kind == Work::Kind::none) return;
  std::array<u8, kMaxWorkBytes> bytes;
  const u32 size = encode_work(progress.work, bytes);
  c.work = crypto::keccak256(std::span<const u8>(bytes).first(size));
}

PageContext context_at(std::span<const u8> page, u64 offset) {
  GAVEL_CHECK(offset < page.size());
  PageContext context;
  Row row;
  u32 at = 1;
  while (at < offset) {
    const u32 length = decode_row(page.subspan(at), context, row);
    GAVEL_CHECK(length != 0);
    at += length;
  }
  GAVEL_CHECK(at == offset);
  return context;
}

BlockFrontier frontier_of(std::span<const u8> bytes) {
  GAVEL_CHECK(bytes.size() == BlockFrontier::kBytes);
  u32 count = 0;
  for (u32 level = 0; level < kBlockTreeDepth; ++level) {
    u8 used = 0;
    for (const u8 byte : bytes.subspan(level * 32, 32)) used |= byte;
    count |= static_cast<u32>(used != 0) << level;
  }
  const auto frontier = BlockFrontier::decode(count, bytes);
  GAVEL_CHECK(frontier.has_value());
  return *frontier;
}

}  // namespace gavel::stf
