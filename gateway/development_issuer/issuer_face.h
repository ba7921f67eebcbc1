// FOR DEVELOPMENT AND TESTS ONLY, and linked into no server: an OpenID Connect issuer where everybody may sign in as
// any sample principal, by choosing one. It takes the authorization code flow with PKCE and nothing else, knows no
// clients (any id will do, and any secret), and sends people back to this machine alone:
//
//   /.well-known/openid-configuration   where the rest is
//   /jwks.json                          its key
//   /authorize                          the page to choose on
//   /token                              a code, good once and for a minute, becomes an access token and an ID token
//
// Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/auth/issuer/token_issuer.h"
#include "common/auth/principal.h"
#include "common/time/clock.h"
#include "gateway/http/http_face.h"
#include "gateway/http/query.h"

namespace oversight::gateway {

class IssuerFace final : public HttpFace {
 public:
  struct Settings {
    std::string issuer;    // Its own URL, "http://127.0.0.1:7110".
    std::string audience;  // Of access tokens.
    absl::Duration lifetime = absl::Hours(1);
    size_t padding = 0;  // Bytes that access tokens are longer by.
  };

  // `clock` must outlive it.
  IssuerFace(std::vector<auth::Principal> principals, auth::SigningKey key, const Clock& clock)
      : principals_(std::move(principals)), key_(std::move(key)), clock_(clock) {}
  // At any time, for what is asked from then on. Nothing is answered before the first.
  void Set(const Settings& settings);

  bool Takes(const HttpRequest& request) const override { return true; }
  std::shared_ptr<Cancellable> Answer(const HttpRequest& request, absl::Time deadline,
                                      std::function<void(HttpAnswer)> done) override;

 private:
  struct Code {
    auth::Principal principal;
    std::string client, redirect_uri, challenge, nonce;
    absl::Time good_until;
  };
  HttpAnswer AnswerTo(const HttpRequest& request);
  HttpAnswer Authorize(const HttpRequest& request, const Settings& settings);
  HttpAnswer Token(const HttpRequest& request, const Settings& settings);
  HttpAnswer Page(const Parameters& asked) const;
  const auth::Principal* Find(const std::string& id) const;

  const std::vector<auth::Principal> principals_;
  const auth::SigningKey key_;
  const Clock& clock_;
  std::mutex mu_;  // Guards what follows.
  Settings settings_;
  std::map<std::string, Code> codes_;
};

}  // namespace oversight::gateway
