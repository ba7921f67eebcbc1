// The gateway's HTTP port: HTTP/1.1 on two threads of its own. It speaks the Connect protocol (unary and
// server-streaming, JSON and binary) for every RPC of the suite, by one handler that knows the RPCs from their
// descriptors. What else it serves are its faces (http_face.h), each asked in turn whether a request is its own.
//
// Every client is bounded: header and body size, time to send a request, time to take an answer, number of connections,
// and what one address may ask for. Behind a proxy that is trusted, the address is the one that the proxy names.
// A stream is pulled: a client that reads slowly slows its own call and nothing else.
//
// Start and Stop from one thread; the rest is thread-safe. Boost.Beast stays inside the .cc.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "gateway/forward/routes.h"
#include "gateway/http/http_face.h"

namespace oversight::gateway {

// What refusals are counted under that are of no RPC.
inline constexpr char kHttpMethod[] = "http";

struct HttpOptions {
  std::string listen = "127.0.0.1:0";  // host:port; port 0 takes a free one
  int threads = 2;
  int max_connections = 16384;
  size_t max_header_bytes = 8 * 1024;
  size_t max_body_bytes = rpc::kMaxRequestBytes + 1024;  // and an envelope; the service counts the request itself
  absl::Duration request_timeout = absl::Seconds(15);    // to send a whole request
  absl::Duration idle_timeout = absl::Seconds(60);       // between requests
  absl::Duration write_timeout = absl::Seconds(30);      // to take one piece of an answer
  absl::Duration max_deadline = absl::Minutes(5);        // of a unary call; a later one is brought down to this
  absl::Duration default_deadline = absl::Seconds(30);   // of a unary call that names none
  absl::Duration max_stream_age = kMaxStreamAge;         // then it ends with UNAVAILABLE
  // Of one address: requests, what of them is under way, and open connections. The host, which must outlive the server,
  // has the first two; null: there are no such limits. 0 connections: any number.
  rpc::Host* host = nullptr;
  int max_connections_of_address = 0;
  // Of each answer that has none of that name: see security_headers.h.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Counters for metrics.
struct HttpStats {
  std::atomic<int64_t> connections{0};  // gauge
  std::atomic<int64_t> requests{0};
  std::atomic<int64_t> streams{0};              // gauge
  std::atomic<int64_t> refused_connections{0};  // too many in all, or of one address
};

class HttpServer {
 public:
  // `routes` and the faces must outlive the server. UNAVAILABLE when the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpOptions options, const Routes& routes,
                                                           std::vector<HttpFace*> faces = {});
  ~HttpServer();

  int port() const;
  const HttpStats& stats() const;
  // Takes no new connections, ends streams with UNAVAILABLE and each connection after its present request.
  void Drain();
  // Waits until the connections have ended, for at most `grace`, then cuts them. Idempotent.
  void Stop(absl::Duration grace);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace oversight::gateway
