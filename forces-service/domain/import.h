// What an import does to the register, decided without touching it: adds what is new, changes what differs, leaves the
// rest, removes nothing. Thread safety: a pure function.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "forces-service/domain/register_csv.h"
#include "oversight/forces/v1/force.pb.h"

namespace oversight::forces {

struct ImportPlan {
  std::vector<v1::Force> created;
  std::vector<v1::Force> updated;  // as they become
  int unchanged_count = 0;
};

// `current` holds the forces as stored, by name. What a file has no column for (the aliases) stays as it is.
ImportPlan PlanImport(const std::map<std::string, v1::Force>& current, const Register& incoming);

}  // namespace oversight::forces
