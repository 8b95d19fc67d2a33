#include "io/http.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "io/clock.hpp"

namespace gavel::io {
namespace {

constexpr u64 kSecond = 1'000'000'000;

std::span<const u8> raw(std::string_view text) {
  return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

HttpResponse echo(const HttpRequest& request) {
  HttpResponse out;
  out.status = request.target == "/missing" ? 404 : 200;
  out.body = request.method + ' ' + request.target + ' ' + request.body;
  return out;
}

class HttpTest : public ::testing::Test {
 protected:
  std::unique_ptr<HttpServer> serve(HttpServerOptions options = {},
                                    HttpServer::Handler handler = echo) {
    return start_http_server(options, std::move(handler)).value();
  }
  std::unique_ptr<HttpClient> client(u16 port, HttpClientOptions options = {}) {
    return make_http_client(*net, clock, {"127.0.0.1", port, "/"}, options);
  }
  // Sends bytes, gives everything that comes back until the server closes.
  std::string talk(u16 port, std::string_view bytes) {
    auto stream = net->connect("127.0.0.1", port, kSecond).value();
    EXPECT_TRUE(stream->write_all(raw(bytes), kSecond).ok());
    std::string out;
    std::array<u8, 4096> buffer{};
    for (;;) {
      const auto count = stream->read_some(buffer, 2 * kSecond);
      if (!count.ok()) break;
      out.append(reinterpret_cast<const char*>(buffer.data()), *count);
    }
    return out;
  }
  std::unique_ptr<Net> net = make_tcp_net();
  SystemClock clock;
};

TEST_F(HttpTest, RequestsGoThereAndBackOnOneConnection) {
  auto server = serve();
  auto http = client(server->port());
  for (int i = 0; i < 3; ++i) {
    const auto got = http->send({.method = "POST", .target = "/a?b=1", .headers = {}, .body = "x"});
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->status, 200u);
    EXPECT_EQ(got->body, "POST /a?b=1 x");
  }
  EXPECT_EQ(http->send({.target = "/missing"})->status, 404u);
  EXPECT_EQ(http->send({.method = "HEAD", .target = "/"})->body, "");
}

TEST_F(HttpTest, AKeptConnectionThatDiedIsOpenedAgainOnce) {
  auto server = serve({.idle_timeout_ns = 20'000'000});
  auto http = client(server->port());
  ASSERT_TRUE(http->send({}).ok());
  clock.sleep_for_ns(100'000'000);
  EXPECT_TRUE(http->send({}).ok());
}

TEST_F(HttpTest, AnswersOverTheLimitAreNamed) {
  auto server = serve({}, [](const HttpRequest&) {
    HttpResponse out;
    out.body = std::string(100'000, 'x');
    return out;
  });
  EXPECT_EQ(client(server->port(), {.max_body_bytes = 99'999})->send({}).error(),
            HttpError::kTooLarge);
  EXPECT_EQ(client(server->port(), {.max_body_bytes = 100'000})->send({})->body.size(), 100'000u);
}

TEST_F(HttpTest, ServerRefusesByName) {
  auto server = serve({.max_body_bytes = 10, .max_header_bytes = 200});
  EXPECT_TRUE(talk(server->port(), "POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n")
                  .starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(talk(server->port(), "GET / HTTP/1.1\r\nA: " + std::string(300, 'a') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431"));
  EXPECT_TRUE(talk(server->port(), "this is not http\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST_F(HttpTest, ASlowSenderIsCutOff) {
  auto server = serve({.request_timeout_ns = 50'000'000});
  const u64 start = clock.monotonic_ns();
  EXPECT_EQ(talk(server->port(), "GET / HTTP/1.1\r\nA: "), "");
  EXPECT_LT(clock.monotonic_ns() - start, 2 * kSecond);
}

TEST_F(HttpTest, ConnectionsAreCapped) {
  auto server = serve({.max_connections = 1});
  auto first = client(server->port());
  ASSERT_TRUE(first->send({}).ok());
  EXPECT_FALSE(client(server->port(), {.request_timeout_ns = kSecond})->send({}).ok());
  EXPECT_TRUE(first->send({}).ok());
}

TEST_F(HttpTest, StopDrainsTheAnswerUnderWay) {
  std::atomic<bool> inside = false;
  auto server = serve({}, [&](const HttpRequest&) {
    inside = true;
    SystemClock().sleep_for_ns(100'000'000);
    return HttpResponse{};
  });
  HttpResult<HttpResponse> got = HttpError::kClosed;
  std::thread caller([&] { got = client(server->port())->send({}); });
  while (!inside) std::this_thread::yield();
  server->stop(kSecond);
  caller.join();
  EXPECT_TRUE(got.ok());
  EXPECT_EQ(client(server->port())->send({}).error(), HttpError::kConnect);
}

// A server of raw bytes: what the client makes of a hostile peer.
struct HostileAnswer {
  const char* name;
  std::string bytes;
  HttpError error;
};

TEST_F(HttpTest, HostileAnswersAreNamed) {
  const HostileAnswer cases[] = {
      {"nothing", "", HttpError::kClosed},
      {"not http", "SSH-2.0-OpenSSH\r\n\r\n", HttpError::kMalformed},
      {"cut in the header", "HTTP/1.1 200 OK\r\nContent-Le", HttpError::kClosed},
      {"cut in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", HttpError::kClosed},
      {"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HttpError::kMalformed},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
       HttpError::kMalformed},
      {"huge length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
       HttpError::kTooLarge},
      {"endless header", "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'a'),
       HttpError::kTooLarge},
      {"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       HttpError::kMalformed},
      {"endless chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
       HttpError::kTooLarge},
  };
  for (const HostileAnswer& hostile : cases) {
    auto listener = net->listen("127.0.0.1", 0).value();
    std::thread peer([&] {
      auto stream = listener->accept(kSecond).value();
      std::array<u8, 1024> buffer{};
      (void)stream->read_some(buffer, kSecond);
      (void)stream->write_all(raw(hostile.bytes), kSecond);
      clock.sleep_for_ns(20'000'000);
      stream->close();
    });
    const auto got = client(listener->port())->send({.method = "GET"}, false);
    peer.join();
    ASSERT_FALSE(got.ok()) << hostile.name;
    EXPECT_EQ(name_of(got.error()), name_of(hostile.error)) << hostile.name;
  }
}

TEST_F(HttpTest, ChunkedAndUnframedBodiesAreRead) {
  for (const char* answer :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde"}) {
    auto listener = net->listen("127.0.0.1", 0).value();
    std::thread peer([&] {
      auto stream = listener->accept(kSecond).value();
      std::array<u8, 1024> buffer{};
      (void)stream->read_some(buffer, kSecond);
      for (const char c : std::string_view(answer)) (void)stream->write_all(raw({&c, 1}), kSecond);
      stream->close();
    });
    const auto got = client(listener->port())->send({});
    peer.join();
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->body, "abcde");
  }
}

TEST_F(HttpTest, ASilentPeerTimesOut) {
  auto listener = net->listen("127.0.0.1", 0).value();
  EXPECT_EQ(client(listener->port(), {.request_timeout_ns = 50'000'000})->send({}).error(),
            HttpError::kTimeout);
}

TEST_F(HttpTest, NobodyListeningIsNamed) {
  u16 port = 0;
  {
    port = net->listen("127.0.0.1", 0).value()->port();
  }
  EXPECT_EQ(client(port)->send({}).error(), HttpError::kConnect);
  EXPECT_EQ(net->connect("127.0.0.1", port, kSecond).error(), NetError::kRefused);
}

TEST(HttpText, Urls) {
  const auto plain = parse_http_url("http://127.0.0.1:8545").value();
  EXPECT_EQ(plain.host, "127.0.0.1");
  EXPECT_EQ(plain.port, 8545);
  EXPECT_EQ(plain.target, "/");
  const auto path = parse_http_url("http://node/v3/key?x=1").value();
  EXPECT_EQ(path.port, 80);
  EXPECT_EQ(path.target, "/v3/key?x=1");
  EXPECT_EQ(parse_http_url("http://[::1]:99/")->host, "::1");
  for (const char* bad :
       {"", "https://a", "http://", "http://a:0", "http://a:65536", "http://a:b", "http://a:1x",
        "http://u@a", "http://[::1", "http://a/\r\nX: y", "http://[::1]x", "ftp://a"}) {
    EXPECT_EQ(parse_http_url(bad).has_value(), false) << bad;
  }
}

TEST(HttpText, Queries) {
  EXPECT_EQ(path_of("/a/b?c=d"), "/a/b");
  EXPECT_EQ(query_parameter("/a?x=1&y=a%20b+c&x=2", "x"), "1");
  EXPECT_EQ(query_parameter("/a?x=1&y=a%20b+c", "y"), "a b c");
  EXPECT_EQ(query_parameter("/a?flag", "flag"), "");
  EXPECT_EQ(query_parameter("/a?x=%zz%4", "x"), "%zz%4");
  EXPECT_EQ(query_parameter("/a", "x"), std::nullopt);
}

}  // namespace
}  // namespace gavel::io
