#include "concerns-service/service/selections.h"

namespace oversight::concerns {

absl::StatusOr<std::vector<ledger::Term>> TermsBelow(const std::string& parent) {
  // The names that the parent passes through: a force, perhaps a concern, perhaps a recommendation.
  struct Level {
    int segments;
    ledger::Term (*term)(const std::string&);
  };
  static constexpr Level kLevels[] = {{2, ForceTerm}, {4, ConcernTerm}, {6, RecommendationTerm}};
  std::vector<ledger::Term> terms;
  bool any = false;
  for (const Level& level : kLevels) {
    const std::string name = FirstSegments(parent, level.segments);
    const bool this_any = name.back() == '-' && name[name.size() - 2] == '/';
    if (any && !this_any) {
      Violations violations;
      violations.Add("parent", "names " + name + " below a level that is -; give that level too, or - for both");
      return violations.status();
    }
    if (!this_any) terms = {level.term(name)};  // The lowest level says it all.
    any = this_any;
    if (name == parent) break;
  }
  return terms;
}

}  // namespace oversight::concerns
