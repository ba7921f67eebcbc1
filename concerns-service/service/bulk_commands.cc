#include "concerns-service/service/bulk_commands.h"

#include <unordered_map>
#include <utility>

#include "concerns-service/service/commands.h"

namespace oversight::concerns {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;

template <class Request>
void RunOne(ServiceContext& shared, rpc::Call& call, const Message& request, Message* response,
            ServiceContext::Done done, Run run) {
  using Command =
      decltype(CommandOf(std::declval<const Request&>(), std::declval<ServiceContext&>(), std::declval<Viewer>()));
  RunCommand(shared, call, static_cast<const Request&>(request), static_cast<typename Command::Answer*>(response),
             std::move(done), run);
}

template <class... Requests>
std::unordered_map<const Descriptor*, RunMessage> TableOf() {
  return {{Requests::descriptor(), &RunOne<Requests>}...};
}

}  // namespace

RunMessage FindCommand(const Descriptor* request) {
  static const auto* const table = new auto(
      TableOf<v1::CreateConcernRequest, v1::UpdateConcernRequest, v1::CreateRecommendationRequest,
              v1::UpdateRecommendationRequest, v1::IssueConcernRequest, v1::AssessHandlingRequest,
              v1::ClaimRecommendationRequest, v1::VerifyRecommendationRequest, v1::DischargeConcernRequest,
              v1::WithdrawConcernRequest, v1::RecordConcernPublicationRequest, v1::SupersedeConcernRequest,
              v1::WithdrawRecommendationRequest, v1::ExtendRecommendationRequest, v1::AddProgressNoteRequest,
              v1::CreateResponseRequest, v1::JudgeResponseRequest, v1::PlanRevisitRequest, v1::UpdateRevisitRequest,
              v1::CarryOutRevisitRequest, v1::RecordFindingsRequest, v1::RecordLetterRequest, v1::PublishLetterRequest,
              v1::CancelRevisitRequest, v1::AddEvidenceRequest, v1::AddEvidenceVersionRequest, v1::LinkEvidenceRequest,
              v1::ShareEvidenceRequest, v1::CreateNationalRecommendationRequest,
              v1::UpdateNationalRecommendationRequest, v1::IssueNationalRecommendationRequest,
              v1::WithdrawNationalRecommendationRequest, v1::ClaimNationalItemRequest, v1::VerifyNationalItemRequest,
              v1::ExtendNationalItemRequest, v1::MarkNationalItemNotApplicableRequest>());
  const auto it = table->find(request);
  return it == table->end() ? nullptr : it->second;
}

}  // namespace oversight::concerns
