#include "common/rpc/channel.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/auth/authenticator.h"
#include "common/rpc/keep_grpc.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "grpcpp/support/client_interceptor.h"

namespace oversight::rpc {
namespace {

// Says who calls, on every call that does not say so itself.
class IdentityInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit IdentityInterceptor(const Identity& identity) : identity_(identity) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(grpc::experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      auto* metadata = methods->GetSendInitialMetadata();
      if (metadata->find(auth::kPrincipalHeader) == metadata->end() &&
          metadata->find(auth::kAuthorizationHeader) == metadata->end()) {
        metadata->emplace(identity_.Header());
      }
    }
    methods->Proceed();
  }

 private:
  const Identity& identity_;  // The factory's, which lives as long as the channel.
};

class IdentityInterceptorFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit IdentityInterceptorFactory(Identity identity) : identity_(std::move(identity)) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(grpc::experimental::ClientRpcInfo*) override {
    return new IdentityInterceptor(identity_);
  }

 private:
  const Identity identity_;
};

bool MayBeSeveral(const std::string& target) {
  return absl::StrContains(target, ',') || absl::StartsWith(target, "dns:");
}

std::string ServiceConfig(const ChannelOptions& options) {
  std::string config = R"({"loadBalancingConfig":[{"round_robin":{}}])";
  if (MayBeSeveral(options.target)) absl::StrAppend(&config, R"(,"healthCheckConfig":{"serviceName":""})");
  if (options.retry.empty()) return config + "}";
  std::vector<std::string> names;
  for (const std::string& method : options.retry) {
    const size_t slash = method.find('/');
    names.push_back(
        absl::StrCat(R"({"service":")", method.substr(0, slash), R"(","method":")", method.substr(slash + 1), R"("})"));
  }
  return absl::StrCat(
      config,
      // Retries stop once about fifty more calls have failed than a tenth of those that went well, so that they cannot
      // keep a sick service down. Fewer would not do for the calls that one replica has under way when it dies.
      R"(,"retryThrottling":{"maxTokens":100,"tokenRatio":0.1},"methodConfig":[{"name":[)", absl::StrJoin(names, ","),
      R"(],"retryPolicy":{"maxAttempts":3,"initialBackoff":"0.1s","maxBackoff":"1s","backoffMultiplier":2,)",
      R"("retryableStatusCodes":["UNAVAILABLE"]}}]})");
}

std::string IsTarget(const std::string& value) {
  if (std::string problem = observe::IsNotEmpty(value); !problem.empty()) return problem;
  if (absl::StrContains(value, ',') && !absl::StartsWith(value, "ipv4:") && !absl::StartsWith(value, "ipv6:")) {
    return "must begin with ipv4: or ipv6: where it has several addresses";
  }
  return "";
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const ChannelOptions& options) {
  KeepGrpcThreads();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
  // So a server that hangs, or is cut off, is left in 15 s: until then its share of the calls waits for it. Matched by
  // the server's permissions in server.cc: a ping more than it permits would end the connection.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // A restarted server is found again soon; the defaults (1 s rising to 2 min) make it look dead.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // Whatever its name says, this is how long one attempt to connect may take at least; it delays no attempt.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  // Replicas come and go. By default a name is looked up at most every 30 s.
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 5'000);
  // Otherwise two channels with equal options share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetServiceConfigJSON(ServiceConfig(options));
  // gRPC means it for tests, since it is for other names than the address's. Here the name is the point: the address
  // may be that of one pod of many.
  if (options.credentials != nullptr && !options.service.empty()) {
    arguments.SetSslTargetNameOverride(options.service);
  }

  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  if (Identity identity{options.principal, options.token}; !identity.empty()) {
    interceptors.push_back(std::make_unique<IdentityInterceptorFactory>(std::move(identity)));
  }
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      options.target, options.credentials != nullptr ? options.credentials : grpc::InsecureChannelCredentials(),
      arguments, std::move(interceptors));
}

void AddTargetFlag(observe::Flags& flags, const std::string& name, std::string* target) {
  flags.Add(name, target,
            absl::StrCat("Where ", name,
                         "-service is: HOST:PORT, for several replicas ipv4:IP:PORT,IP:PORT or dns:///NAME:PORT."),
            {.validate = IsTarget});
}

std::vector<std::string> ReadMethods(const std::string& service) {
  std::vector<std::string> methods;
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
  if (descriptor == nullptr) return methods;
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const std::string& name = descriptor->method(i)->name();
    if (absl::StartsWith(name, "Get") || absl::StartsWith(name, "List")) methods.push_back(service + "/" + name);
  }
  return methods;
}

std::string SendableHeader(std::string_view value) {
  std::string result(value);
  for (char& c : result) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return result;
}

absl::Time DeadlineFor(const Call& call, absl::Duration at_most) {
  // A tenth of what is left, at most a second: enough to answer in, little enough to matter to nobody.
  const absl::Time now = absl::Now();
  const absl::Time latest = now + at_most;
  if (call.deadline() == absl::InfiniteFuture()) return latest;
  const absl::Duration left = std::max(call.deadline() - now, absl::ZeroDuration());
  return std::min(latest, call.deadline() - std::min(left / 10, absl::Seconds(1)));
}

void Propagate(const Call& call, absl::Duration at_most, grpc::ClientContext* context) {
  context->set_deadline(absl::ToChronoTime(DeadlineFor(call, at_most)));
  context->AddMetadata("x-request-id", call.request_id());
  context->AddMetadata("traceparent", observe::FormatTraceParent(call.trace()));
  if (!call.trace().trace_state.empty()) context->AddMetadata("tracestate", call.trace().trace_state);
  // Sent even when it is empty: that says nobody, and keeps the channel from saying somebody.
  context->AddMetadata(auth::kAuthorizationHeader, SendableHeader(call.Header(auth::kAuthorizationHeader)));
  if (const std::string named = SendableHeader(call.Header(auth::kPrincipalHeader)); !named.empty()) {
    context->AddMetadata(auth::kPrincipalHeader, named);
  }
}

}  // namespace oversight::rpc
