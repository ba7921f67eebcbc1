#include "gateway/service/program.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/auth/insecure_authenticator.h"
#include "common/auth/token_authenticator.h"
#include "common/observe/config.h"
#include "common/rpc/channel.h"
#include "common/rpc/errors.h"
#include "gateway/dashboard/ask_follow_up.h"
#include "gateway/dashboard/ask_overview.h"
#include "gateway/dashboard/dashboard_source.h"
#include "gateway/dashboard/suite_copy.h"
#include "gateway/forward/grpc_proxy.h"
#include "gateway/forward/routes.h"
#include "gateway/http/callers.h"
#include "gateway/http/events_face.h"
#include "gateway/http/http_server.h"
#include "gateway/http/rest_face.h"
#include "gateway/http/security_headers.h"
#include "gateway/service/authorization.h"
#include "gateway/service/gateway_service.h"
#include "gateway/service/report_reads.h"
#include "gateway/sign_in/flags.h"
#include "gateway/web/site.h"
#include "oversight/concerns/v1/bulk_service.pb.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/concerns/v1/evidence_service.pb.h"
#include "oversight/concerns/v1/national_recommendations_service.pb.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/concerns/v1/responses_service.pb.h"
#include "oversight/concerns/v1/revisits_service.pb.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "oversight/monitoring/v1/advice_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/audit_service.pb.h"
#include "oversight/monitoring/v1/disclosures_service.pb.h"
#include "oversight/monitoring/v1/meetings_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "oversight/monitoring/v1/plans_service.pb.h"
#include "oversight/monitoring/v1/policy_service.pb.h"
#include "oversight/monitoring/v1/register_service.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"
#include "oversight/monitoring/v1/support_service.pb.h"

namespace oversight::gateway {
namespace {

// Whom the copies and the questions about what a service derives are from.
constexpr char kPrincipal[] = "principals/gateway";

using concerns::v1::ConcernsService;
using forces::v1::ForcesService;
using monitoring::v1::MonitoringService;

// One channel per service, for the copies and for calls passed on: when the copy is current again after a break, calls
// get through too. It lends no identity: the copies name the gateway with each call, and a call passed on carries its
// caller's proof and nothing else, so that nobody gets the gateway's rights by going through it.
std::shared_ptr<grpc::Channel> ChannelTo(const std::string& target, const std::string& name, const std::string& service,
                                         const rpc::Runtime& runtime) {
  rpc::ChannelOptions options;
  options.target = target;
  options.service = name;
  options.credentials = runtime.channel_credentials;
  options.retry = rpc::ReadMethods(service);
  // A transaction of many changes comes in one message of a watch.
  options.max_receive_bytes = 64 << 20;
  return rpc::MakeChannel(options);
}

// Whom people may choose to be in a browser: nobody, where callers must prove who they are.
std::vector<auth::Principal> ChoicesOf(const auth::Authenticator& authenticator) {
  const auto* insecure = dynamic_cast<const auth::InsecureAuthenticator*>(&authenticator);
  return insecure == nullptr ? std::vector<auth::Principal>() : insecure->Choices();
}

// Null when nobody is to sign in at the pages.
absl::StatusOr<std::unique_ptr<SignIn>> MakeSignIn(const GatewayOptions& options, const rpc::Runtime& runtime) {
  if (options.sign_in.client_id.empty()) return nullptr;
  const auto* tokens = dynamic_cast<const auth::TokenAuthenticator*>(&runtime.authenticator);
  if (tokens == nullptr) {
    return absl::InvalidArgumentError("--insecure excludes --sign-in-client: there people choose who they are");
  }
  return SignIn::Make(options.sign_in, *tokens, runtime.clock, runtime.metrics);
}

class GatewayApplication final : public rpc::Application {
 public:
  GatewayApplication(const GatewayOptions& options, std::unique_ptr<SignIn> sign_in, web::FormTokens tokens,
                     rpc::Runtime& runtime)
      : options_(options),
        runtime_(runtime),
        table_(MakeAuthorizationTable()),
        forces_(ChannelTo(options.forces, "forces-service", ForcesService::service_full_name(), runtime)),
        concerns_(ChannelTo(options.concerns, "concerns-service", ConcernsService::service_full_name(), runtime)),
        monitoring_(
            ChannelTo(options.monitoring, "monitoring-service", MonitoringService::service_full_name(), runtime)),
        identity_{kPrincipal, runtime.own_token},
        copy_(MakeSuiteCopy(forces_, concerns_, monitoring_, identity_, &runtime.metrics)),
        source_(
            copy_, runtime.clock,
            {.overview = MakeAskOverview(concerns_, identity_), .follow_up = MakeAskFollowUp(monitoring_, identity_)}),
        reporter_(ReportReadsTo(monitoring_, identity_), runtime.metrics,
                  {.everything = "ledgers/monitoring", .interval = options.gather_reads}),
        service_(runtime.host, source_, {.forces = forces_, .concerns = concerns_, .monitoring = monitoring_}, table_,
                 reporter_),
        backends_(&runtime.metrics),
        http_routes_(&runtime.metrics),
        proxy_(backends_, runtime.host),
        sign_in_(std::move(sign_in)),
        callers_(ChoicesOf(runtime.authenticator), sign_in_ == nullptr ? nullptr : &sign_in_->sessions()),
        events_(http_routes_, callers_),
        tokens_(std::move(tokens)),
        site_(http_routes_, callers_, runtime.clock, tokens_, sign_in_.get()),
        memory_([this] { return source_.changes(); }) {
    AddBackends(backends_);
    AddBackends(http_routes_);
    runtime.host.SetRegionLookup([this](const std::string& force) { return source_.RegionOf(force); });
    copy_.Start();
  }

  std::vector<grpc::Service*> services() override { return {&service_}; }
  grpc::CallbackGenericService* generic_service() override { return &proxy_; }

  // Without the register there is nothing to show; the other services may be down.
  absl::Status Ready() override {
    const rpc::InformerStatus forces = copy_.forces->Status();
    if (forces.state != rpc::InformerState::kNeverSynced) return absl::OkStatus();
    return absl::UnavailableError("The register of forces is not known yet: " + forces.reason);
  }

  absl::Status Started(grpc::Server& server) override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    http_routes_.AddService<v1::GetForceDashboardRequest>("gateway", server.InProcessChannel(arguments));
    HttpOptions options;
    options.listen = options_.http_listen;
    options.host = &runtime_.host;
    runtime_.host.refusals().Expect(kHttpMethod);
    options.max_connections_of_address = runtime_.host.address_limits().options().calls;
    options.headers = SecurityHeaders(absl::StartsWith(options_.sign_in.public_url, "https://"));
    rest_ = std::make_unique<RestFace>(http_routes_, callers_, memory_);
    OVERSIGHT_ASSIGN_OR_RETURN(http_,
                               HttpServer::Start(std::move(options), http_routes_, {&events_, rest_.get(), &site_}));
    AddMetrics();
    return absl::OkStatus();
  }

  std::map<std::string, std::string> Addresses() override {
    std::string host;
    int port = 0;
    observe::SplitHostPort(options_.http_listen, &host, &port);
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return {{"http", host + ":" + std::to_string(http_ == nullptr ? 0 : http_->port())}};
  }

  void Drain() override {
    proxy_.Drain();
    if (http_ != nullptr) http_->Drain();
  }

  void Stop() override {
    if (sign_in_ != nullptr) sign_in_->Cancel();
    if (http_ != nullptr) http_->Stop(absl::Seconds(5));
    service_.Stop();
    reporter_.Stop();
    source_.Stop();
    copy_.Stop();
  }

 private:
  void AddBackends(Routes& routes) {
    routes.AddService<forces::v1::GetForceRequest>("forces-service", forces_);
    routes.AddService<concerns::v1::GetConcernRequest>("concerns-service", concerns_);
    routes.AddService<concerns::v1::GetResponseRequest>("concerns-service", concerns_);
    routes.AddService<concerns::v1::GetRevisitRequest>("concerns-service", concerns_);
    routes.AddService<concerns::v1::GetEvidenceRequest>("concerns-service", concerns_);
    routes.AddService<concerns::v1::GetNationalItemRequest>("concerns-service", concerns_);
    routes.AddService<concerns::v1::GetForceSummaryRequest>("concerns-service", concerns_);
    routes.AddService<concerns::v1::RunCommandsRequest>("concerns-service", concerns_);
    routes.AddService<monitoring::v1::GetMonitoringRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetAdviceRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetDisclosureRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetRegisterRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetDecisionSequenceRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetAnnouncementRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetPlanRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetMeetingRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetSupportRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetPolicyRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::ListAttentionRequest>("monitoring-service", monitoring_);
    routes.AddService<monitoring::v1::GetEmbargoedReadRequest>("monitoring-service", monitoring_);
    routes.AddLedger("ledgers/forces", "forces-service", forces_);
    routes.AddLedger("ledgers/concerns", "concerns-service", concerns_);
    routes.AddLedger("ledgers/monitoring", "monitoring-service", monitoring_);
  }

  void AddMetrics() {
    auto& metrics = runtime_.metrics;
    const auto read = [](const std::atomic<int64_t>& value) { return [&value] { return static_cast<double>(value); }; };
    gauges_.push_back(metrics.GaugeCallback("oversight_http_connections", "Open HTTP connections.",
                                            read(http_->stats().connections)));
    gauges_.push_back(
        metrics.GaugeCallback("oversight_http_streams", "Streams open over HTTP.", read(http_->stats().streams)));
    gauges_.push_back(
        metrics.CounterCallback("oversight_http_requests_total", "HTTP requests read.", read(http_->stats().requests)));
    gauges_.push_back(metrics.CounterCallback("oversight_http_refused_connections_total",
                                              "Connections closed because too many were open.",
                                              read(http_->stats().refused_connections)));
    gauges_.push_back(metrics.CounterCallback("oversight_dashboard_builds_total", "Dashboards built anew.",
                                              [this] { return static_cast<double>(source_.builds()); }));
  }

  const GatewayOptions options_;
  rpc::Runtime runtime_;
  const auth::AuthorizationTable table_;
  const std::shared_ptr<grpc::Channel> forces_, concerns_, monitoring_;
  const rpc::Identity identity_;
  SuiteCopy copy_;
  DashboardSource source_;
  rpc::ReadReporter reporter_;
  GatewayServiceImpl service_;
  Routes backends_, http_routes_;
  GrpcProxy proxy_;
  const std::unique_ptr<SignIn> sign_in_;
  const Callers callers_;
  EventsFace events_;
  const web::FormTokens tokens_;
  web::Site site_;
  AnswerMemory memory_;
  std::unique_ptr<RestFace> rest_;  // Made when every route is known.
  std::unique_ptr<HttpServer> http_;
  std::vector<observe::Metrics::Callback> gauges_;
};

}  // namespace

rpc::BuildApplication MakeBuildApplication(const GatewayOptions& options) {
  return [options](rpc::Runtime& runtime) -> absl::StatusOr<std::unique_ptr<rpc::Application>> {
    OVERSIGHT_RETURN_IF_ERROR(runtime.host.AddService(MakeAuthorizationTable()));
    OVERSIGHT_ASSIGN_OR_RETURN(auto sign_in, MakeSignIn(options, runtime));
    // Forms are signed with what sessions are sealed with, so that every replica knows those of the others.
    const std::string& key_file = options.sign_in.session_key_file;
    OVERSIGHT_ASSIGN_OR_RETURN(
        auto tokens, key_file.empty() ? web::FormTokens::WithRandomKey() : web::FormTokens::FromFile(key_file));
    return std::make_unique<GatewayApplication>(options, std::move(sign_in), std::move(tokens), runtime);
  };
}

rpc::Program MakeProgram() {
  auto options = std::make_shared<GatewayOptions>();
  rpc::Program program;
  program.name = "gateway";
  program.env_prefix = "GATEWAY";
  program.description = "Dashboards composed from the three services, and one door to all of their calls.";
  program.services = {v1::GatewayService::service_full_name()};
  program.listen = "127.0.0.1:7100";
  program.admin_listen = "127.0.0.1:7200";
  program.has_store = false;
  program.for_everyone = true;
  program.calls_others = true;
  program.add_flags = [options](observe::Flags& flags) {
    flags.Add("http-listen", &options->http_listen, "Address of the HTTP port (pages, REST, the Connect protocol).",
              {.validate = observe::IsListenAddress});
    AddSignInFlags(flags, options->sign_in);
    rpc::AddTargetFlag(flags, "forces", &options->forces);
    rpc::AddTargetFlag(flags, "concerns", &options->concerns);
    rpc::AddTargetFlag(flags, "monitoring", &options->monitoring);
  };
  program.build = [options](rpc::Runtime& runtime) { return MakeBuildApplication(*options)(runtime); };
  return program;
}

}  // namespace oversight::gateway
