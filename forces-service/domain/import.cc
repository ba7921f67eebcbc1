#include "forces-service/domain/import.h"

#include <utility>

#include "forces-service/domain/force.h"

namespace oversight::forces {

ImportPlan PlanImport(const std::map<std::string, v1::Force>& current, const Register& incoming) {
  ImportPlan plan;
  for (const v1::Force& row : incoming.forces) {
    const auto found = current.find(row.name());
    if (found == current.end()) {
      plan.created.push_back(row);
      plan.created.back().set_state(v1::FORCE_STATE_ACTIVE);
      continue;
    }
    v1::Force force = row;
    if (!incoming.has_aliases) *force.mutable_aliases() = found->second.aliases();
    KeepWhatFilesDoNotTell(found->second, force);
    if (SameForce(force, found->second)) {
      ++plan.unchanged_count;
    } else {
      plan.updated.push_back(std::move(force));
    }
  }
  return plan;
}

}  // namespace oversight::forces
