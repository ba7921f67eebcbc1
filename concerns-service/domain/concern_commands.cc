#include "concerns-service/domain/concern_commands.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/validator.h"
#include "common/time/due_rule.h"
#include "common/time/partial_date.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

// What must hold of a draft whatever its history.
absl::Status CheckDraft(const v1::Concern& concern, const Themes& themes, const Acting& acting) {
  Violations violations;
  if (concern.accelerated() && concern.kind() != v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
    violations.Add("concern.accelerated", "is for causes of concern only; clear it, or change the kind");
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_RETURN_IF_ERROR(themes.Find(concern.theme()));
  if (MustBeAfter(concern.found_date(), acting.today())) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
                 absl::StrCat("A concern cannot have the found date ", FormatForPeople(concern.found_date()),
                              ": today is ", FormatForPeople(acting.today()), ". Give the day it was found."))
        .With("found_date", FormatIso(concern.found_date()))
        .With("today", FormatIso(acting.today()));
  }
  return absl::OkStatus();
}

// Refuses a day of issue outside the window of the guard.
absl::Status CheckIssueDay(const Record& record, absl::CivilDay day, absl::CivilDay today) {
  const IssueWindow window = WindowOfIssue(record, today);
  const std::string issue = absl::StrCat(record.concern.name(), " cannot be issued on ", FormatForPeople(day), ": ");
  if (day > today) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
                 absl::StrCat(issue, "that is still to come. Issue it on the day, or give an earlier issue date."))
        .With("issue_date", FormatIso(day))
        .With("today", FormatIso(today));
  }
  if (day < window.first) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
                 absl::StrCat(issue, "its found date is ", FormatForPeople(record.concern.found_date()),
                              ". Give a later issue date, or correct the found date."))
        .With("issue_date", FormatIso(day))
        .With("found_date", FormatIso(record.concern.found_date()));
  }
  if (day > window.last) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
                 absl::StrCat(issue, window.bounded_by, " is due by ", FormatForPeople(window.last),
                              ". Give an earlier issue date, or change the due rule."))
        .With("issue_date", FormatIso(day))
        .With("due_date", FormatIso(window.last))
        .With("recommendation", window.bounded_by);
  }
  return absl::OkStatus();
}

void Close(v1::Concern& concern, const std::string& reason, absl::CivilDay day, const Acting& acting) {
  auto* closure = concern.mutable_closure();
  closure->set_reason(reason);
  closure->set_closer(acting.actor);
  *closure->mutable_close_date() = ToPartialDate(day);
}

}  // namespace

absl::StatusOr<v1::Concern> DraftConcern(const v1::CreateConcernRequest& request, const std::string& name,
                                         const Themes& themes, const Acting& acting) {
  v1::Concern concern = request.concern();
  rpc::ClearOutputOnly(&concern);
  concern.clear_etag();
  concern.set_name(name);
  OVERSIGHT_RETURN_IF_ERROR(CheckDraft(concern, themes, acting));
  OVERSIGHT_RETURN_IF_ERROR(Move("CreateConcern", v1::CONCERN_STATE_DRAFT, concern));
  return concern;
}

absl::StatusOr<v1::Concern> UpdateConcern(const Record& record, const v1::UpdateConcernRequest& request,
                                          const Themes& themes, const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("UpdateConcern", record, acting.today()));
  v1::Concern concern = record.concern;
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.concern(), rpc::MaskOf(request), &concern));
  OVERSIGHT_RETURN_IF_ERROR(CheckDraft(concern, themes, acting));
  OVERSIGHT_RETURN_IF_ERROR(Move("UpdateConcern", v1::CONCERN_STATE_DRAFT, concern));
  return concern;
}

absl::StatusOr<Record> IssueConcern(Record record, const v1::IssueConcernRequest& request, const Acting& acting) {
  const absl::CivilDay today = acting.today();
  OVERSIGHT_RETURN_IF_ERROR(Require("IssueConcern", record, today));
  const absl::CivilDay day = request.has_issue_date() ? ToCivilDay(request.issue_date()).value_or(today) : today;
  OVERSIGHT_RETURN_IF_ERROR(CheckIssueDay(record, day, today));
  for (auto& recommendation : record.recommendations) {
    OVERSIGHT_ASSIGN_OR_RETURN(const absl::CivilDay due, DueDay(recommendation.due_rule(), day));
    *recommendation.mutable_due_date() = ToPartialDate(due);
    OVERSIGHT_RETURN_IF_ERROR(Move("IssueConcern", v1::RECOMMENDATION_STATE_OPEN, recommendation));
  }
  *record.concern.mutable_issue_date() = ToPartialDate(day);
  OVERSIGHT_RETURN_IF_ERROR(Move("IssueConcern", v1::CONCERN_STATE_ISSUED, record.concern));
  return record;
}

absl::StatusOr<v1::Concern> AssessHandling(const Record& record, const v1::AssessHandlingRequest& request,
                                           const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("AssessHandling", record, acting.today()));
  v1::Concern concern = record.concern;
  auto* handling = concern.mutable_handling();
  handling->set_level(request.level());
  handling->set_rationale(request.rationale());
  handling->set_assessor(acting.actor);
  *handling->mutable_assess_time() = acting.timestamp();
  OVERSIGHT_RETURN_IF_ERROR(Move("AssessHandling", v1::CONCERN_STATE_ISSUED, concern));
  return concern;
}

absl::StatusOr<v1::Concern> DischargeConcern(const Record& record, const v1::DischargeConcernRequest& request,
                                             const Acting& acting) {
  const absl::CivilDay today = acting.today();
  OVERSIGHT_RETURN_IF_ERROR(Require("DischargeConcern", record, today));
  const absl::CivilDay day = request.has_close_date() ? ToCivilDay(request.close_date()).value_or(today) : today;
  if (day > today) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
                 absl::StrCat(record.concern.name(), " cannot be closed on ", FormatForPeople(day),
                              ": that is still to come. Close it on the day, or give an earlier date."))
        .With("close_date", FormatIso(day))
        .With("today", FormatIso(today));
  }
  if (MustBeBefore(day, record.concern.issue_date())) {
    return Error(
               absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT,
               absl::StrCat(record.concern.name(), " cannot be closed on ", FormatForPeople(day), ": it was issued on ",
                            FormatForPeople(record.concern.issue_date()), ". Give a later close date."))
        .With("close_date", FormatIso(day))
        .With("issue_date", FormatIso(record.concern.issue_date()));
  }
  v1::Concern concern = record.concern;
  Close(concern, request.reason(), day, acting);
  OVERSIGHT_RETURN_IF_ERROR(Move("DischargeConcern", v1::CONCERN_STATE_DISCHARGED, concern));
  return concern;
}

absl::StatusOr<Record> WithdrawConcern(Record record, const v1::WithdrawConcernRequest& request, const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("WithdrawConcern", record, acting.today()));
  for (auto& recommendation : record.recommendations) {
    if (recommendation.state() == v1::RECOMMENDATION_STATE_VERIFIED) continue;  // Done work stays done.
    OVERSIGHT_RETURN_IF_ERROR(Move("WithdrawConcern", v1::RECOMMENDATION_STATE_WITHDRAWN, recommendation));
  }
  Close(record.concern, request.reason(), acting.today(), acting);
  OVERSIGHT_RETURN_IF_ERROR(Move("WithdrawConcern", v1::CONCERN_STATE_WITHDRAWN, record.concern));
  return record;
}

}  // namespace oversight::concerns
