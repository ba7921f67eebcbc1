// The gateway as its gRPC clients meet it, over the real services: what dashboards show and how fresh, what they say
// when a service is away, who may see them, watching, and the calls that are passed on.
#include <future>
#include <set>
#include <sstream>

#include "common/rpc/tokens.h"
#include "gateway/forward/backend_call.h"
#include "google/protobuf/util/message_differencer.h"
#include "grpcpp/generic/generic_stub.h"
#include "oversight/concerns/v1/evidence_service.grpc.pb.h"
#include "oversight/concerns/v1/overview_service.grpc.pb.h"
#include "oversight/concerns/v1/responses_service.grpc.pb.h"
#include "oversight/concerns/v1/revisits_service.grpc.pb.h"
#include "oversight/monitoring/v1/advice_service.grpc.pb.h"
#include "oversight/monitoring/v1/disclosures_service.grpc.pb.h"
#include "tests/gateway/suite_fixture.h"
#include "tests/support/http_client.h"
#include "tests/support/ledger_calls.h"
#include "tests/support/watch_recorder.h"

namespace oversight::gateway {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::HttpHeaders;
using ::testing::IsEmpty;
using testing::LogToldBy;
using ::testing::Not;
using testing::RecordedWatch;

using Gateway = v1::GatewayService;
using Watch = std::unique_ptr<grpc::ClientReader<v1::WatchDashboardResponse>>;
using std::chrono::steady_clock;

absl::Duration AgeOf(const v1::SectionStatus& section) {
  return absl::Seconds(section.age().seconds()) + absl::Nanoseconds(section.age().nanos());
}

std::vector<std::string> Titles(const v1::ForceDashboard& dashboard) {
  std::vector<std::string> titles;
  for (const auto& view : dashboard.concerns()) titles.push_back(view.concern().title());
  return titles;
}

const v1::NationalDashboardRow& Row(const v1::NationalDashboard& dashboard, const std::string& force) {
  for (const auto& row : dashboard.rows()) {
    if (row.force() == force) return row;
  }
  ADD_FAILURE() << "no row " << force;
  return v1::NationalDashboardRow::default_instance();
}

class GatewayServiceTest : public SuiteFixture {
 protected:
  // As the metrics tell it.
  static int64_t Builds(TestServer& gateway) {
    std::istringstream text(gateway.metrics().Render());
    for (std::string line; std::getline(text, line);) {
      if (line.rfind("oversight_dashboard_builds_total", 0) == 0) return std::stoll(line.substr(line.rfind(' ')));
    }
    ADD_FAILURE() << "no such metric";
    return -1;
  }
  int64_t Builds() { return Builds(*gateway_); }

  Watch WatchAs(const std::string& principal, grpc::ClientContext& context, const v1::WatchDashboardRequest& request) {
    SetDeadline(context);
    stubs_.push_back(gateway_->StubAs<Gateway>(principal));
    return stubs_.back()->WatchDashboard(&context, request);
  }
  static v1::WatchDashboardRequest WatchRequest(const std::string& force, absl::Duration min_interval,
                                                absl::Duration heartbeat) {
    v1::WatchDashboardRequest request;
    request.set_force(force);
    request.mutable_min_interval()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(min_interval) % 1000000000));
    request.mutable_min_interval()->set_seconds(absl::ToInt64Seconds(min_interval));
    request.mutable_heartbeat_interval()->set_seconds(absl::ToInt64Seconds(heartbeat));
    return request;
  }
  // How a watch ended, after whatever it still said.
  static absl::Status End(Watch& watch) {
    v1::WatchDashboardResponse response;
    while (watch->Read(&response)) {
    }
    return rpc::FromGrpc(watch->Finish());
  }

  std::vector<std::unique_ptr<Gateway::Stub>> stubs_;
};

// ---- What is shown, and how fresh ----

TEST_F(GatewayServiceTest, ShowsTheRegisterEachForceInItsDefaultStage) {
  const auto national = Must(National(Fully()));
  ASSERT_GE(register_size_, 43);
  EXPECT_EQ(national.rows_size(), register_size_);
  for (const auto& row : national.rows()) EXPECT_EQ(row.stage(), "scan") << row.force();
  ASSERT_EQ(national.sections_size(), 4);
  for (const auto& section : national.sections()) {
    EXPECT_EQ(section.state(), v1::SECTION_STATE_COMPLETE) << section.service();
    EXPECT_THAT(section.reason(), IsEmpty());
  }
  EXPECT_EQ(Section(national, "forces-service").revision(), forces_->ledger().head().revision);
}

TEST_F(GatewayServiceTest, WhatIsDerivedIsWhatTheOwnerTellsEachCaller) {
  const auto issued = Issued();
  Draft(kForce, "A draft");
  for (const std::string who : {"chief-inspector", "west-midlands-officer"}) {
    const auto dashboard = Must(OfForce(kForce, Fully(), who));
    concerns::v1::GetForceSummaryRequest ask;
    ask.set_force(kForce);
    const auto own = Must(Call<concerns::v1::ConcernOverviewService>(
        *concerns_, who, &concerns::v1::ConcernOverviewService::Stub::GetForceSummary, ask));
    EXPECT_EQ(dashboard.overview().summary().SerializeAsString(), own.summary().SerializeAsString()) << who;
    ASSERT_EQ(dashboard.overview().due_size(), 1) << who;
    EXPECT_EQ(dashboard.overview().due(0).concern(), issued.concern().name());
    ASSERT_EQ(dashboard.sections_size(), 5);
    EXPECT_EQ(dashboard.sections(3).part(), "overview");
    EXPECT_EQ(dashboard.sections(3).state(), v1::SECTION_STATE_COMPLETE);
    const bool inside = who == "chief-inspector";
    EXPECT_EQ(dashboard.overview().history_size() > 0, inside);
    EXPECT_EQ(dashboard.DebugString().find("A draft") != std::string::npos, inside);
  }
}

TEST_F(GatewayServiceTest, AForceShowsThoseItTookThePlaceOf) {
  ASSERT_THAT(Must(OfForce(kOther, Fully())).predecessors(), IsEmpty());
  forces::v1::MergeForceRequest merge;
  merge.set_name(kForce);
  merge.set_successor(kOther);
  merge.mutable_end_date()->set_year(2022);
  merge.set_reason("A merger.");
  Must(Call<ForcesService>(*forces_, "records-manager", &ForcesService::Stub::MergeForce, merge));
  EXPECT_THAT(Must(OfForce(kOther, Fully())).predecessors(), ::testing::ElementsAre(kForce));
  EXPECT_EQ(Must(OfForce(kForce, Fully())).force().successor(), kOther);
}

TEST_F(GatewayServiceTest, ThePastIsReadInTheCallersNameAndTheFutureRefused) {
  const auto draft = Draft(kForce, "A draft");
  v1::GetForceDashboardRequest request;
  request.set_name(kForce);
  *request.mutable_as_of_time() = draft.header().recorded_time();
  const auto read = [&](const std::string& who) {
    auto response = Call<Gateway>(*gateway_, who, &Gateway::Stub::GetForceDashboard, request);
    return response.ok() ? absl::StatusOr<v1::ForceDashboard>(response->dashboard()) : response.status();
  };
  EXPECT_THAT(Titles(Must(read("chief-inspector"))), ::testing::ElementsAre("A draft"));
  EXPECT_THAT(Titles(Must(read("west-midlands-officer"))), IsEmpty());
  EXPECT_EQ(Must(read("west-midlands-officer")).sections(3).state(), v1::SECTION_STATE_COMPLETE);
  request.mutable_as_of_time()->set_seconds(request.as_of_time().seconds() + 1000000);
  EXPECT_THAT(read("chief-inspector").status(), Refuses(absl::StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
  // Before anything was recorded there was no force.
  request.mutable_as_of_time()->set_seconds(1);
  EXPECT_THAT(read("chief-inspector").status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  request.clear_as_of_time();
  request.mutable_on_date()->set_year(9000);
  EXPECT_THAT(read("chief-inspector").status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  request.mutable_on_date()->set_month(1);
  request.mutable_on_date()->set_day(1);
  EXPECT_THAT(read("chief-inspector").status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  *request.mutable_as_of_time() = draft.header().recorded_time();
  EXPECT_THAT(read("chief-inspector").status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

TEST_F(GatewayServiceTest, ThePastOfAllForcesIsThatOfTheServicesThatAnswer) {
  const auto before = Draft(kForce, "A draft");
  forces_->clock().Advance(absl::Seconds(1));
  forces::v1::CreateForceRequest create;
  create.set_force_id("elsewhere");
  create.mutable_force()->set_display_name("Elsewhere");
  create.mutable_force()->set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
  create.mutable_force()->set_service(forces::v1::SERVICE_TYPE_POLICE);
  create.mutable_force()->set_region("London");
  create.mutable_force()->mutable_oversight_body()->set_kind(
      forces::v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
  create.mutable_force()->mutable_oversight_body()->set_display_name("A commissioner");
  Must(Call<ForcesService>(*forces_, "records-manager", &ForcesService::Stub::CreateForce, create));
  v1::GetNationalDashboardRequest request;
  *request.mutable_as_of_time() = before.header().recorded_time();
  const auto read = [&](const std::string& who) {
    auto response = Call<Gateway>(*gateway_, who, &Gateway::Stub::GetNationalDashboard, request);
    return response.ok() ? absl::StatusOr<v1::NationalDashboard>(response->dashboard()) : response.status();
  };
  const auto then = Must(read("chief-inspector"));
  EXPECT_EQ(Row(then, kForce).stage(), "scan");
  for (const auto& row : then.rows()) EXPECT_NE(row.force(), "forces/elsewhere") << "recorded later";
  EXPECT_THAT(read("west-midlands-officer").status(), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));

  monitoring_->Stop();
  const auto without = Must(read("chief-inspector"));
  EXPECT_EQ(Section(without, "monitoring-service").state(), v1::SECTION_STATE_UNAVAILABLE);
  EXPECT_EQ(Section(without, "concerns-service").state(), v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(Row(without, kForce).stage(), "");

  request.mutable_as_of_time()->set_seconds(request.as_of_time().seconds() + 1000000);
  EXPECT_THAT(read("chief-inspector").status(), Refuses(absl::StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
}

TEST_F(GatewayServiceTest, ASearchFindsWhatItsCallerMaySee) {
  Draft(kForce, "Custody records");
  AwaitCurrent();
  v1::SearchRequest request;
  const auto search = [&](const std::string& who, const std::string& query) {
    request.set_query(query);
    return Call<Gateway>(*gateway_, who, &Gateway::Stub::Search, request);
  };
  const auto found = Must(search("liaison-lead", "custod rec"));
  ASSERT_EQ(found.hits_size(), 1);
  EXPECT_EQ(found.hits(0).concern_title(), "Custody records");
  EXPECT_THAT(found.forces(), IsEmpty());
  EXPECT_EQ(Section(found, "monitoring-service").state(), v1::SECTION_STATE_COMPLETE);

  const auto by_force = Must(search("public", "west midl"));
  EXPECT_TRUE(by_force.concerns_not_searched());
  std::set<std::string> forces;
  for (const auto& hit : by_force.forces()) {
    EXPECT_EQ(hit.region(), "West Midlands") << hit.display_name();
    forces.insert(hit.force());
  }
  EXPECT_EQ(forces.count(kForce), 1);
  EXPECT_THAT(Must(search("west-midlands-officer", "custody")).hits(), IsEmpty()) << "a draft";
  EXPECT_THAT(search("liaison-lead", "--").status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));

  monitoring_->Stop();
  const auto part = Must(search("liaison-lead", "custody"));
  EXPECT_EQ(part.hits_size(), 1);
  EXPECT_EQ(Section(part, "monitoring-service").state(), v1::SECTION_STATE_UNAVAILABLE);
  monitoring_->StartAgain();

  // Before it was recorded it is not found, and what is to come is refused.
  request.mutable_as_of_time()->set_seconds(1);
  EXPECT_THAT(Must(search("liaison-lead", "custody")).hits(), IsEmpty());
  request.mutable_as_of_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 1000000);
  EXPECT_THAT(search("liaison-lead", "custody").status(), Refuses(absl::StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
}

// Nothing open is not the same as not known.
TEST_F(GatewayServiceTest, APastOfWhichPartWasRemovedByLawIsNotShownAsWhole) {
  const auto draft = Draft(kForce, "A name");
  concerns_->clock().Advance(absl::Seconds(1));
  concerns::v1::UpdateConcernRequest correct;
  correct.mutable_concern()->set_name(draft.concern().name());
  correct.mutable_concern()->set_title("No name");
  correct.mutable_update_mask()->add_paths("title");
  Must(Call<concerns::v1::ConcernsService>(*concerns_, "hm-inspector",
                                           &concerns::v1::ConcernsService::Stub::UpdateConcern, correct));
  v1::GetForceDashboardRequest request;
  request.set_name(kForce);
  *request.mutable_as_of_time() = draft.header().recorded_time();
  const auto read = [&] {
    return Must(Call<Gateway>(*gateway_, "chief-inspector", &Gateway::Stub::GetForceDashboard, request)).dashboard();
  };
  EXPECT_THAT(Titles(read()), ::testing::ElementsAre("A name"));
  const auto redacted =
      testing::CommitNow(concerns_->ledger(), testing::Redacting({draft.concern().name(), draft.header().revision()}));
  ASSERT_TRUE(redacted.ok()) << redacted.status();
  const v1::ForceDashboard dashboard = read();
  EXPECT_EQ(dashboard.concerns_size(), 0);
  for (const int section : {1, 3}) {
    EXPECT_EQ(dashboard.sections(section).state(), v1::SECTION_STATE_UNAVAILABLE) << section;
    EXPECT_THAT(dashboard.sections(section).reason(), ::testing::HasSubstr("redactions/1")) << section;
  }
}

TEST_F(GatewayServiceTest, ATokenShowsItsHolderWhatItWrote) {
  AwaitCurrent();
  for (int i = 0; i < 30; ++i) {
    const auto created = Draft(kForce, absl::StrCat("Title ", i));
    const auto dashboard = Must(OfForce(kForce, AtLeast({created.header().consistency_token()})));
    EXPECT_THAT(Titles(dashboard), Contains(absl::StrCat("Title ", i)));
    EXPECT_GE(Section(dashboard, "concerns-service").revision(), created.header().revision());
  }
}

TEST_F(GatewayServiceTest, TokensOfAllServicesHoldTogether) {
  const auto issued = Issued();
  const auto renamed = Rename(kForce, "The Force");
  const auto proposed = Propose(kForce, issued.concern().name());
  const auto freshness = AtLeast({issued.header().consistency_token(), renamed.header().consistency_token(),
                                  proposed.header().consistency_token()});
  const auto national = Must(National(freshness));
  EXPECT_EQ(Row(national, kForce).display_name(), "The Force");
  EXPECT_EQ(Row(national, kForce).counts().open_causes_of_concern(), 1);
  EXPECT_TRUE(Row(national, kForce).proposal_open());
  EXPECT_EQ(Row(national, kForce).open_proposal(), std::string(kForce) + "/proposals/1");
  EXPECT_EQ(Row(national, kOther).open_proposal(), "");
  EXPECT_EQ(national.open_proposals(), 1);
  const auto force = Must(OfForce(kForce, freshness));
  EXPECT_EQ(force.force().display_name(), "The Force");
  ASSERT_EQ(force.proposals_size(), 1);
  EXPECT_EQ(force.proposals(0).proposer(), "principals/hm-inspector");
}

TEST_F(GatewayServiceTest, FullyConsistentShowsWhateverAnyoneWrote) {
  for (int i = 0; i < 20; ++i) {
    Draft(kForce, absl::StrCat("Title ", i));
    Rename(kForce, absl::StrCat("Name ", i));
    const auto dashboard = Must(OfForce(kForce, Fully()));
    EXPECT_THAT(Titles(dashboard), Contains(absl::StrCat("Title ", i)));
    EXPECT_EQ(dashboard.force().display_name(), absl::StrCat("Name ", i));
  }
}

TEST_F(GatewayServiceTest, RefusesTokensThatAreNotOfThisSuite) {
  AwaitCurrent();
  const auto mismatch = Refuses(absl::StatusCode::kInvalidArgument, "CONSISTENCY_TOKEN_MISMATCH");
  const auto elsewhere = StartForces();
  for (const std::string& token :
       {std::string("nonsense"), rpc::EncodeConsistencyToken(elsewhere->ledger().incarnation(), 1)}) {
    EXPECT_THAT(National(AtLeast({token})).status(), mismatch) << token;
    EXPECT_THAT(OfForce(kForce, AtLeast({token})).status(), mismatch) << token;
    EXPECT_EQ(ViolationsOf(National(AtLeast({token})).status()).size(), 1u);
  }
  const auto four = National(AtLeast({"a", "b", "c", "d"}));
  EXPECT_THAT(four.status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

TEST_F(GatewayServiceTest, ATokenNotReachedInTimeIsADeadlineExceeded) {
  AwaitCurrent();
  v1::GetNationalDashboardRequest request;
  request.mutable_freshness()->add_at_least_as_fresh(
      rpc::EncodeConsistencyToken(forces_->ledger().incarnation(), forces_->ledger().head().revision + 1));
  v1::GetNationalDashboardResponse response;
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::milliseconds(300));
  const auto status = gateway_->StubAs<Gateway>("chief-inspector")->GetNationalDashboard(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

// A gateway that has never reached a service does not know its store, so it cannot say whose a token is.
TEST_F(GatewayServiceTest, ATokenOfAServiceNotReachedYetIsWaitedFor) {
  const std::string token = Draft(kForce, "Written before").header().consistency_token();
  concerns_->Stop();
  gateway_ = StartGateway(forces_->address(), concerns_->last_address(), monitoring_->address());
  AwaitCurrent();
  v1::GetForceDashboardRequest request;
  request.set_name(kForce);
  request.mutable_freshness()->add_at_least_as_fresh(token);
  v1::GetForceDashboardResponse response;
  const auto stub = gateway_->StubAs<Gateway>("chief-inspector");
  {
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::milliseconds(300));
    const auto status = stub->GetForceDashboard(&context, request, &response);
    EXPECT_NE(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << "the token is not at fault";
    EXPECT_FALSE(status.ok());
  }
  auto answered = std::async(std::launch::async, [&] {
    grpc::ClientContext context;
    SetDeadline(context);
    return stub->GetForceDashboard(&context, request, &response);
  });
  concerns_->StartAgain();
  const auto status = answered.get();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(Titles(response.dashboard()), Contains("Written before"));
}

TEST_F(GatewayServiceTest, AnUnknownForceIsNotFound) {
  AwaitCurrent();
  EXPECT_THAT(OfForce("forces/atlantis").status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  EXPECT_THAT(OfForce("atlantis").status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

// ---- Built once ----

TEST_F(GatewayServiceTest, AnUnchangedDashboardIsBuiltOnce) {
  AwaitCurrent();
  Must(OfForce(kForce));
  const int64_t before = Builds();
  for (int i = 0; i < 5; ++i) {
    Must(National(Fully()));
    Must(OfForce(kForce, Fully()));
  }
  EXPECT_EQ(Builds(), before);
}

TEST_F(GatewayServiceTest, AChangeOfOneForceBuildsNoOtherAnew) {
  AwaitCurrent();
  Must(OfForce(kForce));
  Must(OfForce(kOther));
  const int64_t before = Builds();
  const auto token = Draft(kOther).header().consistency_token();
  Must(OfForce(kForce, AtLeast({token})));
  EXPECT_EQ(Builds(), before) << "another force's draft";
  EXPECT_EQ(Must(OfForce(kOther, AtLeast({token}))).concerns_size(), 1);
  EXPECT_EQ(Builds(), before + 1);
}

// The bytes are shared by the audience, not over it.
TEST_F(GatewayServiceTest, EachAudienceGetsItsOwn) {
  const auto token = Draft().header().consistency_token();
  EXPECT_EQ(Must(OfForce(kForce, AtLeast({token}))).concerns_size(), 1);
  EXPECT_EQ(Must(OfForce(kForce, {}, "west-midlands-officer")).concerns_size(), 0);
  EXPECT_EQ(Must(OfForce(kForce)).concerns_size(), 1);
}

TEST_F(GatewayServiceTest, MidnightMakesThemAnew) {
  AwaitCurrent();
  EXPECT_EQ(Must(National()).today().day(), 24);
  gateway_->clock().Advance(absl::Hours(24));
  EXPECT_EQ(Must(National()).today().day(), 25);
}

// ---- A service is away ----

TEST_F(GatewayServiceTest, AStoppedServiceMakesItsSectionStaleAndHealsWhenItIsBack) {
  Issued();
  const auto before = Must(National(Fully()));
  concerns_->Stop();
  ASSERT_TRUE(
      Eventually([&] { return Section(Must(National()), "concerns-service").state() == v1::SECTION_STATE_STALE; }));
  const auto first = Section(Must(OfForce()), "concerns-service");
  EXPECT_THAT(first.reason(), HasSubstr("concerns"));
  EXPECT_GT(AgeOf(first), absl::ZeroDuration());
  EXPECT_TRUE(Eventually([&] { return AgeOf(Section(Must(OfForce()), "concerns-service")) > AgeOf(first); }));
  const auto national = Must(National(Fully()));  // In good time, though one cannot be asked.
  EXPECT_EQ(Section(national, "forces-service").state(), v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(Section(national, "monitoring-service").state(), v1::SECTION_STATE_COMPLETE);
  EXPECT_EQ(national.counts().open_causes_of_concern(), 1) << "what was known is still shown";
  EXPECT_EQ(Section(national, "concerns-service").revision(), Section(before, "concerns-service").revision());
  // Outsiders are told that it is old, not what is wrong.
  const auto outside = Section(Must(OfForce(kForce, {}, "west-midlands-officer")), "concerns-service");
  EXPECT_EQ(outside.state(), v1::SECTION_STATE_STALE);
  EXPECT_THAT(outside.reason(), Not(HasSubstr("concerns")));

  concerns_->StartAgain();
  ASSERT_TRUE(
      Eventually([&] { return Section(Must(National()), "concerns-service").state() == v1::SECTION_STATE_COMPLETE; }));
  const auto token = Draft(kForce, "After the break").header().consistency_token();
  EXPECT_THAT(Titles(Must(OfForce(kForce, AtLeast({token})))), Contains("After the break"));
}

TEST_F(GatewayServiceTest, AServiceNeverReachedMakesItsSectionUnavailable) {
  const auto gateway = StartGateway(forces_->address(), Nowhere(), Nowhere());
  ASSERT_TRUE(Eventually([&] { return National(*gateway, {}).ok(); }));
  const auto national = Must(National(*gateway, Fully()));
  EXPECT_EQ(national.rows_size(), register_size_);
  EXPECT_EQ(Section(national, "forces-service").state(), v1::SECTION_STATE_COMPLETE);
  for (const char* service : {"concerns-service", "monitoring-service"}) {
    const auto section = Section(national, service);
    EXPECT_EQ(section.state(), v1::SECTION_STATE_UNAVAILABLE) << service;
    EXPECT_EQ(section.revision(), 0);
    EXPECT_FALSE(section.has_age());
    EXPECT_THAT(section.reason(), Not(IsEmpty()));
  }
  EXPECT_EQ(Row(national, kForce).stage(), "") << "no stage is claimed, not even the default one";
  EXPECT_FALSE(Must(OfForce(*gateway, kForce, {})).has_monitoring());
  EXPECT_TRUE(gateway->application().Ready().ok());
}

TEST_F(GatewayServiceTest, WithoutTheRegisterThereIsNothingToShow) {
  const auto gateway = StartGateway(Nowhere(), concerns_->address(), monitoring_->address());
  const auto unavailable = Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE");
  EXPECT_THAT(National(*gateway, {}).status(), unavailable);
  EXPECT_EQ(ErrorMetadata(National(*gateway, Fully()).status(), "service"), "forces-service");
  EXPECT_THAT(OfForce(*gateway, kForce, {}).status(), unavailable);
  EXPECT_FALSE(gateway->application().Ready().ok());
  grpc::ClientContext context;
  SetDeadline(context);
  auto watch = gateway->StubAs<Gateway>("chief-inspector")->WatchDashboard(&context, v1::WatchDashboardRequest());
  EXPECT_THAT(End(watch), unavailable);
  // A call passed on says who does not answer.
  forces::v1::GetForceRequest request;
  request.set_name(kForce);
  const auto passed_on = Call<ForcesService>(*gateway, "public", &ForcesService::Stub::GetForce, request).status();
  EXPECT_THAT(passed_on, unavailable);
  EXPECT_EQ(ErrorMetadata(passed_on, "service"), "forces-service");
}

// ---- Who sees what ----

TEST_F(GatewayServiceTest, AForceSeesItselfAndNothingInTheMaking) {
  const auto issued = Issued();
  Draft();
  Propose(kForce, issued.concern().name());
  const auto inside = Must(OfForce(kForce, Fully()));
  EXPECT_EQ(inside.concerns_size(), 2);
  EXPECT_EQ(inside.proposals_size(), 1);
  for (const char* principal : {"west-midlands-officer", "west-midlands-oversight-body"}) {
    const auto outside = Must(OfForce(kForce, {}, principal));
    ASSERT_EQ(outside.concerns_size(), 1) << principal;
    EXPECT_EQ(outside.concerns(0).concern().name(), issued.concern().name());
    EXPECT_EQ(outside.proposals_size(), 0);
    EXPECT_EQ(outside.decisions_size(), 0);
    EXPECT_EQ(outside.monitoring().open_proposal(), "");
    EXPECT_THAT(OfForce(kOther, {}, principal).status(), Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
    EXPECT_THAT(National({}, principal).status(), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  }
  // Dashboards show moves that are not published: the public reads monitoring-service, which knows what is.
  EXPECT_THAT(OfForce(kForce, {}, "public").status(), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(National({}, "public").status(), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(OfForce(kForce, {}, "").status(), Refuses(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED"));
}

TEST_F(GatewayServiceTest, AWatchShowsNoMoreThanARead) {
  AwaitCurrent();
  const auto watch = [&](const std::string& principal, const std::string& force) {
    grpc::ClientContext context;
    auto watch = WatchAs(principal, context, WatchRequest(force, absl::ZeroDuration(), absl::Seconds(60)));
    return End(watch);
  };
  EXPECT_THAT(watch("west-midlands-officer", ""), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(watch("west-midlands-officer", kOther), Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
  EXPECT_THAT(watch("public", kForce), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(watch("public", ""), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(watch("chief-inspector", "forces/atlantis"), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  EXPECT_THAT(watch("chief-inspector", "atlantis"), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(watch("", kForce), Refuses(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED"));
}

// ---- Watching ----

TEST_F(GatewayServiceTest, AWatchSendsTheStateThenEachChange) {
  AwaitCurrent();
  grpc::ClientContext context, national_context;
  auto watch = WatchAs("chief-inspector", context, WatchRequest(kForce, absl::ZeroDuration(), absl::Seconds(60)));
  auto national =
      WatchAs("chief-inspector", national_context, WatchRequest("", absl::ZeroDuration(), absl::Seconds(60)));
  v1::WatchDashboardResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.force().force().name(), kForce);
  EXPECT_EQ(response.force().sections_size(), 5);
  EXPECT_EQ(response.force().concerns_size(), 0);
  ASSERT_TRUE(national->Read(&response));
  EXPECT_EQ(response.national().rows_size(), register_size_);

  Draft(kOther, "Not shown here");
  Draft(kForce, "Shown");
  // What the force's page does not show made no message.
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_THAT(Titles(response.force()), ::testing::ElementsAre("Shown"));
  Rename(kForce, "The Force");
  ASSERT_TRUE(national->Read(&response));
  EXPECT_EQ(Row(response.national(), kForce).display_name(), "The Force") << "drafts are not counted, so told nothing";
}

TEST_F(GatewayServiceTest, AForcesWatcherIsNotTouchedByDrafts) {
  AwaitCurrent();
  grpc::ClientContext context;
  auto watch = WatchAs("west-midlands-officer", context, WatchRequest(kForce, absl::ZeroDuration(), absl::Seconds(60)));
  v1::WatchDashboardResponse response;
  ASSERT_TRUE(watch->Read(&response));
  Draft();
  const auto issued = Issued();
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_EQ(response.force().concerns_size(), 1);
  EXPECT_EQ(response.force().concerns(0).concern().name(), issued.concern().name());
}

TEST_F(GatewayServiceTest, ChangesWithinTheLeastIntervalComeTogether) {
  AwaitCurrent();
  const auto interval = std::chrono::milliseconds(1000);
  grpc::ClientContext context;
  auto watch = WatchAs("chief-inspector", context, WatchRequest(kForce, absl::Seconds(1), absl::Seconds(60)));
  v1::WatchDashboardResponse response;
  ASSERT_TRUE(watch->Read(&response));
  const auto began = steady_clock::now();
  for (int i = 1; i <= 20; ++i) Rename(kForce, absl::StrCat("Name ", i));
  int messages = 0;
  while (response.force().force().display_name() != "Name 20") {
    ASSERT_TRUE(watch->Read(&response));
    ++messages;
  }
  const auto took = steady_clock::now() - began;
  EXPECT_GE(messages, 1);
  EXPECT_LE(messages, took / interval + 1) << "one per interval";
}

TEST_F(GatewayServiceTest, AHeartbeatRepeatsTheStateWithNewAges) {
  AwaitCurrent();
  grpc::ClientContext context;
  auto watch = WatchAs("chief-inspector", context, WatchRequest(kForce, absl::ZeroDuration(), absl::Seconds(1)));
  v1::WatchDashboardResponse first, second;
  ASSERT_TRUE(watch->Read(&first));
  const auto began = steady_clock::now();
  const int64_t builds = Builds();
  ASSERT_TRUE(watch->Read(&second));
  EXPECT_GE(steady_clock::now() - began, std::chrono::milliseconds(500));
  EXPECT_EQ(Builds(), builds);
  first.mutable_force()->clear_sections();
  EXPECT_EQ(second.force().sections_size(), 5);
  second.mutable_force()->clear_sections();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(first, second));
}

TEST_F(GatewayServiceTest, AWatcherIsToldWhenAServiceGoesAndComesBack) {
  AwaitCurrent();
  grpc::ClientContext context;
  auto watch = WatchAs("chief-inspector", context, WatchRequest("", absl::ZeroDuration(), absl::Seconds(60)));
  v1::WatchDashboardResponse response;
  const auto await = [&](v1::SectionState state) {
    while (watch->Read(&response)) {
      if (Section(response.national(), "monitoring-service").state() == state) return true;
    }
    return false;
  };
  ASSERT_TRUE(await(v1::SECTION_STATE_COMPLETE));
  monitoring_->Stop();
  ASSERT_TRUE(await(v1::SECTION_STATE_STALE));
  EXPECT_EQ(Row(response.national(), kForce).stage(), "scan") << "what was known is still shown";
  monitoring_->StartAgain();
  EXPECT_TRUE(await(v1::SECTION_STATE_COMPLETE));
}

TEST_F(GatewayServiceTest, AnAbandonedWatchIsLetGoOf) {
  AwaitCurrent();
  {
    grpc::ClientContext context;
    auto watch = WatchAs("chief-inspector", context, WatchRequest(kForce, absl::ZeroDuration(), absl::Seconds(60)));
    v1::WatchDashboardResponse response;
    ASSERT_TRUE(watch->Read(&response));
    EXPECT_EQ(gateway_->server().host().streams(), 1);
    context.TryCancel();
    watch->Finish();
  }
  EXPECT_TRUE(Eventually([&] { return gateway_->server().host().streams() == 0; }));
}

TEST_F(GatewayServiceTest, ADrainEndsEveryStreamAndSaysToComeBack) {
  AwaitCurrent();
  grpc::ClientContext context, national_context, passed_on_context;
  auto watch = WatchAs("chief-inspector", context, WatchRequest(kForce, absl::ZeroDuration(), absl::Seconds(60)));
  auto national =
      WatchAs("chief-inspector", national_context, WatchRequest("", absl::ZeroDuration(), absl::Seconds(60)));
  const auto forces = gateway_->StubAs<ForcesService>("liaison-lead");
  SetDeadline(passed_on_context);
  auto passed_on = forces->WatchForces(&passed_on_context, forces::v1::WatchForcesRequest());
  v1::WatchDashboardResponse response;
  forces::v1::WatchForcesResponse change;
  ASSERT_TRUE(watch->Read(&response));
  ASSERT_TRUE(national->Read(&response));
  ASSERT_TRUE(passed_on->Read(&change));

  const auto began = steady_clock::now();
  auto stopped = std::async(std::launch::async, [&] { gateway_->Stop(); });
  const auto draining = Refuses(absl::StatusCode::kUnavailable, "DRAINING");
  EXPECT_THAT(End(watch), draining);
  EXPECT_THAT(End(national), draining);
  while (passed_on->Read(&change)) {
  }
  EXPECT_THAT(rpc::FromGrpc(passed_on->Finish()), draining);
  stopped.wait();
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(4)) << "nothing waits for a time-out of ten seconds";
}

// ---- Calls passed on ----

TEST_F(GatewayServiceTest, EveryMethodOfTheSuiteIsReachedThere) {
  int methods = 0;
  grpc::GenericStub nobody(gateway_->ChannelAs(""));
  for (const char* service :
       {ForcesService::service_full_name(), ConcernsService::service_full_name(),
        concerns::v1::ResponsesService::service_full_name(), concerns::v1::RevisitsService::service_full_name(),
        concerns::v1::EvidenceService::service_full_name(), MonitoringService::service_full_name(),
        monitoring::v1::AdviceService::service_full_name(), monitoring::v1::DisclosuresService::service_full_name(),
        Gateway::service_full_name()}) {
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
    ASSERT_NE(descriptor, nullptr);
    for (int i = 0; i < descriptor->method_count(); ++i, ++methods) {
      const std::string path = absl::StrCat("/", service, "/", descriptor->method(i)->name());
      grpc::ClientContext context;
      SetDeadline(context);
      const grpc::ByteBuffer request = ToByteBuffer("");
      grpc::ByteBuffer response;
      std::promise<grpc::Status> ended;
      nobody.UnaryCall(&context, path, {}, &request, &response,
                       [&ended](grpc::Status status) { ended.set_value(std::move(status)); });
      // The owner itself says so: it has looked for the caller's name.
      EXPECT_THAT(rpc::FromGrpc(ended.get_future().get()),
                  Refuses(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED"))
          << path;
    }
  }
  EXPECT_GT(methods, 40);
}

TEST_F(GatewayServiceTest, AnUnknownMethodIsUnimplemented) {
  grpc::GenericStub stub(gateway_->ChannelAs("chief-inspector"));
  for (const char* path : {"/oversight.forces.v1.ForcesService/Nothing", "/oversight.nothing.v1.Service/Get", "/x"}) {
    grpc::ClientContext context;
    SetDeadline(context);
    const grpc::ByteBuffer request = ToByteBuffer("");
    grpc::ByteBuffer response;
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, path, {}, &request, &response,
                   [&ended](grpc::Status status) { ended.set_value(std::move(status)); });
    const absl::Status status = rpc::FromGrpc(ended.get_future().get());
    EXPECT_THAT(status, Refuses(absl::StatusCode::kUnimplemented, "UNKNOWN_METHOD")) << path;
    EXPECT_EQ(ErrorMetadata(status, "method"), path);
  }
}

TEST_F(GatewayServiceTest, AnswersAndErrorsArePassedOnAsTheyAre) {
  forces::v1::GetForceRequest get;
  get.set_name(kForce);
  const auto direct = Must(Call<ForcesService>(*forces_, "public", &ForcesService::Stub::GetForce, get));
  const auto through = Must(Call<ForcesService>(*gateway_, "public", &ForcesService::Stub::GetForce, get));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(direct, through));

  get.set_name("forces/atlantis");
  EXPECT_EQ(Call<ForcesService>(*gateway_, "public", &ForcesService::Stub::GetForce, get).status(),
            Call<ForcesService>(*forces_, "public", &ForcesService::Stub::GetForce, get).status());
  const auto bad = concerns::v1::CreateConcernRequest();
  const auto refused =
      Call<ConcernsService>(*gateway_, "liaison-lead", &ConcernsService::Stub::CreateConcern, bad).status();
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_GE(ViolationsOf(refused).size(), 2u);
  EXPECT_EQ(refused,
            Call<ConcernsService>(*concerns_, "liaison-lead", &ConcernsService::Stub::CreateConcern, bad).status());

  // A change as well, once.
  const auto created = Must(Call<ConcernsService>(*gateway_, "liaison-lead", &ConcernsService::Stub::CreateConcern,
                                                  ConcernRequest(kForce, "Through the gateway")));
  EXPECT_EQ(created.header().revision(), concerns_->ledger().head().revision);
}

TEST_F(GatewayServiceTest, TheOwnerSaysWhatIsTooLarge) {
  forces::v1::ImportForcesRequest request;
  request.set_csv(std::string(5 << 20, 'x'));
  const auto refused = Call<ForcesService>(*gateway_, "operator", &ForcesService::Stub::ImportForces, request);
  EXPECT_THAT(refused.status(), Refuses(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
}

TEST_F(GatewayServiceTest, AWatchIsPassedOnMessageByMessage) {
  const auto stub = gateway_->StubAs<ForcesService>("liaison-lead");
  forces::v1::WatchForcesRequest request;
  request.mutable_start()->set_initial_state(true);
  RecordedWatch<forces::v1::WatchForcesResponse> watch(
      true, [&](grpc::ClientContext* context) { return stub->WatchForces(context, request); });
  forces::v1::WatchForcesResponse response;
  ASSERT_TRUE(watch.Read(&response));
  EXPECT_TRUE(response.has_created());
  int listed = 0;
  while (watch.Read(&response) && !response.bookmark().initial_state_end()) listed += response.events().events_size();
  EXPECT_EQ(listed, register_size_);
  Rename(kForce, "The Force");
  response = watch.ReadEvents();
  ASSERT_EQ(response.events().events_size(), 1);
  EXPECT_EQ(response.events().events(0).force().display_name(), "The Force");
  // Gone: the service behind is told.
  EXPECT_GT(forces_->server().host().streams(), 0);
  const int others = forces_->server().host().streams() - 1;
  EXPECT_TRUE(KeepsWatchPromises(watch.End(), LogToldBy<forces::v1::WatchForcesResponse>(forces_->ledger())));
  EXPECT_EQ(watch.Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return forces_->server().host().streams() == others; }));
}

TEST_F(GatewayServiceTest, AWatchThatIsRefusedSaysWhy) {
  const auto stub = gateway_->StubAs<ForcesService>("liaison-lead");
  grpc::ClientContext context;
  SetDeadline(context);
  forces::v1::WatchForcesRequest request;
  request.mutable_start()->set_resume_after(1000000);
  auto reader = stub->WatchForces(&context, request);
  forces::v1::WatchForcesResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_THAT(rpc::FromGrpc(reader->Finish()), Refuses(absl::StatusCode::kOutOfRange, "REVISION_IN_FUTURE"));
}

TEST_F(GatewayServiceTest, DeadlinesArePassedOn) {
  // It would wait for a revision that does not come; the service gives up, since it knows until when.
  forces::v1::ListForcesRequest request;
  request.mutable_read()->mutable_consistency()->set_at_least_as_fresh(
      rpc::EncodeConsistencyToken(forces_->ledger().incarnation(), forces_->ledger().head().revision + 1));
  forces::v1::ListForcesResponse response;
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::milliseconds(300));
  const auto began = steady_clock::now();
  const auto status = gateway_->StubAs<ForcesService>("public")->ListForces(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(10));
  EXPECT_TRUE(Eventually([&] { return forces_->server().host().in_flight() == 0; }));
}

TEST_F(GatewayServiceTest, TheCallersOwnNameIsPassedOnAndNoOther) {
  // By whom a change was made is who called, not the gateway.
  forces::v1::UpdateForceRequest update;
  update.mutable_force()->set_name(kForce);
  update.mutable_force()->set_display_name("The Force");
  update.mutable_update_mask()->add_paths("display_name");
  Must(Call<ForcesService>(*gateway_, "records-manager", &ForcesService::Stub::UpdateForce, update));
  forces::v1::ListForceVersionsRequest versions;
  versions.set_name(kForce);
  const auto history =
      Must(Call<ForcesService>(*gateway_, "chief-inspector", &ForcesService::Stub::ListForceVersions, versions));
  EXPECT_EQ(history.versions(0).change().actor(), "principals/records-manager");

  // Going through the gateway gives nobody its rights.
  const auto denied = Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED");
  EXPECT_THAT(Call<ForcesService>(*gateway_, "public", &ForcesService::Stub::ListForceVersions, versions).status(),
              denied);
  EXPECT_THAT(Call<ForcesService>(*gateway_, "public", &ForcesService::Stub::UpdateForce, update).status(), denied);
  EXPECT_THAT(Call<ForcesService>(*gateway_, "", &ForcesService::Stub::ListForceVersions, versions).status(),
              Refuses(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED"));
  const std::string draft = Draft().concern().name();
  concerns::v1::GetConcernRequest get;
  get.set_name(draft);
  EXPECT_THAT(
      Call<ConcernsService>(*gateway_, "west-midlands-officer", &ConcernsService::Stub::GetConcern, get).status(),
      Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

// A frame of HTTP/2 on the first stream: length, type, flags, stream, payload.
std::string Frame(char type, char flags, const std::string& payload, bool of_connection = false) {
  const auto size = static_cast<char>(payload.size());
  return std::string({0, 0, size, type, flags, 0, 0, 0, of_connection ? '\0' : '\1'}) + payload;
}

// What gRPC lets in it does not always let out. No gRPC client sends such a header, so this one speaks HTTP/2 itself.
TEST_F(GatewayServiceTest, AHeaderThatCannotBePassedOnIsLeftOut) {
  constexpr char kHeaders = 1, kData = 0, kSettings = 4, kEndStream = 1, kEndHeaders = 4;
  for (const auto& [name, value] : HttpHeaders{{"x-request-id", "caf\xe9"}, {"oversight-principal", "caf\xc3\xa9"}}) {
    std::string headers;
    for (const auto& [key, text] : HttpHeaders{{":method", "POST"},
                                               {":scheme", "http"},
                                               {":path", "/oversight.forces.v1.ForcesService/GetForce"},
                                               {":authority", "test"},
                                               {"te", "trailers"},
                                               {"content-type", "application/grpc"},
                                               {name, value}}) {
      // Literal, not indexed, with a new name.
      headers += std::string(1, '\0') + static_cast<char>(key.size()) + key + static_cast<char>(text.size()) + text;
    }
    testing::HttpConnection client(gateway_->address());
    client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, "", true) +
                Frame(kHeaders, kEndHeaders, headers) + Frame(kData, kEndStream, std::string(5, '\0')));
    const std::string end = {kHeaders, kEndStream | kEndHeaders, 0, 0, 0, 1};
    EXPECT_THAT(client.ReadRaw([&](const std::string& bytes) { return bytes.find(end) != std::string::npos; }),
                HasSubstr(end))
        << name;
  }
  AwaitCurrent();
}

TEST_F(GatewayServiceTest, TheRequestIdGoesThereAndBack) {
  const auto stub = gateway_->StubAs<ForcesService>("public");
  forces::v1::GetForceRequest request;
  forces::v1::GetForceResponse response;
  for (const char* name : {kForce, "forces/atlantis"}) {
    request.set_name(name);
    grpc::ClientContext context;
    SetDeadline(context);
    context.AddMetadata("x-request-id", "find-me");
    const auto status = stub->GetForce(&context, request, &response);
    const auto& metadata = status.ok() ? context.GetServerInitialMetadata() : context.GetServerTrailingMetadata();
    const auto it = metadata.find("x-request-id");
    ASSERT_NE(it, metadata.end()) << name;
    EXPECT_EQ(std::string(it->second.data(), it->second.size()), "find-me") << name;
  }
}

}  // namespace
}  // namespace oversight::gateway
