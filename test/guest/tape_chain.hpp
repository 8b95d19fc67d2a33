// TapeChain: recorded order flow as batches of a chain, each with its trace.
//
// What: translates a tape's events as `gavel replay` does, signs each message for one of a hundred
// accounts, executes it with the sequencer's builder and has the verifier's deriver derive the
// batch from its pages. The first batch lists a market and funds the accounts; a tape of
// derivatives gets a perpetual market, with oracles who report the book's middle each second.
// Blocks close each tenth of a second of the tape. Why: a venue's flow has shapes that no generator
// of ours thought of. Invariant: deterministic; the deriver ends where the builder does.
#pragma once

#include <string>
#include <vector>

#include "dispute/trace_source.hpp"
#include "replay/tape.hpp"
#include "replay/tape_stream.hpp"
#include "sequencer/block_builder.hpp"
#include "state/hot_state.hpp"

namespace gavel::guest {

struct TapeKind {
  replay::TapeFormat format = replay::TapeFormat::lobster;
  bool perpetual = false;
};

class TapeChain {
 public:
  // The first `events` rows of the file.
  TapeChain(const std::string& path, TapeKind kind, u64 events);
  ~TapeChain();
  TapeChain(const TapeChain&) = delete;
  TapeChain& operator=(const TapeChain&) = delete;

  // Writes and derives the next batch, of at least so many messages of the tape if it has them.
  // False at its end.
  bool add_batch(u64 messages);
  // Of the last batch.
  std::unique_ptr<dispute::BatchTrace> trace() const;

  // Why the tape cannot be read; empty if it can.
  const std::string& error() const { return error_; }
  u64 executed() const { return executed_; }
  u64 refused() const { return refused_; }  // by the gateway's rules, so in no batch
  u64 fills() const { return fills_; }

 private:
  class Parts;

  std::string error_;
  u64 executed_ = 0, refused_ = 0, fills_ = 0;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gavel::guest
