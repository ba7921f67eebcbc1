// Short ways to make what the domain tests speak of. Dates and names are given in words, so that a test reads as a
// story.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/concern_commands.h"
#include "concerns-service/domain/recommendation_commands.h"
#include "concerns-service/domain/response_commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/bank_holidays.h"

namespace oversight::concerns {

inline constexpr char kConcernName[] = "forces/west-midlands/concerns/1";

inline common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }

inline Themes TestThemes() {
  return Themes::FromJson(R"({"version": "t1", "themes": [
      {"name": "themes/investigations", "displayName": "Investigations"},
      {"name": "themes/online-child-abuse", "displayName": "Online child abuse"}]})")
      .value();
}

// Noon on a day, at an inspector's desk.
inline Acting On(const std::string& day) {
  const absl::CivilDay civil = ToCivilDay(Date(day)).value();
  return {"principals/hm-inspector", absl::FromCivil(absl::CivilHour(civil) + 12, London())};
}

inline v1::CreateConcernRequest ConcernRequest(v1::ConcernKind kind = v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
  v1::CreateConcernRequest request;
  request.set_parent("forces/west-midlands");
  auto& concern = *request.mutable_concern();
  concern.set_kind(kind);
  concern.set_title("Investigations");
  concern.set_finding("The force is not carrying out effective investigations.");
  concern.set_theme("themes/investigations");
  concern.mutable_source()->set_kind(v1::SOURCE_KIND_INSPECTION);
  concern.mutable_source()->set_title("PEEL 2023-25 inspection");
  *concern.mutable_found_date() = Date("September 2023");
  return request;
}

inline v1::CreateRecommendationRequest Within(int count, common::v1::DueUnit unit) {
  v1::CreateRecommendationRequest request;
  request.set_parent(kConcernName);
  request.mutable_recommendation()->set_text("Make sure that investigations are supervised.");
  auto* within = request.mutable_recommendation()->mutable_due_rule()->mutable_within();
  within->set_count(count);
  within->set_unit(unit);
  return request;
}

inline v1::CreateRecommendationRequest DueOn(const std::string& day) {
  v1::CreateRecommendationRequest request;
  request.set_parent(kConcernName);
  request.mutable_recommendation()->set_text("Publish a plan.");
  *request.mutable_recommendation()->mutable_due_rule()->mutable_date() = Date(day);
  return request;
}

inline v1::CreateRecommendationRequest Immediately() {
  v1::CreateRecommendationRequest request;
  request.set_parent(kConcernName);
  request.mutable_recommendation()->set_text("Staff every conference.");
  request.mutable_recommendation()->mutable_due_rule()->set_immediately(true);
  return request;
}

inline Record Draft(v1::ConcernKind kind = v1::CONCERN_KIND_CAUSE_OF_CONCERN) {
  return {DraftConcern(ConcernRequest(kind), kConcernName, TestThemes(), On("2023-11-20")).value(), {}};
}

inline void Add(Record& record, const v1::CreateRecommendationRequest& request) {
  const std::string name =
      std::string(kConcernName) + "/recommendations/" + std::to_string(record.recommendations.size() + 1);
  record.recommendations.push_back(AddRecommendation(record, request, name, On("2023-11-20")).value());
}

// With the bank holidays as shipped.
inline absl::StatusOr<Record> Issue(const Record& record, const v1::IssueConcernRequest& request,
                                    const Acting& acting) {
  return IssueConcern(record, request, testing::ShippedBankHolidays(), acting);
}

// Issued on 24 November 2023, with one recommendation within three months.
inline Record Issued() {
  Record record = Draft();
  Add(record, Within(3, common::v1::DUE_UNIT_MONTHS));
  v1::IssueConcernRequest request;
  return Issue(record, request, On("2023-11-24")).value();
}

MATCHER_P2(Refused, code, reason, std::string("is ") + absl::StatusCodeToString(code) + " " + reason) {
  const absl::Status& status = arg;
  *result_listener << status.ToString();
  return status.code() == code && ReasonOf(status) == reason && !status.message().empty();
}

inline auto Precondition(const std::string& reason) { return Refused(absl::StatusCode::kFailedPrecondition, reason); }

}  // namespace oversight::concerns
