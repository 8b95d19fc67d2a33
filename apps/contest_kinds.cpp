#include "contest_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gavel::apps {

namespace {

constexpr const char* kLastStep = "the last step of the unit's run ends elsewhere than he says";
constexpr const char* kTime = "a claim earns time only while an answer is missing";

// A lie in one unit of a busy batch, followed through every level.
CheatKind lie(const char* name, const char* sentence, Occasion occasion = Occasion::midst,
              const char* decided_by = kLastStep) {
  return {name, sentence, decided_by, {{"the liar", name, occasion}}};
}

// A liar of the plainest kind, for plays in which something else is the matter.
CheaterRole plain_liar(std::vector<std::string> behaviour = {}) {
  return {"the liar", "balance", Occasion::midst, std::move(behaviour)};
}

// The sequencer posts what no honest one would and claims it first; somebody stands by him.
CheatKind by_sequencer(const char* name, const char* sentence, const char* lie) {
  CheatKind kind{name,
                 sentence,
                 kLastStep,
                 {{"the accomplice", name, Occasion::given, {"--from-batch", "2", "--first"}}}};
  kind.sequencer = lie;
  return kind;
}

// Lists of garbage about a batch of which not much need be known.
CheatKind garbage(const char* name, const char* sentence, const char* decided_by, const char* who,
                  std::vector<std::string> behaviour) {
  CheatKind kind{
      name, sentence, decided_by, {{who, "garbage", Occasion::fresh, std::move(behaviour)}}};
  kind.little_traffic = true;
  return kind;
}

CheatKind with(CheatKind kind, Interference interference, std::vector<u32> at_levels) {
  kind.interference = interference;
  kind.at_levels = std::move(at_levels);
  return kind;
}

std::vector<CheatKind> make_kinds() {
  return {
      lie("balance", "a balance is higher after a transaction than the rules make it"),
      lie("fill", "an order is filled in another size than it was signed for"),
      lie("price", "an oracle's report is read with another price"),
      lie("skip-message", "a message of L1 is counted as executed and has no effect",
          Occasion::fresh),
      by_sequencer("signature", "the sequencer posts a badly signed row and claims it is good",
                   "signature"),
      lie("withdrawal", "a trader's withdrawal is paid to the liar", Occasion::fresh),
      lie("hint", "a good row is skipped as if its hints were malformed"),
      lie("timestamp", "a block is opened at another time than its row says"),
      lie("vm-step", "the machine jumps to its end in the middle of a run", Occasion::midst,
          "that step, in the middle of the unit's run, is not what the machine does"),
      lie("panic", "a unit that ends well is said to have panicked"),
      by_sequencer("invalid-unit", "the sequencer posts bytes that are no row and goes on behind",
                   "data"),
      {"lazy",
       "a liar claims and stops answering after three moves",
       kTime,
       {plain_liar({"--stops-after", "3"})}},
      {"last-second",
       "a liar lets seconds pass before each of his moves",
       kTime,
       {plain_liar({"--delay", "4"})}},
      garbage("malformed-lists", "a wrong end and lists of garbage that lead nowhere",
              "a true list at each level, and one step", "the liar", {}),
      garbage("sybil", "twenty rivals at once, each with a key of its own",
              "every rival has its own answer, all at the same time", "the sybil",
              {"--count", "20"}),
      {"squatter",
       "beside a liar, somebody stands for the right end with lists of garbage",
       "two lists with one end are rivals like any others",
       {plain_liar(), {"the squatter", "squatter"}}},
      {"false-challenge",
       "an honest claim is challenged; a defender, who claims no batch, answers",
       "the right claim of the node stands by itself as long as each challenge is answered",
       {plain_liar()},
       {{"the defender", "defender"}}},
      {"race",
       "two honest challengers contest one liar at the same time",
       "whatever is right to do is done once; who comes second finds it done",
       {plain_liar()},
       {{"the challenger", "challenger"}, {"the second challenger", "challenger"}}},
      with({"reorg",
            "L1 takes back blocks in the middle of the contest",
            "moves are named by their content; what is gone is decided again",
            {plain_liar()}},
           Interference::reorg, {2}),
      with({"restart",
            "the challenger is killed (SIGKILL) again and again in the middle",
            "L1 is the only memory that it needs",
            {plain_liar()}},
           Interference::kill, {1, 2, 4}),
      with({"upgrade",
            "another program is announced while the batch is pending",
            "a batch is judged by the program that was in force when its data was fixed",
            {plain_liar()}},
           Interference::announce, {1}),
  };
}

}  // namespace

std::span<const CheatKind> cheat_kinds() {
  static const std::vector<CheatKind> kKinds = make_kinds();
  return kKinds;
}

const CheatKind* find_cheat_kind(std::string_view name) {
  const auto kinds = cheat_kinds();
  const auto found = std::ranges::find_if(kinds, [&](const auto& k) { return k.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

std::string cheat_kinds_text() {
  std::string out = "Kinds of --cheat, each against those who stand for the truth:\n";
  for (const CheatKind& kind : cheat_kinds()) {
    out += fmt::format("  {:<17}{}\n", kind.name, kind.sentence);
  }
  return out;
}

}  // namespace gavel::apps
