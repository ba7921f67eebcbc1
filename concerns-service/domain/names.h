// Resource names of this service, taken apart. Names have been validated before; these are total all the same. Pure.
#pragma once

#include <string>

namespace oversight::concerns {

inline constexpr char kAnyForce[] = "forces/-";
inline constexpr char kAnyNational[] = "nationalRecommendations/-";

// The first `segments` segments: "forces/kent/concerns/1" and 2 give "forces/kent".
inline std::string FirstSegments(const std::string& name, int segments) {
  size_t end = 0;
  for (int i = 0; i < segments; ++i) {
    end = name.find('/', i == 0 ? 0 : end + 1);
    if (end == std::string::npos) return name;
  }
  return name.substr(0, end);
}

// "forces/kent" of "forces/kent/concerns/3" and of "nationalRecommendations/2/forces/kent", which is that force's item;
// "" of what belongs to no force, such as the national recommendation itself.
inline std::string ForceOf(const std::string& name) {
  if (name.rfind("forces/", 0) == 0) return FirstSegments(name, 2);
  const size_t item = name.find("/forces/");
  return item == std::string::npos ? std::string() : FirstSegments(name.substr(item + 1), 2);
}
// "forces/kent/concerns/3" of "forces/kent/concerns/3/recommendations/1".
inline std::string ConcernOf(const std::string& name) { return FirstSegments(name, 4); }
// "nationalRecommendations/2" of "nationalRecommendations/2/forces/kent".
inline std::string NationalOf(const std::string& name) { return FirstSegments(name, 2); }
inline bool IsNational(const std::string& name) { return name.rfind("nationalRecommendations/", 0) == 0; }
// "forces/kent/concerns/3/recommendations/1" of "forces/kent/concerns/3/recommendations/1/progressNotes/2".
inline std::string RecommendationOf(const std::string& name) { return FirstSegments(name, 6); }

}  // namespace oversight::concerns
