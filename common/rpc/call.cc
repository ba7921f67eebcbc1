#include "common/rpc/call.h"

#include <algorithm>
#include <iterator>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/auth/token_authenticator.h"
#include "common/limits/cost.h"
#include "common/observe/json_log.h"
#include "common/observe/spans.h"
#include "common/rpc/errors.h"
#include "common/rpc/tls.h"
#include "common/rpc/validator.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/support/proto_buffer_reader.h"

namespace oversight::rpc {
namespace {

using common::v1::ERROR_REASON_DEADLINE_EXCEEDED;
using common::v1::ERROR_REASON_DRAINING;
using common::v1::ERROR_REASON_INTERNAL;
using common::v1::ERROR_REASON_INVALID_FIELDS;
using common::v1::ERROR_REASON_MESSAGE_TOO_LARGE;
using common::v1::ERROR_REASON_OVERLOADED;
using common::v1::ERROR_REASON_UNKNOWN_METHOD;

constexpr char kRequestIdKey[] = "x-request-id";
constexpr size_t kMaxRequestId = 100;

// The value of a metadata key given exactly once, or "".
std::string_view Metadata(const grpc::CallbackServerContext& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range(key);
  if (first == last || std::next(first) != last) return {};
  return {first->second.data(), first->second.size()};
}

// All values of a key, joined as HTTP joins the fields of one name: whoever sends two has sent neither.
std::string Joined(const grpc::CallbackServerContext& context, const char* key) {
  const auto& metadata = context.client_metadata();
  const auto [first, last] = metadata.equal_range(key);
  std::string all;
  for (auto it = first; it != last; ++it) {
    if (it != first) all += ", ";
    all.append(it->second.data(), it->second.size());
  }
  return all;
}

bool IsRequestId(std::string_view text) {
  if (text.empty() || text.size() > kMaxRequestId) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string NewRequestId() {
  thread_local std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad16));
}

// How loudly the end of a call is told: what the server is to blame for is an error, what a caller did is not.
observe::LogLevel LevelOf(absl::StatusCode code, const std::string& reason) {
  switch (code) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return observe::LogLevel::kError;
    case absl::StatusCode::kResourceExhausted:
      return Refusals::IsCallersOwn(reason) ? observe::LogLevel::kInfo : observe::LogLevel::kWarning;
    case absl::StatusCode::kUnavailable:
      return observe::LogLevel::kWarning;
    default:
      return observe::LogLevel::kInfo;
  }
}

}  // namespace

namespace internal {

bool ParseBytes(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  grpc::ByteBuffer copy(bytes);  // The reader wants it mutable; the copy shares the slices.
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

absl::Status Crashed(const Call& call, const char* what) {
  observe::LogError("exception in a handler", {{"request_id", call.request_id()},
                                               {"method", call.method()},
                                               {"error", call.RepeatsSecret(what) ? kSecret : what}});
  return Error(absl::StatusCode::kInternal, ERROR_REASON_INTERNAL,
               absl::StrCat("A fault of the server. Its log knows it as request ", call.request_id(), "."))
      .With("request_id", call.request_id());
}

void UnaryCall::End(const absl::Status& status) {
  if (ended_.exchange(true, std::memory_order_acq_rel)) return;
  cancelled_.store(true, std::memory_order_relaxed);
  Finish(host_.Conclude(*this, status));
}

void UnaryCall::UnrefDone() {
  if (dones_.fetch_sub(1, std::memory_order_acq_rel) == 1 && !ended_.load(std::memory_order_acquire)) {
    End(Crashed(*this, "the handler let go of the call without an answer"));
  }
  Unref();
}

}  // namespace internal

struct Host::Step {
  const char* name;
  absl::Status (Host::*run)(Call&, const google::protobuf::Message*);
};

// Metrics come before all that can refuse a call, so that refusals are counted; drain and admission before the work of
// finding out who calls, and what an address may do with it; what a principal may do as soon as it is known who that
// is, before the request is looked at; authorise before validate, so that nothing is told about a request its caller
// may not make.
const std::array<Host::Step, 9> Host::kBefore = {{
    {"request_id", &Host::StepRequestId},
    {"trace", &Host::StepTrace},
    {"metrics_start", &Host::StepMetrics},
    {"admission", &Host::StepAdmission},
    {"deadline", &Host::StepDeadline},
    {"authenticate", &Host::StepAuthenticate},
    {"limit", &Host::StepLimit},
    {"authorise", &Host::StepAuthorise},
    {"validate", &Host::StepValidate},
}};
const std::array<const char*, 3> Host::kAfter = {"handle", "map_status", "metrics_and_log_end"};

std::vector<std::string> Host::StepNames() {
  std::vector<std::string> names;
  for (const Step& step : kBefore) names.emplace_back(step.name);
  names.insert(names.end(), kAfter.begin(), kAfter.end());
  return names;
}

Host::Host(HostOptions options, const auth::Authenticator& authenticator, observe::Metrics& metrics)
    : options_(std::move(options)),
      authenticator_(authenticator),
      metrics_(metrics),
      refusals_(metrics),
      by_principal_(options_.per_principal, "principal"),
      by_address_(options_.per_address, "address") {
  region_ = [](const std::string&) { return std::string(); };
  unknown_.full_name = "unknown";
  unknown_.verb = "unknown";
  gauges_.push_back(metrics_.GaugeCallback("oversight_calls_in_flight", "Unary calls not answered yet.",
                                           [this] { return static_cast<double>(in_flight()); }));
  gauges_.push_back(metrics_.GaugeCallback("oversight_streams_open", "Streams that have not ended yet.",
                                           [this] { return static_cast<double>(streams()); }));
}

Host::~Host() = default;

absl::Status Host::AddService(auth::AuthorizationTable table) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(table.service());
  if (service == nullptr) {
    return Error(absl::StatusCode::kInternal, ERROR_REASON_INTERNAL,
                 absl::StrCat("This binary knows no service ", table.service(), "."));
  }
  OVERSIGHT_RETURN_IF_ERROR(table.Verify(*service));
  tables_.push_back(std::make_unique<auth::AuthorizationTable>(std::move(table)));
  for (int i = 0; i < service->method_count(); ++i) {
    const auto* method = service->method(i);
    auto info = std::make_unique<MethodInfo>();
    info->full_name = absl::StrCat("/", service->full_name(), "/", method->name());
    info->verb = method->name();
    info->streaming = method->server_streaming();
    info->table = tables_.back().get();
    info->writes = !info->streaming && info->table->Find(info->verb)->access == auth::Access::kWrite;
    info->cost = limits::CostOf(*method);
    info->secret = HoldsSecrets(*method->input_type());
    refusals_.Expect(info->full_name);
    info->metrics = std::make_unique<observe::MethodMetrics>(
        metrics_, "grpc_server", service->full_name(), method->name(),
        info->streaming ? observe::MethodType::kServerStream : observe::MethodType::kUnary);
    if (!methods_.emplace(method->input_type(), std::move(info)).second) {
      return Error(absl::StatusCode::kInternal, ERROR_REASON_INTERNAL,
                   absl::StrCat("Two methods share the request type ", method->input_type()->full_name(), "."));
    }
  }
  return absl::OkStatus();
}

const MethodInfo* Host::Find(const google::protobuf::Descriptor* request) const {
  const auto it = methods_.find(request);
  return it == methods_.end() ? &unknown_ : it->second.get();
}

const MethodInfo& Call::MethodFor(const google::protobuf::Message& request) const {
  const MethodInfo* found = host_.Find(request.GetDescriptor());
  return found == &host_.unknown_ ? *method_ : *found;
}

std::string Call::Header(const char* name) const { return Joined(*context_, name); }

absl::Status Host::Begin(Call& call, absl::FunctionRef<const google::protobuf::Message*()> request) {
  const google::protobuf::Message* message = nullptr;
  for (const Step& step : kBefore) {
    Announce(step.name);
    if (step.run == &Host::StepAuthorise) message = request();
    OVERSIGHT_RETURN_IF_ERROR((this->*step.run)(call, message));
  }
  return absl::OkStatus();
}

absl::Status Host::StepRequestId(Call& call, const google::protobuf::Message*) {
  const std::string_view given = Metadata(*call.context_, kRequestIdKey);
  call.request_id_ = IsRequestId(given) ? std::string(given) : NewRequestId();
  return absl::OkStatus();
}

absl::Status Host::StepTrace(Call& call, const google::protobuf::Message*) {
  call.trace_ = observe::ServerSpan(Metadata(*call.context_, "traceparent"), Metadata(*call.context_, "tracestate"));
  return absl::OkStatus();
}

absl::Status Host::StepMetrics(Call& call, const google::protobuf::Message*) {
  if (call.method_->metrics == nullptr) {
    return Error(absl::StatusCode::kUnimplemented, ERROR_REASON_UNKNOWN_METHOD, "No table names this method.");
  }
  call.method_->metrics->Started();
  call.method_->metrics->MessageReceived();
  call.counted_ = true;
  return absl::OkStatus();
}

absl::Status Host::StepAdmission(Call& call, const google::protobuf::Message*) {
  if (draining()) return Draining();
  const auto take = [](std::atomic<int>& places, int most) {
    if (places.fetch_add(1, std::memory_order_relaxed) < most) return true;
    places.fetch_sub(1, std::memory_order_relaxed);
    return false;
  };
  const MethodInfo& method = *call.method_;
  OVERSIGHT_ASSIGN_OR_RETURN(call.places_[0], AdmitAddress(*call.context_, method.cost, method.streaming));
  bool admitted = method.streaming ? take(streams_, options_.max_streams) : take(in_flight_, options_.max_in_flight);
  if (admitted && method.writes && !take(writes_in_flight_, std::max(1, options_.max_in_flight / 2))) {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    admitted = false;
  }
  if (!admitted) {
    return Error(absl::StatusCode::kResourceExhausted, ERROR_REASON_OVERLOADED,
                 "The server has as much to do as it takes on. Try again shortly.")
        .RetryAfter(absl::Milliseconds(100));
  }
  call.admitted_ = true;
  return absl::OkStatus();
}

absl::Status Host::StepDeadline(Call& call, const google::protobuf::Message*) {
  const auto given = call.context_->deadline();
  if (given != std::chrono::system_clock::time_point::max()) call.deadline_ = absl::FromChrono(given);
  if (!call.method_->streaming) {
    if (call.deadline_ == absl::InfiniteFuture()) {
      call.deadline_ = call.started_ + options_.default_deadline;
    } else {
      call.deadline_ = std::min(call.deadline_, call.started_ + options_.max_deadline);
    }
  }
  if (call.deadline_ <= call.started_) {
    return Error(absl::StatusCode::kDeadlineExceeded, ERROR_REASON_DEADLINE_EXCEEDED,
                 "The deadline passed before the work began; nothing was stored.");
  }
  return absl::OkStatus();
}

absl::Status Host::StepAuthenticate(Call& call, const google::protobuf::Message*) {
  auth::Credentials credentials;
  credentials.authorization = call.Header(auth::kAuthorizationHeader);
  credentials.principal_header = call.Header(auth::kPrincipalHeader);
  if (const auto peer = call.context_->auth_context(); peer != nullptr) credentials.peer_identity = PeerIdentity(*peer);
  OVERSIGHT_ASSIGN_OR_RETURN(call.principal_, authenticator_.Authenticate(credentials));
  return absl::OkStatus();
}

absl::StatusOr<limits::CallerLimits::Place> Host::AdmitAddress(const grpc::CallbackServerContext& context, double cost,
                                                               bool stream) {
  const limits::CallerLimits::Options& most = options_.per_address;
  if (most.rate <= 0 && most.calls <= 0 && most.streams <= 0) return limits::CallerLimits::Place();
  const auto address = limits::AddressOfPeer(context.peer());
  // Within the process somebody else has looked at the address, and a proxy's is that of many.
  if (!address.has_value() || options_.trusted_proxies.Contains(*address)) return limits::CallerLimits::Place();
  return by_address_.Admit(address->Key(), cost, stream, absl::Now());
}

absl::Status Host::StepLimit(Call& call, const google::protobuf::Message*) {
  const std::string& name = call.principal_.name();
  if (name == auth::ThePublic().name() || call.principal_.HasRole(auth::Role::ROLE_SERVICE)) return absl::OkStatus();
  OVERSIGHT_ASSIGN_OR_RETURN(call.places_[1],
                             by_principal_.Admit(name, call.method_->cost, call.method_->streaming, absl::Now()));
  return absl::OkStatus();
}

absl::Status Host::StepAuthorise(Call& call, const google::protobuf::Message* request) {
  if (request == nullptr) {
    return Error(absl::StatusCode::kInvalidArgument, ERROR_REASON_INVALID_FIELDS,
                 "The request is not an encoded message of the method's request type.");
  }
  if (call.method_->secret) call.secrets_ = SecretsIn(*request);
  return auth::Check(*call.method_->table, call.method_->verb, call.principal_, *request, region_);
}

absl::Status Host::StepValidate(Call& call, const google::protobuf::Message* request) {
  if (const size_t bytes = request->ByteSizeLong(); bytes > kMaxRequestBytes) {
    return Error(absl::StatusCode::kResourceExhausted, ERROR_REASON_MESSAGE_TOO_LARGE,
                 absl::StrCat("The request is of ", bytes, " bytes; at most ", kMaxRequestBytes, " are taken."))
        .With("bytes", absl::StrCat(bytes))
        .With("limit", absl::StrCat(kMaxRequestBytes));
  }
  return Validate(*request);
}

grpc::Status Host::Conclude(Call& call, const absl::Status& status) {
  Announce(kAfter[1]);
  if (status.ok() && call.answer_ != nullptr) Observe(call, *call.answer_);
  const absl::Status logged = WithoutSecrets(status, call.secrets_);
  absl::Status told = logged;
  if (status.code() == absl::StatusCode::kInternal && ReasonOf(status).empty()) {
    // Not made by our vocabulary, so it may hold anything: its text is for the log alone.
    told = Error(absl::StatusCode::kInternal, ERROR_REASON_INTERNAL,
                 absl::StrCat("A fault of the server. Its log knows it as request ", call.request_id_, "."))
               .With("request_id", call.request_id_);
  }
  grpc::Status result = ToGrpc(told);
  // An error goes out as trailers alone, since a client's retry policy takes an answer with headers as final.
  if (!call.opened_) AddRequestId(call, !status.ok());

  Announce(kAfter[2]);
  const absl::Duration took = absl::Now() - call.started_;
  for (auto& place : call.places_) place = {};
  if (call.admitted_) {
    (call.method_->streaming ? streams_ : in_flight_).fetch_sub(1, std::memory_order_relaxed);
    if (call.method_->writes) writes_in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }
  if (call.counted_) {
    if (status.ok() && !call.method_->streaming) call.method_->metrics->MessageSent();
    call.method_->metrics->Handled(status.code(), took);
  }
  if (observe::RecordsSpans()) {
    observe::Record({.context = call.trace_,
                     .name = call.method_->full_name.substr(1),
                     .kind = observe::SpanKind::kServer,
                     .start = call.started_,
                     .end = call.started_ + took,
                     .code = status.code(),
                     .attributes = {{"request_id", call.request_id_}}});
  }
  const std::string reason = ReasonOf(status);
  int64_t left_out = 0;
  const bool told_of = !Refusals::IsOne(status) || refusals_.Note(call.method_->full_name, call.principal_.name(),
                                                                  reason, status.code(), &left_out);
  if (const observe::LogLevel level = LevelOf(status.code(), reason); told_of && observe::LogEnabled(level)) {
    const std::string peer = call.context_->peer();
    std::vector<observe::LogField> fields = {
        {"request_id", call.request_id_},
        {"trace_id", call.trace_.trace_id},
        {"span_id", call.trace_.span_id},
        {"method", call.method_->full_name},
        {"code", CodeName(status.code())},
        {"duration_ms", absl::ToDoubleMilliseconds(took)},
        {"peer", peer},
        {"principal", call.principal_.name()},
    };
    if (!status.ok()) fields.push_back({"reason", reason});
    // What is wrong with a caller's request is for the caller: it may quote what is kept in the record from others.
    if (!status.ok() && level != observe::LogLevel::kInfo) fields.push_back({"error", logged});
    if (left_out > 0) fields.push_back({"left_out", left_out});
    observe::Log(level, "rpc", "call", fields.data(), fields.size());
  }
  return result;
}

void Host::Observe(const Call& call, const google::protobuf::Message& answer) const {
  if (!observer_ || !auth::IsSomebody(call.principal_)) return;
  if (call.method_->writes && !call.stored_nothing_.load(std::memory_order_relaxed)) return;
  observer_(call, call.request_, answer);
}

void Host::AddRequestId(Call& call, bool trailing) {
  if (trailing) {
    call.context_->AddTrailingMetadata(kRequestIdKey, call.request_id_);
  } else {
    call.context_->AddInitialMetadata(kRequestIdKey, call.request_id_);
  }
}

absl::Status Host::Draining() {
  return Error(absl::StatusCode::kUnavailable, ERROR_REASON_DRAINING, "The server is stopping. Try again.")
      .RetryAfter(absl::Seconds(1));
}

bool Host::Register(const std::shared_ptr<internal::Endable>& stream) {
  std::lock_guard lock(mu_);
  if (draining()) return false;
  registered_.emplace(stream.get(), stream);
  return true;
}

void Host::Unregister(internal::Endable* stream) {
  std::lock_guard lock(mu_);
  registered_.erase(stream);
}

void Host::Drain() {
  std::vector<std::shared_ptr<internal::Endable>> streams;
  {
    // A stream registers under this lock: either it is found here or it sees the flag.
    std::lock_guard lock(mu_);
    draining_.store(true, std::memory_order_relaxed);
    for (const auto& [key, weak] : registered_) {
      if (auto stream = weak.lock()) streams.push_back(std::move(stream));
    }
  }
  for (const auto& stream : streams) stream->Finish(Draining());
}

}  // namespace oversight::rpc
