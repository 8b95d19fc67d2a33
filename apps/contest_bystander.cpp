#include "contest_bystander.hpp"

#include <fmt/format.h>

#include "command.hpp"
#include "program/image.hpp"
#include "vm/decode.hpp"
#include "vm/elf.hpp"

namespace gavel::apps {

namespace {

const char* name_of(stf::Action action) {
  static constexpr const char* kNames[] = {
      "nothing",      "place",      "cancel",     "cancel_client_id",  "cancel_all",
      "modify",       "transfer",   "withdraw",   "approve_agent",     "revoke_agent",
      "register",     "unregister", "sweep_fees", "place_reduce_only", "margin",
      "report_price", "liquidate"};
  const auto at = static_cast<std::size_t>(action);
  return at < std::size(kNames) ? kNames[at] : "unknown";
}

const char* name_of(vm::Op op) {
  static constexpr const char* kNames[vm::kOps] = {
      "illegal", "lui",   "auipc", "jal",  "jalr", "beq",  "bne",   "blt",  "bge", "bltu",
      "bgeu",    "lb",    "lh",    "lw",   "lbu",  "lhu",  "sb",    "sh",   "sw",  "addi",
      "slti",    "sltiu", "xori",  "ori",  "andi", "slli", "srli",  "srai", "add", "sub",
      "sll",     "slt",   "sltu",  "xor",  "srl",  "sra",  "or",    "and",  "mul", "mulh",
      "mulhsu",  "mulhu", "div",   "divu", "rem",  "remu", "fence", "ecall"};
  return kNames[static_cast<u8>(op)];
}

std::string describe_row(const stf::Row& row) {
  switch (row.kind) {
    case stf::RowKind::open_block:
      return "the opening of a block";
    case stf::RowKind::close_block:
      return "the closing of a block";
    case stf::RowKind::message:
      return "an inbox message";
    case stf::RowKind::reclaim:
      return "a reclaim";
    default:
      break;
  }
  const stf::Transaction& tx = row.tx;
  if (!stf::is_place(tx.action)) {
    return fmt::format("{} of account {}", name_of(tx.action), tx.account);
  }
  return fmt::format("{} of account {}: {} {} lots at {} in market {}", name_of(tx.action),
                     tx.account, tx.side == 0 ? "buy" : "sell", tx.lots, tx.price_ticks, tx.market);
}

}  // namespace

AppResult<std::unique_ptr<ContestBystander>> ContestBystander::start(L1Link& link,
                                                                     const Address& registry,
                                                                     const std::string& folder) {
  auto out = std::make_unique<ContestBystander>();
  out->verifier_ = std::make_unique<settle::Verifier>(
      link.rpc(), settle::VerifierOptions{.threads = 1, .undo = {&out->disk_, folder}});
  GAVEL_TRY(out->verifier_->start(registry));
  out->traces_ = std::make_unique<dispute::TraceSource>(*out->verifier_, 1);
  return out;
}

AppResult<void> ContestBystander::open(u64 batch) {
  while (verifier_->batches_derived() < batch) {
    if (interrupted()) return std::string("interrupted");
    const settle::VerifyState state = verifier_->step();
    if (state == settle::VerifyState::failed) return verifier_->error();
    if (state == settle::VerifyState::up_to_date && verifier_->batches_derived() < batch) {
      return fmt::format("L1 has no batch {}", batch);
    }
  }
  auto input = verifier_->input_of(batch);
  if (!input.ok()) return std::string("L1 does not give the batch's pages");
  pages_ = std::move(input->pages);
  auto trace = traces_->open(batch);
  if (!trace.ok()) return std::string(dispute::text_of(trace.error()));
  trace_ = trace->get();
  auto image = vm::load_elf(program::image_elf());
  if (!image.ok()) return std::string("the image is no program");
  truth_ =
      std::make_unique<dispute::BatchTruth>(std::move(trace).value(), std::move(image).value());
  end_ = GAVEL_TRY(truth_->end());
  state_root_ = verifier_->end_of(batch).state_root;
  const auto units = trace_->units();
  units_ = units.ok() ? *units : 0;
  return {};
}

std::string ContestBystander::describe_unit(u64 unit) {
  const auto cursor = trace_->cursor_at(unit);
  if (!cursor.ok()) return dispute::text_of(cursor.error());
  const stf::Cursor& c = *cursor;
  if (c.work != Hash32{}) return "a further part of a long action";
  if (c.phase != stf::Phase::rows || c.page >= pages_.size()) {
    return "past the batch's rows";
  }
  // The context of a row is made by those before it in its page.
  stf::PageContext context;
  stf::Row row;
  const std::span<const u8> page = pages_[c.page];
  const u64 wanted = c.offset == 0 ? 1 : c.offset;
  for (u64 at = 1; at <= wanted && at < page.size();) {
    const u32 length = stf::decode_row(page.subspan(at), context, row);
    if (length == 0) return "bytes that are no row";
    if (at == wanted) {
      return fmt::format("block {}, transaction {}: {}", c.block_number + 1, c.tx_index,
                         describe_row(row));
    }
    at += length;
  }
  return "past the batch's rows";
}

std::string ContestBystander::describe_step(u64 unit, u64 step) {
  dispute::Place place;
  place.level = 8;
  place.unit = unit;
  place.position = step;
  const auto answer = truth_->step(place);
  if (!answer.ok()) return answer.error();
  const dispute::TrueStep& proof = *answer;
  const auto state = vm::decode_state(proof.state);
  if (!state.ok()) return "a state that is none";
  if (proof.code.empty()) return "a state that is its own next";
  const u32 at = state->pc % 32;
  u32 word = 0;
  for (u32 i = 4; i-- > 0;) word = word << 8 | proof.code[0].bytes[at + i];
  return fmt::format("{} ({:08x}) at pc {:08x}", name_of(vm::decode(word).op), word, state->pc);
}

}  // namespace gavel::apps
