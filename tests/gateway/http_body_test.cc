// Bodies that are made while they are sent: how the HTTP port pulls them, cuts them and ends them.
#include <atomic>
#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/http/http_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_client.h"

namespace oversight::gateway {
namespace {

using testing::Eventually;
using testing::HttpConnection;

// Gives `count` pieces; then ends, fails, or waits until it is cancelled.
class Pieces final : public HttpBody {
 public:
  enum class End { kEnds, kFails, kWaits };
  Pieces(int count, size_t size, End end) : count_(count), size_(size), end_(end) {}

  void Next(std::function<void(Piece)> then) override {
    if (given < count_)
      return then(std::optional<std::string>(std::string(size_, static_cast<char>('a' + given++ % 26))));
    if (end_ == End::kEnds) return then(std::nullopt);
    if (end_ == End::kFails) return then(absl::UnavailableError("The rest cannot be read."));
    std::unique_lock lock(mu_);
    if (!cancelled) {
      waiting_ = std::move(then);
      return;
    }
    lock.unlock();
    then(std::nullopt);
  }
  void Cancel() override {
    std::unique_lock lock(mu_);
    cancelled = true;
    const auto then = std::exchange(waiting_, nullptr);
    lock.unlock();
    if (then) then(std::nullopt);
  }
  bool endless() const override { return end_ == End::kWaits; }

  std::atomic<int> given{0};
  std::atomic<bool> cancelled{false};

 private:
  const int count_;
  const size_t size_;
  const End end_;
  std::mutex mu_;
  std::function<void(Piece)> waiting_;
};

class OneBody final : public HttpFace {
 public:
  explicit OneBody(std::shared_ptr<Pieces> body) : body_(std::move(body)) {}
  bool Takes(const HttpRequest&) const override { return true; }
  std::shared_ptr<Cancellable> Answer(const HttpRequest&, absl::Time, std::function<void(HttpAnswer)> done) override {
    HttpAnswer answer;
    answer.headers.emplace_back("content-type", "text/csv");
    answer.stream = body_;
    done(std::move(answer));
    return body_;
  }

 private:
  const std::shared_ptr<Pieces> body_;
};

class HttpBodyTest : public ::testing::Test {
 protected:
  void Serve(int count, size_t size, Pieces::End end, HttpOptions options = {}) {
    body_ = std::make_shared<Pieces>(count, size, end);
    face_ = std::make_unique<OneBody>(body_);
    options.listen = "127.0.0.1:0";
    auto server = HttpServer::Start(std::move(options), routes_, {face_.get()});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", server_->port()); }
  static std::string Get(const std::string& method = "GET", const std::string& version = "1.1") {
    return absl::StrCat(method, " /list.csv HTTP/", version, "\r\nhost: x\r\n\r\n");
  }
  static std::string ReadAll(HttpConnection& connection) {
    return connection.ReadRaw([](const std::string&) { return false; });
  }

  Routes routes_;
  std::shared_ptr<Pieces> body_;
  std::unique_ptr<OneBody> face_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpBodyTest, ComesInChunksAndTheConnectionGoesOn) {
  Serve(3, 2, Pieces::End::kEnds);
  HttpConnection connection(address());
  for (int i = 0; i < 2; ++i) {
    body_->given = 0;
    connection.Send(Get());
    const std::string text =
        connection.ReadRaw([](const std::string& text) { return absl::EndsWith(text, "\r\n0\r\n\r\n"); });
    EXPECT_TRUE(absl::StartsWith(text, "HTTP/1.1 200 OK\r\n")) << text;
    EXPECT_TRUE(absl::StrContains(text, "Transfer-Encoding: chunked"));
    EXPECT_TRUE(absl::EndsWith(text, "\r\n\r\n2\r\naa\r\n2\r\nbb\r\n2\r\ncc\r\n0\r\n\r\n")) << text;
  }
}

TEST_F(HttpBodyTest, OfOneThatCannotGoOnNoEndIsSent) {
  Serve(2, 2, Pieces::End::kFails);
  HttpConnection connection(address());
  connection.Send(Get());
  const std::string text = connection.ReadRaw([](const std::string& text) { return absl::EndsWith(text, "bb\r\n"); });
  EXPECT_TRUE(connection.AwaitClosed(std::chrono::seconds(5)));
  EXPECT_TRUE(absl::EndsWith(text, "2\r\naa\r\n2\r\nbb\r\n")) << "cut, so that nobody takes it for the whole: " << text;
}

TEST_F(HttpBodyTest, HttpOneDotNoughtEndsWithItsConnection) {
  Serve(2, 2, Pieces::End::kEnds);
  HttpConnection connection(address());
  connection.Send(Get("GET", "1.0"));
  EXPECT_TRUE(absl::EndsWith(ReadAll(connection), "\r\n\r\naabb"));
}

TEST_F(HttpBodyTest, OfOneThatCannotGoOnHttpOneDotNoughtGetsAReset) {
  Serve(2, 2, Pieces::End::kFails);
  HttpConnection connection(address());
  connection.Send(Get("GET", "1.0"));
  ReadAll(connection);
  EXPECT_TRUE(connection.was_reset()) << "the end of the connection would be the end of the list";
}

TEST_F(HttpBodyTest, HeadHasNoBody) {
  Serve(2, 2, Pieces::End::kEnds);
  HttpConnection connection(address());
  connection.Send(Get("HEAD"));
  const std::string text = connection.ReadRaw([](const std::string& text) { return absl::EndsWith(text, "\r\n\r\n"); });
  EXPECT_TRUE(absl::StrContains(text, "content-type: text/csv"));
  EXPECT_EQ(body_->given, 0);
  EXPECT_TRUE(Eventually([&] { return body_->cancelled.load(); }));
}

TEST_F(HttpBodyTest, ASlowClientHoldsBackTheReading) {
  Serve(100000, 64 << 10, Pieces::End::kEnds, {.write_timeout = absl::Milliseconds(500)});
  HttpConnection slow(address(), /*small_buffer=*/true);
  slow.Send(Get());
  // Cut off once it has taken nothing for the time allowed; what was made until then is what the sockets hold.
  EXPECT_TRUE(Eventually([&] { return body_->cancelled.load(); }));
  EXPECT_LT(body_->given, 500) << "of 64 KiB each";
  EXPECT_TRUE(Eventually([&] { return server_->stats().connections == 0; }));
}

TEST_F(HttpBodyTest, AClientThatGoesAwayEndsIt) {
  Serve(1, 2, Pieces::End::kWaits);
  auto connection = std::make_unique<HttpConnection>(address());
  connection->Send(Get());
  connection->ReadRaw([](const std::string& text) { return absl::EndsWith(text, "aa\r\n"); });
  EXPECT_EQ(server_->stats().streams, 1);
  connection.reset();
  EXPECT_TRUE(Eventually([&] { return body_->cancelled && server_->stats().streams == 0; }));
}

TEST_F(HttpBodyTest, ADrainEndsWhatIsEndless) {
  Serve(1, 2, Pieces::End::kWaits);
  HttpConnection connection(address());
  connection.Send(Get());
  connection.ReadRaw([](const std::string& text) { return absl::EndsWith(text, "aa\r\n"); });
  server_->Drain();
  EXPECT_EQ(ReadAll(connection), "0\r\n\r\n") << "a good end: clients come again";
  server_->Stop(absl::Seconds(10));
  EXPECT_EQ(server_->stats().connections, 0);
}

}  // namespace
}  // namespace oversight::gateway
