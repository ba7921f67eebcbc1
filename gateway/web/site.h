// The pages for eyes, at `/`: which address is which page. They work without scripts; whatever they show comes from the
// API by calls in the viewer's name. Thread-safe.
#pragma once

#include <functional>
#include <memory>

#include "common/time/clock.h"
#include "gateway/forward/routes.h"
#include "gateway/http/callers.h"
#include "gateway/http/http_face.h"
#include "gateway/web/last_seen.h"
#include "gateway/web/visit.h"

namespace oversight::gateway::web {

class Site final : public HttpFace {
 public:
  // All of it must outlive the site. `sign_in`: null where nobody signs in.
  Site(const Routes& routes, const Callers& callers, const Clock& clock, const FormTokens& tokens,
       SignIn* sign_in = nullptr)
      : site_{routes, callers, clock, last_seen_, tokens, sign_in} {}

  // Every read, the forms, the choice of `/viewer` and `/sign-out`.
  bool Takes(const HttpRequest& request) const override;
  std::optional<HttpAnswer> Refusal(const HttpRequest& request, const absl::Status& status) const override;
  std::shared_ptr<Cancellable> Answer(const HttpRequest& request, absl::Time deadline,
                                      std::function<void(HttpAnswer)> done) override;

 private:
  LastSeen last_seen_;
  const Surroundings site_;
};

}  // namespace oversight::gateway::web
