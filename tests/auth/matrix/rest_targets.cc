#include "tests/auth/matrix/rest_targets.h"

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/cli/contract.h"
#include "gateway/forward/routes.h"
#include "gateway/http/rest_paths.h"
#include "google/protobuf/message.h"
#include "oversight/concerns/v1/bulk_service.pb.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/concerns/v1/evidence_service.pb.h"
#include "oversight/concerns/v1/national_recommendations_service.pb.h"
#include "oversight/concerns/v1/overview_service.pb.h"
#include "oversight/concerns/v1/responses_service.pb.h"
#include "oversight/concerns/v1/revisits_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/advice_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/attention_service.pb.h"
#include "oversight/monitoring/v1/audit_service.pb.h"
#include "oversight/monitoring/v1/disclosures_service.pb.h"
#include "oversight/monitoring/v1/meetings_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "oversight/monitoring/v1/plans_service.pb.h"
#include "oversight/monitoring/v1/policy_service.pb.h"
#include "oversight/monitoring/v1/register_service.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"
#include "oversight/monitoring/v1/support_service.pb.h"
#include "tests/auth/matrix/sample_request.h"

namespace oversight::testing {
namespace {

// Calls go nowhere: only what there is counts.
const gateway::RestPaths& AllPaths() {
  static const auto* const paths = [] {
    gateway::Routes routes;
    const std::shared_ptr<grpc::Channel> none;
    routes.AddService<forces::v1::GetForceRequest>("", none);
    routes.AddService<concerns::v1::GetConcernRequest>("", none);
    routes.AddService<concerns::v1::GetResponseRequest>("", none);
    routes.AddService<concerns::v1::GetRevisitRequest>("", none);
    routes.AddService<concerns::v1::GetEvidenceRequest>("", none);
    routes.AddService<concerns::v1::GetNationalItemRequest>("", none);
    routes.AddService<concerns::v1::GetForceSummaryRequest>("", none);
    routes.AddService<concerns::v1::RunCommandsRequest>("", none);
    routes.AddService<monitoring::v1::GetMonitoringRequest>("", none);
    routes.AddService<monitoring::v1::GetAdviceRequest>("", none);
    routes.AddService<monitoring::v1::GetDisclosureRequest>("", none);
    routes.AddService<monitoring::v1::GetRegisterRequest>("", none);
    routes.AddService<monitoring::v1::GetDecisionSequenceRequest>("", none);
    routes.AddService<monitoring::v1::GetAnnouncementRequest>("", none);
    routes.AddService<monitoring::v1::GetPlanRequest>("", none);
    routes.AddService<monitoring::v1::GetMeetingRequest>("", none);
    routes.AddService<monitoring::v1::GetSupportRequest>("", none);
    routes.AddService<monitoring::v1::GetPolicyRequest>("", none);
    routes.AddService<monitoring::v1::ListAttentionRequest>("", none);
    routes.AddService<monitoring::v1::GetEmbargoedReadRequest>("", none);
    routes.AddService<gateway::v1::GetForceDashboardRequest>("", none);
    return new gateway::RestPaths(routes);
  }();
  return *paths;
}

}  // namespace

std::vector<RestTarget> RestTargets(const std::string& force, const std::string& number) {
  std::vector<RestTarget> targets;
  std::set<std::string> seen;
  for (const gateway::RestPath& path : AllPaths().all()) {
    const auto* method = cli::Contract().FindMethodByName(path.method->full_name());
    const auto request = SampleRequest(*method, force, number);
    std::string target = path.pattern;
    if (path.subject != nullptr) {
      const auto* subject = method->input_type()->FindFieldByName(path.subject->name());
      const std::string name = request->GetReflection()->GetString(*request, subject);
      const size_t colon = path.pattern.rfind(':');
      if (path.collection) {
        target = name + path.pattern.substr(path.pattern.rfind('/'));
      } else {
        target = name + (colon == std::string::npos ? "" : path.pattern.substr(colon));
      }
      const auto found = AllPaths().Find(target);
      if (!found.has_value() || found->path->method != path.method) continue;  // Of another shape.
    }
    if (!seen.insert(target).second) continue;
    // A force beside the subject narrows the list down.
    if (const auto* field = method->input_type()->FindFieldByName("force");
        field != nullptr && !field->is_repeated() && (path.subject == nullptr || path.subject->name() != "force")) {
      absl::StrAppend(&target, "?force=", request->GetReflection()->GetString(*request, field));
    }
    // A search is for something.
    if (method->input_type()->FindFieldByName("query") != nullptr) absl::StrAppend(&target, "?query=engage");
    targets.push_back({target, method});
  }
  return targets;
}

}  // namespace oversight::testing
