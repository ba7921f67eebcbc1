// Dashboards, encoded: made from the gateway's copies when what they show has changed, and otherwise the same bytes
// again. The sections' status changes without a change of facts, so it is not part of those bytes but added to each
// answer. What the services derive is asked for and kept (derived_copy.h); a dashboard is made of what is there.
//
// Owns nothing but its cache and that; the copies must outlive it. Thread-safe. Building a dashboard takes a
// millisecond of CPU on the calling thread and waits for nothing but another builder of the same dashboard.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/told.h"
#include "common/time/clock.h"
#include "common/time/london.h"
#include "gateway/dashboard/derived_copy.h"
#include "gateway/dashboard/facts.h"
#include "gateway/dashboard/past_facts.h"
#include "gateway/dashboard/suite_copy.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway {

// A dashboard as it goes out. Shared by all answers that send it.
struct DashboardOut {
  // `slot`: which dashboard it is, the same for every version of it. `stages`: those that it tells of by the names of
  // their forces.
  DashboardOut(const google::protobuf::Message& dashboard, std::string slot,
               const std::vector<Shared<monitoring::v1::Monitoring>>& stages = {});
  const std::string bytes;            // The serialised message, without its sections.
  const std::vector<rpc::Told> told;  // What its reader learns of: see told.h.
  const std::string slot;
  const int64_t id;  // Of this version, and not 0.
};
using EncodedDashboard = std::shared_ptr<const DashboardOut>;

// These, with the versions of the stages in place of the names of their forces.
std::vector<rpc::Told> WithStages(std::vector<rpc::Told> told,
                                  const std::vector<Shared<monitoring::v1::Monitoring>>& stages);

// How services are asked for what they derive: concerns-service for the overview of a force, monitoring-service for how
// plans go on and which meetings are due.
struct Questions {
  AskOwner overview, follow_up;
};

class DashboardSource {
 public:
  // Adds listeners to the copies: make it before they are started.
  DashboardSource(SuiteCopy& copy, const Clock& clock, Questions questions);

  // Is the part of each service current? In the order of SuiteCopy::owners, then of a force ("": of all) what is
  // derived: of a force its overview, and of both the follow-up. Outsiders are told that a part is old, not what is
  // wrong inside; nor that something is being derived anew, which would tell of changes that they may not see.
  std::vector<v1::SectionStatus> Sections(Audience audience, const std::string& force = "") const;

  // Errors: UNAVAILABLE DEPENDENCY_UNAVAILABLE while forces-service was never reached.
  absl::StatusOr<EncodedDashboard> National();
  // Errors: the same, and NOT_FOUND.
  absl::StatusOr<EncodedDashboard> Force(const std::string& force, Audience audience);
  // The same for a day in the past, by what is recorded now; without an overview, which is of today. Built each time.
  absl::StatusOr<EncodedDashboard> ForceOn(const std::string& force, absl::CivilDay day, Audience audience);
  // The dashboard of facts read as of a moment in the past, on its day or on an earlier one.
  absl::StatusOr<EncodedDashboard> ForceThen(ForceRecord past, const std::string& force,
                                             std::optional<absl::CivilDay> on_day, absl::Time moment,
                                             Audience audience) const;
  // The national dashboard of facts read as of a moment in the past, on its day.
  absl::StatusOr<EncodedDashboard> NationalThen(ForceRecord past, absl::Time moment) const;
  // The record as the copies have it now, with all of its sections, for what is composed of more than one moment.
  // Errors: as Force.
  absl::StatusOr<ForceRecord> RecordNow(const std::string& force, Audience audience);
  // Every force's record as the copies have it now, without what is derived. Errors: as National.
  absl::StatusOr<SuiteFacts> FactsNow() const;
  // What a record read of the past is without.
  void AddLadder(SuiteFacts& facts) const;
  absl::CivilDay today() const { return Today(clock_); }
  absl::Time now() const { return clock_.Now(); }

  // Runs `done` when the copies are as fresh as asked, or cannot become so: errors only for tokens that are malformed
  // or of no service's store (INVALID_ARGUMENT), and DEADLINE_EXCEEDED or UNAVAILABLE for a token not reached.
  void WaitFresh(const v1::DashboardFreshness& freshness, absl::Time deadline, std::function<void(absl::Status)> done);

  // Runs `done` when what is derived of a force ("": of all) is of the record as the copies have it, or will not be in
  // good time: a fully consistent reader waits for it two seconds at most, others a quarter of one; the inspectorate
  // only where there is none yet, since it is told when it is of an earlier record.
  void WaitForDerived(Audience audience, const std::string& force, const v1::DashboardFreshness& freshness,
                      absl::Time deadline, std::function<void()> done);

  // Asks the services for nothing more. Before the copies stop.
  void Stop() {
    overviews_.Stop();
    follow_ups_.Stop();
  }

  // Runs `changed` after every change of any copy, on an informer's thread; it must not block. Add before starting.
  void AddListener(std::function<void()> changed) { listeners_.push_back(std::move(changed)); }

  // Dashboards built so far, for metrics and tests: an unchanged one is not built twice.
  int64_t builds() const { return builds_; }

  // Grows with every change of any copy and of what is derived: while it is the same, so are the dashboards, but for
  // the day and the ages of their sections.
  int64_t changes() const { return changes_; }

  // The region of a force, for scopes; "" when unknown.
  std::string RegionOf(const std::string& force) const;

 private:
  // Changes whenever what a dashboard shows may have changed.
  struct Version {
    // False while a copy is ahead of what OnChange was told.
    bool settled = false;
    std::array<int64_t, 3> revisions = {};  // of the copies
    int64_t change = -1;
    absl::CivilDay today;
    bool monitoring_known = false;
    std::array<int64_t, 2> derived = {};  // The generations of overview and follow-up.
  };
  struct Entry {
    std::mutex mu;
    Version version;
    EncodedDashboard encoded;
  };

  absl::Status ForcesKnown() const;
  bool MonitoringKnown() const;
  void TellListeners();
  void OnChange(size_t owner, const rpc::InformerChange& change);
  Version VersionNow(const std::string& force) const;
  // Whether what was built is what would be built now.
  static bool Current(const Entry& entry, const Version& now);
  void WaitForToken(const std::string& token, absl::Time deadline, std::function<void(absl::Status)> done);
  Entry& EntryOf(const std::string& key);
  // How far what `copy` derives of a force ("": of all) can be relied on, given the section of its service.
  static v1::SectionStatus DerivedSection(Audience audience, const DerivedCopy& copy, const std::string& force,
                                          const char* part, const v1::SectionStatus& service);

  SuiteCopy& copy_;
  const Clock& clock_;
  DerivedCopy overviews_, follow_ups_;
  std::vector<std::function<void()>> listeners_;
  std::atomic<int64_t> builds_{0}, changes_{0};
  mutable std::mutex mu_;
  std::array<int64_t, 3> told_ = {};                     // By owner: the revision up to which OnChange was told.
  int64_t all_changes_ = 0;                              // of anything
  int64_t listed_at_ = 0;                                // all_changes_ when something last changed for every force
  std::unordered_map<std::string, int64_t> changed_at_;  // by force: all_changes_ when it last changed
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace oversight::gateway
