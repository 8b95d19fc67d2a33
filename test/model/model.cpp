#include "model/model.hpp"

namespace gavel::model {
namespace {

constexpr std::size_t kMostNonces = 28;
constexpr u64 kFarthestNonce = u64{1} << 32;

bool agent_may_sign(Do action) {
  switch (action) {
    case Do::place:
    case Do::cancel:
    case Do::cancel_client_id:
    case Do::cancel_all:
    case Do::modify:
    case Do::place_reduce_only:
    case Do::report_price:
    case Do::liquidate:
      return true;
    default:
      return false;
  }
}

}  // namespace

Model::Model(const Config& config) : config_(config) {
  account_slots_.capacity = config.accounts;
  signer_slots_.capacity = config.signers;
  nonces_slots_.capacity = config.nonces;
  market_slots_.capacity = config.markets;
  level_slots_.capacity = config.levels;
  order_slots_.capacity = config.orders;
  outbox_slots_.capacity = 0xfffffffe;
  asset_slots_.capacity = config.assets;
}

// Step 3: looks and, where it passes, uses the nonce.
bool Model::nonce_passes(const Request& r) {
  const Wide nonce = r.nonce;
  if (nonce < Wide(now_) - config_.nonce_age_ms || nonce > Wide(now_) + config_.nonce_ahead_ms) {
    return false;
  }
  if (r.by_agent && r.nonce <= signers_[r.signer].floor) return false;
  u32& slot = r.by_agent ? signers_[r.signer].nonces : accounts_[r.account].nonces;
  if (slot == 0) {
    if (!nonces_slots_.has_room()) return false;
    slot = nonces_slots_.take();
    nonces_[slot] = Nonces{u8{r.by_agent}, r.by_agent ? r.signer : r.account, {r.nonce}};
    return true;
  }
  std::set<u64>& used = nonces_[slot].used;
  if (used.contains(r.nonce)) return false;
  if (used.size() == kMostNonces && r.nonce < *used.begin()) return false;
  if (Wide(r.nonce) + kFarthestNonce <= Wide(*used.rbegin())) return false;
  used.insert(r.nonce);
  while (used.size() > kMostNonces || *used.rbegin() - *used.begin() >= kFarthestNonce) {
    used.erase(used.begin());
  }
  return true;
}

Bytes Model::transaction(const Bytes& canonical, u64 block_number, u64 now_ms) {
  block_number_ = block_number;
  now_ = now_ms;
  const std::optional<Request> request = read_request(canonical);
  if (!request) return {};
  const Request& r = *request;
  if (!accounts_.contains(r.account)) return {};
  if (r.by_agent) {
    const auto signer = signers_.find(r.signer);
    if (signer == signers_.end() || !signer->second.live) return {};
    if (signer->second.account != r.account || !agent_may_sign(r.action)) return {};
    const u64 expiry = signer->second.expiry_ms;
    if (expiry != 0 && expiry < now_) return {};
  }
  if (!nonce_passes(r)) return {};
  Receipt receipt = r.expiry_ms != 0 && r.expiry_ms < now_ ? Receipt{Code::expired} : perform(r);
  if (receipt.result != Code::ok) receipt = Receipt{receipt.result};
  receipt.action = static_cast<u8>(r.action);
  receipt.account = r.account;
  return receipt.bytes();
}

Receipt Model::perform(const Request& r) {
  switch (r.action) {
    case Do::place:
    case Do::place_reduce_only:
      return place(r);
    case Do::cancel:
    case Do::cancel_client_id:
      return cancel(r);
    case Do::cancel_all:
      return cancel_all(r.account, r.market);
    case Do::modify:
      return modify(r);
    case Do::transfer:
      return transfer(r);
    case Do::withdraw:
      return withdraw(r.account, r.asset, r.amount, r.address);
    case Do::approve_agent:
      return approve_agent(r);
    case Do::revoke_agent:
      return revoke_agent(r);
    case Do::enrol:
      return enrol(r);
    case Do::unenrol:
      return unenrol(r);
    case Do::sweep_fees:
      return sweep_fees(r.market);
    case Do::margin:
      return margin(r.account, r.kind, r.amount, true);
    case Do::report_price:
      return report_price(r);
    case Do::liquidate:
      return liquidate(r.account, r.to, r.market);
  }
  return {};
}

bool Model::reclaim(u32 slot, u64 now_ms) {
  now_ = now_ms;
  const auto found = nonces_.find(slot);
  if (found == nonces_.end()) return false;
  const Nonces& window = found->second;
  if (Wide(*window.used.rbegin()) + config_.nonce_age_ms >= Wide(now_)) return false;
  (window.owner_kind == 0 ? accounts_[window.owner].nonces : signers_[window.owner].nonces) = 0;
  nonces_.erase(slot);
  nonces_slots_.freed.push_back(slot);
  note("nonce window reclaimed");
  return true;
}

}  // namespace gavel::model
