// A node in miniature for tests: the gateway's frames over real sockets, signatures checked, orders
// matched by naive books.
//
// A perpetual market asks for the account's collateral and a first price report before it takes
// orders.
// It executes submissions in the order in which they arrive and answers at once; it can be told to
// be busy, to close, or to lie.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "replay/replay.hpp"

namespace gavel::replay {

struct FakeBehaviour {
  u32 busy_every = 0;       // every n-th new submission is refused as busy, once
  u64 close_after = 0;      // submissions; 0 = never
  u64 silent_after = 0;     // submissions; 0 = never
  u64 swap_fill_after = 0;  // from then on fills name another maker
  bool rubbish = false;     // answers the hello with bytes that are no frame
  bool refuse_hello = false;
};

class FakeNode final : public Venue {
 public:
  explicit FakeNode(FakeBehaviour behaviour = {});
  ~FakeNode() override;

  u16 port() const { return port_; }
  u64 submissions() const { return submissions_; }
  u64 bad_signatures() const { return bad_signatures_; }
  u64 reused_nonces() const { return reused_nonces_; }
  std::vector<Funding> funding() const { return funding_; }
  // Taken price reports, in order.
  struct Report {
    u32 market = 0;
    u32 account = 0;
    u32 price_ticks = 0;
    u64 orders_before = 0;  // taken in the market
  };
  const std::vector<Report>& reports() const { return reports_; }
  const std::vector<u32>& oracles() const { return oracles_; }
  u32 quorum() const { return quorum_; }

  ReplayResult<u32> open_market(const MarketRequest& request) override;
  ReplayResult<std::vector<u32>> open_accounts(std::span<const Funding> funding) override;
  ReplayResult<std::vector<u32>> open_oracles(std::span<const Address> owners, u32 quorum) override;
  ReplayResult<MarketFigures> figures(u32 market) override;
  ReplayResult<std::vector<BookLevel>> book(u32 market) override;

 private:
  struct Market {
    NaiveBook book;
    std::map<std::pair<u32, exchange::ClientId>, u64>
        open;  // account, client id -> exchange's order id
    std::map<u64, u64> lots_before;
    bool perpetual = false;
    bool has_price = false;
    u64 orders = 0;
  };
  void serve();
  void serve_connection(int fd);
  void answer_submit(std::span<const u8> payload, std::vector<u8>& out);
  stf::Receipt execute(const stf::Transaction& tx);
  stf::Receipt place(Market& market, const stf::Transaction& tx);
  stf::Receipt change(const stf::Transaction& tx);
  stf::Receipt margin(const stf::Transaction& tx);
  stf::Receipt report(const stf::Transaction& tx);

  FakeBehaviour behaviour_;
  int listener_ = -1;
  u16 port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  std::vector<std::thread> connections_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Market>> markets_;
  std::vector<Address> owners_;  // by account index
  std::vector<Funding> funding_;
  std::map<u32, u64> collateral_;  // by account
  std::vector<u32> oracles_;
  u32 quorum_ = 0;
  std::vector<Report> reports_;
  std::map<std::pair<u32, u32>, u64> last_report_ms_;  // by market and account
  std::set<std::pair<u32, u64>> nonces_;
  std::set<u64> was_busy_;
  std::atomic<u64> submissions_{0};
  std::atomic<u64> bad_signatures_{0};
  std::atomic<u64> reused_nonces_{0};
  u64 next_order_id_ = 1'000'000;
  u64 block_ = 0;
  Hash32 domain_;
};

}  // namespace gavel::replay
