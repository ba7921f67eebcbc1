// The commands on revisits.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/revisit_commands.h"
#include "concerns-service/service/commands.h"
#include "concerns-service/service/decide.h"

namespace oversight::concerns {
namespace {

template <class Names>
absl::StatusOr<std::vector<v1::Concern>> ConcernsOf(rpc::Facts& facts, const Names& names) {
  std::vector<v1::Concern> concerns;
  for (const std::string& name : names) {
    OVERSIGHT_ASSIGN_OR_RETURN(concerns.emplace_back(), facts.Require<v1::Concern>(name));
  }
  return concerns;
}

// The concerns that a plan names exist and were issued.
absl::Status CheckConcerns(rpc::Facts& facts, ServiceContext& shared, const Viewer& viewer, const v1::Revisit& plan) {
  OVERSIGHT_RETURN_IF_ERROR(RequireLinks(facts, shared, viewer, "revisit.concerns", plan.concerns()));
  OVERSIGHT_ASSIGN_OR_RETURN(const auto concerns, ConcernsOf(facts, plan.concerns()));
  return CheckPlannedConcerns(concerns);
}

}  // namespace

Command<v1::PlanRevisitResponse> CommandOf(const v1::PlanRevisitRequest& request, ServiceContext& shared,
                                           const Viewer& viewer) {
  using Response = v1::PlanRevisitResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string name, NextName(facts, absl::StrCat(request.parent(), "/revisits/")));
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Revisit plan, PlanRevisit(request, name));
    OVERSIGHT_RETURN_IF_ERROR(CheckConcerns(facts, shared, viewer, plan));
    return Stored<Response, v1::Revisit>(std::move(plan), &Response::mutable_revisit);
  };
  return {.subject = request.parent(), .decide = decide};
}

Command<v1::UpdateRevisitResponse> CommandOf(const v1::UpdateRevisitRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::UpdateRevisitResponse;
  const auto decide = [&request, &shared, viewer](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current,
                               Current<v1::Revisit>(facts, request.revisit().name(), request.revisit().etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(v1::Revisit plan, UpdateRevisit(current, request));
    OVERSIGHT_RETURN_IF_ERROR(CheckConcerns(facts, shared, viewer, plan));
    return Updated<Response, v1::Revisit>(current, std::move(plan), &Response::mutable_revisit);
  };
  return {.subject = request.revisit().name(), .decide = decide};
}

Command<v1::CarryOutRevisitResponse> CommandOf(const v1::CarryOutRevisitRequest& request, ServiceContext& shared,
                                               const Viewer& viewer) {
  using Response = v1::CarryOutRevisitResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Revisit>(facts, request.name(), request.etag()));
    OVERSIGHT_ASSIGN_OR_RETURN(const auto concerns, ConcernsOf(facts, current.concerns()));
    return Stored(CarryOutRevisit(concerns, current, request, ActingOf(facts)), &Response::mutable_revisit);
  };
  return {.subject = request.name(), .reason = request.correction(), .decide = decide};
}

Command<v1::RecordFindingsResponse> CommandOf(const v1::RecordFindingsRequest& request, ServiceContext& shared,
                                              const Viewer& viewer) {
  using Response = v1::RecordFindingsResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Revisit>(facts, request.name(), request.etag()));
    std::vector<Record> records;
    for (const std::string& concern : current.concerns()) {
      OVERSIGHT_ASSIGN_OR_RETURN(records.emplace_back(), RecordOf(facts, concern));
    }
    return Stored(RecordFindings(records, current, request, ActingOf(facts)), &Response::mutable_revisit);
  };
  return {.subject = request.name(), .reason = request.correction(), .decide = decide};
}

Command<v1::RecordLetterResponse> CommandOf(const v1::RecordLetterRequest& request, ServiceContext& shared,
                                            const Viewer& viewer) {
  using Response = v1::RecordLetterResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Revisit>(facts, request.name(), request.etag()));
    return Stored(RecordLetter(current, request, ActingOf(facts)), &Response::mutable_revisit);
  };
  return {.subject = request.name(), .reason = request.correction(), .decide = decide};
}

Command<v1::PublishLetterResponse> CommandOf(const v1::PublishLetterRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::PublishLetterResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Revisit>(facts, request.name(), request.etag()));
    return Stored(PublishLetter(current, request, ActingOf(facts)), &Response::mutable_revisit);
  };
  return {.subject = request.name(), .reason = request.correction(), .decide = decide};
}

Command<v1::CancelRevisitResponse> CommandOf(const v1::CancelRevisitRequest& request, ServiceContext& shared,
                                             const Viewer& viewer) {
  using Response = v1::CancelRevisitResponse;
  const auto decide = [&request](rpc::Facts& facts) -> absl::StatusOr<rpc::Outcome<Response>> {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto current, Current<v1::Revisit>(facts, request.name(), request.etag()));
    return Stored(CancelRevisit(current, request, ActingOf(facts)), &Response::mutable_revisit);
  };
  return {.subject = request.name(), .reason = request.reason(), .decide = decide};
}

}  // namespace oversight::concerns
