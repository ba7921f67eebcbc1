// In insecure mode, whom to look as: the choice is kept in a cookie. Without that mode there is no such page.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/sign_in/cookies.h"
#include "gateway/web/pages.h"

namespace oversight::gateway::web {
namespace {

std::string Place(const std::string& path) { return absl::StartsWith(path, "/viewer") ? "/" : OwnPath(path); }

void Choose(const VisitPtr& visit) {
  // Another site must not choose for people.
  if (FromElsewhere(visit->request())) {
    return visit->Fail(absl::PermissionDeniedError("The choice came from another site, so it was not taken."));
  }
  const Parameters form = ParseQuery(visit->request().body);
  const auth::Principal* chosen = visit->callers().Find(ValueOf(form, "principal"));
  if (chosen == nullptr) return visit->Fail(absl::InvalidArgumentError("Choose one of the sample principals."));
  HttpAnswer answer;
  answer.status = 303;
  const std::string id = chosen->name().substr(chosen->name().find('/') + 1);
  answer.headers.emplace_back("set-cookie",
                              absl::StrCat(kPrincipalCookie, "=", id, "; Path=/; HttpOnly; SameSite=Lax"));
  answer.headers.emplace_back("location", Place(ValueOf(form, "back")));
  answer.headers.emplace_back("cache-control", "no-store");
  visit->End(std::move(answer));
}

}  // namespace

void ShowViewer(const VisitPtr& visit) {
  if (visit->callers().choices().empty()) return visit->NotFound();
  if (visit->request().method == "POST") return Choose(visit);
  const auto viewer = visit->callers().Of(visit->request());
  View view;
  Set(view, "back", Place(ValueOf(visit->query(), "back")));
  for (const auto& choice : visit->callers().choices()) {
    if (choice.HasRole(auth::Role::ROLE_SERVICE)) continue;  // Not a person.
    View item;
    Set(item, "id", choice.name().substr(choice.name().find('/') + 1));
    Set(item, "name", choice.display_name());
    Set(item, "chosen", viewer != nullptr && viewer->name() == choice.name());
    Add(view, "choices", std::move(item));
  }
  visit->Show("viewer", "Choose who you are", std::move(view));
}

}  // namespace oversight::gateway::web
