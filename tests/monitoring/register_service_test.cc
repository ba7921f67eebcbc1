// The import of the shipped history, the public register and the sequence of a decision, as clients see them; over real
// transport and a real store.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "common/time/london.h"
#include "oversight/monitoring/v1/advice_service.grpc.pb.h"
#include "oversight/monitoring/v1/disclosures_service.grpc.pb.h"
#include "oversight/monitoring/v1/register_service.grpc.pb.h"
#include "oversight/monitoring/v1/sequence_service.grpc.pb.h"
#include "tests/monitoring/service_fixture.h"
#include "tests/support/awaited.h"
#include "tests/support/ledger_calls.h"

namespace oversight::monitoring {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Eventually;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kHeader[] = "force,move,date,causes_of_concern,reasons,source,confidence\n";
constexpr char kDecision[] = "forces/west-midlands/decisions/1";

const absl::Time kNow = LondonTime(absl::CivilMinute(2025, 11, 27, 9, 0));
const absl::Time kTen = LondonTime(absl::CivilMinute(2025, 12, 6, 10, 0));

class RegisterServiceTest : public ServiceTest {
 protected:
  // When everything in the shipped history has been.
  RegisterServiceTest() { server_->clock().Set(kNow); }

  static std::string Shipped() {
    std::ifstream file("data/history.csv");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  static v1::ImportHistoryRequest Importing(const std::string& csv) {
    v1::ImportHistoryRequest request;
    request.set_csv(csv);
    return request;
  }
  absl::StatusOr<v1::ImportHistoryResponse> Import(const v1::ImportHistoryRequest& request,
                                                   const std::string& as = "records-manager") {
    return CallOf<v1::RegisterService>(as, &v1::RegisterService::Stub::ImportHistory, request);
  }
  absl::StatusOr<v1::ImportHistoryResponse> Import(const std::string& csv = Shipped()) {
    return Import(Importing(csv));
  }
  v1::GetRegisterResponse Register(const std::string& on_date = "", const std::string& as = "public") {
    v1::GetRegisterRequest request;
    if (!on_date.empty()) *request.mutable_on_date() = *ParsePartialDate(on_date);
    const auto response = CallOf<v1::RegisterService>(as, &v1::RegisterService::Stub::GetRegister, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::GetRegisterResponse();
  }
  absl::StatusOr<v1::GetDecisionSequenceResponse> Sequence(const std::string& name,
                                                           const std::string& as = "press-officer") {
    v1::GetDecisionSequenceRequest request;
    request.set_name(name);
    return CallOf<v1::SequenceService>(as, &v1::SequenceService::Stub::GetDecisionSequence, request);
  }
};

TEST_F(RegisterServiceTest, TheShippedHistoryBecomesTheRegister) {
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->decision_count(), 16);
  EXPECT_EQ(imported->begun_episode_count(), 8);
  EXPECT_EQ(imported->ended_episode_count(), 8);
  EXPECT_EQ(Stored(), 1) << "one transaction";

  const auto now = Register();
  EXPECT_THAT(now.current(), IsEmpty());
  ASSERT_EQ(now.previous_size(), 8);
  EXPECT_EQ(now.previous(0).force_display_name(), "Cleveland Police");
  EXPECT_EQ(FormatIso(now.previous(0).from_date()), "2019");
  EXPECT_THAT(now.previous(0).reasons_in(), SizeIs(6));
  EXPECT_GT(now.header().revision(), 0);
  std::map<std::string, v1::RegisterEntry> by_force;
  for (const auto& entry : now.previous()) by_force[entry.force()] = entry;
  const auto& west_midlands = by_force[kForce];
  EXPECT_EQ(FormatIso(west_midlands.until_date()), "2024-09-18");
  EXPECT_EQ(west_midlands.open_cause_count(), 1);
  EXPECT_THAT(west_midlands.still_open(), ElementsAre(HasSubstr("investigations (three of its five")));
  EXPECT_EQ(by_force["forces/wiltshire"].open_cause_count(), 0);
  EXPECT_TRUE(by_force["forces/wiltshire"].has_open_cause_count());
  EXPECT_FALSE(by_force["forces/cleveland"].has_open_cause_count());
  EXPECT_THAT(by_force["forces/staffordshire"].entry_source().conflict(), HasSubstr("letter says 6 July 2022"));
  EXPECT_THAT(by_force["forces/metropolitan"].added_reasons(), SizeIs(1));

  // West Midlands' reason that was open at the end goes on, and says so.
  v1::GetEpisodeRequest episode;
  episode.set_name("forces/west-midlands/episodes/1");
  const auto got = Call("west-midlands-officer", &Stub::GetEpisode, episode);
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->episode().reason_outcomes_size(), 1);
  EXPECT_EQ(got->episode().reason_outcomes(0).reason(), "r1");
  EXPECT_EQ(got->episode().reason_outcomes(0).end(), v1::REASON_END_CARRIED_FORWARD);
  const auto monitoring = Get(kForce)->monitoring();
  EXPECT_EQ(monitoring.stage(), "scan");
  EXPECT_EQ(FormatIso(monitoring.since_date()), "2024-09-18");
}

TEST_F(RegisterServiceTest, WhoWasInEngageOnADateIsSaidAsSurelyAsItIsKnown) {
  ASSERT_TRUE(Import().ok());
  const auto who = [this](const std::string& date) {
    std::map<std::string, std::string> sure;
    const auto answer = Register(date);
    for (const auto& entry : answer.current()) {
      sure[entry.force().substr(7)] = entry.certainty() == v1::REGISTER_CERTAINTY_CERTAIN ? "certain" : "possible";
    }
    return sure;
  };
  EXPECT_THAT(who("2018-06-01"), IsEmpty());
  EXPECT_THAT(who("2019-06-01"), ElementsAre(Pair("cleveland", "possible")));
  EXPECT_THAT(who("2020-01-01"), ElementsAre(Pair("cleveland", "certain")));
  EXPECT_THAT(who("2021-12-15"), ElementsAre(Pair("cleveland", "certain"), Pair("gloucestershire", "possible"),
                                             Pair("greater-manchester", "certain")));
  EXPECT_THAT(who("2022-10-27"), SizeIs(6));
  EXPECT_THAT(who("2022-10-28"), AllOf(SizeIs(5), Not(Contains(Pair("greater-manchester", "certain")))));
  EXPECT_THAT(who("2023-09-19"),
              AllOf(Contains(Pair("cleveland", "certain")), Contains(Pair("gloucestershire", "possible"))));
  EXPECT_THAT(who("2023-09-20"), Not(Contains(Pair("cleveland", "certain"))));
  EXPECT_THAT(who("2019"), ElementsAre(Pair("cleveland", "possible")));
  EXPECT_THAT(who("2025-02-01"), IsEmpty());
}

TEST_F(RegisterServiceTest, TheSameFileAgainChangesNothingAndADryRunStoresNothing) {
  auto dry = Importing(Shipped());
  dry.set_validate_only(true);
  ASSERT_TRUE(Import(dry).ok());
  EXPECT_EQ(Import(dry)->decision_count(), 16);
  EXPECT_EQ(Stored(), 0);
  ASSERT_TRUE(Import().ok());
  const auto again = Import();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->decision_count(), 0);
  EXPECT_EQ(again->unchanged_count(), 16);
  EXPECT_EQ(Stored(), 1);
}

TEST_F(RegisterServiceTest, ARepeatedRequestGetsTheFirstAnswerAlsoWhenTheRegisterIsDown) {
  auto request = Importing(Shipped());
  request.set_request_id("first");
  ASSERT_TRUE(Import(request).ok());
  forces_->Stop();
  const auto again = Import(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->decision_count(), 16);
  EXPECT_TRUE(again->header().replayed());
}

TEST_F(RegisterServiceTest, FaultyLinesAreNamedAllAtOnceAndNothingIsStored) {
  const std::string csv = std::string(kHeader) +
                          "atlantis,ENGAGE,2020,,calls,https://example.org,high\n"
                          "kent,ENGAGE,soon,,calls,https://example.org,high\n"
                          "essex,SCAN,2020,,closed,https://example.org,high\n"
                          "surrey,ENGAGE,2020,,calls,https://example.org,high\n";
  const auto refused = Import(csv).status();
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kInvalidArgument, "HISTORY_FILE_INVALID"));
  EXPECT_EQ(ErrorMetadata(refused, "faulty_lines"), "2-4");
  EXPECT_THAT(ViolationsOf(refused),
              ElementsAre(Pair("csv.line[2]", HasSubstr("force \"atlantis\" is not in the register")),
                          Pair("csv.line[3]", HasSubstr("date \"soon\"")),
                          Pair("csv.line[4]", HasSubstr("closes no episode"))));
  EXPECT_EQ(Stored(), 0);
}

TEST_F(RegisterServiceTest, WhatWasDecidedHereIsNotImportedOver) {
  ASSERT_TRUE(Propose().ok());
  auto decide = DecideRequest("forces/west-midlands/proposals/1");
  *decide.mutable_decided_date() = Day(2023, 11, 24);
  ASSERT_TRUE(Decide(decide).ok());
  Publish(kDecision);
  const int64_t before = Head();
  const auto refused = Import().status();
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kInvalidArgument, "HISTORY_FILE_INVALID"));
  EXPECT_THAT(
      ViolationsOf(refused),
      ElementsAre(Pair("csv.line[14]", AllOf(HasSubstr("24 November 2023"), HasSubstr("decisions/1 was decided")))));
  EXPECT_EQ(Head(), before);
}

TEST_F(RegisterServiceTest, AForceInImportedEngageIsMovedOutByADecision) {
  ASSERT_TRUE(Import(std::string(kHeader) + "west-midlands,ENGAGE,2021,,calls,https://example.org,high\n").ok());
  EXPECT_EQ(Get(kForce)->monitoring().stage(), "engage");
  EXPECT_EQ(Propose().status().code(), absl::StatusCode::kFailedPrecondition) << "it is in Engage";
  const auto decided = Move(ReturnRequest());
  EXPECT_EQ(decided.monitoring().stage(), "scan");
  ASSERT_EQ(Register().current_size(), 1) << "the return is not announced";
  Publish(decided.decision().name());
  const auto answer = Register();
  ASSERT_EQ(answer.previous_size(), 1);
  const auto& entry = answer.previous(0);
  EXPECT_EQ(FormatIso(entry.from_date()), "2021");
  EXPECT_TRUE(entry.has_until_date() && entry.has_entry_source());
  EXPECT_FALSE(entry.has_exit_source());
  EXPECT_THAT(entry.still_open(), IsEmpty()) << "what is open is not public";
}

TEST_F(RegisterServiceTest, OnlyWhoKeepsRecordsImportsAndEveryoneReads) {
  for (const char* who : {"chief-inspector", "liaison-lead", "press-officer", "west-midlands-officer", "public"}) {
    EXPECT_THAT(Import(Importing(Shipped()), who).status(),
                Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"))
        << who;
  }
  EXPECT_EQ(Stored(), 0);
  EXPECT_TRUE(Import(Importing(Shipped()), "operator").ok());
  for (const char* who : {"public", "west-midlands-officer", "chief-inspector"}) {
    EXPECT_EQ(Register("", who).previous_size(), 8) << who;
  }
  EXPECT_THAT(Sequence(kDecision, "public").status(), Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Sequence(kDecision, "west-midlands-officer").status(),
              Refuses(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
}

TEST_F(RegisterServiceTest, WithoutTheRegisterOfForcesNothingIsImportedAndTheRegisterIsStillShown) {
  server_ = StartMonitoring("unix:/nonexistent/oversight", "unix:/nonexistent/oversight");
  EXPECT_THAT(Import().status(), Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(Register().previous_size(), 0);
}

TEST_F(RegisterServiceTest, ADateThatIsNoneIsRefused) {
  v1::GetRegisterRequest request;
  request.mutable_on_date()->set_year(2023);
  request.mutable_on_date()->set_month(13);
  EXPECT_THAT(CallOf<v1::RegisterService>("public", &v1::RegisterService::Stub::GetRegister, request).status(),
              Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
}

TEST_F(RegisterServiceTest, AMoveThatWaitsIsNotInTheRegisterAndIsAtItsMinute) {
  ASSERT_TRUE(Propose().ok());
  auto request = DecideRequest("forces/west-midlands/proposals/1");
  *request.mutable_effective_time() = ToTimestamp(kTen);
  ASSERT_TRUE(Decide(request).ok());
  EXPECT_THAT(Register().current(), IsEmpty());
  EXPECT_THAT(Register("2025-12-07").current(), IsEmpty());
  server_->clock().Set(kTen);
  ASSERT_TRUE(Eventually([&] { return Get(kForce)->monitoring().stage() == "engage"; }));
  EXPECT_THAT(Register().current(), IsEmpty()) << "it is not announced";
  Publish(kDecision);
  const auto answer = Register();
  ASSERT_EQ(answer.current_size(), 1);
  EXPECT_EQ(answer.current(0).force(), kForce);
}

TEST_F(RegisterServiceTest, AnImportUnderAnApprovalThatWaitsMakesItLapse) {
  ASSERT_TRUE(Propose().ok());
  auto request = DecideRequest("forces/west-midlands/proposals/1");
  *request.mutable_effective_time() = ToTimestamp(kTen);
  ASSERT_TRUE(Decide(request).ok());
  ASSERT_TRUE(Import(std::string(kHeader) + "west-midlands,ENGAGE,2021,,calls,https://example.org,high\n").ok());
  // At once, and not at its minute.
  v1::GetDecisionRequest get;
  get.set_name(kDecision);
  ASSERT_TRUE(Eventually(
      [&] { return Call("press-officer", &Stub::GetDecision, get)->decision().state() == v1::DECISION_STATE_LAPSED; }));
  EXPECT_EQ(Get(kForce)->monitoring().episode(), "forces/west-midlands/episodes/1");
}

TEST_F(RegisterServiceTest, TheSequenceOfADecisionIsAQuestion) {
  ASSERT_TRUE(Propose().ok());
  v1::CreateAdviceRequest advise;
  advise.set_parent("forces/west-midlands/proposals/1");
  advise.mutable_advice()->set_body(v1::ADVISORY_BODY_HMCI_BOARD);
  *advise.mutable_advice()->mutable_advice_date() = Day(2025, 11, 20);
  advise.mutable_advice()->set_view(v1::ADVICE_VIEW_SUPPORTS);
  advise.mutable_advice()->set_text("It should be made.");
  ASSERT_TRUE(CallOf<v1::AdviceService>("chief-inspector", &v1::AdviceService::Stub::CreateAdvice, advise).ok());
  ASSERT_TRUE(Decide(DecideRequest("forces/west-midlands/proposals/1")).ok());
  v1::CreateDisclosureRequest disclose;
  disclose.set_parent(kForce);
  auto& disclosure = *disclose.mutable_disclosure();
  disclosure.set_about(kDecision);
  disclosure.set_recipient(v1::DISCLOSURE_RECIPIENT_CHIEF_OFFICER);
  disclosure.set_recipient_name("Chief Constable");
  disclosure.set_channel(v1::DISCLOSURE_CHANNEL_CALL);
  *disclosure.mutable_disclosed_time() = ToTimestamp(server_->clock().Now());
  disclosure.set_confidence(v1::DISCLOSURE_CONFIDENCE_IN_CONFIDENCE);
  disclosure.set_teller("HM Inspector");
  disclosure.set_text("That the force is moved.");
  ASSERT_TRUE(
      CallOf<v1::DisclosuresService>("hm-inspector", &v1::DisclosuresService::Stub::CreateDisclosure, disclose).ok());
  const int64_t before_exit = Head();
  Move(ReturnRequest());

  const auto sequence = Sequence(kDecision);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(sequence->title(), "West Midlands Police to Engage");
  std::map<v1::SequenceActKind, v1::SequenceAct> acts;
  for (const auto& act : sequence->acts()) {
    EXPECT_FALSE(act.when().empty() || act.words().empty() || act.resource().empty()) << act.DebugString();
    acts[act.kind()] = act;
  }
  EXPECT_EQ(sequence->acts_size(), 7);
  EXPECT_EQ(acts[v1::SEQUENCE_ACT_KIND_PROPOSED].actor(), "principals/hm-inspector");
  EXPECT_EQ(acts[v1::SEQUENCE_ACT_KIND_DECIDED].actor(), "principals/chief-inspector");
  EXPECT_EQ(acts[v1::SEQUENCE_ACT_KIND_DECIDED].revision(), acts[v1::SEQUENCE_ACT_KIND_TOOK_EFFECT].revision());
  EXPECT_THAT(acts[v1::SEQUENCE_ACT_KIND_ADVISED].words(), HasSubstr("HMCI's board"));
  EXPECT_EQ(acts.count(v1::SEQUENCE_ACT_KIND_DISCLOSED), 1u);
  EXPECT_EQ(acts[v1::SEQUENCE_ACT_KIND_LATER_MOVE].resource(), "forces/west-midlands/decisions/2");
  EXPECT_EQ(acts.count(v1::SEQUENCE_ACT_KIND_CONCERN_ISSUED), 1u);
  // From the exit's side, and as it stood before.
  EXPECT_EQ(Sequence("forces/west-midlands/decisions/2")->acts(0).kind(), v1::SEQUENCE_ACT_KIND_EARLIER_MOVE);
  v1::GetDecisionSequenceRequest then;
  then.set_name(kDecision);
  then.mutable_read()->mutable_as_of()->set_revision(before_exit);
  EXPECT_EQ(
      CallOf<v1::SequenceService>("press-officer", &v1::SequenceService::Stub::GetDecisionSequence, then)->acts_size(),
      6);
}

TEST_F(RegisterServiceTest, WhatWasRemovedByLawIsNotLeftOutInSilence) {
  const auto proposed = Propose();
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  const auto decided = Decide(DecideRequest("forces/west-midlands/proposals/1"));
  ASSERT_TRUE(decided.ok()) << decided.status();
  Publish(kDecision);
  ASSERT_TRUE(testing::CommitNow(server_->ledger(), testing::Redacting({"forces/west-midlands/proposals/1",
                                                                        proposed->header().revision()}))
                  .ok());
  ASSERT_TRUE(testing::CommitNow(server_->ledger(),
                                 testing::Redacting({"forces/west-midlands/episodes/1", decided->header().revision()}))
                  .ok());
  const auto sequence = Sequence(kDecision);
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_THAT(sequence->header().redactions(), ::testing::UnorderedElementsAre("redactions/1", "redactions/2"));
  EXPECT_TRUE(std::any_of(sequence->acts().begin(), sequence->acts().end(), [](const auto& act) {
    return act.kind() == v1::SEQUENCE_ACT_KIND_REMOVED && act.resource() == "forces/west-midlands/proposals/1";
  }));
  v1::GetRegisterRequest then;
  then.mutable_read()->mutable_as_of()->set_revision(decided->header().revision());
  const auto redactions = [&](const std::string& as) {
    return CallOf<v1::RegisterService>(as, &v1::RegisterService::Stub::GetRegister, then)->header().redactions_size();
  };
  EXPECT_EQ(redactions("press-officer"), 1);
  EXPECT_EQ(redactions("public"), 0);
}

TEST_F(RegisterServiceTest, TheSequenceOfAnImportedDecisionSaysWhereItIsKnownFromAndOfNoneThatThereIsNone) {
  ASSERT_TRUE(Import().ok());
  const auto sequence = Sequence("forces/cleveland/decisions/1");
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  ASSERT_EQ(sequence->acts_size(), 3);
  EXPECT_EQ(sequence->acts(0).when(), "2019");
  EXPECT_EQ(sequence->acts(1).kind(), v1::SEQUENCE_ACT_KIND_LATER_MOVE);
  EXPECT_THAT(sequence->acts(2).words(), HasSubstr("press gives April 2019"));
  EXPECT_THAT(Sequence("forces/cleveland/decisions/9").status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

}  // namespace
}  // namespace oversight::monitoring
