// The fault proof program: one unit, from the hash of a cursor to the hash of the next.
#include "guest/oracle_client.hpp"
#include "stf/judge.hpp"

namespace {

gavel::guest::OracleClient oracle;
gavel::stf::Judge<gavel::guest::OracleClient> judge;

}  // namespace

int main() {
  const gavel::Hash32 cursor = gavel::guest::input_cursor();
  gavel::guest::finish(judge.run(oracle, cursor));
}
