// A small blocking HTTP/1.1 client, so that tests see what a plain client sees: one connection per call, or a
// connection held and used byte by byte, well or badly. Waits at most kPatience. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/awaited.h"

namespace oversight::testing {

struct HttpAnswer {
  int status = 0;                              // 0: no answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::vector<std::string> cookies;            // each that is set, in order
  std::string body;
};

using HttpHeaders = std::multimap<std::string, std::string>;

// `address` is host:port.
HttpAnswer HttpCall(const std::string& address, const std::string& method, const std::string& target,
                    const HttpHeaders& headers, const std::string& body);

// The bytes of a request, with content-length.
std::string HttpRequest(const std::string& method, const std::string& target, const HttpHeaders& headers,
                        const std::string& body);

class HttpConnection {
 public:
  // A receive buffer as small as the kernel allows is for clients that read slowly.
  explicit HttpConnection(const std::string& address, bool small_buffer = false);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // False when the server has closed.
  bool Send(const std::string& bytes);
  // The next whole answer, or what of it came before the server closed.
  HttpAnswer Read();
  // Status and headers of a stream that begins; then one message of the Connect protocol at a time, as flags and data,
  // or nullopt at the end.
  HttpAnswer ReadHead();
  std::optional<std::pair<uint8_t, std::string>> ReadEnvelope();
  // True when the server closes; what it still says is dropped. With `within`, waits no longer than that.
  bool AwaitClosed(std::chrono::milliseconds within = kPatience);
  // Bytes as they come, until there are enough or the server closes.
  std::string ReadRaw(const std::function<bool(const std::string&)>& enough);
  // Whether the server ended the connection with a reset.
  bool was_reset() const;
  void CloseSending();  // Half-closes.
  void Abort();         // Closes with a reset.

 private:
  struct State;
  // More bytes from the server; false when it has closed, or when they do not come in good time.
  bool Receive();
  std::unique_ptr<State> state_;
};

}  // namespace oversight::testing
