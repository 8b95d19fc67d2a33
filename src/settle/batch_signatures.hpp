// BatchSignatures: the digests and signers of a batch's transactions, found ahead of execution on
// all cores.
//
// What: a pass over the pages that decodes rows as a judge would and recovers every signature;
// execution then only looks them up: at no cost in the order of the rows, by a search after a step
// back. Where a page does not decode to its end,
// the pass stops there as the rows will. Invariant: open() gives the digest of the row it is asked
// for, recomputed if the pass did not see that row: the pass saves time and decides nothing.
#pragma once

#include <span>
#include <vector>

#include "stf/execute.hpp"

namespace gavel::settle {

class BatchSignatures {
 public:
  BatchSignatures(std::span<const std::vector<u8>> pages, const Hash32& domain, u32 threads);

  // stf::Signatures.
  Hash32 open(u64 page, u64 offset, const stf::Transaction& tx);
  bool signed_by(const Address& who) const { return !signer_.is_zero() && signer_ == who; }

 private:
  struct Known {
    u64 place = 0;  // page << 12 | offset
    Hash32 id;
    Address signer;  // zero: no valid signature
  };
  void scan(std::span<const std::vector<u8>> pages, u64 first_page, std::vector<Known>& out) const;

  Hash32 domain_;
  std::vector<Known> known_;
  std::size_t next_ = 0;
  Address signer_;
};

}  // namespace gavel::settle
