#include "concerns-service/service/revisits_service.h"

#include <utility>

#include "common/auth/roles.h"
#include "concerns-service/domain/letter_draft.h"
#include "concerns-service/domain/visibility.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/kinds_of_forces.h"
#include "concerns-service/service/read_path.h"
#include "concerns-service/service/records.h"
#include "concerns-service/service/selections.h"
#include "concerns-service/service/write_path.h"

namespace oversight::concerns {
namespace {

absl::StatusOr<rpc::Selection<v1::Revisit>> Select(const v1::ListRevisitsRequest& request) {
  rpc::Selection<v1::Revisit> selection;
  OVERSIGHT_RETURN_IF_ERROR(SelectBelow(request.parent(), selection));
  SelectStates(v1::REVISIT_STATE_UNSPECIFIED, {request.states().begin(), request.states().end()}, selection);
  if (!request.concern().empty()) selection.all_of.push_back(ConcernTerm(request.concern()));
  return selection;
}

}  // namespace

using auth::Access;
using auth::Scope;

ServiceRules RevisitsRules() {
  const auto& writers = Writers();
  const auto& readers = auth::InsidersAndForces();
  return {v1::RevisitsService::service_full_name(),
          {
              {"PlanRevisit", Access::kWrite, writers, Scope::kForce, "parent"},
              {"UpdateRevisit", Access::kWrite, writers, Scope::kForce, "revisit.name"},
              {"CarryOutRevisit", Access::kWrite, writers, Scope::kForce, "name"},
              {"RecordFindings", Access::kWrite, writers, Scope::kForce, "name"},
              {"RecordLetter", Access::kWrite, writers, Scope::kForce, "name"},
              {"PublishLetter", Access::kWrite, writers, Scope::kForce, "name"},
              {"CancelRevisit", Access::kWrite, writers, Scope::kForce, "name"},
              {"GetRevisit", Access::kRead, readers},
              {"ListRevisits", Access::kRead, readers},
              {"ListRevisitVersions", Access::kRead, readers},
              // It holds findings before the force has the letter.
              {"DraftLetter", Access::kRead, auth::Insiders()},
          }};
}

RevisitsServiceImpl::RevisitsServiceImpl(ServiceContext& shared) : shared_(shared) {
  shared_.kinds().Add(KindOfForces<v1::Revisit>(WasSent, IsFirstSent));
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::PlanRevisit(grpc::CallbackServerContext* context,
                                                           const v1::PlanRevisitRequest* request,
                                                           v1::PlanRevisitResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::UpdateRevisit(grpc::CallbackServerContext* context,
                                                             const v1::UpdateRevisitRequest* request,
                                                             v1::UpdateRevisitResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::CarryOutRevisit(grpc::CallbackServerContext* context,
                                                               const v1::CarryOutRevisitRequest* request,
                                                               v1::CarryOutRevisitResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::RecordFindings(grpc::CallbackServerContext* context,
                                                              const v1::RecordFindingsRequest* request,
                                                              v1::RecordFindingsResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::RecordLetter(grpc::CallbackServerContext* context,
                                                            const v1::RecordLetterRequest* request,
                                                            v1::RecordLetterResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::PublishLetter(grpc::CallbackServerContext* context,
                                                             const v1::PublishLetterRequest* request,
                                                             v1::PublishLetterResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::CancelRevisit(grpc::CallbackServerContext* context,
                                                             const v1::CancelRevisitRequest* request,
                                                             v1::CancelRevisitResponse* response) {
  return ServeWrite(shared_, context, request, response);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::GetRevisit(grpc::CallbackServerContext* context,
                                                          const v1::GetRevisitRequest* request,
                                                          v1::GetRevisitResponse* response) {
  return ServeGet<v1::Revisit>(shared_, context, request, response, &v1::GetRevisitResponse::mutable_revisit);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::ListRevisits(grpc::CallbackServerContext* context,
                                                            const v1::ListRevisitsRequest* request,
                                                            v1::ListRevisitsResponse* response) {
  return ServeList<v1::Revisit>(shared_, context, request, response, &v1::ListRevisitsResponse::mutable_revisits,
                                [](const auto& request) { return Select(request); });
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::ListRevisitVersions(grpc::CallbackServerContext* context,
                                                                   const v1::ListRevisitVersionsRequest* request,
                                                                   v1::ListRevisitVersionsResponse* response) {
  return ServeVersions<v1::Revisit>(shared_, context, request, response,
                                    &v1::ListRevisitVersionsResponse::mutable_versions,
                                    &v1::RevisitVersion::mutable_revisit);
}

grpc::ServerUnaryReactor* RevisitsServiceImpl::DraftLetter(grpc::CallbackServerContext* context,
                                                           const v1::DraftLetterRequest* request,
                                                           v1::DraftLetterResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::DraftLetterRequest& request, v1::DraftLetterResponse* response,
             rpc::Done done) {
        shared_.resources().Read<v1::Revisit>(
            call, request.name(), request.read(), [this, &call, &request, response, done](const auto& found) {
              if (!found.ok()) return done(found.status());
              ReadRecords(shared_, call, {found->resource.concerns().begin(), found->resource.concerns().end()},
                          found->revision, [this, &request, response, done, found = *found](const auto& records) {
                            if (!records.ok()) return done(records.status());
                            const v1::Revisit& revisit = found.resource;
                            auto text = concerns::DraftLetter(
                                revisit, *records, request.has_letter() ? request.letter() : revisit.letter());
                            if (!text.ok()) return done(text.status());
                            response->set_text(*std::move(text));
                            shared_.resources().SetHeader(found.revision, found.time, response->mutable_header());
                            done(absl::OkStatus());
                          });
            });
      });
}

}  // namespace oversight::concerns
