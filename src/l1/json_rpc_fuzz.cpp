// Every answer decoder on any text: total, whatever the endpoint says. The first byte chooses the
// request.
#include <functional>

#include "l1/json_rpc.hpp"
#include "l1/rpc_transaction.hpp"

using namespace gavel;

namespace {

class OneAnswer final : public l1::RpcTransport {
 public:
  l1::Result<std::string> post(const std::string&) override { return answer; }
  std::string answer;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
  if (size == 0) return 0;
  OneAnswer transport;
  transport.answer.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  // A fresh client asks with id 1, so that a corpus stays meaningful.
  const auto rpc = l1::make_json_rpc(
      transport, {.max_answer_bytes = 1 << 16, .max_logs = 64, .max_bytes_field = 4096});
  const std::vector<Hash32> hashes(2);
  switch (data[0] % 10) {
    case 0:
      (void)rpc->header(l1::BlockTag::kLatest);
      break;
    case 1:
      (void)rpc->headers(1, 2);
      break;
    case 2:
      (void)rpc->receipts(std::span(hashes).first(1));
      break;
    case 3:
      (void)rpc->receipts(hashes);
      break;
    case 4:
      (void)rpc->logs({});
      break;
    case 5:
      (void)rpc->call({}, l1::BlockTag::kLatest);
      break;
    case 6:
      (void)rpc->fees();
      break;
    case 7:
      (void)rpc->raw_transactions(hashes);
      break;
    case 8: {
      l1::JsonSlicer slicer(1 << 16);
      l1::pad(transport.answer);
      (void)l1::transaction_bytes(slicer, transport.answer, 4096);
      break;
    }
    default:
      (void)rpc->chain_id();
      break;
  }
  return 0;
}
