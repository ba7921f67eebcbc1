// Advice and disclosures: acts beside a move, recorded once, put right by another.
#include "monitoring-service/domain/disclosures.h"

#include "monitoring-service/domain/advice.h"
#include "tests/monitoring/moves_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

v1::Advice Supports() {
  v1::Advice advice;
  advice.set_body(v1::ADVISORY_BODY_OVERSIGHT_GROUP);
  *advice.mutable_advice_date() = Day(2023, 11, 20);
  advice.set_view(v1::ADVICE_VIEW_SUPPORTS);
  advice.set_text("It should be made.");
  return advice;
}

class AdviceRules : public Moves {
 protected:
  absl::StatusOr<Advised> Give(const v1::Advice& advice, const std::optional<v1::Advice>& corrects = std::nullopt) {
    return Advise(proposal_, advice, corrects, 2, kInspector, now_);
  }
  v1::Proposal proposal_ = *ProposeIt(Entry());
};

TEST_F(AdviceRules, StandsWithTheDossierItWasGivenOn) {
  auto wanted = Supports();
  wanted.set_on_earlier_dossier(true);
  wanted.set_corrected_by("forces/west-midlands/proposals/1/advice/9");
  const auto advised = Give(wanted);
  ASSERT_TRUE(advised.ok()) << advised.status();
  EXPECT_EQ(advised->advice.name(), "forces/west-midlands/proposals/1/advice/2");
  EXPECT_EQ(advised->advice.recorder(), kInspector);
  EXPECT_EQ(advised->advice.dossier_digest(), proposal_.dossier().digest());
  EXPECT_EQ(advised->advice.dossier_version(), 1);
  EXPECT_FALSE(advised->advice.on_earlier_dossier());
  EXPECT_TRUE(advised->advice.corrected_by().empty());
  auto later = proposal_;
  later.mutable_dossier()->set_version(2);
  EXPECT_TRUE(GivenOnEarlier({advised->advice}, proposal_).empty());
  const auto marked = GivenOnEarlier({advised->advice}, later);
  ASSERT_THAT(marked, SizeIs(1));
  EXPECT_TRUE(marked[0].on_earlier_dossier());
  EXPECT_TRUE(GivenOnEarlier(marked, later).empty()) << "marked once";
}

TEST_F(AdviceRules, WhatIsRefused) {
  auto other = Supports();
  other.set_body(v1::ADVISORY_BODY_OTHER);
  EXPECT_THAT(FieldsOf(Give(other).status()), ElementsAre("advice.body_name"));
  auto unknown = Supports();
  unknown.set_body(static_cast<v1::AdvisoryBody>(99));
  unknown.set_view(static_cast<v1::AdviceView>(99));
  EXPECT_THAT(FieldsOf(Give(unknown).status()), ElementsAre("advice.body", "advice.view"));
  auto to_come = Supports();
  *to_come.mutable_advice_date() = Day(2023, 11, 28);
  EXPECT_THAT(Give(to_come).status(), Refuses(absl::StatusCode::kFailedPrecondition, "DATES_CONTRADICT"));
  auto elsewhere = Supports();
  elsewhere.set_corrects("forces/west-midlands/proposals/8/advice/1");
  EXPECT_THAT(FieldsOf(Give(elsewhere).status()), ElementsAre("advice.correction_reason", "advice.corrects"));
  auto for_nothing = Supports();
  for_nothing.set_correction_reason("It was wrong.");
  EXPECT_THAT(FieldsOf(Give(for_nothing).status()), ElementsAre("advice.correction_reason"));
  proposal_ = DecideIt(proposal_, v1::DECISION_OUTCOME_DECLINED)->proposal;
  EXPECT_THAT(Give(Supports()).status(), Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(AdviceRules, IsCorrectedOnceByAnother) {
  auto earlier = Supports();
  earlier.set_name("forces/west-midlands/proposals/1/advice/1");
  auto correction = Supports();
  correction.set_corrects(earlier.name());
  correction.set_correction_reason("The group met a day later.");
  const auto advised = Give(correction, earlier);
  ASSERT_TRUE(advised.ok()) << advised.status();
  EXPECT_EQ(advised->corrected->corrected_by(), advised->advice.name());
  const auto again = Give(correction, advised->corrected).status();
  EXPECT_THAT(again, Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_CORRECTED"));
  EXPECT_EQ(ErrorMetadata(again, "corrected_by"), advised->advice.name());
}

v1::Disclosure Call() {
  v1::Disclosure disclosure;
  disclosure.set_about("forces/west-midlands/proposals/1");
  disclosure.set_recipient(v1::DISCLOSURE_RECIPIENT_LOCAL_OVERSIGHT_BODY);
  disclosure.set_recipient_name("Police and Crime Commissioner");
  disclosure.set_channel(v1::DISCLOSURE_CHANNEL_CALL);
  *disclosure.mutable_disclosed_date() = Day(2023, 11, 22);
  disclosure.set_confidence(v1::DISCLOSURE_CONFIDENCE_IN_CONFIDENCE);
  disclosure.set_teller("HM Inspector");
  disclosure.set_text("That the force will be moved.");
  return disclosure;
}

absl::StatusOr<Disclosed> Tell(const v1::Disclosure& disclosure,
                               const std::optional<v1::Disclosure>& corrects = std::nullopt) {
  return Disclose(kForce, disclosure, corrects, 3, kInspector, kNow);
}

TEST(Disclosures, SayWhoWasToldWhenByWhomInWhatConfidence) {
  auto wanted = Call();
  *wanted.mutable_disclosed_time() =
      ToTimestamp(absl::FromCivil(absl::CivilMinute(2023, 11, 22, 15, 30), absl::UTCTimeZone()));
  const auto disclosed = Tell(wanted);
  ASSERT_TRUE(disclosed.ok()) << disclosed.status();
  EXPECT_EQ(disclosed->disclosure.name(), "forces/west-midlands/disclosures/3");
  EXPECT_EQ(disclosed->disclosure.recorder(), kInspector);
  wanted.clear_disclosed_date();
  EXPECT_EQ(FormatIso(Tell(wanted)->disclosure.disclosed_date()), "2023-11-22") << "the minute says the day";
}

TEST(Disclosures, WhatIsRefusedIsToldAtOnce) {
  auto wrong = Call();
  wrong.set_recipient(static_cast<v1::DisclosureRecipient>(99));
  wrong.set_channel(static_cast<v1::DisclosureChannel>(99));
  wrong.set_confidence(v1::DISCLOSURE_CONFIDENCE_UNDER_EMBARGO);
  wrong.set_about("forces/kent/proposals/1");
  wrong.clear_disclosed_date();
  wrong.set_corrects("forces/kent/disclosures/1");
  EXPECT_THAT(FieldsOf(Tell(wrong).status()),
              ElementsAre("disclosure.recipient", "disclosure.channel", "disclosure.about", "disclosure.disclosed_date",
                          "disclosure.embargo_time", "disclosure.correction_reason", "disclosure.corrects"));
  auto embargoed = Call();
  *embargoed.mutable_embargo_time() = ToTimestamp(kNow);
  EXPECT_THAT(FieldsOf(Tell(embargoed).status()), ElementsAre("disclosure.embargo_time"));
  auto unknown = Call();
  unknown.set_confidence(static_cast<v1::DisclosureConfidence>(99));
  EXPECT_THAT(FieldsOf(Tell(unknown).status()), ElementsAre("disclosure.confidence"));
  auto another_day = Call();
  *another_day.mutable_disclosed_time() = ToTimestamp(kNow - absl::Hours(24));
  EXPECT_THAT(FieldsOf(Tell(another_day).status()), ElementsAre("disclosure.disclosed_time"));
}

TEST(Disclosures, NoneIsRecordedAheadOfTime) {
  auto to_come = Call();
  *to_come.mutable_disclosed_date() = Day(2023, 11, 28);
  EXPECT_THAT(PreconditionsOf(Tell(to_come).status()), ElementsAre("DATES_CONTRADICT disclosed_date"));
  *to_come.mutable_disclosed_date() = Day(2023, 11, 27);
  *to_come.mutable_disclosed_time() = ToTimestamp(kNow + absl::Minutes(1));
  EXPECT_THAT(PreconditionsOf(Tell(to_come).status()), ElementsAre("DATES_CONTRADICT disclosed_time"));
}

TEST(Disclosures, AreCorrectedOnceByAnother) {
  auto earlier = Call();
  earlier.set_name("forces/west-midlands/disclosures/1");
  auto correction = Call();
  correction.set_corrects(earlier.name());
  correction.set_correction_reason("It was a day earlier.");
  const auto disclosed = Tell(correction, earlier);
  ASSERT_TRUE(disclosed.ok()) << disclosed.status();
  EXPECT_EQ(disclosed->corrected->corrected_by(), "forces/west-midlands/disclosures/3");
  EXPECT_THAT(Tell(correction, disclosed->corrected).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "ALREADY_CORRECTED"));
}

}  // namespace
}  // namespace oversight::monitoring
