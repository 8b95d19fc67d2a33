// Batches for the tests of traces: those of the judge's plans as L1 would fix them, and chains of
// several batches that one author wrote.
#pragma once

#include "dispute/trace_source.hpp"
#include "io/fake_disk.hpp"
#include "stf/judge_batches_test.hpp"

namespace gavel::dispute {

// Tables that a hot state can reserve many times over.
inline stf::Config within_small_tables(stf::Config config) {
  for (u32 t = 0; t < exchange::kTableCount; ++t) {
    config.capacity[t] = std::min(config.capacity[t], state::HotCapacity::small().objects[t]);
  }
  return config;
}

inline settle::Bytes config_bytes(const stf::Config& config) {
  settle::Bytes bytes(stf::kConfigBytes);
  stf::encode_config(config, std::span<u8, stf::kConfigBytes>(bytes));
  return bytes;
}

inline Hash32 root_of(std::span<const std::vector<u8>> leaves, u32 depth) {
  stf::MapOracle ignored;
  return stf::add_tree(ignored, leaves, depth);
}

// What L1 would fix for a batch of this text; `messages` receives those of the inbox.
inline settle::BatchInput input_of(const stf::BatchText& text, u64 batch,
                                   std::vector<settle::FeedMessage>& messages) {
  settle::BatchInput in;
  in.batch = batch;
  in.pages = text.pages;
  messages.clear();
  for (const auto& bytes : text.messages) messages.push_back({1, bytes});
  in.messages = &messages;
  in.message_count = messages.size();
  in.posted.data_len = text.pages.size() + text.missing_pages;
  in.posted.data_commitment =
      stf::data_commitment(text.mode, root_of(text.pages, stf::kPageTreeDepth), in.posted.data_len);
  in.posted.inbox_root =
      stf::inbox_snapshot(messages.size(), root_of(text.messages, stf::kInboxTreeDepth));
  in.posted.inbox_must = text.inbox_must;
  in.posted.l1_time_ms = text.l1_time_ms;
  const settle::Bytes config = config_bytes(text.config);
  in.posted.config_hash = stf::config_hash(std::span<const u8, stf::kConfigBytes>(config));
  return in;
}

inline std::shared_ptr<settle::Deriver> deriver_for(io::Disk& disk, const stf::Config& config,
                                                    u32 batches = 100) {
  return std::make_shared<settle::Deriver>(config, 1, settle::UndoPlace{&disk, "undo", batches});
}

// One batch on the genesis, and its trace.
struct PlannedTrace {
  explicit PlannedTrace(stf::BatchText text_, TraceHooks hooks = {}) : text(std::move(text_)) {
    text.config = within_small_tables(text.config);
    deriver = deriver_for(disk, text.config);
    auto opened = open_trace(deriver, deriver->end(), input_of(text, 1, messages),
                             config_bytes(text.config), 1, std::move(hooks));
    GAVEL_CHECK(opened.ok());
    trace = std::move(opened).value();
  }

  stf::BatchText text;
  io::FakeDisk disk;
  std::vector<settle::FeedMessage> messages;
  std::shared_ptr<settle::Deriver> deriver;
  std::unique_ptr<BatchTrace> trace;
};

// Several batches of one author's trade, each derived when it is asked for.
class PlannedChain {
 public:
  explicit PlannedChain(u64 seed, u32 undo_batches = 100)
      : config_(within_small_tables(stf::batches::narrow_config())),
        author_(config_),
        trader_(author_, seed) {
    deriver = deriver_for(disk, config_, undo_batches);
    ends.push_back(deriver->end());
    inputs.emplace_back();
  }

  // Writes a batch and derives it.
  void add_batch(TraceHooks = {}) {
    if (inputs.size() == 1) found();
    for (u32 i = 0; i < 40; ++i) author_.run(i % 5 == 4 ? trader_.wild_row() : trader_.row());
    author_.close_block();
    stf::BatchText text;
    text.config = config_;
    text.pages = stf::pack_rows(
        std::vector<stf::Row>(author_.rows.begin() + static_cast<std::ptrdiff_t>(packed_),
                              author_.rows.end()),
        400);
    packed_ = author_.rows.size();
    text.messages = author_.batch.messages;
    text.inbox_must = text.messages.size();
    author_.open_block();  // of the next batch
    inputs.push_back(input_of(text, inputs.size(), messages));
    const auto derived = deriver->derive(inputs.back(), author_.rules);
    GAVEL_CHECK(derived.ok() && !derived.value().rows_ended_early);
    ends.push_back(derived.value().end);
  }

  TraceResult<std::unique_ptr<BatchTrace>> open(u64 batch, TraceHooks hooks = {}) {
    return open_trace(deriver, ends.at(batch - 1), inputs.at(batch), config_bytes(config_), 1,
                      std::move(hooks));
  }
  const stf::Rules& rules() const { return author_.rules; }
  const stf::Config& config() const { return config_; }

  io::FakeDisk disk;
  std::shared_ptr<settle::Deriver> deriver;
  std::vector<settle::BatchInput> inputs;  // by batch
  std::vector<stf::Cursor> ends;           // by batch, 0 is the genesis
  std::vector<settle::FeedMessage> messages;

 private:
  void found() {
    author_.open_block();
    author_.found(2, 8);
    author_.found_perpetual(8);
  }

  stf::Config config_;
  stf::Author author_;
  stf::RandomTrader trader_;
  std::size_t packed_ = 0;
};

}  // namespace gavel::dispute
