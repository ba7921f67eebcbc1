// Over a real socket, with a client that sends exactly the bytes it is told.
#include "common/observe/admin_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace oversight::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int kDeadlineMillis = 10'000;

class Connection {
 public:
  explicit Connection(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& bytes) { (void)!send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // Reads until the server closes, or until `enough` is in what was read.
  std::string Read(const std::string& enough = "") {
    std::string text;
    while (enough.empty() || text.find(enough) == std::string::npos) {
      pollfd waiting{fd_, POLLIN, 0};
      if (poll(&waiting, 1, kDeadlineMillis) <= 0) return text + "(no answer in time)";
      char buffer[4096];
      const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
      if (count <= 0) return text;
      text.append(buffer, static_cast<size_t>(count));
    }
    return text;
  }

 private:
  const int fd_;
  bool connected_ = false;
};

std::unique_ptr<AdminServer> StartServer(AdminOptions options) {
  auto server = AdminServer::Start(std::move(options));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

std::string Ask(const AdminServer& server, const std::string& line) {
  Connection connection(server.port());
  connection.Send(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return connection.Read();
}

TEST(AdminServer, SaysItIsAlive) {
  const auto server = StartServer({});
  EXPECT_GT(server->port(), 0);
  const std::string answer = Ask(*server, "GET /livez");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nok\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store"));
}

TEST(AdminServer, SaysWhenItIsStuck) {
  AdminOptions options;
  options.alive = [] { return absl::UnavailableError("gRPC does not answer"); };
  const auto server = StartServer(std::move(options));
  const std::string answer = Ask(*server, "GET /livez");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("not alive: UNAVAILABLE: gRPC does not answer"));
}

TEST(AdminServer, ReadinessFollowsTheCallbackAndSaysWhy) {
  std::atomic<bool> ready{false};
  AdminOptions options;
  options.ready = [&ready] { return ready ? absl::OkStatus() : absl::UnavailableError("the store is being opened"); };
  const auto server = StartServer(std::move(options));
  const std::string refusal = Ask(*server, "GET /readyz");
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(refusal, HasSubstr("not ready: UNAVAILABLE: the store is being opened"));
  EXPECT_THAT(Ask(*server, "GET /livez"), StartsWith("HTTP/1.1 200"));
  ready = true;
  EXPECT_THAT(Ask(*server, "GET /readyz?verbose=1"), StartsWith("HTTP/1.1 200"));
}

TEST(AdminServer, ServesMetricsAndConfiguration) {
  AdminOptions options;
  options.metrics = [] { return std::string("up 1\n"); };
  options.config = [] { return std::string("{\"listen\":{}}"); };
  const auto server = StartServer(std::move(options));
  const std::string metrics = Ask(*server, "GET /metrics");
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(metrics, HasSubstr("\r\n\r\nup 1\n"));
  const std::string config = Ask(*server, "GET /debug/config");
  EXPECT_THAT(config, HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(config, HasSubstr("{\"listen\":{}}"));
}

TEST(AdminServer, WhatIsNotThereIs404) {
  const auto server = StartServer({});
  EXPECT_THAT(Ask(*server, "GET /"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Ask(*server, "GET /metrics"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Ask(*server, "GET /livez/../metrics"), StartsWith("HTTP/1.1 404"));
}

TEST(AdminServer, HeadHasTheLengthAndNoBody) {
  const auto server = StartServer({});
  const std::string answer = Ask(*server, "HEAD /livez");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n")), "\r\n\r\n");
}

TEST(AdminServer, OnlyReadsAreAllowed) {
  const auto server = StartServer({});
  const std::string answer = Ask(*server, "POST /livez");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD"));
}

TEST(AdminServer, OneConnectionCanAskAgain) {
  const auto server = StartServer({});
  Connection connection(server->port());
  for (int i = 0; i < 3; ++i) {
    connection.Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(connection.Read("ok\n"), StartsWith("HTTP/1.1 200"));
  }
  // Two requests in one packet are both answered.
  connection.Send(
      "GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string both = connection.Read();
  EXPECT_THAT(both, HasSubstr("200 OK"));
  EXPECT_THAT(both, HasSubstr("404 Not Found"));
}

TEST(AdminServer, LimitsHold) {
  const auto server = StartServer({});
  {
    Connection connection(server->port());
    connection.Send("GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n");
    EXPECT_THAT(connection.Read(), StartsWith("HTTP/1.1 431"));
  }
  {
    Connection connection(server->port());
    connection.Send("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'));
    EXPECT_THAT(connection.Read(), StartsWith("HTTP/1.1 413"));
  }
  {
    Connection connection(server->port());
    connection.Send("this is not HTTP\r\n\r\n");
    EXPECT_THAT(connection.Read(), StartsWith("HTTP/1.1 400"));
  }
  EXPECT_THAT(Ask(*server, "GET /livez"), StartsWith("HTTP/1.1 200"));
}

TEST(AdminServer, ASlowClientIsClosed) {
  AdminOptions options;
  options.timeout = absl::Milliseconds(50);
  const auto server = StartServer(std::move(options));
  Connection silent(server->port()), halfway(server->port());
  halfway.Send("GET /livez HT");
  EXPECT_EQ(silent.Read(), "");
  EXPECT_EQ(halfway.Read(), "");
}

TEST(AdminServer, TooManyConnectionsAreClosedAtOnce) {
  AdminOptions options;
  options.max_connections = 1;
  const auto server = StartServer(std::move(options));
  Connection first(server->port());
  first.Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(first.Read("ok\n"), StartsWith("HTTP/1.1 200"));
  Connection second(server->port());
  second.Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(second.Read("ok\n"), "");
}

TEST(AdminServer, AnAnswerThatFailsIs500AndTheServerGoesOn) {
  AdminOptions options;
  options.metrics = []() -> std::string { throw std::runtime_error("broken"); };
  const auto server = StartServer(std::move(options));
  const std::string answer = Ask(*server, "GET /metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("broken")));
  EXPECT_THAT(Ask(*server, "GET /livez"), StartsWith("HTTP/1.1 200"));
}

TEST(AdminServer, StopClosesThePortAndOpenConnections) {
  const auto server = StartServer({});
  Connection open(server->port());
  open.Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  open.Read("ok\n");
  const int port = server->port();
  server->Stop();
  server->Stop();
  EXPECT_EQ(open.Read(), "");
  EXPECT_FALSE(Connection(port).connected());
}

TEST(AdminServer, StartSaysWhatIsWrongWithTheAddress) {
  AdminOptions malformed;
  malformed.listen = "7201";
  EXPECT_EQ(AdminServer::Start(malformed).status().code(), absl::StatusCode::kInvalidArgument);
  const auto server = StartServer({});
  AdminOptions taken;
  taken.listen = "127.0.0.1:" + std::to_string(server->port());
  const auto second = AdminServer::Start(taken);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(taken.listen));
}

TEST(AdminServer, AnswersManyClientsAtOnce) {
  const auto server = StartServer({});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) good += Ask(*server, "GET /livez").rfind("HTTP/1.1 200", 0) == 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace oversight::observe
