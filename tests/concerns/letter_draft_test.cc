// The letter drafted from the record: one whole letter against a golden text, and what it says when little is known.
#include "concerns-service/domain/letter_draft.h"

#include "tests/concerns/revisit_support.h"
#include "tests/support/golden.h"

namespace oversight::concerns {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::RevisitLetter HeadOf(const v1::Revisit& revisit) { return revisit.letter(); }

std::string Rec(int number) { return std::string(kConcernName) + "/recommendations/" + std::to_string(number); }

// A cause of concern with four recommendations: extended, verified, withdrawn, and open without a finding.
Record Cause() {
  Record record = Draft();
  Add(record, Within(3, common::v1::DUE_UNIT_MONTHS));
  Add(record, Immediately());
  Add(record, DueOn("2024-09-30"));
  Add(record, DueOn("2024-12-31"));
  record = Issue(record, {}, On("2023-11-24")).value();
  v1::ExtendRecommendationRequest extend;
  *extend.mutable_due_date() = Date("2024-06-30");
  extend.set_reason("New system.");
  record.recommendations[0] =
      ExtendRecommendation(record.concern, record.recommendations[0], extend, On("2024-02-01")).value();
  v1::ClaimRecommendationRequest claim;
  claim.set_statement("Done.");
  record.recommendations[1] =
      ClaimRecommendation(record.concern, record.recommendations[1], claim, On("2024-02-01")).value();
  v1::VerifyRecommendationRequest verify;
  verify.set_outcome(v1::VERIFICATION_OUTCOME_ACCEPTED);
  verify.set_rationale("Seen.");
  record.recommendations[1] =
      VerifyRecommendation(record.concern, record.recommendations[1], verify, On("2025-02-10")).value();
  v1::WithdrawRecommendationRequest withdraw;
  withdraw.set_reason("Overtaken.");
  record.recommendations[2] =
      WithdrawRecommendation(record, record.recommendations[2], withdraw, On("2024-03-01")).value();
  return record;
}

// An area for improvement, closed since.
Record Area() {
  Record record = Draft(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  record.concern.set_name("forces/west-midlands/concerns/2");
  record.concern.set_title("Recording of outcomes");
  record.concern.set_finding("The force should record outcomes in time.");
  record = Issue(record, {}, On("2023-12-01")).value();
  v1::DischargeConcernRequest discharge;
  discharge.set_reason("Sustained.");
  record.concern = DischargeConcern(record, discharge, On("2025-03-10")).value();
  return record;
}

v1::Revisit Whole() {
  auto plan = PlanRequest();
  plan.mutable_revisit()->add_concerns("forces/west-midlands/concerns/2");
  v1::Revisit revisit = PlanRevisit(plan, kRevisitName).value();
  auto carry_out = CarryOutRequest();
  carry_out.clear_methods();
  for (int method = v1::REVISIT_METHOD_INTERVIEWS; method <= v1::RevisitMethod_MAX; ++method) {
    carry_out.add_methods(static_cast<v1::RevisitMethod>(method));
  }
  carry_out.set_method_notes("We also walked through the control room.");
  revisit = CarryOutRevisit({Cause().concern, Area().concern}, revisit, carry_out, On("2025-02-10")).value();
  v1::RecordFindingsRequest findings;
  *findings.add_findings() = Finding(kConcernName);
  *findings.add_findings() = Finding(Rec(1), v1::REVISIT_FINDING_LEVEL_NO_PROGRESS);
  *findings.add_findings() = Finding(Rec(2), v1::REVISIT_FINDING_LEVEL_COMPLETE);
  *findings.add_findings() = Finding("forces/west-midlands/concerns/2", v1::REVISIT_FINDING_LEVEL_NOT_ASSESSED);
  findings.mutable_findings(1)->set_text("Reviews stopped in October.");
  findings.mutable_findings(2)->set_text("Every conference is staffed.");
  findings.mutable_findings(3)->clear_text();
  findings.set_outcome("The cause of concern stays open. We will return within the year.");
  *findings.mutable_feedback_date() = Date("2025-02-10");
  revisit = RecordFindings({Cause(), Area()}, revisit, findings, On("2025-03-01")).value();
  return RecordLetter(revisit, LetterRequest(), On("2025-04-04")).value();
}

TEST(DraftLetter, TellsTheWholeRecord) {
  const std::string text = DraftLetter(Whole(), {Cause(), Area()}, HeadOf(Whole())).value();
  testing::ExpectGoldenText("revisit_letter.txt", text);
  EXPECT_EQ(text, DraftLetter(Whole(), {Cause(), Area()}, HeadOf(Whole())).value()) << "the same every time";
}

TEST(DraftLetter, LeavesGapsInTheHeadAndPartialDatesAsTheyAre) {
  auto revisit = CarryOutRevisit({Issued().concern}, Planned(), CarryOutRequest("January 2025", ""), On("2025-02-10"));
  revisit = RecordFindings({Issued()}, *revisit, FindingsRequest(), On("2025-03-01"));
  const std::string text = DraftLetter(*revisit, {Issued()}, {}).value();
  EXPECT_THAT(text, HasSubstr("From: [to be filled in]\nTo: [to be filled in]\nSent on: [to be filled in]\n"));
  EXPECT_THAT(text, Not(HasSubstr("Cc:")));
  EXPECT_THAT(text, HasSubstr("We revisited the force in January 2025 to see"));
  EXPECT_THAT(text, HasSubstr("We interviewed officers and staff and read documents."));
  EXPECT_THAT(text, HasSubstr("This cause of concern remains open."));
}

TEST(DraftLetter, SaysWhatBecameOfAConcern) {
  Record record = Issued();
  const v1::Revisit revisit = WithFindings();
  v1::WithdrawConcernRequest withdraw;
  withdraw.set_reason("Why.");
  EXPECT_THAT(DraftLetter(revisit, {WithdrawConcern(record, withdraw, On("2025-03-03")).value()}, {}).value(),
              HasSubstr("This cause of concern was withdrawn on 3 March 2025."));
  record.concern.set_state(v1::CONCERN_STATE_SUPERSEDED);
  *record.concern.mutable_closure()->mutable_close_date() = Date("2025-03-04");
  record.recommendations[0].set_state(v1::RECOMMENDATION_STATE_SUPERSEDED);
  const std::string text = DraftLetter(revisit, {record}, {}).value();
  EXPECT_THAT(text, HasSubstr("This cause of concern was issued again on 4 March 2025."));
  EXPECT_THAT(text, HasSubstr("What remains of this recommendation stands in what was issued again."));
}

TEST(DraftLetter, NeedsFindings) {
  for (const auto& revisit : {Planned(), CarriedOut(), Cancelled()}) {
    EXPECT_THAT(DraftLetter(revisit, {Issued()}, {}).status(), Precondition("WRONG_STATE"));
  }
  for (const auto& revisit : {WithFindings(), Sent(), Published()}) {
    EXPECT_TRUE(DraftLetter(revisit, {Issued()}, {}).ok());
  }
}

TEST(DraftLetter, IsNoLongerThanAnAnswerCanBe) {
  Record record = Issued();
  record.concern.set_finding(std::string(kMaxLetterBytes, 'x'));
  const absl::Status status = DraftLetter(WithFindings(), {record}, {}).status();
  EXPECT_THAT(status, Precondition("LETTER_TOO_LONG"));
  EXPECT_EQ(ErrorMetadata(status, "limit"), std::to_string(kMaxLetterBytes));
}

}  // namespace
}  // namespace oversight::concerns
