// A model of the objects for tests of the commit store: plain maps, random batches, and the naive
// tree.
#pragma once

#include <map>
#include <vector>

#include "io/random.hpp"
#include "state/commit_store.hpp"
#include "tree/naive_tree_test.hpp"

namespace gavel::state {

using Bytes = std::vector<u8>;
using Objects = std::map<ObjectKey, Bytes>;

inline Hash32 naive_root(const Objects& objects) {
  tree::NaiveTree tree;
  for (const auto& [key, encoding] : objects)
    tree.set(key.table, key.index, tree::hash_leaf(encoding));
  return tree.root();
}

class MapSource final : public ObjectSource {
 public:
  explicit MapSource(const Objects& objects) : objects_(&objects) {}
  u32 extent(u8 table) override {
    u32 extent = 0;
    for (const auto& [key, encoding] : *objects_) {
      if (key.table == table) extent = std::max(extent, key.index + 1);
    }
    return extent;
  }
  u32 encode(u8 table, u32 index, std::span<u8> out) override {
    const auto found = objects_->find({table, index});
    if (found == objects_->end()) return 0;
    std::copy(found->second.begin(), found->second.end(), out.begin());
    return static_cast<u32>(found->second.size());
  }

 private:
  const Objects* objects_;
};

class MapSink final : public ObjectSink {
 public:
  bool load(u8 table, u32 index, std::span<const u8> encoding) override {
    if (refuse) return false;
    if (encoding.empty()) {
      objects.erase({table, index});
    } else {
      objects[{table, index}] = Bytes(encoding.begin(), encoding.end());
    }
    return true;
  }

  Objects objects;
  bool refuse = false;
};

// The hot path: writes objects and logs them, block by block.
class World {
 public:
  explicit World(u64 seed) : random_(seed) {}

  // A random write to the batch in progress.
  void write() {
    const u8 table = static_cast<u8>(1 + 4 * random_.below(2));
    const u32 index =
        static_cast<u32>(random_.chance(800'000) ? random_.below(60) : random_.below(4000));
    Bytes encoding(random_.chance(20'000) ? 0 : 1 + random_.below(200));
    random_.fill(encoding);
    write({table, index}, encoding);
  }
  void write(const ObjectKey& key, const Bytes& encoding) {
    const auto found = objects.find(key);
    const Bytes old = found == objects.end() ? Bytes{} : found->second;
    if (touched_.try_emplace(key, true).second) {
      append_entry(streams_.back(), key.table, EntryKind::kBefore, key.index, old);
    }
    append_entry(streams_.back(), key.table, EntryKind::kAfter, key.index, encoding);
    if (encoding.empty()) {
      objects.erase(key);
    } else {
      objects[key] = encoding;
    }
    if (random_.chance(100'000)) streams_.emplace_back();
  }
  void write_some(u32 count) {
    for (u32 i = 0; i < count; ++i) write();
  }
  std::vector<std::span<const u8>> streams() const { return {streams_.begin(), streams_.end()}; }
  // The batch in progress ends: its objects are history_[batch].
  void end_batch() {
    history.push_back(objects);
    streams_.assign(1, {});
    touched_.clear();
  }
  u64 next_batch() const { return history.size(); }

  // What recovery left: the state and history at the store's newest batch.
  void go_back_to(std::size_t batches) {
    history.resize(batches);
    objects = batches == 0 ? Objects{} : history.back();
    streams_.assign(1, {});
    touched_.clear();
  }

  Objects objects;
  std::vector<Objects> history;  // by batch

 private:
  io::SeededRandom random_;
  std::vector<Bytes> streams_ = std::vector<Bytes>(1);
  std::map<ObjectKey, bool> touched_;
};

inline CommitConfig config_in(const std::string& directory) {
  CommitConfig config;
  config.tree.capacity[1] = 4096;
  config.tree.capacity[5] = 4096;
  config.directory = directory;
  return config;
}

struct Opened {
  std::unique_ptr<CommitStore> store;
  RecoveryReport report;
  Objects objects;
};

inline CommitResult<Opened> open_store(io::Disk& disk, const CommitConfig& config) {
  MapSink sink;
  Opened out;
  out.store = GAVEL_TRY(CommitStore::open(disk, config, sink, out.report));
  out.objects = std::move(sink.objects);
  return out;
}

// Commits `writes` random writes as the next batch.
inline CommitResult<Commitment> commit_some(CommitStore& store, World& world, u32 writes) {
  world.write_some(writes);
  const Commitment done = GAVEL_TRY(store.commit(world.next_batch(), world.streams()));
  world.end_batch();
  return done;
}

}  // namespace gavel::state
