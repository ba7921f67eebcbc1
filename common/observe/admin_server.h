// A small HTTP/1.1 listener for operators, on a port of its own and its own thread: GET (and HEAD) /livez, /readyz,
// /metrics and /debug/config. /livez says 503 when the process is stuck, and never looks at what it depends on; /readyz
// says 503 and why when the process should get no calls. Nothing here belongs before untrusted networks. The callbacks
// run on the admin thread and must not block. Start and Stop from one thread; the rest is thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace oversight::observe {

struct AdminOptions {
  std::string listen = "127.0.0.1:0";    // host:port; port 0 takes a free one. "[::1]:0" for IPv6.
  std::function<absl::Status()> alive;   // Absent: as long as this thread runs.
  std::function<absl::Status()> ready;   // Absent: always ready.
  std::function<std::string()> metrics;  // Prometheus text. Absent: 404.
  std::function<std::string()> config;   // JSON text, secrets masked. Absent: 404.
  size_t max_header_bytes = 8 * 1024;
  size_t max_body_bytes = 1024;               // No call takes a body; more than this is refused unread.
  int max_connections = 64;                   // More are closed at once: probes must not be able to use up descriptors.
  absl::Duration timeout = absl::Seconds(5);  // To read a request, to write an answer, and to wait for the next.
};

class AdminServer {
 public:
  // Binds and starts the thread. UNAVAILABLE when the address cannot be bound, INVALID_ARGUMENT when it is malformed.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(AdminOptions options);
  // Stops.
  ~AdminServer();

  // The port that was bound.
  int port() const;
  // Closes the port and all connections and joins the thread. No callback runs afterwards. May be called twice.
  void Stop();

 private:
  class Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace oversight::observe
