#include "da/batch_store.hpp"

#include <algorithm>
#include <cstdio>

#include "base/bytes.hpp"
#include "crypto/keccak.hpp"

namespace gavel::da {

namespace {

constexpr u32 kMagic = 0x47425431;  // "GBT1"
constexpr u64 kHeadBytes = 4 + 8 * 7 + 32 * 2 + 4;
constexpr u64 kMaxFileBytes = u64{1} << 31;
constexpr u64 kHashBytes = 32;
constexpr u64 kRootFileBytes = 8 + 2 * kHashBytes;

// A root with its batch and a checksum: a flipped bit in it would be claimed on L1.
std::array<u8, kRootFileBytes> encode_root(u64 batch, const Hash32& root) {
  std::array<u8, kRootFileBytes> out;
  base::ByteWriter w(out);
  w.write_u64_be(batch);
  w.write_hash(root);
  w.write_hash(crypto::keccak256(w.written()));
  return out;
}

void write_end(base::ByteWriter& w, const BatchEnd& end) {
  w.write_u64_be(end.batch);
  w.write_u64_be(end.first_block);
  w.write_u64_be(end.block_number);
  w.write_u64_be(end.timestamp_ms);
  w.write_hash(end.prev_hash);
  w.write_u64_be(end.inbox_index);
  w.write_u64_be(end.units);
  w.write_u64_be(end.transactions);
  w.write_hash(end.block_frontier);
}

BatchEnd read_end(base::ByteReader& r) {
  BatchEnd end;
  end.batch = r.read_u64_be();
  end.first_block = r.read_u64_be();
  end.block_number = r.read_u64_be();
  end.timestamp_ms = r.read_u64_be();
  end.prev_hash = r.read_hash();
  end.inbox_index = r.read_u64_be();
  end.units = r.read_u64_be();
  end.transactions = r.read_u64_be();
  end.block_frontier = r.read_hash();
  return end;
}

BatchStoreError error_of(io::DiskError error) {
  return error == io::DiskError::kNotFound ? BatchStoreError::kMissing : BatchStoreError::kDisk;
}

}  // namespace

stf::Cursor end_cursor(const BatchEnd& end, const stf::Posted& posted, const Hash32& state_root) {
  stf::Cursor c;
  // One more unit finds that no row is left and finishes.
  c.unit = end.units + 1;
  c.batch = end.batch;
  c.data_commitment = posted.data_commitment;
  c.data_len = posted.data_len;
  c.page = posted.data_len;
  c.block_number = end.block_number;
  c.timestamp_ms = end.timestamp_ms;
  c.prev_hash = end.prev_hash;
  c.tx_frontier = stf::empty_frontier_hash();
  c.phase = stf::Phase::finished;
  c.state_root = state_root;
  c.inbox_index = end.inbox_index;
  c.inbox_root = posted.inbox_root;
  c.inbox_must = posted.inbox_must;
  c.l1_time_ms = posted.l1_time_ms;
  c.l1_block_hash = posted.l1_block_hash;
  c.config_hash = posted.config_hash;
  c.block_frontier = end.block_frontier;
  return c;
}

std::string BatchStore::path(u64 batch, const char* suffix) const {
  char name[32];
  std::snprintf(name, sizeof(name), "/%012llu.%s", static_cast<unsigned long long>(batch), suffix);
  return directory_ + name;
}

base::Result<void, BatchStoreError> BatchStore::prepare() {
  if (const auto made = disk_.make_directory(directory_); !made.ok()) return error_of(made.error());
  return {};
}

base::Result<void, BatchStoreError> BatchStore::put(const BatchEnd& end, const PageStream& pages) {
  std::vector<u8> file(kHeadBytes + pages.starts.size() * 4 + pages.bytes.size() + kHashBytes);
  base::ByteWriter w(file);
  w.write_u32_be(kMagic);
  write_end(w, end);
  w.write_u32_be(static_cast<u32>(pages.starts.size()));
  for (const u32 start : pages.starts) w.write_u32_be(start);
  w.write_bytes(pages.bytes);
  w.write_hash(crypto::keccak256(w.written()));
  GAVEL_CHECK(w.ok() && w.remaining() == 0);
  const auto written = io::write_file_atomically(disk_, path(end.batch, "batch"), file);
  if (!written.ok()) return error_of(written.error());
  return {};
}

base::Result<void, BatchStoreError> BatchStore::put_root(u64 batch, const Hash32& state_root) {
  const auto written = io::replace_file(disk_, path(batch, "root"), encode_root(batch, state_root));
  if (!written.ok()) return error_of(written.error());
  return {};
}

base::Result<StoredBatch, BatchStoreError> BatchStore::get(u64 batch) const {
  const auto file = io::read_file(disk_, path(batch, "batch"), kMaxFileBytes);
  if (!file.ok()) return error_of(file.error());
  const std::span<const u8> bytes = file.value();
  if (bytes.size() < kHeadBytes + kHashBytes) return BatchStoreError::kCorrupt;
  const std::span<const u8> body = bytes.first(bytes.size() - kHashBytes);
  const Hash32 sum = crypto::keccak256(body);
  if (!std::equal(sum.bytes.begin(), sum.bytes.end(), bytes.end() - kHashBytes)) {
    return BatchStoreError::kCorrupt;
  }
  base::ByteReader r(body);
  StoredBatch out;
  if (r.read_u32_be() != kMagic) return BatchStoreError::kCorrupt;
  out.end = read_end(r);
  const u32 starts = r.read_u32_be();
  if (!r.ok() || r.remaining() < u64{starts} * 4 || out.end.batch != batch) {
    return BatchStoreError::kCorrupt;
  }
  for (u32 i = 0; i < starts; ++i) out.pages.starts.push_back(r.read_u32_be());
  const std::span<const u8> data = r.read_bytes(r.remaining());
  out.pages.bytes.assign(data.begin(), data.end());
  return out;
}

base::Result<BatchEnd, BatchStoreError> BatchStore::get_end(u64 batch) const {
  auto stored = get(batch);
  if (!stored.ok()) return stored.error();
  return stored.value().end;
}

base::Result<Hash32, BatchStoreError> BatchStore::get_root(u64 batch) const {
  const auto file = io::read_file(disk_, path(batch, "root"), kMaxFileBytes);
  if (!file.ok()) return error_of(file.error());
  if (file.value().size() != kRootFileBytes) return BatchStoreError::kCorrupt;
  Hash32 root;
  std::copy_n(file.value().begin() + 8, kHashBytes, root.bytes.begin());
  const bool same = std::ranges::equal(file.value(), encode_root(batch, root));
  if (!same) return BatchStoreError::kCorrupt;
  return root;
}

base::Result<std::vector<u64>, BatchStoreError> BatchStore::list() const {
  const auto names = disk_.list(directory_);
  if (!names.ok()) return error_of(names.error());
  std::vector<u64> batches;
  for (const std::string& name : names.value()) {
    unsigned long long number = 0;
    int read = 0;
    if (std::sscanf(name.c_str(), "%12llu.batch%n", &number, &read) == 1 &&
        static_cast<std::size_t>(read) == name.size()) {
      batches.push_back(number);
    }
  }
  std::sort(batches.begin(), batches.end());
  return batches;
}

base::Result<void, BatchStoreError> BatchStore::remove_below(u64 batch) {
  const auto stored = list();
  if (!stored.ok()) return stored.error();
  for (const u64 old : stored.value()) {
    if (old >= batch) break;
    for (const char* suffix : {"root", "batch"}) {
      const auto removed = disk_.remove(path(old, suffix));
      if (!removed.ok() && removed.error() != io::DiskError::kNotFound)
        return error_of(removed.error());
    }
  }
  return {};
}

}  // namespace gavel::da
