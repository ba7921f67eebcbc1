#include "concerns-service/service/responses_service.h"

#include "common/auth/roles.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/kinds_of_forces.h"
#include "concerns-service/service/read_path.h"
#include "concerns-service/service/selections.h"
#include "concerns-service/service/write_path.h"

namespace oversight::concerns {

using auth::Access;
using auth::Role;
using auth::Scope;

ServiceRules ResponsesRules() {
  return {v1::ResponsesService::service_full_name(),
          {
              {"CreateResponse", Access::kWrite, {Role::ROLE_FORCE}, Scope::kForce, "parent"},
              {"JudgeResponse", Access::kWrite, Writers(), Scope::kForce, "name"},
              {"GetResponse", Access::kRead, auth::InsidersAndForces()},
              {"ListResponses", Access::kRead, auth::InsidersAndForces()},
              {"ListResponseVersions", Access::kRead, auth::InsidersAndForces()},
          }};
}

ResponsesServiceImpl::ResponsesServiceImpl(ServiceContext& shared) : shared_(shared) {
  // Responses are to what was issued, and come from the force itself.
  shared_.kinds().Add(KindOfForces<v1::ForceResponse>());
}

grpc::ServerUnaryReactor* ResponsesServiceImpl::CreateResponse(grpc::CallbackServerContext* context,
                                                               const v1::CreateResponseRequest* request,
                                                               v1::CreateResponseResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ResponsesServiceImpl::JudgeResponse(grpc::CallbackServerContext* context,
                                                              const v1::JudgeResponseRequest* request,
                                                              v1::JudgeResponseResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* ResponsesServiceImpl::GetResponse(grpc::CallbackServerContext* context,
                                                            const v1::GetResponseRequest* request,
                                                            v1::GetResponseResponse* response) {
  return ServeGet<v1::ForceResponse>(shared_, context, request, response,
                                     &v1::GetResponseResponse::mutable_force_response);
}

grpc::ServerUnaryReactor* ResponsesServiceImpl::ListResponses(grpc::CallbackServerContext* context,
                                                              const v1::ListResponsesRequest* request,
                                                              v1::ListResponsesResponse* response) {
  return ServeList<v1::ForceResponse>(shared_, context, request, response,
                                      &v1::ListResponsesResponse::mutable_force_responses,
                                      [](const auto& request) -> absl::StatusOr<rpc::Selection<v1::ForceResponse>> {
                                        rpc::Selection<v1::ForceResponse> selection;
                                        OVERSIGHT_RETURN_IF_ERROR(SelectBelow(request.parent(), selection));
                                        SelectStates(request.state(), {}, selection);
                                        return selection;
                                      });
}

grpc::ServerUnaryReactor* ResponsesServiceImpl::ListResponseVersions(grpc::CallbackServerContext* context,
                                                                     const v1::ListResponseVersionsRequest* request,
                                                                     v1::ListResponseVersionsResponse* response) {
  return ServeVersions<v1::ForceResponse>(shared_, context, request, response,
                                          &v1::ListResponseVersionsResponse::mutable_versions,
                                          &v1::ForceResponseVersion::mutable_force_response);
}

}  // namespace oversight::concerns
