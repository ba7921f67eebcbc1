#include "gateway/web/forms/next_acts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/cli/words.h"
#include "gateway/web/forms/form.h"
#include "gateway/web/forms/resources.h"

namespace oversight::gateway::web {

void AddNextActs(const Question& question, const Reply& reply, const std::string& resource, View& view) {
  const auto actions = ActionsIn(question, reply);
  if (!actions.ok()) return;
  for (const auto& action : *actions) {
    const Form* form = FindForm(action.verb(), resource);
    if (form == nullptr) continue;
    View item;
    Set(item, "title", form->title);
    Set(item, "path", absl::StrCat("/", resource, "/", form->verb()));
    Set(item, "why", InPageWords(action.message()));
    // Whom it is not for, every page would tell of everything: the titles are enough.
    const bool others = action.reason() == "ROLE_NOT_ALLOWED" || action.reason() == "OUT_OF_SCOPE";
    Add(view, action.allowed() ? "acts" : others ? "actsOfOthers" : "refusedActs", std::move(item));
    Set(view, "hasNextActs", true);
  }
}

void AddChanges(const Question& question, const Reply& reply, View& view) {
  const auto changes = ChangesIn(question, reply);
  if (!changes.ok()) return;
  for (const auto& change : *changes) Add(view, "changes", ActView(change));
}

View ActView(const common::v1::ChangeInfo& change) {
  View act = ViewOf(change);
  Set(act, "verbWords", cli::Spaced(change.verb()));
  return act;
}

}  // namespace oversight::gateway::web
