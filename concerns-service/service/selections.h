// What lists ask for, turned into what the ledger is asked. Pure functions; thread-safe.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/service/terms.h"

namespace oversight::concerns {

// The term for everything below `parent`, a force, a concern or a recommendation; levels may be `-` from some level on,
// as in forces/kent/concerns/-/recommendations/-. INVALID_ARGUMENT for a level that is given below one that is not: a
// numbered concern of any force means nothing. The parent has been validated.
absl::StatusOr<std::vector<ledger::Term>> TermsBelow(const std::string& parent);

template <class T>
absl::Status SelectBelow(const std::string& parent, rpc::Selection<T>& selection) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<ledger::Term> terms, TermsBelow(parent));
  selection.all_of.insert(selection.all_of.end(), terms.begin(), terms.end());
  return absl::OkStatus();
}

// Adds a condition to what is selected.
template <class T>
void AlsoRequire(std::function<bool(const T&)> fits, rpc::Selection<T>& selection) {
  if (!selection.filter) {
    selection.filter = std::move(fits);
    return;
  }
  selection.filter = [before = std::move(selection.filter), fits = std::move(fits)](const T& resource) {
    return before(resource) && fits(resource);
  };
}

// The states that a request names, as SelectStates takes them.
template <class States>
std::vector<int> ToVector(const States& states) {
  return {states.begin(), states.end()};
}

// Those in one of the states: `state`, when it is not UNSPECIFIED, and `states`. None given: all. One is asked of the
// index, several are looked for on the way.
template <class T, class State>
void SelectStates(State state, std::vector<int> states, rpc::Selection<T>& selection) {
  if (state != 0) states.push_back(state);
  std::sort(states.begin(), states.end());
  states.erase(std::unique(states.begin(), states.end()), states.end());
  if (states.empty()) return;
  if (states.size() == 1) {
    selection.all_of.push_back(StateTerm(static_cast<State>(states.front())));
    return;
  }
  AlsoRequire<T>(
      [states = std::move(states)](const T& resource) {
        return std::binary_search(states.begin(), states.end(), static_cast<int>(resource.state()));
      },
      selection);
}

}  // namespace oversight::concerns
