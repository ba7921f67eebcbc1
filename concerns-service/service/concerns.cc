// The commands on concerns.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "concerns-service/domain/concern_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/decide.h"

namespace oversight::concerns {
namespace {

// That what the concern names in the own log is there, and fits.
absl::Status CheckNamed(rpc::Facts& facts, ServiceContext& shared, const Viewer& viewer, const v1::Concern& concern) {
  const auto& source = concern.source();
  OVERSIGHT_RETURN_IF_ERROR(RequireLink(facts, shared, viewer, "concern.source.revisit", source.revisit()));
  OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "concern.source.evidence", source.evidence()));
  for (const std::string& name : concern.acceleration().together_with()) {
    OVERSIGHT_RETURN_IF_ERROR(RequireLink(facts, shared, viewer, "concern.acceleration.together_with", name));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto other, facts.Require<v1::Concern>(name));
    OVERSIGHT_RETURN_IF_ERROR(CheckWeighsTogether(concern, other));
  }
  return absl::OkStatus();
}

// The inspection that an update names, if its mask lets it.
std::string InspectionNamed(const v1::UpdateConcernRequest& request) {
  v1::Concern touched;
  if (!rpc::ApplyMask(request.concern(), rpc::MaskOf(request), &touched).ok()) return "";
  return touched.source().inspection();
}

}  // namespace

Command<v1::CreateConcernResponse> CommandOf(const v1::CreateConcernRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::CreateConcernResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name, NextName(facts, absl::StrCat(request.parent(), "/concerns/")));
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Concern concern, DraftConcern(request, name, shared.themes(), ActingOf(facts)));
    OVERSIGHT_RETURN_IF_ERROR(CheckNamed(facts, shared, viewer, concern));
    return Stored<Response, v1::Concern>(std::move(concern), &Response::mutable_concern);
  };
  // Unlike other writes, this one needs the force to exist whatever the caller's scope.
  return {.subject = request.parent(),
          .decide = decide,
          .must_exist = {request.parent(), request.concern().source().inspection()}};
}

Command<v1::UpdateConcernResponse> CommandOf(const v1::UpdateConcernRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::UpdateConcernResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record,
                               RecordOf(facts, request.concern().name(), request.concern().etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Concern concern, UpdateConcern(record, request, shared.themes(), ActingOf(facts)));
    OVERSIGHT_RETURN_IF_ERROR(CheckNamed(facts, shared, viewer, concern));
    return Updated<Response, v1::Concern>(record.concern, std::move(concern), &Response::mutable_concern);
  };
  return {.subject = request.concern().name(), .decide = decide, .must_exist = {InspectionNamed(request)}};
}

Command<v1::IssueConcernResponse> CommandOf(const v1::IssueConcernRequest& request, ServiceContext& shared,
                                            const Viewer& viewer) {
  using Response = v1::IssueConcernResponse;
  const auto decide = [&request, &shared](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    return StoredRecord<Response>(record, IssueConcern(record, request, shared.bank_holidays(), ActingOf(facts)));
  };
  return {.subject = request.name(), .decide = decide};
}

Command<v1::AssessHandlingResponse> CommandOf(const v1::AssessHandlingRequest& request, ServiceContext& shared,
                                              const Viewer& viewer) {
  using Response = v1::AssessHandlingResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    return Stored(AssessHandling(record, request, ActingOf(facts)), &Response::mutable_concern);
  };
  return {.subject = request.name(), .reason = request.rationale(), .decide = decide};
}

Command<v1::DischargeConcernResponse> CommandOf(const v1::DischargeConcernRequest& request, ServiceContext& shared,
                                                const Viewer& viewer) {
  using Response = v1::DischargeConcernResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto revisit, NamedRevisit(facts, request.revisit()));
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Concern concern, DischargeConcern(record, request, ActingOf(facts), revisit.get()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "evidence", request.evidence()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLink(facts, shared, viewer, "revisit", request.revisit()));
    return Stored<Response, v1::Concern>(std::move(concern), &Response::mutable_concern);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::WithdrawConcernResponse> CommandOf(const v1::WithdrawConcernRequest& request, ServiceContext& shared,
                                               const Viewer& viewer) {
  using Response = v1::WithdrawConcernResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    return StoredRecord<Response>(record, WithdrawConcern(record, request, ActingOf(facts)));
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

Command<v1::RecordConcernPublicationResponse> CommandOf(const v1::RecordConcernPublicationRequest& request,
                                                        ServiceContext& shared, const Viewer& viewer) {
  using Response = v1::RecordConcernPublicationResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    return Stored(RecordPublication(record, request, ActingOf(facts)), &Response::mutable_concern);
  };
  return {.subject = request.name(), .decide = decide};
}

Command<v1::SupersedeConcernResponse> CommandOf(const v1::SupersedeConcernRequest& request, ServiceContext& shared,
                                                const Viewer& viewer) {
  using Response = v1::SupersedeConcernResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    OVERSIGHT_RETURN_IF_ERROR(RequireLink(facts, shared, viewer, "successor", request.successor()));
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Concern successor, facts.Require<v1::Concern>(request.successor()));
    OVERSIGHT_ASSIGN_OR_RETURN(Superseded superseded,
                               SupersedeConcern(record, std::move(successor), request, ActingOf(facts)));
    auto outcome = StoredRecord<Response>(record, std::move(superseded.record));
    if (!outcome.ok()) return outcome;
    outcome->Put(superseded.successor);
    *outcome->response.mutable_successor() = std::move(superseded.successor);
    return outcome;
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

}  // namespace oversight::concerns
