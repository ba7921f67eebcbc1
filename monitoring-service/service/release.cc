#include "monitoring-service/service/release.h"

#include <utility>

#include "common/rpc/errors.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/service/kinds.h"
#include "monitoring-service/service/owner_view.h"
#include "monitoring-service/service/recorded_facts.h"

namespace oversight::monitoring {
namespace {

// The episode that the decision ended or, while it waits, is going to end.
const v1::Episode* EndedBy(const v1::Decision& decision, const ForceRecord& record) {
  const bool waits = decision.state() == v1::DECISION_STATE_PENDING_EFFECT;
  for (const auto& episode : record.episodes) {
    if (episode.exit_decision() == decision.name()) return &episode;
    if (waits && episode.name() == record.monitoring.episode()) return &episode;
  }
  return nullptr;
}

bool IsGone(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsFailedPrecondition(status) || absl::IsDataLoss(status);
}

absl::StatusOr<std::optional<rpc::Changes>> Decide(rpc::Facts& log, const AnnouncementTemplates& templates,
                                                   const Ladders& ladders, const OwnerFacts& owners,
                                                   const std::string& name) {
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Announcement announcement, log.Require<v1::Announcement>(name));
  // Pulled by now, or out: another process, or another call, came first.
  if (!WaitsFor(announcement)) return std::optional<rpc::Changes>();
  std::optional<Released> released;
  const absl::Status looked_up = [&]() -> absl::Status {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto corrects, Corrected(log, announcement));
    return LoadMove(log, ladders, owners, announcement.decision(),
                    [&](const MoveFacts& facts, const ForceRecord& record) {
                      released = Release(templates, facts, record, announcement, corrects, log.now());
                      return absl::OkStatus();
                    });
  }();
  if (!looked_up.ok()) {
    // What does not answer now is asked again. What is not there will not come, and whoever waits for the minute must
    // see that nothing went out.
    if (!IsGone(looked_up)) return looked_up;
    if (*WaitsFor(announcement) > log.now()) return std::optional<rpc::Changes>();
    released = HoldBack(announcement, looked_up, log.now());
  }
  if (!released) return std::optional<rpc::Changes>();
  return std::optional(StoredBy(*released));
}

}  // namespace

absl::Status LoadMove(rpc::Facts& log, const Ladders& ladders, const OwnerFacts& owners, const std::string& decision,
                      const WithMove& then) {
  const std::string force_name = ForceOf(decision);
  OVERSIGHT_ASSIGN_OR_RETURN(const v1::Decision decided, log.Require<v1::Decision>(decision));
  OVERSIGHT_RETURN_IF_ERROR(owners.NeedConcerns());
  OVERSIGHT_RETURN_IF_ERROR(owners.NeedInspections());
  OVERSIGHT_RETURN_IF_ERROR(owners.NeedForce(force_name));
  const v1::Ladder* ladder = ladders.Find(decided.ladder());
  if (ladder == nullptr) return NotFound(v1::Ladder::descriptor()->name(), decided.ladder());
  ForceRecord record;
  OVERSIGHT_ASSIGN_OR_RETURN(const auto monitoring, log.Get<v1::Monitoring>(MonitoringName(force_name)));
  record.monitoring = monitoring ? *monitoring : VirtualMonitoring(ladders, force_name);
  OVERSIGHT_ASSIGN_OR_RETURN(record.episodes, log.List<v1::Episode>(kForceTerm, force_name));
  const LoggedFacts recorded(log, owners);
  const OwnerView known(owners);
  const auto force = owners.Force(force_name);
  const MoveFacts facts{.decision = decided,
                        .ladder = *ladder,
                        .force = *force,
                        .ended = EndedBy(decided, record),
                        .known = known,
                        .recorded = recorded};
  const absl::Status done = then(facts, record);
  OVERSIGHT_RETURN_IF_ERROR(recorded.status());
  return done;
}

absl::StatusOr<std::optional<v1::Announcement>> Corrected(rpc::Facts& log, const v1::Announcement& announcement) {
  if (announcement.corrects().empty()) return std::optional<v1::Announcement>();
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Announcement earlier, log.Require<v1::Announcement>(announcement.corrects()));
  return std::optional(std::move(earlier));
}

rpc::Changes StoredBy(const Released& released) {
  rpc::Changes changes;
  changes.Put(released.announcement);
  if (released.corrected) changes.Put(*released.corrected);
  if (!released.made_public) return changes;
  changes.Put(released.made_public->decision);
  if (released.made_public->monitoring) changes.Put(*released.made_public->monitoring);
  for (const auto& episode : released.made_public->episodes) changes.Put(episode);
  return changes;
}

Scheduler::DueAct Releasing(const AnnouncementTemplates& templates, const Ladders& ladders, Owners& owners) {
  Scheduler::DueAct act;
  act.verb = "ReleaseAnnouncement";
  act.resource = v1::Announcement::descriptor();
  act.due = [](const google::protobuf::Message& resource) {
    return WaitsFor(static_cast<const v1::Announcement&>(resource));
  };
  act.prepare = [&templates, &ladders, &owners](std::function<void(absl::StatusOr<Scheduler::Decide>)> then) {
    owners.Refresh(Owners::Need::kBoth, absl::InfiniteFuture(), [&templates, &ladders, then](const OwnerFacts& facts) {
      then(Scheduler::Decide([&templates, &ladders, facts](rpc::Facts& log, const std::string& name) {
        return Decide(log, templates, ladders, facts, name);
      }));
    });
  };
  return act;
}

}  // namespace oversight::monitoring
