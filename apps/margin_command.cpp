// gavel margin: moves an account's collateral between its balance and its margin.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>

#include "command.hpp"
#include "exchange/margin_account.hpp"
#include "signer_options.hpp"

namespace gavel::apps {

namespace {

struct Options {
  SignerOptions signer;
  u64 amount = 0;
};

// Nothing but decimal digits: what moves money is not read as octal, hexadecimal or modulo 2^64.
std::string plain_amount(const std::string& text) {
  u64 value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  const bool plain = error == std::errc{} && at == end && value != 0 && text[0] != '0';
  return plain ? "" : "amount: a decimal number from 1 to 18446744073709551615";
}

AppResult<void> run(const Options& options, exchange::MarginKind kind) {
  SignedClient client = GAVEL_TRY(options.signer.open());
  stf::Transaction tx;
  tx.action = stf::Action::margin;
  tx.kind = static_cast<u8>(kind);
  tx.amount = options.amount;
  const replay::ResultFrame result = GAVEL_TRY(client.execute(tx));
  if (result.receipt.result != exchange::Reject::ok)
    return std::string("rejected: ") + exchange::name_of(result.receipt.result);
  fmt::print("ok: {} units in block {}\n", result.receipt.value, result.block);
  return {};
}

}  // namespace

void add_margin_command(CLI::App& app, int& status) {
  static Options options;
  CLI::App* margin =
      app.add_subcommand("margin", "Moves collateral between an account's balance and its margin");
  margin->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, exchange::MarginKind kind) {
    CLI::App* command = margin->add_subcommand(name, help);
    options.signer.add_to(*command);
    command->add_option("amount", options.amount, "Units of the collateral asset")
        ->required()
        ->check(plain_amount);
    command->callback([&status, kind] {
      const auto ran = run(options, kind);
      status = ran.ok() ? kOk : fail("margin", ran.error());
    });
  };
  add("deposit", "From the balance into the margin", exchange::MarginKind::deposit);
  add("withdraw", "From the margin, as far as positions allow, into the balance",
      exchange::MarginKind::withdraw);
  add("insure", "From the balance into the insurance fund; it does not come back",
      exchange::MarginKind::insure);
}

}  // namespace gavel::apps
