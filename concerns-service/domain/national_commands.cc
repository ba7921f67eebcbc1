#include "concerns-service/domain/national_commands.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/validator.h"
#include "common/time/due_rule.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/refusals.h"
#include "concerns-service/domain/undertaking.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

using forces::v1::ServiceType;

std::string ServiceWord(ServiceType service) {
  return service == forces::v1::SERVICE_TYPE_POLICE            ? "a police force"
         : service == forces::v1::SERVICE_TYPE_FIRE_AND_RESCUE ? "a fire and rescue service"
                                                               : "of no known service";
}

// What must hold of a draft whatever its history. `theme_before` is its theme so far, "" for a new draft.
absl::Status CheckDraft(const v1::NationalRecommendation& draft, const std::string& theme_before,
                        const Themes& themes) {
  Violations violations;
  ValidateDueRule(draft.due_rule(), "national_recommendation.due_rule", violations);
  if (draft.all_active_forces() && !draft.forces().empty()) {
    violations.Add("national_recommendation.forces", "is for named forces only; clear it, or clear all_active_forces");
  }
  if (!draft.all_active_forces() && draft.forces().empty()) {
    violations.Add("national_recommendation.forces",
                   "is required: name the forces it is for, or set all_active_forces");
  }
  std::set<std::string> seen;
  for (int i = 0; i < draft.forces_size(); ++i) {
    if (seen.insert(draft.forces(i)).second) continue;
    violations.Add(absl::StrCat("national_recommendation.forces[", i, "]"),
                   absl::StrCat("names \"", draft.forces(i), "\" a second time"));
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  return draft.theme() == theme_before ? absl::OkStatus() : themes.FindForDraft(draft.theme());
}

absl::Status CheckIssueDay(const v1::NationalRecommendation& draft, absl::CivilDay day, absl::CivilDay today) {
  const std::string words = absl::StrCat(draft.name(), " cannot be issued on ", FormatForPeople(day), ": ");
  if (day > today) {
    return DatesContradict(words + "that is still to come. Issue it on the day, or give an earlier issue date.",
                           "issue_date", ToPartialDate(day), "today", ToPartialDate(today));
  }
  if (draft.due_rule().has_date() && MustBeBefore(draft.due_rule().date(), ToPartialDate(day))) {
    return DatesContradict(absl::StrCat(words, "it is due by ", FormatForPeople(draft.due_rule().date()),
                                        ". Give an earlier issue date, or change the due rule."),
                           "issue_date", ToPartialDate(day), "due_date", draft.due_rule().date());
  }
  return absl::OkStatus();
}

absl::Status DoesNotFit(const v1::NationalRecommendation& draft, const std::vector<std::string>& problems,
                        const std::string& first) {
  // Names are many and answers must fit a header: the words name the first few, the metadata says how many.
  std::string words = absl::StrCat(draft.name(), " cannot be issued to the forces that it names: ");
  const size_t shown = std::min<size_t>(problems.size(), 5);
  for (size_t i = 0; i < shown; ++i) absl::StrAppend(&words, i == 0 ? "" : "; ", problems[i]);
  if (problems.size() > shown) absl::StrAppend(&words, "; and ", problems.size() - shown, " more");
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LINK_DOES_NOT_FIT,
               words + ". Take them out (UpdateNationalRecommendation).")
      .With("field", "forces")
      .With("name", first)
      .With("count", absl::StrCat(problems.size()));
}

// The forces that the draft is for, of those there are.
absl::StatusOr<std::vector<std::string>> Addressees(const v1::NationalRecommendation& draft,
                                                    const std::vector<KnownForce>& forces) {
  std::vector<std::string> addressees, problems;
  std::string first;
  const std::set<std::string> named(draft.forces().begin(), draft.forces().end());
  std::set<std::string> unknown = named;
  for (const KnownForce& force : forces) {
    unknown.erase(force.name);
    const bool of_service = draft.service() == forces::v1::SERVICE_TYPE_UNSPECIFIED || force.service == draft.service();
    if (draft.all_active_forces() ? force.active && of_service : named.count(force.name) > 0) {
      addressees.push_back(force.name);
    }
    if (named.count(force.name) == 0 || (force.active && of_service)) continue;
    if (first.empty()) first = force.name;
    problems.push_back(force.active ? absl::StrCat(force.name, " is ", ServiceWord(force.service))
                                    : absl::StrCat(force.name, " is not active any more"));
  }
  if (!unknown.empty()) {
    return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_FORCE_NOT_FOUND,
                 absl::StrCat("There is no force named \"", *unknown.begin(),
                              "\". ListForces of forces-service has those there are."))
        .With("force", *unknown.begin())
        .Resource("Force", *unknown.begin());
  }
  if (!problems.empty()) return DoesNotFit(draft, problems, first);
  if (addressees.empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NO_FORCES,
                 absl::StrCat(draft.name(),
                              " cannot be issued: the register has no active force that it is for. "
                              "Register the forces first, or change which service it is for."))
        .With("name", draft.name());
  }
  if (addressees.size() > static_cast<size_t>(kMaxNationalForces)) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_FORCES,
                 absl::StrCat(draft.name(), " would be issued to ", addressees.size(), " forces, more than ",
                              kMaxNationalForces, ". Draft one for each part of them."))
        .With("name", draft.name())
        .With("limit", absl::StrCat(kMaxNationalForces));
  }
  return addressees;
}

Asked AskedBy(const v1::NationalRecommendation& recommendation) {
  return {.issue_date = recommendation.issue_date(), .may_be_done_before = true};
}

}  // namespace

absl::StatusOr<v1::NationalRecommendation> DraftNationalRecommendation(
    const v1::CreateNationalRecommendationRequest& request, const std::string& name, const Themes& themes) {
  v1::NationalRecommendation draft = request.national_recommendation();
  rpc::ClearOutputOnly(&draft);
  draft.clear_etag();
  draft.set_name(name);
  OVERSIGHT_RETURN_IF_ERROR(CheckDraft(draft, /*theme_before=*/"", themes));
  OVERSIGHT_RETURN_IF_ERROR(Move("CreateNationalRecommendation", v1::NATIONAL_RECOMMENDATION_STATE_DRAFT, draft));
  return draft;
}

absl::StatusOr<v1::NationalRecommendation> UpdateNationalRecommendation(
    const v1::NationalRecommendation& current, const v1::UpdateNationalRecommendationRequest& request,
    const Themes& themes) {
  v1::NationalRecommendation draft = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("UpdateNationalRecommendation", v1::NATIONAL_RECOMMENDATION_STATE_DRAFT, draft));
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.national_recommendation(), rpc::MaskOf(request), &draft));
  OVERSIGHT_RETURN_IF_ERROR(CheckDraft(draft, current.theme(), themes));
  return draft;
}

absl::StatusOr<National> IssueNationalRecommendation(const v1::NationalRecommendation& current,
                                                     const v1::IssueNationalRecommendationRequest& request,
                                                     const std::vector<KnownForce>& forces,
                                                     const BankHolidays& holidays, const Acting& acting) {
  National issued{current, {}};
  OVERSIGHT_RETURN_IF_ERROR(
      Move("IssueNationalRecommendation", v1::NATIONAL_RECOMMENDATION_STATE_ISSUED, issued.recommendation));
  const absl::CivilDay today = acting.today();
  const absl::CivilDay day = request.has_issue_date() ? ToCivilDay(request.issue_date()).value_or(today) : today;
  OVERSIGHT_RETURN_IF_ERROR(CheckIssueDay(current, day, today));
  OVERSIGHT_ASSIGN_OR_RETURN(const absl::CivilDay due, DueDay(current.due_rule(), day, holidays));
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<std::string> addressees, Addressees(current, forces));
  *issued.recommendation.mutable_issue_date() = ToPartialDate(day);
  for (const std::string& force : addressees) {
    issued.recommendation.add_issued_to(force);
    v1::NationalItem& item = issued.items.emplace_back();
    item.set_name(absl::StrCat(current.name(), "/", force));
    OVERSIGHT_RETURN_IF_ERROR(Move("IssueNationalRecommendation", v1::NATIONAL_ITEM_STATE_OPEN, item));
    SetDueDate(due, item);
  }
  return issued;
}

absl::StatusOr<National> WithdrawNationalRecommendation(National current,
                                                        const v1::WithdrawNationalRecommendationRequest& request,
                                                        const Acting& acting) {
  OVERSIGHT_RETURN_IF_ERROR(
      Move("WithdrawNationalRecommendation", v1::NATIONAL_RECOMMENDATION_STATE_WITHDRAWN, current.recommendation));
  const v1::Closure closure = ClosureToday(request.reason(), acting);
  *current.recommendation.mutable_closure() = closure;
  for (v1::NationalItem& item : current.items) {
    if (IsClosed(item.state())) continue;  // Done work stays done.
    OVERSIGHT_RETURN_IF_ERROR(Move("WithdrawNationalRecommendation", v1::NATIONAL_ITEM_STATE_WITHDRAWN, item));
    *item.mutable_closure() = closure;
  }
  return current;
}

absl::StatusOr<v1::NationalItem> ClaimNationalItem(const v1::NationalRecommendation& recommendation,
                                                   const v1::NationalItem& current,
                                                   const v1::ClaimNationalItemRequest& request, const Acting& acting) {
  v1::NationalItem item = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("ClaimNationalItem", v1::NATIONAL_ITEM_STATE_CLAIMED, item));
  OVERSIGHT_RETURN_IF_ERROR(RecordClaim(ClaimOf(request), AskedBy(recommendation), acting, item));
  return item;
}

absl::StatusOr<v1::NationalItem> VerifyNationalItem(const v1::NationalRecommendation& recommendation,
                                                    const v1::NationalItem& current,
                                                    const v1::VerifyNationalItemRequest& request, const Acting& acting,
                                                    const v1::Revisit* revisit) {
  v1::NationalItem item = current;
  const auto to = request.outcome() == v1::VERIFICATION_OUTCOME_ACCEPTED ? v1::NATIONAL_ITEM_STATE_VERIFIED
                                                                         : v1::NATIONAL_ITEM_STATE_OPEN;
  OVERSIGHT_RETURN_IF_ERROR(Move("VerifyNationalItem", to, item));
  OVERSIGHT_RETURN_IF_ERROR(
      RecordVerification(VerificationOf(request), AskedBy(recommendation), revisit, acting, item));
  return item;
}

absl::StatusOr<v1::NationalItem> ExtendNationalItem(const v1::NationalRecommendation& recommendation,
                                                    const v1::NationalItem& current,
                                                    const v1::ExtendNationalItemRequest& request,
                                                    const Acting& acting) {
  v1::NationalItem item = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("ExtendNationalItem", current.state(), item));
  OVERSIGHT_RETURN_IF_ERROR(RecordExtension(ExtensionOf(request), AskedBy(recommendation), acting, item));
  return item;
}

absl::StatusOr<v1::NationalItem> MarkNationalItemNotApplicable(const v1::NationalItem& current,
                                                               const v1::MarkNationalItemNotApplicableRequest& request,
                                                               const Acting& acting) {
  v1::NationalItem item = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("MarkNationalItemNotApplicable", v1::NATIONAL_ITEM_STATE_NOT_APPLICABLE, item));
  *item.mutable_closure() = ClosureToday(request.reason(), acting);
  return item;
}

bool IsOverdue(const v1::NationalItem& item, absl::CivilDay today) {
  return !IsClosed(item.state()) && MustBeBefore(item.due_date(), today);
}

}  // namespace oversight::concerns
