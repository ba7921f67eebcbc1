// The commands on concerns.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/concern_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/decide.h"

namespace oversight::concerns {

Command<v1::CreateConcernResponse> CommandOf(const v1::CreateConcernRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::CreateConcernResponse;
  const auto decide = [&request, &shared](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name, NextName(facts, absl::StrCat(request.parent(), "/concerns/")));
    return Stored(DraftConcern(request, name, shared.themes(), ActingOf(facts)), &Response::mutable_concern);
  };
  // Unlike other writes, this one needs the force to exist whatever the caller's scope.
  return {.subject = request.parent(), .decide = decide, .must_exist = {request.parent()}};
}

Command<v1::UpdateConcernResponse> CommandOf(const v1::UpdateConcernRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::UpdateConcernResponse;
  const auto decide = [&request, &shared](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record,
                               RecordOf(facts, request.concern().name(), request.concern().etag()));
    return Updated(record.concern, UpdateConcern(record, request, shared.themes(), ActingOf(facts)),
                   &Response::mutable_concern);
  };
  return {.subject = request.concern().name(), .decide = decide};
}

Command<v1::IssueConcernResponse> CommandOf(const v1::IssueConcernRequest& request, ServiceContext& shared,
                                            const Viewer& viewer) {
  using Response = v1::IssueConcernResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    return StoredRecord<Response>(record, IssueConcern(record, request, ActingOf(facts)));
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
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const Record record, RecordOf(facts, request.name(), request.etag()));
    return Stored(DischargeConcern(record, request, ActingOf(facts)), &Response::mutable_concern);
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

}  // namespace oversight::concerns
