// Parts of resource names, for dashboards. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "common/text/segments.h"

namespace oversight::gateway {

inline std::string ForceOf(const std::string& name) { return FirstSegments(name, 2); }
inline std::string ConcernOf(const std::string& name) { return FirstSegments(name, 4); }
inline std::string RecommendationOf(const std::string& name) { return FirstSegments(name, 6); }

inline std::string NationalOf(const std::string& name) { return FirstSegments(name, 2); }

// The force that a record is about: forces/kent of what is below it, and of nationalRecommendations/1/forces/kent. ""
// of what is about none, such as nationalRecommendations/1.
inline std::string ForceConcerned(const std::string& name) {
  if (name.rfind("forces/", 0) == 0) return ForceOf(name);
  const size_t item = name.find("/forces/");
  return item == std::string::npos ? "" : name.substr(item + 1);
}

// The number that ends a name; names of one collection differ only in it.
inline int64_t Number(const std::string& name) {
  const size_t slash = name.rfind('/');
  int64_t number = 0;
  for (size_t i = slash + 1; i < name.size() && name[i] >= '0' && name[i] <= '9'; ++i)
    number = number * 10 + (name[i] - '0');
  return number;
}

}  // namespace oversight::gateway
