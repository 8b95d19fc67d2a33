// Any bytes as an ELF file: total, and never more pages than the file can fill.
#include "vm/machine.hpp"

extern "C" int LLVMFuzzerTestOneInput(const gavel::u8* data, std::size_t size) {
  using namespace gavel;
  const auto image = vm::load_elf({data, size});
  if (!image.ok()) {
    GAVEL_CHECK(*vm::describe(image.error()) != 0);
    return 0;
  }
  GAVEL_CHECK(image->pages.size() * u64{vm::kPageBytes} <= size + 2 * 64 * u64{vm::kPageBytes});
  vm::Machine machine;
  machine.load_image(*image);
  machine.set_entry(image->entry);
  static_cast<void>(machine.run_until(5000));
  GAVEL_CHECK(machine.steps() <= 5000);
  return 0;
}
