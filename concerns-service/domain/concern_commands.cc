#include "concerns-service/domain/concern_commands.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/validator.h"
#include "common/text/text.h"
#include "common/time/due_rule.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/links.h"
#include "concerns-service/domain/refusals.h"
#include "concerns-service/domain/undertaking.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

// Accelerated causes of concern: the ground agrees with the mark, and the weight of several with its names.
void CheckAcceleration(const v1::Concern& concern, Violations& violations) {
  if (concern.accelerated() && concern.kind() != v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
    violations.Add("concern.accelerated", "is for causes of concern only; clear it, or change the kind");
  }
  if (!concern.has_acceleration()) return;
  const auto& acceleration = concern.acceleration();
  const std::string field = "concern.acceleration.together_with";
  if (!concern.accelerated()) {
    violations.Add("concern.acceleration", "is for an accelerated concern only; set accelerated, or clear it");
  }
  const bool cumulative = acceleration.ground() == v1::ACCELERATION_GROUND_CUMULATIVE_WEIGHT;
  if (cumulative && acceleration.together_with().empty()) {
    violations.Add(field, "must name at least one other cause of concern that weighs together with this one");
  }
  if (!cumulative && !acceleration.together_with().empty()) {
    violations.Add(field, "is for the ground CUMULATIVE_WEIGHT only; clear it, or change the ground");
  }
  CheckLinks(field, acceleration.together_with(), concern.name(), violations);
  for (int i = 0; i < acceleration.together_with_size(); ++i) {
    if (acceleration.together_with(i) == concern.name()) {
      violations.Add(absl::StrCat(field, "[", i, "]"), "is the concern itself");
    }
  }
}

// The link to where a finding came from is of the kind that the source is.
void CheckSource(const v1::Concern& concern, Violations& violations) {
  const auto& source = concern.source();
  const auto check = [&](const char* field, bool given, v1::SourceKind kind) {
    if (given && source.kind() != kind) {
      violations.Add(absl::StrCat("concern.source.", field), absl::StrCat("is for the kind ", v1::SourceKind_Name(kind),
                                                                          " only; clear it, or change the kind"));
    }
  };
  check("inspection", !source.inspection().empty(), v1::SOURCE_KIND_INSPECTION);
  check("revisit", !source.revisit().empty(), v1::SOURCE_KIND_REVISIT);
  check("evidence", !source.evidence().empty(), v1::SOURCE_KIND_EXTERNAL_EVIDENCE);
  // A national inspection is of no force in particular.
  if (!ForceOf(source.inspection()).empty()) {
    CheckLink("concern.source.inspection", source.inspection(), concern.name(), violations);
  }
  CheckLink("concern.source.revisit", source.revisit(), concern.name(), violations);
  CheckLinks("concern.source.evidence", source.evidence(), concern.name(), violations);
}

// What must hold of a draft whatever its history. `theme_before` is its theme so far, "" for a new draft.
absl::Status CheckDraft(const v1::Concern& concern, const std::string& theme_before, const Themes& themes,
                        const Acting& acting) {
  Violations violations;
  CheckAcceleration(concern, violations);
  CheckSource(concern, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (concern.theme() != theme_before) OVERSIGHT_RETURN_IF_ERROR(themes.FindForDraft(concern.theme()));
  if (MustBeAfter(concern.found_date(), acting.today())) {
    return DatesContradict(absl::StrCat("A concern cannot have the found date ", FormatForPeople(concern.found_date()),
                                        ": today is ", FormatForPeople(acting.today()), ". Give the day it was found."),
                           "found_date", concern.found_date(), "today", ToPartialDate(acting.today()));
  }
  return absl::OkStatus();
}

// Refuses a day of issue outside the window of the guard.
absl::Status CheckIssueDay(const Record& record, absl::CivilDay day, absl::CivilDay today) {
  const IssueWindow window = WindowOfIssue(record, today);
  const std::string issue = absl::StrCat(record.concern.name(), " cannot be issued on ", FormatForPeople(day), ": ");
  if (day > today) {
    return DatesContradict(issue + "that is still to come. Issue it on the day, or give an earlier issue date.",
                           "issue_date", ToPartialDate(day), "today", ToPartialDate(today));
  }
  if (day < window.first) {
    return DatesContradict(absl::StrCat(issue, "its found date is ", FormatForPeople(record.concern.found_date()),
                                        ". Give a later issue date, or correct the found date."),
                           "issue_date", ToPartialDate(day), "found_date", record.concern.found_date());
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

v1::Closure ClosureOf(const std::string& reason, const common::v1::PartialDate& day, const Acting& acting) {
  v1::Closure closure;
  closure.set_reason(reason);
  closure.set_closer(acting.actor);
  *closure.mutable_close_date() = day;
  return closure;
}

// Refuses a day of closing before what must have come before it.
absl::Status CheckCloseDay(const Record& record, const common::v1::PartialDate& day, const Acting& acting,
                           const v1::Revisit* revisit) {
  const auto& concern = record.concern;
  const std::string act = concern.name() + " cannot have been closed";
  ContradictingDates contradicting;
  CheckDayOfAct(act, "close_date", day, "it was issued", "issue_date", concern.issue_date(), acting, contradicting);
  const v1::Recommendation* last = nullptr;
  for (const auto& recommendation : record.recommendations) {
    if (!MustBeBefore(day, recommendation.verified_date())) continue;
    if (last == nullptr || MustBeBefore(last->verified_date(), recommendation.verified_date())) last = &recommendation;
  }
  if (last != nullptr) {
    contradicting.Add(absl::StrCat(act, " ", OnDate(day), ": ", last->name(), " was verified ",
                                   OnDate(last->verified_date()), ". Give a later close date."),
                      "close_date", day, "verified_date", last->verified_date());
  }
  OVERSIGHT_RETURN_IF_ERROR(CheckRevisitNamed(act, "close_date", day, revisit, contradicting));
  return contradicting.status();
}

}  // namespace

absl::StatusOr<v1::Concern> DraftConcern(const v1::CreateConcernRequest& request, const std::string& name,
                                         const Themes& themes, const Acting& acting) {
  v1::Concern concern = request.concern();
  rpc::ClearOutputOnly(&concern);
  concern.clear_etag();
  concern.set_name(name);
  OVERSIGHT_RETURN_IF_ERROR(CheckDraft(concern, /*theme_before=*/"", themes, acting));
  OVERSIGHT_RETURN_IF_ERROR(Move("CreateConcern", v1::CONCERN_STATE_DRAFT, concern));
  return concern;
}

absl::StatusOr<v1::Concern> UpdateConcern(const Record& record, const v1::UpdateConcernRequest& request,
                                          const Themes& themes, const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("UpdateConcern", record, acting.today()));
  v1::Concern concern = record.concern;
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.concern(), rpc::MaskOf(request), &concern));
  OVERSIGHT_RETURN_IF_ERROR(CheckDraft(concern, record.concern.theme(), themes, acting));
  OVERSIGHT_RETURN_IF_ERROR(Move("UpdateConcern", v1::CONCERN_STATE_DRAFT, concern));
  return concern;
}

absl::Status CheckWeighsTogether(const v1::Concern& concern, const v1::Concern& other) {
  if (other.kind() == v1::CONCERN_KIND_CAUSE_OF_CONCERN && !IsClosed(other.state())) return absl::OkStatus();
  const std::string what =
      other.kind() != v1::CONCERN_KIND_CAUSE_OF_CONCERN ? std::string("no cause of concern") : StateWord(other.state());
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LINK_DOES_NOT_FIT,
               absl::StrCat(other.name(), " is ", what, " and cannot weigh together with ", concern.name(),
                            ". Name causes of concern that are drafts or open."))
      .With("field", "concern.acceleration.together_with")
      .With("name", other.name());
}

absl::StatusOr<Record> IssueConcern(Record record, const v1::IssueConcernRequest& request, const BankHolidays& holidays,
                                    const Acting& acting) {
  const absl::CivilDay today = acting.today();
  OVERSIGHT_RETURN_IF_ERROR(Require("IssueConcern", record, today));
  const absl::CivilDay day = request.has_issue_date() ? ToCivilDay(request.issue_date()).value_or(today) : today;
  OVERSIGHT_RETURN_IF_ERROR(CheckIssueDay(record, day, today));
  for (auto& recommendation : record.recommendations) {
    if (recommendation.state() == v1::RECOMMENDATION_STATE_WITHDRAWN) continue;  // It was never asked of the force.
    OVERSIGHT_ASSIGN_OR_RETURN(const absl::CivilDay due, DueDay(recommendation.due_rule(), day, holidays));
    OVERSIGHT_RETURN_IF_ERROR(Move("IssueConcern", v1::RECOMMENDATION_STATE_OPEN, recommendation));
    SetDueDate(due, recommendation);
  }
  *record.concern.mutable_issue_date() = ToPartialDate(day);
  OVERSIGHT_RETURN_IF_ERROR(Move("IssueConcern", v1::CONCERN_STATE_ISSUED, record.concern));
  return record;
}

absl::StatusOr<v1::Concern> RecordPublication(const Record& record, const v1::RecordConcernPublicationRequest& request,
                                              const Acting& acting) {
  Violations violations;
  if (!IsWebAddress(request.published().address())) {
    violations.Add("published.address", "must begin with https:// or http:// and go on without white space");
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_RETURN_IF_ERROR(Require("RecordConcernPublication", record, acting.today()));
  v1::Concern concern = record.concern;
  OVERSIGHT_RETURN_IF_ERROR(Move("RecordConcernPublication", v1::CONCERN_STATE_ISSUED, concern));
  auto& published = *concern.mutable_published();
  published = request.published();
  if (!published.has_date()) *published.mutable_date() = ToPartialDate(acting.today());
  ContradictingDates contradicting;
  CheckDayOfAct(concern.name() + " cannot have been made public", "published.date", published.date(), "it was issued",
                "issue_date", concern.issue_date(), acting, contradicting);
  OVERSIGHT_RETURN_IF_ERROR(contradicting.status());
  return concern;
}

absl::StatusOr<v1::Concern> AssessHandling(const Record& record, const v1::AssessHandlingRequest& request,
                                           const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("AssessHandling", record, acting.today()));
  v1::Concern concern = record.concern;
  const common::v1::PartialDate day =
      request.has_assessed_date() ? request.assessed_date() : ToPartialDate(acting.today());
  const std::string act = absl::StrCat("The handling of ", concern.name(), " cannot have been assessed");
  ContradictingDates contradicting;
  CheckDayOfAct(act, "assessed_date", day, "the concern was issued", "issue_date", concern.issue_date(), acting,
                contradicting);
  if (MustBeBefore(day, concern.handling().assessed_date())) {
    contradicting.Add(
        absl::StrCat(act, " ", OnDate(day), ": the assessment in place of which this would stand was made ",
                     OnDate(concern.handling().assessed_date()), ". Give a later date."),
        "assessed_date", day, "earlier_assessed_date", concern.handling().assessed_date());
  }
  OVERSIGHT_RETURN_IF_ERROR(contradicting.status());
  auto* handling = concern.mutable_handling();
  *handling->mutable_assessed_date() = day;
  handling->set_level(request.level());
  handling->set_rationale(request.rationale());
  handling->set_assessor(acting.actor);
  *handling->mutable_assess_time() = acting.timestamp();
  OVERSIGHT_RETURN_IF_ERROR(Move("AssessHandling", v1::CONCERN_STATE_ISSUED, concern));
  return concern;
}

absl::StatusOr<v1::Concern> DischargeConcern(const Record& record, const v1::DischargeConcernRequest& request,
                                             const Acting& acting, const v1::Revisit* revisit) {
  OVERSIGHT_RETURN_IF_ERROR(Require("DischargeConcern", record, acting.today()));
  const common::v1::PartialDate day = request.has_close_date() ? request.close_date() : ToPartialDate(acting.today());
  Violations violations;
  CheckLinks("evidence", request.evidence(), record.concern.name(), violations);
  CheckLink("revisit", request.revisit(), record.concern.name(), violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_RETURN_IF_ERROR(CheckCloseDay(record, day, acting, revisit));
  v1::Concern concern = record.concern;
  OVERSIGHT_RETURN_IF_ERROR(Move("DischargeConcern", v1::CONCERN_STATE_DISCHARGED, concern));
  auto& closure = *concern.mutable_closure();
  closure = ClosureOf(request.reason(), day, acting);
  *closure.mutable_evidence() = request.evidence();
  closure.set_revisit(request.revisit());
  return concern;
}

absl::StatusOr<Record> WithdrawConcern(Record record, const v1::WithdrawConcernRequest& request, const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(Require("WithdrawConcern", record, acting.today()));
  const v1::Closure closure = ClosureOf(request.reason(), ToPartialDate(acting.today()), acting);
  for (auto& recommendation : record.recommendations) {
    if (IsClosed(recommendation.state())) continue;  // Done work stays done.
    OVERSIGHT_RETURN_IF_ERROR(Move("WithdrawConcern", v1::RECOMMENDATION_STATE_WITHDRAWN, recommendation));
    *recommendation.mutable_closure() = closure;
  }
  OVERSIGHT_RETURN_IF_ERROR(Move("WithdrawConcern", v1::CONCERN_STATE_WITHDRAWN, record.concern));
  *record.concern.mutable_closure() = closure;
  return record;
}

absl::StatusOr<Superseded> SupersedeConcern(Record record, v1::Concern successor,
                                            const v1::SupersedeConcernRequest& request, const Acting& acting) {
  v1::Concern& concern = record.concern;
  Violations violations;
  CheckLink("successor", successor.name(), concern.name(), violations);
  if (successor.name() == concern.name()) {
    violations.Add("successor", "must be another concern than the one it supersedes");
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  OVERSIGHT_RETURN_IF_ERROR(Require("SupersedeConcern", record, acting.today()));
  if (successor.state() != v1::CONCERN_STATE_ISSUED) {
    return NamedInWrongState("SupersedeConcern", successor, v1::CONCERN_STATE_ISSUED,
                             successor.state() == v1::CONCERN_STATE_DRAFT
                                 ? "Issue it first (IssueConcern)."
                                 : "Name the concern under which the matter is open now.");
  }
  if (successor.supersedes_size() >= kMaxSuperseded) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_SUPERSEDED,
                 absl::StrCat(successor.name(), " supersedes ", successor.supersedes_size(),
                              " concerns, which is the most. Name another successor."))
        .With("name", successor.name())
        .With("limit", absl::StrCat(kMaxSuperseded));
  }
  if (MustBeBefore(successor.issue_date(), concern.issue_date())) {
    return DatesContradict(
        absl::StrCat(successor.name(), " cannot supersede ", concern.name(), ": it was issued on ",
                     FormatForPeople(successor.issue_date()), ", before ", FormatForPeople(concern.issue_date()),
                     ". Name a concern that was issued later."),
        "successor_issue_date", successor.issue_date(), "issue_date", concern.issue_date());
  }
  const common::v1::PartialDate& day = request.has_supersede_date() ? request.supersede_date() : successor.issue_date();
  const std::string words = absl::StrCat(concern.name(), " cannot be superseded on ", FormatForPeople(day), ": ");
  if (MustBeAfter(day, acting.today())) {
    return DatesContradict(words + "that is still to come. Give an earlier date, or none.", "supersede_date", day,
                           "today", ToPartialDate(acting.today()));
  }
  if (MustBeBefore(day, successor.issue_date())) {
    return DatesContradict(absl::StrCat(words, successor.name(), " was issued on ",
                                        FormatForPeople(successor.issue_date()), ". Give that day or a later one."),
                           "supersede_date", day, "successor_issue_date", successor.issue_date());
  }
  const v1::Closure closure = ClosureOf(request.reason(), day, acting);
  for (auto& recommendation : record.recommendations) {
    if (IsClosed(recommendation.state())) continue;
    OVERSIGHT_RETURN_IF_ERROR(Move("SupersedeConcern", v1::RECOMMENDATION_STATE_SUPERSEDED, recommendation));
    *recommendation.mutable_closure() = closure;
  }
  OVERSIGHT_RETURN_IF_ERROR(Move("SupersedeConcern", v1::CONCERN_STATE_SUPERSEDED, concern));
  *concern.mutable_closure() = closure;
  concern.set_superseded_by(successor.name());
  successor.add_supersedes(concern.name());
  return Superseded{std::move(record), std::move(successor)};
}

bool WasOpenOn(const v1::Concern& concern, absl::CivilDay day) {
  if (!concern.has_issue_date() || !MustBeOnOrBefore(concern.issue_date(), day)) return false;
  return !concern.has_closure() || !MustBeOnOrBefore(concern.closure().close_date(), day);
}

}  // namespace oversight::concerns
