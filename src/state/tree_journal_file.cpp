#include "state/tree_journal_file.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"

namespace gavel::state {
namespace {

using base::ByteReader;
using base::ByteWriter;

constexpr u64 kHeadMagic = 0x31454c4946564147;  // "GAVFILE1"
constexpr u64 kTailMagic = 0x31444e4546564147;  // "GAVFEND1"
constexpr u32 kVersion = 1;
constexpr u32 kHeadBytes = 64;
constexpr u32 kTailBytes = 80;
constexpr u32 kTailHashedBytes = kTailBytes - 16;  // all but checksum and magic
// Writer and reader cut the file alike, which is what the checksum asks for.
constexpr u64 kBlockBytes = u64{4} << 20;

std::array<u8, kHeadBytes> encode_head(const FileHead& head) {
  std::array<u8, kHeadBytes> out{};
  ByteWriter writer(out);
  writer.write_u64_le(kHeadMagic);
  writer.write_u32_le(kVersion);
  writer.write_u32_le(static_cast<u32>(head.kind));
  writer.write_u64_le(head.batch);
  writer.write_hash(head.root);
  return out;
}

bool decode_head(std::span<const u8> bytes, FileKind kind, FileHead& head) {
  ByteReader reader(bytes);
  const bool known = reader.read_u64_le() == kHeadMagic && reader.read_u32_le() == kVersion &&
                     reader.read_u32_le() == static_cast<u32>(kind);
  head.kind = kind;
  head.batch = reader.read_u64_le();
  head.root = reader.read_hash();
  return known && reader.read_u64_le() == 0 && reader.finished();
}

std::array<u8, kTailBytes> encode_tail(const FileTail& tail, u64 payload_bytes,
                                       FileChecksum checksum) {
  std::array<u8, kTailBytes> out{};
  ByteWriter writer(out);
  writer.write_hash(tail.root);
  writer.write_u64_le(tail.batch);
  writer.write_u64_le(tail.entries);
  writer.write_u64_le(payload_bytes);
  writer.write_u64_le(tail.objects_checksum);
  checksum.update(writer.written());
  writer.write_u64_le(checksum.value());
  writer.write_u64_le(kTailMagic);
  return out;
}

JournalError error_of(io::DiskError error) {
  return error == io::DiskError::kNotFound ? JournalError::kMissing : JournalError::kDisk;
}

JournalResult<void> checked(const io::DiskResult<void>& result) {
  if (!result.ok()) return error_of(result.error());
  return {};
}

JournalResult<void> read_exactly(io::File& file, u64 offset, std::span<u8> out) {
  const auto got = file.pread(offset, out);
  if (!got.ok()) return error_of(got.error());
  if (*got != out.size()) return JournalError::kCorrupt;
  return {};
}

// Bytes of the whole, well-formed entries at the front; ok is false if what follows them cannot be
// the beginning of another one.
struct WholeEntries {
  std::size_t bytes;
  u64 count;
  bool ok;
};
WholeEntries whole_entries(std::span<const u8> stream) {
  WholeEntries out{0, 0, true};
  while (stream.size() - out.bytes >= kEntryHeaderBytes) {
    const std::span<const u8> rest = stream.subspan(out.bytes);
    const std::size_t need = kEntryHeaderBytes + entry_at(rest.data()).encoding.size();
    const bool complete = need <= rest.size();
    // An entry that is cut off by the block is judged when the rest of it is there.
    if (!complete) {
      out.ok = need <= kEntryHeaderBytes + tree::kMaxEncodingBytes;
      return out;
    }
    WriteSetReader reader(rest.first(need));
    if (reader.next() == nullptr) {
      out.ok = false;
      return out;
    }
    out.bytes += need;
    ++out.count;
  }
  return out;
}

}  // namespace

StateFileWriter::StateFileWriter(io::Disk& disk, std::string path, std::unique_ptr<io::File> file)
    : disk_(&disk), path_(std::move(path)), file_(std::move(file)) {
  buffer_.reserve(kBlockBytes + kEntryHeaderBytes + tree::kMaxEncodingBytes);
}

JournalResult<StateFileWriter> StateFileWriter::create(io::Disk& disk, std::string path,
                                                       const FileHead& head) {
  const std::string temporary = path + ".tmp";
  const auto removed = disk.remove(temporary);
  if (!removed.ok() && removed.error() != io::DiskError::kNotFound) return JournalError::kDisk;
  auto file = disk.open(temporary, io::OpenMode::kCreate);
  if (!file.ok()) return JournalError::kDisk;
  StateFileWriter writer(disk, std::move(path), std::move(file).value());
  writer.put(encode_head(head));
  return writer;
}

void StateFileWriter::put(std::span<const u8> bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  bytes_ += bytes.size();
}

// Writes full blocks, or everything, and keeps the rest.
JournalResult<void> StateFileWriter::flush(bool all) {
  std::span<const u8> rest = buffer_;
  while (rest.size() >= kBlockBytes || (all && !rest.empty())) {
    const auto block = rest.first(std::min<std::size_t>(rest.size(), kBlockBytes));
    checksum_.update(block);
    GAVEL_TRY(checked(file_->append(block)));
    rest = rest.subspan(block.size());
  }
  buffer_.erase(buffer_.begin(), buffer_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  return {};
}

JournalResult<void> StateFileWriter::append(const WriteEntry& entry) {
  append_entry(buffer_, entry.table, entry.kind, entry.index, entry.encoding);
  bytes_ += kEntryHeaderBytes + entry.encoding.size();
  ++entries_;
  return buffer_.size() >= kBlockBytes ? flush(false) : JournalResult<void>{};
}

JournalResult<void> StateFileWriter::sync_written() {
  const bool written = bytes_ > buffer_.size();
  return written ? checked(file_->sync_data()) : JournalResult<void>{};
}

JournalResult<void> StateFileWriter::seal(FileTail tail) {
  GAVEL_TRY(flush(true));
  tail.entries = entries_;
  GAVEL_TRY(checked(file_->append(encode_tail(tail, bytes_, checksum_))));
  GAVEL_TRY(checked(file_->sync_data()));
  GAVEL_TRY(checked(disk_->rename(path_ + ".tmp", path_)));
  return checked(disk_->sync_directory(io::directory_of(path_)));
}

JournalResult<StateFileReader> StateFileReader::open(io::Disk& disk, const std::string& path,
                                                     FileKind kind, u64* bad_at) {
  u64 unused = 0;
  u64& bad = bad_at != nullptr ? *bad_at : unused;
  bad = 0;
  auto file = disk.open(path, io::OpenMode::kRead);
  if (!file.ok()) return error_of(file.error());
  StateFileReader reader(std::move(file).value());
  const auto size = reader.file_->size();
  if (!size.ok()) return error_of(size.error());
  if (*size < kHeadBytes + kTailBytes) {
    bad = *size;
    return JournalError::kCorrupt;
  }
  std::array<u8, kHeadBytes> head;
  GAVEL_TRY(read_exactly(*reader.file_, 0, head));
  if (!decode_head(head, kind, reader.head_)) return JournalError::kCorrupt;
  bad = *size - kTailBytes;
  GAVEL_TRY(reader.read_tail(*size));
  return reader;
}

JournalResult<void> StateFileReader::read_tail(u64 file_bytes) {
  std::array<u8, kTailBytes> bytes;
  GAVEL_TRY(read_exactly(*file_, file_bytes - kTailBytes, bytes));
  ByteReader reader(bytes);
  tail_.root = reader.read_hash();
  tail_.batch = reader.read_u64_le();
  tail_.entries = reader.read_u64_le();
  payload_bytes_ = reader.read_u64_le();
  tail_.objects_checksum = reader.read_u64_le();
  checksum_ = reader.read_u64_le();
  if (reader.read_u64_le() != kTailMagic) return JournalError::kCorrupt;
  if (payload_bytes_ != file_bytes - kTailBytes) return JournalError::kCorrupt;
  return {};
}

JournalResult<void> StateFileReader::scan(const Visitor& visit, FileChecksum* checksum,
                                          u64* bad_at) {
  std::vector<u8> buffer;  // the end of an entry that was cut, then a block
  u64 count = 0;
  for (u64 at = 0; at < payload_bytes_;) {
    const std::size_t block = std::min(kBlockBytes, payload_bytes_ - at);
    const std::size_t kept = buffer.size();
    buffer.resize(kept + block);
    const std::span<u8> fresh = std::span(buffer).subspan(kept);
    GAVEL_TRY(read_exactly(*file_, at, fresh));
    if (checksum != nullptr) checksum->update(fresh);
    if (at == 0) buffer.erase(buffer.begin(), buffer.begin() + kHeadBytes);
    at += block;
    const WholeEntries whole = whole_entries(buffer);
    if (bad_at != nullptr) *bad_at = at - buffer.size() + whole.bytes;
    if (!whole.ok) return JournalError::kCorrupt;
    count += whole.count;
    if (visit && whole.bytes != 0 &&
        !visit(std::span<const u8>(buffer).first(whole.bytes), at - buffer.size())) {
      return {};
    }
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(whole.bytes));
  }
  return buffer.empty() && count == tail_.entries ? JournalResult<void>{} : JournalError::kCorrupt;
}

JournalResult<void> StateFileReader::verify(u64* bad_at) {
  FileChecksum checksum;
  GAVEL_TRY(scan({}, &checksum, bad_at));
  if (bad_at != nullptr) *bad_at = payload_bytes_;
  std::array<u8, kTailBytes> tail;
  GAVEL_TRY(read_exactly(*file_, payload_bytes_, tail));
  checksum.update(std::span<const u8>(tail).first(kTailHashedBytes));
  return checksum.value() == checksum_ ? JournalResult<void>{} : JournalError::kCorrupt;
}

JournalResult<void> StateFileReader::for_each_stream(const Visitor& visit) {
  return scan(visit, nullptr);
}

JournalResult<void> StateFileReader::read_at(u64 offset, std::span<u8> out) {
  return read_exactly(*file_, offset, out);
}

}  // namespace gavel::state
