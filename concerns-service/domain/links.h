// Names of other resources that a request gives, such as the evidence of a claim: what can be said of them without
// looking them up. Pure functions; thread-safe.
#pragma once

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "concerns-service/domain/names.h"

namespace oversight::concerns {

// Adds a violation when `name` is given and belongs to another force than `subject` does.
inline void CheckLink(const std::string& field, const std::string& name, const std::string& subject,
                      Violations& violations) {
  if (!name.empty() && ForceOf(name) != ForceOf(subject)) {
    violations.Add(field, absl::StrCat("must belong to ", ForceOf(subject), ", not \"", name, "\""));
  }
}

// The same for each of several, which must differ from each other.
template <class Names>
void CheckLinks(const std::string& field, const Names& names, const std::string& subject, Violations& violations) {
  std::set<std::string> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string item = absl::StrCat(field, "[", i, "]");
    CheckLink(item, names[i], subject, violations);
    if (!seen.insert(names[i]).second) violations.Add(item, absl::StrCat("names \"", names[i], "\" a second time"));
  }
}

}  // namespace oversight::concerns
