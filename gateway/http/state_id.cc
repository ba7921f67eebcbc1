#include "gateway/http/state_id.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "common/text/sha256.h"

namespace oversight::gateway {
namespace {

template <class Dashboard>
std::string IdOf(Dashboard dashboard) {
  for (auto& section : *dashboard.mutable_sections()) {
    section.clear_revision();
    section.clear_age();
    section.clear_reason();
  }
  return absl::BytesToHexString(Sha256(dashboard.SerializeAsString())).substr(0, 16);
}

}  // namespace

std::string StateIdOf(v1::NationalDashboard dashboard) { return IdOf(std::move(dashboard)); }
std::string StateIdOf(v1::ForceDashboard dashboard) { return IdOf(std::move(dashboard)); }
std::string StateIdOf(const v1::WatchDashboardResponse& response) {
  return response.has_force() ? IdOf(response.force()) : IdOf(response.national());
}

}  // namespace oversight::gateway
