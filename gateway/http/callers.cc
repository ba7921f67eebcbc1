#include "gateway/http/callers.h"

#include "absl/strings/str_cat.h"
#include "common/auth/authenticator.h"
#include "gateway/sign_in/cookies.h"

namespace oversight::gateway {
namespace {

constexpr char kPublic[] = "public";

}  // namespace

const auth::Principal* Callers::Find(const std::string& name) const {
  for (const auto& choice : choices_) {
    if (choice.name() == name || choice.name() == absl::StrCat("principals/", name)) return &choice;
  }
  return nullptr;
}

std::string Callers::NameOf(const HttpRequest& request) const {
  const std::string chosen = CookieOf(request, kPrincipalCookie);
  return !chosen.empty() && Find(chosen) != nullptr ? chosen : kPublic;
}

std::shared_ptr<const auth::Principal> Callers::Of(const HttpRequest& request) const {
  if (const auto session = SessionOf(request)) return sessions_->PrincipalOf(*session);
  if (!request.header("authorization").empty()) return nullptr;
  const std::string named(request.header(auth::kPrincipalHeader));
  const auth::Principal* choice = Find(named.empty() ? NameOf(request) : named);
  return choice == nullptr ? nullptr : std::make_shared<auth::Principal>(*choice);
}

std::vector<std::pair<std::string, std::string>> Callers::HeadersOf(const HttpRequest& request) const {
  std::vector<std::pair<std::string, std::string>> headers;
  bool named = false;
  for (const std::string& name : ForwardedHeaders()) {
    const auto [begin, end] = request.headers.equal_range(name);
    for (auto it = begin; it != end; ++it) {
      headers.emplace_back(name, it->second);
      named = named || name == "authorization" || name == auth::kPrincipalHeader;
    }
  }
  if (const auto session = SessionOf(request)) headers.emplace_back("authorization", "Bearer " + session->token);
  if (!named && !choices_.empty()) headers.emplace_back(auth::kPrincipalHeader, NameOf(request));
  return headers;
}

}  // namespace oversight::gateway
