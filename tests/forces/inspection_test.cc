// The life of an inspection and what reports may say, over protos alone.
#include "forces-service/domain/inspection.h"

#include "common/rpc/errors.h"
#include "common/rpc/validator.h"
#include "forces-service/domain/grades.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/forces/inspection_support.h"

namespace oversight::forces {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr char kName[] = "forces/kent/inspections/1";
constexpr char kNational[] = "nationalInspections/1";

absl::StatusOr<v1::Inspection> Planned(const v1::Inspection& inspection, const std::string& name = kName) {
  v1::CreateInspectionRequest request;
  *request.mutable_inspection() = inspection;
  return Plan(request, name);
}

// A PEEL inspection of Kent on its way to `state`, with fieldwork in September 2023.
v1::Inspection In(v1::InspectionState state) {
  v1::Inspection inspection = Planned(PeelPlan()).value();
  *inspection.mutable_fieldwork_from_date() = Date("September 2023");
  inspection.set_state(state);
  return inspection;
}

v1::PublishReportRequest Publication(const v1::InspectionReport& report) {
  v1::PublishReportRequest request;
  *request.mutable_report() = report;
  return request;
}

// ---- Planning ----

TEST(Inspection, IsPlannedWithWhatTheServerKnowsAloneLeftOut) {
  v1::Inspection given = PeelPlan();
  given.set_state(v1::INSPECTION_STATE_PUBLISHED);
  given.set_national_inspection(kNational);
  given.mutable_report()->set_title("Made up");
  *given.mutable_expected_publication_date() = Date("early 2024");
  const auto planned = Planned(given);
  ASSERT_TRUE(planned.ok()) << planned.status();
  EXPECT_EQ(planned->state(), v1::INSPECTION_STATE_PLANNED);
  EXPECT_EQ(planned->name(), kName);
  EXPECT_FALSE(planned->has_report());
  EXPECT_EQ(planned->national_inspection(), "");
  EXPECT_EQ(planned->expected_publication_date().published_text(), "early 2024");
  EXPECT_FALSE(IsPublic(*planned));
}

TEST(Inspection, FieldworkMustNotEndBeforeItBegins) {
  v1::Inspection inspection = PeelPlan();
  *inspection.mutable_fieldwork_from_date() = Date("2023-09-11");
  *inspection.mutable_fieldwork_to_date() = Date("2023-08");
  EXPECT_THAT(ViolationsOf(Planned(inspection).status()),
              ElementsAre(Pair("inspection.fieldwork_to_date", HasSubstr("11 September 2023"))));
  // As far as is known it may be later.
  *inspection.mutable_fieldwork_to_date() = Date("2023-09");
  EXPECT_TRUE(Planned(inspection).ok());
  *inspection.mutable_fieldwork_to_date() = Date("autumn 2023");
  EXPECT_TRUE(Planned(inspection).ok());
}

TEST(Inspection, AReportIsNotExpectedBeforeFieldwork) {
  v1::Inspection inspection = PeelPlan();
  *inspection.mutable_fieldwork_from_date() = Date("May 2024");
  *inspection.mutable_expected_publication_date() = Date("early 2024");
  EXPECT_THAT(ViolationsOf(Planned(inspection).status()),
              ElementsAre(Pair("inspection.expected_publication_date", HasSubstr("May 2024"))));
  *inspection.mutable_fieldwork_from_date() = Date("April 2024");
  EXPECT_TRUE(Planned(inspection).ok());
}

TEST(Inspection, PeelHasCyclesOfYears) {
  EXPECT_THAT(ViolationsOf(Planned(PeelPlan("")).status()),
              ElementsAre(Pair("inspection.cycle", HasSubstr("2021/22"))));
  EXPECT_FALSE(Planned(PeelPlan("round 3")).ok());
  v1::Inspection other = PeelPlan("round 3");
  other.set_programme(v1::PROGRAMME_FIRE_AND_RESCUE);
  EXPECT_TRUE(Planned(other).ok());
}

TEST(Inspection, ANationalOneSaysWhichForces) {
  v1::Inspection national = PeelPlan();
  national.set_programme(v1::PROGRAMME_THEMATIC);
  EXPECT_THAT(ViolationsOf(Planned(national, kNational).status()),
              ElementsAre(Pair("inspection.service", HasSubstr("required")),
                          Pair("inspection.forces", HasSubstr("all_active_forces"))));
  national.set_service(v1::SERVICE_TYPE_POLICE);
  national.add_forces("forces/kent");
  EXPECT_TRUE(Planned(national, kNational).ok());
  national.add_forces("forces/kent");
  EXPECT_THAT(ViolationsOf(Planned(national, kNational).status()),
              ElementsAre(Pair("inspection.forces[1]", "stands twice")));
  national.mutable_forces()->RemoveLast();
  national.set_all_active_forces(true);
  EXPECT_THAT(ViolationsOf(Planned(national, kNational).status()),
              ElementsAre(Pair("inspection.forces", HasSubstr("empty"))));
  // Of one force, neither.
  EXPECT_THAT(ViolationsOf(Planned(national).status()),
              ElementsAre(Pair("inspection.forces", HasSubstr("one force")),
                          Pair("inspection.all_active_forces", HasSubstr("one force"))));
}

TEST(Inspection, AProgrammeIsForAService) {
  const auto peel = Planned(PeelPlan()).value();
  EXPECT_EQ(CheckPlan(peel, {ForceNamed("kent")})->service(), v1::SERVICE_TYPE_POLICE);
  const auto refused = CheckPlan(peel, {ForceNamed("kent-fire", v1::SERVICE_TYPE_FIRE_AND_RESCUE)});
  EXPECT_EQ(ReasonOf(refused.status()), "SERVICE_UNFIT");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("fire and rescue programme"));
  v1::Inspection fire = peel;
  fire.set_programme(v1::PROGRAMME_FIRE_AND_RESCUE);
  EXPECT_EQ(ReasonOf(CheckPlan(fire, {ForceNamed("kent")}).status()), "SERVICE_UNFIT");
  EXPECT_TRUE(CheckPlan(fire, {ForceNamed("kent-fire", v1::SERVICE_TYPE_FIRE_AND_RESCUE)}).ok());

  v1::Inspection national = PeelPlan();
  national.set_programme(v1::PROGRAMME_THEMATIC);
  national.set_service(v1::SERVICE_TYPE_POLICE);
  national.add_forces("forces/kent");
  national.add_forces("forces/kent-fire");
  national = Planned(national, kNational).value();
  const auto mixed =
      CheckPlan(national, {ForceNamed("kent"), ForceNamed("kent-fire", v1::SERVICE_TYPE_FIRE_AND_RESCUE)});
  EXPECT_EQ(ReasonOf(mixed.status()), "SERVICE_UNFIT");
  EXPECT_EQ(ErrorMetadata(mixed.status(), "force"), "forces/kent-fire");
}

TEST(Inspection, NoFieldworkInAForceThatHasEnded) {
  v1::Force force = ForceNamed("kent");
  force.set_state(v1::FORCE_STATE_MERGED);
  *force.mutable_end_date() = Date("2023");
  v1::Inspection inspection = Planned(PeelPlan()).value();
  EXPECT_TRUE(CheckPlan(inspection, {force}).ok()) << "its past may be recorded";
  *inspection.mutable_fieldwork_from_date() = Date("2023-12");
  EXPECT_TRUE(CheckPlan(inspection, {force}).ok()) << "it may have ended later";
  *inspection.mutable_fieldwork_from_date() = Date("2024-01");
  EXPECT_EQ(ReasonOf(CheckPlan(inspection, {force}).status()), "FORCE_ENDED");
}

// ---- States ----

TEST(Inspection, EveryVerbHasItsStates) {
  const absl::CivilDay today = Day("2024-06-01");
  const auto verdicts = [&](v1::InspectionState state) {
    const v1::Inspection inspection = In(state);
    v1::UpdateInspectionRequest update;
    update.mutable_inspection()->set_title("Another title");
    v1::CancelInspectionRequest cancel;
    cancel.set_reason("Given up.");
    std::string taken;
    for (const auto& [verb, status] :
         std::vector<std::pair<char, absl::Status>>{{'u', Revise(inspection, update).status()},
                                                    {'s', StartFieldwork(inspection, {}, today).status()},
                                                    {'a', AwaitReport(inspection, {}, today).status()},
                                                    {'p', Publish(inspection, Publication(Report()), today).status()},
                                                    {'c', Cancel(inspection, cancel, today).status()}}) {
      if (status.ok()) {
        taken += verb;
        continue;
      }
      EXPECT_EQ(ReasonOf(status), "WRONG_STATE") << verb << StateWord(state);
      EXPECT_EQ(ErrorMetadata(status, "state"), StateWord(state));
      EXPECT_THAT(PreconditionsOf(status), ElementsAre(Pair(kName, Not("")))) << "says what would do";
    }
    return taken;
  };
  EXPECT_EQ(verdicts(v1::INSPECTION_STATE_PLANNED), "usac");
  EXPECT_EQ(verdicts(v1::INSPECTION_STATE_IN_FIELDWORK), "uac");
  EXPECT_EQ(verdicts(v1::INSPECTION_STATE_REPORT_AWAITED), "upc");
  EXPECT_EQ(verdicts(v1::INSPECTION_STATE_PUBLISHED), "");
  EXPECT_EQ(verdicts(v1::INSPECTION_STATE_CANCELLED), "");
}

TEST(Inspection, FieldworkIsRecordedWhenItHasCome) {
  v1::StartFieldworkRequest start;
  *start.mutable_from_date() = Date("2023-09-12");
  const v1::Inspection planned = In(v1::INSPECTION_STATE_PLANNED);
  EXPECT_EQ(ReasonOf(StartFieldwork(planned, start, Day("2023-09-11")).status()), "DATES_CONTRADICT");
  const auto started = StartFieldwork(planned, start, Day("2023-09-12"));
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(started->state(), v1::INSPECTION_STATE_IN_FIELDWORK);
  EXPECT_EQ(FormatIso(started->fieldwork_from_date()), "2023-09-12");
  EXPECT_EQ(FormatIso(StartFieldwork(planned, {}, Day("2023-09-20"))->fieldwork_from_date()), "2023-09-20");

  v1::AwaitReportRequest end;
  *end.mutable_to_date() = Date("2023-09-11");
  EXPECT_EQ(ReasonOf(AwaitReport(*started, end, Day("2023-10-01")).status()), "DATES_CONTRADICT");
  *end.mutable_to_date() = Date("2023-10-02");
  EXPECT_EQ(ReasonOf(AwaitReport(*started, end, Day("2023-10-01")).status()), "DATES_CONTRADICT");
  *end.mutable_to_date() = Date("2023-09");
  *end.mutable_expected_publication_date() = Date("early 2023");
  EXPECT_EQ(ReasonOf(AwaitReport(*started, end, Day("2023-10-01")).status()), "DATES_CONTRADICT");
  *end.mutable_expected_publication_date() = Date("early 2024");
  const auto awaited = AwaitReport(*started, end, Day("2023-10-01"));
  ASSERT_TRUE(awaited.ok()) << awaited.status();
  EXPECT_EQ(awaited->state(), v1::INSPECTION_STATE_REPORT_AWAITED);
  EXPECT_EQ(FormatForPeople(awaited->expected_publication_date()), "early 2024");
}

TEST(Inspection, AnEndPlannedForLaterIsNotTakenForTheEnd) {
  v1::Inspection inspection = In(v1::INSPECTION_STATE_IN_FIELDWORK);
  *inspection.mutable_fieldwork_to_date() = Date("2023-10-20");
  const auto early = AwaitReport(inspection, {}, Day("2023-10-10"));
  EXPECT_EQ(ReasonOf(early.status()), "DATES_CONTRADICT");
  EXPECT_THAT(std::string(early.status().message()), HasSubstr("Give the day on which it ended"));
  v1::AwaitReportRequest end;
  *end.mutable_to_date() = Date("2023-10-09");
  EXPECT_TRUE(AwaitReport(inspection, end, Day("2023-10-10")).ok());
}

TEST(Inspection, AReportIsPublishedAfterFieldworkAndNotInTheFuture) {
  v1::Inspection inspection = In(v1::INSPECTION_STATE_REPORT_AWAITED);
  *inspection.mutable_fieldwork_to_date() = Date("2023-10");
  const absl::CivilDay today = Day("2024-06-01");
  EXPECT_EQ(ReasonOf(Publish(inspection, Publication(Report("2024-06-02")), today).status()), "DATES_CONTRADICT");
  EXPECT_EQ(ReasonOf(Publish(inspection, Publication(Report("2023-09-30")), today).status()), "DATES_CONTRADICT");
  EXPECT_EQ(ReasonOf(Publish(inspection, Publication(Report("2023-08-31")), today).status()), "DATES_CONTRADICT");
  EXPECT_TRUE(Publish(inspection, Publication(Report("2023-10-01")), today).ok()) << "it may have ended that day";
  const auto now = Publish(inspection, Publication(Report()), today);
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(FormatIso(now->report().publication_date()), "2024-06-01");
  EXPECT_TRUE(IsPublic(*now));
}

TEST(Inspection, OutsideTheInspectorateDatesOfFieldworkAreNotKnown) {
  v1::Inspection inspection = In(v1::INSPECTION_STATE_REPORT_AWAITED);
  *inspection.mutable_fieldwork_to_date() = Date("2023-10");
  *inspection.mutable_expected_publication_date() = Date("early 2024");
  inspection = Publish(inspection, Publication(Report()), Day("2024-06-01")).value();
  rpc::ClearInternal(&inspection);
  EXPECT_THAT(inspection.DebugString(), Not(HasSubstr("fieldwork")));
  EXPECT_THAT(inspection.DebugString(), Not(HasSubstr("early")));
  EXPECT_TRUE(inspection.has_report());
}

TEST(Inspection, ANationalReportIsPartOfTheRecordOfEveryForceItConcerns) {
  v1::Inspection national = PeelPlan();
  national.set_programme(v1::PROGRAMME_THEMATIC);
  national.set_service(v1::SERVICE_TYPE_POLICE);
  national.set_all_active_forces(true);
  *national.mutable_fieldwork_from_date() = Date("2022");
  national = Planned(national, kNational).value();
  national.set_state(v1::INSPECTION_STATE_REPORT_AWAITED);
  national = Publish(national, Publication(Report("2023-05-05")), Day("2023-06-01")).value();

  EXPECT_TRUE(Concerns(national, ForceNamed("kent")));
  EXPECT_FALSE(Concerns(national, ForceNamed("kent-fire", v1::SERVICE_TYPE_FIRE_AND_RESCUE)));
  v1::Force ended = ForceNamed("old");
  *ended.mutable_end_date() = Date("2023-05-05");
  EXPECT_FALSE(Concerns(national, ended)) << "that day it was no more";
  *ended.mutable_end_date() = Date("2023-05");
  EXPECT_TRUE(Concerns(national, ended)) << "it may have been there";
  v1::Inspection listed = national;
  listed.set_all_active_forces(false);
  listed.add_forces("forces/kent");
  EXPECT_TRUE(Concerns(listed, ForceNamed("kent")));
  EXPECT_FALSE(Concerns(listed, ForceNamed("essex")));

  const v1::Inspection part = PartOf(national, kName);
  EXPECT_EQ(part.name(), kName);
  EXPECT_EQ(part.national_inspection(), kNational);
  EXPECT_EQ(part.report().title(), national.report().title());
  EXPECT_EQ(part.state(), v1::INSPECTION_STATE_PUBLISHED);
  EXPECT_FALSE(part.has_fieldwork_from_date());
}

// ---- Grades ----

TEST(Cycle, IsReadFromTheFormsInUse) {
  const auto years = [](const char* text) {
    const auto cycle = ReadCycle(text);
    return cycle ? std::pair(cycle->first_year, cycle->last_year) : std::pair(0, 0);
  };
  EXPECT_EQ(years("2014"), std::pair(2014, 2014));
  EXPECT_EQ(years("2021/22"), std::pair(2021, 2022));
  EXPECT_EQ(years(" 2023-25 "), std::pair(2023, 2025));
  EXPECT_EQ(years("2018-2019"), std::pair(2018, 2019));
  EXPECT_EQ(years("1999-00"), std::pair(1999, 2000));
  for (const char* bad : {"", "round 3", "21/22", "2021/", "2021/2", "2023-23", "2023-21", "2021/22/23", "2021-22a",
                          "0000", "-2021", "20a1", "2021 22"}) {
    EXPECT_FALSE(ReadCycle(bad)) << bad;
  }
}

TEST(Grades, PeelHasFiveSince2021) {
  const auto faults = [](const std::string& cycle, v1::GradeScheme scheme, v1::Grade grade,
                         v1::Programme programme = v1::PROGRAMME_PEEL) {
    v1::Inspection inspection = PeelPlan(cycle);
    inspection.set_programme(programme);
    v1::InspectionReport report = Report();
    report.set_grade_scheme(scheme);
    AddArea(report, "Investigating crime", grade);
    Violations violations;
    CheckReport(inspection, report, violations);
    std::vector<std::string> fields;
    for (const auto& [field, words] : ViolationsOf(violations.status())) fields.push_back(field);
    return fields;
  };
  using Fields = std::vector<std::string>;
  EXPECT_EQ(faults("2018/19", v1::GRADE_SCHEME_FOUR_GRADES, v1::GRADE_GOOD), Fields());
  EXPECT_EQ(faults("2018/19", v1::GRADE_SCHEME_FIVE_GRADES, v1::GRADE_GOOD), Fields{"report.grade_scheme"});
  EXPECT_EQ(faults("2021/22", v1::GRADE_SCHEME_FIVE_GRADES, v1::GRADE_ADEQUATE), Fields());
  EXPECT_EQ(faults("2021/22", v1::GRADE_SCHEME_FOUR_GRADES, v1::GRADE_GOOD), Fields{"report.grade_scheme"});
  EXPECT_EQ(faults("2018/19", v1::GRADE_SCHEME_FOUR_GRADES, v1::GRADE_ADEQUATE),
            Fields{"report.graded_areas[0].grade"});
  EXPECT_EQ(faults("2023-25", v1::GRADE_SCHEME_UNSPECIFIED, v1::GRADE_GOOD), Fields{"report.grade_scheme"});
  EXPECT_EQ(faults("2023-25", v1::GRADE_SCHEME_UNSPECIFIED, v1::GRADE_UNGRADED), Fields());
  // Of other programmes the cycle says nothing about grades.
  EXPECT_EQ(faults("2018/19", v1::GRADE_SCHEME_FIVE_GRADES, v1::GRADE_GOOD, v1::PROGRAMME_FIRE_AND_RESCUE), Fields());
}

TEST(Grades, AReportGradesAnAreaOnceAndCanBeFound) {
  v1::InspectionReport report = Report();
  report.set_grade_scheme(v1::GRADE_SCHEME_FIVE_GRADES);
  AddArea(report, "Workforce", v1::GRADE_GOOD);
  AddArea(report, " workforce ", v1::GRADE_INADEQUATE);
  report.set_address("inspectorate.example/report");
  Violations violations;
  CheckReport(PeelPlan(), report, violations);
  EXPECT_THAT(ViolationsOf(violations.status()), ElementsAre(Pair("report.address", HasSubstr("https://")),
                                                             Pair("report.graded_areas[1].title", HasSubstr("twice"))));
}

v1::Inspection Graded(const std::string& cycle, v1::GradeScheme scheme) {
  v1::Inspection inspection = PeelPlan(cycle);
  inspection.set_state(v1::INSPECTION_STATE_PUBLISHED);
  inspection.mutable_report()->set_grade_scheme(scheme);
  return inspection;
}

TEST(Grades, OfOneCycleAreCompared) {
  v1::Inspection first = Graded("2023-25", v1::GRADE_SCHEME_FIVE_GRADES), second = first;
  second.set_cycle("2023/25");
  AddArea(*first.mutable_report(), "Workforce", v1::GRADE_GOOD);
  AddArea(*first.mutable_report(), "Investigating crime", v1::GRADE_INADEQUATE);
  AddArea(*first.mutable_report(), "Managing offenders", v1::GRADE_ADEQUATE);
  AddArea(*first.mutable_report(), "Victim service", v1::GRADE_UNGRADED);
  AddArea(*second.mutable_report(), "investigating crime", v1::GRADE_REQUIRES_IMPROVEMENT);
  AddArea(*second.mutable_report(), "Workforce", v1::GRADE_ADEQUATE);
  AddArea(*second.mutable_report(), "Managing offenders", v1::GRADE_ADEQUATE);
  AddArea(*second.mutable_report(), "Victim service", v1::GRADE_GOOD);
  AddArea(*second.mutable_report(), "Leadership", v1::GRADE_GOOD);
  const auto comparison = CompareGrades(first, second);
  EXPECT_TRUE(comparison.comparable()) << comparison.why_not();
  std::vector<std::pair<std::string, v1::GradeDifference>> differences;
  for (const auto& area : comparison.areas()) differences.emplace_back(area.title(), area.difference());
  EXPECT_THAT(differences, ElementsAre(Pair("Workforce", v1::GRADE_DIFFERENCE_LOWER),
                                       Pair("Investigating crime", v1::GRADE_DIFFERENCE_HIGHER),
                                       Pair("Managing offenders", v1::GRADE_DIFFERENCE_SAME),
                                       Pair("Victim service", v1::GRADE_DIFFERENCE_NOT_COMPARABLE),
                                       Pair("Leadership", v1::GRADE_DIFFERENCE_NOT_COMPARABLE)));
  EXPECT_EQ(comparison.areas(4).first_grade(), v1::GRADE_UNSPECIFIED);
}

TEST(Grades, OfDifferentCyclesProgrammesOrSchemesAreShownAndNotCompared) {
  v1::Inspection first = Graded("2018/19", v1::GRADE_SCHEME_FOUR_GRADES);
  v1::Inspection second = Graded("2023-25", v1::GRADE_SCHEME_FIVE_GRADES);
  AddArea(*first.mutable_report(), "Workforce", v1::GRADE_GOOD);
  AddArea(*second.mutable_report(), "Workforce", v1::GRADE_GOOD);
  const auto why_not = [&] {
    const auto comparison = CompareGrades(first, second);
    EXPECT_FALSE(comparison.comparable());
    EXPECT_EQ(comparison.areas(0).second_grade(), v1::GRADE_GOOD);
    EXPECT_EQ(comparison.areas(0).difference(), v1::GRADE_DIFFERENCE_NOT_COMPARABLE);
    return comparison.why_not();
  };
  EXPECT_THAT(why_not(), HasSubstr("different cycles, 2018/19 and 2023-25"));
  first.set_cycle("2023-25");
  EXPECT_THAT(why_not(), HasSubstr("four grades to give in the first and five grades in the second"));
  second.set_programme(v1::PROGRAMME_OTHER);
  EXPECT_THAT(why_not(), HasSubstr("different programmes"));
  first.set_programme(v1::PROGRAMME_OTHER);
  first.clear_cycle();
  second.clear_cycle();
  EXPECT_THAT(why_not(), HasSubstr("not both reports have one"));
  // Parts of one national inspection need no cycle.
  first.set_national_inspection(kNational);
  second.set_national_inspection(kNational);
  first.mutable_report()->set_grade_scheme(v1::GRADE_SCHEME_FIVE_GRADES);
  EXPECT_TRUE(CompareGrades(first, second).comparable());
}

}  // namespace
}  // namespace oversight::forces
