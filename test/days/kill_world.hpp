// What the programs of the kill test share: the chain that the node runs, and what its clients were
// told.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sequencer/test_world_test.hpp"

namespace gavel::days {

using Bytes = std::vector<u8>;

template <class T>
using DayResult = base::Result<T, std::string>;

inline constexpr u32 kAccounts = 8;

// A transaction that a client holds a result for.
struct Acknowledged {
  Hash32 id;
  u64 block = 0;
  u32 index = 0;
  Bytes receipt;
};

struct Clients {
  std::vector<Acknowledged> acknowledged;
  // Sent, and never answered: by id, the bytes.
  std::map<Hash32, Bytes> unknown;
  u64 sent = 0;
  u64 refused = 0;
  u64 last_block = 0;  // of an acknowledgement
};

struct Checked {
  u64 batches = 0;
  u64 blocks = 0;
  u64 transactions = 0;
  u64 unknown_executed = 0;
  Hash32 state_root;
};

std::string hex_of(std::span<const u8> bytes);

// Ends the batch in progress in the directory, executes all batches again from their pages alone
// (settle/deriver.hpp), and compares: every acknowledgement one by one, every state root, every
// object. The error says what is lost or differs.
DayResult<Checked> check_directory(const std::string& directory, const Clients& clients);

}  // namespace gavel::days
