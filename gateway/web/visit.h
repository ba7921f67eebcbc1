// One request for a page: who makes it, the calls that are made for it in their name, and the page it ends with. Made
// by the site, held by the callbacks of its calls, gone when it has been answered. Each page is a function of a visit
// (pages.h). A visit is answered once. Thread-safe as its calls come one after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/time/clock.h"
#include "gateway/forward/routes.h"
#include "gateway/http/callers.h"
#include "gateway/http/calls.h"
#include "gateway/http/http_face.h"
#include "gateway/http/query.h"
#include "gateway/sign_in/sign_in.h"
#include "gateway/web/forms/form_token.h"
#include "gateway/web/last_seen.h"
#include "gateway/web/view.h"

namespace oversight::gateway::web {

// What all visits share. Outlives them.
struct Surroundings {
  const Routes& routes;
  const Callers& callers;
  const Clock& clock;
  LastSeen& last_seen;
  const FormTokens& tokens;
  SignIn* sign_in;  // Null where nobody signs in.
};

// "/forces/kent" -> {"forces", "kent"}; none of "/".
std::vector<std::string> SegmentsOf(std::string_view path);

class Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(const Surroundings& site, HttpRequest request, absl::Time deadline, std::function<void(HttpAnswer)> done);

  const HttpRequest& request() const { return request_; }
  const Callers& callers() const { return site_.callers; }
  SignIn* sign_in() const { return site_.sign_in; }
  const FormTokens& tokens() const { return site_.tokens; }
  const Parameters& query() const { return query_; }
  absl::Time now() const { return site_.clock.Now(); }
  // Of the path.
  const std::vector<std::string>& segments() const { return segments_; }
  // The first `count` segments as a resource name.
  std::string Name(size_t count) const;

  void Ask(const std::vector<Question>& questions, std::function<void(std::vector<Reply>)> then) {
    calls_->Ask(questions, std::move(then));
  }
  // Asks what has no copy in the gateway. Where a service cannot be reached, or not soon, its last answer to the same
  // viewer stands in, if there is one, and the page says that it is old.
  void AskOrLastSeen(const std::vector<Question>& questions, std::function<void(std::vector<Reply>)> then);
  // What gives the visit up: see HttpFace.
  std::shared_ptr<Cancellable> calls() const { return calls_; }

  // Ends it with a page: the template's text in the frame that all pages have. `title` stands in the browser's own
  // title. With `live` in the view, the address of events, a script reads the page again at each.
  void Show(const std::string& page, const std::string& title, View view, int status = 200);
  // Ends it with a page that says what is wrong and what to do. Whose session the services do not take any more is sent
  // to sign in again instead.
  void Fail(const absl::Status& status);
  void NotFound();
  // Ends it as it is; adds what a page lets browsers do.
  void End(HttpAnswer answer);
  // Goes with the answer that ends it.
  void AddHeader(const std::string& name, const std::string& value) { headers_.emplace_back(name, value); }

 private:
  // Whether it has sent whose session has run out to sign in again.
  bool SentToSignIn();
  // Where to sign in, and then come back to this page.
  std::string SignInPath() const;
  void SetFrame(const std::string& title, View& view) const;

  const Surroundings& site_;
  const HttpRequest request_;
  const Parameters query_;
  const std::vector<std::string> segments_;
  const std::shared_ptr<Calls> calls_;
  std::function<void(HttpAnswer)> done_;
  std::string retry_after_;  // Of the page that says what is wrong.
  std::vector<std::pair<std::string, std::string>> headers_;
  absl::Time stood_ = absl::InfiniteFuture();  // When the oldest answer that stood in was given.
};

using VisitPtr = std::shared_ptr<Visit>;

}  // namespace oversight::gateway::web
