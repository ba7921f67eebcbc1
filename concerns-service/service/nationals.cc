// The commands on national recommendations and the forces' items of them.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "concerns-service/domain/national_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/decide.h"

namespace oversight::concerns {
namespace {

constexpr char kCollection[] = "nationalRecommendations/";

// What must exist in forces-service: what the message names.
std::vector<std::string> NamedIn(const v1::NationalRecommendation& draft) {
  std::vector<std::string> names(draft.forces().begin(), draft.forces().end());
  names.push_back(draft.source().inspection());
  return names;
}

// The same of an update, as far as its mask lets it.
std::vector<std::string> NamedIn(const v1::UpdateNationalRecommendationRequest& request) {
  v1::NationalRecommendation touched;
  if (!rpc::ApplyMask(request.national_recommendation(), rpc::MaskOf(request), &touched).ok()) return {};
  return NamedIn(touched);
}

KnownForce KnownOf(const forces::v1::Force& force) {
  // Recorded before states were: ACTIVE.
  const bool active =
      force.state() == forces::v1::FORCE_STATE_ACTIVE || force.state() == forces::v1::FORCE_STATE_UNSPECIFIED;
  return {force.name(), active, force.service()};
}

// Answers with the recommendation and all its items, and stores of these what changed; all are new when `before` has
// none.
template <class Response>
absl::StatusOr<rpc::Outcome<Response>> StoredNational(const National& before, absl::StatusOr<National> after) {
  if (!after.ok()) return after.status();
  rpc::Outcome<Response> outcome;
  outcome.Put(after->recommendation);
  for (size_t i = 0; i < after->items.size(); ++i) {
    if (i >= before.items.size() || !Same(before.items[i], after->items[i])) outcome.Put(after->items[i]);
  }
  *outcome.response.mutable_national_recommendation() = std::move(after->recommendation);
  for (auto& item : after->items) *outcome.response.add_national_items() = std::move(item);
  return outcome;
}

}  // namespace

Command<v1::CreateNationalRecommendationResponse> CommandOf(const v1::CreateNationalRecommendationRequest& request,
                                                            ServiceContext& shared, const Viewer&) {
  using Response = v1::CreateNationalRecommendationResponse;
  const auto decide = [&request, &shared](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name, NextName(facts, kCollection));
    return Stored(DraftNationalRecommendation(request, name, shared.themes()),
                  &Response::mutable_national_recommendation);
  };
  return {.subject = kCollection, .decide = decide, .must_exist = NamedIn(request.national_recommendation())};
}

Command<v1::UpdateNationalRecommendationResponse> CommandOf(const v1::UpdateNationalRecommendationRequest& request,
                                                            ServiceContext& shared, const Viewer&) {
  using Response = v1::UpdateNationalRecommendationResponse;
  const auto decide = [&request, &shared](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    const auto& update = request.national_recommendation();
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current,
                               Current<v1::NationalRecommendation>(facts, update.name(), update.etag()));
    return Updated(current, UpdateNationalRecommendation(current, request, shared.themes()),
                   &Response::mutable_national_recommendation);
  };
  return {.subject = request.national_recommendation().name(), .decide = decide, .must_exist = NamedIn(request)};
}

Command<v1::IssueNationalRecommendationResponse> CommandOf(const v1::IssueNationalRecommendationRequest& request,
                                                           ServiceContext& shared, const Viewer&) {
  using Response = v1::IssueNationalRecommendationResponse;
  const auto forces = std::make_shared<std::vector<KnownForce>>();
  const auto decide = [&request, &shared, forces](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current,
                               Current<v1::NationalRecommendation>(facts, request.name(), request.etag()));
    return StoredNational<Response>(
        {current, {}}, IssueNationalRecommendation(current, request, *forces, shared.bank_holidays(), ActingOf(facts)));
  };
  return {.subject = request.name(),
          .decide = decide,
          .take_register = [forces](const std::vector<forces::v1::Force>& all) {
            for (const auto& force : all) forces->push_back(KnownOf(force));
          }};
}

Command<v1::WithdrawNationalRecommendationResponse> CommandOf(const v1::WithdrawNationalRecommendationRequest& request,
                                                              ServiceContext&, const Viewer&) {
  using Response = v1::WithdrawNationalRecommendationResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    National current;
    OVERSIGHT_ASSIGN_OR_RETURN(current.recommendation,
                               Current<v1::NationalRecommendation>(facts, request.name(), request.etag()));
    const ledger::Term term = NationalTerm(request.name());
    OVERSIGHT_ASSIGN_OR_RETURN(current.items, facts.List<v1::NationalItem>(term.term, term.value, kMaxNationalForces));
    return StoredNational<Response>(current, WithdrawNationalRecommendation(current, request, ActingOf(facts)));
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::ClaimNationalItemResponse> CommandOf(const v1::ClaimNationalItemRequest& request, ServiceContext& shared,
                                                 const Viewer& viewer) {
  using Response = v1::ClaimNationalItemResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::NationalItem>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto recommendation,
                               facts.Require<v1::NationalRecommendation>(NationalOf(request.name())));
    OVERSIGHT_ASSIGN_OR_RETURN(auto claimed, ClaimNationalItem(recommendation, current, request, ActingOf(facts)));
    OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "evidence", request.evidence()));
    return Stored<Response, v1::NationalItem>(std::move(claimed), &Response::mutable_national_item);
  };
  return {.subject = request.name(), .decide = decide};
}

Command<v1::VerifyNationalItemResponse> CommandOf(const v1::VerifyNationalItemRequest& request, ServiceContext& shared,
                                                  const Viewer& viewer) {
  using Response = v1::VerifyNationalItemResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::NationalItem>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto recommendation,
                               facts.Require<v1::NationalRecommendation>(NationalOf(request.name())));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto revisit, NamedRevisit(facts, request.revisit()));
    OVERSIGHT_ASSIGN_OR_RETURN(auto verified,
                               VerifyNationalItem(recommendation, current, request, ActingOf(facts), revisit.get()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "evidence", request.evidence()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLink(facts, shared, viewer, "revisit", request.revisit()));
    return Stored<Response, v1::NationalItem>(std::move(verified), &Response::mutable_national_item);
  };
  return {.subject = request.name(), .reason = request.rationale(), .decide = decide};
}

Command<v1::ExtendNationalItemResponse> CommandOf(const v1::ExtendNationalItemRequest& request, ServiceContext&,
                                                  const Viewer&) {
  using Response = v1::ExtendNationalItemResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::NationalItem>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto recommendation,
                               facts.Require<v1::NationalRecommendation>(NationalOf(request.name())));
    return Stored(ExtendNationalItem(recommendation, current, request, ActingOf(facts)),
                  &Response::mutable_national_item);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::MarkNationalItemNotApplicableResponse> CommandOf(const v1::MarkNationalItemNotApplicableRequest& request,
                                                             ServiceContext&, const Viewer&) {
  using Response = v1::MarkNationalItemNotApplicableResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::NationalItem>(facts, request.name(), request.etag()));
    return Stored(MarkNationalItemNotApplicable(current, request, ActingOf(facts)), &Response::mutable_national_item);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

}  // namespace oversight::concerns
