// Short ways to make what the tests of inspections and duties speak of; dates are given in words.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "common/time/partial_date.h"
#include "oversight/forces/v1/forces_service.pb.h"

namespace oversight::forces {

inline common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }
inline absl::CivilDay Day(const std::string& text) { return ToCivilDay(Date(text)).value(); }

inline v1::Force ForceNamed(const std::string& id, v1::ServiceType service = v1::SERVICE_TYPE_POLICE) {
  v1::Force force;
  force.set_name("forces/" + id);
  force.set_display_name(id);
  force.set_kind(v1::FORCE_KIND_TERRITORIAL);
  force.set_service(service);
  force.mutable_oversight_body()->set_kind(v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
  force.mutable_oversight_body()->set_display_name("Commissioner for " + id);
  return force;
}

inline v1::Inspection PeelPlan(const std::string& cycle = "2023-25") {
  v1::Inspection inspection;
  inspection.set_programme(v1::PROGRAMME_PEEL);
  inspection.set_cycle(cycle);
  inspection.set_title("PEEL " + cycle);
  return inspection;
}

inline void AddArea(v1::InspectionReport& report, const std::string& title, v1::Grade grade) {
  report.add_graded_areas()->set_title(title);
  report.mutable_graded_areas()->rbegin()->set_grade(grade);
}

inline v1::InspectionReport Report(const std::string& day = "") {
  v1::InspectionReport report;
  report.set_title("PEEL 2023-25: an inspection");
  report.set_address("https://inspectorate.example/reports/1");
  report.set_has_recommendations(true);
  if (!day.empty()) *report.mutable_publication_date() = Date(day);
  return report;
}

}  // namespace oversight::forces
