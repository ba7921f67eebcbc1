// The duty to respond to a report: its 56 days, whose it is, and what may be recorded of it.
#include "forces-service/domain/response_duty.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "common/rpc/errors.h"
#include "gmock/gmock.h"
#include "tests/forces/inspection_support.h"

namespace oversight::forces {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOwn[] = "forces/kent/inspections/1/responseDuties/1";
constexpr char kOfNational[] = "forces/kent/inspections/2/responseDuties/1";

v1::Inspection PublishedOn(const std::string& day, const std::string& national = "") {
  v1::Inspection inspection = PeelPlan();
  inspection.set_name("forces/kent/inspections/1");
  inspection.set_state(v1::INSPECTION_STATE_PUBLISHED);
  inspection.set_national_inspection(national);
  *inspection.mutable_report() = Report(day);
  return inspection;
}

v1::ResponseDuty Duty(const std::string& published = "2023-11-24", const std::string& name = kOwn) {
  return MakeDuty(PublishedOn(published, name == kOwn ? "" : "nationalInspections/1"), ForceNamed("kent"), name);
}

v1::RecordResponseRequest Response(const std::string& day = "") {
  v1::RecordResponseRequest request;
  request.set_address("https://commissioner.example/response");
  if (!day.empty()) *request.mutable_published_date() = Date(day);
  return request;
}

// ---- The 56 days ----

// Counted by hand: the year's calendar as the Act's reader has it on the wall.
struct Calendar {
  int year, month, day;
  void Next() {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const std::array<int, 12> lengths = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (++day <= lengths[month - 1]) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    ++year;
  }
};

rc::Gen<absl::CivilDay> AnyDay() {
  // Half of them near the end of February or of the year.
  return rc::gen::map(
      rc::gen::tuple(rc::gen::oneOf(rc::gen::inRange(1996, 2105), rc::gen::element(1999, 2000, 2024, 2028, 2100)),
                     rc::gen::oneOf(rc::gen::inRange(0, 366), rc::gen::inRange(0, 62), rc::gen::inRange(305, 366))),
      [](const std::tuple<int, int>& parts) { return absl::CivilDay(std::get<0>(parts), 1, 1) + std::get<1>(parts); });
}

RC_GTEST_PROP(ResponseDueDay, IsTheFiftySixthDayWhenPublicationIsTheFirst, ()) {
  const absl::CivilDay published = *AnyDay();
  Calendar date{static_cast<int>(published.year()), published.month(), published.day()};
  for (int day = 1; day < 56; ++day) date.Next();
  RC_ASSERT(ResponseDueDay(published) == absl::CivilDay(date.year, date.month, date.day));
}

RC_GTEST_PROP(ResponseDueDay, EndsEightWholeWeeks, ()) {
  const absl::CivilDay published = *AnyDay();
  // The day after the last is the same day of the week as the first.
  RC_ASSERT(absl::GetWeekday(ResponseDueDay(published) + 1) == absl::GetWeekday(published));
  RC_ASSERT(ResponseDueDay(published) - published == 55);
}

RC_GTEST_PROP(ResponseDueDay, ADutyIsDueOnFiftySixDaysAndOverdueFromTheNext, ()) {
  const absl::CivilDay published = *AnyDay();
  v1::Inspection inspection = PublishedOn("2023-11-24");
  *inspection.mutable_report()->mutable_publication_date() = ToPartialDate(published);
  const v1::ResponseDuty duty = MakeDuty(inspection, ForceNamed("kent"), kOwn);
  int days = 0;
  for (absl::CivilDay day = published; StateOn(duty, day) == v1::DUTY_STATE_DUE; ++day) ++days;
  RC_ASSERT(days == 56);
  RC_ASSERT(StateOn(duty, published + 56) == v1::DUTY_STATE_OVERDUE);
  RC_ASSERT(IsExact(duty.due_date()));
}

TEST(ResponseDueDay, OverLeapDaysAndYearEnds) {
  EXPECT_EQ(ResponseDueDay(Day("2023-11-24")), Day("2024-01-18"));
  EXPECT_EQ(ResponseDueDay(Day("2024-01-05")), Day("2024-02-29"));
  EXPECT_EQ(ResponseDueDay(Day("2024-01-06")), Day("2024-03-01"));
  EXPECT_EQ(ResponseDueDay(Day("2023-01-05")), Day("2023-03-01"));
  EXPECT_EQ(ResponseDueDay(Day("2023-01-01")), Day("2023-02-25"));
  EXPECT_EQ(ResponseDueDay(Day("2100-02-28")), Day("2100-04-24")) << "2100 has no leap day";
}

// ---- Whose it is ----

TEST(ResponseDuty, IsForTerritorialPoliceForces) {
  const absl::CivilDay day = Day("2023-11-24");
  EXPECT_EQ(WhyNoDuty(ForceNamed("kent"), day), "");
  EXPECT_THAT(WhyNoDuty(ForceNamed("kent-fire", v1::SERVICE_TYPE_FIRE_AND_RESCUE), day), HasSubstr("police forces"));
  v1::Force transport = ForceNamed("transport");
  transport.set_kind(v1::FORCE_KIND_NON_TERRITORIAL);
  EXPECT_THAT(WhyNoDuty(transport, day), HasSubstr("local policing body"));
  v1::Force ended = ForceNamed("old");
  *ended.mutable_end_date() = Date("2023-11-24");
  EXPECT_THAT(WhyNoDuty(ended, day), HasSubstr("had ended"));
  *ended.mutable_end_date() = Date("2023-11");
  EXPECT_EQ(WhyNoDuty(ended, day), "") << "it may have been there";
}

TEST(ResponseDuty, IsOfTheBodyOfTheDayOfPublication) {
  v1::Force force = ForceNamed("kent");
  v1::OversightBody& former = *force.add_former_oversight_bodies();
  former.set_display_name("The commissioner before");
  *former.mutable_to_date() = Date("2021-05-13");
  *force.mutable_oversight_body()->mutable_from_date() = Date("2021-05-13");
  EXPECT_EQ(MakeDuty(PublishedOn("2021-05-12"), force, kOwn).oversight_body().display_name(),
            "The commissioner before");
  EXPECT_EQ(MakeDuty(PublishedOn("2021-05-13"), force, kOwn).oversight_body().display_name(), "Commissioner for kent");

  *former.mutable_to_date() = Date("May 2021");
  *force.mutable_oversight_body()->mutable_from_date() = Date("May 2021");
  const v1::ResponseDuty open = MakeDuty(PublishedOn("2021-05-12"), force, kOwn);
  EXPECT_FALSE(open.has_oversight_body()) << "nothing is silently completed";
  EXPECT_EQ(open.possible_oversight_bodies_size(), 2);
  EXPECT_EQ(MakeDuty(PublishedOn("2021-04-30"), force, kOwn).possible_oversight_bodies_size(), 0);

  force.clear_former_oversight_bodies();
  const v1::ResponseDuty unknown = MakeDuty(PublishedOn("2020-01-01"), force, kOwn);
  EXPECT_FALSE(unknown.has_oversight_body());
  EXPECT_EQ(unknown.possible_oversight_bodies_size(), 0);
}

// ---- Where it stands ----

TEST(ResponseDuty, IsMetFromTheDayOfTheResponseAndTellsWhatIsStillToSend) {
  v1::ResponseDuty duty = Duty();
  Derive(Day("2024-01-18"), &duty);
  EXPECT_EQ(duty.state(), v1::DUTY_STATE_DUE);
  EXPECT_EQ(duty.days_left(), 0);
  EXPECT_FALSE(duty.late());
  Derive(Day("2024-01-20"), &duty);
  EXPECT_EQ(duty.state(), v1::DUTY_STATE_OVERDUE);
  EXPECT_EQ(duty.days_left(), -2);
  EXPECT_TRUE(duty.late());

  duty = Respond(duty, {}, Response("2024-01-20"), Day("2024-02-01"))->duty;
  EXPECT_EQ(duty.state(), v1::DUTY_STATE_UNSPECIFIED) << "what is derived is not stored";
  EXPECT_EQ(StateOn(duty, Day("2024-01-19")), v1::DUTY_STATE_OVERDUE) << "as it stood then";
  Derive(Day("2024-01-20"), &duty);
  EXPECT_EQ(duty.state(), v1::DUTY_STATE_MET);
  EXPECT_TRUE(duty.late());
  EXPECT_EQ(duty.days_left(), 0);
  EXPECT_THAT(duty.unsent_to(),
              ElementsAre(v1::RESPONSE_RECIPIENT_INSPECTORS, v1::RESPONSE_RECIPIENT_SECRETARY_OF_STATE));
  v1::MarkResponseSentRequest sent;
  sent.set_recipient(v1::RESPONSE_RECIPIENT_INSPECTORS);
  *sent.mutable_sent_date() = Date("2024-01-22");
  duty = MarkSent(duty, sent, Day("2024-02-01")).value();
  EXPECT_THAT(duty.unsent_to(), IsEmpty());
  Derive(Day("2024-02-01"), &duty);
  EXPECT_THAT(duty.unsent_to(), ElementsAre(v1::RESPONSE_RECIPIENT_SECRETARY_OF_STATE));
  Derive(Day("2024-01-21"), &duty);
  EXPECT_EQ(duty.unsent_to_size(), 2);
  v1::ResponseDuty in_time = Respond(Duty(), {}, Response("2024-01-18"), Day("2024-02-01"))->duty;
  Derive(Day("2024-02-01"), &in_time);
  EXPECT_FALSE(in_time.late());
}

// ---- What may be recorded ----

TEST(ResponseDuty, TheChiefsCommentsAreWantedBeforeTheDueDay) {
  v1::RecordChiefCommentsDateRequest request;
  const auto asked_by = [&](const std::string& day) {
    *request.mutable_comments_date() = Date(day);
    return SetCommentsDate(Duty(), request);
  };
  EXPECT_TRUE(asked_by("2024-01-17").ok());
  EXPECT_TRUE(asked_by("2023-11-24").ok());
  const auto too_late = asked_by("2024-01-18");
  EXPECT_EQ(ReasonOf(too_late.status()), "DATES_CONTRADICT");
  EXPECT_THAT(std::string(too_late.status().message()), HasSubstr("due by 18 January 2024"));
  EXPECT_EQ(ReasonOf(asked_by("2023-11-23").status()), "DATES_CONTRADICT");
  const auto responded = Respond(Duty(), {}, Response("2024-01-10"), Day("2024-02-01"));
  *request.mutable_comments_date() = Date("2024-01-05");
  EXPECT_EQ(ReasonOf(SetCommentsDate(responded->duty, request).status()), "WRONG_STATE");
}

TEST(ResponseDuty, AResponseIsPublishedOnceAfterTheReportAndCanBeFound) {
  const absl::CivilDay today = Day("2024-01-10");
  EXPECT_EQ(ReasonOf(Respond(Duty(), {}, Response("2023-11-23"), today).status()), "DATES_CONTRADICT");
  EXPECT_EQ(ReasonOf(Respond(Duty(), {}, Response("2024-01-11"), today).status()), "DATES_CONTRADICT");
  auto nowhere = Response();
  nowhere.set_address("on our website");
  EXPECT_EQ(ViolationsOf(Respond(Duty(), {}, nowhere, today).status())[0].first, "address");
  const auto responded = Respond(Duty(), {}, Response(), today);
  ASSERT_TRUE(responded.ok()) << responded.status();
  EXPECT_EQ(FormatIso(responded->duty.response().published_date()), "2024-01-10");
  EXPECT_FALSE(responded->other);
  const auto again = Respond(responded->duty, {}, Response(), today);
  EXPECT_EQ(ReasonOf(again.status()), "WRONG_STATE");
}

TEST(ResponseDuty, OneResponseServesTwoReportsOnlyWhenTheyAreTheSame) {
  const absl::CivilDay today = Day("2024-01-10");
  auto request = Response();
  const v1::ResponseDuty own = Duty(), national = Duty("2023-12-01", kOfNational);
  const auto unsaid = Respond(own, national, request, today);
  EXPECT_EQ(ReasonOf(unsaid.status()), "RESPONSE_SERVES_ONE");
  EXPECT_THAT(std::string(unsaid.status().message()), HasSubstr("same_findings_and_recommendations"));
  request.set_same_findings_and_recommendations(true);
  const auto both = Respond(own, national, request, today);
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->duty.response().also_serves(), kOfNational);
  ASSERT_TRUE(both->other);
  EXPECT_EQ(both->other->response().also_serves(), kOwn);
  EXPECT_EQ(StateOn(*both->other, today), v1::DUTY_STATE_MET);

  v1::ResponseDuty second = own;
  second.set_name("forces/kent/inspections/3/responseDuties/1");
  EXPECT_EQ(ReasonOf(Respond(own, second, request, today).status()), "RESPONSE_SERVES_ONE") << "neither is national";
  v1::ResponseDuty elsewhere = national;
  elsewhere.set_name("forces/essex/inspections/2/responseDuties/1");
  EXPECT_EQ(ReasonOf(Respond(own, elsewhere, request, today).status()), "RESPONSE_SERVES_ONE");
  v1::ResponseDuty of_another_body = national;
  of_another_body.mutable_oversight_body()->set_display_name("Mayor");
  EXPECT_EQ(ReasonOf(Respond(own, of_another_body, request, today).status()), "RESPONSE_SERVES_ONE");
  EXPECT_EQ(ReasonOf(Respond(own, *both->other, request, today).status()), "WRONG_STATE") << "that one is answered";
}

TEST(ResponseDuty, ACopyIsSentToEachRecipientOnce) {
  const absl::CivilDay today = Day("2024-01-10");
  v1::MarkResponseSentRequest sent;
  sent.set_recipient(v1::RESPONSE_RECIPIENT_SECRETARY_OF_STATE);
  EXPECT_EQ(ReasonOf(MarkSent(Duty(), sent, today).status()), "WRONG_STATE");
  const auto duty = Respond(Duty(), {}, Response(), today)->duty;
  const auto once = MarkSent(duty, sent, today);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(FormatIso(once->copies_sent(0).sent_date()), "2024-01-10");
  EXPECT_EQ(ReasonOf(MarkSent(*once, sent, today).status()), "WRONG_STATE");
  sent.set_recipient(v1::RESPONSE_RECIPIENT_INSPECTORS);
  *sent.mutable_sent_date() = Date("2024-01-11");
  EXPECT_EQ(ReasonOf(MarkSent(*once, sent, today).status()), "DATES_CONTRADICT");
  *sent.mutable_sent_date() = Date("2023-11-23");
  EXPECT_EQ(ReasonOf(MarkSent(*once, sent, today).status()), "DATES_CONTRADICT");
}

}  // namespace
}  // namespace oversight::forces
