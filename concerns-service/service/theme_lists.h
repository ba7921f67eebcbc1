// Which of the recorded lists of themes is in use: the one that was recorded last. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "common/ledger/types.h"
#include "oversight/concerns/v1/theme.pb.h"

namespace oversight::concerns {

// More are not looked at. A list is recorded when a process starts with another one: a few in a year.
inline constexpr int kMostThemeLists = 1000;

// Of ledger::Version or of stamped resources; null when there is none.
inline int64_t RevisionOf(const ledger::Version& version) { return version.revision; }
inline int64_t RevisionOf(const v1::ThemeList& list) { return list.revision(); }
template <class T>
const T* InUse(const std::vector<T>& lists) {
  const auto last = std::max_element(lists.begin(), lists.end(),
                                     [](const T& a, const T& b) { return RevisionOf(a) < RevisionOf(b); });
  return last == lists.end() ? nullptr : &*last;
}

}  // namespace oversight::concerns
