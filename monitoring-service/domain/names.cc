#include "monitoring-service/domain/names.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace oversight::monitoring {
namespace {

std::vector<std::string> Segments(const std::string& name) { return absl::StrSplit(name, '/'); }

bool IsOfForce(const std::string& name, const char* collection) {
  const auto segments = Segments(name);
  return segments.size() == 4 && segments[0] == "forces" && !segments[1].empty() && segments[2] == collection &&
         !segments[3].empty();
}

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

std::string DisclosurePrefix(const std::string& force) { return absl::StrCat(force, "/disclosures/"); }
std::string AdvicePrefix(const std::string& proposal) { return absl::StrCat(proposal, "/advice/"); }

std::string ProposalOf(const std::string& name) {
  const auto segments = Segments(name);
  if (segments.size() < 4 || segments[2] != "proposals") return {};
  return absl::StrCat(segments[0], "/", segments[1], "/", segments[2], "/", segments[3]);
}

bool IsMonitoringName(const std::string& name) {
  const auto force = ForceOf(name);
  return !force.empty() && name == MonitoringName(force);
}

bool IsProposalName(const std::string& name) { return IsOfForce(name, "proposals"); }
bool IsDecisionName(const std::string& name) { return IsOfForce(name, "decisions"); }
bool IsEpisodeName(const std::string& name) { return IsOfForce(name, "episodes"); }

}  // namespace oversight::monitoring
