#include "cheats/shown_server.hpp"

#include <charconv>

#include "api/json_text.hpp"

namespace gavel::cheats {

namespace {

u64 number(const io::HttpRequest& request, std::string_view name, u64 otherwise) {
  const auto text = io::query_parameter(request.target, name);
  u64 value = otherwise;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

io::HttpResponse json_of(api::JsonText& json) {
  return {.status = 200, .content_type = "application/json", .headers = {}, .body = json.take()};
}

io::HttpResponse not_there(std::string_view what) {
  api::JsonText json;
  json.object().field("error", "there is no " + std::string(what)).end_object();
  io::HttpResponse response = json_of(json);
  response.status = 404;
  return response;
}

io::HttpResponse show_receipts(const Liar::Shown& shown, u64 first, u64 count) {
  api::JsonText json;
  json.object().field("block", shown.head.number).field("tx_count", shown.head.transactions);
  json.key("items").array();
  const auto& executed = shown.block.executed;
  for (u64 i = first; i < executed.size() && i < first + count; ++i) {
    const sequencer::Executed& e = executed[i];
    json.object().field("index", i).field("id", e.id);
    json.key("receipt").hex(
        std::span<const u8>(shown.block.receipts).subspan(e.receipt_at, e.receipt_size));
    json.end_object();
  }
  json.end_array().end_object();
  return json_of(json);
}

io::HttpResponse show_object(const Liar& liar, const io::HttpRequest& request, bool proved) {
  const u64 batch = number(request, "batch", 0);
  const u64 table = number(request, "table", 0);
  const u64 index = number(request, "index", 0);
  const auto* bytes = liar.object(batch, table << 32 | index);
  if (bytes == nullptr || (bytes->empty() && !proved)) return not_there("such object");
  api::JsonText json;
  json.object().key(proved ? "leaf" : "encoding").hex(*bytes);
  if (proved) {
    json.key("proof").hex(liar.proof(batch, static_cast<u8>(table), static_cast<u32>(index)));
  }
  json.end_object();
  return json_of(json);
}

}  // namespace

io::HttpResponse answer(const Liar& liar, const io::HttpRequest& request) {
  const std::string_view path = io::path_of(request.target);
  if (path == "/v1/object" || path == "/v1/proof") {
    return show_object(liar, request, path == "/v1/proof");
  }
  const bool receipts = path == "/v1/receipts";
  if (!receipts && path != "/v1/block") return not_there("such page");
  const Liar::Shown* shown = liar.block(number(request, receipts ? "block" : "number", 0));
  if (shown == nullptr) return not_there("such block");
  if (receipts) {
    return show_receipts(*shown, number(request, "first", 0), number(request, "count", 1'000));
  }
  api::JsonText json;
  json.object().field("number", shown->head.number).field("batch", shown->batch);
  json.field("hash", shown->head.hash).field("tx_count", shown->head.transactions).end_object();
  return json_of(json);
}

}  // namespace gavel::cheats
