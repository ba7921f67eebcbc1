// National recommendations, made by the commands, in words.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "concerns-service/domain/national_commands.h"
#include "concerns-service/domain/overview_record.h"
#include "tests/concerns/domain_support.h"

namespace oversight::concerns {

inline constexpr char kNationalName[] = "nationalRecommendations/1";

// For all active forces, within three months.
inline v1::CreateNationalRecommendationRequest NationalRequest() {
  v1::CreateNationalRecommendationRequest request;
  auto& national = *request.mutable_national_recommendation();
  national.set_title("Recommendation 1");
  national.set_text("Supervise every investigation of serious violence.");
  national.set_theme("themes/investigations");
  national.mutable_source()->set_title("A thematic inspection");
  auto* within = national.mutable_due_rule()->mutable_within();
  within->set_count(3);
  within->set_unit(common::v1::DUE_UNIT_MONTHS);
  national.set_all_active_forces(true);
  return request;
}

// In place of all active forces.
inline v1::CreateNationalRecommendationRequest NationalRequestFor(const std::vector<std::string>& forces) {
  auto request = NationalRequest();
  request.mutable_national_recommendation()->set_all_active_forces(false);
  for (const auto& force : forces) request.mutable_national_recommendation()->add_forces(force);
  return request;
}

inline v1::NationalRecommendation NationalDraft(
    const v1::CreateNationalRecommendationRequest& request = NationalRequest(),
    const std::string& name = kNationalName) {
  return DraftNationalRecommendation(request, name, TestThemes()).value();
}

// Two police forces, a merged one, and a fire and rescue service.
inline std::vector<KnownForce> SomeForces() {
  return {{"forces/essex", true, forces::v1::SERVICE_TYPE_POLICE},
          {"forces/gloucestershire-fire", true, forces::v1::SERVICE_TYPE_FIRE_AND_RESCUE},
          {"forces/kent", true, forces::v1::SERVICE_TYPE_POLICE},
          {"forces/old", false, forces::v1::SERVICE_TYPE_POLICE}};
}

inline absl::StatusOr<National> IssueNational(const v1::NationalRecommendation& draft, const Acting& acting,
                                              const std::vector<KnownForce>& forces = SomeForces(),
                                              const v1::IssueNationalRecommendationRequest& request = {}) {
  return IssueNationalRecommendation(draft, request, forces, testing::ShippedBankHolidays(), acting);
}

// Issued on 24 November 2023 to three forces, due on 24 February 2024.
inline National IssuedNational(const v1::NationalRecommendation& draft = NationalDraft()) {
  return IssueNational(draft, On("2023-11-24")).value();
}

inline v1::ClaimNationalItemRequest ItemClaim(const std::string& done = "") {
  v1::ClaimNationalItemRequest request;
  request.set_statement("Supervision is checked weekly.");
  if (!done.empty()) *request.mutable_done_date() = Date(done);
  return request;
}

inline v1::VerifyNationalItemRequest ItemVerification(v1::VerificationOutcome outcome, const std::string& day = "") {
  v1::VerifyNationalItemRequest request;
  request.set_outcome(outcome);
  request.set_rationale("Seen.");
  if (!day.empty()) *request.mutable_verified_date() = Date(day);
  return request;
}

inline v1::ExtendNationalItemRequest ItemExtension(const std::string& day) {
  v1::ExtendNationalItemRequest request;
  *request.mutable_due_date() = Date(day);
  request.set_reason("The new system comes in May.");
  return request;
}

inline NationalRecord Shared(const National& national) {
  NationalRecord record;
  record.recommendation = std::make_shared<const v1::NationalRecommendation>(national.recommendation);
  for (const auto& item : national.items) record.items.push_back(std::make_shared<const v1::NationalItem>(item));
  return record;
}

}  // namespace oversight::concerns
