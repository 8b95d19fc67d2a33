// SigningPass: any pages as a batch whose transactions are signed, mostly.
//
// What: runs a batch natively, and whenever a row's signature is asked for puts the right one into
// the page: by the key that the state names, if it is one of ours. One row in sixteen keeps the
// bytes that it has, one in sixteen gets a signature with a changed bit. Says what each unit does.
// Why: a fuzzer cannot sign, and a row without a signature reaches no rule. Invariant: the batch as
// it stands afterwards does what was said, and differs from the one before in signatures alone.
#pragma once

#include <map>
#include <random>

#include "stf/judge_world_test.hpp"

namespace gavel::guest {

using Keys = std::map<Address, crypto::SecretKey>;

class SigningPass {
 public:
  SigningPass(stf::BatchText& text, const Keys& keys, u64 seed)
      : text_(text), rules_(stf::make_rules(text.config)), keys_(keys), random_(seed) {}

  // What each unit does, in a few words.
  std::vector<std::string> run() {
    stf::Posted posted;
    posted.data_len = text_.pages.size() + text_.missing_pages;
    posted.inbox_must = text_.inbox_must;
    posted.l1_time_ms = text_.l1_time_ms;
    stf::Progress progress;
    progress.cursor = stf::first_cursor(stf::genesis_cursor(Hash32{}, Hash32{}), 1, posted);
    stf::MapState map;
    std::vector<std::string> out;
    while (progress.cursor.phase != stf::Phase::finished) {
      stf::UnitTeller teller;
      stf::UnitRunner(map, rules_, text_, *this, teller).run(progress);
      out.push_back(teller.said);
    }
    return out;
  }

  // stf::Signatures.
  Hash32 open(u64 page, u64 offset, const stf::Transaction& tx) {
    page_ = page;
    offset_ = offset;
    signature_.bytes = tx.signature;
    return digest_ = stf::transaction_digest(tx, rules_.domain);
  }
  bool signed_by(const Address& who) {
    const u64 choice = random_() % 16;
    const auto key = keys_.find(who);
    if (choice != 0 && key != keys_.end()) {
      signature_ = crypto::sign(digest_, key->second);
      if (choice == 1) signature_.bytes[random_() % 64] ^= static_cast<u8>(1 << random_() % 8);
      put();
    }
    const auto signer = crypto::recover_address_host(digest_, signature_);
    return signer.ok() && *signer == who;
  }

 private:
  // A transaction's row ends with its signature.
  void put() {
    std::vector<u8>& page = text_.pages.at(page_);
    stf::PageContext context = stf::context_at(page, offset_);
    stf::Row row;
    const u32 length = decode_row(std::span(page).subspan(offset_), context, row);
    GAVEL_CHECK(length > signature_.bytes.size());
    std::ranges::copy(
        signature_.bytes,
        page.begin() + static_cast<std::ptrdiff_t>(offset_ + length - signature_.bytes.size()));
  }

  stf::BatchText& text_;
  stf::Rules rules_;
  const Keys& keys_;
  std::mt19937_64 random_;
  u64 page_ = 0, offset_ = 0;
  Hash32 digest_;
  crypto::Signature64 signature_;
};

}  // namespace gavel::guest
