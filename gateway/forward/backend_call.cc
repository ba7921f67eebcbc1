#include "gateway/forward/backend_call.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/auth/authenticator.h"
#include "common/observe/spans.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"

namespace oversight::gateway {
namespace {

constexpr char kTraceParent[] = "traceparent", kTraceState[] = "tracestate";

void Prepare(const BackendCallOptions& options, grpc::ClientContext& context) {
  for (const auto& [name, value] : options.headers) {
    if (name != kTraceParent && name != kTraceState) AddHeader(context, name, value);
  }
  if (options.deadline != absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(options.deadline));
}

// Found twice a header says nothing.
std::string_view HeaderOf(const BackendCallOptions& options, std::string_view name) {
  std::string_view found;
  int times = 0;
  for (const auto& [key, value] : options.headers) {
    if (key != name) continue;
    found = value;
    ++times;
  }
  return times == 1 ? found : std::string_view();
}

PassedOn Begin(const Route& route, const BackendCallOptions& options, grpc::ClientContext& context) {
  Prepare(options, context);
  PassedOn call(route, HeaderOf(options, kTraceParent), HeaderOf(options, kTraceState));
  call.AddTrace(context);
  return call;
}

struct UnaryState : Cancellable {
  grpc::ClientContext context;
  grpc::ByteBuffer request, response;
  void Cancel() override { context.TryCancel(); }
};

// Holds itself until OnDone. The hold is the reader's: reads are started from outside the reactor, so gRPC must not end
// the call between two of them.
class StreamState : public StreamCall,
                    public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                    public std::enable_shared_from_this<StreamState> {
 public:
  void Start(const Route& route, const BackendCallOptions& options, grpc::ByteBuffer request) {
    self_ = shared_from_this();
    request_ = std::move(request);
    route_ = &route.For(request_);
    passed_on_.emplace(Begin(*route_, options, context_));
    route_->stub->PrepareBidiStreamingCall(&context_, route_->path, {}, this);
    AddHold();
    StartWriteLast(&request_, grpc::WriteOptions());
    StartCall();
  }

  void Read(OnMessage on_message) override {
    {
      std::lock_guard lock(mu_);
      if (!ended_) {
        on_message_ = std::move(on_message);
        StartRead(&message_);
        return;
      }
    }
    on_message(std::nullopt, status_);
  }

  void Cancel() override { context_.TryCancel(); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) {
      RemoveHold();  // No further read will be started; OnDone brings the status.
      return;
    }
    OnMessage on_message;
    {
      std::lock_guard lock(mu_);
      on_message = std::exchange(on_message_, nullptr);
    }
    on_message(std::exchange(message_, grpc::ByteBuffer()), grpc::Status::OK);
  }

  void OnDone(const grpc::Status& status) override {
    passed_on_->Ended(status);
    OnMessage on_message;
    {
      std::lock_guard lock(mu_);
      ended_ = true;
      status_ = Explain(*route_, status);
      on_message = std::exchange(on_message_, nullptr);
    }
    if (on_message) on_message(std::nullopt, status_);
    self_.reset();
  }

  const Route* route_ = nullptr;
  std::optional<PassedOn> passed_on_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, message_;
  std::mutex mu_;
  OnMessage on_message_;
  bool ended_ = false;
  grpc::Status status_;
  std::shared_ptr<StreamState> self_;
};

}  // namespace

PassedOn::PassedOn(const Route& route, std::string_view traceparent, std::string_view tracestate)
    : metrics_(route.metrics),
      name_(route.path.substr(1)),
      trace_(observe::ServerSpan(traceparent, tracestate)),
      started_(absl::Now()) {
  if (metrics_ != nullptr) metrics_->Started();
}

void PassedOn::AddTrace(grpc::ClientContext& context) const {
  AddHeader(context, kTraceParent, observe::FormatTraceParent(trace_));
  if (!trace_.trace_state.empty()) AddHeader(context, kTraceState, trace_.trace_state);
}

void PassedOn::Ended(const grpc::Status& status) const {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (metrics_ != nullptr) metrics_->Handled(code, absl::Now() - started_);
  if (!observe::RecordsSpans()) return;
  observe::Record({.context = trace_,
                   .name = name_,
                   .kind = observe::SpanKind::kClient,
                   .start = started_,
                   .end = absl::Now(),
                   .code = code,
                   .attributes = {}});
}

const std::vector<std::string>& ForwardedHeaders() {
  static const auto* headers = new std::vector<std::string>{auth::kAuthorizationHeader, auth::kPrincipalHeader,
                                                            "traceparent", "tracestate", "x-request-id"};
  return *headers;
}

void AddHeader(grpc::ClientContext& context, const std::string& name, std::string_view value) {
  const std::string sendable = rpc::SendableHeader(value);
  const bool who = name == auth::kAuthorizationHeader || name == auth::kPrincipalHeader;
  if (who || sendable == value) context.AddMetadata(name, sendable);
}

grpc::Status Explain(const Route& route, const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE || !status.error_details().empty()) return status;
  return rpc::ToGrpc(
      Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_DEPENDENCY_UNAVAILABLE,
            route.owner + " cannot be reached now. The rest of the suite goes on; try this again in a moment.")
          .With("service", route.owner)
          .RetryAfter(absl::Seconds(1)));
}

std::shared_ptr<Cancellable> StartUnary(const Route& asked, const BackendCallOptions& options, grpc::ByteBuffer request,
                                        std::function<void(UnaryAnswer)> done) {
  auto state = std::make_shared<UnaryState>();
  state->request = std::move(request);
  const Route& route = asked.For(state->request);
  PassedOn passed_on = Begin(route, options, state->context);
  route.stub->UnaryCall(
      &state->context, route.path, {}, &state->request, &state->response,
      [state, &route, passed_on = std::move(passed_on), done = std::move(done)](const grpc::Status& status) {
        passed_on.Ended(status);
        UnaryAnswer answer{Explain(route, status), std::move(state->response), {}};
        // In the headers of an answer, in the trailers of an error.
        const auto& metadata =
            answer.status.ok() ? state->context.GetServerInitialMetadata() : state->context.GetServerTrailingMetadata();
        if (const auto it = metadata.find("x-request-id"); it != metadata.end()) {
          answer.request_id.assign(it->second.data(), it->second.size());
        }
        done(std::move(answer));
      });
  return state;
}

std::shared_ptr<StreamCall> StartStream(const Route& route, const BackendCallOptions& options,
                                        grpc::ByteBuffer request) {
  auto state = std::make_shared<StreamState>();
  state->Start(route, options, std::move(request));
  return state;
}

}  // namespace oversight::gateway
