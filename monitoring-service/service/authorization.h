// Who may call what of the services of this process, and what a caller may see of what is there.
//
// The tables are declared once and used in two steps. The call wrapper checks roles (RoleTables). Scope is checked by
// the service (ScopeTable), because a scope may be a region, and the region of a force that was registered a moment ago
// is known only after asking forces-service, which the wrapper cannot wait for.
//
// Thread safety: makes values; a Viewer is immutable.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/auth/authorization.h"
#include "common/auth/principal.h"
#include "monitoring-service/domain/sight.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// One for each service.
std::vector<auth::AuthorizationTable> RoleTables();
// Of one service, by its full name.
auth::AuthorizationTable ScopeTable(const std::string& service);

// What one principal may see. The inspectorate and the services of the suite see everything. A force and its oversight
// body see the stage and the episodes of forces in their scope, their plans, meetings, actions and support: they are
// told of a move before the public is. A move that was not made must leave no trace with them. The public sees what is
// published of every force.
class Viewer {
 public:
  Viewer(const auth::Principal& principal, auth::RegionLookup region);

  bool sees_everything() const { return sees_everything_; }
  Sight SightOf(const std::string& force) const;
  // Whether the stage and the episodes of this force may be seen as they are, and what follows from them.
  bool SeesStageOf(const std::string& force) const { return SightOf(force) >= Sight::kStage; }
  // OK, or PERMISSION_DENIED OUT_OF_SCOPE, for a call that names this force ("forces/-" names none in particular).
  // `least`: what of the force one must see to call it.
  absl::Status MayAskAbout(const std::string& force, const std::string& method, Sight least = Sight::kPublished) const;
  // Whether a stored stage is one that this principal may know to be stored at all.
  bool MayKnowOf(const v1::Monitoring& monitoring) const;
  // What decides, besides the request, what a list shows.
  std::string visibility() const { return sees_everything_ ? std::string() : principal_.name(); }

  // As this principal may see it; nothing when it may not at all.
  std::optional<v1::Monitoring> Shown(v1::Monitoring monitoring) const;
  std::optional<v1::Episode> Shown(v1::Episode episode) const;
  std::optional<v1::Announcement> Shown(v1::Announcement announcement) const;
  // The same as the `visible` of a read, which then hides what was redacted too; null when everything may be seen.
  template <class T>
  std::function<bool(const T&)> Sees() const {
    if (sees_everything_) return nullptr;
    return [viewer = *this](const T& resource) { return viewer.Shown(resource).has_value(); };
  }

 private:
  bool Covers(const std::string& force) const;

  auth::Principal principal_;
  auth::RegionLookup region_;
  bool sees_everything_;
};

}  // namespace oversight::monitoring
