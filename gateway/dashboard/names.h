// Parts of resource names, for dashboards. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace oversight::gateway {

// "forces/kent/concerns/12/recommendations/3" -> "forces/kent" with two segments, "forces/kent/concerns/12" with four.
inline std::string FirstSegments(const std::string& name, int segments) {
  size_t end = 0;
  for (int i = 0; i < segments; ++i) {
    end = name.find('/', end);
    if (end == std::string::npos) return name;
    if (i + 1 < segments) ++end;
  }
  return name.substr(0, end);
}
inline std::string ForceOf(const std::string& name) { return FirstSegments(name, 2); }
inline std::string ConcernOf(const std::string& name) { return FirstSegments(name, 4); }
inline std::string RecommendationOf(const std::string& name) { return FirstSegments(name, 6); }

// The number that ends a name; names of one collection differ only in it.
inline int64_t Number(const std::string& name) {
  const size_t slash = name.rfind('/');
  int64_t number = 0;
  for (size_t i = slash + 1; i < name.size() && name[i] >= '0' && name[i] <= '9'; ++i)
    number = number * 10 + (name[i] - '0');
  return number;
}

}  // namespace oversight::gateway
