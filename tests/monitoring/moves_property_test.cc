// Random proposals, withdrawals and decisions against the rules, with a small model beside them: whatever comes, the
// invariants hold, and what ListAllowedActions says is what happens.
#include <algorithm>
#include <set>

#include "common/time/london.h"
#include "rapidcheck.h"
#include "tests/monitoring/domain_fixture.h"

namespace oversight::monitoring {
namespace {

constexpr char kForce[] = "forces/kent";
constexpr char kConcern[] = "forces/kent/concerns/1";
const absl::CivilDay kEpoch(2020, 1, 1);

// Every number of [least, end) equally likely; rapidcheck's own ranges begin narrow and most steps would be the same
// one.
rc::Gen<int> Between(int least, int end) { return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, end)); }

// A world of one force that keeps all it was ever told, as the ledger would.
struct World {
  const Ladders& ladders = ShippedLadders();
  Concerns concerns{MakeConcern(kConcern)};
  ForceRecord record;
  std::vector<v1::Proposal> proposals;
  std::vector<v1::Decision> decisions;
  std::vector<v1::Episode> episodes;
  absl::CivilDay today = kEpoch;

  absl::Time now() const { return LondonTime(absl::CivilMinute(today) + 12 * 60); }

  World() { record.monitoring = VirtualMonitoring(ladders, kForce); }

  void Put(const v1::Proposal& proposal) {
    const auto it = std::find_if(proposals.begin(), proposals.end(),
                                 [&](const auto& known) { return known.name() == proposal.name(); });
    it == proposals.end() ? proposals.push_back(proposal) : void(*it = proposal);
    record.last_proposal = static_cast<int64_t>(proposals.size());
    record.open_proposal.reset();
    for (const auto& known : proposals) {
      if (known.state() == v1::PROPOSAL_STATE_OPEN) record.open_proposal = known;
    }
  }
  void Put(const Decided& decided) {
    Put(decided.proposal);
    const auto it = std::find_if(decisions.begin(), decisions.end(),
                                 [&](const auto& known) { return known.name() == decided.decision.name(); });
    it == decisions.end() ? decisions.push_back(decided.decision) : void(*it = decided.decision);
    record.last_decision = static_cast<int64_t>(decisions.size());
    record.pending_decision.reset();
    if (decided.decision.state() == v1::DECISION_STATE_PENDING_EFFECT) record.pending_decision = decided.decision;
    if (!decided.moved) return;
    record.monitoring = decided.monitoring;
    for (const auto& episode : decided.episodes) {
      const auto it = std::find_if(episodes.begin(), episodes.end(),
                                   [&](const auto& known) { return known.name() == episode.name(); });
      it == episodes.end() ? episodes.push_back(episode) : void(*it = episode);
    }
    record.episodes = episodes;
    record.last_episode = static_cast<int64_t>(episodes.size());
    record.episode.reset();
    for (const auto& episode : episodes) {
      if (!episode.has_until_date()) record.episode = episode;
    }
  }
};

bool Allowed(const std::vector<common::v1::AllowedAction>& actions, const std::string& verb, std::string* reason) {
  for (const auto& action : actions) {
    if (action.verb() != verb) continue;
    *reason = action.reason();
    return action.allowed();
  }
  RC_FAIL("no action " + verb);
  return false;
}

void CheckInvariants(const World& world) {
  // At most one proposal waits, and a decided one names its decision.
  RC_ASSERT(std::count_if(world.proposals.begin(), world.proposals.end(),
                          [](const auto& proposal) { return proposal.state() == v1::PROPOSAL_STATE_OPEN; }) <= 1);
  for (const auto& proposal : world.proposals) {
    const bool decided =
        proposal.state() != v1::PROPOSAL_STATE_OPEN && proposal.state() != v1::PROPOSAL_STATE_WITHDRAWN;
    RC_ASSERT(decided == !proposal.decision().empty());
  }
  // At most one approval waits, and no proposal waits beside it.
  const auto waits = [](const auto& one) { return one.state() == v1::DECISION_STATE_PENDING_EFFECT; };
  const auto pending = std::count_if(world.decisions.begin(), world.decisions.end(), waits);
  RC_ASSERT(pending == (world.record.pending_decision ? 1 : 0));
  RC_ASSERT(pending == 0 || !world.record.open_proposal);
  // The stage is that of the last decision that took effect.
  std::string stage = "scan", decision;
  for (const auto& one : world.decisions) {
    RC_ASSERT(one.decider() != one.proposer());
    if (waits(one)) RC_ASSERT(EffectiveMoment(one) > world.now());
    if (one.state() != v1::DECISION_STATE_IN_EFFECT) continue;
    RC_ASSERT(one.from_stage() == stage);
    stage = one.to_stage();
    decision = one.name();
    RC_ASSERT(!MustBeBefore(one.effective_date(), one.decided_date()));
    RC_ASSERT(!MustBeAfter(one.effective_date(), world.today));
  }
  RC_ASSERT(world.record.monitoring.stage() == stage);
  RC_ASSERT(world.record.monitoring.decision() == decision);
  // Episodes follow one another: each ends on or before the day the next begins, only the last may be open, and it is
  // open exactly while the stage is an enhanced one.
  for (size_t i = 0; i < world.episodes.size(); ++i) {
    const auto& episode = world.episodes[i];
    if (episode.has_until_date()) RC_ASSERT(MustBeOnOrBefore(episode.from_date(), episode.until_date()));
    RC_ASSERT(episode.has_until_date() ==
              (static_cast<size_t>(episode.reason_outcomes_size()) == ReasonsOf(episode).size()));
    if (i + 1 < world.episodes.size()) {
      RC_ASSERT(episode.has_until_date());
      RC_ASSERT(MustBeOnOrBefore(episode.until_date(), world.episodes[i + 1].from_date()));
    }
  }
  const bool open = !world.episodes.empty() && !world.episodes.back().has_until_date();
  RC_ASSERT(open == world.record.monitoring.enhanced());
  RC_ASSERT(world.record.monitoring.episode() == (open ? world.episodes.back().name() : ""));
}

void ProposeAtRandom(World& world, const std::string& actor) {
  const auto stage = *rc::gen::element<std::string>("scan", "scan", "scan", "engage", "engage", "engage", "nowhere");
  const auto ground = *Between(0, 4) > 0 ? (stage == "scan" ? v1::GROUND_IMPROVEMENT : v1::GROUND_NOT_RESPONDING)
                                         : static_cast<v1::Ground>(*Between(0, 7));
  auto wanted = Wanted(stage, ground, {*rc::gen::element<std::string>(kConcern, kConcern, kConcern, "")});
  if (*rc::gen::arbitrary<bool>()) wanted.set_ground_text("In words.");
  if (*Between(0, 6) > 0) wanted = Accounted(wanted, world.record.episode);
  std::string reason;
  const bool allowed = Allowed(AllowedActions({.record = world.record, .actor = actor}), "CreateProposal", &reason);
  const auto proposal = Propose(world.ladders, world.record, wanted, world.concerns, actor, world.now());
  // What is not allowed is refused, for that reason unless the command is wrong in itself.
  if (!allowed) RC_ASSERT(!proposal.ok());
  if (!proposal.ok()) {
    if (allowed) {
      RC_ASSERT(ReasonOf(proposal.status()) != "PROPOSAL_PENDING");
      RC_ASSERT(ReasonOf(proposal.status()) != "DECISION_PENDING");
    }
    return;
  }
  RC_ASSERT(proposal->to_stage() != world.record.monitoring.stage());
  world.Put(*proposal);
}

void WithdrawAtRandom(World& world, const std::string& actor) {
  if (world.proposals.empty()) return;
  const auto proposal = *rc::gen::elementOf(world.proposals);
  std::string reason;
  const bool allowed = Allowed(AllowedActions({.record = world.record, .proposal = &proposal, .actor = actor}),
                               "WithdrawProposal", &reason);
  const auto withdrawn = Withdraw(world.record, proposal, {}, actor);
  RC_ASSERT(withdrawn.ok() == allowed);
  if (withdrawn.ok()) world.Put(*withdrawn);
  if (!withdrawn.ok()) RC_ASSERT(ReasonOf(withdrawn.status()) == reason);
}

void DecideAtRandom(World& world, const std::string& actor) {
  if (world.proposals.empty()) return;
  // Mostly the one that waits, or hardly any decision would ever be taken.
  const auto proposal = world.record.open_proposal && *Between(0, 4) > 0 ? *world.record.open_proposal
                                                                         : *rc::gen::elementOf(world.proposals);
  v1::DecideProposalRequest request;
  request.set_outcome(
      *rc::gen::element(v1::DECISION_OUTCOME_APPROVED, v1::DECISION_OUTCOME_APPROVED, v1::DECISION_OUTCOME_DECLINED));
  if (*rc::gen::arbitrary<bool>()) {
    *request.mutable_decided_date() = ToPartialDate(world.today - *Between(-1, 5));
  }
  if (*rc::gen::arbitrary<bool>()) {
    *request.mutable_effective_date() = ToPartialDate(world.today - *Between(-1, 5));
  }
  std::string reason;
  const bool allowed = Allowed(AllowedActions({.record = world.record, .proposal = &proposal, .actor = actor}),
                               "DecideProposal", &reason);
  const auto decided = Decide(world.ladders, world.record, proposal, request, world.concerns, actor, world.now());
  if (!allowed) {
    RC_ASSERT(!decided.ok());
    RC_ASSERT(ReasonOf(decided.status()) == reason);
  } else if (!decided.ok()) {
    // Only what the command itself says, or the concerns, may still stand in the way.
    static const std::set<std::string> kMayBe = {"DATES_CONTRADICT", "CONCERN_NOT_USABLE", "DOSSIER_STALE",
                                                 "REASON_UNACCOUNTED"};
    RC_ASSERT(kMayBe.count(ReasonOf(decided.status())) == 1);
  }
  if (decided.ok()) world.Put(*decided);
}

void RefreshAtRandom(World& world, const std::string& actor) {
  if (world.proposals.empty()) return;
  const auto proposal = *rc::gen::elementOf(world.proposals);
  std::string reason;
  const bool allowed = Allowed(AllowedActions({.record = world.record, .proposal = &proposal, .actor = actor}),
                               "RefreshProposal", &reason);
  const auto refreshed = Refresh(world.ladders, world.record, proposal, {}, world.concerns, actor, world.now());
  if (!allowed) RC_ASSERT(ReasonOf(refreshed.status()) == reason);
  if (!refreshed.ok()) return;
  RC_ASSERT(allowed);
  RC_ASSERT(refreshed->different || refreshed->changes.empty());
  world.Put(refreshed->proposal);
}

// What the scheduler does whenever something may have changed.
void LookAtWhatWaits(World& world) {
  if (!world.record.pending_decision) return;
  const auto decision = *world.record.pending_decision;
  const auto proposal = *std::find_if(world.proposals.begin(), world.proposals.end(),
                                      [&](const auto& known) { return known.name() == decision.proposal(); });
  const auto became = TakeEffect(world.ladders, world.record, decision, proposal, world.concerns, world.now());
  RC_ASSERT(became.ok());
  if (became->has_value()) world.Put(**became);
}

TEST(MovesProperty, InvariantsHoldWhateverIsTried) {
  size_t moves = 0, runs = 0;
  EXPECT_TRUE(rc::check("invariants", [&] {
    World world;
    const int steps = *Between(0, 160);
    for (int i = 0; i < steps; ++i) {
      const auto actor = *rc::gen::element<std::string>("principals/a", "principals/b", "principals/c");
      switch (*Between(0, 9)) {
        case 0:
        case 1:
        case 2:
          ProposeAtRandom(world, actor);
          break;
        case 3:
          WithdrawAtRandom(world, actor);
          break;
        case 4:
          world.today += *Between(0, 30);
          LookAtWhatWaits(world);
          break;
        case 5:
          world.concerns[kConcern].set_state(*rc::gen::element(concerns::v1::CONCERN_STATE_ISSUED,
                                                               concerns::v1::CONCERN_STATE_ISSUED,
                                                               concerns::v1::CONCERN_STATE_DISCHARGED));
          LookAtWhatWaits(world);
          break;
        case 6:
          RefreshAtRandom(world, actor);
          break;
        default:
          DecideAtRandom(world, actor);
      }
      CheckInvariants(world);
    }
    moves += world.episodes.size();
    ++runs;
  }));
  EXPECT_GT(moves, runs / 4) << "the random commands hardly ever move a force: the property says little";
}

}  // namespace
}  // namespace oversight::monitoring
