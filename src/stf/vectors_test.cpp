// The vectors of this room's formats, test/vectors/*.json: what other implementations and the
// documents are checked against.
//
// They are written from the samples (GAVEL_WRITE_VECTORS=1 in the environment rewrites the files),
// compared with the files as text, and read back from the files byte by byte.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "crypto/keccak.hpp"
#include "stf/samples_test.hpp"

namespace gavel::stf {
namespace {

using Bytes = std::vector<u8>;

std::string hex(std::span<const u8> bytes) {
  std::string out(2 * bytes.size(), '0');
  base::hex_encode(bytes, out);
  return "\"0x" + out + "\"";
}
std::string hex(const Hash32& hash) { return hex(hash.bytes); }
std::string json_text(std::string_view text) { return "\"" + std::string(text) + "\""; }

// Numbers beyond 2^53 are not safe in every JSON reader, so all are decimal text.
std::string number(u64 value) { return json_text(std::to_string(value)); }

// Members of an object in the order given.
class Members {
 public:
  Members& add(std::string_view key, const std::string& json) {
    text_ += (text_.empty() ? "" : ", ") + json_text(key) + ": " + json;
    return *this;
  }
  std::string json() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? ",\n    " : "\n    ") + item;
  return out + "\n  ]";
}

// A file: one member a line.
std::string file_of(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out;
  for (const auto& [key, json] : members) {
    out += (out.empty() ? "{\n  " : ",\n  ") + json_text(key) + ": " + json;
  }
  return out + "\n}\n";
}

std::string path_of(const std::string& name) {
  return std::string(GAVEL_SOURCE_DIR) + "/test/vectors/" + name;
}

void expect_file(const std::string& name, const std::string& text) {
  if (std::getenv("GAVEL_WRITE_VECTORS") != nullptr) std::ofstream(path_of(name)) << text;
  std::ostringstream held;
  held << std::ifstream(path_of(name)).rdbuf();
  EXPECT_EQ(held.str(), text) << name << ": run stf_test with GAVEL_WRITE_VECTORS=1 if intended";
}

Bytes transaction_bytes(const Transaction& tx) {
  Bytes out(kMaxTransactionBytes);
  out.resize(encode_transaction(tx, out));
  return out;
}

std::string hints_json(const Hints& h) {
  Members m;
  const std::pair<const char*, u32> hints[] = {{"level", h.level},
                                               {"client_id", h.client_id},
                                               {"signer", h.signer},
                                               {"registered", h.registered},
                                               {"dead_signer", h.dead_signer}};
  for (const auto& [name, value] : hints) m.add(name, number(value));
  return m.json();
}

// A good encoding with one byte changed.
struct Malformed {
  const char* name;
  const char* of;
  u32 offset;
  u8 value;
};

template <class Find>
std::string malformed_json(std::span<const Malformed> cases, Find&& bytes_of) {
  std::vector<std::string> out;
  for (const Malformed& c : cases) {
    Bytes bytes = bytes_of(c.of);
    bytes.at(c.offset) = c.value;
    out.push_back(Members{}.add("name", json_text(c.name)).add("bytes", hex(bytes)).json());
  }
  return list(out);
}

TEST(Vectors, Transactions) {
  const Config config = samples::config();
  const Hash32 domain = domain_separator(config);
  std::vector<std::string> valid;
  for (const auto& [name, row] : samples::transaction_rows()) {
    const Address signer = row.tx.by_agent ? samples::kAgent : samples::kOwner;
    valid.push_back(Members{}
                        .add("name", json_text(name))
                        .add("bytes", hex(transaction_bytes(row.tx)))
                        .add("digest", hex(transaction_digest(row.tx, domain)))
                        .add("signer", hex(signer.bytes))
                        .json());
  }
  static constexpr Malformed kMalformed[] = {
      {"version 2", "cancel", 0, 2},
      {"unknown action", "register", 1, 13},
      {"unknown flag", "cancel", 2, 3},
      {"signer without its flag", "cancel", 2, 0},
      {"undefined side", "place_bid_gtc", 31, 2},
      {"undefined type", "place_bid_gtc", 32, 4},
      {"undefined stp", "place_bid_gtc", 33, 3},
      {"has_client_id 2", "place_ask_post_only_by_agent", 46, 2},
      {"client id without its flag", "place_ask_post_only_by_agent", 46, 0},
      {"client id beside an order id", "modify", 47, 1},
  };
  const auto find = [](std::string_view name) {
    for (const auto& [n, row] : samples::transaction_rows()) {
      if (n == name) return transaction_bytes(row.tx);
    }
    return Bytes{};
  };
  expect_file("transactions.json",
              file_of({{"chain_id", number(config.chain_id)},
                       {"verifying_contract", hex(config.verifying_contract.bytes)},
                       {"domain_separator", hex(domain)},
                       {"valid", list(valid)},
                       {"malformed", malformed_json(kMalformed, find)}}));
}

TEST(Vectors, Rows) {
  Bytes page{kPageVersion};
  PageContext context;
  std::vector<std::string> rows;
  for (const auto& [name, row] : samples::page_rows()) {
    Bytes bytes(kMaxRowBytes);
    bytes.resize(encode_row(row, context, bytes));
    page.insert(page.end(), bytes.begin(), bytes.end());
    Members m;
    m.add("name", json_text(name)).add("bytes", hex(bytes));
    if (row.kind == RowKind::open_block) m.add("dt_ms", number(row.dt_ms));
    if (row.kind == RowKind::reclaim) m.add("nonces", number(row.nonces));
    if (row.kind == RowKind::transaction) {
      m.add("transaction", hex(transaction_bytes(row.tx))).add("hints", hints_json(row.hints));
    }
    rows.push_back(m.json());
  }
  static constexpr Malformed kMalformed[] = {
      {"unknown kind", "open_block", 0, 5},        {"kind 0", "open_block", 0, 0},
      {"unknown action", "cancel", 0, 0x4d},       {"flag of another action", "cancel", 1, 9},
      {"undefined stp", "place_bid_gtc", 1, 0xc0}, {"varint cut short", "open_block", 1, 0x80},
      {"market below 0", "place_bid_gtc", 9, 1},
  };
  const auto find = [](std::string_view name) {
    Bytes bytes(kMaxRowBytes);
    for (const auto& [n, row] : samples::page_rows()) {
      PageContext fresh;
      if (n == name) bytes.resize(encode_row(row, fresh, bytes));
    }
    return bytes;
  };
  expect_file("rows.json", file_of({{"page", hex(page)},
                                    {"rows", list(rows)},
                                    {"malformed", malformed_json(kMalformed, find)}}));
}

struct NamedObject {
  std::string name;
  Bytes bytes;
};

template <class Object>
NamedObject object(std::string name, const Object& value) {
  Bytes bytes(kLongestObjectBytes);
  bytes.resize(encode_object(value, bytes));
  return {std::move(name), bytes};
}
NamedObject account_object(std::string name, u32 balances, const MarginList* margin = nullptr) {
  Bytes bytes(kLongestObjectBytes);
  exchange::Account account = samples::account();
  if (margin != nullptr) account.flags |= exchange::Account::kMargin;
  bytes.resize(encode_object(account, samples::balances(balances),
                             margin != nullptr ? *margin : MarginList{}, bytes));
  return {std::move(name), bytes};
}

std::vector<NamedObject> objects() {
  exchange::Nonces free_nonces;
  free_nonces.owner = 31;
  exchange::Level free_level;
  free_level.next = 51;
  exchange::Order free_order;
  free_order.set(4, 0);
  free_order.account_next = 61;
  const MarginList margin = samples::margin();
  return {object("global", samples::global()),
          account_object("account_empty", 0),
          account_object("account", 2),
          account_object("account_full", 64),
          object("signer", samples::signer(exchange::Signer::kLive)),
          object("signer_dead", samples::signer(exchange::Signer::kDead)),
          object("nonces", samples::nonces(3)),
          object("nonces_full", samples::nonces(27)),
          object("nonces_free", free_nonces),
          object("market", samples::market()),
          object("level", samples::level()),
          object("level_free", free_level),
          object("order", samples::order()),
          object("order_free", free_order),
          object("outbox", samples::outbox()),
          object("asset", samples::asset()),
          account_object("account_margin", 1, &margin),
          object("perpetual", samples::perpetual())};
}

TEST(Vectors, Objects) {
  std::vector<std::string> valid;
  for (const NamedObject& o : objects()) {
    valid.push_back(Members{}
                        .add("name", json_text(o.name))
                        .add("table", number(o.bytes[0]))
                        .add("bytes", hex(o.bytes))
                        .add("leaf", hex(crypto::keccak256(o.bytes)))
                        .json());
  }
  static constexpr Malformed kMalformed[] = {
      {"unknown version", "global", 1, 2},  {"balances not ascending", "account", 65, 1},
      {"a position", "account", 82, 1},     {"balance count", "account", 41, 3},
      {"undefined state", "signer", 22, 2}, {"nonces not ascending", "nonces", 20, 0},
      {"nonce count", "nonces", 16, 2},     {"undefined status", "market", 3, 0},
      {"undefined side", "level", 7, 2},    {"client id without its flag", "order", 20, 0x0c},
      {"undefined kind", "outbox", 2, 2},
  };
  const auto find = [](std::string_view name) {
    for (const NamedObject& o : objects()) {
      if (o.name == name) return o.bytes;
    }
    return Bytes{};
  };
  expect_file("objects.json",
              file_of({{"valid", list(valid)}, {"malformed", malformed_json(kMalformed, find)}}));
}

TEST(Vectors, Messages) {
  std::vector<std::string> valid;
  for (const auto& [name, message] : samples::messages()) {
    Bytes bytes(kMaxMessageBytes);
    bytes.resize(encode_message(message, bytes));
    valid.push_back(Members{}
                        .add("name", json_text(name))
                        .add("bytes", hex(bytes))
                        .add("hash", hex(message_hash(bytes)))
                        .json());
  }
  expect_file("messages.json", file_of({{"valid", list(valid)}}));
}

std::string cursor_json(std::string_view name, const Cursor& cursor) {
  std::array<u8, kCursorBytes> bytes;
  encode_cursor(cursor, bytes);
  return Members{}
      .add("name", json_text(name))
      .add("words", hex(bytes))
      .add("hash", hex(cursor_hash(cursor)))
      .json();
}

TEST(Vectors, Cursor) {
  const Cursor parent = samples::cursor();
  const Posted posted = samples::posted();
  std::array<u8, kConfigBytes> config;
  encode_config(samples::config(), config);
  Bytes receipt(kMaxReceiptBytes);
  receipt.resize(encode_receipt(samples::receipt(), receipt));
  const Hash32 a = samples::hash(0x20);
  const Hash32 b = samples::hash(0x21);
  const std::vector<std::string> cursors = {
      cursor_json("zero", Cursor{}), cursor_json("every_word", parent),
      cursor_json("first_of_43_after_every_word", first_cursor(parent, 43, posted)),
      cursor_json("genesis", genesis_cursor(a, b))};
  const std::string post = Members{}
                               .add("data_commitment", hex(posted.data_commitment))
                               .add("data_len", number(posted.data_len))
                               .add("inbox_root", hex(posted.inbox_root))
                               .add("inbox_must", number(posted.inbox_must))
                               .add("l1_time_ms", number(posted.l1_time_ms))
                               .add("l1_block_hash", hex(posted.l1_block_hash))
                               .add("config_hash", hex(posted.config_hash))
                               .json();
  expect_file("cursor.json",
              file_of({{"cursors", list(cursors)},
                       {"posted", post},
                       {"empty_frontier", hex(empty_frontier_hash())},
                       {"hash_a", hex(a)},
                       {"hash_b", hex(b)},
                       {"data_commitment_0_a_9", hex(data_commitment(0, a, 9))},
                       {"inbox_snapshot_5_a", hex(inbox_snapshot(5, a))},
                       {"block_hash_1_2_a_3_b_0", hex(block_hash(1, 2, a, 3, b, Hash32{}))},
                       {"config", hex(config)},
                       {"config_hash", hex(config_hash(config))},
                       {"receipt", hex(receipt)},
                       {"receipt_leaf_0_a", hex(receipt_leaf(0, a, receipt))}}));
}

// Reading the files.
class File {
 public:
  explicit File(const std::string& name) {
    EXPECT_EQ(parser_.load(path_of(name)).get(document_), simdjson::SUCCESS) << name;
  }
  // f(name, bytes, element) for each element of a list.
  template <class F>
  u32 each(const char* key, F&& f) {
    u32 count = 0;
    for (simdjson::dom::element e : document_[key].get_array().value()) {
      ++count;
      f(std::string(e["name"].get_string().value()), bytes(e, "bytes"), e);
    }
    return count;
  }
  static Bytes bytes(simdjson::dom::element e, const char* key) {
    const std::string_view text = e[key].get_string().value();
    Bytes out(text.size() / 2 - 1);
    EXPECT_TRUE(base::hex_decode(text, out));
    return out;
  }
  Bytes bytes(const char* key) { return bytes(document_, key); }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element document_;
};

TEST(Vectors, TransactionsReadBack) {
  File file("transactions.json");
  const Hash32 domain = domain_separator(samples::config());
  EXPECT_EQ(
      file.each("valid",
                [&](const std::string& name, const Bytes& bytes, auto e) {
                  const std::optional<Transaction> tx = decode_transaction(bytes);
                  ASSERT_TRUE(tx.has_value()) << name;
                  EXPECT_EQ(transaction_bytes(*tx), bytes) << name;
                  EXPECT_EQ(hex(transaction_digest(*tx, domain)), hex(File::bytes(e, "digest")))
                      << name;
                }),
      19u);
  EXPECT_EQ(file.each("malformed",
                      [](const std::string& name, const Bytes& bytes, auto) {
                        EXPECT_FALSE(decode_transaction(bytes).has_value()) << name;
                      }),
            10u);
}

TEST(Vectors, RowsReadBack) {
  File file("rows.json");
  const Bytes page = file.bytes("page");
  std::size_t at = 1;
  PageContext context;
  EXPECT_EQ(file.each("rows",
                      [&](const std::string& name, const Bytes& bytes, auto e) {
                        Row row;
                        const u32 length = decode_row(std::span(page).subspan(at), context, row);
                        EXPECT_EQ(length, bytes.size()) << name;
                        at += length;
                        if (row.kind != RowKind::transaction) return;
                        EXPECT_EQ(transaction_bytes(row.tx), File::bytes(e, "transaction")) << name;
                      }),
            23u);
  EXPECT_EQ(at, page.size());
  EXPECT_EQ(file.each("malformed",
                      [](const std::string& name, const Bytes& bytes, auto) {
                        PageContext fresh;
                        Row row;
                        EXPECT_EQ(decode_row(bytes, fresh, row), 0u) << name;
                      }),
            7u);
}

template <class Object>
bool object_decodes(const Bytes& bytes) {
  Object out;
  return decode_object(bytes, out);
}
bool any_object_decodes(const Bytes& bytes) {
  exchange::Account account;
  BalanceList balances;
  MarginList margin;
  return object_decodes<exchange::Global>(bytes) ||
         decode_object(bytes, account, balances, margin) ||
         object_decodes<exchange::Signer>(bytes) || object_decodes<exchange::Nonces>(bytes) ||
         object_decodes<exchange::Market>(bytes) || object_decodes<exchange::Level>(bytes) ||
         object_decodes<exchange::Order>(bytes) || object_decodes<exchange::Outbox>(bytes) ||
         object_decodes<exchange::Asset>(bytes);
}

TEST(Vectors, ObjectsReadBack) {
  File file("objects.json");
  EXPECT_EQ(file.each("valid",
                      [](const std::string& name, const Bytes& bytes, auto e) {
                        EXPECT_TRUE(any_object_decodes(bytes)) << name;
                        EXPECT_EQ(hex(crypto::keccak256(bytes)), hex(File::bytes(e, "leaf")))
                            << name;
                      }),
            18u);
  EXPECT_EQ(file.each("malformed", [](const std::string& name, const Bytes& bytes,
                                      auto) { EXPECT_FALSE(any_object_decodes(bytes)) << name; }),
            11u);
}

TEST(Vectors, MessagesReadBack) {
  File file("messages.json");
  EXPECT_EQ(file.each("valid",
                      [](const std::string& name, const Bytes& bytes, auto e) {
                        Message message;
                        EXPECT_TRUE(decode_message(bytes, message)) << name;
                        EXPECT_EQ(hex(message_hash(bytes)), hex(File::bytes(e, "hash"))) << name;
                      }),
            11u);
}

TEST(Vectors, CursorsReadBack) {
  File file("cursor.json");
  const Bytes receipt = file.bytes("receipt");
  Receipt out;
  EXPECT_TRUE(decode_receipt(receipt, out));
  EXPECT_EQ(out, samples::receipt());
  const Bytes config = file.bytes("config");
  EXPECT_EQ(decode_config(std::span<const u8, kConfigBytes>(config)), samples::config());
}

}  // namespace
}  // namespace gavel::stf
