#include "concerns-service/domain/revisit_commands.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/validator.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/dates_in_words.h"
#include "concerns-service/domain/links.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/domain/refusals.h"
#include "concerns-service/domain/visibility.h"

namespace oversight::concerns {
namespace {

using common::v1::PartialDate;

// What must hold of a plan whatever its history.
absl::Status CheckPlan(const v1::Revisit& revisit) {
  Violations violations;
  CheckLinks("revisit.concerns", revisit.concerns(), revisit.name(), violations);
  if (revisit.has_planned_to_date() && MustBeBefore(revisit.planned_to_date(), revisit.planned_from_date())) {
    violations.Add("revisit.planned_to_date", "must not be before planned_from_date");
  }
  return violations.status();
}

// A correction is said to be one, and nothing else is.
void CheckCorrection(const std::string& verb, const v1::Revisit& current, const std::string& correction,
                     Violations& violations) {
  const bool puts_right = PutsRight(verb, current);
  if (puts_right && correction.empty()) {
    violations.Add("correction", absl::StrCat("is required: ", verb,
                                              " was used on this revisit before, and this puts right what it recorded; "
                                              "say why"));
  }
  if (!puts_right && !correction.empty()) {
    violations.Add("correction", "is for putting right what the same verb recorded before; leave it out");
  }
}

absl::Status StillToCome(const std::string& act, const std::string& field, const PartialDate& date,
                         const Acting& acting) {
  if (!MustBeAfter(date, acting.today())) return absl::OkStatus();
  return DatesContradict(
      absl::StrCat(act, " ", OnDate(date), ": that is still to come. Record it then, or give an earlier date."), field,
      date, "today", ToPartialDate(acting.today()));
}

// A date that must not be before the first day of the visit.
absl::Status BeforeTheVisit(const std::string& act, const std::string& field, const PartialDate& date,
                            const v1::Revisit& revisit) {
  if (!MustBeBefore(date, revisit.from_date())) return absl::OkStatus();
  return DatesContradict(
      absl::StrCat(act, " ", OnDate(date), ": the revisit began ", OnDate(revisit.from_date()), ". Give a later date."),
      field, date, "from_date", revisit.from_date());
}

absl::Status CheckMethods(const v1::Revisit& current, const v1::CarryOutRevisitRequest& request,
                          const PartialDate& to_date) {
  Violations violations;
  std::set<int> seen;
  for (int i = 0; i < request.methods_size(); ++i) {
    if (!seen.insert(request.methods(i)).second) {
      violations.Add(absl::StrCat("methods[", i, "]"), "names a method a second time");
    }
  }
  if (seen.count(v1::REVISIT_METHOD_OTHER) != 0 && request.method_notes().empty()) {
    violations.Add("method_notes", "is required when OTHER is among the methods; say what it was");
  }
  if (MustBeBefore(to_date, request.from_date())) violations.Add("to_date", "must not be before from_date");
  CheckCorrection("CarryOutRevisit", current, request.correction(), violations);
  return violations.status();
}

const Record* RecordWith(const std::vector<Record>& records, const std::string& concern) {
  const auto it = std::find_if(records.begin(), records.end(),
                               [&](const Record& record) { return record.concern.name() == concern; });
  return it == records.end() ? nullptr : &*it;
}

absl::Status CheckFindings(const std::vector<Record>& records, const v1::Revisit& current,
                           const v1::RecordFindingsRequest& request) {
  Violations violations;
  std::set<std::string> seen;
  size_t bytes = 0;
  for (int i = 0; i < request.findings_size(); ++i) {
    const auto& finding = request.findings(i);
    const std::string field = absl::StrCat("findings[", i, "]");
    bytes += finding.text().size();
    if (RecordWith(records, ConcernOf(finding.subject())) == nullptr) {
      violations.Add(field + ".subject",
                     absl::StrCat("must be one of the concerns that the revisit looks at, which are ",
                                  absl::StrJoin(current.concerns(), ", "), ", or a recommendation of one of them"));
    } else if (!seen.insert(finding.subject()).second) {
      violations.Add(field + ".subject", absl::StrCat("names \"", finding.subject(), "\" a second time"));
    }
    if (finding.text().empty() && finding.level() != v1::REVISIT_FINDING_LEVEL_NOT_ASSESSED) {
      violations.Add(field + ".text", "is required: only what was NOT_ASSESSED needs no words");
    }
  }
  for (const std::string& concern : current.concerns()) {
    if (seen.count(concern) != 0) continue;
    violations.Add("findings", absl::StrCat("have none for ", concern,
                                            ", which the revisit looks at; say NOT_ASSESSED when it did not"));
  }
  if (bytes > kMaxFindingsBytes) {
    violations.Add("findings", absl::StrCat("have texts of ", bytes, " bytes together, more than ", kMaxFindingsBytes,
                                            "; shorten them and add the long form as evidence"));
  }
  CheckCorrection("RecordFindings", current, request.correction(), violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());

  for (int i = 0; i < request.findings_size(); ++i) {
    const std::string field = absl::StrCat("findings[", i, "].subject");
    const std::string& subject = request.findings(i).subject();
    const Record& record = *RecordWith(records, ConcernOf(subject));
    if (subject == record.concern.name()) continue;
    const auto it = std::find_if(record.recommendations.begin(), record.recommendations.end(),
                                 [&](const auto& recommendation) { return recommendation.name() == subject; });
    if (it == record.recommendations.end()) {
      return Error(absl::StatusCode::kNotFound, v1::ERROR_REASON_LINK_NOT_FOUND,
                   absl::StrCat("There is no \"", subject, "\", which ", field, " names. Leave it out."))
          .With("field", field)
          .With("name", subject);
    }
    if (!WasIssued(*it)) {
      return LinkDoesNotFit(field, subject,
                            absl::StrCat(" is ", StateWord(it->state()),
                                         " and was never issued, so there is nothing to find. Leave it out."));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Revisit> PlanRevisit(const v1::PlanRevisitRequest& request, const std::string& name) {
  v1::Revisit revisit = request.revisit();
  rpc::ClearOutputOnly(&revisit);
  revisit.clear_etag();
  revisit.set_name(name);
  OVERSIGHT_RETURN_IF_ERROR(CheckPlan(revisit));
  OVERSIGHT_RETURN_IF_ERROR(Move("PlanRevisit", revisit));
  return revisit;
}

absl::StatusOr<v1::Revisit> UpdateRevisit(const v1::Revisit& current, const v1::UpdateRevisitRequest& request) {
  v1::Revisit revisit = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("UpdateRevisit", revisit));
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.revisit(), rpc::MaskOf(request), &revisit));
  OVERSIGHT_RETURN_IF_ERROR(CheckPlan(revisit));
  return revisit;
}

absl::Status CheckPlannedConcerns(const std::vector<v1::Concern>& concerns) {
  for (const auto& concern : concerns) {
    if (WasIssued(concern)) continue;
    return LinkDoesNotFit("revisit.concerns", concern.name(),
                          absl::StrCat(" is ", StateWord(concern.state()),
                                       " and was never issued, so the force cannot have acted on it. Issue it first "
                                       "(IssueConcern), or leave it out."));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Revisit> CarryOutRevisit(const std::vector<v1::Concern>& concerns, const v1::Revisit& current,
                                            const v1::CarryOutRevisitRequest& request, const Acting& acting) {
  v1::Revisit revisit = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("CarryOutRevisit", revisit));
  const PartialDate& to_date = request.has_to_date() ? request.to_date() : request.from_date();
  OVERSIGHT_RETURN_IF_ERROR(CheckMethods(current, request, to_date));
  OVERSIGHT_RETURN_IF_ERROR(
      StillToCome(absl::StrCat(current.name(), " cannot have begun"), "from_date", request.from_date(), acting));
  OVERSIGHT_RETURN_IF_ERROR(
      StillToCome(absl::StrCat(current.name(), " cannot have ended"), "to_date", to_date, acting));
  for (const auto& concern : concerns) {
    if (!MustBeBefore(to_date, concern.issue_date())) continue;
    return DatesContradict(absl::StrCat(current.name(), " cannot have ended ", OnDate(to_date), ": ", concern.name(),
                                        ", which it looks at, was issued ", OnDate(concern.issue_date()),
                                        ". Give a later date, or plan it without that concern."),
                           "to_date", to_date, "issue_date", concern.issue_date());
  }
  *revisit.mutable_from_date() = request.from_date();
  *revisit.mutable_to_date() = to_date;
  *revisit.mutable_methods() = request.methods();
  revisit.set_method_notes(request.method_notes());
  revisit.set_correction(request.correction());
  return revisit;
}

absl::StatusOr<v1::Revisit> RecordFindings(const std::vector<Record>& records, const v1::Revisit& current,
                                           const v1::RecordFindingsRequest& request, const Acting& acting) {
  v1::Revisit revisit = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("RecordFindings", revisit));
  OVERSIGHT_RETURN_IF_ERROR(CheckFindings(records, current, request));
  revisit.clear_feedback_date();
  if (request.has_feedback_date()) {
    const std::string act = absl::StrCat("First findings of ", current.name(), " cannot have been given");
    OVERSIGHT_RETURN_IF_ERROR(StillToCome(act, "feedback_date", request.feedback_date(), acting));
    OVERSIGHT_RETURN_IF_ERROR(BeforeTheVisit(act, "feedback_date", request.feedback_date(), current));
    *revisit.mutable_feedback_date() = request.feedback_date();
  }
  *revisit.mutable_findings() = request.findings();
  revisit.set_outcome(request.outcome());
  revisit.set_correction(request.correction());
  return revisit;
}

absl::StatusOr<v1::Revisit> RecordLetter(const v1::Revisit& current, const v1::RecordLetterRequest& request,
                                         const Acting& acting) {
  v1::Revisit revisit = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("RecordLetter", revisit));
  v1::RevisitLetter letter = request.letter();
  letter.clear_published();
  Violations violations;
  CheckLink("letter.sender.office_holder", letter.sender().office_holder(), current.name(), violations);
  CheckLink("letter.addressee.office_holder", letter.addressee().office_holder(), current.name(), violations);
  for (int i = 0; i < letter.cc_size(); ++i) {
    CheckLink(absl::StrCat("letter.cc[", i, "].office_holder"), letter.cc(i).office_holder(), current.name(),
              violations);
  }
  CheckCorrection("RecordLetter", current, request.correction(), violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (!letter.has_sent_date()) *letter.mutable_sent_date() = ToPartialDate(acting.today());
  const std::string act = absl::StrCat("The letter of ", current.name(), " cannot have been sent");
  OVERSIGHT_RETURN_IF_ERROR(StillToCome(act, "letter.sent_date", letter.sent_date(), acting));
  OVERSIGHT_RETURN_IF_ERROR(BeforeTheVisit(act, "letter.sent_date", letter.sent_date(), current));
  *revisit.mutable_letter() = std::move(letter);
  revisit.set_correction(request.correction());
  return revisit;
}

absl::StatusOr<v1::Revisit> PublishLetter(const v1::Revisit& current, const v1::PublishLetterRequest& request,
                                          const Acting& acting) {
  v1::Revisit revisit = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("PublishLetter", revisit));
  Violations violations;
  if (!IsWebAddress(request.published().address())) {
    violations.Add("published.address", "must begin with https:// or http:// and go on without white space");
  }
  CheckCorrection("PublishLetter", current, request.correction(), violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  v1::LetterPublication published = request.published();
  if (!published.has_date()) *published.mutable_date() = ToPartialDate(acting.today());
  const std::string act = absl::StrCat("The letter of ", current.name(), " cannot have been published");
  OVERSIGHT_RETURN_IF_ERROR(StillToCome(act, "published.date", published.date(), acting));
  const PartialDate& sent = current.letter().sent_date();
  if (MustBeBefore(published.date(), sent)) {
    return DatesContradict(
        absl::StrCat(act, " ", OnDate(published.date()), ": it was sent ", OnDate(sent), ". Give a later date."),
        "published.date", published.date(), "sent_date", sent);
  }
  *revisit.mutable_letter()->mutable_published() = std::move(published);
  revisit.set_correction(request.correction());
  return revisit;
}

absl::StatusOr<v1::Revisit> CancelRevisit(const v1::Revisit& current, const v1::CancelRevisitRequest& request,
                                          const Acting& acting) {
  v1::Revisit revisit = current;
  OVERSIGHT_RETURN_IF_ERROR(Move("CancelRevisit", revisit));
  auto& cancellation = *revisit.mutable_cancellation();
  cancellation.set_reason(request.reason());
  cancellation.set_canceller(acting.actor);
  *cancellation.mutable_cancel_time() = acting.timestamp();
  revisit.clear_correction();
  return revisit;
}

}  // namespace oversight::concerns
