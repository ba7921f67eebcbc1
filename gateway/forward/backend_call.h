// One call from the gateway to a backend, in bytes: the gateway does not look into requests or answers. Unary and
// server-streaming. A call owns itself until it is over; whoever holds it may cancel it at any time. Thread-safe;
// callbacks come on gRPC threads and must not block.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/observe/trace_context.h"
#include "gateway/forward/bytes.h"
#include "gateway/forward/routes.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/client_callback.h"
#include "grpcpp/support/status.h"
#include "grpcpp/support/string_ref.h"

namespace oversight::gateway {

// Headers that travel with a call: the caller's identity, trace and request id. Nothing else of what a client sends
// reaches a backend. Those of the trace go by PassedOn::AddTrace, which puts the gateway's span between.
const std::vector<std::string>& ForwardedHeaders();
// Adds a header of a call. gRPC would end the process for one that is not printable ASCII, and who calls may put
// anything there: such a one is left out, unless it says who calls. Then it goes with question marks in it, to be
// refused: left out, it would make its sender the public.
void AddHeader(grpc::ClientContext& context, const std::string& name, std::string_view value);

// What is kept of a call that is passed on: it is counted, and is a span of its own between the caller's and the
// backend's. Of a route without metrics nothing is counted. Make it when the call begins.
class PassedOn {
 public:
  // The headers that the caller sent; either may be empty.
  PassedOn(const Route& route, std::string_view traceparent, std::string_view tracestate);
  // Adds the headers of the trace for the backend. Before the call starts.
  void AddTrace(grpc::ClientContext& context) const;
  void Ended(const grpc::Status& status) const;

 private:
  std::shared_ptr<observe::MethodMetrics> metrics_;
  std::string name_;
  observe::TraceContext trace_;
  absl::Time started_;
};

struct BackendCallOptions {
  std::vector<std::pair<std::string, std::string>> headers;
  absl::Time deadline = absl::InfiniteFuture();
};

// How a call ended, for the caller: when nobody answered, gRPC's own words become UNAVAILABLE, DEPENDENCY_UNAVAILABLE
// with the name of the service; a backend's own status is left as it is.
grpc::Status Explain(const Route& route, const grpc::Status& status);

// The answer to a unary call.
struct UnaryAnswer {
  grpc::Status status;
  grpc::ByteBuffer response;
  std::string request_id;
};

class Cancellable {
 public:
  virtual ~Cancellable() = default;
  virtual void Cancel() = 0;
};

// Starts a unary call; `done` runs exactly once.
std::shared_ptr<Cancellable> StartUnary(const Route& route, const BackendCallOptions& options, grpc::ByteBuffer request,
                                        std::function<void(UnaryAnswer)> done);

// A server-streaming call. Read is asked for one message at a time, which is the flow control. Whoever starts a stream
// must read it to its end, also after Cancel (which makes the end come at once).
class StreamCall : public Cancellable {
 public:
  // A message, or nullopt at the end; then `status` says how it ended.
  using OnMessage = std::function<void(std::optional<grpc::ByteBuffer>, const grpc::Status& status)>;
  // At most one Read outstanding; none after the end.
  virtual void Read(OnMessage on_message) = 0;
};
std::shared_ptr<StreamCall> StartStream(const Route& route, const BackendCallOptions& options,
                                        grpc::ByteBuffer request);

}  // namespace oversight::gateway
