#include "bench_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "exchange/book.hpp"
#include "replay/generator.hpp"
#include "replay/naive_book.hpp"
#include "replay/tape_stream.hpp"
#include "state/price_index.hpp"

namespace gavel::apps {

namespace {

using exchange::Side;

constexpr u32 kMaxOrders = 1u << 20;
constexpr u32 kMaxLevels = 1u << 18;

// A store of levels and orders only: what the book touches.
class BookStore {
 public:
  BookStore() : orders_(kMaxOrders), levels_(kMaxLevels), index_(1, kMaxLevels) {
    global_.tables[static_cast<u8>(exchange::Table::market)].next = 2;
  }

  const exchange::Global& global() { return global_; }
  exchange::Global& global_mut() { return global_; }
  const exchange::Account& account(u32) { return account_; }
  exchange::Account& account_mut(u32) { return account_; }
  const exchange::Signer& signer(u32) { return signer_; }
  exchange::Signer& signer_mut(u32) { return signer_; }
  const exchange::Nonces& nonces(u32) { return nonces_; }
  exchange::Nonces& nonces_mut(u32) { return nonces_; }
  const exchange::Market& market(u32) { return market_; }
  exchange::Market& market_mut(u32) { return market_; }
  const exchange::Level& level(u32 i) { return levels_[i]; }
  exchange::Level& level_mut(u32 i) { return levels_[i]; }
  const exchange::Order& order(u32 i) { return orders_[i]; }
  exchange::Order& order_mut(u32 i) { return orders_[i]; }
  exchange::Outbox& outbox_mut(u32) { return outbox_; }
  const exchange::Asset& asset(u32) { return asset_; }
  exchange::Asset& asset_mut(u32) { return asset_; }
  exchange::BalanceBlock& balance_block(u32) { return block_; }
  u32 new_balance_block() { return 1; }
  void free_balance_block(u32) {}
  exchange::MarginBlock& margin_block(u32) { return margin_; }
  u32 new_margin_block() { return 1; }
  void free_margin_block(u32) {}
  void level_added(u32 i) { index_.add(1, levels_[i].side, levels_[i].price_ticks, i); }
  void level_removed(u32 i) { index_.remove(1, levels_[i].side, levels_[i].price_ticks); }
  void order_added(u32) {}
  void order_removed(u32) {}
  void account_added(u32) {}
  void account_registered(u32) {}
  void account_unregistered(u32) {}
  void signer_added(u32) {}
  void signer_removed(u32) {}

  u32 find_level(Side side, u32 price_ticks) const { return index_.find(1, side, price_ticks); }

 private:
  exchange::Global global_;
  exchange::Account account_;
  exchange::Signer signer_;
  exchange::Nonces nonces_;
  exchange::Market market_;
  exchange::Outbox outbox_;
  exchange::Asset asset_;
  exchange::BalanceBlock block_;
  exchange::MarginBlock margin_;
  state::MappedArray<exchange::Order> orders_;
  state::MappedArray<exchange::Level> levels_;
  state::PriceIndex index_;
};
static_assert(exchange::Store<BookStore>);

struct CountFills {
  u64 fills = 0;
  u64 fillable(const exchange::Order&, u64 wanted) const { return wanted; }
  void fill(u32, u32, u64) { ++fills; }
  void remove(u32, exchange::Removal) {}
};

// A message with its order as a number of this run, so that finding it costs what an order id's
// slot costs.
struct Op {
  u64 lots = 0;
  u32 price_ticks = 0;
  u32 order = 0;
  u32 account = 0;
  replay::MessageKind kind{};
  Side side{};
};

std::vector<Op> to_ops(const std::vector<replay::Message>& messages) {
  std::vector<Op> ops;
  ops.reserve(messages.size());
  std::unordered_map<u64, u32> numbers;
  for (const replay::Message& m : messages) {
    Op op;
    op.kind = m.kind;
    op.side = m.side;
    op.price_ticks = static_cast<u32>(m.price);
    op.lots = m.lots;
    op.account = m.account + 1;
    op.order = numbers.emplace(m.order_id, static_cast<u32>(numbers.size()) + 1).first->second;
    ops.push_back(op);
  }
  return ops;
}

class BookRun {
 public:
  explicit BookRun(std::size_t orders) : ids_(orders + 1) {}

  void run(const std::vector<Op>& ops) {
    for (const Op& op : ops) {
      switch (op.kind) {
        case replay::MessageKind::place:
        case replay::MessageKind::ioc:
          place(op);
          break;
        case replay::MessageKind::cancel:
        case replay::MessageKind::reduce:
          change(op);
          break;
        case replay::MessageKind::margin:  // not of a book
        case replay::MessageKind::report:
          break;
      }
    }
  }

  u64 fills() const { return settlement_.fills; }
  u64 unknown() const { return unknown_; }

 private:
  void place(const Op& op) {
    exchange::Taker taker;
    taker.account = op.account;
    taker.market = 1;
    taker.limit_ticks = op.price_ticks;
    taker.side = op.side;
    taker.lots = op.lots;
    u32 hint = 0;
    if (op.kind == replay::MessageKind::place) {
      hint = store_.find_level(op.side, op.price_ticks);
      GAVEL_CHECK(exchange::check_level_hint(store_, 1, op.side, op.price_ticks, hint) !=
                  exchange::Place::wrong);
    }
    exchange::match(store_, taker, settlement_, ~u32{0});
    if (taker.lots == 0 || op.kind == replay::MessageKind::ioc) return;
    const u32 slot = exchange::take_slot(store_, exchange::Table::order);
    exchange::Order& order = store_.order_mut(slot);
    order.account = op.account;
    order.market_side = 1u << 1 | static_cast<u8>(op.side);
    order.price_ticks = op.price_ticks;
    order.lots = taker.lots;
    exchange::link_order(store_, slot, hint);
    ids_[op.order] = exchange::make_order_id(slot, order.generation());
  }

  void change(const Op& op) {
    const u64 id = ids_[op.order];
    const u32 slot = exchange::order_slot(id);
    const exchange::Order& order = store_.order(slot);
    if (slot == 0 || order.account == 0 || order.generation() != exchange::order_generation(id)) {
      ++unknown_;
      return;
    }
    if (op.kind == replay::MessageKind::reduce && op.lots > 0) {
      if (op.lots <= order.lots) exchange::reduce_order(store_, slot, op.lots);
      return;
    }
    exchange::unlink_order(store_, slot);
    exchange::free_order(store_, slot);
  }

  BookStore store_;
  CountFills settlement_;
  std::vector<u64> ids_;
  u64 unknown_ = 0;
};

// The same messages through a book of std::map and std::list: what a textbook engine does.
double run_peer(const std::vector<replay::Message>& messages) {
  replay::NaiveBook book;
  std::vector<replay::Fill> fills;
  const auto start = std::chrono::steady_clock::now();
  for (const replay::Message& m : messages) {
    fills.clear();
    switch (m.kind) {
      case replay::MessageKind::place:
      case replay::MessageKind::ioc: {
        const bool rests = m.kind == replay::MessageKind::place;
        book.place(m.order_id, m.account, m.side, m.price, m.lots,
                   rests ? replay::NaiveBook::Rest::yes : replay::NaiveBook::Rest::no, ~u32{0},
                   fills);
        break;
      }
      case replay::MessageKind::cancel:
        book.cancel(m.order_id);
        break;
      case replay::MessageKind::reduce:
        if (m.lots > 0 && m.lots <= book.remaining(m.order_id)) book.reduce(m.order_id, m.lots);
        break;
      case replay::MessageKind::margin:  // not of a book
      case replay::MessageKind::report:
        break;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return static_cast<double>(messages.size()) / took.count();
}

bool load(const BookBenchOptions& options, std::vector<replay::Message>& out, std::string& error) {
  static constexpr u64 kMaxMessages = 50'000'000;
  replay::TranslatorOptions translator;
  replay::TapeOpener open;
  if (options.tape.empty()) {
    replay::GeneratorOptions generator;
    generator.events = options.messages;
    open = [generator]() -> replay::TapeResult<std::unique_ptr<replay::TapeSource>> {
      return std::unique_ptr<replay::TapeSource>(std::make_unique<replay::Generator>(generator));
    };
  } else {
    open = replay::tape_file(options.tape, replay::TapeFormat::orders);
  }
  auto messages = replay::load_messages(open, replay::TapeFormat::orders, translator, kMaxMessages);
  if (!messages.ok()) {
    error = messages.error().text();
    return false;
  }
  out = std::move(messages).value();
  return true;
}

}  // namespace

bool bench_book(const BookBenchOptions& options, BookBenchResult& out, std::string& error) {
  std::vector<replay::Message> messages;
  if (!load(options, messages, error)) return false;
  const std::vector<Op> ops = to_ops(messages);
  out.messages = ops.size();
  for (u32 round = 0; round <= options.rounds; ++round) {
    BookRun run(ops.size());
    const auto start = std::chrono::steady_clock::now();
    run.run(ops);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    out.fills = run.fills();
    out.unknown = run.unknown();
    // The first round warms caches and page tables.
    if (round > 0) out.rates.push_back(static_cast<double>(ops.size()) / took.count());
  }
  std::sort(out.rates.begin(), out.rates.end());
  out.peer_rate = run_peer(messages);
  return true;
}

std::string to_text(const BookBenchResult& r) {
  const double median = r.rates[r.rates.size() / 2];
  return fmt::format(
      "book alone: {} messages, {} fills, {} for orders already gone; {} rounds\n"
      "  messages/s: min {:.2f}M  median {:.2f}M  max {:.2f}M  ({:.0f} ns a message at the "
      "median)\n"
      "  a book of ordinary containers, same messages: {:.2f}M, {:.1f} times slower\n",
      r.messages, r.fills, r.unknown, r.rates.size(), r.rates.front() / 1e6, median / 1e6,
      r.rates.back() / 1e6, 1e9 / median, r.peer_rate / 1e6, median / r.peer_rate);
}

std::string to_json(const BookBenchResult& r) {
  return fmt::format(R"({{"bench":"book","messages":{},"fills":{},"unknown":{},)"
                     R"("rounds":{},"min":{:.0f},"median":{:.0f},"max":{:.0f},"peer":{:.0f}}})",
                     r.messages, r.fills, r.unknown, r.rates.size(), r.rates.front(),
                     r.rates[r.rates.size() / 2], r.rates.back(), r.peer_rate);
}

}  // namespace gavel::apps
