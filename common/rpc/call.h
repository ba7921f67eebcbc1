// The call wrapper: every RPC of the suite goes through the same ordered steps (kSteps) before its handler runs and
// after it ends, so that no handler can forget one. A Host holds what the steps need, for one server; services hand it
// each call:
//
//   grpc::ServerUnaryReactor* GetForce(grpc::CallbackServerContext* c, const GetForceRequest* q, GetForceResponse* r)
//       override {
//     return host_.Unary(c, q, r, [this](rpc::Call& call, const GetForceRequest& q, GetForceResponse* r, rpc::Done
//     done) {
//       ...
//     });
//   }
//
// The handler runs inside that function, on a gRPC thread: it must not block. It may keep `call`, `q` and `r` by
// reference as long as it holds a Done that has not been called; after Done they are gone. Done may be called at once
// or later, from any thread. An exception out of a handler becomes INTERNAL.
//
// Which method a call is for is told by its request type: every method of the suite has its own (buf lint sees to it).
//
// A Host is thread-safe once serving; AddService, SetRegionLookup and SetReadObserver come before. It must outlive the
// grpc::Server.
#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/auth/authenticator.h"
#include "common/auth/authorization.h"
#include "common/auth/principal.h"
#include "common/limits/address.h"
#include "common/limits/caller_limits.h"
#include "common/observe/metrics.h"
#include "common/observe/trace_context.h"
#include "common/rpc/refusals.h"
#include "common/rpc/secrets.h"
#include "common/rpc/status_mapping.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

namespace oversight::rpc {

class Host;

// What a server knows of a method.
struct MethodInfo {
  std::string full_name;  // "/oversight.forces.v1.ForcesService/GetForce"
  std::string verb;       // "GetForce"
  bool streaming = false;
  bool writes = false;
  double cost = 1;      // See limits/cost.h.
  bool secret = false;  // Its request may hold secrets: see secrets.h.
  const auth::AuthorizationTable* table = nullptr;
  std::unique_ptr<observe::MethodMetrics> metrics;
};

// One call: who asks, for how long, under which ids. Read-only for handlers, thread-safe.
class Call {
 public:
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // From the metadata `x-request-id`, or made here. Not the idempotency key of a request: only for finding log lines.
  const std::string& request_id() const { return request_id_; }
  const observe::TraceContext& trace() const { return trace_; }
  const std::string& method() const { return method_->full_name; }
  const std::string& verb() const { return method_->verb; }
  // The method that takes this request: that of the call for the call's own request; another for a request that came as
  // a part of it, such as one command of several. The call's own when no method of this server takes it.
  const MethodInfo& MethodFor(const google::protobuf::Message& request) const;
  const auth::Principal& principal() const { return principal_; }
  // Whether a text repeats something secret that the request holds; such a text goes nowhere.
  bool RepeatsSecret(std::string_view text) const { return Repeats(text, secrets_); }
  // A header of the call as it came, "" when it did not; several of one name joined by ", ".
  std::string Header(const char* name) const;
  // On the machine's clock, for waiting. InfiniteFuture for a stream whose caller set none.
  absl::Time deadline() const { return deadline_; }
  // The command of this call changed nothing.
  void StoredNothing() { stored_nothing_.store(true, std::memory_order_relaxed); }
  // The caller has gone away, or the answer has been given.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 protected:
  friend class Host;
  Call(Host& host, grpc::CallbackServerContext* context, const MethodInfo* method)
      : host_(host), context_(context), method_(method), started_(absl::Now()) {}

  Host& host_;
  grpc::CallbackServerContext* const context_;
  const MethodInfo* const method_;
  std::string request_id_;
  observe::TraceContext trace_;
  auth::Principal principal_;
  absl::Time deadline_ = absl::InfiniteFuture();
  const absl::Time started_;
  std::atomic<bool> cancelled_{false};
  std::vector<std::string> secrets_;                   // Of the request.
  bool counted_ = false;                               // The step metrics_start has run.
  bool admitted_ = false;                              // Holds a place among the calls in flight.
  std::array<limits::CallerLimits::Place, 2> places_;  // And among those of its address, and of its principal.
  bool opened_ = false;                                // A stream whose headers have gone out.
  // Of a unary call, unless it is made as bytes.
  const google::protobuf::Message *request_ = nullptr, *answer_ = nullptr;
  std::atomic<bool> stored_nothing_{false};
};

namespace internal {

// A unary call's reactor. Lives until gRPC has let go of it and the last Done is gone.
class UnaryCall final : public Call, public grpc::ServerUnaryReactor {
 public:
  UnaryCall(Host& host, grpc::CallbackServerContext* context, const MethodInfo* method) : Call(host, context, method) {}

  void End(const absl::Status& status);
  void OnCancel() override { cancelled_.store(true, std::memory_order_relaxed); }
  void OnDone() override { Unref(); }
  // Both reactions are trivial, so gRPC may run them where it stands, which saves a thread hop per call.
  bool InternalInlineable() override { return true; }

  void RefDone() {
    dones_.fetch_add(1, std::memory_order_relaxed);
    refs_.fetch_add(1, std::memory_order_relaxed);
  }
  void UnrefDone();

 private:
  void Unref() {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  std::atomic<int> refs_{1};  // gRPC's.
  std::atomic<int> dones_{0};
  std::atomic<bool> ended_{false};
};

// What the Host needs to know of a stream.
class Endable {
 public:
  virtual ~Endable() = default;
  virtual void Finish(const absl::Status& status) = 0;
};

bool ParseBytes(const grpc::ByteBuffer& bytes, google::protobuf::Message* message);
// The status for an exception that came out of a handler; logs it.
absl::Status Crashed(const Call& call, const char* what);

}  // namespace internal

// Ends a unary call. Copies stand for the same call; the first to be called ends it, later ones do nothing. When the
// last copy goes uncalled, the caller is told INTERNAL rather than left waiting. Thread-safe.
class Done {
 public:
  explicit Done(internal::UnaryCall* call) : call_(call) { call_->RefDone(); }
  Done(const Done& other) : call_(other.call_) {
    if (call_ != nullptr) call_->RefDone();
  }
  Done(Done&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  Done& operator=(Done other) noexcept {
    std::swap(call_, other.call_);
    return *this;
  }
  ~Done() {
    if (call_ != nullptr) call_->UnrefDone();
  }
  void operator()(const absl::Status& status) const { call_->End(status); }

 private:
  internal::UnaryCall* call_;
};

// A server-streaming call. It ends once: by Finish, because the caller went away (CANCELLED), or because the server
// drains (UNAVAILABLE, DRAINING). A handler keeps the shared_ptr for as long as it has something to send. Thread-safe.
template <class Response>
class StreamCall final : public Call,
                         public internal::Endable,
                         public grpc::ServerWriteReactor<Response>,
                         public std::enable_shared_from_this<StreamCall<Response>> {
 public:
  // Sends one message; the next only after `written` has run. `written` runs once, on some thread, or inside this call
  // when the stream is over already: with true when the next may be sent, with false when the stream is over.
  void Write(Response message, std::function<void(bool ok)> written);
  // Ends the stream, after the message being written, if any. Later calls do nothing.
  void Finish(const absl::Status& status) override;
  // Runs `ended` once when the stream is over, for whatever reason; inside this call when it already is. Here a handler
  // lets go of what feeds the stream.
  void OnEnd(std::function<void()> ended);
  bool ended() const;

 private:
  friend class Host;
  using Reactor = grpc::ServerWriteReactor<Response>;
  StreamCall(Host& host, grpc::CallbackServerContext* context, const MethodInfo* method)
      : Call(host, context, method) {}
  void OnWriteDone(bool ok) override;
  void OnCancel() override { Finish(absl::CancelledError("The caller has gone away.")); }
  void OnDone() override;

  mutable std::mutex mu_;
  Response message_;  // Being written.
  bool writing_ = false;
  std::function<void(bool)> written_;    // Of the message being written.
  std::optional<absl::Status> outcome_;  // Set once the stream is over.
  std::vector<std::function<void()>> on_end_;
  std::shared_ptr<StreamCall> self_;  // Held until gRPC has let go.
};

// The greatest request, encoded. Servers receive up to twice that, so that what is somewhat too large is told the
// reason, which gRPC's own refusal has not.
inline constexpr size_t kMaxRequestBytes = 4 << 20;

struct HostOptions {
  // Unary calls not answered yet; more are told RESOURCE_EXHAUSTED, OVERLOADED. Half of them may be writes, so that
  // reads go on while writes wait for a slow disk; and three eighths may wait to read from the store (see RunServer),
  // so that what is in memory can be read while the store answers nothing.
  int max_in_flight = 2048;
  int max_streams = 10000;                              // The same for streams.
  absl::Duration default_deadline = absl::Seconds(30);  // Of a unary call that sets none.
  absl::Duration max_deadline = absl::Minutes(5);       // Of a unary call; a later one is brought down to this.
  // What one caller may take, so that the others are answered too; none, unless they are set. By principal, whoever
  // calls for them and from wherever: the services of the suite are not held to it, since all callers would wait when
  // one of those did, and neither is the public, which is nobody in particular. By address only where connections from
  // outside end, which is the gateway: to a service, all that it passes on has its address. Proxies that are trusted
  // stand before many, so they are not held to what one address may.
  limits::CallerLimits::Options per_principal, per_address;
  limits::Networks trusted_proxies;
  std::function<void(const char* step)> on_step;  // For tests: told each step as it begins.
};

class Host {
 public:
  Host(HostOptions options, const auth::Authenticator& authenticator, observe::Metrics& metrics);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Takes up the service the table is for. INTERNAL with all that is wrong when a method has no rule.
  absl::Status AddService(auth::AuthorizationTable table);
  // Where the regions of forces come from, for scopes by region. Without it no region is known.
  void SetRegionLookup(auth::RegionLookup lookup) { region_ = std::move(lookup); }
  // Who is to know what was told to whom: told of each answer before it goes out, and of each message of a stream, on
  // the thread that sends it; it must not block. `request` is null for a stream. Not of answers that a handler makes as
  // bytes, nor of what services of the suite are told, which ask for others; of commands only where they stored
  // nothing, since who stores something stands in the log.
  using ReadObserver = std::function<void(const Call&, const google::protobuf::Message* request,
                                          const google::protobuf::Message& answer)>;
  void SetReadObserver(ReadObserver observer) { observer_ = std::move(observer); }

  // handler(Call&, const Request&, Response*, Done)
  template <class Request, class Response, class Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, const Request* request, Response* response,
                                  Handler&& handler) {
    auto* call = new internal::UnaryCall(*this, context, Find(Request::descriptor()));
    if (absl::Status status = Begin(*call, [&] { return request; }); !status.ok()) {
      call->End(status);
    } else {
      call->request_ = request;
      call->answer_ = response;
      const Done held(call);  // So that an exception is told of, and not the Done it drops on its way.
      Guard(call, [&] { handler(*call, *request, response, held); });
    }
    return call;
  }

  // For WithRawCallbackMethod_...: the answer goes out as bytes, so that one encoded once can be sent many times.
  // handler(Call&, const Request&, grpc::ByteBuffer* response, Done). The request lives only during the handler.
  template <class Request, class Handler>
  grpc::ServerUnaryReactor* UnaryRaw(grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes,
                                     grpc::ByteBuffer* response, Handler&& handler) {
    auto* call = new internal::UnaryCall(*this, context, Find(Request::descriptor()));
    Request request;
    const auto parse = [&] { return internal::ParseBytes(*bytes, &request) ? &request : nullptr; };
    if (absl::Status status = Begin(*call, parse); !status.ok()) {
      call->End(status);
    } else {
      const Done held(call);
      Guard(call, [&] { handler(*call, request, response, held); });
    }
    return call;
  }

  // handler(std::shared_ptr<StreamCall<Response>>, const Request&). The request lives only during the handler.
  template <class Response, class Request, class Handler>
  grpc::ServerWriteReactor<Response>* Stream(grpc::CallbackServerContext* context, const Request* request,
                                             Handler&& handler) {
    auto stream = NewStream<Response>(context, Request::descriptor());
    return RunStream(
        std::move(stream), [&] { return request; }, std::forward<Handler>(handler));
  }

  // The same with bytes on both sides: handler(std::shared_ptr<StreamCall<grpc::ByteBuffer>>, const Request&).
  template <class Request, class Handler>
  grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamRaw(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* bytes, Handler&& handler) {
    auto stream = NewStream<grpc::ByteBuffer>(context, Request::descriptor());
    Request request;
    const auto parse = [&]() -> const Request* { return internal::ParseBytes(*bytes, &request) ? &request : nullptr; };
    return RunStream(std::move(stream), parse, std::forward<Handler>(handler));
  }

  // Refuses calls from now on and ends every stream, with UNAVAILABLE, DRAINING. Unary calls under way go on.
  void Drain();
  bool draining() const { return draining_.load(std::memory_order_relaxed); }
  int in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  int streams() const { return streams_.load(std::memory_order_relaxed); }

  // For what comes in by other ways than through the Host, and is held to the same limits and counted in one place.
  limits::CallerLimits& address_limits() { return by_address_; }
  const limits::Networks& trusted_proxies() const { return options_.trusted_proxies; }
  Refusals& refusals() { return refusals_; }
  // A place for a call among those of the address it comes from, until it ends; RESOURCE_EXHAUSTED when there is none.
  absl::StatusOr<limits::CallerLimits::Place> AdmitAddress(const grpc::CallbackServerContext& context, double cost,
                                                           bool stream);

  // The steps in the order in which every call goes through them.
  static std::vector<std::string> StepNames();

 private:
  friend class Call;
  friend class internal::UnaryCall;
  template <class Response>
  friend class StreamCall;
  struct Step;
  static const std::array<Step, 9> kBefore;
  static const std::array<const char*, 3> kAfter;

  // Runs the steps before the handler. `request` gives the request, or null when its bytes could not be parsed; it is
  // asked for once, when the call has been admitted.
  absl::Status Begin(Call& call, absl::FunctionRef<const google::protobuf::Message*()> request);
  // Runs those after it: returns what to tell the caller. Once per call, before gRPC is told.
  grpc::Status Conclude(Call& call, const absl::Status& status);

  absl::Status StepRequestId(Call& call, const google::protobuf::Message* request);
  absl::Status StepTrace(Call& call, const google::protobuf::Message* request);
  absl::Status StepMetrics(Call& call, const google::protobuf::Message* request);
  absl::Status StepAdmission(Call& call, const google::protobuf::Message* request);
  absl::Status StepDeadline(Call& call, const google::protobuf::Message* request);
  absl::Status StepAuthenticate(Call& call, const google::protobuf::Message* request);
  absl::Status StepLimit(Call& call, const google::protobuf::Message* request);
  absl::Status StepAuthorise(Call& call, const google::protobuf::Message* request);
  absl::Status StepValidate(Call& call, const google::protobuf::Message* request);

  const MethodInfo* Find(const google::protobuf::Descriptor* request) const;
  // What a call is told is about to go out.
  void Observe(const Call& call, const google::protobuf::Message& answer) const;
  static void Observe(const Call&, const grpc::ByteBuffer&) {}
  // From here on Drain ends the stream. False when draining has begun.
  bool Register(const std::shared_ptr<internal::Endable>& stream);
  void Unregister(internal::Endable* stream);
  static absl::Status Draining();
  static void AddRequestId(Call& call, bool trailing);
  void Announce(const char* step) const {
    if (options_.on_step) options_.on_step(step);
  }

  template <class CallType, class Body>
  void Guard(CallType* call, Body&& body) {
    if (options_.on_step) options_.on_step(kAfter[0]);
    try {
      body();
    } catch (const std::exception& e) {
      Abort(call, internal::Crashed(*call, e.what()));
    } catch (...) {
      Abort(call, internal::Crashed(*call, "not a std::exception"));
    }
  }
  static void Abort(internal::UnaryCall* call, const absl::Status& status) { call->End(status); }
  template <class Response>
  static void Abort(StreamCall<Response>* call, const absl::Status& status) {
    call->Finish(status);
  }

  template <class Response>
  std::shared_ptr<StreamCall<Response>> NewStream(grpc::CallbackServerContext* context,
                                                  const google::protobuf::Descriptor* request) {
    std::shared_ptr<StreamCall<Response>> stream(new StreamCall<Response>(*this, context, Find(request)));
    stream->self_ = stream;
    return stream;
  }
  // `request_of` gives the request, or null: see Begin.
  template <class Response, class RequestOf, class Handler>
  grpc::ServerWriteReactor<Response>* RunStream(std::shared_ptr<StreamCall<Response>> stream, RequestOf request_of,
                                                Handler&& handler) {
    auto* reactor = stream.get();
    decltype(request_of()) request = nullptr;
    if (absl::Status status = Begin(*reactor, [&] { return request = request_of(); }); !status.ok()) {
      reactor->Finish(status);
    } else if (!Register(stream)) {
      reactor->Finish(Draining());
    } else {
      // The answer's headers go out now, so that a client knows it was let in before the first message.
      reactor->opened_ = true;
      AddRequestId(*reactor, /*trailing=*/false);
      reactor->StartSendInitialMetadata();
      Guard(reactor, [&] { handler(std::move(stream), *request); });
    }
    return reactor;
  }

  const HostOptions options_;
  const auth::Authenticator& authenticator_;
  observe::Metrics& metrics_;
  Refusals refusals_;
  limits::CallerLimits by_principal_, by_address_;
  auth::RegionLookup region_;
  ReadObserver observer_;
  std::vector<std::unique_ptr<auth::AuthorizationTable>> tables_;
  // By request type.
  std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<MethodInfo>> methods_;
  MethodInfo unknown_;
  std::atomic<bool> draining_{false};
  std::atomic<int> in_flight_{0}, writes_in_flight_{0};
  std::atomic<int> streams_{0};
  std::mutex mu_;  // Guards registered_.
  std::unordered_map<internal::Endable*, std::weak_ptr<internal::Endable>> registered_;
  std::vector<observe::Metrics::Callback> gauges_;
};

// ---- Implementation of the stream. ----

template <class Response>
void StreamCall<Response>::Write(Response message, std::function<void(bool)> written) {
  {
    std::unique_lock lock(mu_);
    if (outcome_.has_value()) {
      lock.unlock();
      if (written) written(false);
      return;
    }
    message_ = std::move(message);
    writing_ = true;
    written_ = std::move(written);
  }
  host_.Observe(*this, message_);
  this->StartWrite(&message_);
}

template <class Response>
void StreamCall<Response>::OnWriteDone(bool ok) {
  const auto self = this->shared_from_this();  // `written` may hold the last reference but gRPC's.
  std::function<void(bool)> written;
  bool over;
  {
    std::lock_guard lock(mu_);
    written = std::exchange(written_, nullptr);
    writing_ = false;
    over = outcome_.has_value();
  }
  if (over) {
    // Finish came while the message was being written and left the rest to us.
    Reactor::Finish(host_.Conclude(*this, *outcome_));
  } else if (!ok) {
    Finish(absl::CancelledError("The caller has gone away."));
  } else {
    method_->metrics->MessageSent();
  }
  if (written) written(ok && !over);
}

template <class Response>
void StreamCall<Response>::Finish(const absl::Status& status) {
  std::vector<std::function<void()>> on_end;
  bool writing;
  {
    std::lock_guard lock(mu_);
    if (outcome_.has_value()) return;
    outcome_ = status;
    cancelled_.store(true, std::memory_order_relaxed);
    on_end.swap(on_end_);
    writing = writing_;
  }
  // gRPC allows no Finish beside a write: with a message under way, OnWriteDone finishes.
  if (!writing) Reactor::Finish(host_.Conclude(*this, status));
  for (const auto& ended : on_end) ended();
}

template <class Response>
void StreamCall<Response>::OnEnd(std::function<void()> ended) {
  {
    std::lock_guard lock(mu_);
    if (!outcome_.has_value()) {
      on_end_.push_back(std::move(ended));
      return;
    }
  }
  ended();
}

template <class Response>
bool StreamCall<Response>::ended() const {
  std::lock_guard lock(mu_);
  return outcome_.has_value();
}

template <class Response>
void StreamCall<Response>::OnDone() {
  host_.Unregister(this);
  const auto self = std::move(self_);
}

}  // namespace oversight::rpc
