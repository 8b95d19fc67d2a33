#include <gtest/gtest.h>

#include <mutex>

#include "l1/json_rpc.hpp"

namespace gavel::l1 {
namespace {

// A server that answers by a script of statuses; 200 carries a chain id.
class Scripted {
 public:
  explicit Scripted(std::vector<u32> statuses) : statuses_(std::move(statuses)) {
    server_ = io::start_http_server({}, [this](const io::HttpRequest& request) {
                return answer(request);
              }).value();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/rpc"; }
  u32 requests() const { return requests_; }

 private:
  io::HttpResponse answer(const io::HttpRequest& request) {
    const u32 at = requests_++;
    io::HttpResponse out;
    out.status = at < statuses_.size() ? statuses_[at] : 200;
    out.content_type = "application/json";
    const size_t id = request.body.find("\"id\":") + 5;
    out.body = R"({"jsonrpc":"2.0","id":)" +
               request.body.substr(id, request.body.find(',', id) - id) +
               (out.status == 400 ? R"(,"error":{"code":-32600,"message":"bad"}})"
                                  : R"(,"result":"0x7a69"})");
    if (request.target != "/rpc" || request.method != "POST") out.status = 404;
    return out;
  }
  std::vector<u32> statuses_;
  std::atomic<u32> requests_ = 0;
  std::unique_ptr<io::HttpServer> server_;
};

class HttpTransportTest : public ::testing::Test {
 protected:
  Result<u64> ask(std::vector<std::string> urls) {
    auto transport =
        make_http_transport(*net, clock, {.urls = std::move(urls), .attempts = 4}).value();
    return make_json_rpc(*transport)->chain_id();
  }
  std::unique_ptr<io::Net> net = io::make_tcp_net();
  io::FakeClock clock;
};

TEST_F(HttpTransportTest, RepeatsWithPausesWhatFailedInTransit) {
  Scripted server({503, 429, 500});
  EXPECT_EQ(ask({server.url()}).value(), 31'337u);
  EXPECT_EQ(server.requests(), 4u);
  EXPECT_EQ(clock.monotonic_ns(), (100u + 200u + 400u) * 1'000'000u);
}

TEST_F(HttpTransportTest, GivesUpByName) {
  Scripted server({503, 503, 503, 503});
  EXPECT_EQ(ask({server.url()}).error().kind, ErrorKind::kHttpStatus);
  EXPECT_EQ(ask({"http://127.0.0.1:1/"}).error().kind, ErrorKind::kConnection);
}

TEST_F(HttpTransportTest, GoesToTheNextEndpointBeforePausing) {
  Scripted good({});
  EXPECT_EQ(ask({"http://127.0.0.1:1/", good.url()}).value(), 31'337u);
  EXPECT_EQ(clock.monotonic_ns(), 0u);
}

TEST_F(HttpTransportTest, AnErrorObjectInA4xxIsReadNotRepeated) {
  Scripted server({400});
  EXPECT_EQ(ask({server.url()}).error().kind, ErrorKind::kServer);
  EXPECT_EQ(server.requests(), 1u);
}

TEST_F(HttpTransportTest, WhatIsNotATransitFailureIsNotRepeated) {
  Scripted server({});
  HttpTransportConfig config{.urls = {server.url()}, .attempts = 4};
  config.http.max_body_bytes = 10;
  auto transport = make_http_transport(*net, clock, config).value();
  EXPECT_EQ(make_json_rpc(*transport)->chain_id().error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(server.requests(), 1u);
}

TEST_F(HttpTransportTest, UrlsAreChecked) {
  EXPECT_EQ(make_http_transport(*net, clock, {.urls = {"https://node"}}).error().kind,
            ErrorKind::kConnection);
  EXPECT_EQ(make_http_transport(*net, clock, {}).error().kind, ErrorKind::kConnection);
}

}  // namespace
}  // namespace gavel::l1
