// Who makes a request that a browser may make, and which headers say so to the services. Immutable; thread-safe.
//
// A request that brings `authorization` or `oversight-principal` is from whom they say, as over Connect. In insecure
// mode a page lets people choose a sample principal, and a cookie keeps it. Everyone else is the public: in insecure
// mode by that name, and otherwise by sending no proof. Whether what is said is true, and what that one may see, is for
// the services.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/auth/principal.h"
#include "gateway/http/http_face.h"

namespace oversight::gateway {

inline constexpr char kPrincipalCookie[] = "oversight-principal";

// The value of a cookie as the browser sent it; "" when it sent none of that name, of several the first.
std::string CookieOf(const HttpRequest& request, std::string_view name);

class Callers {
 public:
  // `choices`: the sample principals of insecure mode; empty when callers must prove who they are, and then no cookie
  // is believed.
  explicit Callers(std::vector<auth::Principal> choices) : choices_(std::move(choices)) {}

  const std::vector<auth::Principal>& choices() const { return choices_; }
  // Null when there is no such choice. Takes `principals/chief-inspector` or `chief-inspector`.
  const auth::Principal* Find(const std::string& name) const;
  // Whom a request is from, as far as it can be told here; null: not known.
  const auth::Principal* Of(const HttpRequest& request) const;
  // What goes with each call that is made for the request: see ForwardedHeaders.
  std::vector<std::pair<std::string, std::string>> HeadersOf(const HttpRequest& request) const;

 private:
  std::string NameOf(const HttpRequest& request) const;

  std::vector<auth::Principal> choices_;
};

}  // namespace oversight::gateway
