// What the HTTP port serves besides the Connect protocol: the pages, and the REST face. A face says which requests are
// its own and answers them, from calls to the services made in the caller's name. Free of Boost, so that a face is
// tested as a function. Implementations are thread-safe and never block.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/forward/backend_call.h"

namespace oversight::gateway {

// A stream ends then, so that whoever goes on with it proves anew who they are: a token may have run out.
inline constexpr absl::Duration kMaxStreamAge = absl::Minutes(5);

struct HttpRequest {
  std::string method;                               // "GET"
  std::string target;                               // "/register?on-date=2024"
  std::multimap<std::string, std::string> headers;  // Names in lower case.
  std::string body;
  // Whom limits by address are counted under (limits::Address::Key); "" where it is not known.
  std::string address;

  // Without the query.
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  // The value of a header, "" when there is none; of several the first.
  std::string_view header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string_view() : std::string_view(it->second);
  }
  bool reads() const { return method == "GET" || method == "HEAD"; }
};

// A body that is made while it is sent. The server asks for the next piece when the one before has been taken, so a
// client that reads slowly holds back what reads for it. Thread-safe.
class HttpBody : public Cancellable {
 public:
  // A piece; nullopt: that was all; or why it cannot go on, and then the connection is cut, so that nobody takes a part
  // for the whole.
  using Piece = absl::StatusOr<std::optional<std::string>>;
  // Runs `then` once, on any thread or before it returns. At most one is outstanding. After Cancel it comes soon.
  virtual void Next(std::function<void(Piece)> then) = 0;
  // It goes on until somebody ends it: a drain ends it at once, and does not wait.
  virtual bool endless() const { return false; }
};

struct HttpAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::shared_ptr<HttpBody> stream;  // In place of `body`, when set.
};

class HttpFace {
 public:
  virtual ~HttpFace() = default;
  // Whether the request is this face's own. No RPC is at its path.
  virtual bool Takes(const HttpRequest& request) const = 0;
  // Runs `done` exactly once, on any thread or before it returns. What it returns gives the answer up: its calls are
  // cancelled, and `done` still comes.
  virtual std::shared_ptr<Cancellable> Answer(const HttpRequest& request, absl::Time deadline,
                                              std::function<void(HttpAnswer)> done) = 0;
  // Tells that a request of its own is refused before it is looked at; nothing: in JSON, as REST has it.
  virtual std::optional<HttpAnswer> Refusal(const HttpRequest& request, const absl::Status& status) const {
    return std::nullopt;
  }
};

}  // namespace oversight::gateway
