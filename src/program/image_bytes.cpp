// The image's file as data of this program.
#include "program/image.hpp"

asm(".pushsection .rodata.gavel_image, \"a\", @progbits\n"
    ".balign 16\n"
    "gavel_image_begin:\n"
    ".incbin \"" GAVEL_IMAGE_ELF
    "\"\n"
    "gavel_image_end:\n"
    ".popsection\n");

// Names of the assembler text above.
extern "C" const unsigned char gavel_image_begin[];
extern "C" const unsigned char gavel_image_end[];

namespace gavel::program {

std::span<const u8> image_elf() { return {gavel_image_begin, gavel_image_end}; }

}  // namespace gavel::program
