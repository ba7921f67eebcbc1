// The register and the sequence of a decision as people read them.
#include "gateway/cli/move_pages.h"

#include <string>

#include "absl/strings/str_split.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace oversight::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace monitoring::v1;  // NOLINT

common::v1::PartialDate Date(const std::string& text) { return ParsePartialDate(text).value(); }

void SetMinute(int day, int hour, google::protobuf::Timestamp* time) {
  SetTime(LondonTime(absl::CivilMinute(2023, 11, day, hour, 0)), time);
}

TEST(RegisterPage, SaysWhatIsCertainAndWhatMayBe) {
  GetRegisterResponse answer;
  *answer.mutable_on_date() = Date("2019-06-01");
  auto& entry = *answer.add_current();
  entry.set_force_display_name("Cleveland Police");
  entry.set_stage_display_name("Engage");
  entry.set_certainty(REGISTER_CERTAINTY_POSSIBLE);
  *entry.mutable_from_date() = Date("2019");
  entry.add_reasons_in("It does not prevent crime");
  entry.mutable_entry_source()->set_source("A list");
  entry.mutable_entry_source()->set_conflict("The press says April");
  const std::string page = RegisterPage(answer, 80);
  EXPECT_THAT(page, HasSubstr("As it was on 1 June 2019."));
  EXPECT_THAT(page, HasSubstr("Cleveland Police: Engage since 2019 (possibly: the dates are known in part)"));
  EXPECT_THAT(page, HasSubstr("  Why it was moved in:\n    - It does not prevent crime\n"));
  EXPECT_THAT(page, HasSubstr("  Source: A list\n  Sources differ: The press says April\n"));
  EXPECT_THAT(page, HasSubstr("Previously in enhanced monitoring: none"));
}

TEST(RegisterPage, SaysWhatWasStillOpenAtTheEnd) {
  GetRegisterResponse answer;
  auto& entry = *answer.add_previous();
  entry.set_force("forces/west-midlands");
  entry.set_stage_display_name("Engage");
  entry.set_certainty(REGISTER_CERTAINTY_CERTAIN);
  *entry.mutable_from_date() = Date("2023-11-24");
  *entry.mutable_until_date() = Date("2024-09-18");
  entry.set_open_cause_count(1);
  std::string page = RegisterPage(answer, 80);
  EXPECT_THAT(page, HasSubstr("forces/west-midlands: Engage from 24 November 2023 to 18 September 2024\n"));
  EXPECT_THAT(page, HasSubstr("Causes of concern open then: 1"));
  entry.add_still_open("Managing offenders");
  page = RegisterPage(answer, 80);
  EXPECT_THAT(page, HasSubstr("Still open then:\n    - Managing offenders\n"));
  EXPECT_THAT(page, Not(HasSubstr("open then: 1")));
}

TEST(SequencePage, TellsEachActOnAllThreeClocksWithinTheWidth) {
  GetDecisionSequenceResponse answer;
  answer.set_title("West Midlands Police to Engage");
  answer.set_decision("forces/west-midlands/decisions/1");
  auto& act = *answer.add_acts();
  act.set_when("10:00 on 24 November 2023");
  act.set_words("West Midlands Police moved to Engage. It stays there until the reasons for which it came are met.");
  act.set_actor("principals/monitoring-service");
  act.set_resource("forces/west-midlands/decisions/1");
  act.set_revision(12);
  SetMinute(24, 10, act.mutable_recorded_time());
  SetMinute(24, 11, act.mutable_published_time());
  auto& concern = *answer.add_acts();
  concern.set_when("2023");
  concern.set_resource("forces/west-midlands/concerns/1");
  *concern.mutable_published_date() = Date("2023-11");
  const std::string page = SequencePage(answer, monitoring::v1::SEQUENCE_CLOCK_EFFECTIVE, 60);
  EXPECT_THAT(page, HasSubstr("West Midlands Police to Engage\n(forces/west-midlands/decisions/1)\n"
                              "\n10:00 on 24 November 2023\n  West Midlands Police moved to Engage."));
  EXPECT_THAT(page, HasSubstr("[by monitoring-service; recorded 10:00 on 24 November"));
  EXPECT_THAT(page, HasSubstr("published 11:00 on"));
  EXPECT_THAT(page, HasSubstr("[published November 2023; forces/west-midlands/concerns/1]"));
  for (const auto line : absl::StrSplit(page, '\n')) EXPECT_LE(DisplayWidth(std::string(line)), 62) << line;
}

TEST(SequencePage, WhatWasNeverPublishedStandsUnderAHeadingByTheClockOfPublication) {
  GetDecisionSequenceResponse answer;
  auto& out = *answer.add_acts();
  out.set_when("2023");
  *out.mutable_published_date() = Date("2023-11");
  answer.add_acts()->set_when("2022");
  answer.add_acts()->set_when("2024");
  const std::string page = SequencePage(answer, monitoring::v1::SEQUENCE_CLOCK_PUBLISHED, 60);
  EXPECT_THAT(page,
              ContainsRegex("\n2023\n[^\n]*\n\nNot published, in order of when it happened\n\n2022\n[^\n]*\n\n2024\n"));
  EXPECT_THAT(SequencePage(answer, monitoring::v1::SEQUENCE_CLOCK_RECORDED, 60), Not(HasSubstr("Not published")));
}

}  // namespace
}  // namespace oversight::cli
