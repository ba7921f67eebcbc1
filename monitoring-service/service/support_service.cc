#include "monitoring-service/service/support_service.h"

#include <memory>
#include <optional>
#include <utility>

#include "common/rpc/errors.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/support.h"
#include "monitoring-service/service/kinds.h"
#include "oversight/monitoring/v1/meeting.pb.h"

namespace oversight::monitoring {
namespace {

absl::StatusOr<rpc::Outcome<v1::CreateSupportResponse>> Record(const v1::CreateSupportRequest& request,
                                                               const OwnerFacts& facts, rpc::Facts& log) {
  const v1::Support& wanted = request.support();
  if (!wanted.provider_force().empty()) OVERSIGHT_RETURN_IF_ERROR(facts.NeedForce(wanted.provider_force()));
  if (!wanted.session().empty()) {
    OVERSIGHT_RETURN_IF_ERROR(log.Require<v1::OversightSession>(wanted.session()).status());
  }
  std::optional<v1::Support> corrects;
  if (ForceOf(wanted.corrects()) == request.parent()) {
    OVERSIGHT_ASSIGN_OR_RETURN(corrects, log.Require<v1::Support>(wanted.corrects()));
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t number, log.NextNumber(SupportPrefix(request.parent())));
  OVERSIGHT_ASSIGN_OR_RETURN(const Supported supported,
                             RecordSupport(request.parent(), wanted, corrects, number, log.actor().name(), log.now()));
  rpc::Outcome<v1::CreateSupportResponse> outcome;
  outcome.Put(supported.support);
  if (supported.corrected) outcome.Put(*supported.corrected);
  *outcome.response.mutable_support() = supported.support;
  return outcome;
}

}  // namespace

SupportServiceImpl::SupportServiceImpl(rpc::Runtime& runtime, Owners& owners, rpc::Resources& resources)
    : host_(runtime.host), calls_(resources, owners, v1::SupportService::service_full_name()) {}

grpc::ServerUnaryReactor* SupportServiceImpl::CreateSupport(grpc::CallbackServerContext* context,
                                                            const v1::CreateSupportRequest* request,
                                                            v1::CreateSupportResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::CreateSupportRequest& request,
                            v1::CreateSupportResponse* response, rpc::Done done) {
                       // Another force that gives it must be one at all.
                       const auto need = request.support().provider_force().empty()
                                             ? std::nullopt
                                             : std::optional(Owners::Need::kForces);
                       calls_.Command(call, request, response, request.parent(), /*known=*/false,
                                      request.support().correction_reason(), need, done, Record);
                     });
}

grpc::ServerUnaryReactor* SupportServiceImpl::StartSupport(grpc::CallbackServerContext* context,
                                                           const v1::StartSupportRequest* request,
                                                           v1::StartSupportResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::StartSupportRequest& request, v1::StartSupportResponse* response,
             rpc::Done done) {
        calls_.Change<v1::Support>(
            call, request, response, &v1::StartSupportResponse::mutable_support, /*reason=*/"", std::nullopt, done,
            [](const v1::Support& support, const v1::StartSupportRequest& request, const OwnerFacts&,
               rpc::Facts& log) -> absl::StatusOr<v1::Support> { return Start(support, request, log.now()); });
      });
}

grpc::ServerUnaryReactor* SupportServiceImpl::EndSupport(grpc::CallbackServerContext* context,
                                                         const v1::EndSupportRequest* request,
                                                         v1::EndSupportResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::EndSupportRequest& request, v1::EndSupportResponse* response, rpc::Done done) {
        calls_.Change<v1::Support>(
            call, request, response, &v1::EndSupportResponse::mutable_support, request.note(), std::nullopt, done,
            [](const v1::Support& support, const v1::EndSupportRequest& request, const OwnerFacts&,
               rpc::Facts& log) -> absl::StatusOr<v1::Support> { return End(support, request, log.now()); });
      });
}

grpc::ServerUnaryReactor* SupportServiceImpl::DeclineSupport(grpc::CallbackServerContext* context,
                                                             const v1::DeclineSupportRequest* request,
                                                             v1::DeclineSupportResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::DeclineSupportRequest& request,
                            v1::DeclineSupportResponse* response, rpc::Done done) {
                       calls_.Change<v1::Support>(
                           call, request, response, &v1::DeclineSupportResponse::mutable_support, request.reason(),
                           std::nullopt, done,
                           [](const v1::Support& support, const v1::DeclineSupportRequest& request, const OwnerFacts&,
                              rpc::Facts&) -> absl::StatusOr<v1::Support> { return Decline(support, request); });
                     });
}

grpc::ServerUnaryReactor* SupportServiceImpl::GetSupport(grpc::CallbackServerContext* context,
                                                         const v1::GetSupportRequest* request,
                                                         v1::GetSupportResponse* response) {
  return host_.Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetSupportRequest& request, v1::GetSupportResponse* response, rpc::Done done) {
        calls_.Get<v1::Support>(call, request, response, &v1::GetSupportResponse::mutable_support, done);
      });
}

grpc::ServerUnaryReactor* SupportServiceImpl::ListSupport(grpc::CallbackServerContext* context,
                                                          const v1::ListSupportRequest* request,
                                                          v1::ListSupportResponse* response) {
  return host_.Unary(context, request, response,
                     [this](rpc::Call& call, const v1::ListSupportRequest& request, v1::ListSupportResponse* response,
                            rpc::Done done) {
                       auto selection = OfForce<v1::Support>(request.parent());
                       if (request.state() != v1::SUPPORT_STATE_UNSPECIFIED)
                         selection.all_of.push_back(StateTerm(request.state()));
                       calls_.List<v1::Support>(call, request, response, &v1::ListSupportResponse::mutable_support,
                                                std::move(selection), done);
                     });
}

}  // namespace oversight::monitoring
