// Who makes a request that a browser may make, and which headers say so to the services. Immutable; thread-safe.
//
// A request that brings `authorization` or `oversight-principal` is from whom they say, as over Connect. Without them
// it is from whoever is signed in, where people sign in here, and goes on with the token of their session. In insecure
// mode a page lets people choose a sample principal, and a cookie keeps it. Everyone else is the public: in insecure
// mode by that name, and otherwise by sending no proof. Whether what is said is true, and what that one may see, is for
// the services.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/auth/principal.h"
#include "gateway/http/http_face.h"
#include "gateway/sign_in/sessions.h"

namespace oversight::gateway {

inline constexpr char kPrincipalCookie[] = "oversight-principal";

class Callers {
 public:
  // `choices`: the sample principals of insecure mode; empty when callers must prove who they are, and then no cookie
  // is believed. `sessions`: of those who sign in here; null where nobody does. It must outlive the callers.
  explicit Callers(std::vector<auth::Principal> choices, const Sessions* sessions = nullptr)
      : choices_(std::move(choices)), sessions_(sessions) {}

  const std::vector<auth::Principal>& choices() const { return choices_; }
  // Null when there is no such choice. Takes `principals/chief-inspector` or `chief-inspector`.
  const auth::Principal* Find(const std::string& name) const;
  // Whom a request is from, as far as it can be told here; null: not known.
  std::shared_ptr<const auth::Principal> Of(const HttpRequest& request) const;
  // The session that a request is made in, if there is one that counts for it.
  std::optional<Session> SessionOf(const HttpRequest& request) const {
    return sessions_ == nullptr ? std::nullopt : sessions_->Of(request);
  }
  // What goes with each call that is made for the request: see ForwardedHeaders.
  std::vector<std::pair<std::string, std::string>> HeadersOf(const HttpRequest& request) const;

 private:
  std::string NameOf(const HttpRequest& request) const;

  std::vector<auth::Principal> choices_;
  const Sessions* sessions_;
};

}  // namespace oversight::gateway
