#include "forces-service/domain/inspection.h"

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
#include "forces-service/domain/dated_facts.h"
#include "forces-service/domain/grades.h"
#include "oversight/forces/v1/error_reason.pb.h"

namespace oversight::forces {
namespace {

using common::v1::PartialDate;

constexpr char kNational[] = "nationalInspections/";

// One row: the states in which a verb may be used, the state it leads to, and what to do in the others.
struct Transition {
  const char* verb;
  std::vector<v1::InspectionState> from;
  v1::InspectionState to;
  std::vector<std::pair<v1::InspectionState, const char*>> remedies;
};

constexpr char kPublished[] = "The report is published, and what is published is not changed.";
constexpr char kCancelled[] = "It was given up, and nothing comes back: plan a new inspection.";

const std::vector<Transition>& Lifecycle() {
  static const auto* const table = new std::vector<Transition>{
      {"UpdateInspection",
       {v1::INSPECTION_STATE_PLANNED, v1::INSPECTION_STATE_IN_FIELDWORK, v1::INSPECTION_STATE_REPORT_AWAITED},
       v1::INSPECTION_STATE_UNSPECIFIED,  // Stays what it is.
       {}},
      {"StartFieldwork",
       {v1::INSPECTION_STATE_PLANNED},
       v1::INSPECTION_STATE_IN_FIELDWORK,
       {{v1::INSPECTION_STATE_IN_FIELDWORK, "Fieldwork has begun already; correct its dates with UpdateInspection."},
        {v1::INSPECTION_STATE_REPORT_AWAITED, "Fieldwork is over; correct its dates with UpdateInspection."}}},
      {"AwaitReport",
       {v1::INSPECTION_STATE_PLANNED, v1::INSPECTION_STATE_IN_FIELDWORK},
       v1::INSPECTION_STATE_REPORT_AWAITED,
       {{v1::INSPECTION_STATE_REPORT_AWAITED, "The report is awaited already; correct dates with UpdateInspection."}}},
      {"PublishReport",
       {v1::INSPECTION_STATE_REPORT_AWAITED},
       v1::INSPECTION_STATE_PUBLISHED,
       {{v1::INSPECTION_STATE_PLANNED, "Record first that the report is awaited (AwaitReport)."},
        {v1::INSPECTION_STATE_IN_FIELDWORK, "Record first that fieldwork is over (AwaitReport)."}}},
      {"CancelInspection",
       {v1::INSPECTION_STATE_PLANNED, v1::INSPECTION_STATE_IN_FIELDWORK, v1::INSPECTION_STATE_REPORT_AWAITED},
       v1::INSPECTION_STATE_CANCELLED,
       {{v1::INSPECTION_STATE_CANCELLED, "It was given up already."}}},
  };
  return *table;
}

absl::Status WrongState(const std::string& verb, const v1::Inspection& inspection,
                        const std::vector<v1::InspectionState>& from, const char* remedy) {
  const std::string needs =
      absl::StrJoin(from, " or ", [](std::string* out, v1::InspectionState state) { out->append(StateWord(state)); });
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_WRONG_STATE,
               absl::StrCat(inspection.name(), " is ", StateWord(inspection.state()), "; ", verb, " needs ", needs,
                            ". ", remedy))
      .With("name", inspection.name())
      .With("state", StateWord(inspection.state()))
      .With("verb", verb)
      .Precondition("STATE", inspection.name(), remedy);
}

// The inspection moved along the row of the verb.
absl::StatusOr<v1::Inspection> Moved(const std::string& verb, v1::Inspection inspection) {
  const auto row = std::find_if(Lifecycle().begin(), Lifecycle().end(), [&](const auto& r) { return r.verb == verb; });
  if (std::find(row->from.begin(), row->from.end(), inspection.state()) == row->from.end()) {
    const char* remedy = inspection.state() == v1::INSPECTION_STATE_CANCELLED ? kCancelled : kPublished;
    for (const auto& [state, words] : row->remedies) {
      if (state == inspection.state()) remedy = words;
    }
    return WrongState(verb, inspection, row->from, remedy);
  }
  if (row->to != v1::INSPECTION_STATE_UNSPECIFIED) inspection.set_state(row->to);
  return inspection;
}

absl::Status Contradiction(const std::string& message, const PartialDate& date, const std::string& other) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT, message)
      .With("date", FormatIso(date))
      .With("other_date", other);
}

absl::Status HasCome(const std::string& what, const PartialDate& date, absl::CivilDay today) {
  if (!MustBeAfter(date, today)) return absl::OkStatus();
  return Contradiction(absl::StrCat(what, " ", FormatForPeople(date), ", which is still to come: today is ",
                                    FormatForPeople(today), ". Record it when it has come."),
                       date, FormatIso(today));
}

// The rules of one record by itself.
absl::StatusOr<v1::Inspection> Checked(v1::Inspection inspection) {
  inspection.set_title(Tidy(inspection.title()));
  inspection.set_cycle(Tidy(inspection.cycle()));
  Violations violations;
  if (inspection.programme() == v1::PROGRAMME_PEEL && !ReadCycle(inspection.cycle())) {
    violations.Add("inspection.cycle", "must be the years of a PEEL cycle, such as 2021/22 or 2023-25");
  }
  if (inspection.has_fieldwork_from_date() && inspection.has_fieldwork_to_date() &&
      MustBeBefore(inspection.fieldwork_to_date(), inspection.fieldwork_from_date())) {
    violations.Add("inspection.fieldwork_to_date", absl::StrCat("must not be before fieldwork begins, ",
                                                                FormatForPeople(inspection.fieldwork_from_date())));
  }
  if (inspection.has_fieldwork_from_date() && inspection.has_expected_publication_date() &&
      MustBeBefore(inspection.expected_publication_date(), inspection.fieldwork_from_date())) {
    violations.Add(
        "inspection.expected_publication_date",
        absl::StrCat("must not be before fieldwork begins, ", FormatForPeople(inspection.fieldwork_from_date())));
  }
  if (!IsNational(inspection)) {
    if (inspection.forces_size() > 0) {
      violations.Add("inspection.forces", "is for national inspections; this one is of one force");
    }
    if (inspection.all_active_forces()) {
      violations.Add("inspection.all_active_forces", "is for national inspections; this one is of one force");
    }
  } else {
    if (inspection.service() == v1::SERVICE_TYPE_UNSPECIFIED) {
      violations.Add("inspection.service", "is required for a national inspection");
    }
    if ((inspection.forces_size() > 0) == inspection.all_active_forces()) {
      violations.Add("inspection.forces", inspection.all_active_forces()
                                              ? "must be empty when all_active_forces is set"
                                              : "must list the forces, or all_active_forces must be set");
    }
    std::set<std::string> seen;
    for (int i = 0; i < inspection.forces_size(); ++i) {
      if (!seen.insert(inspection.forces(i)).second) {
        violations.Add(absl::StrCat("inspection.forces[", i, "]"), "stands twice");
      }
    }
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  return inspection;
}

absl::Status ServiceUnfit(const std::string& subject, const std::string& message) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_SERVICE_UNFIT, message).With("force", subject);
}

std::string ServiceWords(v1::ServiceType service) {
  return service == v1::SERVICE_TYPE_FIRE_AND_RESCUE ? "a fire and rescue service" : "a police force";
}

// PEEL inspects police forces, and fire and rescue services have a programme of their own.
absl::Status CheckProgramme(const v1::Inspection& inspection, const std::string& subject) {
  const bool fire = inspection.service() == v1::SERVICE_TYPE_FIRE_AND_RESCUE;
  if (inspection.programme() == v1::PROGRAMME_PEEL && fire) {
    return ServiceUnfit(subject, absl::StrCat("PEEL is for police forces, and ", subject,
                                              " is a fire and rescue service. Use the fire and rescue programme."));
  }
  if (inspection.programme() == v1::PROGRAMME_FIRE_AND_RESCUE && !fire) {
    return ServiceUnfit(subject, absl::StrCat("The fire and rescue programme is for fire and rescue services, and ",
                                              subject, " is a police force. Use PEEL or another programme."));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsNational(const v1::Inspection& inspection) { return inspection.name().rfind(kNational, 0) == 0; }

std::vector<std::string> ForcesNamed(const v1::Inspection& inspection) {
  if (IsNational(inspection)) return {inspection.forces().begin(), inspection.forces().end()};
  return {inspection.name().substr(0, inspection.name().find('/', sizeof("forces/") - 1))};
}

absl::StatusOr<v1::Inspection> Plan(const v1::CreateInspectionRequest& request, const std::string& name) {
  v1::Inspection inspection = request.inspection();
  rpc::ClearOutputOnly(&inspection);
  inspection.clear_etag();
  inspection.set_name(name);
  inspection.set_state(v1::INSPECTION_STATE_PLANNED);
  return Checked(std::move(inspection));
}

absl::StatusOr<v1::Inspection> Revise(const v1::Inspection& current, const v1::UpdateInspectionRequest& request) {
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Inspection inspection, Moved("UpdateInspection", current));
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.inspection(), rpc::MaskOf(request), &inspection));
  return Checked(std::move(inspection));
}

absl::StatusOr<v1::Inspection> CheckPlan(v1::Inspection inspection, const std::vector<v1::Force>& forces) {
  const bool national = IsNational(inspection);
  if (!national && !forces.empty()) inspection.set_service(forces.front().service());
  OVERSIGHT_RETURN_IF_ERROR(
      CheckProgramme(inspection, national || forces.empty() ? "this inspection" : forces.front().name()));
  for (const v1::Force& force : forces) {
    if (force.service() != inspection.service()) {
      return ServiceUnfit(force.name(), absl::StrCat(force.name(), " is ", ServiceWords(force.service()),
                                                     ", and this inspection is of ", ServiceWords(inspection.service()),
                                                     "s. Leave it out, or plan an inspection for each service."));
    }
    if (force.has_end_date() && inspection.has_fieldwork_from_date() &&
        MustBeOnOrBefore(force.end_date(), inspection.fieldwork_from_date())) {
      return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_FORCE_ENDED,
                   absl::StrCat(force.name(), " ended (", FormatForPeople(force.end_date()),
                                ") before fieldwork begins, ", FormatForPeople(inspection.fieldwork_from_date()),
                                ". Plan it for the force that took its place, or correct the dates."))
          .With("name", force.name());
    }
  }
  return inspection;
}

absl::StatusOr<v1::Inspection> StartFieldwork(const v1::Inspection& current, const v1::StartFieldworkRequest& request,
                                              absl::CivilDay today) {
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Inspection inspection, Moved("StartFieldwork", current));
  const PartialDate from = request.has_from_date() ? request.from_date() : ToPartialDate(today);
  OVERSIGHT_RETURN_IF_ERROR(
      HasCome(absl::StrCat("Fieldwork of ", current.name(), " cannot have begun on"), from, today));
  *inspection.mutable_fieldwork_from_date() = from;
  if (inspection.has_fieldwork_to_date() && MustBeBefore(inspection.fieldwork_to_date(), from)) {
    return Contradiction(absl::StrCat("Fieldwork of ", current.name(), " cannot begin on ", FormatForPeople(from),
                                      " and end on ", FormatForPeople(inspection.fieldwork_to_date()),
                                      ", as recorded. Correct the end first (UpdateInspection)."),
                         from, FormatIso(inspection.fieldwork_to_date()));
  }
  return inspection;
}

absl::StatusOr<v1::Inspection> AwaitReport(const v1::Inspection& current, const v1::AwaitReportRequest& request,
                                           absl::CivilDay today) {
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Inspection inspection, Moved("AwaitReport", current));
  if (request.has_to_date()) *inspection.mutable_fieldwork_to_date() = request.to_date();
  if (inspection.has_fieldwork_to_date()) {
    const PartialDate& to = inspection.fieldwork_to_date();
    if (MustBeAfter(to, today)) {
      return Contradiction(absl::StrCat("Fieldwork of ", current.name(), " cannot have ended on ", FormatForPeople(to),
                                        ", which is still to come: today is ", FormatForPeople(today),
                                        ". Give the day on which it ended."),
                           to, FormatIso(today));
    }
    if (inspection.has_fieldwork_from_date() && MustBeBefore(to, inspection.fieldwork_from_date())) {
      return Contradiction(absl::StrCat("Fieldwork of ", current.name(), " cannot end on ", FormatForPeople(to),
                                        ": it began on ", FormatForPeople(inspection.fieldwork_from_date()),
                                        ". Give a later day, or correct the beginning (UpdateInspection)."),
                           to, FormatIso(inspection.fieldwork_from_date()));
    }
  }
  if (request.has_expected_publication_date()) {
    const PartialDate& expected = request.expected_publication_date();
    if (inspection.has_fieldwork_from_date() && MustBeBefore(expected, inspection.fieldwork_from_date())) {
      return Contradiction(
          absl::StrCat("The report of ", current.name(), " cannot be expected ", FormatForPeople(expected),
                       ": fieldwork began ", FormatForPeople(inspection.fieldwork_from_date()), ". Give a later date."),
          expected, FormatIso(inspection.fieldwork_from_date()));
    }
    *inspection.mutable_expected_publication_date() = expected;
  }
  return inspection;
}

absl::StatusOr<v1::Inspection> Publish(const v1::Inspection& current, const v1::PublishReportRequest& request,
                                       absl::CivilDay today) {
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Inspection inspection, Moved("PublishReport", current));
  v1::InspectionReport& report = *inspection.mutable_report();
  report = request.report();
  report.set_title(Tidy(report.title()));
  if (!report.has_publication_date()) *report.mutable_publication_date() = ToPartialDate(today);
  Violations violations;
  CheckReport(inspection, report, violations);
  OVERSIGHT_RETURN_IF_ERROR(violations.status());

  const PartialDate& day = report.publication_date();
  const std::string what = absl::StrCat("The report of ", current.name(), " cannot have been published on");
  OVERSIGHT_RETURN_IF_ERROR(HasCome(what, day, today));
  for (const auto& [has, date, words] :
       {std::tuple(inspection.has_fieldwork_from_date(), inspection.fieldwork_from_date(), "began"),
        std::tuple(inspection.has_fieldwork_to_date(), inspection.fieldwork_to_date(), "ended")}) {
    if (!has || !MustBeBefore(day, date)) continue;
    return Contradiction(
        absl::StrCat(what, " ", FormatForPeople(day), ": fieldwork ", words, " ", FormatForPeople(date),
                     ". Give a later day, or correct the dates of fieldwork (UpdateInspection)."),
        day, FormatIso(date));
  }
  return inspection;
}

absl::StatusOr<v1::Inspection> Cancel(const v1::Inspection& current, const v1::CancelInspectionRequest& request,
                                      absl::CivilDay today) {
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Inspection inspection, Moved("CancelInspection", current));
  inspection.mutable_cancellation()->set_reason(request.reason());
  *inspection.mutable_cancellation()->mutable_cancel_date() = ToPartialDate(today);
  return inspection;
}

bool Concerns(const v1::Inspection& national, const v1::Force& force) {
  if (!national.all_active_forces()) {
    return std::find(national.forces().begin(), national.forces().end(), force.name()) != national.forces().end();
  }
  return force.service() == national.service() &&
         !(force.has_end_date() && MustBeOnOrBefore(force.end_date(), national.report().publication_date()));
}

v1::Inspection PartOf(const v1::Inspection& national, const std::string& name) {
  v1::Inspection part;
  part.set_name(name);
  part.set_programme(national.programme());
  part.set_cycle(national.cycle());
  part.set_title(national.title());
  part.set_state(national.state());
  part.set_service(national.service());
  *part.mutable_report() = national.report();
  part.mutable_report()->clear_grade_scheme();
  part.mutable_report()->clear_graded_areas();
  part.set_national_inspection(national.name());
  return part;
}

absl::Status RequirePublished(const v1::Inspection& inspection, const std::string& verb) {
  if (inspection.state() == v1::INSPECTION_STATE_PUBLISHED) return absl::OkStatus();
  return WrongState(verb, inspection, {v1::INSPECTION_STATE_PUBLISHED},
                    "Only published reports have grades; record the publication first (PublishReport).");
}

bool IsPublic(const v1::Inspection& inspection) { return inspection.state() == v1::INSPECTION_STATE_PUBLISHED; }

std::string StateWord(v1::InspectionState state) {
  return v1::InspectionState_Name(state).substr(sizeof("INSPECTION_STATE_") - 1);
}

}  // namespace oversight::forces
