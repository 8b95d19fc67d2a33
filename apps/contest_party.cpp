#include "contest_party.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "key_file.hpp"

namespace gavel::apps {

namespace {

constexpr const char* kPlentyWei = "0x3635c9adc5dea00000";  // kPlentyEth

// "the second challenger" -> "second-challenger".
std::string file_name(const std::string& name) {
  std::string out = name.starts_with("the ") ? name.substr(4) : name;
  std::ranges::replace(out, ' ', '-');
  return out;
}

}  // namespace

AppResult<std::unique_ptr<ContestParty>> ContestParty::start(Devnet& net, const std::string& name,
                                                             std::vector<std::string> arguments) {
  std::unique_ptr<ContestParty> party(new ContestParty(net, name));
  party->file_name_ = file_name(name);
  const std::string key_file =
      fmt::format("{}/keys/{}.key", net.options().directory, party->file_name_);
  const crypto::KeyPair key = new_key();
  party->address_ = key.address;
  GAVEL_TRY(write_key_file(key_file, key));
  GAVEL_TRY(net.link().raw("anvil_setBalance",
                           fmt::format(R"(["{}","{}"])", hex_of(key.address), kPlentyWei)));
  party->arguments_ = std::move(arguments);
  for (const std::string& more :
       {std::string("--l1"), net.l1_url(), std::string("--registry"),
        hex_of(net.contracts().registry), std::string("--key-file"), key_file}) {
    party->arguments_.push_back(more);
  }
  GAVEL_TRY(party->start_again());
  return party;
}

AppResult<void> ContestParty::start_again() {
  ++lives_;
  const std::string log = lives_ == 1 ? file_name_ : fmt::format("{}-{}", file_name_, lives_);
  auto started =
      ChildProcess::start(arguments_, fmt::format("{}/{}.log", net_.options().directory, log));
  if (!started.ok()) return started.error();
  child_.emplace(std::move(*started));
  return {};
}

std::vector<std::pair<std::string, std::string>> ContestParty::lines() const {
  std::vector<std::pair<std::string, std::string>> out;
  std::ifstream in(child_->log_file());
  for (std::string text; std::getline(in, text);) {
    const std::size_t at = text.find('=');
    if (at != std::string::npos && text.find(' ') > at) {
      out.emplace_back(text.substr(0, at), text.substr(at + 1));
    }
  }
  return out;
}

std::map<std::string, std::string> ContestParty::facts() const {
  std::map<std::string, std::string> out;
  for (auto& [name, value] : lines()) out.emplace(name, std::move(value));
  return out;
}

std::vector<Address> ContestParty::accounts() const {
  std::vector<Address> out = {address_};
  for (const auto& [name, value] : lines()) {
    Address one;
    if (name != "address" || !parse_hex(value, one.bytes)) continue;
    if (std::ranges::find(out, one) == out.end()) out.push_back(one);
  }
  return out;
}

}  // namespace gavel::apps
