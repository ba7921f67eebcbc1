#include "tests/monitoring/policy_service_fixture.h"

#include "monitoring-service/domain/moments.h"
#include "monitoring-service/service/record_policies.h"

namespace oversight::monitoring {
namespace {

using concerns::v1::HANDLING_LEVEL_MANAGING;
using concerns::v1::HANDLING_LEVEL_NOT_RESPONDING;
using concerns::v1::HANDLING_LEVEL_RESPONDING;
using ::testing::ElementsAre;

TEST_F(PolicyServiceTest, TellsThePoliciesAndWhichIsInForce) {
  const auto list = Must(Call(*server_, &Policy::ListPolicies, v1::ListPoliciesRequest(), "press-officer"));
  ASSERT_EQ(list.policies_size(), 2);
  EXPECT_EQ(list.in_force(), "policies/published-grounds");
  v1::GetPolicyRequest get;
  get.set_name("policies/early-warning");
  EXPECT_FALSE(Must(Call(*server_, &Policy::GetPolicy, get, "press-officer")).policy().has_from_date());
  get.set_name("policies/none");
  EXPECT_THAT(Call(*server_, &Policy::GetPolicy, get, "press-officer").status(),
              Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(PolicyServiceTest, AssessesAForceByTheFactsOfTheThreeServices) {
  const std::string first = Issue("Investigations", HANDLING_LEVEL_RESPONDING);
  EXPECT_EQ(Assessed().advised_stage(), "scan") << "one cause does not imply Engage";
  const std::string second = Issue("MARACs", HANDLING_LEVEL_RESPONDING);
  const auto assessment = Assessed();
  EXPECT_EQ(assessment.stage(), "scan");
  EXPECT_EQ(assessment.advised_stage(), "engage");
  ASSERT_EQ(assessment.fired_size(), 1);
  const auto& facts = assessment.fired(0).conditions(0).facts();
  ASSERT_EQ(facts.size(), 2);
  EXPECT_EQ(facts[0].name(), first);
  EXPECT_EQ(facts[1].name(), second);
  EXPECT_GT(facts[1].revision(), 0);
  EXPECT_EQ(assessment.concerns_revision(), concerns_->ledger().head().revision);
  EXPECT_EQ(assessment.monitoring_revision(), server_->ledger().head().revision);
  EXPECT_FALSE(assessment.counterfactuals().empty());
}

TEST_F(PolicyServiceTest, SupposesWithoutStoring) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  const auto before = concerns_->ledger().head().revision;
  auto request = Ask();
  request.add_changes()->set_discharge_concern(concern);
  const auto supposed = Assessed(request);
  EXPECT_EQ(supposed.advised_stage(), "scan");
  ASSERT_EQ(supposed.supposed_size(), 1);
  EXPECT_EQ(concerns_->ledger().head().revision, before);
  EXPECT_EQ(Assessed().advised_stage(), "engage");

  request.add_changes()->set_discharge_concern("forces/kent/concerns/1");
  request.add_changes();
  request.add_changes()->set_verify_recommendation(concern + "/recommendations/1");
  const auto refused = Assess(request).status();
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kInvalidArgument, "INVALID_FIELDS"));
  EXPECT_THAT(FieldsOf(refused), ElementsAre("changes[1]", "changes[2]")) << refused;
}

TEST_F(PolicyServiceTest, LooksAheadWhenNothingElseChanges) {
  Issue("Investigations", HANDLING_LEVEL_RESPONDING);
  auto request = Ask();
  request.set_policy("policies/early-warning");
  EXPECT_EQ(Assessed(request).advised_stage(), "scan");
  *request.mutable_on_date() = Day(2026, 11, 30);
  const auto later = Assessed(request);
  EXPECT_EQ(later.advised_stage(), "engage") << "no answer for 90 days";
  EXPECT_EQ(FormatIso(later.on_date()), "2026-11-30");
  *request.mutable_on_date() = Day(2026, 6, 29);
  EXPECT_THAT(FieldsOf(Assess(request).status()), ElementsAre("on_date"));
}

TEST_F(PolicyServiceTest, AssessesThePastByWhatWasRecordedThen) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  const absl::Time then = concerns_->clock().Now();
  for (auto* server : {forces_.get(), concerns_.get(), server_.get()}) server->clock().Advance(absl::Hours(48));
  Handle(concern, HANDLING_LEVEL_MANAGING);
  Issue("MARACs", HANDLING_LEVEL_MANAGING);
  EXPECT_EQ(Assessed().advised_stage(), "scan");
  v1::AssessForceRequest past;
  past.set_name(kForce);
  *past.mutable_read()->mutable_as_of()->mutable_recorded_time() = ToTimestamp(then);
  const auto assessment = Assessed(past);
  EXPECT_EQ(assessment.advised_stage(), "engage") << "what was recorded later is not known then";
  EXPECT_EQ(FormatIso(assessment.on_date()), "2026-06-30");
  ASSERT_EQ(assessment.fired_size(), 1);
  EXPECT_EQ(assessment.fired(0).conditions(0).facts_size(), 1);
  v1::AssessForcesRequest all;
  *all.mutable_read() = past.read();
  all.set_moves_only(true);
  const auto moves = Must(Call(*server_, &Policy::AssessForces, all, "liaison-lead"));
  ASSERT_EQ(moves.assessments_size(), 1);
  EXPECT_EQ(moves.assessments(0).force(), kForce);
}

TEST_F(PolicyServiceTest, AssessesEveryForceThoseToMoveFirst) {
  Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  v1::AssessForcesRequest request;
  request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
  const auto all = Must(Call(*server_, &Policy::AssessForces, request, "liaison-lead"));
  EXPECT_GT(all.assessments_size(), 40);
  EXPECT_EQ(all.assessments(0).force(), kForce);
  EXPECT_EQ(all.assessments(0).advised_stage(), "engage");
  EXPECT_EQ(all.assessments(1).advised_stage(), "scan");
  request.set_region("South West");
  const auto region = Must(Call(*server_, &Policy::AssessForces, request, "liaison-lead"));
  EXPECT_GT(region.assessments_size(), 0);
  EXPECT_LT(region.assessments_size(), 20);
  request.clear_region();
  request.add_changes()->mutable_issue_cause()->set_force("forces/atlantis");
  EXPECT_THAT(FieldsOf(Call(*server_, &Policy::AssessForces, request, "liaison-lead").status()),
              ElementsAre("changes[0]"));
  request.mutable_changes(0)->mutable_issue_cause()->set_force("forces/kent");
  request.mutable_changes(0)->mutable_issue_cause()->set_level(HANDLING_LEVEL_NOT_RESPONDING);
  request.set_moves_only(true);
  const auto supposed = Must(Call(*server_, &Policy::AssessForces, request, "liaison-lead"));
  ASSERT_EQ(supposed.assessments_size(), 2);
  EXPECT_EQ(supposed.assessments(0).force(), "forces/kent");
}

TEST_F(PolicyServiceTest, IsForTheInspectorateAlone) {
  for (const std::string outsider : {"public", "west-midlands-officer", "west-midlands-oversight-body"}) {
    const auto status = Assess(Ask(), outsider).status();
    EXPECT_TRUE(absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status)) << outsider << status;
  }
  EXPECT_THAT(Assess(Ask("forces/atlantis")).status(), Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  auto unknown = Ask();
  unknown.set_policy("policies/none");
  EXPECT_THAT(Assess(unknown).status(), Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(PolicyServiceTest, GoesOnByItsCopiesWhileAnOwnerIsDown) {
  Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  EXPECT_EQ(Assessed().advised_stage(), "engage");
  concerns_->Stop();
  v1::AssessForceRequest request;
  request.set_name(kForce);
  EXPECT_EQ(Assessed(request).advised_stage(), "engage");
}

// ---- Decisions ----

TEST_F(PolicyServiceTest, AProposalFreezesTheAssessmentItWasMadeUnder) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  const auto proposal = Must(Propose("engage", concern)).proposal();
  const auto& frozen = proposal.dossier().assessment();
  EXPECT_EQ(frozen.policy(), "policies/published-grounds");
  EXPECT_EQ(frozen.advised_stage(), "engage");
  EXPECT_EQ(frozen.fired(0).conditions(0).facts(0).name(), concern);
  EXPECT_FALSE(frozen.counterfactuals().empty());
  EXPECT_TRUE(Decide(proposal.name(), v1::DECISION_OUTCOME_APPROVED).ok()) << "it is as advised: nothing is asked";
}

TEST_F(PolicyServiceTest, ADecisionThatDepartsFromTheAdviceSaysWhy) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_MANAGING);
  const auto proposal = Must(Propose("engage", concern)).proposal();
  ASSERT_EQ(proposal.dossier().assessment().advised_stage(), "scan");
  const auto before = server_->ledger().head().revision;
  const auto refused = Decide(proposal.name(), v1::DECISION_OUTCOME_APPROVED).status();
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kFailedPrecondition, "DEPARTURE_UNEXPLAINED"));
  EXPECT_EQ(ErrorMetadata(refused, "advised_stage"), "scan");
  EXPECT_EQ(server_->ledger().head().revision, before);
  const auto decided = Must(Decide(proposal.name(), v1::DECISION_OUTCOME_APPROVED, "The panel's report weighs more."));
  EXPECT_EQ(decided.decision().departure_reason(), "The panel's report weighs more.");
  EXPECT_EQ(decided.monitoring().stage(), "engage");
}

TEST_F(PolicyServiceTest, DecliningWhatIsAdvisedDepartsToo) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  const auto proposal = Must(Propose("engage", concern)).proposal();
  EXPECT_THAT(Decide(proposal.name(), v1::DECISION_OUTCOME_DECLINED).status(),
              Refuses(absl::StatusCode::kFailedPrecondition, "DEPARTURE_UNEXPLAINED"));
  EXPECT_TRUE(Decide(proposal.name(), v1::DECISION_OUTCOME_DECLINED, "The force has a new chief.").ok());
}

TEST_F(PolicyServiceTest, AReasonWithoutADepartureIsRefused) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  const auto proposal = Must(Propose("engage", concern)).proposal();
  EXPECT_THAT(FieldsOf(Decide(proposal.name(), v1::DECISION_OUTCOME_APPROVED, "No need.").status()),
              ElementsAre("departure_reason"));
}

TEST_F(PolicyServiceTest, RefreshingFreezesTheAssessmentAnewOnlyWhenItAdvisesSomethingElse) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  const auto proposal = Must(Propose("engage", concern)).proposal();
  v1::RefreshProposalRequest refresh;
  refresh.set_name(proposal.name());
  const auto same = Must(Call(*server_, &Moves::RefreshProposal, refresh, "hm-inspector"));
  EXPECT_EQ(same.proposal().dossier().version(), 1);
  Handle(concern, HANDLING_LEVEL_MANAGING);
  const auto other = Must(Call(*server_, &Moves::RefreshProposal, refresh, "hm-inspector"));
  EXPECT_EQ(other.proposal().dossier().version(), 2);
  EXPECT_EQ(other.proposal().dossier().assessment().advised_stage(), "scan");
  // A fact outside the dossier counts in the assessment.
  Issue("Stalking", HANDLING_LEVEL_NOT_RESPONDING);
  const auto third = Must(Call(*server_, &Moves::RefreshProposal, refresh, "hm-inspector"));
  EXPECT_EQ(third.proposal().dossier().version(), 3);
  EXPECT_EQ(third.proposal().dossier().assessment().advised_stage(), "engage");
  EXPECT_EQ(third.proposal().dossier().digest(), other.proposal().dossier().digest());
}

TEST_F(PolicyServiceTest, OfADecisionDatedBeforeAnyPolicyNothingIsAsked) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_MANAGING, kForce, Day(2025, 12, 1));
  const auto proposal = Must(Propose("engage", concern)).proposal();
  v1::DecideProposalRequest request;
  request.set_name(proposal.name());
  request.set_outcome(v1::DECISION_OUTCOME_APPROVED);
  request.set_rationale("It was time.");
  *request.mutable_decided_date() = Day(2025, 12, 31);
  EXPECT_TRUE(Call(*server_, &Moves::DecideProposal, request, "chief-inspector").ok());
}

// ---- Backtests ----

struct Replayed {
  absl::Status status;
  std::vector<v1::BacktestProgress> progress;
  std::vector<v1::ForceBacktest> forces;
  v1::BacktestSummary summary;
};

class BacktestServiceTest : public PolicyServiceTest {
 protected:
  Replayed Run(const v1::BacktestRequest& request, const std::string& as = "liaison-lead") {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    const auto reader = server_->StubAs<v1::PolicyService>(as)->Backtest(&context, request);
    Replayed replayed;
    for (v1::BacktestResponse response; reader->Read(&response);) {
      if (response.has_progress()) replayed.progress.push_back(response.progress());
      if (response.has_force()) replayed.forces.push_back(response.force());
      if (response.has_summary()) replayed.summary = response.summary();
    }
    replayed.status = rpc::FromGrpc(reader->Finish());
    return replayed;
  }
  void Advance(absl::Duration time) {
    for (auto* server : {forces_.get(), concerns_.get(), server_.get()}) server->clock().Advance(time);
  }
};

TEST_F(BacktestServiceTest, ReplaysTheThreeLogsAndEndsWhereTheLiveAssessmentStands) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_MANAGING);
  Advance(absl::Hours(24 * 10));
  Handle(concern, HANDLING_LEVEL_NOT_RESPONDING);
  Advance(absl::Hours(24 * 12));
  const auto proposal = Must(Propose("engage", concern)).proposal();
  ASSERT_TRUE(Decide(proposal.name(), v1::DECISION_OUTCOME_APPROVED).ok());
  Advance(absl::Hours(24 * 5));
  v1::BacktestRequest request;
  request.set_against("policies/early-warning");
  const auto replayed = Run(request);
  ASSERT_TRUE(replayed.status.ok()) << replayed.status;
  ASSERT_FALSE(replayed.progress.empty());
  EXPECT_EQ(replayed.progress.front().total_count(), replayed.summary.transaction_count());
  EXPECT_EQ(
      replayed.summary.transaction_count(),
      forces_->ledger().head().revision + concerns_->ledger().head().revision + server_->ledger().head().revision);
  ASSERT_EQ(replayed.forces.size(), 1u);
  EXPECT_EQ(replayed.forces[0].force(), kForce);
  EXPECT_EQ(replayed.forces[0].stage(), "engage");
  ASSERT_EQ(replayed.forces[0].replays_size(), 2);
  const auto& replay = replayed.forces[0].replays(0);
  EXPECT_EQ(replay.score().policy(), "policies/published-grounds");
  ASSERT_EQ(replay.decisions_size(), 1);
  EXPECT_TRUE(replay.decisions(0).advised());
  EXPECT_EQ(replay.decisions(0).lead_days(), 12);
  EXPECT_EQ(replayed.summary.scores(0).hit_count(), 1);
  EXPECT_EQ(replay.advised_stage(), Assessed().advised_stage());
  auto early = Ask();
  early.set_policy("policies/early-warning");
  EXPECT_EQ(replayed.forces[0].replays(1).advised_stage(), Assessed(early).advised_stage());
}

TEST_F(BacktestServiceTest, IsForTheInspectorateAndForPoliciesThatThereAre) {
  v1::BacktestRequest request;
  EXPECT_TRUE(absl::IsPermissionDenied(Run(request, "west-midlands-officer").status));
  request.set_against("policies/none");
  EXPECT_THAT(Run(request).status, Refuses(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND"));
}

TEST_F(BacktestServiceTest, TriesAPolicyThatTheCallerBringsAndStoresNothingOfIt) {
  Issue("Investigations", HANDLING_LEVEL_MANAGING);
  const auto head = server_->ledger().head().revision;
  const auto text = [](const std::string& name, const std::string& rule) {
    return "name: '" + name + "'\ndisplay_name: 'Mine'\nfrom_date { year: 2026 month: 1 day: 1 }\n" + rule;
  };
  const std::string rule =
      "rules { id: 'any' text: 'Any.' source: 'Mine.' advises: ADVISED_MOVE_ESCALATE\n"
      "  conditions { causes { } at_least: 1 } }\n";
  v1::BacktestRequest request;
  request.set_policy_text(text("policies/mine", rule));
  request.set_against("policies/published-grounds");
  const auto replayed = Run(request);
  ASSERT_TRUE(replayed.status.ok()) << replayed.status;
  ASSERT_EQ(replayed.summary.scores_size(), 2);
  EXPECT_EQ(replayed.summary.scores(0).policy(), "policies/mine");
  EXPECT_EQ(replayed.summary.scores(0).flagged_force_count(), 1);
  EXPECT_EQ(replayed.summary.scores(1).policy(), "policies/published-grounds");
  EXPECT_EQ(replayed.summary.scores(1).flagged_force_count(), 0);
  EXPECT_EQ(server_->ledger().head().revision, head);
  v1::GetPolicyRequest get;
  get.set_name("policies/mine");
  EXPECT_TRUE(absl::IsNotFound(Call(*server_, &Policy::GetPolicy, get, "liaison-lead").status()));

  request.clear_against();
  request.set_against_text(text("policies/mine", rule));
  EXPECT_THAT(FieldsOf(Run(request).status), ElementsAre("against_text")) << "two of one name cannot be told apart";
  request.set_policy("policies/early-warning");
  request.set_against("policies/early-warning");
  EXPECT_THAT(FieldsOf(Run(request).status), ElementsAre("policy_text", "against_text")) << "a name or a text";

  v1::BacktestRequest faulty;
  faulty.set_policy_text(text("policies/published-grounds", rule));
  faulty.set_against_text(text("policies/other", "escalation_weight: lots\nrules { id: 'B A D' }"));
  const auto refused = Run(faulty).status;
  EXPECT_THAT(refused, Refuses(absl::StatusCode::kInvalidArgument, "POLICY_INVALID"));
  EXPECT_THAT(FieldsOf(refused), ElementsAre("against_text:4", "against_text:5", "policy_text:1")) << refused;
}

TEST_F(BacktestServiceTest, SaysWhichLogCannotBeRead) {
  concerns_->Stop();
  const auto replayed = Run({});
  EXPECT_THAT(replayed.status, Refuses(absl::StatusCode::kUnavailable, "DEPENDENCY_UNAVAILABLE"));
  EXPECT_EQ(ErrorMetadata(replayed.status, "ledger"), "ledgers/concerns");
}

// ---- Attention ----

TEST_F(PolicyServiceTest, ListsWhatNeedsAttentionByRoleForceAndRegion) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_NOT_RESPONDING);
  const auto list = [this](const std::function<void(v1::ListAttentionRequest&)>& with,
                           const std::string& as = "liaison-lead") {
    v1::ListAttentionRequest request;
    request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
    with(request);
    return Call(*server_, &v1::AttentionService::Stub::ListAttention, request, as);
  };
  const auto all = Must(list([](auto&) {}));
  ASSERT_EQ(all.items_size(), 1);
  EXPECT_EQ(all.items(0).kind(), v1::ATTENTION_KIND_ESCALATION_ADVISED);
  EXPECT_EQ(FormatIso(all.on_date()), "2026-06-30");
  const auto count = [&](const std::function<void(v1::ListAttentionRequest&)>& with) {
    return Must(list(with)).total_count();
  };
  EXPECT_EQ(count([](auto& request) { request.set_within_days(100); }), 2) << "the recommendation is due in September";
  EXPECT_EQ(count([](auto& request) {
              request.set_within_days(100);
              request.set_role(common::v1::ROLE_LIAISON_LEAD);
            }),
            1);
  EXPECT_EQ(count([](auto& request) { request.set_force("forces/kent"); }), 0);
  EXPECT_EQ(count([](auto& request) { request.set_region("South West"); }), 0);
  EXPECT_EQ(Must(list([](auto& request) {
              request.set_within_days(100);
              request.set_limit(1);
            })).items_size(),
            1);
  EXPECT_THAT(list([](auto& request) { request.set_force("forces/atlantis"); }).status(),
              Refuses(absl::StatusCode::kNotFound, "FORCE_NOT_FOUND"));
  EXPECT_TRUE(absl::IsPermissionDenied(list([](auto&) {}, "west-midlands-officer").status()));
}

TEST_F(PolicyServiceTest, ListsWhatTheChecksOfTheRecordFindAsItIsAndAsItWas) {
  const std::string concern = Issue("Investigations", HANDLING_LEVEL_MANAGING);
  const absl::Time then = concerns_->clock().Now();
  for (auto* server : {forces_.get(), concerns_.get(), server_.get()}) server->clock().Advance(absl::Hours(1));
  Handle(concern, concerns::v1::HANDLING_LEVEL_ERADICATED);
  const auto list = [this](const std::function<void(v1::ListAttentionRequest&)>& with) {
    v1::ListAttentionRequest request;
    request.mutable_read()->mutable_consistency()->set_fully_consistent(true);
    with(request);
    return Must(Call(*server_, &v1::AttentionService::Stub::ListAttention, request, "records-manager"));
  };
  const auto now = list([](auto&) {});
  ASSERT_EQ(now.items_size(), 1) << now.ShortDebugString();
  EXPECT_EQ(now.items(0).kind(), v1::ATTENTION_KIND_INCONSISTENCY);
  EXPECT_EQ(now.items(0).severity(), concerns::v1::SEVERITY_WARNING);
  EXPECT_EQ(now.items(0).resource(), concern) << "the fact that it rests on";
  EXPECT_EQ(now.items(0).revision(), concerns_->ledger().head().revision);
  EXPECT_THAT(now.items(0).text(), ::testing::HasSubstr("Discharge it"));
  EXPECT_THAT(now.left_out(), ::testing::IsEmpty());
  EXPECT_EQ(list([](auto& request) { request.set_role(common::v1::ROLE_RECORDS_MANAGER); }).total_count(), 1);
  EXPECT_EQ(list([](auto& request) { request.set_role(common::v1::ROLE_CHIEF_INSPECTOR); }).total_count(), 0);
  EXPECT_EQ(list([](auto& request) { request.set_force(kForce); }).total_count(), 1);
  EXPECT_EQ(list([](auto& request) { request.set_force("forces/kent"); }).total_count(), 0);

  const auto past = list([&](auto& request) {
    request.clear_read();
    *request.mutable_read()->mutable_as_of()->mutable_recorded_time() = ToTimestamp(then);
  });
  EXPECT_EQ(past.total_count(), 0) << past.ShortDebugString();
  EXPECT_THAT(past.left_out(), ::testing::IsEmpty());

  concerns_->Stop();
  const auto without = list([](auto& request) { request.clear_read(); });
  EXPECT_EQ(without.total_count(), 0);
  ASSERT_EQ(without.left_out_size(), 1) << "what could not be looked at is said";
  EXPECT_THAT(without.left_out(0), ::testing::HasSubstr("concerns-service does not answer"));
}

TEST_F(PolicyServiceTest, ThePoliciesAreRecordedAndWhatIsInForceCannotBeEdited) {
  const auto head = server_->ledger().head().revision;
  server_->Restart();
  EXPECT_EQ(server_->ledger().head().revision, head) << "what is recorded is not recorded again";
  std::ifstream file("data/policies/published-grounds.txtpb");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::string edited = text;
  edited.replace(edited.find("The published grounds"), 21, "Other grounds");
  const auto policies = Policies::Parse({{"p", edited}});
  ASSERT_TRUE(policies.ok());
  EXPECT_THAT(RecordPolicies(server_->ledger(), *policies, absl::CivilDay(2026, 6, 30)),
              Refuses(absl::StatusCode::kFailedPrecondition, "POLICY_INVALID"));
  EXPECT_EQ(server_->ledger().head().revision, head);
}

}  // namespace
}  // namespace oversight::monitoring
