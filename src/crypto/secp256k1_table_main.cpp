// Writes secp256k1_table.cpp: the odd multiples of the generator and of 2^128 times it.
//   crypto_secp256k1_table > src/crypto/secp256k1_table.cpp
#include <cstdio>

#include "crypto/secp256k1_multiply.hpp"

namespace gavel::crypto {
namespace {

void print_number(const Fe& value) {
  std::printf("{{{");
  for (u32 i = 0; i < 4; ++i) {
    std::printf("%s0x%016llxu", i == 0 ? "" : ", ",
                static_cast<unsigned long long>(value.v.limb[i]));
  }
  std::printf("}}}");
}

void print_table(const char* name, const AffinePoint& base) {
  const AffinePoint step = to_affine(double_point(to_jacobian(base)));
  JacobianPoint multiple = to_jacobian(base);
  std::printf("const GeneratorTable %s = {{\n", name);
  for (u32 i = 0; i < kGeneratorTableSize; ++i) {
    const AffinePoint entry = to_affine(multiple);
    std::printf("    {");
    print_number(entry.x);
    std::printf(",\n     ");
    print_number(entry.y);
    std::printf("},\n");
    multiple = add_affine(multiple, step);
  }
  std::printf("}};\n");
}

}  // namespace
}  // namespace gavel::crypto

int main() {
  using namespace gavel::crypto;
  std::printf("// Written by secp256k1_table_main.cpp; the tests recompute it.\n");
  std::printf("// clang-format off\n");
  std::printf("#include \"crypto/secp256k1_multiply.hpp\"\n\nnamespace gavel::crypto {\n\n");
  print_table("kGeneratorOdd", kGenerator);
  std::printf("\n");
  JacobianPoint high = to_jacobian(kGenerator);
  for (gavel::u32 i = 0; i < 128; ++i) high = double_point(high);
  print_table("kGeneratorHighOdd", to_affine(high));
  std::printf("\n}  // namespace gavel::crypto\n");
  return 0;
}
