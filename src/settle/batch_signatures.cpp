#include "settle/batch_signatures.hpp"

#include <algorithm>
#include <thread>

#include "crypto/secp256k1_batch.hpp"
#include "crypto/secp256k1_host.hpp"

namespace gavel::settle {

namespace {

u64 place_of(u64 page, u64 offset) { return page << 12 | offset; }

}  // namespace

BatchSignatures::BatchSignatures(std::span<const std::vector<u8>> pages, const Hash32& domain,
                                 u32 threads)
    : domain_(domain) {
  const std::size_t share = pages.size() / threads + 1;
  std::vector<std::vector<Known>> parts(threads);
  std::vector<std::thread> workers;
  const auto scan_part = [&](u32 t) {
    const std::size_t first = std::min(pages.size(), t * share);
    scan(pages.subspan(first, std::min(share, pages.size() - first)), first, parts[t]);
  };
  for (u32 t = 1; t < threads; ++t) workers.emplace_back(scan_part, t);
  scan_part(0);
  for (std::thread& worker : workers) worker.join();
  for (const auto& part : parts) known_.insert(known_.end(), part.begin(), part.end());
}

void BatchSignatures::scan(std::span<const std::vector<u8>> pages, u64 first_page,
                           std::vector<Known>& out) const {
  std::vector<crypto::RecoverJob> jobs;
  for (std::size_t p = 0; p < pages.size(); ++p) {
    const std::span<const u8> page = pages[p];
    if (page.size() > stf::kMaxPageBytes) continue;
    stf::PageContext context;
    stf::Row row;
    for (std::size_t at = 1; at < page.size();) {
      const u32 length = stf::decode_row(page.subspan(at), context, row);
      if (length == 0) break;
      if (row.kind == stf::RowKind::transaction) {
        out.push_back({place_of(first_page + p, at), stf::transaction_digest(row.tx, domain_), {}});
        jobs.push_back({out.back().id, crypto::Signature64{row.tx.signature}});
      }
      at += length;
    }
  }
  std::vector<base::Result<crypto::PublicKey, crypto::SignatureError>> keys(
      jobs.size(), crypto::SignatureError::kRZero);
  crypto::recover_batch(jobs, keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].ok()) out[i].signer = crypto::address_of(keys[i].value());
  }
}

Hash32 BatchSignatures::open(u64 page, u64 offset, const stf::Transaction& tx) {
  const u64 place = place_of(page, offset);
  if (next_ > 0 && known_[next_ - 1].place >= place) {
    const auto at = std::ranges::lower_bound(known_, place, {}, &Known::place);
    next_ = static_cast<std::size_t>(at - known_.begin());
  }
  while (next_ < known_.size() && known_[next_].place < place) ++next_;
  if (next_ < known_.size() && known_[next_].place == place) {
    signer_ = known_[next_].signer;
    return known_[next_].id;
  }
  const Hash32 id = stf::transaction_digest(tx, domain_);
  const auto address = crypto::recover_address_host(id, crypto::Signature64{tx.signature});
  signer_ = address.ok() ? address.value() : Address{};
  return id;
}

}  // namespace gavel::settle
