// Whole programs on this machine and on qemu-riscv32: two answers that share nothing.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "vm/elf_file_test.hpp"
#include "vm/program_test.hpp"

extern char** environ;

namespace gavel::vm {
namespace {

// The status with which the program exits under qemu; -1 if it does not.
int status_in_qemu(const std::filesystem::path& elf) {
  std::string program = GAVEL_QEMU_RV32;
  std::string file = elf.string();
  char* arguments[] = {program.data(), file.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0) return -1;
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

TEST(Qemu, RandomProgramsEndAlike) {
  const u32 count = std::getenv("GAVEL_LONG") != nullptr ? 2000 : 60;
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / ("vm_qemu_" + std::to_string(::getpid()));
  for (u32 seed = 1000; seed < 1000 + count; ++seed) {
    SCOPED_TRACE(seed);
    ElfFile elf;
    elf.segments.push_back({kFirstPc, code_bytes(tame_program(seed, 250, 20)), 0});
    elf.segments.push_back({kDataBase, {}, kPageBytes});
    const std::vector<u8> bytes = elf.bytes();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    const auto image = load_elf(bytes);
    ASSERT_TRUE(image.ok());
    Machine machine;
    machine.load_image(*image);
    ASSERT_EQ(machine.run_until(10'000'000), Stop::halted);
    ASSERT_EQ(static_cast<int>(machine.state().code), status_in_qemu(file));
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace gavel::vm
