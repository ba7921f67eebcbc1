// The sequence of a decision: every act around it, in words, in the order of each of the three clocks.
#include "monitoring-service/domain/sequence.h"
#include "absl/strings/str_cat.h"
#include "common/time/london.h"
#include "monitoring-service/domain/moments.h"
#include "tests/monitoring/domain_fixture.h"

namespace oversight::monitoring {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kConcern[] = "forces/west-midlands/concerns/1";
constexpr char kProposal[] = "forces/west-midlands/proposals/1";
constexpr char kDecision[] = "forces/west-midlands/decisions/1";
constexpr char kEpisode[] = "forces/west-midlands/episodes/1";

absl::Time At(int day, int hour, int minute = 0) { return LondonTime(absl::CivilMinute(2023, 11, day, hour, minute)); }

class Sequence : public testing::Test {
 protected:
  Sequence() {
    record_.decision = kDecision;
    record_.force_display_name = "West Midlands Police";
    record_.stage_display_name = "Engage";
    auto& concern = facts_[kConcern];
    *concern.mutable_issue_date() = Day(2023, 11, 20);
    *concern.mutable_published()->mutable_date() = Day(2023, 11, 24);
  }
  template <class T>
  T& Keep(std::vector<Recorded<T>>& versions, T resource, const std::string& verb, absl::Time time,
          const std::string& actor = "principals/hm-inspector") {
    Recorded<T> recorded{.resource = std::move(resource), .change = {}};
    recorded.change.set_verb(verb);
    recorded.change.set_actor(actor);
    recorded.change.set_revision(++revision_);
    *recorded.change.mutable_recorded_time() = ToTimestamp(time);
    versions.push_back(std::move(recorded));
    return versions.back().resource;
  }
  void Propose(absl::Time time) {
    v1::Proposal proposal = Wanted("engage", v1::GROUND_NOT_RESPONDING, {kConcern});
    proposal.set_name(kProposal);
    proposal.mutable_reasons(0)->set_id("r1");
    proposal.mutable_dossier()->set_version(1);
    proposal.mutable_dossier()->add_facts();
    Keep(record_.proposals, proposal, "CreateProposal", time);
  }
  v1::Decision& Decide(absl::Time time, v1::DecisionState state) {
    v1::Decision decision;
    decision.set_name(kDecision);
    decision.set_proposal(kProposal);
    decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
    decision.set_state(state);
    *decision.mutable_reasons() = record_.proposals.back().resource.reasons();
    decision.set_rationale("It is time.");
    decision.set_decider("principals/chief-inspector");
    *decision.mutable_decided_date() = ToPartialDate(LondonDay(time));
    *decision.mutable_effective_date() = ToPartialDate(LondonDay(time));
    return Keep(record_.decisions, decision, "DecideProposal", time, "principals/chief-inspector");
  }
  v1::Advice& Advise(absl::Time time, const std::string& name, const common::v1::PartialDate& date) {
    v1::Advice advice;
    advice.set_name(absl::StrCat(kProposal, "/advice/", name));
    advice.set_body(v1::ADVISORY_BODY_OVERSIGHT_GROUP);
    *advice.mutable_advice_date() = date;
    advice.set_view(v1::ADVICE_VIEW_SUPPORTS);
    advice.set_text("It should be made.");
    advice.set_dossier_version(1);
    return Keep(record_.advice, advice, "CreateAdvice", time);
  }
  v1::Disclosure& Disclose(absl::Time recorded, const std::string& name, std::optional<absl::Time> told = {}) {
    v1::Disclosure disclosure;
    disclosure.set_name(absl::StrCat("forces/west-midlands/disclosures/", name));
    disclosure.set_about(kDecision);
    disclosure.set_recipient_name("Chief Constable");
    disclosure.set_channel(v1::DISCLOSURE_CHANNEL_CALL);
    disclosure.set_confidence(v1::DISCLOSURE_CONFIDENCE_IN_CONFIDENCE);
    disclosure.set_teller("HM Inspector");
    disclosure.set_text("That the force will be moved.");
    *disclosure.mutable_disclosed_date() = Day(2023, 11, 22);
    if (told) *disclosure.mutable_disclosed_time() = ToTimestamp(*told);
    return Keep(record_.disclosures, disclosure, "CreateDisclosure", recorded);
  }
  // The decision, which waited, becomes this.
  v1::Decision& Becomes(v1::DecisionState state, absl::Time time, const std::string& verb) {
    v1::Decision decision = record_.decisions.back().resource;
    decision.set_state(state);
    return Keep(record_.decisions, decision, verb, time, "principals/monitoring-service");
  }
  // The announcement, which may be there already, becomes this.
  v1::Announcement& Announce(v1::AnnouncementState state, absl::Time time, const std::string& verb) {
    v1::Announcement announcement;
    if (!record_.announcements.empty()) announcement = record_.announcements.back().resource;
    if (announcement.name().empty()) {
      announcement.set_name("forces/west-midlands/announcements/1");
      announcement.set_decision(kDecision);
      auto& headline = *announcement.add_statements();
      headline.set_part(v1::STATEMENT_PART_HEADLINE);
      headline.set_text("West Midlands Police moved into Engage");
    }
    announcement.set_state(state);
    return Keep(record_.announcements, announcement, verb, time, "principals/press-officer");
  }
  v1::GetDecisionSequenceResponse Get(v1::SequenceClock clock = v1::SEQUENCE_CLOCK_UNSPECIFIED) {
    return MakeSequence(record_, facts_, clock);
  }
  std::vector<std::string> Kinds(v1::SequenceClock clock = v1::SEQUENCE_CLOCK_UNSPECIFIED) {
    std::vector<std::string> kinds;
    const auto sequence = Get(clock);
    for (const auto& act : sequence.acts()) {
      kinds.push_back(v1::SequenceActKind_Name(act.kind()).substr(sizeof("SEQUENCE_ACT_KIND_") - 1));
    }
    return kinds;
  }
  v1::SequenceAct Act(v1::SequenceActKind kind) {
    const auto sequence = Get();
    for (const auto& act : sequence.acts()) {
      if (act.kind() == kind) return act;
    }
    ADD_FAILURE() << "no " << v1::SequenceActKind_Name(kind);
    return {};
  }

  SequenceRecord record_;
  Concerns facts_{MakeConcern(kConcern)};
  int64_t revision_ = 10;
};

TEST_F(Sequence, TellsAMoveFromTheConcernToTheEffectWithEveryClock) {
  Propose(At(21, 9, 30));
  Advise(At(21, 17), "1", Day(2023, 11, 21));
  auto& decided = Decide(At(22, 9), v1::DECISION_STATE_PENDING_EFFECT);
  *decided.mutable_effective_time() = ToTimestamp(At(24, 10));
  *decided.mutable_effective_date() = Day(2023, 11, 24);
  decided.add_conditions("Monthly meetings");
  *decided.mutable_review_by_date() = *ParsePartialDate("2024");
  Disclose(At(24, 12), "1", At(22, 15, 5));
  Becomes(v1::DECISION_STATE_IN_EFFECT, At(24, 10), "TakeEffect");
  const auto sequence = Get();
  EXPECT_EQ(sequence.decision(), kDecision);
  EXPECT_EQ(sequence.title(), "West Midlands Police to Engage");
  EXPECT_THAT(Kinds(), ElementsAre("CONCERN_ISSUED", "PROPOSED", "ADVISED", "DECIDED", "DISCLOSED", "TOOK_EFFECT"));
  EXPECT_THAT(Kinds(v1::SEQUENCE_CLOCK_RECORDED),
              ElementsAre("CONCERN_ISSUED", "PROPOSED", "ADVISED", "DECIDED", "TOOK_EFFECT", "DISCLOSED"));

  const auto& concern = sequence.acts(0);
  EXPECT_EQ(concern.words(), "Cause of concern issued: Title of forces/west-midlands/concerns/1.");
  EXPECT_EQ(concern.when(), "20 November 2023");
  EXPECT_EQ(FormatIso(concern.published_date()), "2023-11-24");
  EXPECT_FALSE(concern.has_recorded_time()) << "it stands in another log";
  const auto& proposed = sequence.acts(1);
  EXPECT_EQ(proposed.when(), "09:30 on 21 November 2023");
  EXPECT_EQ(proposed.actor(), "principals/hm-inspector");
  EXPECT_EQ(proposed.resource(), kProposal);
  EXPECT_EQ(proposed.revision(), 11);
  EXPECT_THAT(proposed.words(),
              AllOf(HasSubstr("Proposed: Engage. Ground: not responding."), HasSubstr("Reasons: r1: Not dealing with"),
                    HasSubstr("Dossier 1 holds 1 fact.")));
  EXPECT_EQ(sequence.acts(2).words(), "Advice of the oversight group, on dossier 1: supports. It should be made.");
  EXPECT_EQ(
      sequence.acts(3).words(),
      "Approved, with effect at 10:00 on 24 November 2023. It is time. Conditions: Monthly meetings. To be looked "
      "at again by 2024.");
  EXPECT_EQ(sequence.acts(4).words(),
            "Chief Constable told in confidence by HM Inspector (call). That the force will be moved.");
  EXPECT_EQ(sequence.acts(4).when(), "15:05 on 22 November 2023");
  EXPECT_EQ(sequence.acts(5).words(), "West Midlands Police moved to Engage.");
  EXPECT_EQ(sequence.acts(5).actor(), "principals/monitoring-service");
  EXPECT_EQ(sequence.acts(5).when(), "10:00 on 24 November 2023");
  for (const auto& act : sequence.acts()) EXPECT_FALSE(act.resource().empty()) << act.words();
}

TEST_F(Sequence, TellsHowTheAnnouncementCameToGoOut) {
  Propose(At(22, 9));
  auto& decided = Decide(At(23, 10), v1::DECISION_STATE_PENDING_EFFECT);
  *decided.mutable_effective_date() = Day(2023, 11, 24);
  *decided.mutable_effective_time() = ToTimestamp(At(24, 12));
  Announce(v1::ANNOUNCEMENT_STATE_DRAFT, At(23, 11), "CreateAnnouncement");
  Announce(v1::ANNOUNCEMENT_STATE_DRAFT, At(23, 12), "UpdateAnnouncement");
  Announce(v1::ANNOUNCEMENT_STATE_IN_REVIEW, At(23, 13), "SubmitAnnouncement");
  Announce(v1::ANNOUNCEMENT_STATE_DRAFT, At(23, 14), "ReturnAnnouncement").set_return_reason("Say who decided");
  Announce(v1::ANNOUNCEMENT_STATE_IN_REVIEW, At(23, 15), "SubmitAnnouncement").clear_return_reason();
  Announce(v1::ANNOUNCEMENT_STATE_REVIEWED, At(23, 16), "ReviewAnnouncement");
  Announce(v1::ANNOUNCEMENT_STATE_CLEARED, At(23, 17), "ClearAnnouncement");
  *Announce(v1::ANNOUNCEMENT_STATE_SCHEDULED, At(23, 18), "ScheduleAnnouncement").mutable_publish_time() =
      ToTimestamp(At(24, 9));
  Announce(v1::ANNOUNCEMENT_STATE_CLEARED, At(23, 19), "PullAnnouncement").set_pull_reason("Too early");
  auto& again = Announce(v1::ANNOUNCEMENT_STATE_SCHEDULED, At(23, 20), "ScheduleAnnouncement");
  again.clear_pull_reason();
  *again.mutable_publish_time() = ToTimestamp(At(24, 10));
  auto& held = Announce(v1::ANNOUNCEMENT_STATE_CLEARED, At(24, 10), "ReleaseAnnouncement");
  held.mutable_held_back()->add_violations()->set_description("The concern is discharged");
  Announce(v1::ANNOUNCEMENT_STATE_SCHEDULED, At(24, 11), "ScheduleAnnouncement").clear_held_back();
  *Becomes(v1::DECISION_STATE_IN_EFFECT, At(24, 12), "TakeEffect").mutable_effective_time() = ToTimestamp(At(24, 12));
  auto& out = Announce(v1::ANNOUNCEMENT_STATE_PUBLISHED, At(24, 13), "ReleaseAnnouncement");
  *out.mutable_published_time() = ToTimestamp(At(24, 13));
  auto& published = Becomes(v1::DECISION_STATE_IN_EFFECT, At(24, 13), "ReleaseAnnouncement");
  *published.mutable_publication()->mutable_published_time() = ToTimestamp(At(24, 13));
  Announce(v1::ANNOUNCEMENT_STATE_WITHDRAWN, At(25, 9), "WithdrawAnnouncement").set_withdrawal_reason("In error");

  EXPECT_THAT(Kinds(), ElementsAre("CONCERN_ISSUED", "PROPOSED", "DECIDED", "ANNOUNCEMENT_DRAFTED",
                                   "ANNOUNCEMENT_SUBMITTED", "ANNOUNCEMENT_RETURNED", "ANNOUNCEMENT_SUBMITTED",
                                   "ANNOUNCEMENT_REVIEWED", "ANNOUNCEMENT_CLEARED", "ANNOUNCEMENT_SCHEDULED",
                                   "ANNOUNCEMENT_PULLED", "ANNOUNCEMENT_SCHEDULED", "ANNOUNCEMENT_HELD_BACK",
                                   "ANNOUNCEMENT_SCHEDULED", "TOOK_EFFECT", "PUBLISHED", "ANNOUNCEMENT_WITHDRAWN"));
  const auto went_out = Act(v1::SEQUENCE_ACT_KIND_PUBLISHED);
  EXPECT_EQ(went_out.words(), "Published: West Midlands Police moved into Engage.");
  EXPECT_EQ(went_out.when(), "13:00 on 24 November 2023");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_RETURNED).words(),
            "The announcement was sent back. Say who decided.");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_SCHEDULED).words(),
            "The announcement is to go out at 09:00 on 24 November 2023.");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_PULLED).words(), "The release was pulled. Too early.");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_HELD_BACK).words(),
            "The announcement was held back at its minute. The concern is discharged.");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_ANNOUNCEMENT_WITHDRAWN).words(), "The announcement was withdrawn. In error.");
  // The public came to know of the decision and of the move by it.
  for (const auto kind : {v1::SEQUENCE_ACT_KIND_DECIDED, v1::SEQUENCE_ACT_KIND_TOOK_EFFECT}) {
    EXPECT_EQ(ToTime(Act(kind).published_time()), At(24, 13));
  }
}

TEST_F(Sequence, AnotherDecisionsAnnouncementIsNotInIt) {
  Propose(At(22, 9));
  Decide(At(23, 10), v1::DECISION_STATE_PENDING_EFFECT);
  Announce(v1::ANNOUNCEMENT_STATE_DRAFT, At(23, 11), "CreateAnnouncement")
      .set_decision("forces/west-midlands/decisions/2");
  EXPECT_THAT(Kinds(), ElementsAre("CONCERN_ISSUED", "PROPOSED", "DECIDED"));
}

TEST_F(Sequence, OnThePublishedClockWhatIsPublicComesFirst) {
  Propose(At(19, 9));
  Decide(At(19, 10), v1::DECISION_STATE_PENDING_EFFECT);
  EXPECT_THAT(Kinds(), ElementsAre("PROPOSED", "DECIDED", "CONCERN_ISSUED"));
  EXPECT_THAT(Kinds(v1::SEQUENCE_CLOCK_PUBLISHED), ElementsAre("CONCERN_ISSUED", "PROPOSED", "DECIDED"));
}

TEST_F(Sequence, AMoveRecordedLongAfterwardsIsStillInOrder) {
  const absl::Time later = LondonTime(absl::CivilMinute(2026, 11, 27, 9, 0));
  Propose(later);
  auto& decided = Decide(later + absl::Minutes(1), v1::DECISION_STATE_IN_EFFECT);
  *decided.mutable_decided_date() = *decided.mutable_effective_date() = Day(2023, 11, 24);
  *decided.mutable_effective_time() = ToTimestamp(At(24, 10));
  EXPECT_THAT(Kinds(), ElementsAre("CONCERN_ISSUED", "PROPOSED", "DECIDED", "TOOK_EFFECT"));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_PROPOSED).when(), "by 24 November 2023") << "the record does not tell more";
  // Who was told of it on an earlier day was told of what was there.
  Disclose(later, "1").set_about(kProposal);
  Advise(later, "1", *ParsePartialDate("2023-11"));
  EXPECT_THAT(Kinds(), ElementsAre("CONCERN_ISSUED", "PROPOSED", "DISCLOSED", "ADVISED", "DECIDED", "TOOK_EFFECT"));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_PROPOSED).when(), "by 22 November 2023");
}

TEST_F(Sequence, TellsRefreshesCorrectionsAndWhatIsAboutTheProposal) {
  Propose(At(21, 9));
  v1::Proposal refreshed = record_.proposals.back().resource;
  refreshed.mutable_dossier()->set_version(2);
  Keep(record_.proposals, refreshed, "RefreshProposal", At(21, 10));
  Advise(At(21, 11), "1", Day(2023, 11, 21));
  auto& correction = Advise(At(21, 12), "2", Day(2023, 11, 21));
  correction.set_corrects(absl::StrCat(kProposal, "/advice/1"));
  correction.set_correction_reason("The group said more");
  v1::Advice marked = record_.advice.front().resource;
  marked.set_corrected_by(correction.name());
  Keep(record_.advice, marked, "CreateAdvice", At(21, 12));
  Decide(At(22, 9), v1::DECISION_STATE_PENDING_EFFECT);
  Disclose(At(22, 10), "1").set_about(kProposal);
  auto& embargo = Disclose(At(22, 11), "2");
  embargo.set_confidence(v1::DISCLOSURE_CONFIDENCE_UNDER_EMBARGO);
  *embargo.mutable_embargo_time() = ToTimestamp(At(24, 10));
  Disclose(At(22, 12), "3").set_about("forces/west-midlands/decisions/9");
  EXPECT_THAT(Kinds(), ElementsAre("CONCERN_ISSUED", "PROPOSED", "DOSSIER_REFRESHED", "ADVISED", "ADVISED", "DECIDED",
                                   "DISCLOSED", "DISCLOSED"));
  EXPECT_EQ(Get().acts(2).words(), "The proposal was brought up to the facts of the day. Dossier 2 holds 1 fact.");
  EXPECT_THAT(Get().acts(4).words(),
              HasSubstr("This corrects forces/west-midlands/proposals/1/advice/1: The group said more."));
  EXPECT_THAT(Get().acts(7).words(), HasSubstr("told under embargo until 10:00 on 24 November 2023 by"));
}

TEST_F(Sequence, TellsALapseARevocationAndADecline) {
  Propose(At(21, 9));
  Decide(At(22, 9), v1::DECISION_STATE_PENDING_EFFECT);
  auto& lapsed = Becomes(v1::DECISION_STATE_LAPSED, At(23, 8), "TakeEffect");
  lapsed.mutable_lapse()->set_text("The concern was closed.");
  *lapsed.mutable_lapse()->mutable_lapse_time() = ToTimestamp(At(23, 8));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_LAPSED).words(), "The approval lapsed. The concern was closed.");
  record_.decisions.pop_back();
  auto& revoked = Becomes(v1::DECISION_STATE_REVOKED, At(23, 9), "RevokeDecision");
  revoked.mutable_revocation()->set_reason("The plan came");
  *revoked.mutable_revocation()->mutable_revoke_time() = ToTimestamp(At(23, 9));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_REVOKED).words(), "The approval was taken back. The plan came.");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_REVOKED).when(), "09:00 on 23 November 2023");
  record_.decisions.clear();
  Decide(At(22, 9), v1::DECISION_STATE_DECLINED).set_outcome(v1::DECISION_OUTCOME_DECLINED);
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_DECIDED).words(), "Declined. It is time.");
  EXPECT_THAT(Kinds(), ElementsAre("CONCERN_ISSUED", "PROPOSED", "DECIDED"));
}

TEST_F(Sequence, TellsWhatCameOfTheEpisode) {
  Propose(At(21, 9));
  Decide(At(22, 9), v1::DECISION_STATE_IN_EFFECT);
  v1::Episode episode;
  episode.set_name(kEpisode);
  episode.set_entry_decision(kDecision);
  *episode.mutable_from_date() = Day(2023, 11, 22);
  *episode.mutable_entry_reasons() = record_.decisions[0].resource.reasons();
  Keep(record_.episodes, episode, "DecideProposal", At(22, 9));
  auto* added = episode.add_added_reasons();
  added->mutable_reason()->set_id("r2");
  added->mutable_reason()->set_text("Children");
  added->set_rationale("Found at the revisit");
  *added->mutable_added_date() = Day(2023, 11, 25);
  Keep(record_.episodes, episode, "AddEpisodeReason", At(26, 9));
  episode.set_exit_decision("forces/west-midlands/decisions/2");
  *episode.mutable_until_date() = Day(2023, 11, 28);
  episode.add_exit_reasons()->set_text("Better");
  *episode.add_reason_outcomes() = CarriedForward("r1");
  *episode.add_reason_outcomes() = Superseded("r2", "another");
  episode.add_open_causes()->set_title("Investigations");
  Keep(record_.episodes, episode, "DecideProposal", At(28, 9));
  EXPECT_THAT(Kinds(),
              ElementsAre("CONCERN_ISSUED", "PROPOSED", "DECIDED", "TOOK_EFFECT", "REASON_ADDED", "LATER_MOVE"));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_REASON_ADDED).words(), "Reason r2 added: Children. Found at the revisit.");
  const auto later = Act(v1::SEQUENCE_ACT_KIND_LATER_MOVE);
  EXPECT_EQ(later.resource(), "forces/west-midlands/decisions/2");
  EXPECT_EQ(
      later.words(),
      "The episode forces/west-midlands/episodes/1 ended. Reasons: Better. How the reasons ended: r1 carried "
      "forward, followed by HM Inspector for the Midlands; r2 superseded by another. Causes of concern open then: "
      "Investigations.");
  // From the side of the exit.
  record_.decision = "forces/west-midlands/decisions/2";
  record_.decisions[0].resource.set_name(record_.decision);
  record_.proposals.clear();
  EXPECT_THAT(Kinds(), testing::Contains("EARLIER_MOVE"));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_EARLIER_MOVE).resource(), kDecision);
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_EARLIER_MOVE).when(), "22 November 2023");
}

TEST_F(Sequence, NobodyIsToldOfADecisionBeforeItIsTaken) {
  Propose(At(22, 9));
  auto& decided = Decide(At(23, 9), v1::DECISION_STATE_PENDING_EFFECT);
  *decided.mutable_decided_date() = Day(2023, 11, 22);
  *decided.mutable_effective_date() = Day(2023, 11, 25);
  Disclose(At(23, 10), "1");
  Disclose(At(23, 11), "2").set_about(kProposal);
  const auto sequence = Get();
  std::vector<std::string> resources;
  for (const auto& act : sequence.acts()) resources.push_back(act.resource());
  EXPECT_THAT(resources, ElementsAre(kConcern, kProposal, "forces/west-midlands/disclosures/2", kDecision,
                                     "forces/west-midlands/disclosures/1"))
      << "all on one day: of the proposal before the decision, of the decision after it";
}

TEST_F(Sequence, TellsWhereAnImportedMoveIsKnownFrom) {
  v1::Decision decision;
  decision.set_name(kDecision);
  decision.set_outcome(v1::DECISION_OUTCOME_APPROVED);
  decision.set_state(v1::DECISION_STATE_IN_EFFECT);
  decision.add_reasons()->set_text("Calls");
  *decision.mutable_effective_date() = *ParsePartialDate("2019");
  decision.mutable_historical()->set_source("https://example.org");
  decision.mutable_historical()->set_note("high (a list)");
  Keep(record_.decisions, decision, "ImportHistory", At(24, 9), "principals/records-manager");
  EXPECT_THAT(Kinds(), ElementsAre("TOOK_EFFECT", "IMPORTED"));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_TOOK_EFFECT).when(), "2019");
  EXPECT_THAT(Act(v1::SEQUENCE_ACT_KIND_TOOK_EFFECT).words(), HasSubstr("Reasons: Calls."));
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_IMPORTED).words(),
            "Imported from https://example.org. How sure it is: high (a list).");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_IMPORTED).actor(), "principals/records-manager");
  EXPECT_EQ(Act(v1::SEQUENCE_ACT_KIND_TOOK_EFFECT).actor(), "") << "who imported it did not make it";
}

TEST_F(Sequence, AConcernThatIsNotKnownHereIsToldAsItWasReliedOn) {
  Propose(At(21, 9));
  record_.proposals[0].resource.mutable_reasons(0)->set_concern("forces/west-midlands/concerns/2");
  record_.proposals[0].resource.mutable_reasons(0)->set_concern_title("Records");
  record_.proposals[0].resource.mutable_reasons(0)->set_concern_revision(7);
  Decide(At(22, 9), v1::DECISION_STATE_PENDING_EFFECT);
  const auto act = Act(v1::SEQUENCE_ACT_KIND_CONCERN_ISSUED);
  EXPECT_EQ(act.words(), "Cause of concern issued: Records.");
  EXPECT_EQ(act.when(), "not known");
  EXPECT_EQ(act.revision(), 7);
}

}  // namespace
}  // namespace oversight::monitoring
