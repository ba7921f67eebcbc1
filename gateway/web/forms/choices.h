// The values that a field may be chosen from, where they are records: asked for in the viewer's name, so that nobody is
// offered what they may not know. Pure; thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/calls.h"
#include "gateway/web/forms/form.h"

namespace oversight::gateway::web {

struct Choice {
  std::string value;  // "themes/investigations"
  std::string words;
  std::string hint;
};
using ChoiceLists = std::map<Choices, std::vector<Choice>>;

// What the form's fields are chosen from, each once.
std::vector<Choices> ChoicesOf(const Form& form);
// The question that has the answer, for "forces/kent".
Question QuestionFor(Choices choices, const std::string& force);
absl::StatusOr<std::vector<Choice>> ChoicesFrom(Choices choices, const Reply& reply);

}  // namespace oversight::gateway::web
