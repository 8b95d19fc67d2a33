#include "key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/hex.hpp"
#include "io/random.hpp"
#include "ops/secret.hpp"

namespace gavel::apps {

std::string hex_of(std::span<const u8> bytes) {
  std::string out(2 + 2 * bytes.size(), '0');
  out[1] = 'x';
  base::hex_encode(bytes, std::span(out).subspan(2));
  return out;
}

bool parse_hex(std::string_view text, std::span<u8> out) { return base::hex_decode(text, out); }

crypto::KeyPair new_key() {
  io::EntropyRandom random;
  Bytes32 secret;
  while (true) {
    random.fill(secret.bytes);
    if (const auto pair = crypto::keypair_from_secret(secret)) return *pair;
  }
}

AppResult<void> write_key_file(const std::string& path, const crypto::KeyPair& key) {
  const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) {
    return errno == EEXIST ? fmt::format("{} exists; a key is never overwritten", path)
                           : fmt::format("cannot write {}: {}", path, std::strerror(errno));
  }
  std::string text = hex_of(key.secret.bytes.bytes) + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = ::fsync(fd) == 0;
  ops::wipe({reinterpret_cast<u8*>(text.data()), text.size()});
  ::close(fd);
  if (!written || !synced) return fmt::format("cannot write {}: {}", path, std::strerror(errno));
  return {};
}

AppResult<crypto::KeyPair> read_key_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fmt::format("cannot read the key file {}: {}", path, std::strerror(errno));
  struct stat about{};
  std::array<char, 80> text{};
  const bool open_to_others = ::fstat(fd, &about) != 0 || (about.st_mode & 077) != 0;
  const ssize_t size = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (open_to_others)
    return fmt::format("the key file {} can be read by others; chmod 600 it", path);
  std::string_view digits(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!digits.empty() && (digits.back() == '\n' || digits.back() == ' '))
    digits.remove_suffix(1);
  Bytes32 secret;
  const bool parsed = parse_hex(digits, secret.bytes);
  const auto pair = parsed ? crypto::keypair_from_secret(secret) : std::nullopt;
  ops::wipe({reinterpret_cast<u8*>(text.data()), text.size()});
  ops::wipe(secret.bytes);
  if (!pair) return fmt::format("{} holds no key: 64 hexadecimal digits are expected", path);
  return *pair;
}

}  // namespace gavel::apps
