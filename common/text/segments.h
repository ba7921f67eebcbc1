// The beginning of a resource name. Total: any text may come in. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>

namespace oversight {

// The first `segments` segments of `name`, at least one: "forces/kent/concerns/1" and 2 give "forces/kent". All of it
// when it has no more.
inline std::string FirstSegments(const std::string& name, int segments) {
  size_t end = 0;
  for (int i = 0; i < segments; ++i) {
    end = name.find('/', i == 0 ? 0 : end + 1);
    if (end == std::string::npos) return name;
  }
  return name.substr(0, end);
}

}  // namespace oversight
