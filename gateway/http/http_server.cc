#include "gateway/http/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "boost/asio.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"
#include "common/limits/address.h"
#include "common/limits/cost.h"
#include "common/observe/config.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "gateway/forward/backend_call.h"
#include "gateway/http/connect.h"
#include "gateway/http/gzip.h"
#include "gateway/http/json_codec.h"
#include "gateway/http/rest_error.h"

namespace oversight::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// A shorter answer is not made smaller by compression.
constexpr size_t kLeastToCompress = 1000;

// What an answer of a face depends on besides its address: on who asks, unless it is the same for all.
std::string_view VaryOf(const HttpAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name == "cache-control" && value.rfind("public", 0) == 0) return "accept-encoding";
  }
  return "accept-encoding, cookie, authorization, oversight-principal";
}

boost::core::string_view ToBoost(std::string_view text) { return {text.data(), text.size()}; }

std::chrono::nanoseconds Chrono(absl::Duration duration) { return absl::ToChronoNanoseconds(duration); }

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

// GCC 12 destroys some temporaries of an expression with co_await twice. So in this file what is not trivial and goes
// into such an expression has a name, and coroutines that are awaited at once take references.

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpOptions options, const Routes& routes, std::vector<HttpFace*> faces)
      : options_(std::move(options)),
        routes_(routes),
        faces_(std::move(faces)),
        io_(options_.threads),
        connections_of_(options_.max_connections_of_address),
        acceptor_(asio::make_strand(io_)),
        work_(io_.get_executor()) {}

  absl::Status Listen() {
    std::string host;
    int port = 0;
    if (!observe::SplitHostPort(options_.listen, &host, &port)) {
      return absl::InvalidArgumentError(absl::StrCat("\"", options_.listen, "\" is not host:port."));
    }
    error_code ec;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, ec);
    if (ec) return absl::InvalidArgumentError(absl::StrCat("\"", host, "\" is not an address."));
    const tcp::endpoint endpoint(address, static_cast<uint16_t>(port));
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return absl::UnavailableError(absl::StrCat("Cannot listen on ", options_.listen, ": ", ec.message()));
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(acceptor_.get_executor(), Accept(), asio::detached);
    for (int i = 0; i < options_.threads; ++i) {
      threads_.emplace_back([this] { io_.run(); });
    }
    return absl::OkStatus();
  }

  int port() const { return port_; }
  const HttpStats& stats() const { return stats_; }

  void Drain() {
    draining_ = true;
    asio::post(acceptor_.get_executor(), [this] {
      error_code ec;
      acceptor_.close(ec);
    });
    std::set<std::shared_ptr<Cancellable>> streams;
    {
      std::lock_guard lock(mu_);
      for (const auto& connection : connections_) {
        asio::post(connection->stream.get_executor(), [this, connection] { CloseIfIdle(*connection); });
      }
      streams = streams_;
    }
    // Not under the lock: what is cancelled may call back at once, and let go of a Waiter.
    for (const auto& call : streams) call->Cancel();
  }

  void Stop(absl::Duration grace) {
    if (threads_.empty()) return;
    Drain();
    {
      std::unique_lock lock(mu_);
      all_gone_.wait_for(lock, Chrono(grace), [this] { return connections_.empty(); });
      for (const auto& connection : connections_) {
        asio::post(connection->stream.get_executor(), [connection] { connection->stream.close(); });
      }
      // Cut connections end at once; calls they wait for end by their own deadlines or by cancellation.
      cut_ = true;
      const std::set<std::shared_ptr<Cancellable>> calls = calls_;
      lock.unlock();
      for (const auto& call : calls) call->Cancel();
      lock.lock();
      all_gone_.wait(lock, [this] { return connections_.empty() && waits_ == 0; });
    }
    work_.reset();
    io_.stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  struct Connection {
    Connection(tcp::socket socket, const limits::Address& peer, limits::AtOnce::Place place)
        : stream(std::move(socket)), peer(peer), place(std::move(place)) {}
    beast::tcp_stream stream;
    const limits::Address peer;
    const limits::AtOnce::Place place;  // among those of its address
    bool idle = true;                   // between requests; on the connection's strand
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  // Keeps a backend call in a set while it lasts, so that Drain and Stop can cancel it.
  class Tracked {
   public:
    Tracked(Impl& impl, std::set<std::shared_ptr<Cancellable>>& set, std::shared_ptr<Cancellable> call)
        : impl_(impl), set_(set), call_(std::move(call)) {
      bool cut = false;
      {
        std::lock_guard lock(impl_.mu_);
        set_.insert(call_);
        cut = impl_.cut_;
      }
      if (cut) call_->Cancel();
    }
    ~Tracked() {
      std::lock_guard lock(impl_.mu_);
      set_.erase(call_);
    }

   private:
    Impl& impl_;
    std::set<std::shared_ptr<Cancellable>>& set_;
    std::shared_ptr<Cancellable> call_;
  };

  // Where a face leaves its answer. One that is there before anybody waits, as what is kept is, costs no wait.
  class Pending {
   public:
    void Give(HttpAnswer answer) {
      std::function<void(HttpAnswer)> tell;
      {
        std::lock_guard lock(mu_);
        if (waiting_ == nullptr) {
          answer_ = std::move(answer);
          return;
        }
        tell = std::move(waiting_);
      }
      tell(std::move(answer));
    }
    std::optional<HttpAnswer> Take() {
      std::lock_guard lock(mu_);
      return std::exchange(answer_, std::nullopt);
    }
    // Runs `then` with the answer, at once if it has come since.
    void Wait(std::function<void(HttpAnswer)> then) {
      std::optional<HttpAnswer> come;
      {
        std::lock_guard lock(mu_);
        if (answer_.has_value()) {
          come = std::move(answer_);
        } else {
          waiting_ = std::move(then);
        }
      }
      if (come.has_value()) then(*std::move(come));
    }

   private:
    std::mutex mu_;
    std::optional<HttpAnswer> answer_;
    std::function<void(HttpAnswer)> waiting_;
  };

  // What a callback holds until it has come and is let go of. Stop waits for it: the thread that calls back may keep
  // the strand for a moment after its answer has gone out, and a strand must not outlive its io_context.
  template <class Handler>
  class Waiter {
   public:
    Waiter(Impl& impl, asio::any_io_executor executor, Handler handler)
        : counted_{impl}, executor_(std::move(executor)), handler_(std::move(handler)) {}
    const asio::any_io_executor& executor() const { return executor_; }
    Handler& handler() { return handler_; }

   private:
    struct Counted {
      explicit Counted(Impl& impl) : impl(impl) {
        std::lock_guard lock(impl.mu_);
        ++impl.waits_;
      }
      Counted(const Counted&) = delete;
      ~Counted() {
        std::lock_guard lock(impl.mu_);
        if (--impl.waits_ == 0) impl.all_gone_.notify_all();
      }
      Impl& impl;
    };
    const Counted counted_;  // First, so that it is told last.
    asio::any_io_executor executor_;
    Handler handler_;
  };

  // Waits for a callback that some other thread makes: `start` gets the function to call, once, with the result.
  template <class T>
  asio::awaitable<T> Await(const std::function<void(std::function<void(T)>)>& start) {
    const auto executor = co_await asio::this_coro::executor;
    auto initiation = [this, &executor, &start](auto handler) {
      const auto waiter = std::make_shared<Waiter<decltype(handler)>>(*this, executor, std::move(handler));
      start([waiter](T result) {
        asio::post(waiter->executor(),
                   [waiter, result = std::move(result)]() mutable { std::move(waiter->handler())(std::move(result)); });
      });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(initiation, asio::use_awaitable);
  }

  void CloseIfIdle(Connection& connection) {
    if (connection.idle) connection.stream.close();
  }

  asio::awaitable<void> Accept() {
    for (;;) {
      const auto strand = asio::make_strand(io_);
      auto [ec, socket] = co_await acceptor_.async_accept(strand, kTuple);
      if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor || draining_) co_return;
      if (ec) {
        // Out of descriptors, most likely: wait for some to come back instead of spinning.
        observe::LogWarning("accept failed", {{"error", ec.message()}});
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(100));
        co_await timer.async_wait(kTuple);
        continue;
      }
      if (stats_.connections >= options_.max_connections) {
        ++stats_.refused_connections;
        continue;  // Closed by leaving scope.
      }
      error_code ignored;
      const auto peer = limits::Address::Parse(socket.remote_endpoint(ignored).address().to_string());
      if (!peer.has_value()) continue;  // It has gone already.
      auto place = Trusted(*peer) ? limits::AtOnce::Place() : connections_of_.Enter(peer->Key());
      if (!place.has_value()) {
        ++stats_.refused_connections;
        continue;
      }
      socket.set_option(tcp::no_delay(true), ignored);
      auto executor = socket.get_executor();
      auto connection = std::make_shared<Connection>(std::move(socket), *peer, *std::move(place));
      {
        std::lock_guard lock(mu_);
        connections_.insert(connection);
      }
      ++stats_.connections;
      asio::co_spawn(executor, Serve(connection), [this, connection](std::exception_ptr) {
        --stats_.connections;
        std::lock_guard lock(mu_);
        connections_.erase(connection);
        if (connections_.empty()) all_gone_.notify_all();
      });
    }
  }

  asio::awaitable<void> Serve(ConnectionPtr connection) {
    auto& stream = connection->stream;
    beast::flat_buffer buffer(options_.max_header_bytes + 16 * 1024);
    for (bool first = true;; first = false) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(static_cast<uint32_t>(options_.max_header_bytes));
      parser.body_limit(options_.max_body_bytes);
      // Wait for the first byte for longer than a request may take once it has begun. A connection that sends nothing
      // is idle from the start, so that a drain need not wait for it.
      connection->idle = true;
      // From here a drain closes it; one that began before did not find it, or not idle.
      if (draining_) break;
      stream.expires_after(Chrono(first ? options_.request_timeout : options_.idle_timeout));
      if (buffer.size() == 0) {
        const auto space = buffer.prepare(4096);
        auto [ec, n] = co_await stream.async_read_some(space, kTuple);
        if (ec) break;
        buffer.commit(n);
      }
      if (draining_) break;
      connection->idle = false;
      stream.expires_after(Chrono(options_.request_timeout));
      auto [header_ec, header_n] = co_await http::async_read_header(stream, buffer, parser, kTuple);
      if (header_ec) {
        co_await RefuseRequest(*connection, header_ec);
        break;
      }
      if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(http::status::continue_, 11);
        co_await http::async_write(stream, go_on, kTuple);
      }
      auto [body_ec, body_n] = co_await http::async_read(stream, buffer, parser, kTuple);
      if (body_ec) {
        co_await RefuseRequest(*connection, body_ec);
        break;
      }
      ++stats_.requests;
      const Request request = parser.release();
      if (!co_await Answer(connection, request)) break;
    }
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream.close();
  }

  static absl::Status Bad(const std::string& words) {
    return Error(absl::StatusCode::kInvalidArgument, common::v1::ERROR_REASON_INVALID_FIELDS, words);
  }

  // Answers what could not be read, where there is somebody to answer.
  asio::awaitable<void> RefuseRequest(Connection& connection, const error_code& ec) {
    http::status status = http::status::bad_request;
    absl::Status error;
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
      status = http::status::request_header_fields_too_large;
      error = Bad(absl::StrCat("The header is larger than ", options_.max_header_bytes, " bytes."));
    } else if (ec == http::error::body_limit) {
      status = http::status::payload_too_large;
      error = Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_MESSAGE_TOO_LARGE,
                    absl::StrCat("The body is larger than ", options_.max_body_bytes, " bytes."))
                  .With("limit", absl::StrCat(options_.max_body_bytes));
    } else if (ec == beast::error::timeout) {
      status = http::status::request_timeout;
      error = Bad("The request did not arrive in time.");
    } else if (ec.category() != http::make_error_code(http::error::bad_method).category() ||
               ec == http::error::end_of_stream || ec == http::error::partial_message) {
      co_return;  // The peer is gone.
    } else {
      error = Bad("The request is not valid HTTP.");
    }
    Response response(status, 11);
    response.keep_alive(false);
    SetJson(response, connect::ErrorJson(error));
    co_await Write(connection, response);
  }

  bool Trusted(const limits::Address& peer) const {
    return options_.host != nullptr && options_.host->trusted_proxies().Contains(peer);
  }

  // From where a request comes: its connection, or whom a trusted proxy names.
  limits::Address ClientOf(const Connection& connection, const Request& request) const {
    if (!Trusted(connection.peer)) return connection.peer;
    std::string forwarded_for;
    const auto [begin, end] = request.equal_range("x-forwarded-for");
    for (auto it = begin; it != end; ++it) {
      if (!forwarded_for.empty()) forwarded_for += ',';
      forwarded_for += View(it->value());
    }
    return limits::ClientOf(connection.peer, forwarded_for, options_.host->trusted_proxies());
  }

  // Answers one request; false when the connection must end.
  asio::awaitable<bool> Answer(const ConnectionPtr& connection, const Request& request) {
    const std::string target(View(request.target()));
    const std::string path = target.substr(0, target.find('?'));
    const Route* route = routes_.Find(path);
    const bool keep_alive = request.keep_alive();
    const limits::Address client = ClientOf(*connection, request);
    const HttpRequest asked = route == nullptr ? Plain(request, target, client) : HttpRequest();
    HttpFace* const face = route == nullptr ? FaceFor(asked) : nullptr;
    // Held until the request has been answered.
    absl::StatusOr<limits::CallerLimits::Place> place = limits::CallerLimits::Place();
    // A proxy that names nobody speaks for many.
    if (options_.host != nullptr && !Trusted(client)) {
      const double cost = route != nullptr ? limits::CostOf(*route->method) : face != nullptr ? face->Cost(asked) : 1;
      place = options_.host->address_limits().Admit(client.Key(), cost, /*stream=*/false, absl::Now());
    }
    if (!place.ok()) {
      options_.host->refusals().Tell(route == nullptr ? kHttpMethod : path, "", client.Text(), place.status());
      Response response(http::status::too_many_requests, request.version());
      response.set(http::field::retry_after, connect::RetryAfter(place.status()));
      if (route != nullptr) {
        SetJson(response, connect::ErrorJson(place.status()));
      } else {
        std::optional<HttpAnswer> answer;
        if (face != nullptr) answer = face->Refusal(asked, place.status());
        if (!answer.has_value()) answer = RestErrorAnswer(place.status());
        for (const auto& [name, value] : answer->headers) response.set(name, value);
        response.body() = answer->body;
      }
      co_return co_await Finish(*connection, response, keep_alive, request.method());
    }
    if (route == nullptr) {
      if (face != nullptr) co_return co_await AnswerBy(*face, connection, asked, keep_alive, request);
      Response response(http::status::not_found, request.version());
      SetJson(response,
              connect::ErrorJson(Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_UNKNOWN_METHOD,
                                       "There is nothing at " + path +
                                           ". RPCs are at /<package>.<Service>/<Method>, such as "
                                           "/oversight.gateway.v1.GatewayService/GetNationalDashboard.")
                                     .With("path", path)));
      co_return co_await Finish(*connection, response, keep_alive, request.method());
    }
    if (request.method() != http::verb::post) {
      Response response(http::status::method_not_allowed, request.version());
      response.set(http::field::allow, "POST");
      SetJson(response, connect::ErrorJson(Error(absl::StatusCode::kUnimplemented,
                                                 common::v1::ERROR_REASON_UNKNOWN_METHOD, "RPCs are called by POST.")));
      co_return co_await Finish(*connection, response, keep_alive, request.method());
    }
    const auto format = connect::ParseContentType(View(request[http::field::content_type]));
    if (!format.has_value() || format->streaming != route->method->server_streaming()) {
      Response response(http::status::unsupported_media_type, request.version());
      response.set("Accept-Post", route->method->server_streaming()
                                      ? "application/connect+json, application/connect+proto"
                                      : "application/json, application/proto");
      co_return co_await Finish(*connection, response, keep_alive);
    }
    BackendCallOptions options;
    for (const auto& name : ForwardedHeaders()) {
      // All of one name: who calls under two names is known by none.
      const auto [begin, end] = request.equal_range(name);
      for (auto it = begin; it != end; ++it) options.headers.emplace_back(name, View(it->value()));
    }
    absl::Status bad;
    const std::string_view encoding =
        View(request[format->streaming ? "connect-content-encoding" : "content-encoding"]);
    if (!encoding.empty() && encoding != "identity") {
      bad = Error(absl::StatusCode::kUnimplemented, common::v1::ERROR_REASON_INVALID_FIELDS,
                  "Compressed requests are not supported; send them as they are.");
    }
    const std::string_view version = View(request["connect-protocol-version"]);
    if (!version.empty() && version != "1") {
      bad = Bad("Connect-Protocol-Version must be 1.");
    }
    const std::string_view timeout = View(request["connect-timeout-ms"]);
    if (!timeout.empty()) {
      if (const auto parsed = connect::ParseTimeout(timeout)) {
        options.deadline = absl::Now() + std::min(*parsed, format->streaming ? *parsed : options_.max_deadline);
      } else {
        bad = Bad("Connect-Timeout-Ms must be a whole number of at most ten digits.");
      }
    } else if (!format->streaming) {
      options.deadline = absl::Now() + options_.default_deadline;
    }
    bool aged = false;
    if (const absl::Time oldest = absl::Now() + options_.max_stream_age;
        format->streaming && oldest < options.deadline) {
      options.deadline = oldest;
      aged = true;
    }
    if (format->streaming) co_return co_await Stream(connection, *route, *format, options, aged, request, bad);
    co_return co_await Unary(connection, *route, *format, options, request, bad, keep_alive);
  }

  // A request without Boost, for the faces.
  HttpRequest Plain(const Request& request, const std::string& target, const limits::Address& client) const {
    HttpRequest plain;
    // Where a proxy names nobody it is not known.
    if (!Trusted(client)) plain.address = client.Key();
    plain.method = std::string(View(request.method_string()));
    plain.target = target;
    for (const auto& field : request) {
      std::string name(View(field.name_string()));
      absl::AsciiStrToLower(&name);
      plain.headers.emplace(std::move(name), std::string(View(field.value())));
    }
    plain.body = request.body();
    return plain;
  }

  // Null where no face takes it.
  HttpFace* FaceFor(const HttpRequest& asked) const {
    const auto it = std::find_if(faces_.begin(), faces_.end(), [&](HttpFace* face) { return face->Takes(asked); });
    return it == faces_.end() ? nullptr : *it;
  }

  asio::awaitable<bool> AnswerBy(HttpFace& face, const ConnectionPtr& connection, const HttpRequest& asked,
                                 bool keep_alive, const Request& request) {
    const auto pending = std::make_shared<Pending>();
    const std::shared_ptr<Cancellable> call = face.Answer(
        asked, absl::Now() + options_.default_deadline, [pending](HttpAnswer made) { pending->Give(std::move(made)); });
    std::optional<HttpAnswer> early = pending->Take();
    if (!early.has_value()) {
      const Tracked tracked(*this, calls_, call);
      CancelWhenGone(connection, call);
      const std::function<void(std::function<void(HttpAnswer)>)> wait =
          [&pending](std::function<void(HttpAnswer)> done) { pending->Wait(std::move(done)); };
      early = co_await Await<HttpAnswer>(wait);
      StopWatchingPeer(*connection);
    }
    HttpAnswer answer = *std::move(early);
    if (answer.stream != nullptr) co_return co_await SendBody(connection, answer, keep_alive, request);
    Response response(static_cast<http::status>(answer.status), request.version());
    for (const auto& [name, value] : answer.headers) response.insert(name, value);  // Cookies are set one by one.
    response.set(http::field::vary, ToBoost(VaryOf(answer)));
    response.body() = std::move(answer.body);
    if (response.body().size() >= kLeastToCompress && AcceptsGzip(View(request[http::field::accept_encoding]))) {
      response.body() = Gzip(response.body());
      response.set(http::field::content_encoding, "gzip");
    }
    co_return co_await Finish(*connection, response, keep_alive, request.method());
  }

  // Sends a body piece by piece; of one that cannot go on, no end is sent.
  asio::awaitable<bool> SendBody(const ConnectionPtr& connection, const HttpAnswer& answer, bool keep_alive,
                                 const Request& request) {
    auto& stream = connection->stream;
    const bool chunked = request.version() >= 11;
    http::response<http::empty_body> head(static_cast<http::status>(answer.status), request.version());
    for (const auto& [name, value] : answer.headers) head.insert(name, value);
    head.set(http::field::vary, ToBoost(VaryOf(answer)));
    SetHeaders(head);
    // To one that does not know chunks, the end of the connection is the end.
    keep_alive = keep_alive && chunked && !answer.stream->endless();
    head.keep_alive(keep_alive);
    if (chunked) head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    stream.expires_after(Chrono(options_.write_timeout));
    auto [head_ec, head_n] = co_await http::async_write_header(stream, serializer, kTuple);
    if (head_ec || request.method() == http::verb::head) {
      answer.stream->Cancel();
      co_return !head_ec && keep_alive;
    }
    const bool endless = answer.stream->endless();
    const Tracked tracked(*this, endless ? streams_ : calls_, answer.stream);
    if (endless) ++stats_.streams;
    if (endless && draining_) answer.stream->Cancel();
    CancelWhenGone(connection, answer.stream);
    const bool whole = co_await SendPieces(stream, *answer.stream, chunked);
    if (endless) --stats_.streams;
    StopWatchingPeer(*connection);
    if (!whole) answer.stream->Cancel();
    if (!whole && !chunked) {
      // The end of the connection would be taken for the end of the body: a reset is not.
      error_code ignored;
      stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);
      stream.socket().close(ignored);
    }
    co_return whole&& keep_alive && !draining_;
  }

  // Whether all of it was sent.
  asio::awaitable<bool> SendPieces(beast::tcp_stream& stream, HttpBody& body, bool chunked) {
    const std::function<void(std::function<void(HttpBody::Piece)>)> next =
        [&body](std::function<void(HttpBody::Piece)> done) { body.Next(std::move(done)); };
    for (;;) {
      stream.expires_never();
      const HttpBody::Piece piece = co_await Await<HttpBody::Piece>(next);
      if (!piece.ok()) co_return false;
      stream.expires_after(Chrono(options_.write_timeout));
      error_code ec;
      if (!piece->has_value()) {
        const auto no_more = http::make_chunk_last();
        if (chunked) std::tie(ec, std::ignore) = co_await asio::async_write(stream, no_more, kTuple);
        co_return !ec;
      }
      if ((*piece)->empty()) continue;  // An empty chunk would be the end.
      const auto bytes = asio::buffer(**piece);
      if (chunked) {
        const auto chunk = http::make_chunk(bytes);
        std::tie(ec, std::ignore) = co_await asio::async_write(stream, chunk, kTuple);
      } else {
        std::tie(ec, std::ignore) = co_await asio::async_write(stream, bytes, kTuple);
      }
      if (ec) co_return false;
    }
  }

  // The request in bytes, or what is wrong with it: `bad`, if that is an error, or its JSON.
  static absl::StatusOr<std::string> RequestBytes(const Route& route, connect::Format format, std::string_view text,
                                                  const absl::Status& bad) {
    if (!bad.ok()) return bad;
    if (format.codec == connect::Codec::kProto) return std::string(text);
    return JsonToBytes(*route.method->input_type(), text);
  }

  // How a call ended, for the client. gRPC says UNIMPLEMENTED of bytes that are no message of the request's type.
  static absl::Status Outcome(const Route& route, connect::Format format, const std::string& request,
                              const grpc::Status& status) {
    if (format.codec == connect::Codec::kProto && status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
      if (auto bad = CheckBytes(*route.method->input_type(), request); !bad.ok()) return bad;
    }
    return rpc::FromGrpc(status);
  }

  asio::awaitable<bool> Unary(const ConnectionPtr& connection, const Route& route, connect::Format format,
                              const BackendCallOptions& options, const Request& request, const absl::Status& bad,
                              bool keep_alive) {
    Response response(http::status::ok, request.version());
    absl::StatusOr<std::string> body = RequestBytes(route, format, request.body(), bad);
    if (body.ok()) {
      std::shared_ptr<Cancellable> call;
      std::unique_ptr<Tracked> tracked;
      const std::function<void(std::function<void(UnaryAnswer)>)> start = [&](std::function<void(UnaryAnswer)> done) {
        call = StartUnary(route, options, ToByteBuffer(*body), std::move(done));
        tracked = std::make_unique<Tracked>(*this, calls_, call);
        CancelWhenGone(connection, call);
      };
      const UnaryAnswer answer = co_await Await<UnaryAnswer>(start);
      StopWatchingPeer(*connection);
      if (!answer.request_id.empty()) response.set("x-request-id", answer.request_id);
      if (!answer.status.ok()) {
        body = Outcome(route, format, *body, answer.status);
      } else if (format.codec == connect::Codec::kProto) {
        body = ToString(answer.response);
      } else {
        body = BytesToJson(*route.method->output_type(), ToString(answer.response));
      }
    }
    if (body.ok()) {
      response.set(http::field::content_type, connect::ContentType(format));
      response.body() = *std::move(body);
    } else {
      response.result(static_cast<unsigned>(connect::HttpStatus(body.status().code())));
      const std::string delay = connect::RetryAfter(body.status());
      if (!delay.empty()) response.set(http::field::retry_after, delay);
      SetJson(response, connect::ErrorJson(body.status()));
    }
    co_return co_await Finish(*connection, response, keep_alive);
  }

  // Always 200; errors come in the last envelope. The connection ends with the stream.
  asio::awaitable<bool> Stream(const ConnectionPtr& connection, const Route& route, connect::Format format,
                               const BackendCallOptions& options, bool aged, const Request& request, absl::Status bad) {
    if (request.version() < 11) {
      Response response(http::status::http_version_not_supported, request.version());
      co_return co_await Finish(*connection, response, false);
    }
    auto& stream = connection->stream;
    http::response<http::empty_body> head(http::status::ok, 11);
    head.set(http::field::content_type, connect::ContentType(format));
    head.set(http::field::cache_control, "no-store");
    head.set("X-Accel-Buffering", "no");  // Proxies must pass messages on as they come.
    SetHeaders(head);
    head.keep_alive(false);
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    stream.expires_after(Chrono(options_.write_timeout));
    auto [head_ec, head_n] = co_await http::async_write_header(stream, serializer, kTuple);
    if (head_ec) co_return false;

    std::string_view envelope;
    if (bad.ok()) bad = connect::ParseSingleEnvelope(request.body(), &envelope);
    const absl::StatusOr<std::string> message = RequestBytes(route, format, envelope, bad);
    absl::Status end = message.status();
    if (message.ok()) {
      ++stats_.streams;
      end = co_await Pump(connection, route, format, options, aged, *message);
      --stats_.streams;
    }
    stream.expires_after(Chrono(options_.write_timeout));
    const std::string last = connect::Envelope(connect::kEndStreamFlag, connect::EndStreamJson(end));
    const auto last_chunk = http::make_chunk(asio::buffer(last));
    auto [ec, n] = co_await asio::async_write(stream, last_chunk, kTuple);
    const auto no_more = http::make_chunk_last();
    if (!ec) co_await asio::async_write(stream, no_more, kTuple);
    co_return false;
  }

  // Passes messages on until either side ends; how it ended.
  asio::awaitable<absl::Status> Pump(const ConnectionPtr& connection, const Route& route, connect::Format format,
                                     const BackendCallOptions& options, bool aged, const std::string& request) {
    using Item = std::pair<std::optional<grpc::ByteBuffer>, grpc::Status>;
    auto& stream = connection->stream;
    std::shared_ptr<StreamCall> call = StartStream(route, options, ToByteBuffer(request));
    const Tracked tracked(*this, streams_, call);
    if (draining_) call->Cancel();
    CancelWhenGone(connection, call);
    absl::Status failure;
    const std::function<void(std::function<void(Item)>)> read = [&call](std::function<void(Item)> done) {
      call->Read([done = std::move(done)](std::optional<grpc::ByteBuffer> message, const grpc::Status& status) {
        done(Item(std::move(message), status));
      });
    };
    for (;;) {
      const Item item = co_await Await<Item>(read);
      if (!item.first.has_value()) {
        StopWatchingPeer(*connection);
        if (!failure.ok()) co_return failure;
        if (draining_ && item.second.error_code() == grpc::StatusCode::CANCELLED) {
          co_return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DRAINING,
                          "The gateway is stopping. Resume the stream elsewhere or later.")
              .RetryAfter(absl::Seconds(1));
        }
        if (aged && item.second.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
          co_return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DRAINING,
                          "A stream lasts no longer than this, so that who reads is asked for proof again. Resume it.")
              .RetryAfter(absl::ZeroDuration());
        }
        co_return Outcome(route, format, request, item.second);
      }
      if (!failure.ok()) continue;  // Reading to the end after a cancellation.
      absl::StatusOr<std::string> data = ToString(*item.first);
      if (format.codec == connect::Codec::kJson) data = BytesToJson(*route.method->output_type(), *data);
      if (data.ok()) {
        const std::string piece = connect::Envelope(0, *data);
        stream.expires_after(Chrono(options_.write_timeout));
        const auto chunk = http::make_chunk(asio::buffer(piece));
        auto [ec, n] = co_await asio::async_write(stream, chunk, kTuple);
        stream.expires_never();
        if (ec) failure = absl::CancelledError("The client has gone.");
      } else {
        failure = data.status();
      }
      if (!failure.ok()) call->Cancel();
    }
  }

  // Cancels `call` when the peer closes the connection. A client that sends its next request early is not watched.
  void CancelWhenGone(const ConnectionPtr& connection, const std::weak_ptr<Cancellable>& call) {
    connection->stream.socket().async_wait(tcp::socket::wait_read, [this, connection, call](error_code ec) {
      const auto target = call.lock();
      if (ec || target == nullptr) return;
      char byte = 0;
      const auto n = ::recv(connection->stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (n > 0) return;
      // Woken for nothing: what made the socket readable has been read since.
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return CancelWhenGone(connection, call);
      target->Cancel();
    });
  }
  // Ends the wait of CancelWhenGone; no other operation is under way then.
  void StopWatchingPeer(Connection& connection) {
    error_code ignored;
    connection.stream.socket().cancel(ignored);
  }

  // What every answer says that says nothing else under the name.
  template <class Head>
  void SetHeaders(Head& head) const {
    for (const auto& [name, value] : options_.headers) {
      if (head.find(name) == head.end()) head.set(name, value);
    }
  }

  static void SetJson(Response& response, std::string json) {
    response.set(http::field::content_type, "application/json");
    response.body() = std::move(json);
  }

  asio::awaitable<bool> Finish(Connection& connection, Response& response, bool keep_alive,
                               http::verb method = http::verb::post) {
    // A drain that began since has left this connection alone, as busy: it ends with its answer.
    if (draining_) keep_alive = false;
    response.keep_alive(keep_alive);
    co_return co_await Write(connection, response, method) && keep_alive;
  }

  asio::awaitable<bool> Write(Connection& connection, Response& response, http::verb method = http::verb::post) {
    // Who is told to prove who they are is told how (RFC 6750).
    if (response.result() == http::status::unauthorized) response.set(http::field::www_authenticate, "Bearer");
    SetHeaders(response);
    response.prepare_payload();
    // Of a length that it does not have nobody is told (RFC 9110, 8.6).
    if (response.result() == http::status::not_modified) response.erase(http::field::content_length);
    // An answer to HEAD tells the length only; its bytes would be taken for the next answer.
    if (method == http::verb::head) response.body().clear();
    connection.stream.expires_after(Chrono(options_.write_timeout));
    auto [ec, n] = co_await http::async_write(connection.stream, response, kTuple);
    co_return !ec;
  }

  const HttpOptions options_;
  const Routes& routes_;
  const std::vector<HttpFace*> faces_;
  asio::io_context io_;
  limits::AtOnce connections_of_;  // by address
  tcp::acceptor acceptor_;         // On a strand of its own: it is accepted on by one thread and closed by another.
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;
  int port_ = 0;
  HttpStats stats_;
  std::atomic<bool> draining_{false};

  std::mutex mu_;
  bool cut_ = false;  // Stop has cancelled all calls; one that begins now is too late.
  int waits_ = 0;     // Callbacks that have not been let go of.
  std::condition_variable all_gone_;
  std::set<ConnectionPtr> connections_;
  std::set<std::shared_ptr<Cancellable>> calls_, streams_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { Stop(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpOptions options, const Routes& routes,
                                                              std::vector<HttpFace*> faces) {
  auto impl = std::make_unique<Impl>(std::move(options), routes, std::move(faces));
  if (auto status = impl->Listen(); !status.ok()) return status;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }
const HttpStats& HttpServer::stats() const { return impl_->stats(); }
void HttpServer::Drain() { impl_->Drain(); }
void HttpServer::Stop(absl::Duration grace) { impl_->Stop(grace); }

}  // namespace oversight::gateway
