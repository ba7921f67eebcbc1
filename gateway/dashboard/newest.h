// Records of a force as a dashboard lists them: newest first, bounded, and what there is no room for counted. Pure;
// thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/dashboard/facts.h"
#include "gateway/dashboard/names.h"

namespace oversight::gateway {

// By the numbers in their names: what was recorded last comes first.
inline bool IsNewer(const std::string& a, const std::string& b) {
  return std::tuple(Number(FirstSegments(a, 4)), Number(a)) > std::tuple(Number(FirstSegments(b, 4)), Number(b));
}

// Keeps the first `most`; the rest is counted in the dashboard's left_out. `verb` gives all.
template <class T>
void Bound(std::vector<Shared<T>>& items, size_t most, const char* field, const char* verb,
           v1::ForceDashboard& dashboard) {
  if (items.size() <= most) return;
  auto& left_out = *dashboard.add_left_out();
  left_out.set_field(field);
  left_out.set_count(static_cast<int32_t>(items.size() - most));
  left_out.set_reason(absl::StrCat("There is room for ", most, ". ", verb, " gives all."));
  items.resize(most);
}

// Those of the force that are shown, newest first, at most `most`.
template <class T, class Shown>
std::vector<Shared<T>> Newest(const std::vector<Shared<T>>& all, const std::string& force, Shown shown, size_t most,
                              const char* field, const char* verb, v1::ForceDashboard& dashboard) {
  std::vector<Shared<T>> result;
  for (const auto& item : all) {
    if (ForceOf(item->name()) == force && shown(*item)) result.push_back(item);
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return IsNewer(a->name(), b->name()); });
  Bound(result, most, field, verb, dashboard);
  return result;
}

}  // namespace oversight::gateway
