#include "monitoring-service/service/advice_service.h"

#include <optional>
#include <utility>

#include "common/rpc/errors.h"
#include "monitoring-service/domain/advice.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/force_command.h"
#include "monitoring-service/service/kinds.h"

namespace oversight::monitoring {
namespace {

absl::StatusOr<rpc::Outcome<v1::CreateAdviceResponse>> Create(const v1::CreateAdviceRequest& request, rpc::Facts& log) {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Proposal proposal, log.Require<v1::Proposal>(request.parent()));
  std::optional<v1::Advice> corrects;
  if (const std::string& earlier = request.advice().corrects(); ProposalOf(earlier) == request.parent()) {
    OVERSIGHT_ASSIGN_OR_RETURN(corrects, log.Require<v1::Advice>(earlier));
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(AdvicePrefix(request.parent())));
  OVERSIGHT_ASSIGN_OR_RETURN(const Advised advised,
                             Advise(proposal, request.advice(), corrects, number, log.actor().name(), log.now()));
  rpc::Outcome<v1::CreateAdviceResponse> outcome;
  outcome.Put(advised.advice);
  if (advised.corrected) outcome.Put(*advised.corrected);
  *outcome.response.mutable_advice() = advised.advice;
  return outcome;
}

}  // namespace

AdviceServiceImpl::AdviceServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources)
    : host_(runtime.host), resources_(resources), gate_(owners, v1::AdviceService::service_full_name()) {}

grpc::ServerUnaryReactor* AdviceServiceImpl::CreateAdvice(grpc::CallbackServerContext* context,
                                                          const v1::CreateAdviceRequest* request,
                                                          v1::CreateAdviceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::CreateAdviceRequest& request, v1::CreateAdviceResponse* response,
             rpc::Done done) {
        DecideOnForce(
            gate_, resources_, call, request, response,
            {.force = ForceOf(request.parent()), .reason = request.advice().correction_reason()}, done,
            [&request](const OwnerFacts&, rpc::Facts& log) -> absl::StatusOr<rpc::Outcome<v1::CreateAdviceResponse>> {
              return Create(request, log);
            });
      });
}

grpc::ServerUnaryReactor* AdviceServiceImpl::GetAdvice(grpc::CallbackServerContext* context,
                                                       const v1::GetAdviceRequest* request,
                                                       v1::GetAdviceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetAdviceRequest& request, v1::GetAdviceResponse* response, rpc::Done done) {
        resources_.GetResource<v1::Advice>(call, request, response, &v1::GetAdviceResponse::mutable_advice,
                                           std::move(done));
      });
}

grpc::ServerUnaryReactor* AdviceServiceImpl::ListAdvice(grpc::CallbackServerContext* context,
                                                        const v1::ListAdviceRequest* request,
                                                        v1::ListAdviceResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListAdviceRequest& request, v1::ListAdviceResponse* response, rpc::Done done) {
        // "forces/kent/proposals/-" is every proposal of a force, "forces/-/proposals/-" every one there is.
        const bool of_one = request.parent() != ProposalPrefix(ForceOf(request.parent())) + "-";
        auto selection = OfForce<v1::Advice>(ForceOf(request.parent()));
        if (of_one) selection.all_of = {{kProposalTerm, request.parent()}};
        resources_.ListResources<v1::Advice>(call, request, response, &v1::ListAdviceResponse::mutable_advice,
                                             std::move(selection), std::move(done));
      });
}

}  // namespace oversight::monitoring
