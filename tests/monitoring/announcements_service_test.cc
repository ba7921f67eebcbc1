// Announcements as clients see them, and what the public sees of a move before and after; over real transport and a
// real store.
#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "common/time/london.h"
#include "monitoring-service/service/kinds.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"
#include "tests/monitoring/announcing_fixture.h"
#include "tests/monitoring/service_fixture.h"
#include "tests/support/awaited.h"
#include "tests/support/ledger_calls.h"

namespace oversight::monitoring {
namespace {

using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kWho[] = "forces/west-midlands";
constexpr char kDecision[] = "forces/west-midlands/decisions/1";
constexpr char kAnnouncement[] = "forces/west-midlands/announcements/1";
const absl::Time kTen = LondonTime(absl::CivilMinute(2023, 12, 6, 10, 0));

class AnnouncementsServiceTest : public ServiceTest {
 protected:
  using Service = v1::AnnouncementsService;
  using Rpcs = Service::Stub;

  template <class Request>
  static Request On(const std::string& name = kAnnouncement) {
    Request request;
    request.set_name(name);
    if constexpr (requires { request.set_reason("x"); }) request.set_reason("Because.");
    if constexpr (requires { request.mutable_publish_time(); }) *request.mutable_publish_time() = ToTimestamp(kTen);
    return request;
  }
  absl::StatusOr<v1::CreateAnnouncementResponse> Create(const std::string& as = "liaison-lead",
                                                        const std::string& decision = kDecision) {
    v1::CreateAnnouncementRequest request;
    request.set_parent(kWho);
    request.mutable_announcement()->set_decision(decision);
    return CallOf<Service>(as, &Rpcs::CreateAnnouncement, request);
  }
  absl::StatusOr<v1::GetAnnouncementResponse> Read(const std::string& as = "press-officer",
                                                   const std::string& name = kAnnouncement) {
    return CallOf<Service>(as, &Rpcs::GetAnnouncement, On<v1::GetAnnouncementRequest>(name));
  }
  v1::AnnouncementState State(const std::string& name = kAnnouncement) {
    const auto read = Read("press-officer", name);
    EXPECT_TRUE(read.ok()) << read.status();
    return read.ok() ? read->announcement().state() : v1::ANNOUNCEMENT_STATE_UNSPECIFIED;
  }
  void ClearIt(const std::string& name = kAnnouncement) {
    const auto submitted =
        CallOf<Service>("liaison-lead", &Rpcs::SubmitAnnouncement, On<v1::SubmitAnnouncementRequest>(name));
    ASSERT_TRUE(submitted.ok()) << submitted.status();
    const auto reviewed =
        CallOf<Service>("hm-inspector", &Rpcs::ReviewAnnouncement, On<v1::ReviewAnnouncementRequest>(name));
    ASSERT_TRUE(reviewed.ok()) << reviewed.status();
    const auto cleared =
        CallOf<Service>("press-officer", &Rpcs::ClearAnnouncement, On<v1::ClearAnnouncementRequest>(name));
    ASSERT_TRUE(cleared.ok()) << cleared.status();
  }
  void ScheduleIt() {
    const auto scheduled =
        CallOf<Service>("press-officer", &Rpcs::ScheduleAnnouncement, On<v1::ScheduleAnnouncementRequest>());
    ASSERT_TRUE(scheduled.ok()) << scheduled.status();
  }
  // Drafted, cleared and set to ten on 6 December.
  void ReachTheSchedule() {
    const auto created = Create();
    ASSERT_TRUE(created.ok()) << created.status();
    ClearIt();
    ScheduleIt();
  }
  bool Becomes(v1::AnnouncementState state, const std::string& name = kAnnouncement) {
    return Eventually([&] { return State(name) == state; });
  }
  void MoveAt(absl::Time minute) {
    ASSERT_TRUE(Propose().ok());
    auto request = DecideRequest("forces/west-midlands/proposals/1");
    *request.mutable_effective_time() = ToTimestamp(minute);
    const auto decided = Decide(request);
    ASSERT_TRUE(decided.ok()) << decided.status();
  }

  // Everything that a caller can read of monitoring, without where the answers stand in the log.
  std::string Seen(const std::string& as) {
    std::string seen;
    const auto note = [&seen](const char* what, auto response) {
      absl::StrAppend(&seen, what, ": ", std::string(response.status().message()), "\n");
      if (!response.ok()) return;
      response->clear_header();
      absl::StrAppend(&seen, response->DebugString());
    };
    note("monitoring", Get(kWho, as));
    v1::ListMonitoringRequest every;
    every.set_page_size(1000);
    note("all monitoring", Call(as, &Stub::ListMonitoring, every));
    every.set_stage("engage");
    note("engaged", Call(as, &Stub::ListMonitoring, every));
    v1::GetEpisodeRequest episode;
    episode.set_name("forces/west-midlands/episodes/1");
    note("episode", Call(as, &Stub::GetEpisode, episode));
    for (const auto* parent : {kWho, "forces/-"}) {
      v1::ListEpisodesRequest episodes;
      episodes.set_parent(parent);
      note("episodes", Call(as, &Stub::ListEpisodes, episodes));
      v1::ListAnnouncementsRequest announcements;
      announcements.set_parent(parent);
      note("announcements", CallOf<Service>(as, &Rpcs::ListAnnouncements, announcements));
      announcements.set_state(v1::ANNOUNCEMENT_STATE_SCHEDULED);
      note("scheduled", CallOf<Service>(as, &Rpcs::ListAnnouncements, announcements));
      announcements.clear_state();
      announcements.set_decision(kDecision);
      note("by decision", CallOf<Service>(as, &Rpcs::ListAnnouncements, announcements));
    }
    note("announcement", Read(as));
    note("check", CallOf<Service>(as, &Rpcs::CheckAnnouncement, On<v1::CheckAnnouncementRequest>()));
    note("versions", CallOf<Service>(as, &Rpcs::ListAnnouncementVersions, On<v1::ListAnnouncementVersionsRequest>()));
    v1::GetDecisionRequest decision;
    decision.set_name(kDecision);
    note("decision", Call(as, &Stub::GetDecision, decision));
    v1::ListDecisionsRequest decisions;
    decisions.set_parent(kWho);
    note("decisions", Call(as, &Stub::ListDecisions, decisions));
    v1::GetProposalRequest proposal;
    proposal.set_name("forces/west-midlands/proposals/1");
    note("proposal", Call(as, &Stub::GetProposal, proposal));
    v1::ListAllowedActionsRequest actions;
    actions.set_name("forces/west-midlands/monitoring");
    note("actions", Call(as, &Stub::ListAllowedActions, actions));
    for (const char* name : {kDecision, kAnnouncement}) {
      actions.set_name(name);
      note("actions", Call(as, &Stub::ListAllowedActions, actions));
    }
    v1::ListMonitoringVersionsRequest versions;
    versions.set_name("forces/west-midlands/monitoring");
    note("stages", Call(as, &Stub::ListMonitoringVersions, versions));
    return seen;
  }
};

// What a watch sends, besides bookmarks, gathered by a thread of its own.
class Following {
 public:
  Following(std::unique_ptr<v1::MonitoringService::Stub> stub, bool initial_state) : stub_(std::move(stub)) {
    v1::WatchMonitoringRequest request;
    request.mutable_start()->set_initial_state(initial_state);
    reader_ = stub_->WatchMonitoring(&context_, request);
    thread_ = std::thread([this] {
      v1::WatchMonitoringResponse response;
      while (reader_->Read(&response)) {
        std::lock_guard lock(mu_);
        if (response.has_bookmark()) revision_ = std::max(revision_, response.bookmark().revision());
        for (const auto& event : response.events().events()) events_.push_back(event);
      }
    });
  }
  ~Following() {
    context_.TryCancel();
    thread_.join();
  }
  std::vector<v1::MonitoringEvent> events() {
    std::lock_guard lock(mu_);
    return events_;
  }
  bool Opened() {
    return Eventually([this] {
      std::lock_guard lock(mu_);
      return revision_ > 0;
    });
  }

 private:
  const std::unique_ptr<v1::MonitoringService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchMonitoringResponse>> reader_;
  std::mutex mu_;
  int64_t revision_ = 0;
  std::vector<v1::MonitoringEvent> events_;
  std::thread thread_;
};

TEST_F(AnnouncementsServiceTest, UntilPublicationNothingOfAMoveShowsToThePublic) {
  const std::string before = Seen("public");
  Following watch(server_->StubAs<v1::MonitoringService>("public"), /*initial_state=*/true);
  ASSERT_TRUE(watch.Opened());
  ASSERT_TRUE(Propose().ok());
  EXPECT_EQ(Seen("public"), before) << "proposed";
  ASSERT_TRUE(Decide(DecideRequest("forces/west-midlands/proposals/1")).ok());
  ASSERT_EQ(Get(kWho)->monitoring().stage(), "engage");
  EXPECT_EQ(Seen("public"), before) << "in effect";
  ASSERT_TRUE(Create().ok());
  EXPECT_EQ(Seen("public"), before) << "drafted";
  ClearIt();
  EXPECT_EQ(Seen("public"), before) << "cleared";
  ScheduleIt();
  server_->clock().Set(kTen - absl::Seconds(1));
  EXPECT_EQ(Seen("public"), before) << "scheduled";
  EXPECT_THAT(watch.events(), IsEmpty());
  {
    Following late(server_->StubAs<v1::MonitoringService>("public"), /*initial_state=*/true);
    ASSERT_TRUE(late.Opened());
    EXPECT_THAT(late.events(), IsEmpty());
  }

  server_->clock().Set(kTen);
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_PUBLISHED));
  const std::string after = Seen("public");
  EXPECT_NE(after, before);
  EXPECT_EQ(Get(kWho, "public")->monitoring().stage(), "engage");
  EXPECT_EQ(FormatIso(Get(kWho, "public")->monitoring().since_date()), "2023-11-24");
  EXPECT_THAT(Read("public")->announcement().text(), HasSubstr("West Midlands Police moved into enhanced monitoring"));
  ASSERT_TRUE(Eventually([&] { return !watch.events().empty(); }));
  ASSERT_EQ(watch.events().size(), 1);
  EXPECT_EQ(watch.events()[0].name(), kAnnouncement);
  for (const std::string& shown : {after, watch.events()[0].DebugString()}) {
    for (const auto* hidden : {"principals/hm", "principals/liaison", "It is time.", "concern: ", "exit_criterion"}) {
      EXPECT_THAT(shown, Not(HasSubstr(hidden)));
    }
  }
  // As of the moment before, it is still as it was.
  const int64_t published = Read()->announcement().revision();
  EXPECT_EQ(Get(kWho, "public", published)->monitoring().stage(), "engage");
  EXPECT_EQ(Get(kWho, "public", published - 1)->monitoring().stage(), "scan");
}

TEST_F(AnnouncementsServiceTest, ActionsSayWhatMayBeDoneWithADecisionAndItsAnnouncement) {
  Move(EntryRequest());
  const auto actions = [this](const std::string& name, const std::string& as) {
    v1::ListAllowedActionsRequest request;
    request.set_name(name);
    const auto answer = Call(as, &Stub::ListAllowedActions, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::map<std::string, std::string> said;
    if (!answer.ok()) return said;
    EXPECT_GT(answer->header().revision(), 0);
    for (const auto& action : answer->actions()) said[action.verb()] = action.allowed() ? "yes" : action.reason();
    return said;
  };
  EXPECT_EQ(actions(kDecision, "liaison-lead")["CreateAnnouncement"], "yes");
  EXPECT_EQ(actions(kDecision, "chief-inspector")["CreateAnnouncement"], "ROLE_NOT_ALLOWED");
  EXPECT_EQ(actions(kDecision, "chief-inspector")["RevokeDecision"], "WRONG_STATE");
  ASSERT_TRUE(Create().ok());
  EXPECT_EQ(actions(kDecision, "liaison-lead")["CreateAnnouncement"], "ANNOUNCEMENT_EXISTS");
  EXPECT_EQ(actions(kAnnouncement, "liaison-lead")["SubmitAnnouncement"], "yes");
  EXPECT_EQ(actions(kAnnouncement, "liaison-lead")["ReviewAnnouncement"], "AUTHOR_CANNOT_REVIEW");
  EXPECT_EQ(actions(kAnnouncement, "liaison-lead")["ClearAnnouncement"], "ROLE_NOT_ALLOWED");
  EXPECT_EQ(actions(kAnnouncement, "press-officer")["ClearAnnouncement"], "WRONG_STATE");
  ClearIt();
  EXPECT_EQ(actions(kAnnouncement, "press-officer")["PublishAnnouncement"], "yes");
  for (const auto* outside : {"public", "west-midlands-officer"}) {
    for (const auto* name : {kDecision, kAnnouncement}) {
      v1::ListAllowedActionsRequest request;
      request.set_name(name);
      EXPECT_EQ(Call(outside, &Stub::ListAllowedActions, request).status().code(), absl::StatusCode::kPermissionDenied);
    }
  }
}

TEST_F(AnnouncementsServiceTest, UntilAReturnIsPublishedThePublicSeesTheForceWhereItWas) {
  Move(EntryRequest());
  ASSERT_TRUE(Create().ok());
  ClearIt();
  ASSERT_TRUE(CallOf<Service>("press-officer", &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>()).ok());
  server_->clock().Advance(absl::Hours(24));
  const std::string before = Seen("public");
  Move(ReturnRequest());
  const std::string second = "forces/west-midlands/announcements/2";
  const auto created = Create("liaison-lead", "forces/west-midlands/decisions/2");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->announcement().kind(), v1::ANNOUNCEMENT_KIND_MOVED_OUT);
  ClearIt(second);
  EXPECT_EQ(Seen("public"), before);
  ASSERT_TRUE(
      CallOf<Service>("press-officer", &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>(second)).ok());
  EXPECT_EQ(Get(kWho, "public")->monitoring().stage(), "scan");
  EXPECT_NE(Seen("public"), before);
}

TEST_F(AnnouncementsServiceTest, AStatementMayRestOnWhatElseThisServiceHolds) {
  Move(EntryRequest());
  const auto draft = Create();
  ASSERT_TRUE(draft.ok()) << draft.status();
  v1::UpdateAnnouncementRequest edit;
  *edit.mutable_announcement() = draft->announcement();
  auto* statement = edit.mutable_announcement()->add_statements();
  statement->set_id("more");
  statement->set_part(v1::STATEMENT_PART_PARAGRAPH);
  statement->set_text("This is one of those that say so.");
  auto* fact = statement->add_facts();
  fact->set_name(kAnnouncement);
  fact->set_field("kind");
  const auto edited = CallOf<Service>("liaison-lead", &Rpcs::UpdateAnnouncement, edit);
  ASSERT_TRUE(edited.ok()) << edited.status();
  EXPECT_EQ(edited->announcement().statements().rbegin()->facts(0).value(), "ANNOUNCEMENT_KIND_MOVED_IN");
}

TEST_F(AnnouncementsServiceTest, OutsidersAreNotToldOfWhatWasRemovedByLaw) {
  const int64_t moved = Move(EntryRequest()).header().revision();
  const auto drafted = Create();
  ASSERT_TRUE(drafted.ok()) << drafted.status();
  ClearIt();
  ASSERT_TRUE(CallOf<Service>("press-officer", &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>()).ok());
  const std::string episode = std::string(kWho) + "/episodes/1";
  for (const ledger::VersionId& id :
       {ledger::VersionId{std::string(kWho) + "/monitoring", moved}, ledger::VersionId{episode, moved},
        ledger::VersionId{kAnnouncement, drafted->header().revision()}}) {
    ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Redacting(id)).ok());
  }
  v1::GetEpisodeRequest of_episode;
  of_episode.set_name(episode);
  of_episode.mutable_read()->mutable_as_of()->set_revision(moved);
  auto of_draft = On<v1::GetAnnouncementRequest>();
  of_draft.mutable_read()->mutable_as_of()->set_revision(drafted->header().revision());
  const auto answers = [&](const std::string& as) {
    return std::vector<absl::Status>{Get(kWho, as, moved).status(), Call(as, &Stub::GetEpisode, of_episode).status(),
                                     CallOf<Service>(as, &Rpcs::GetAnnouncement, of_draft).status()};
  };
  for (const auto& status : answers("press-officer")) {
    EXPECT_THAT(status, Refuses(absl::StatusCode::kFailedPrecondition, "VERSION_REDACTED"));
  }
  for (const auto* as : {"public", "west-midlands-officer"}) {
    for (const auto& status : answers(as)) {
      EXPECT_THAT(status, Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND")) << as;
    }
  }
}

TEST_F(AnnouncementsServiceTest, AForceSeesItsStageAtOnceAndAnnouncementsWhenTheyAreOut) {
  Move(EntryRequest());
  ASSERT_TRUE(Create().ok());
  for (const auto* as : {"west-midlands-officer", "west-midlands-oversight-body"}) {
    EXPECT_EQ(Get(kWho, as)->monitoring().stage(), "engage");
    EXPECT_FALSE(Get(kWho, as)->monitoring().has_published());
    EXPECT_THAT(Read(as).status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  }
}

TEST_F(AnnouncementsServiceTest, AReleaseGoesOutAtItsMinuteByTheServiceItself) {
  Move(EntryRequest());
  ReachTheSchedule();
  server_->clock().Set(kTen - absl::Seconds(1));
  EXPECT_EQ(State(), v1::ANNOUNCEMENT_STATE_SCHEDULED);
  const int64_t stored = Stored();
  server_->clock().Set(kTen);
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_PUBLISHED));
  EXPECT_EQ(Stored(), stored + 1) << "the announcement and what it makes public in one transaction";
  const auto versions =
      CallOf<Service>("records-manager", &Rpcs::ListAnnouncementVersions, On<v1::ListAnnouncementVersionsRequest>());
  ASSERT_TRUE(versions.ok()) << versions.status();
  EXPECT_EQ(versions->versions(0).change().verb(), "ReleaseAnnouncement");
  EXPECT_EQ(versions->versions(0).change().actor(), "principals/monitoring-service");
  v1::GetDecisionRequest decision;
  decision.set_name(kDecision);
  EXPECT_EQ(Call("press-officer", &Stub::GetDecision, decision)->decision().publication().announcement(),
            kAnnouncement);
}

TEST_F(AnnouncementsServiceTest, AReleaseWhoseMinutePassedWhileTheServiceWasDownGoesOutAtTheStart) {
  Move(EntryRequest());
  ReachTheSchedule();
  server_->Stop();
  server_->clock().Set(kTen + absl::Hours(5));
  server_->StartAgain();
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_PUBLISHED));
}

TEST_F(AnnouncementsServiceTest, APulledReleaseDoesNotGoOut) {
  Move(EntryRequest());
  ReachTheSchedule();
  ASSERT_TRUE(CallOf<Service>("chief-inspector", &Rpcs::PullAnnouncement, On<v1::PullAnnouncementRequest>()).ok());
  server_->clock().Set(kTen + absl::Minutes(1));
  // Another act of a later minute shows that the scheduler has been there.
  auto again = On<v1::ScheduleAnnouncementRequest>();
  *again.mutable_publish_time() = ToTimestamp(kTen + absl::Minutes(2));
  EXPECT_EQ(State(), v1::ANNOUNCEMENT_STATE_CLEARED);
  ASSERT_TRUE(CallOf<Service>("press-officer", &Rpcs::ScheduleAnnouncement, again).ok());
  server_->clock().Set(kTen + absl::Minutes(2));
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_PUBLISHED));
  EXPECT_EQ(ToTime(Read()->announcement().published_time()), kTen + absl::Minutes(2));
}

TEST_F(AnnouncementsServiceTest, AMoveAndItsAnnouncementOfOneMinuteBothHappen) {
  MoveAt(kTen);
  ReachTheSchedule();
  server_->clock().Set(kTen);
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_PUBLISHED));
  EXPECT_EQ(Get(kWho, "public")->monitoring().stage(), "engage");
}

TEST_F(AnnouncementsServiceTest, AReleaseWhoseFactsChangedIsHeldBack) {
  Move(EntryRequest());
  ReachTheSchedule();
  ToyConcerns::Keep(*concerns_, MakeConcern(kConcern, concerns::v1::CONCERN_STATE_DISCHARGED));
  server_->clock().Set(kTen);
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_CLEARED));
  const auto held = Read()->announcement();
  ASSERT_EQ(held.held_back().violations_size(), 1);
  EXPECT_EQ(held.held_back().violations(0).type(), "FACT_CHANGED");
  EXPECT_EQ(Get(kWho, "public")->monitoring().stage(), "scan");
  const auto check = CallOf<Service>("press-officer", &Rpcs::CheckAnnouncement, On<v1::CheckAnnouncementRequest>());
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_EQ(check->violations_size(), 1);
  EXPECT_THAT(
      CallOf<Service>("press-officer", &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>()).status(),
      Refuses(absl::StatusCode::kFailedPrecondition, "NOT_COVERED"));
}

TEST_F(AnnouncementsServiceTest, AReleaseOfWhatIsNotThereIsHeldBackAndSaysSo) {
  Move(EntryRequest());
  ReachTheSchedule();
  auto lost = Read()->announcement();
  lost.set_decision("forces/west-midlands/decisions/99");
  const auto put = testing::Put(kAnnouncement, rpc::ToPayload(lost), {}, v1::Announcement::descriptor()->full_name());
  ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Storing({put})).ok());
  server_->clock().Set(kTen);
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_CLEARED));
  const auto held = Read()->announcement();
  ASSERT_EQ(held.held_back().violations_size(), 1);
  EXPECT_EQ(held.held_back().violations(0).type(), "OUT_OF_REACH");
  EXPECT_THAT(held.held_back().violations(0).description(), HasSubstr("decisions/99"));
}

TEST_F(AnnouncementsServiceTest, NothingGoesOutUncheckedAndItDoesOnceItCanBeChecked) {
  Move(EntryRequest());
  ReachTheSchedule();
  concerns_->Stop();
  server_->clock().Set(kTen);
  // A call that waits for the same owner in vain: by its end the service has tried.
  EXPECT_THAT(Create().status(), Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(State(), v1::ANNOUNCEMENT_STATE_SCHEDULED);
  concerns_->StartAgain();
  ASSERT_TRUE(Becomes(v1::ANNOUNCEMENT_STATE_PUBLISHED));
}

TEST_F(AnnouncementsServiceTest, WhoMayDoWhat) {
  Move(EntryRequest());
  const auto denied = Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED");
  for (const auto* as : {"chief-inspector", "public", "west-midlands-officer", "operator", "records-manager"}) {
    EXPECT_THAT(Create(as).status(), denied) << as;
  }
  ASSERT_TRUE(Create("hm-inspector").ok());
  ASSERT_TRUE(CallOf<Service>("hm-inspector", &Rpcs::SubmitAnnouncement, On<v1::SubmitAnnouncementRequest>()).ok());
  EXPECT_THAT(CallOf<Service>("hm-inspector", &Rpcs::ReviewAnnouncement, On<v1::ReviewAnnouncementRequest>()).status(),
              Refuses(absl::StatusCode::kPermissionDenied, "AUTHOR_CANNOT_REVIEW"));
  ASSERT_TRUE(CallOf<Service>("chief-inspector", &Rpcs::ReviewAnnouncement, On<v1::ReviewAnnouncementRequest>()).ok());
  for (const auto* as : {"chief-inspector", "hm-inspector", "liaison-lead", "public"}) {
    for (const auto& status :
         {CallOf<Service>(as, &Rpcs::ClearAnnouncement, On<v1::ClearAnnouncementRequest>()).status(),
          CallOf<Service>(as, &Rpcs::ScheduleAnnouncement, On<v1::ScheduleAnnouncementRequest>()).status(),
          CallOf<Service>(as, &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>()).status()}) {
      EXPECT_THAT(status, denied) << as;
    }
  }
  for (const auto* as : {"public", "west-midlands-officer"}) {
    EXPECT_THAT(CallOf<Service>(as, &Rpcs::CheckAnnouncement, On<v1::CheckAnnouncementRequest>()).status(), denied);
  }
  v1::CreateAnnouncementRequest elsewhere;
  elsewhere.set_parent("forces/kent");
  elsewhere.mutable_announcement()->set_decision("forces/kent/decisions/1");
  EXPECT_THAT(CallOf<Service>("hm-inspector", &Rpcs::CreateAnnouncement, elsewhere).status(),
              Refuses(absl::StatusCode::kPermissionDenied, "OUT_OF_SCOPE"));
}

TEST_F(AnnouncementsServiceTest, BadInputIsRefusedAndStoresNothing) {
  Move(EntryRequest());
  const int64_t stored = Stored();
  EXPECT_THAT(Create("liaison-lead", "").status(), Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(Create("liaison-lead", "forces/kent/decisions/1").status(),
              Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(Create("liaison-lead", "forces/west-midlands/decisions/9").status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  for (const auto& status :
       {CallOf<Service>("press-officer", &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>()).status(),
        CallOf<Service>("liaison-lead", &Rpcs::SubmitAnnouncement, On<v1::SubmitAnnouncementRequest>()).status(),
        Read().status()}) {
    EXPECT_THAT(status, Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  }
  EXPECT_EQ(Stored(), stored);
  ASSERT_TRUE(Create().ok());
  EXPECT_THAT(
      CallOf<Service>("press-officer", &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>()).status(),
      Refuses(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  auto submit = On<v1::SubmitAnnouncementRequest>();
  submit.set_etag("\"1\"");
  EXPECT_THAT(CallOf<Service>("liaison-lead", &Rpcs::SubmitAnnouncement, submit).status(),
              Refuses(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(Stored(), stored + 1);
}

TEST_F(AnnouncementsServiceTest, AnEditByHandIsKeptWithItsFactsAndItsAuthor) {
  Move(EntryRequest());
  ASSERT_TRUE(Create().ok());
  v1::UpdateAnnouncementRequest update;
  *update.mutable_announcement() = Read()->announcement();
  auto* statement = update.mutable_announcement()->add_statements();
  statement->set_id("concern");
  statement->set_part(v1::STATEMENT_PART_PARAGRAPH);
  statement->set_text("The cause of concern was published before.");
  statement->add_facts()->set_name(kConcern);
  statement->mutable_facts(0)->set_field("state");
  const auto updated = CallOf<Service>("press-officer", &Rpcs::UpdateAnnouncement, update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  const auto& kept = *updated->announcement().statements().rbegin();
  EXPECT_EQ(kept.facts(0).value(), "CONCERN_STATE_ISSUED");
  EXPECT_TRUE(kept.by_hand());
  EXPECT_THAT(updated->announcement().authors(), ElementsAre("principals/liaison-lead", "principals/press-officer"));
  const int64_t stored = Stored();
  *update.mutable_announcement() = Read()->announcement();
  ASSERT_TRUE(CallOf<Service>("hm-inspector", &Rpcs::UpdateAnnouncement, update).ok());
  EXPECT_EQ(Stored(), stored) << "nothing changed, nothing is stored";
  const auto refreshed =
      CallOf<Service>("liaison-lead", &Rpcs::RefreshAnnouncement, On<v1::RefreshAnnouncementRequest>());
  ASSERT_TRUE(refreshed.ok()) << refreshed.status();
  EXPECT_THAT(refreshed->announcement().text(), Not(HasSubstr("was published before")));
}

TEST_F(AnnouncementsServiceTest, AQuotationNeedsAnOfficeHolderOfTheRegister) {
  Move(EntryRequest());
  v1::CreateAnnouncementRequest request;
  request.set_parent(kWho);
  request.mutable_announcement()->set_decision(kDecision);
  auto* quotation = request.mutable_announcement()->add_quotations();
  quotation->set_speaker("forces/west-midlands/officeHolders/1");
  quotation->set_text("We will work closely with the force.");
  EXPECT_THAT(FieldsOf(CallOf<Service>("liaison-lead", &Rpcs::CreateAnnouncement, request).status()),
              ElementsAre("announcement.quotations[0].speaker"));
  forces::v1::CreateOfficeHolderRequest holder;
  holder.set_parent(kWho);
  holder.mutable_office_holder()->set_office(forces::v1::OFFICE_HM_INSPECTOR);
  holder.mutable_office_holder()->set_display_name("Wendy Williams");
  holder.mutable_office_holder()->set_title("His Majesty’s Inspector of Constabulary");
  holder.mutable_office_holder()->mutable_from_date()->set_year(2023);
  grpc::ClientContext context;
  SetDeadline(context);
  forces::v1::CreateOfficeHolderResponse held;
  const auto status =
      forces_->StubAs<forces::v1::ForcesService>("records-manager")->CreateOfficeHolder(&context, holder, &held);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const auto created = CallOf<Service>("liaison-lead", &Rpcs::CreateAnnouncement, request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_THAT(created->announcement().text(),
              HasSubstr("Inspector of Constabulary Wendy Williams said: “We will work closely with the force.”"));
}

TEST_F(AnnouncementsServiceTest, ACorrectionTakesThePlaceOfWhatIsOutAndBothStayReadable) {
  Move(EntryRequest());
  ASSERT_TRUE(Create().ok());
  ClearIt();
  const auto publish = [this](const std::string& name) {
    return CallOf<Service>("press-officer", &Rpcs::PublishAnnouncement, On<v1::PublishAnnouncementRequest>(name)).ok();
  };
  ASSERT_TRUE(publish(kAnnouncement));
  EXPECT_THAT(Create().status(), Refuses(absl::StatusCode::kFailedPrecondition, "ANNOUNCEMENT_EXISTS"));
  v1::CreateAnnouncementRequest request;
  request.set_parent(kWho);
  request.mutable_announcement()->set_decision(kDecision);
  request.mutable_announcement()->set_corrects(kAnnouncement);
  request.mutable_announcement()->set_correction_reason("The telephone number was wrong.");
  const auto correction = CallOf<Service>("press-officer", &Rpcs::CreateAnnouncement, request);
  ASSERT_TRUE(correction.ok()) << correction.status();
  const std::string second = correction->announcement().name();
  EXPECT_THAT(Read("public", second).status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
  EXPECT_TRUE(Read("public")->announcement().corrected_by().empty());
  ClearIt(second);
  ASSERT_TRUE(publish(second));
  EXPECT_EQ(Read("public")->announcement().state(), v1::ANNOUNCEMENT_STATE_CORRECTED);
  EXPECT_EQ(Read("public")->announcement().corrected_by(), second);
  EXPECT_EQ(Read("public", second)->announcement().correction_reason(), "The telephone number was wrong.");
  ASSERT_TRUE(
      CallOf<Service>("press-officer", &Rpcs::WithdrawAnnouncement, On<v1::WithdrawAnnouncementRequest>(second)).ok());
  EXPECT_EQ(Read("public", second)->announcement().withdrawal_reason(), "Because.");
  EXPECT_EQ(Get(kWho, "public")->monitoring().stage(), "engage") << "that it was moved stays public";
}

// A thousand of one minute, each with a decision of its own, put into the log as they would be there.
TEST_F(AnnouncementsServiceTest, AThousandOfOneMinuteGoOutTogether) {
  constexpr int kCount = 1000;
  constexpr char kKent[] = "forces/kent";
  forces::v1::Force force;
  {
    forces::v1::GetForceRequest request;
    request.set_name(kKent);
    forces::v1::GetForceResponse response;
    grpc::ClientContext context;
    SetDeadline(context);
    ASSERT_TRUE(forces_->StubAs<forces::v1::ForcesService>("public")->GetForce(&context, request, &response).ok());
    force = response.force();
  }
  const auto& ladder = ShippedLadders().in_force();
  RecordMap recorded;
  recorded.Keep(force);
  recorded.Keep(ladder);
  const Concerns none{};
  v1::RecordHead head;
  head.set_ledger("ledgers/monitoring");
  std::vector<ledger::Change> changes;
  const auto put = [&changes](const auto& resource) {
    changes.push_back(testing::Put(resource.name(), rpc::ToPayload(resource), TermsOf(resource),
                                   resource.GetDescriptor()->full_name()));
  };
  for (int number = 1; number <= kCount; ++number) {
    v1::Decision decision;
    decision.set_name(absl::StrCat(kKent, "/decisions/", number));
    decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
    decision.set_state(v1::DECISION_STATE_IN_EFFECT);
    decision.set_from_stage("scan");
    decision.set_to_stage("engage");
    decision.set_ladder(ladder.name());
    decision.set_decider("principals/chief-inspector");
    *decision.mutable_effective_date() = Day(2023, 11, 24);
    decision.add_reasons()->set_text(absl::StrCat("dealing with reason ", number));
    decision.mutable_publication()->set_state(v1::PUBLICATION_STATE_AWAITED);
    const MoveFacts facts{.decision = decision, .ladder = ladder, .force = force, .known = none, .recorded = recorded};
    v1::Announcement wanted;
    wanted.set_decision(decision.name());
    auto draft = Draft(ShippedTemplates(), facts, wanted, {}, std::nullopt, head, number, "principals/liaison-lead");
    ASSERT_TRUE(draft.ok()) << draft.status();
    draft->set_state(v1::ANNOUNCEMENT_STATE_SCHEDULED);
    *draft->mutable_publish_time() = ToTimestamp(kTen);
    put(decision);
    put(*draft);
  }
  ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Storing(std::move(changes))).ok());
  const int64_t stored = Head();
  const int64_t batches = server_->ledger().stats().batches;
  const absl::Time began = absl::Now();
  server_->clock().Set(kTen);
  ASSERT_TRUE(Eventually([&] { return Head() >= stored + kCount; }));
  RecordProperty("milliseconds", static_cast<int>(absl::ToInt64Milliseconds(absl::Now() - began)));
  EXPECT_EQ(Head(), stored + kCount) << "each once";
  EXPECT_LE(server_->ledger().stats().batches - batches, 100) << "batched, not one by one";
  for (const int number : {1, 500, kCount}) {
    const std::string name = absl::StrCat(kKent, "/announcements/", number);
    EXPECT_EQ(State(name), v1::ANNOUNCEMENT_STATE_PUBLISHED) << Read("press-officer", name)->DebugString();
  }
}

}  // namespace
}  // namespace oversight::monitoring
