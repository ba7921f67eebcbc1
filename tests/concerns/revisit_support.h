// Short ways to make the revisits that the domain tests speak of; see domain_support.h.
#pragma once

#include <string>
#include <vector>

#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/revisit_commands.h"
#include "concerns-service/domain/visibility.h"
#include "tests/concerns/domain_support.h"

namespace oversight::concerns {

inline constexpr char kRevisitName[] = "forces/west-midlands/revisits/1";

inline v1::PlanRevisitRequest PlanRequest() {
  v1::PlanRevisitRequest request;
  request.set_parent("forces/west-midlands");
  auto& revisit = *request.mutable_revisit();
  revisit.add_concerns(kConcernName);
  *revisit.mutable_planned_from_date() = Date("January 2025");
  return request;
}

inline v1::CarryOutRevisitRequest CarryOutRequest(const std::string& from = "2025-01-27",
                                                  const std::string& to = "2025-02-07") {
  v1::CarryOutRevisitRequest request;
  request.set_name(kRevisitName);
  *request.mutable_from_date() = Date(from);
  if (!to.empty()) *request.mutable_to_date() = Date(to);
  request.add_methods(v1::REVISIT_METHOD_INTERVIEWS);
  request.add_methods(v1::REVISIT_METHOD_DOCUMENTS);
  return request;
}

inline v1::RevisitFinding Finding(const std::string& subject,
                                  v1::RevisitFindingLevel level = v1::REVISIT_FINDING_LEVEL_SOME_PROGRESS) {
  v1::RevisitFinding finding;
  finding.set_subject(subject);
  finding.set_level(level);
  finding.set_text("Supervisors now review most investigations.");
  return finding;
}

inline v1::RecordFindingsRequest FindingsRequest() {
  v1::RecordFindingsRequest request;
  request.set_name(kRevisitName);
  *request.add_findings() = Finding(kConcernName);
  *request.add_findings() = Finding(std::string(kConcernName) + "/recommendations/1");
  request.set_outcome("The force has more to do.");
  return request;
}

inline v1::RecordLetterRequest LetterRequest(const std::string& sent = "2025-04-04") {
  v1::RecordLetterRequest request;
  request.set_name(kRevisitName);
  request.mutable_letter()->mutable_sender()->set_display_name("His Majesty's Inspector of Constabulary");
  request.mutable_letter()->mutable_addressee()->set_display_name("Chief Constable");
  request.mutable_letter()->add_cc()->set_display_name("Police and Crime Commissioner");
  if (!sent.empty()) *request.mutable_letter()->mutable_sent_date() = Date(sent);
  return request;
}

inline v1::PublishLetterRequest PublishRequest(const std::string& date = "2025-04-10") {
  v1::PublishLetterRequest request;
  request.set_name(kRevisitName);
  request.mutable_published()->set_address("https://www.example.org/letter");
  if (!date.empty()) *request.mutable_published()->mutable_date() = Date(date);
  return request;
}

// One revisit to the concern of Issued(), as far as each step.
inline v1::Revisit Planned() { return PlanRevisit(PlanRequest(), kRevisitName).value(); }
inline v1::Revisit CarriedOut() {
  return CarryOutRevisit({Issued().concern}, Planned(), CarryOutRequest(), On("2025-02-10")).value();
}
inline v1::Revisit WithFindings() {
  return RecordFindings({Issued()}, CarriedOut(), FindingsRequest(), On("2025-03-01")).value();
}
inline v1::Revisit Sent() { return RecordLetter(WithFindings(), LetterRequest(), On("2025-04-04")).value(); }
inline v1::Revisit Published() { return PublishLetter(Sent(), PublishRequest(), On("2025-04-10")).value(); }
inline v1::Revisit Cancelled() {
  v1::CancelRevisitRequest request;
  request.set_reason("Called off.");
  return CancelRevisit(Planned(), request, On("2025-01-10")).value();
}

// The fields of an INVALID_ARGUMENT, in order.
inline std::vector<std::string> FieldsOf(const absl::Status& status) {
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS") << status;
  std::vector<std::string> fields;
  for (const auto& [field, words] : ViolationsOf(status)) fields.push_back(field);
  return fields;
}

}  // namespace oversight::concerns
