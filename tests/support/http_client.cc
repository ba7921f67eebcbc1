#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>

#include "boost/asio/buffer.hpp"
#include "boost/beast/http.hpp"

namespace oversight::testing {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

int Connect(const std::string& address, bool small_buffer) {
  const size_t colon = address.rfind(':');
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
  if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr) != 1) return -1;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (small_buffer) {
    const int least = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
  }
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0) return fd;
  close(fd);
  return -1;
}

bool Await(int fd, short what, std::chrono::milliseconds within = kPatience) {  // NOLINT: poll's type
  pollfd event{fd, what, 0};
  return poll(&event, 1, static_cast<int>(within.count())) > 0;
}

HttpAnswer ToAnswer(const Parser& parser) {
  HttpAnswer answer;
  if (!parser.is_header_done()) return answer;
  answer.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    std::string name(field.name_string().data(), field.name_string().size());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    answer.headers[name] = std::string(field.value().data(), field.value().size());
    if (name == "set-cookie") answer.cookies.push_back(answer.headers[name]);
  }
  answer.body = parser.get().body();
  return answer;
}

}  // namespace

struct HttpConnection::State {
  int fd = -1;
  std::string received;            // and not yet parsed
  std::unique_ptr<Parser> stream;  // of the stream that has begun
  size_t taken = 0;                // of its body
  bool reset = false;

  // Feeds what was received; false when it is no HTTP.
  bool Feed(Parser& parser) {
    while (!received.empty() && !parser.is_done()) {
      boost::system::error_code ec;
      const size_t used = parser.put(boost::asio::buffer(received), ec);
      received.erase(0, used);
      if (ec == http::error::need_more) return true;
      if (ec) return false;
    }
    return true;
  }
};

HttpConnection::HttpConnection(const std::string& address, bool small_buffer) : state_(std::make_unique<State>()) {
  state_->fd = Connect(address, small_buffer);
}

HttpConnection::~HttpConnection() {
  if (state_->fd >= 0) close(state_->fd);
}

bool HttpConnection::Send(const std::string& bytes) {
  if (state_->fd < 0) return false;
  for (size_t sent = 0; sent < bytes.size();) {
    if (!Await(state_->fd, POLLOUT)) return false;
    const ssize_t n = send(state_->fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) return false;
    if (n > 0) sent += static_cast<size_t>(n);
  }
  return true;
}

bool HttpConnection::Receive() {
  if (state_->fd < 0 || !Await(state_->fd, POLLIN)) return false;
  char bytes[65536];
  const ssize_t n = recv(state_->fd, bytes, sizeof(bytes), 0);
  state_->reset = n < 0 && errno == ECONNRESET;
  if (n <= 0) return false;
  state_->received.append(bytes, static_cast<size_t>(n));
  return true;
}

bool HttpConnection::was_reset() const { return state_->reset; }

HttpAnswer HttpConnection::Read() {
  Parser parser;
  parser.eager(true);
  parser.body_limit(64 << 20);
  while (state_->Feed(parser) && !parser.is_done() && Receive()) {
  }
  return ToAnswer(parser);
}

HttpAnswer HttpConnection::ReadHead() {
  state_->stream = std::make_unique<Parser>();
  state_->stream->eager(true);
  state_->stream->body_limit(boost::none);
  while (state_->Feed(*state_->stream) && !state_->stream->is_header_done() && Receive()) {
  }
  HttpAnswer answer = ToAnswer(*state_->stream);
  answer.body.clear();
  return answer;
}

std::optional<std::pair<uint8_t, std::string>> HttpConnection::ReadEnvelope() {
  if (state_->stream == nullptr) return std::nullopt;
  for (;;) {
    const std::string& body = state_->stream->get().body();
    const size_t at = state_->taken;
    if (body.size() >= at + 5) {
      size_t size = 0;
      for (size_t i = 1; i <= 4; ++i) size = size << 8 | static_cast<uint8_t>(body[at + i]);
      if (body.size() >= at + 5 + size) {
        state_->taken += 5 + size;
        return std::pair(static_cast<uint8_t>(body[at]), body.substr(at + 5, size));
      }
    }
    if (state_->stream->is_done() || !Receive() || !state_->Feed(*state_->stream)) return std::nullopt;
  }
}

bool HttpConnection::AwaitClosed(std::chrono::milliseconds within) {
  while (state_->fd >= 0) {
    if (!Await(state_->fd, POLLIN, within)) return false;
    char bytes[65536];
    if (recv(state_->fd, bytes, sizeof(bytes), 0) <= 0) break;
  }
  return true;
}

std::string HttpConnection::ReadRaw(const std::function<bool(const std::string&)>& enough) {
  while (!enough(state_->received) && Receive()) {
  }
  return std::exchange(state_->received, {});
}

void HttpConnection::CloseSending() { shutdown(state_->fd, SHUT_WR); }

void HttpConnection::Abort() {
  const linger now{1, 0};
  setsockopt(state_->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(state_->fd);
  state_->fd = -1;
}

std::string HttpRequest(const std::string& method, const std::string& target, const HttpHeaders& headers,
                        const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: test\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

HttpAnswer HttpCall(const std::string& address, const std::string& method, const std::string& target,
                    const HttpHeaders& headers, const std::string& body) {
  HttpConnection connection(address);
  HttpHeaders all = headers;
  all.emplace("connection", "close");
  connection.Send(HttpRequest(method, target, all, body));
  return connection.Read();
}

}  // namespace oversight::testing
