#include "forces-service/domain/response_duty.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "forces-service/domain/dated_facts.h"
#include "oversight/forces/v1/error_reason.pb.h"

namespace oversight::forces {
namespace {

using common::v1::PartialDate;

constexpr int kDays = 56;

absl::CivilDay DayOf(const PartialDate& date) { return DayInterval(date).first; }

absl::Status WrongState(const v1::ResponseDuty& duty, const std::string& verb, const std::string& state,
                        const std::string& message) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE, message)
      .With("name", duty.name())
      .With("state", state)
      .With("verb", verb);
}

absl::Status Contradiction(const std::string& message, const PartialDate& date, absl::CivilDay other) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT, message)
      .With("date", FormatIso(date))
      .With("other_date", FormatIso(other));
}

// What happened on `date` happened by today, and not before the report was published.
absl::Status CheckDay(const v1::ResponseDuty& duty, const std::string& what, const PartialDate& date,
                      absl::CivilDay today) {
  if (DayOf(date) > today) {
    return Contradiction(absl::StrCat(what, " on ", FormatForPeople(date), ", which is still to come: today is ",
                                      FormatForPeople(today), ". Record it when it has come."),
                         date, today);
  }
  const absl::CivilDay published = DayOf(duty.publication_date());
  if (DayOf(date) < published) {
    return Contradiction(absl::StrCat(what, " on ", FormatForPeople(date), ": the report was published on ",
                                      FormatForPeople(published), ". Give a later day."),
                         date, published);
  }
  return absl::OkStatus();
}

absl::Status HasNoResponse(const v1::ResponseDuty& duty, const std::string& verb) {
  if (!duty.has_response()) return absl::OkStatus();
  return WrongState(duty, verb, "MET",
                    absl::StrCat(duty.name(), " has a response already, published on ",
                                 FormatForPeople(duty.response().published_date()), "; ", verb,
                                 " needs one that has none. What was published stays recorded."));
}

absl::Status ServesOne(const v1::ResponseDuty& a, const v1::ResponseDuty& b, const std::string& why) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_RESPONSE_SERVES_ONE,
               absl::StrCat("One response cannot serve ", a.name(), " and ", b.name(), ": ", why))
      .With("name", a.name())
      .With("also_serves", b.name());
}

std::string ForceOf(const std::string& name) { return name.substr(0, name.find('/', sizeof("forces/") - 1)); }

// The inspectorate's guidance to local policing bodies: one response may serve a national and a force report only if
// findings and recommendations are the same; otherwise both are owed.
absl::Status MayServeBoth(const v1::ResponseDuty& a, const v1::ResponseDuty& b, bool same) {
  if (ForceOf(a.name()) != ForceOf(b.name())) {
    return ServesOne(a, b, "they are about different forces. Record a response for each.");
  }
  if (a.national_inspection().empty() == b.national_inspection().empty()) {
    return ServesOne(a, b, "only a national report and a force's own can share one. Record a response for each.");
  }
  if (a.has_oversight_body() && b.has_oversight_body() &&
      a.oversight_body().display_name() != b.oversight_body().display_name()) {
    return ServesOne(a, b, "different bodies owe them. Record a response for each.");
  }
  if (!same) {
    return ServesOne(a, b,
                     "it does not say that findings and recommendations of the two reports are the same. Set "
                     "same_findings_and_recommendations if it does; otherwise record a response for each.");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ResponseDuty> WithResponse(const v1::ResponseDuty& current, const PartialDate& published,
                                              const std::string& address, const std::string& also_serves,
                                              absl::CivilDay today) {
  OVERSIGHT_RETURN_IF_ERROR(HasNoResponse(current, "RecordResponse"));
  OVERSIGHT_RETURN_IF_ERROR(CheckDay(
      current, absl::StrCat("A response to ", current.name(), " cannot have been published"), published, today));
  v1::ResponseDuty duty = current;
  ClearDerived(&duty);
  *duty.mutable_response()->mutable_published_date() = published;
  duty.mutable_response()->set_address(address);
  duty.mutable_response()->set_also_serves(also_serves);
  return duty;
}

}  // namespace

absl::CivilDay ResponseDueDay(absl::CivilDay publication) { return publication + (kDays - 1); }

std::string WhyNoDuty(const v1::Force& force, absl::CivilDay publication) {
  if (force.service() != v1::SERVICE_TYPE_POLICE) {
    return "Section 55 of the Police Act 1996 is for police forces; this is a fire and rescue service.";
  }
  if (force.kind() != v1::FORCE_KIND_TERRITORIAL) {
    return "Section 55 of the Police Act 1996 is for forces with an area, which have a local policing body.";
  }
  if (force.has_end_date() && MustBeOnOrBefore(force.end_date(), publication)) {
    return absl::StrCat("It had ended (", FormatForPeople(force.end_date()), ") when the report was published.");
  }
  return "";
}

v1::ResponseDuty MakeDuty(const v1::Inspection& inspection, const v1::Force& force, const std::string& name) {
  const absl::CivilDay published = DayOf(inspection.report().publication_date());
  v1::ResponseDuty duty;
  duty.set_name(name);
  duty.set_national_inspection(inspection.national_inspection());
  duty.set_report_title(inspection.report().title());
  *duty.mutable_publication_date() = ToPartialDate(published);
  *duty.mutable_due_date() = ToPartialDate(ResponseDueDay(published));
  const v1::ForceOnDate on_date = OnDate(force, {}, published);
  if (on_date.oversight_bodies_size() == 1 && on_date.oversight_bodies(0).certain()) {
    *duty.mutable_oversight_body() = on_date.oversight_bodies(0).oversight_body();
  } else {
    for (const auto& body : on_date.oversight_bodies()) {
      *duty.add_possible_oversight_bodies() = body.oversight_body();
    }
  }
  return duty;
}

v1::DutyState StateOn(const v1::ResponseDuty& duty, absl::CivilDay day) {
  if (duty.has_response() && DayOf(duty.response().published_date()) <= day) return v1::DUTY_STATE_MET;
  return day <= DayOf(duty.due_date()) ? v1::DUTY_STATE_DUE : v1::DUTY_STATE_OVERDUE;
}

void Derive(absl::CivilDay day, v1::ResponseDuty* duty) {
  ClearDerived(duty);
  duty->set_state(StateOn(*duty, day));
  const absl::CivilDay due = DayOf(duty->due_date());
  if (duty->state() != v1::DUTY_STATE_MET) {
    duty->set_days_left(static_cast<int32_t>(due - day));
    duty->set_late(day > due);
    return;
  }
  duty->set_late(DayOf(duty->response().published_date()) > due);
  for (const auto recipient : {v1::RESPONSE_RECIPIENT_INSPECTORS, v1::RESPONSE_RECIPIENT_SECRETARY_OF_STATE}) {
    const bool sent = std::any_of(
        duty->copies_sent().begin(), duty->copies_sent().end(),
        [&](const v1::ResponseCopy& copy) { return copy.recipient() == recipient && DayOf(copy.sent_date()) <= day; });
    if (!sent) duty->add_unsent_to(recipient);
  }
}

void ClearDerived(v1::ResponseDuty* duty) {
  duty->clear_state();
  duty->clear_days_left();
  duty->clear_late();
  duty->clear_unsent_to();
}

absl::StatusOr<v1::ResponseDuty> SetCommentsDate(const v1::ResponseDuty& current,
                                                 const v1::RecordChiefCommentsDateRequest& request) {
  OVERSIGHT_RETURN_IF_ERROR(HasNoResponse(current, "RecordChiefCommentsDate"));
  const PartialDate& date = request.comments_date();
  const absl::CivilDay published = DayOf(current.publication_date()), due = DayOf(current.due_date());
  const std::string what = absl::StrCat("The chief officer's comments on ", current.report_title(),
                                        " cannot be wanted by ", FormatForPeople(date));
  if (DayOf(date) >= due) {
    return Contradiction(absl::StrCat(what, ": the body's own response, which follows them, is due by ",
                                      FormatForPeople(due), ". Give an earlier day."),
                         date, due);
  }
  if (DayOf(date) < published) {
    return Contradiction(
        absl::StrCat(what, ": the report was published on ", FormatForPeople(published), ". Give a later day."), date,
        published);
  }
  v1::ResponseDuty duty = current;
  ClearDerived(&duty);
  *duty.mutable_chief_comments_date() = date;
  return duty;
}

absl::StatusOr<Responded> Respond(const v1::ResponseDuty& current, const std::optional<v1::ResponseDuty>& other,
                                  const v1::RecordResponseRequest& request, absl::CivilDay today) {
  if (!IsWebAddress(request.address())) {
    Violations violations;
    violations.Add("address", "must be a web address that begins with https:// or http://");
    return violations.status();
  }
  const PartialDate published = request.has_published_date() ? request.published_date() : ToPartialDate(today);
  Responded responded;
  OVERSIGHT_ASSIGN_OR_RETURN(responded.duty,
                             WithResponse(current, published, request.address(), other ? other->name() : "", today));
  if (!other) return responded;
  OVERSIGHT_RETURN_IF_ERROR(MayServeBoth(current, *other, request.same_findings_and_recommendations()));
  OVERSIGHT_ASSIGN_OR_RETURN(responded.other,
                             WithResponse(*other, published, request.address(), current.name(), today));
  return responded;
}

absl::StatusOr<v1::ResponseDuty> MarkSent(const v1::ResponseDuty& current, const v1::MarkResponseSentRequest& request,
                                          absl::CivilDay today) {
  if (!current.has_response()) {
    return WrongState(current, "MarkResponseSent", "DUE",
                      absl::StrCat(current.name(),
                                   " has no response yet; MarkResponseSent needs a published one. Record it first "
                                   "(RecordResponse)."));
  }
  for (const v1::ResponseCopy& copy : current.copies_sent()) {
    if (copy.recipient() != request.recipient()) continue;
    return WrongState(current, "MarkResponseSent", "SENT",
                      absl::StrCat("The response to ", current.name(), " was sent there on ",
                                   FormatForPeople(copy.sent_date()), " already."));
  }
  const PartialDate sent = request.has_sent_date() ? request.sent_date() : ToPartialDate(today);
  OVERSIGHT_RETURN_IF_ERROR(
      CheckDay(current, absl::StrCat("The response to ", current.name(), " cannot have been sent"), sent, today));
  v1::ResponseDuty duty = current;
  ClearDerived(&duty);
  v1::ResponseCopy& copy = *duty.add_copies_sent();
  copy.set_recipient(request.recipient());
  *copy.mutable_sent_date() = sent;
  return duty;
}

}  // namespace oversight::forces
