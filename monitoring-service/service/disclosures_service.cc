#include "monitoring-service/service/disclosures_service.h"

#include <optional>
#include <utility>

#include "common/rpc/errors.h"
#include "monitoring-service/domain/disclosures.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/force_command.h"
#include "monitoring-service/service/kinds.h"

namespace oversight::monitoring {
namespace {

// The proposal or decision must be there; one of another force is for the domain to refuse.
absl::Status NeedSubject(rpc::Facts& log, const std::string& force, const std::string& about) {
  if (ForceOf(about) != force) return absl::OkStatus();
  return IsProposalName(about) ? log.Require<v1::Proposal>(about).status() : log.Require<v1::Decision>(about).status();
}

absl::StatusOr<rpc::Outcome<v1::CreateDisclosureResponse>> Create(const v1::CreateDisclosureRequest& request,
                                                                  rpc::Facts& log) {
  OVERSIGHT_RETURN_IF_ERROR(NeedSubject(log, request.parent(), request.disclosure().about()));
  std::optional<v1::Disclosure> corrects;
  if (const std::string& earlier = request.disclosure().corrects(); ForceOf(earlier) == request.parent()) {
    OVERSIGHT_ASSIGN_OR_RETURN(corrects, log.Require<v1::Disclosure>(earlier));
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(DisclosurePrefix(request.parent())));
  OVERSIGHT_ASSIGN_OR_RETURN(const Disclosed disclosed, Disclose(request.parent(), request.disclosure(), corrects,
                                                                 number, log.actor().name(), log.now()));
  rpc::Outcome<v1::CreateDisclosureResponse> outcome;
  outcome.Put(disclosed.disclosure);
  if (disclosed.corrected) outcome.Put(*disclosed.corrected);
  *outcome.response.mutable_disclosure() = disclosed.disclosure;
  return outcome;
}

}  // namespace

DisclosuresServiceImpl::DisclosuresServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources)
    : host_(runtime.host), resources_(resources), gate_(owners, v1::DisclosuresService::service_full_name()) {}

grpc::ServerUnaryReactor* DisclosuresServiceImpl::CreateDisclosure(grpc::CallbackServerContext* context,
                                                                   const v1::CreateDisclosureRequest* request,
                                                                   v1::CreateDisclosureResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateDisclosureRequest& request, v1::CreateDisclosureResponse* response,
             rpc::Done done) {
        DecideOnForce(gate_, resources_, call, request, response,
                      {.force = request.parent(), .known = false, .reason = request.disclosure().correction_reason()},
                      done,
                      [&request](const OwnerFacts&,
                                 rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::CreateDisclosureResponse>> {
                        return Create(request, log);
                      });
      });
}

grpc::ServerUnaryReactor* DisclosuresServiceImpl::GetDisclosure(grpc::CallbackServerContext* context,
                                                                const v1::GetDisclosureRequest* request,
                                                                v1::GetDisclosureResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::GetDisclosureRequest& request,
                            v1::GetDisclosureResponse* response, rpc::Done done) {
                       resources_.GetResource<v1::Disclosure>(
                           call, request, response, &v1::GetDisclosureResponse::mutable_disclosure, std::move(done));
                     });
}

grpc::ServerUnaryReactor* DisclosuresServiceImpl::ListDisclosures(grpc::CallbackServerContext* context,
                                                                  const v1::ListDisclosuresRequest* request,
                                                                  v1::ListDisclosuresResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListDisclosuresRequest& request,
                            v1::ListDisclosuresResponse* response, rpc::Done done) {
                       gate_.IfForceExists(call, request.parent(), done, [this, &call, &request, response, done] {
                         auto selection = OfForce<v1::Disclosure>(request.parent());
                         if (!request.about().empty()) selection.all_of.push_back({kAboutTerm, request.about()});
                         resources_.ListResources<v1::Disclosure>(call, request, response,
                                                                  &v1::ListDisclosuresResponse::mutable_disclosures,
                                                                  std::move(selection), done);
                       });
                     });
}

}  // namespace oversight::monitoring
