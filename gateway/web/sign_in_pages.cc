// Signing in and out at the pages. What is done is in gateway/sign_in; here it meets a browser.
#include <utility>
#include <variant>

#include "gateway/web/pages.h"

namespace oversight::gateway::web {
namespace {

void Conclude(const VisitPtr& visit, SignInOutcome outcome) {
  if (auto* answer = std::get_if<HttpAnswer>(&outcome)) return visit->End(std::move(*answer));
  const auto& trouble = std::get<SignInTrouble>(outcome);
  for (const auto& [name, value] : trouble.headers) visit->AddHeader(name, value);
  View view;
  Set(view, "what", trouble.what);
  Set(view, "why", trouble.why);
  Set(view, "remedy", trouble.remedy);
  visit->Show("sign_in_trouble", trouble.what, std::move(view), trouble.status);
}

// A look at the head alone must not use anything up.
bool IsThere(const VisitPtr& visit) { return visit->sign_in() != nullptr && visit->request().method != "HEAD"; }

}  // namespace

void ShowSignIn(const VisitPtr& visit) {
  if (!IsThere(visit)) return visit->NotFound();
  visit->sign_in()->Begin(visit->request(), ValueOf(visit->query(), "next"),
                          [visit](SignInOutcome outcome) { Conclude(visit, std::move(outcome)); });
}

void ShowSignInCallback(const VisitPtr& visit) {
  if (!IsThere(visit)) return visit->NotFound();
  visit->sign_in()->Finish(visit->request(), [visit](SignInOutcome outcome) { Conclude(visit, std::move(outcome)); });
}

void ShowSignOut(const VisitPtr& visit) {
  if (visit->sign_in() == nullptr) return visit->NotFound();
  if (visit->request().method == "POST") return Conclude(visit, visit->sign_in()->SignOut(visit->request()));
  View view;
  visit->Show("sign_out", "Sign out", std::move(view));
}

}  // namespace oversight::gateway::web
