// Witnesses as files: read as they were written, and in no other form.
#include "dispute/witness_bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "dispute/trace_world_test.hpp"

namespace gavel::dispute {
namespace {

using Bytes = std::vector<u8>;

Bytes record(const Bytes& preimage) {
  Bytes out{0, 0, 0, static_cast<u8>(preimage.size())};
  out.insert(out.end(), preimage.begin(), preimage.end());
  return out;
}

// A start of zeros, and these records.
Bytes file_of(const std::vector<Bytes>& records) {
  Bytes out(32);
  for (const Bytes& r : records) out.insert(out.end(), r.begin(), r.end());
  return out;
}

TEST(WitnessBytes, AreReadAsTheyWereWritten) {
  PlannedTrace planned(stf::batches::keys().text);
  const UnitWitness witness = planned.trace->witness(3).value();
  const auto read = read_witness(witness_bytes(witness));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->start, witness.start_hash);
  EXPECT_EQ(read->preimages.preimages(), witness.preimages.preimages());
}

TEST(WitnessBytes, HaveOneForm) {
  Bytes a = record({1, 2, 3}), b = record({4});
  if (!read_witness(file_of({a, b}))) std::swap(a, b);  // which hash is the lower
  struct Case {
    const char* what;
    std::vector<Bytes> records;
    bool read;
  };
  const Case cases[] = {
      {"nothing but a start", {}, true},
      {"an empty preimage", {record({})}, true},
      {"two preimages", {a, b}, true},
      {"in descending order", {b, a}, false},
      {"one of them twice", {a, a}, false},
      {"a length without bytes", {{0, 0, 0, 1}}, false},
      {"a length cut short", {{0, 0, 0}}, false},
      {"a length beyond all bytes", {{0xff, 0xff, 0xff, 0xff, 1}}, false},
      {"a byte behind the last", {a, {0}}, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(read_witness(file_of(c.records)).has_value(), c.read) << c.what;
  }
  EXPECT_FALSE(read_witness(Bytes(31)).has_value());
}

}  // namespace
}  // namespace gavel::dispute
