#include "common/observe/admin_server.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/observe/config.h"
#include "common/observe/json_log.h"

namespace oversight::observe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr char kText[] = "text/plain; charset=utf-8";

struct Answer {
  http::status status = http::status::ok;
  std::string body;
  const char* content_type = kText;
};

// The parser's own errors, other than a client that left.
bool IsMalformed(beast::error_code error) {
  static const auto& parser_category = make_error_code(http::error::bad_method).category();
  return error.category() == parser_category && error != http::error::end_of_stream &&
         error != http::error::partial_message;
}

Answer Probe(const char* no, const std::function<absl::Status()>& ask) {
  const absl::Status status = ask ? ask() : absl::OkStatus();
  if (status.ok()) return {http::status::ok, "ok\n"};
  return {http::status::service_unavailable,
          absl::StrCat(no, ": ", absl::StatusCodeToString(status.code()), ": ", status.message(), "\n")};
}

Answer AnswerTo(const AdminOptions& options, std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/livez") return Probe("not alive", options.alive);
  if (path == "/readyz") return Probe("not ready", options.ready);
  if (path == "/metrics" && options.metrics) {
    return {http::status::ok, options.metrics(), "text/plain; version=0.0.4; charset=utf-8"};
  }
  if (path == "/debug/config" && options.config) {
    return {http::status::ok, options.config() + "\n", "application/json"};
  }
  return {http::status::not_found, "Nothing here. There are /livez, /readyz, /metrics and /debug/config.\n"};
}

// One connection: reads a request, answers, and waits for the next until the client leaves or is too slow. Lives as
// long as an operation of it is under way; all of it runs on the one thread of the io_context.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const AdminOptions& options, int& connections)
      : stream_(std::move(socket)), options_(options), connections_(connections) {
    ++connections_;
  }
  ~Session() { --connections_; }

  void Read() {
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(options_.max_header_bytes));
    parser_->body_limit(options_.max_body_bytes);
    ExpireAfterTimeout();
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, size_t) { self->OnRead(error); });
  }

 private:
  void ExpireAfterTimeout() { stream_.expires_after(absl::ToChronoMilliseconds(options_.timeout)); }

  void OnRead(beast::error_code error) {
    if (error == http::error::header_limit) {
      return Send({http::status::request_header_fields_too_large, "The header is too large.\n"}, true);
    }
    if (error == http::error::body_limit) {
      return Send({http::status::payload_too_large, "No call here takes a body.\n"}, true);
    }
    if (IsMalformed(error)) return Send({http::status::bad_request, "That is not HTTP.\n"}, true);
    if (error) return;  // The client left, or was too slow.
    const auto& request = parser_->get();
    head_ = request.method() == http::verb::head;
    const bool close = !request.keep_alive();
    if (!head_ && request.method() != http::verb::get) {
      return Send({http::status::method_not_allowed, "Only GET and HEAD.\n"}, close);
    }
    Answer answer;
    try {
      answer = AnswerTo(options_, std::string_view(request.target().data(), request.target().size()));
    } catch (const std::exception& failure) {
      Log(LogLevel::kError, "admin", "answer failed", {{"error", failure.what()}});
      answer = {http::status::internal_server_error, "The answer could not be made; see the log.\n"};
    }
    Send(std::move(answer), close);
  }

  void Send(Answer answer, bool close) {
    const size_t length = answer.body.size();
    response_ = {};
    response_.result(answer.status);
    response_.version(11);
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (answer.status == http::status::method_not_allowed) response_.set(http::field::allow, "GET, HEAD");
    response_.keep_alive(!close);
    if (!head_) response_.body() = std::move(answer.body);
    response_.content_length(length);
    ExpireAfterTimeout();
    http::async_write(stream_, response_, [self = shared_from_this(), close](beast::error_code error, size_t) {
      self->OnWritten(error, close);
    });
  }

  void OnWritten(beast::error_code error, bool close) {
    if (error) return;
    if (close) {
      beast::error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      return Linger();
    }
    Read();
  }

  // Reads on, without listening, until the client closes or the time is over: closing with unread bytes would reset the
  // connection, and the client might never see the answer.
  void Linger() {
    stream_.async_read_some(asio::buffer(waste_), [self = shared_from_this()](beast::error_code error, size_t) {
      if (!error) self->Linger();
    });
  }

  beast::tcp_stream stream_;
  const AdminOptions& options_;
  int& connections_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::array<char, 1024> waste_;
  bool head_ = false;
};

}  // namespace

class AdminServer::Impl {
 public:
  explicit Impl(AdminOptions options) : options_(std::move(options)) {}

  absl::Status Start() {
    std::string host;
    int port = 0;
    if (!SplitHostPort(options_.listen, &host, &port)) {
      return absl::InvalidArgumentError(absl::StrCat("admin address \"", options_.listen, "\" must be host:port"));
    }
    context_.emplace(1);
    acceptor_.emplace(*context_);
    retry_.emplace(*context_);
    beast::error_code error;
    const auto found = tcp::resolver(*context_).resolve(host, std::to_string(port), error);
    tcp::endpoint endpoint;
    if (!error) {
      endpoint = found.begin()->endpoint();
      acceptor_->open(endpoint.protocol(), error);
    }
    if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_->local_endpoint(error).port();
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on the admin address ", options_.listen, ": ", error.message()));
    }
    Accept();
    thread_ = std::thread([this] { Run(); });
    return absl::OkStatus();
  }

  void Stop() {
    if (!thread_.joinable()) return;
    context_->stop();
    thread_.join();
    // Destroying the context destroys the operations under way, and with them the sessions.
    retry_.reset();
    acceptor_.reset();
    context_.reset();
  }

  int port() const { return port_; }

 private:
  void Run() {
    while (!context_->stopped()) {
      try {
        context_->run();
      } catch (const std::exception& failure) {
        Log(LogLevel::kError, "admin", "connection failed", {{"error", failure.what()}});
      }
    }
  }

  void Accept() {
    acceptor_->async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {
        // Out of descriptors, most likely. At once again would be a busy loop.
        retry_->expires_after(std::chrono::milliseconds(100));
        retry_->async_wait([this](beast::error_code aborted) {
          if (!aborted) Accept();
        });
        return;
      }
      if (connections_ < options_.max_connections) {
        std::make_shared<Session>(std::move(socket), options_, connections_)->Read();
      }
      Accept();
    });
  }

  const AdminOptions options_;
  int port_ = 0;
  int connections_ = 0;  // Only on the thread, and outlives the sessions that count it down.
  std::optional<asio::io_context> context_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> retry_;
  std::thread thread_;
};

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminServer::~AdminServer() { Stop(); }

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(AdminOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

int AdminServer::port() const { return impl_->port(); }

void AdminServer::Stop() { impl_->Stop(); }

}  // namespace oversight::observe
