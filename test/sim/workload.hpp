// Workload: the one place that makes what clients submit.
//
// What: plausible and foolish transactions of a few accounts whose keys it has, signed, as bytes.
// It may look at the node's state as a client may ask the node, so that cancels and agents name
// what is there. To extend it, add a case to action(). Invariant: deterministic; no transaction is
// made twice.
#pragma once

#include <map>
#include <vector>

#include "crypto/secp256k1_host.hpp"
#include "io/random.hpp"
#include "state/hot_state.hpp"
#include "stf/transaction.hpp"

namespace gavel::sim {

struct SignedTransaction {
  Hash32 id;
  std::vector<u8> bytes;
};

class Workload {
 public:
  // Account i is keys[i - 1]'s.
  Workload(const Hash32& domain, std::span<const crypto::KeyPair> keys, u32 markets, u32 assets,
           io::Random& random);

  // The next one of this account. `state`: null if the node is down.
  SignedTransaction next(u32 account, u64 now_ms, const state::HotState* state);
  // One with a signature that is none: cheap to make, and refused.
  SignedTransaction forged(u32 account, u64 now_ms);

 private:
  u32 below(u64 bound) { return static_cast<u32>(random_.below(bound)); }
  bool one_in(u32 n) { return random_.below(n) == 0; }
  void action(stf::Transaction& tx, const state::HotState* state);
  void place(stf::Transaction& tx);
  void change_order(stf::Transaction& tx, const state::HotState& state);
  void money(stf::Transaction& tx);
  void keys(stf::Transaction& tx);
  void sign_by_agent(stf::Transaction& tx, const state::HotState& state);
  u64 nonce(u32 account, u64 now_ms);

  Hash32 domain_;
  std::span<const crypto::KeyPair> keys_;
  std::vector<crypto::KeyPair> agents_;
  u32 markets_;
  u32 assets_;
  io::Random& random_;
  std::map<u32, u64> last_nonce_;
  const crypto::KeyPair* signer_ = nullptr;  // of the transaction being made
};

}  // namespace gavel::sim
