// One force, its record kept as the ledger would keep it, and short ways to propose and decide. Used by the test's
// thread.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "monitoring-service/domain/effects.h"
#include "monitoring-service/domain/moments.h"
#include "tests/monitoring/domain_fixture.h"

namespace oversight::monitoring {

inline constexpr char kForce[] = "forces/west-midlands";
inline constexpr char kFirst[] = "forces/west-midlands/concerns/1";
inline constexpr char kSecond[] = "forces/west-midlands/concerns/2";
inline constexpr char kInspector[] = "principals/hm-inspector";
inline constexpr char kChief[] = "principals/chief-inspector";
// 27 November 2023, 12:00: in winter London keeps UTC.
inline const absl::Time kNow = absl::FromCivil(absl::CivilMinute(2023, 11, 27, 12, 0), absl::UTCTimeZone());

class Moves : public testing::Test {
 protected:
  Moves() { record_.monitoring = VirtualMonitoring(ladders_, kForce); }

  absl::StatusOr<v1::Proposal> ProposeIt(const v1::Proposal& wanted) {
    return Propose(ladders_, record_, wanted, concerns_, kInspector, now_);
  }
  v1::Proposal Entry() { return Wanted("engage", v1::GROUND_NOT_RESPONDING, {kFirst, kSecond}); }
  v1::Proposal Return() { return Return({""}); }
  v1::Proposal Return(std::initializer_list<std::string> concerns) {
    return Accounted(Wanted("scan", v1::GROUND_IMPROVEMENT, concerns), record_.episode);
  }

  absl::StatusOr<Decided> DecideIt(const v1::Proposal& proposal, v1::DecisionOutcome outcome,
                                   const std::string& actor = kChief) {
    request_.set_name(proposal.name());
    request_.set_outcome(outcome);
    request_.set_rationale("Because.");
    return Decide(ladders_, record_, proposal, request_, concerns_, actor, now_);
  }

  // Takes up what a command left behind, as the ledger would.
  void Keep(const v1::Proposal& proposal) {
    if (proposal.state() == v1::PROPOSAL_STATE_OPEN) {
      record_.open_proposal = proposal;
      ++record_.last_proposal;
    } else {
      record_.open_proposal.reset();
    }
  }
  void Keep(const Decided& decided) {
    Keep(decided.proposal);
    ++record_.last_decision;
    record_.monitoring = decided.monitoring;
    record_.pending_decision.reset();
    if (decided.decision.state() == v1::DECISION_STATE_PENDING_EFFECT) record_.pending_decision = decided.decision;
    if (!decided.moved) return;
    record_.episode.reset();
    for (const auto& episode : decided.episodes) {
      if (episode.has_until_date()) {
        record_.episodes.back() = episode;
      } else {
        record_.episodes.push_back(episode);
        record_.episode = episode;
        ++record_.last_episode;
      }
    }
  }
  // The force is moved into Engage on this day.
  void MoveIn(absl::CivilDay day) {
    auto proposal = ProposeIt(Entry());
    ASSERT_TRUE(proposal.ok()) << proposal.status();
    Keep(*proposal);
    *request_.mutable_decided_date() = ToPartialDate(day);
    auto decided = DecideIt(*proposal, v1::DECISION_OUTCOME_APPROVED);
    ASSERT_TRUE(decided.ok()) << decided.status();
    Keep(*decided);
    request_.Clear();
  }

  const Ladders& ladders_ = ShippedLadders();
  absl::Time now_ = kNow;
  ForceRecord record_;
  Concerns concerns_{
      MakeConcern(kFirst),
      MakeConcern(kSecond, concerns::v1::CONCERN_STATE_ISSUED, concerns::v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT),
      MakeConcern("forces/west-midlands/concerns/3", concerns::v1::CONCERN_STATE_DRAFT),
      MakeConcern("forces/west-midlands/concerns/4", concerns::v1::CONCERN_STATE_DISCHARGED),
      MakeConcern("forces/west-midlands/concerns/5"),
      MakeConcern("forces/kent/concerns/1")};
  v1::DecideProposalRequest request_;

  // An approval of an entry that waits until this minute.
  Decided Approved(absl::Time effective) {
    const auto proposal = *ProposeIt(Entry());
    Keep(proposal);
    *request_.mutable_effective_time() = ToTimestamp(effective);
    auto decided = DecideIt(proposal, v1::DECISION_OUTCOME_APPROVED);
    EXPECT_TRUE(decided.ok()) << decided.status();
    request_.Clear();
    Keep(*decided);
    return *decided;
  }
  absl::StatusOr<std::optional<Decided>> Look(const Decided& waiting, absl::Time now) {
    return TakeEffect(ladders_, record_, waiting.decision, waiting.proposal, concerns_, now);
  }
};

}  // namespace oversight::monitoring
