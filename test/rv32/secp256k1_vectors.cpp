// The signature vectors on RV32IM: reads test/vectors/secp256k1.json from standard input, applies
// the portable code to each case and says how many agree. Exit status 0 if all do.
#include <array>
#include <string_view>

#include "base/hex.hpp"
#include "crypto/secp256k1.hpp"
#include "rv32/linux_calls.hpp"

extern "C" [[noreturn]] void gavel_panic() noexcept { gavel::rv32::leave(134); }

namespace gavel::crypto {
namespace {

std::array<char, 65536> text;

void print(std::string_view line) { rv32::write_output(line.data(), line.size()); }

// Walks the file's quoted values; the writer of the file fixes the order of the keys.
class Values {
 public:
  explicit Values(std::string_view json) : rest_(json) {}

  // The value of the next member of this name; empty, and at_end() from then on, if there is none.
  std::string_view next(std::string_view name) {
    while (!rest_.empty()) {
      const bool found = rest_.front() == '"' && after_quote().starts_with(name) &&
                         rest_.size() > name.size() + 5 && rest_[name.size() + 1] == '"';
      rest_.remove_prefix(1);
      if (!found) continue;
      rest_.remove_prefix(name.size() + 4);  // name": "
      const std::string_view value(rest_.data(), rest_.find('"'));
      rest_.remove_prefix(value.size());
      return value;
    }
    at_end_ = true;
    return {};
  }
  template <std::size_t N>
  std::array<u8, N> next_bytes(std::string_view name) {
    std::array<u8, N> out{};
    const std::string_view value = next(name);
    GAVEL_CHECK(at_end_ || base::hex_decode(value, out));
    return out;
  }
  bool at_end() const { return at_end_; }

 private:
  std::string_view after_quote() const { return {rest_.data() + 1, rest_.size() - 1}; }

  std::string_view rest_;
  bool at_end_ = false;
};

std::string_view error_name(SignatureError error) {
  constexpr std::array<std::string_view, 10> kNames = {
      "",       "RZero",      "RTooLarge", "SZero",  "STooLarge",
      "BadKey", "NotOnCurve", "Infinity",  "WrongX", "WrongParity"};
  return kNames[static_cast<u8>(error)];
}

bool agrees(Values& values, std::string_view name, const Hash32& digest) {
  const Signature64 signature{values.next_bytes<64>("signature")};
  const PublicKey key{{values.next_bytes<32>("key_x")}, {values.next_bytes<32>("key_y")}};
  const std::string_view check = values.next("check");
  const std::string_view recovery = values.next("recovery");
  const Address address{values.next_bytes<20>("address")};

  const base::Result<void, SignatureError> checked = check_signature(key, digest, signature);
  const base::Result<Address, SignatureError> recovered = recover_address(digest, signature);
  const bool same = (checked.ok() ? "ok" : error_name(checked.error())) == check &&
                    (recovered.ok() ? "ok" : error_name(recovered.error())) == recovery &&
                    recovered.value_or(Address{}) == address;
  print(same ? "agrees: " : "DIFFERS: ");
  print(name);
  print("\n");
  return same;
}

int run() {
  const i32 size = rv32::read_input(text.data(), text.size());
  GAVEL_CHECK(size > 0 && static_cast<std::size_t>(size) < text.size());
  Values values({text.data(), static_cast<std::size_t>(size)});
  u32 cases = 0;
  bool all = true;
  while (true) {
    const std::string_view name = values.next("name");
    if (values.at_end()) break;
    const Hash32 digest{values.next_bytes<32>("digest")};
    all = agrees(values, name, digest) && all;
    ++cases;
  }
  return all && cases > 0 ? 0 : 1;
}

}  // namespace
}  // namespace gavel::crypto

int main() { gavel::rv32::leave(gavel::crypto::run()); }
