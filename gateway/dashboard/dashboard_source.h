// Dashboards, encoded: made from the gateway's copies when what they show has changed, and otherwise the same bytes
// again. The sections' status changes without a change of facts, so it is not part of those bytes but added to each
// answer.
//
// Owns nothing but its cache; the copies must outlive it. Thread-safe. Building a dashboard takes a millisecond of CPU
// on the calling thread and waits for nothing but another builder of the same dashboard.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "gateway/dashboard/facts.h"
#include "gateway/dashboard/suite_copy.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway {

// The serialised dashboard message without its sections. Shared by all answers that send it.
using EncodedDashboard = std::shared_ptr<const std::string>;

class DashboardSource {
 public:
  // Adds listeners to the copies: make it before they are started.
  DashboardSource(SuiteCopy& copy, const Clock& clock);

  // Is the part of each service current? In the order of SuiteCopy::owners. Outsiders are told that a part is old, not
  // what is wrong inside.
  std::vector<v1::SectionStatus> Sections(Audience audience) const;

  // Errors: UNAVAILABLE DEPENDENCY_UNAVAILABLE while forces-service was never reached.
  absl::StatusOr<EncodedDashboard> National();
  // Errors: the same, and NOT_FOUND.
  absl::StatusOr<EncodedDashboard> Force(const std::string& force, Audience audience);

  // Runs `done` when the copies are as fresh as asked, or cannot become so: errors only for tokens that are malformed
  // or of no service's store (INVALID_ARGUMENT), and DEADLINE_EXCEEDED or UNAVAILABLE for a token not reached.
  void WaitFresh(const v1::DashboardFreshness& freshness, absl::Time deadline, std::function<void(absl::Status)> done);

  // Runs `changed` after every change of any copy, on an informer's thread; it must not block. Add before starting.
  void AddListener(std::function<void()> changed) { listeners_.push_back(std::move(changed)); }

  // Dashboards built so far, for metrics and tests: an unchanged one is not built twice.
  int64_t builds() const { return builds_; }

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
  };
  struct Entry {
    std::mutex mu;
    Version version;
    EncodedDashboard encoded;
  };

  absl::Status ForcesKnown() const;
  bool MonitoringKnown() const;
  void OnChange(size_t owner, const rpc::InformerChange& change);
  Version VersionNow(const std::string& force) const;
  // Whether what was built is what would be built now.
  static bool Current(const Entry& entry, const Version& now);
  void WaitForToken(const std::string& token, absl::Time deadline, std::function<void(absl::Status)> done);
  Entry& EntryOf(const std::string& key);

  SuiteCopy& copy_;
  const Clock& clock_;
  std::vector<std::function<void()>> listeners_;
  std::atomic<int64_t> builds_{0};
  mutable std::mutex mu_;
  std::array<int64_t, 3> told_ = {};                     // By owner: the revision up to which OnChange was told.
  int64_t all_changes_ = 0;                              // of anything
  int64_t listed_at_ = 0;                                // all_changes_ when something last changed for every force
  std::unordered_map<std::string, int64_t> changed_at_;  // by force: all_changes_ when it last changed
  std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace oversight::gateway
