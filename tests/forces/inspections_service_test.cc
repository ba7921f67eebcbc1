// Inspections and duties to respond as clients of forces-service see them: over real transport, on a real ledger, as
// sample principals. The server's clock stands at 24 November 2023 until a test moves it.
#include <functional>
#include <string>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/time/london.h"
#include "forces-service/service/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/forces/v1/forces_service.grpc.pb.h"
#include "tests/forces/inspection_support.h"
#include "tests/support/golden.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/test_server.h"
#include "tests/support/watch_recorder.h"

namespace oversight::forces {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using Stub = v1::ForcesService::Stub;

constexpr char kRegister[] =
    "id,name,kind,service,ons_code,region,oversight_body_kind,oversight_body\n"
    "west-midlands,West Midlands Police,TERRITORIAL,POLICE,E23000014,West Midlands,POLICE_AND_CRIME_COMMISSIONER,PCC "
    "for "
    "the West Midlands\n"
    "kent,Kent Police,TERRITORIAL,POLICE,E23000032,South East,POLICE_AND_CRIME_COMMISSIONER,PCC for Kent\n"
    "british-transport,British Transport Police,NON_TERRITORIAL,POLICE,,,OTHER,British Transport Police Authority\n"
    "avon-fire,Avon Fire and Rescue Service,TERRITORIAL,FIRE_AND_RESCUE,E31000001,South West,FIRE_AUTHORITY,Avon Fire "
    "Authority\n";

class InspectionsServiceTest : public ::testing::Test {
 protected:
  InspectionsServiceTest() {
    v1::ImportForcesRequest request;
    request.set_csv(kRegister);
    EXPECT_TRUE(Call(&Stub::ImportForces, request, "records-manager").ok());
  }

  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request, const std::string& principal = "liaison-lead") {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    Response response;
    auto stub = server_->StubAs<v1::ForcesService>(principal);
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  void GoTo(const std::string& day) { server_->clock().Set(absl::FromCivil(absl::CivilHour(Day(day)) + 12, London())); }

  absl::StatusOr<v1::CreateInspectionResponse> Create(const std::string& parent, const v1::Inspection& inspection,
                                                      const std::string& principal = "liaison-lead") {
    v1::CreateInspectionRequest request;
    request.set_parent(parent);
    *request.mutable_inspection() = inspection;
    return Call(&Stub::CreateInspection, request, principal);
  }

  // A new inspection whose report is awaited; its name.
  std::string Awaited(const std::string& parent, const v1::Inspection& inspection) {
    const auto created = Create(parent, inspection);
    EXPECT_TRUE(created.ok()) << created.status();
    v1::AwaitReportRequest request;
    request.set_name(created->inspection().name());
    const auto awaited = Call(&Stub::AwaitReport, request);
    EXPECT_TRUE(awaited.ok()) << awaited.status();
    return created->inspection().name();
  }

  absl::StatusOr<v1::PublishReportResponse> Publish(const std::string& name, const v1::InspectionReport& report,
                                                    const std::string& principal = "liaison-lead") {
    v1::PublishReportRequest request;
    request.set_name(name);
    *request.mutable_report() = report;
    return Call(&Stub::PublishReport, request, principal);
  }

  absl::StatusOr<v1::GetInspectionResponse> Get(const std::string& name, const std::string& principal) {
    v1::GetInspectionRequest request;
    request.set_name(name);
    return Call(&Stub::GetInspection, request, principal);
  }

  std::vector<std::string> List(const std::string& parent, const std::string& principal,
                                const std::function<void(v1::ListInspectionsRequest&)>& ask = nullptr) {
    v1::ListInspectionsRequest request;
    request.set_parent(parent);
    if (ask) ask(request);
    std::vector<std::string> names;
    const auto page = Call(&Stub::ListInspections, request, principal);
    EXPECT_TRUE(page.ok()) << page.status();
    if (page.ok()) {
      for (const auto& inspection : page->inspections()) names.push_back(inspection.name());
    }
    return names;
  }

  // Names of the duties that match, without what all have in common.
  std::vector<std::string> Duties(const std::string& parent,
                                  const std::function<void(v1::ListResponseDutiesRequest&)>& ask = nullptr) {
    v1::ListResponseDutiesRequest request;
    request.set_parent(parent);
    if (ask) ask(request);
    std::vector<std::string> names;
    const auto page = Call(&Stub::ListResponseDuties, request, "public");
    EXPECT_TRUE(page.ok()) << page.status();
    if (page.ok()) {
      for (const auto& duty : page->response_duties()) names.push_back(duty.name().substr(7));
    }
    return names;
  }

  v1::ResponseDuty Duty(const std::string& name, const std::string& on_date = "") {
    v1::GetResponseDutyRequest request;
    request.set_name(name);
    if (!on_date.empty()) *request.mutable_on_date() = Date(on_date);
    const auto duty = Call(&Stub::GetResponseDuty, request, "public");
    EXPECT_TRUE(duty.ok()) << duty.status();
    return duty.ok() ? duty->response_duty() : v1::ResponseDuty();
  }

  static v1::Inspection Thematic() {
    v1::Inspection inspection;
    inspection.set_programme(v1::PROGRAMME_THEMATIC);
    inspection.set_title("Vetting and misconduct");
    inspection.set_service(v1::SERVICE_TYPE_POLICE);
    inspection.set_all_active_forces(true);
    return inspection;
  }

  int64_t Head() { return server_->ledger().head().revision; }

  std::unique_ptr<testing::TestServer> server_ = testing::TestServer::Start(BuildApplication);
};

constexpr char kForce[] = "forces/west-midlands";
constexpr char kInspection[] = "forces/west-midlands/inspections/1";
constexpr char kDuty[] = "forces/west-midlands/inspections/1/responseDuties/1";

TEST_F(InspectionsServiceTest, AnInspectionGoesFromPlanToReportAndMakesTheDuty) {
  v1::Inspection plan = PeelPlan();
  *plan.mutable_fieldwork_from_date() = Date("September 2023");
  *plan.mutable_expected_publication_date() = Date("early 2024");
  const auto created = Create(kForce, plan);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->inspection().name(), kInspection);
  EXPECT_EQ(created->inspection().service(), v1::SERVICE_TYPE_POLICE);
  EXPECT_EQ(created->inspection().expected_publication_date().published_text(), "early 2024");

  v1::StartFieldworkRequest start;
  start.set_name(kInspection);
  start.set_etag(created->inspection().etag());
  *start.mutable_from_date() = Date("2023-09-11");
  const auto started = Call(&Stub::StartFieldwork, start);
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(ReasonOf(Call(&Stub::StartFieldwork, start).status()), "ETAG_MISMATCH");
  v1::UpdateInspectionRequest update;
  update.mutable_inspection()->set_name(kInspection);
  update.mutable_inspection()->set_title("PEEL 2023-25: West Midlands Police");
  const auto updated = Call(&Stub::UpdateInspection, update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  const int64_t head = Head();
  EXPECT_TRUE(Call(&Stub::UpdateInspection, update).ok());
  EXPECT_EQ(Head(), head) << "an update that changes nothing stores nothing";
  EXPECT_EQ(ReasonOf(Publish(kInspection, Report()).status()), "WRONG_STATE");
  v1::AwaitReportRequest await;
  await.set_name(kInspection);
  *await.mutable_to_date() = Date("2023-09-29");
  ASSERT_TRUE(Call(&Stub::AwaitReport, await).ok());

  GoTo("2024-03-01");
  v1::InspectionReport report = Report("2024-02-21");
  report.set_grade_scheme(v1::GRADE_SCHEME_FIVE_GRADES);
  AddArea(report, "Investigating crime", v1::GRADE_INADEQUATE);
  AddArea(report, "Service for victims", v1::GRADE_UNGRADED);
  const int64_t before = Head();
  const auto published = Publish(kInspection, report, "press-officer");
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(Head(), before + 1) << "one transaction";
  EXPECT_EQ(published->inspection().state(), v1::INSPECTION_STATE_PUBLISHED);
  EXPECT_THAT(published->force_inspections(), IsEmpty());
  ASSERT_EQ(published->response_duties_size(), 1);
  const v1::ResponseDuty& duty = published->response_duties(0);
  EXPECT_EQ(duty.name(), kDuty);
  EXPECT_EQ(duty.revision(), before + 1);
  EXPECT_EQ(FormatIso(duty.due_date()), "2024-04-16");
  EXPECT_EQ(duty.oversight_body().display_name(), "PCC for the West Midlands");
  EXPECT_EQ(duty.state(), v1::DUTY_STATE_DUE);
  EXPECT_EQ(Duty(kDuty).SerializeAsString(), duty.SerializeAsString());
  testing::ExpectGolden("inspection.json", Get(kInspection, "liaison-lead")->inspection());

  v1::ListInspectionVersionsRequest history;
  history.set_name(kInspection);
  const auto versions = Call(&Stub::ListInspectionVersions, history);
  ASSERT_TRUE(versions.ok()) << versions.status();
  std::vector<std::string> verbs;
  for (const auto& version : versions->versions()) verbs.push_back(version.change().verb());
  EXPECT_THAT(verbs,
              ElementsAre("PublishReport", "AwaitReport", "UpdateInspection", "StartFieldwork", "CreateInspection"));
}

TEST_F(InspectionsServiceTest, AReportWithoutRecommendationsMakesNoDuty) {
  v1::InspectionReport report = Report();
  report.set_has_recommendations(false);
  const auto published = Publish(Awaited(kForce, PeelPlan()), report);
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_THAT(published->response_duties(), IsEmpty());
  EXPECT_THAT(published->forces_without_duty(), IsEmpty());
}

TEST_F(InspectionsServiceTest, AFireAndRescueServiceIsInspectedByItsOwnProgrammeAndOwesNothingUnderSection55) {
  EXPECT_EQ(ReasonOf(Create("forces/avon-fire", PeelPlan()).status()), "SERVICE_UNFIT");
  v1::Inspection fire = PeelPlan("Round 3");
  fire.set_programme(v1::PROGRAMME_FIRE_AND_RESCUE);
  const auto published = Publish(Awaited("forces/avon-fire", fire), Report());
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_THAT(published->response_duties(), IsEmpty());
  ASSERT_EQ(published->forces_without_duty_size(), 1);
  EXPECT_EQ(published->forces_without_duty(0).force(), "forces/avon-fire");
  EXPECT_THAT(published->forces_without_duty(0).reason(), HasSubstr("fire and rescue"));
}

TEST_F(InspectionsServiceTest, OneNationalPublicationMakesTheDutyOfEveryForceConcerned) {
  Awaited("forces/kent", PeelPlan());  // So that numbers differ from force to force.
  EXPECT_EQ(ReasonOf(Create("", Thematic(), "hm-inspector").status()), "OUT_OF_SCOPE") << "it concerns every force";
  const std::string national = Awaited("", Thematic());
  EXPECT_EQ(national, "nationalInspections/1");
  const int64_t before = Head();
  const auto published = Publish(national, Report("2023-11-20"));
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(Head(), before + 1) << "one transaction";
  std::vector<std::string> parts, duties;
  for (const auto& part : published->force_inspections()) {
    parts.push_back(part.name());
    EXPECT_EQ(part.national_inspection(), national);
  }
  for (const auto& duty : published->response_duties()) duties.push_back(duty.name());
  EXPECT_THAT(parts, ElementsAre("forces/british-transport/inspections/1", "forces/kent/inspections/2",
                                 "forces/west-midlands/inspections/1"));
  EXPECT_THAT(duties, ElementsAre("forces/kent/inspections/2/responseDuties/1", kDuty));
  ASSERT_EQ(published->forces_without_duty_size(), 1);
  EXPECT_EQ(published->forces_without_duty(0).force(), "forces/british-transport");
  EXPECT_THAT(List(kForce, "public"), ElementsAre(kInspection));
  EXPECT_THAT(List("", "public"), ElementsAre(national));
  EXPECT_EQ(Duties("forces/-/inspections/-", [&](auto& q) { q.set_national_inspection(national); }).size(), 2u);
}

TEST_F(InspectionsServiceTest, ANationalInspectionMayNameItsForces) {
  v1::Inspection some = Thematic();
  some.set_all_active_forces(false);
  some.add_forces("forces/atlantis");
  EXPECT_EQ(ReasonOf(Create("", some).status()), "RESOURCE_NOT_FOUND");
  some.set_forces(0, "forces/kent");
  const auto published = Publish(Awaited("", some), Report());
  ASSERT_TRUE(published.ok()) << published.status();
  ASSERT_EQ(published->force_inspections_size(), 1);
  EXPECT_EQ(published->force_inspections(0).name(), "forces/kent/inspections/1");

  v1::Inspection of_none = Thematic();
  const std::string name = Awaited("", of_none);
  for (const char* force : {"forces/kent", "forces/west-midlands", "forces/british-transport"}) {
    v1::AbolishForceRequest abolish;
    abolish.set_name(force);
    *abolish.mutable_end_date() = Date("2022");
    abolish.set_reason("Police reform.");
    ASSERT_TRUE(Call(&Stub::AbolishForce, abolish, "records-manager").ok());
  }
  const int64_t head = Head();
  EXPECT_EQ(ReasonOf(Publish(name, Report()).status()), "NO_FORCE_CONCERNED");
  EXPECT_EQ(Head(), head);
}

TEST_F(InspectionsServiceTest, OutsideTheInspectorateAnInspectionIsKnownByItsReport) {
  v1::Inspection plan = PeelPlan();
  *plan.mutable_fieldwork_from_date() = Date("2023-09");
  *plan.mutable_expected_publication_date() = Date("2023-12");
  const std::string name = Awaited(kForce, plan);
  ASSERT_TRUE(Create(kForce, PeelPlan()).ok());
  const std::vector<std::string> outsiders = {"public", "west-midlands-officer", "west-midlands-oversight-body"};
  for (const auto& outsider : outsiders) {
    EXPECT_EQ(ReasonOf(Get(name, outsider).status()), "RESOURCE_NOT_FOUND") << outsider;
    EXPECT_THAT(List(kForce, outsider), IsEmpty()) << outsider;
    EXPECT_THAT(List("forces/-", outsider), IsEmpty()) << outsider;
  }
  EXPECT_THAT(List(kForce, "hm-inspector"), ElementsAre(name, "forces/west-midlands/inspections/2"));
  ASSERT_TRUE(Publish(name, Report()).ok());
  for (const auto& outsider : outsiders) {
    const auto seen = Get(name, outsider);
    ASSERT_TRUE(seen.ok()) << outsider << seen.status();
    EXPECT_THAT(seen->inspection().DebugString(), Not(HasSubstr("fieldwork"))) << outsider;
    EXPECT_THAT(List("forces/-", outsider), ElementsAre(name)) << outsider;
  }
  v1::ListInspectionsRequest list;
  list.set_parent(kForce);
  EXPECT_FALSE(Call(&Stub::ListInspections, list, "public")->inspections(0).has_fieldwork_from_date());
  EXPECT_TRUE(Get(name, "press-officer")->inspection().has_fieldwork_from_date());
  // What was not public then is not shown of then.
  v1::GetInspectionRequest past;
  past.set_name(name);
  past.mutable_read()->mutable_as_of()->set_revision(2);
  EXPECT_EQ(ReasonOf(Call(&Stub::GetInspection, past, "public").status()), "RESOURCE_NOT_FOUND");
}

TEST_F(InspectionsServiceTest, ListsByForceProgrammeAndState) {
  const std::string peel = Awaited(kForce, PeelPlan());
  v1::Inspection other = PeelPlan();
  other.set_programme(v1::PROGRAMME_OTHER);
  ASSERT_TRUE(Create(kForce, other).ok());
  ASSERT_TRUE(Create("forces/kent", PeelPlan()).ok());
  ASSERT_TRUE(Create("", Thematic()).ok());
  EXPECT_THAT(List("forces/-", "liaison-lead"),
              ElementsAre("forces/kent/inspections/1", peel, "forces/west-midlands/inspections/2"));
  EXPECT_THAT(List(kForce, "liaison-lead", [](auto& q) { q.set_programme(v1::PROGRAMME_PEEL); }), ElementsAre(peel));
  EXPECT_THAT(List("forces/-", "liaison-lead", [](auto& q) { q.set_state(v1::INSPECTION_STATE_REPORT_AWAITED); }),
              ElementsAre(peel));
  EXPECT_THAT(List("", "liaison-lead"), ElementsAre("nationalInspections/1"));
}

TEST_F(InspectionsServiceTest, AnInspectorPlansWithinTheirRegion) {
  EXPECT_TRUE(Create(kForce, PeelPlan(), "hm-inspector").ok());
  EXPECT_EQ(ReasonOf(Create("forces/kent", PeelPlan(), "hm-inspector").status()), "OUT_OF_SCOPE");
  EXPECT_EQ(ReasonOf(Create("forces/atlantis", PeelPlan()).status()), "RESOURCE_NOT_FOUND");
  const std::string kent = Awaited("forces/kent", PeelPlan());
  EXPECT_EQ(ReasonOf(Publish(kent, Report(), "hm-inspector").status()), "OUT_OF_SCOPE");
  v1::CancelInspectionRequest cancel;
  cancel.set_name(kent);
  cancel.set_reason("Put off to the next cycle.");
  EXPECT_EQ(ReasonOf(Call(&Stub::CancelInspection, cancel, "hm-inspector").status()), "OUT_OF_SCOPE");
  const auto cancelled = Call(&Stub::CancelInspection, cancel);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->inspection().cancellation().reason(), "Put off to the next cycle.");
  EXPECT_EQ(ReasonOf(Publish(kent, Report()).status()), "WRONG_STATE");
  v1::ListInspectionVersionsRequest history;
  history.set_name(kent);
  EXPECT_EQ(Call(&Stub::ListInspectionVersions, history)->versions(0).change().reason(), "Put off to the next cycle.");
}

TEST_F(InspectionsServiceTest, ComparesPublishedReportsOnly) {
  v1::InspectionReport report = Report();
  report.set_grade_scheme(v1::GRADE_SCHEME_FIVE_GRADES);
  AddArea(report, "Workforce", v1::GRADE_GOOD);
  ASSERT_TRUE(Publish(Awaited(kForce, PeelPlan("2021/22")), report).ok());
  const std::string second = Awaited(kForce, PeelPlan("2023-25"));
  v1::CompareGradesRequest request;
  request.set_first(kInspection);
  request.set_second(second);
  EXPECT_EQ(ReasonOf(Call(&Stub::CompareGrades, request).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(Call(&Stub::CompareGrades, request, "public").status()), "RESOURCE_NOT_FOUND");
  ASSERT_TRUE(Publish(second, report).ok());
  const auto compared = Call(&Stub::CompareGrades, request, "public");
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_FALSE(compared->comparison().comparable());
  EXPECT_THAT(compared->comparison().why_not(), HasSubstr("2021/22 and 2023-25"));
  request.set_second(kInspection);
  EXPECT_TRUE(Call(&Stub::CompareGrades, request, "public")->comparison().comparable());
}

TEST_F(InspectionsServiceTest, ADutyIsRecordedByTheBodyAndReadByAnyone) {
  ASSERT_TRUE(Publish(Awaited(kForce, PeelPlan()), Report("2023-11-24")).ok());
  const std::string body = "west-midlands-oversight-body";
  v1::RecordChiefCommentsDateRequest comments;
  comments.set_name(kDuty);
  *comments.mutable_comments_date() = Date("2024-01-18");
  EXPECT_EQ(ReasonOf(Call(&Stub::RecordChiefCommentsDate, comments, body).status()), "DATES_CONTRADICT");
  *comments.mutable_comments_date() = Date("2024-01-05");
  const auto asked = Call(&Stub::RecordChiefCommentsDate, comments, body);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->response_duty().state(), v1::DUTY_STATE_DUE);
  EXPECT_EQ(ReasonOf(Call(&Stub::RecordChiefCommentsDate, comments, "west-midlands-officer").status()),
            "ROLE_NOT_ALLOWED");

  GoTo("2024-01-25");
  EXPECT_EQ(Duty(kDuty).state(), v1::DUTY_STATE_OVERDUE);
  EXPECT_EQ(Duty(kDuty, "2024-01-18").state(), v1::DUTY_STATE_DUE);
  v1::RecordResponseRequest respond;
  respond.set_name(kDuty);
  respond.set_etag(asked->response_duty().etag());
  respond.set_address("https://pcc.example/responses/1");
  *respond.mutable_published_date() = Date("2024-01-22");
  const auto responded = Call(&Stub::RecordResponse, respond, body);
  ASSERT_TRUE(responded.ok()) << responded.status();
  EXPECT_EQ(responded->response_duty().state(), v1::DUTY_STATE_MET);
  EXPECT_FALSE(responded->has_also_served());
  v1::MarkResponseSentRequest sent;
  sent.set_name(kDuty);
  sent.set_recipient(v1::RESPONSE_RECIPIENT_INSPECTORS);
  ASSERT_TRUE(Call(&Stub::MarkResponseSent, sent, body).ok());
  const v1::ResponseDuty duty = Duty(kDuty);
  EXPECT_TRUE(duty.late());
  EXPECT_THAT(duty.unsent_to(), ElementsAre(v1::RESPONSE_RECIPIENT_SECRETARY_OF_STATE));
  EXPECT_EQ(Duty(kDuty, "2024-01-21").state(), v1::DUTY_STATE_OVERDUE);
  testing::ExpectGolden("response_duty.json", duty);

  // What is derived for a day is in no version: it is not stored.
  v1::ListResponseDutyVersionsRequest history;
  history.set_name(kDuty);
  const auto versions = Call(&Stub::ListResponseDutyVersions, history);
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->versions_size(), 4);
  EXPECT_EQ(versions->versions(0).change().actor(), "principals/" + body);
  for (const auto& version : versions->versions()) {
    v1::ResponseDuty underived = version.response_duty();
    EXPECT_EQ(underived.state(), v1::DUTY_STATE_UNSPECIFIED);
    EXPECT_FALSE(underived.late());
    EXPECT_EQ(underived.days_left(), 0);
    EXPECT_THAT(underived.unsent_to(), IsEmpty());
  }
}

TEST_F(InspectionsServiceTest, ABodyRecordsItsOwnDutiesOnly) {
  const std::string kent = Publish(Awaited("forces/kent", PeelPlan()), Report())->response_duties(0).name();
  v1::RecordResponseRequest respond;
  respond.set_name(kent);
  respond.set_address("https://pcc.example/responses/1");
  EXPECT_EQ(ReasonOf(Call(&Stub::RecordResponse, respond, "west-midlands-oversight-body").status()), "OUT_OF_SCOPE");
  EXPECT_TRUE(Call(&Stub::RecordResponse, respond, "records-manager").ok());
}

TEST_F(InspectionsServiceTest, OneResponseMayServeANationalAndAForceReport) {
  const auto own = Publish(Awaited(kForce, PeelPlan()), Report("2023-11-01"));
  ASSERT_TRUE(own.ok());
  ASSERT_TRUE(Publish(Awaited("", Thematic()), Report("2023-11-20")).ok());
  const std::string other = "forces/west-midlands/inspections/2/responseDuties/1";
  v1::RecordResponseRequest respond;
  respond.set_name(kDuty);
  respond.set_address("https://pcc.example/responses/1");
  respond.set_also_serves(other);
  EXPECT_EQ(ReasonOf(Call(&Stub::RecordResponse, respond).status()), "RESPONSE_SERVES_ONE");
  respond.set_same_findings_and_recommendations(true);
  const int64_t before = Head();
  const auto responded = Call(&Stub::RecordResponse, respond);
  ASSERT_TRUE(responded.ok()) << responded.status();
  EXPECT_EQ(Head(), before + 1) << "one transaction";
  EXPECT_EQ(responded->also_served().state(), v1::DUTY_STATE_MET);
  EXPECT_EQ(responded->also_served().revision(), before + 1);
  EXPECT_EQ(Duty(other).response().also_serves(), kDuty);
  respond.set_also_serves(kDuty);
  EXPECT_FALSE(Call(&Stub::RecordResponse, respond).ok()) << "nor itself";
}

TEST_F(InspectionsServiceTest, ListsDutiesByForceStateAndDay) {
  ASSERT_TRUE(Publish(Awaited(kForce, PeelPlan()), Report("2023-06-01")).ok());         // due 26 July
  ASSERT_TRUE(Publish(Awaited(kForce, PeelPlan()), Report("2023-11-20")).ok());         // due 14 January
  ASSERT_TRUE(Publish(Awaited("forces/kent", PeelPlan()), Report("2023-11-24")).ok());  // due 18 January
  v1::RecordResponseRequest respond;
  respond.set_name("forces/west-midlands/inspections/1/responseDuties/1");
  respond.set_address("https://pcc.example/responses/1");
  *respond.mutable_published_date() = Date("2023-08-15");
  ASSERT_TRUE(Call(&Stub::RecordResponse, respond).ok());

  const std::string all = "forces/-/inspections/-";
  const std::string wm1 = "west-midlands/inspections/1/responseDuties/1";
  const std::string wm2 = "west-midlands/inspections/2/responseDuties/1";
  const std::string kent = "kent/inspections/1/responseDuties/1";
  EXPECT_THAT(Duties(all), ElementsAre(kent, wm1, wm2));
  EXPECT_THAT(Duties("forces/west-midlands/inspections/-"), ElementsAre(wm1, wm2));
  EXPECT_THAT(Duties("forces/west-midlands/inspections/2"), ElementsAre(wm2));
  EXPECT_THAT(Duties(all, [](auto& q) { q.set_state(v1::DUTY_STATE_MET); }), ElementsAre(wm1));
  EXPECT_THAT(Duties(all, [](auto& q) { q.set_state(v1::DUTY_STATE_DUE); }), ElementsAre(kent, wm2));
  EXPECT_THAT(Duties(all, [](auto& q) { q.set_state(v1::DUTY_STATE_OVERDUE); }), IsEmpty());
  const auto overdue_on = [](const std::string& day) {
    return [day](v1::ListResponseDutiesRequest& q) {
      q.set_state(v1::DUTY_STATE_OVERDUE);
      *q.mutable_on_date() = Date(day);
    };
  };
  EXPECT_THAT(Duties(all, overdue_on("2024-01-15")), ElementsAre(wm2));
  EXPECT_THAT(Duties(all, overdue_on("2023-08-01")), ElementsAre(wm1)) << "as it stood before the response";
  EXPECT_THAT(Duties(all, [](auto& q) { *q.mutable_due_before() = Date("2024-01-18"); }), ElementsAre(wm1, wm2));
  v1::ListResponseDutiesRequest request;
  request.set_parent("forces/-/inspections/1");
  EXPECT_EQ(ViolationsOf(Call(&Stub::ListResponseDuties, request).status())[0].first, "parent");
}

TEST_F(InspectionsServiceTest, ARepeatedPublicationIsAnsweredFromTheFirst) {
  v1::PublishReportRequest request;
  request.set_name(Awaited(kForce, PeelPlan()));
  *request.mutable_report() = Report();
  request.set_request_id("publish-1");
  const auto first = Call(&Stub::PublishReport, request);
  ASSERT_TRUE(first.ok()) << first.status();
  const int64_t head = Head();
  const auto again = Call(&Stub::PublishReport, request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->header().replayed());
  EXPECT_EQ(again->response_duties(0).name(), first->response_duties(0).name());
  EXPECT_EQ(Head(), head);
}

TEST_F(InspectionsServiceTest, TheWatchTellsOfInspectionsAndDuties) {
  v1::WatchForcesRequest request;
  request.mutable_start()->set_resume_after(Head());
  auto stub = server_->StubAs<v1::ForcesService>("gateway");
  testing::RecordedWatch<v1::WatchForcesResponse> watch(
      /*initial_state=*/false, [&](grpc::ClientContext* context) { return stub->WatchForces(context, request); });
  const std::string name = Awaited(kForce, PeelPlan());
  v1::InspectionReport report = Report();
  report.set_grade_scheme(v1::GRADE_SCHEME_FIVE_GRADES);
  AddArea(report, "Investigating crime", v1::GRADE_INADEQUATE);
  ASSERT_TRUE(Publish(name, report).ok());
  const auto published = watch.ReadUntil([](const v1::WatchForcesResponse& response) {
    return response.events().events_size() > 0 && response.events().events(0).inspection().has_report();
  });
  ASSERT_EQ(published.events().events_size(), 2);
  EXPECT_EQ(published.events().events(0).inspection().report().graded_areas(0).grade(), v1::GRADE_INADEQUATE);
  EXPECT_EQ(published.events().events(1).response_duty().name(), kDuty);
  EXPECT_EQ(published.events().events(1).response_duty().state(), v1::DUTY_STATE_UNSPECIFIED);
  EXPECT_TRUE(testing::KeepsWatchPromises(watch.End(), testing::LogToldBy<v1::WatchForcesResponse>(server_->ledger())));
}

TEST_F(InspectionsServiceTest, RefusesMalformedNamesAndReports) {
  for (const char* name : {"forces/kent", "forces/kent/inspections/a", "nationalInspections/0", "inspections/1"}) {
    EXPECT_EQ(ViolationsOf(Get(name, "liaison-lead").status())[0].first, "name") << name;
  }
  v1::InspectionReport faulty;
  faulty.mutable_publication_date()->set_year(2023);
  faulty.add_graded_areas();
  std::vector<std::string> fields;
  for (const auto& [field, words] : ViolationsOf(Publish(kInspection, faulty).status())) fields.push_back(field);
  EXPECT_THAT(fields, UnorderedElementsAre("report.title", "report.address", "report.publication_date",
                                           "report.graded_areas[0].title", "report.graded_areas[0].grade"));
}

TEST_F(InspectionsServiceTest, WhatWasRedactedShowsInsideOnly) {
  const std::string name = Awaited("forces/kent", PeelPlan());
  const int64_t awaited = server_->ledger().head().revision;
  v1::CancelInspectionRequest cancel;
  cancel.set_name(name);
  cancel.set_reason("It was merged with another.");
  ASSERT_TRUE(Call(&Stub::CancelInspection, cancel).ok());
  ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Redacting({name, awaited})).ok());
  v1::GetInspectionRequest get;
  get.set_name(name);
  get.mutable_read()->mutable_as_of()->set_revision(awaited);
  EXPECT_EQ(ReasonOf(Call(&Stub::GetInspection, get, "hm-inspector").status()), "VERSION_REDACTED");
  EXPECT_EQ(ReasonOf(Call(&Stub::GetInspection, get, "public").status()), "RESOURCE_NOT_FOUND");
  v1::CompareGradesRequest compare;
  compare.set_first(name);
  compare.set_second(name);
  *compare.mutable_read() = get.read();
  EXPECT_EQ(ReasonOf(Call(&Stub::CompareGrades, compare, "hm-inspector").status()), "VERSION_REDACTED");
  EXPECT_EQ(ReasonOf(Call(&Stub::CompareGrades, compare, "public").status()), "RESOURCE_NOT_FOUND");
}

TEST_F(InspectionsServiceTest, ThereAreNoListsBelowAForceThatThereIsNot) {
  v1::ListInspectionsRequest inspections;
  inspections.set_parent("forces/atlantis");
  v1::ListResponseDutiesRequest duties;
  duties.set_parent("forces/atlantis/inspections/-");
  v1::ListOfficeHoldersRequest holders;
  holders.set_parent("forces/atlantis");
  for (const auto& status : {Call(&Stub::ListInspections, inspections, "public").status(),
                             Call(&Stub::ListResponseDuties, duties, "public").status(),
                             Call(&Stub::ListOfficeHolders, holders, "public").status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(ReasonOf(status), "RESOURCE_NOT_FOUND");
    EXPECT_EQ(ErrorMetadata(status, "name"), "forces/atlantis");
  }
  holders.set_parent("forces/kent");
  EXPECT_TRUE(Call(&Stub::ListOfficeHolders, holders, "public").ok()) << "there is one, with none";
}

}  // namespace
}  // namespace oversight::forces
