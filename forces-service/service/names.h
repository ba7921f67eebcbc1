// Resource names of this service, taken apart. Names have been validated before; these are total all the same. Pure.
#pragma once

#include <string>

#include "common/text/segments.h"

namespace oversight::forces {

inline constexpr char kAnyForce[] = "forces/-";

// "forces/kent" of "forces/kent/officeHolders/3"; "" of what belongs to no force, such as a national inspection.
inline std::string ForceOf(const std::string& name) {
  return name.rfind("forces/", 0) == 0 ? FirstSegments(name, 2) : std::string();
}
// "forces/kent/inspections/1" of "forces/kent/inspections/1/responseDuties/1".
inline std::string InspectionOf(const std::string& name) { return FirstSegments(name, 4); }

}  // namespace oversight::forces
