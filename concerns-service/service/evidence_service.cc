#include "concerns-service/service/evidence_service.h"

#include <vector>

#include "common/auth/roles.h"
#include "concerns-service/domain/evidence_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/kinds_of_forces.h"
#include "concerns-service/service/read_path.h"
#include "concerns-service/service/selections.h"
#include "concerns-service/service/write_path.h"

namespace oversight::concerns {
namespace {

absl::StatusOr<rpc::Selection<v1::Evidence>> Select(const v1::ListEvidenceRequest& request) {
  rpc::Selection<v1::Evidence> selection;
  OVERSIGHT_RETURN_IF_ERROR(SelectBelow(request.parent(), selection));
  if (!request.about().empty()) selection.all_of.push_back(AboutTerm(request.about()));
  return selection;
}

}  // namespace

using auth::Access;
using auth::Role;
using auth::Scope;

ServiceRules EvidenceRules() {
  const auto& writers = Writers();
  const auto& readers = auth::InsidersAndForces();
  std::vector<Role> both_sides = writers;
  both_sides.push_back(Role::ROLE_FORCE);
  return {v1::EvidenceService::service_full_name(),
          {
              {"AddEvidence", Access::kWrite, both_sides, Scope::kForce, "parent"},
              {"AddEvidenceVersion", Access::kWrite, both_sides, Scope::kForce, "name"},
              {"LinkEvidence", Access::kWrite, both_sides, Scope::kForce, "name"},
              {"ShareEvidence", Access::kWrite, writers, Scope::kForce, "name"},
              {"GetEvidence", Access::kRead, readers},
              {"ListEvidence", Access::kRead, readers},
              {"ListEvidenceVersions", Access::kRead, readers},
          }};
}

EvidenceServiceImpl::EvidenceServiceImpl(ServiceContext& shared) : shared_(shared) {
  shared_.kinds().Add(KindOfForces<v1::Evidence>(
      [](const v1::Evidence& evidence) { return evidence.shared_with_force(); }, IsFirstShown));
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::AddEvidence(grpc::CallbackServerContext* context,
                                                           const v1::AddEvidenceRequest* request,
                                                           v1::AddEvidenceResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::AddEvidenceVersion(grpc::CallbackServerContext* context,
                                                                  const v1::AddEvidenceVersionRequest* request,
                                                                  v1::AddEvidenceVersionResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::LinkEvidence(grpc::CallbackServerContext* context,
                                                            const v1::LinkEvidenceRequest* request,
                                                            v1::LinkEvidenceResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::ShareEvidence(grpc::CallbackServerContext* context,
                                                             const v1::ShareEvidenceRequest* request,
                                                             v1::ShareEvidenceResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::GetEvidence(grpc::CallbackServerContext* context,
                                                           const v1::GetEvidenceRequest* request,
                                                           v1::GetEvidenceResponse* response) {
  return ServeGet<v1::Evidence>(shared_, context, request, response, &v1::GetEvidenceResponse::mutable_evidence);
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::ListEvidence(grpc::CallbackServerContext* context,
                                                            const v1::ListEvidenceRequest* request,
                                                            v1::ListEvidenceResponse* response) {
  return ServeList<v1::Evidence>(shared_, context, request, response, &v1::ListEvidenceResponse::mutable_evidence,
                                 [](const auto& request) { return Select(request); });
}

grpc::ServerUnaryReactor* EvidenceServiceImpl::ListEvidenceVersions(grpc::CallbackServerContext* context,
                                                                    const v1::ListEvidenceVersionsRequest* request,
                                                                    v1::ListEvidenceVersionsResponse* response) {
  return ServeVersions<v1::Evidence>(shared_, context, request, response,
                                     &v1::ListEvidenceVersionsResponse::mutable_versions,
                                     &v1::EvidenceVersion::mutable_evidence);
}

}  // namespace oversight::concerns
