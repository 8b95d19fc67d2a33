// Key files: one secp256k1 key as 64 hexadecimal digits, readable by its owner alone.
#pragma once

#include <string>

#include "crypto/secp256k1_host.hpp"
#include "l1_link.hpp"

namespace gavel::apps {

// Writes a new file with mode 0600; refuses to overwrite.
[[nodiscard]] AppResult<void> write_key_file(const std::string& path, const crypto::KeyPair& key);
// Refuses a file that others may read.
[[nodiscard]] AppResult<crypto::KeyPair> read_key_file(const std::string& path);
// From the system's randomness.
[[nodiscard]] crypto::KeyPair new_key();

std::string hex_of(std::span<const u8> bytes);  // with 0x
inline std::string hex_of(const Address& address) { return hex_of(address.bytes); }
inline std::string hex_of(const Hash32& hash) { return hex_of(hash.bytes); }
// Of exactly that length, with or without 0x.
[[nodiscard]] bool parse_hex(std::string_view text, std::span<u8> out);

}  // namespace gavel::apps
