// Records from before a field was there: as stored then, they go on as the contract says.
#include "tests/concerns/domain_support.h"

namespace oversight::concerns {
namespace {

// As issued before extensions, dates of verification and acceleration were recorded.
Record OldIssued() {
  Record record = Issued();
  record.concern.set_accelerated(true);
  for (auto& recommendation : record.recommendations) recommendation.clear_original_due_date();
  return record;
}

TEST(OldRecords, AnExtensionKeepsTheDayItWasDueAtFirst) {
  v1::ExtendRecommendationRequest request;
  *request.mutable_due_date() = Date("2024-05-31");
  const auto extended =
      ExtendRecommendation(OldIssued().concern, OldIssued().recommendations[0], request, On("2024-02-20"));
  ASSERT_TRUE(extended.ok()) << extended.status();
  EXPECT_EQ(FormatIso(extended->original_due_date()), "2024-02-24");
  EXPECT_EQ(FormatIso(extended->due_date()), "2024-05-31");
}

TEST(OldRecords, AConcernVerifiedWithoutADayIsDischargedOnAnyDay) {
  Record record = OldIssued();
  auto& recommendation = record.recommendations[0];
  recommendation.set_state(v1::RECOMMENDATION_STATE_VERIFIED);
  recommendation.mutable_verification()->set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  v1::DischargeConcernRequest request;
  *request.mutable_close_date() = Date("2023-12-01");
  EXPECT_TRUE(DischargeConcern(record, request, On("2024-05-01")).ok());
}

TEST(OldRecords, AnAcceleratedDraftWithoutAGroundIsEditedAndIssued) {
  Record record = Draft();
  record.concern.set_accelerated(true);
  Add(record, Immediately());
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_title("Outcomes");
  record.concern = UpdateConcern(record, update, TestThemes(), On("2023-11-21")).value();
  EXPECT_TRUE(Issue(record, {}, On("2023-11-24")).ok());
}

}  // namespace
}  // namespace oversight::concerns
