#include "vm/elf.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "vm/page_tree.hpp"

namespace gavel::vm {
namespace {

constexpr u32 kHeaderBytes = 52;
constexpr u32 kProgramHeaderBytes = 32;
constexpr u32 kMaxSegments = 64;
constexpr u16 kExecutable = 2;
constexpr u16 kRiscV = 243;
constexpr u32 kLoad = 1;
constexpr u32 kDynamic = 2;
constexpr u32 kInterpreter = 3;
constexpr u32 kFlagCompressed = 1;
constexpr u32 kFlagFloat = 6;

struct Header {
  u32 entry = 0;
  u32 programs_offset = 0;
  u16 programs = 0;
};

struct Segment {
  u32 offset = 0;
  u32 address = 0;
  u32 file_bytes = 0;
  u32 memory_bytes = 0;

  u64 end() const { return u64{address} + memory_bytes; }
};

base::Result<Header, ElfError> read_header(std::span<const u8> file) {
  static constexpr std::array<u8, 4> kMagic = {0x7f, 'E', 'L', 'F'};
  if (file.size() < kHeaderBytes || !std::equal(kMagic.begin(), kMagic.end(), file.begin())) {
    return base::Err{ElfError::not_elf};
  }
  const bool little_endian_32 = file[4] == 1 && file[5] == 1;
  base::ByteReader reader(file.subspan(16));
  const u16 type = reader.read_u16_le();
  const u16 machine = reader.read_u16_le();
  if (!little_endian_32 || machine != kRiscV) return base::Err{ElfError::not_riscv32};
  if (type != kExecutable) return base::Err{ElfError::not_executable};
  reader.read_u32_le();  // version
  Header header;
  header.entry = reader.read_u32_le();
  header.programs_offset = reader.read_u32_le();
  reader.read_u32_le();  // section headers
  const u32 flags = reader.read_u32_le();
  reader.read_u16_le();  // this header's size
  const u16 program_bytes = reader.read_u16_le();
  header.programs = reader.read_u16_le();
  if ((flags & kFlagCompressed) != 0) return base::Err{ElfError::compressed};
  if ((flags & kFlagFloat) != 0) return base::Err{ElfError::floating_point};
  if (header.programs == 0) return base::Err{ElfError::nothing_to_run};
  if (header.programs > kMaxSegments) return base::Err{ElfError::too_many_headers};
  if (program_bytes != kProgramHeaderBytes) return base::Err{ElfError::bad_segment};
  if (header.entry % 4 != 0) return base::Err{ElfError::bad_entry};
  return header;
}

base::Result<std::vector<Segment>, ElfError> read_segments(std::span<const u8> file,
                                                           const Header& header) {
  const u64 end = u64{header.programs_offset} + u64{header.programs} * kProgramHeaderBytes;
  if (end > file.size()) return base::Err{ElfError::bad_segment};
  base::ByteReader reader(file.subspan(header.programs_offset));
  std::vector<Segment> out;
  for (u32 i = 0; i < header.programs; ++i) {
    const u32 type = reader.read_u32_le();
    Segment s;
    s.offset = reader.read_u32_le();
    s.address = reader.read_u32_le();
    reader.read_u32_le();  // physical address
    s.file_bytes = reader.read_u32_le();
    s.memory_bytes = reader.read_u32_le();
    reader.read_bytes(8);  // permissions and alignment: all memory may be read, written and run
    if (type == kDynamic || type == kInterpreter) return base::Err{ElfError::needs_a_loader};
    if (type != kLoad || s.memory_bytes == 0) continue;
    const bool in_file = u64{s.offset} + s.file_bytes <= file.size();
    if (!in_file || s.file_bytes > s.memory_bytes || s.end() > u64{1} << 32) {
      return base::Err{ElfError::bad_segment};
    }
    for (const Segment& other : out) {
      if (s.address < other.end() && other.address < s.end()) return base::Err{ElfError::overlap};
    }
    out.push_back(s);
  }
  if (out.empty()) return base::Err{ElfError::nothing_to_run};
  return out;
}

void fill_pages(std::span<const u8> bytes, u32 address,
                std::map<u32, std::shared_ptr<Page>>& pages) {
  while (!bytes.empty()) {
    const u32 at = address % kPageBytes;
    const u32 size = static_cast<u32>(std::min<std::size_t>(kPageBytes - at, bytes.size()));
    std::shared_ptr<Page>& page = pages[address >> kPageBits];
    if (page == nullptr) page = std::make_shared<Page>();
    std::memcpy(page->data() + at, bytes.data(), size);
    bytes = bytes.subspan(size);
    address += size;
  }
}

}  // namespace

const char* describe(ElfError error) {
  switch (error) {
    case ElfError::not_elf:
      return "not an ELF file, or cut short";
    case ElfError::not_riscv32:
      return "not a little-endian 32-bit RISC-V file";
    case ElfError::not_executable:
      return "not a static executable at fixed addresses (link with -static -no-pie)";
    case ElfError::compressed:
      return "built for compressed instructions (use -march=rv32im)";
    case ElfError::floating_point:
      return "built for floating-point registers (use -march=rv32im -mabi=ilp32)";
    case ElfError::needs_a_loader:
      return "dynamically linked (link with -static)";
    case ElfError::too_many_headers:
      return "more than 64 program headers";
    case ElfError::bad_segment:
      return "a segment lies outside of the file or beyond the last address";
    case ElfError::overlap:
      return "two segments overlap";
    case ElfError::nothing_to_run:
      return "no segment to load";
    case ElfError::bad_entry:
      return "the entry is not a multiple of 4";
  }
  return "";
}

Image make_image(PageCopies pages, u32 entry) {
  Image image;
  image.entry = entry;
  std::erase_if(pages, [](const auto& item) { return *item.second == Page{}; });
  image.pages = std::move(pages);
  Memory memory;
  memory.restore_pages(image.pages);
  PageTree tree;
  tree.update(memory.take_hash_stale(), memory);
  image.root = tree.root();
  return image;
}

base::Result<Image, ElfError> load_elf(std::span<const u8> file) {
  const Header header = GAVEL_TRY(read_header(file));
  std::map<u32, std::shared_ptr<Page>> pages;
  for (const Segment& s : GAVEL_TRY(read_segments(file, header))) {
    fill_pages(file.subspan(s.offset, s.file_bytes), s.address, pages);
  }
  return make_image({pages.begin(), pages.end()}, header.entry);
}

}  // namespace gavel::vm
