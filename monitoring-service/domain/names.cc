#include "monitoring-service/domain/names.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace oversight::monitoring {
namespace {

std::vector<std::string> Segments(const std::string& name) { return absl::StrSplit(name, '/'); }

}  // namespace

std::string ForceOf(const std::string& name) {
  const auto segments = Segments(name);
  if (segments.size() < 2 || segments[0] != "forces" || segments[1].empty()) return {};
  return absl::StrCat("forces/", segments[1]);
}

std::string MonitoringName(const std::string& force) { return absl::StrCat(force, "/monitoring"); }
std::string ProposalPrefix(const std::string& force) { return absl::StrCat(force, "/proposals/"); }
std::string DecisionPrefix(const std::string& force) { return absl::StrCat(force, "/decisions/"); }
std::string EpisodePrefix(const std::string& force) { return absl::StrCat(force, "/episodes/"); }

bool IsMonitoringName(const std::string& name) {
  const auto force = ForceOf(name);
  return !force.empty() && name == MonitoringName(force);
}

bool IsProposalName(const std::string& name) {
  const auto segments = Segments(name);
  return segments.size() == 4 && segments[0] == "forces" && !segments[1].empty() && segments[2] == "proposals" &&
         !segments[3].empty();
}

}  // namespace oversight::monitoring
