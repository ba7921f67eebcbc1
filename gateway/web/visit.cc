#include "gateway/web/visit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/auth/authenticator.h"
#include "common/auth/roles.h"
#include "common/observe/json_log.h"
#include "common/rpc/errors.h"
#include "common/text/sha256.h"
#include "common/text/template.h"
#include "common/time/london.h"
#include "gateway/http/connect.h"
#include "gateway/sign_in/cookies.h"
#include "gateway/web/asset_pages.h"
#include "gateway/web/assets.h"

namespace oversight::gateway::web {
namespace {

// Everything a page needs comes from its own address, and nothing runs in it but our own script, which reads from there
// alone. Nothing that somebody wrote can become a script: there are none in line.
constexpr char kPolicy[] =
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

BackendCallOptions OptionsFor(const Callers& callers, const HttpRequest& request, absl::Time deadline) {
  BackendCallOptions options;
  options.headers = callers.HeadersOf(request);
  options.deadline = deadline;
  return options;
}

// They stand among a view's fields, so their names begin as no field's does.
const std::map<std::string, std::string>& Partials() {
  static const auto* partials = [] {
    auto* some = new std::map<std::string, std::string>();
    for (const auto& [name, text] : Templates()) {
      if (name[0] == '_') some->emplace(name, text);
    }
    return some;
  }();
  return *partials;
}

// How long a page waits for an answer that its last one can stand in for.
constexpr absl::Duration kSoon = absl::Seconds(3);

// Whose new session is refused is told so: signing in once more would bring another like it.
constexpr absl::Duration kJustSignedIn = absl::Seconds(30);

bool IsAway(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kDeadlineExceeded;
}

// What went wrong as people say it, and what they can do.
struct Trouble {
  const char* title;
  const char* remedy;
};
constexpr Trouble kNotForThePublic = {"Sign in to see this page",
                                      "It is not for the public. The register and the announcements are for everyone."};
Trouble TroubleOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return {"Page not found", "Check the address, or find the force on the front page or in the register."};
    case absl::StatusCode::kPermissionDenied:
      return {"You may not see this page",
              "Ask for access, or go on as someone who has it. The register is for everyone."};
    case absl::StatusCode::kUnauthenticated:
      return {"We do not know who you are", "Sign in, and open the page again."};
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return {"There is a problem with what you asked for", "Mend it in the address or in the form, and try again."};
    case absl::StatusCode::kResourceExhausted:
      return {"Too much was asked for at once", "Wait a moment, and open the page again."};
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return {"This page is not available now",
              "Try again in a minute. Nothing that was recorded is lost, and other pages may still work."};
    default:
      return {"Something went wrong", "Try again. If it goes on, tell the operators, with the time and the address."};
  }
}

}  // namespace

std::vector<std::string> SegmentsOf(std::string_view path) {
  if (path == "/") return {};
  return absl::StrSplit(absl::string_view(path.data(), path.size()).substr(path.empty() ? 0 : 1), '/',
                        absl::AllowEmpty());
}

Visit::Visit(const Surroundings& site, HttpRequest request, absl::Time deadline, std::function<void(HttpAnswer)> done)
    : site_(site),
      request_(std::move(request)),
      query_(QueryOf(request_.target)),
      segments_(SegmentsOf(request_.path())),
      calls_(std::make_shared<Calls>(site.routes, OptionsFor(site.callers, request_, deadline))),
      done_(std::move(done)) {}

std::string Visit::Name(size_t count) const {
  count = std::min(count, segments_.size());
  return absl::StrJoin(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(count), "/");
}

void Visit::AskOrLastSeen(const std::vector<Question>& questions, std::function<void(std::vector<Reply>)> then) {
  std::string viewer;
  for (const auto& [name, value] : site_.callers.HeadersOf(request_)) {
    if (name == "authorization" || name == auth::kPrincipalHeader) absl::StrAppend(&viewer, name, ": ", value, "\n");
  }
  viewer = Sha256(viewer);  // Proofs are not kept.
  std::vector<std::string> keys;
  for (const Question& question : questions) {
    keys.push_back(absl::StrCat(viewer, "\n", question.method->full_name(), "\n", question.request));
  }
  calls_->Ask(
      questions,
      [self = shared_from_this(), keys = std::move(keys), then = std::move(then)](std::vector<Reply> replies) {
        for (size_t i = 0; i < replies.size(); ++i) {
          if (replies[i].ok()) {
            self->site_.last_seen.Keep(keys[i], *replies[i], self->now());
          } else if (IsAway(replies[i].status())) {
            if (auto answer = self->site_.last_seen.Find(keys[i])) {
              replies[i] = std::move(answer->bytes);
              self->stood_ = std::min(self->stood_, answer->time);
            }
          } else {
            self->site_.last_seen.Forget(keys[i]);
          }
        }
        then(std::move(replies));
      },
      absl::Now() + kSoon);
}

void Visit::SetFrame(const std::string& title, View& view) const {
  const auto viewer = site_.callers.Of(request_);
  Set(view, "title", title);
  Set(view, "style", AssetPath("style.css"));
  Set(view, "mark", AssetPath("mark.svg"));
  Set(view, "script", AssetPath("live.js"));
  Set(view, "readTime", FormatMinuteForPeople(now()));
  const bool old = stood_ < now();
  Set(view, "old", old);
  Set(view, "stoodTime", FormatMinuteForPeople(std::min(stood_, now())));
  if (old) Set(view, "oldAge", DurationWords(now() - stood_));
  Set(view, "viewer",
      viewer == nullptr                ? ""
      : viewer->display_name().empty() ? IdWords(viewer->name())
                                       : viewer->display_name());
  Set(view, "peopleSignIn", site_.sign_in != nullptr);
  Set(view, "signedIn", site_.callers.SessionOf(request_).has_value());
  Set(view, "signInPath", SignInPath());
  Set(view, "inspectorate", viewer != nullptr && viewer->HasAnyRole(auth::Insiders()));
  Set(view, "mayChoose", !site_.callers.choices().empty());
  const std::string section = segments_.empty() ? "forces" : segments_[0];
  Set(view, "inForces", section == "forces");
  Set(view, "inAttention", section == "attention");
  Set(view, "inRegister", section == "register");
  Set(view, "inAnnouncements", section == "announcements");
  Set(view, "inSearch", section == "search");
}

void Visit::Show(const std::string& page, const std::string& title, View view, int status) {
  SetFrame(title, view);
  const auto& templates = Templates();
  auto content = RenderHtml(templates.at(page), view, Partials());
  if (content.ok()) {
    Set(view, "content", *content);
    content = RenderHtml(templates.at("layout"), view);
  }
  HttpAnswer answer;
  if (!content.ok()) {
    // A template that a test has not met: no page is better than half of one.
    observe::LogError("page not rendered", {{"page", page}, {"error", std::string(content.status().message())}});
    answer.status = 500;
    answer.headers.emplace_back("content-type", "text/plain; charset=utf-8");
    answer.body = "This page cannot be shown. Tell the operators, with the time and the address.\n";
    return End(std::move(answer));
  }
  answer.status = status;
  answer.headers.emplace_back("content-type", "text/html; charset=utf-8");
  // A publication shows at its minute, and what one viewer sees is not for the next.
  answer.headers.emplace_back("cache-control", "no-store");
  answer.body = *std::move(content);
  End(std::move(answer));
}

std::string Visit::SignInPath() const {
  const bool back = request_.reads() && !absl::StartsWith(request_.target, "/sign-");
  return "/sign-in?" + FormOf({{"next", back ? OwnPath(request_.target) : "/"}});
}

bool Visit::SentToSignIn() {
  const auto session = site_.callers.SessionOf(request_);
  if (!session.has_value()) return false;
  // Without it they are the public, whatever comes of signing in.
  AddHeader("set-cookie", ClearCookie(Sessions::kCookie));
  // What was sent is not lost unseen, what a script reads stays on this site, and who has just signed in does not go
  // round in circles: they are told instead.
  const std::string_view mode = request_.header("sec-fetch-mode");
  // A form that is sent by GET may go on to no other site (form-action): it gets the page with the way to sign in.
  const bool form = request_.target.find('?') != std::string::npos;
  const bool navigates = request_.method == "GET" && !form && (mode.empty() || mode == "navigate");
  if (!navigates || now() - session->signed_in < kJustSignedIn) return false;
  HttpAnswer answer;
  answer.status = 303;
  answer.headers.emplace_back("location", SignInPath());
  answer.headers.emplace_back("cache-control", "no-store");
  End(std::move(answer));
  return true;
}

void Visit::Fail(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kUnauthenticated && SentToSignIn()) return;
  // To somebody whom nobody knows yet it is no news that the public may not do this.
  const bool unknown = status.code() == absl::StatusCode::kPermissionDenied && site_.sign_in != nullptr &&
                       request_.header(auth::kAuthorizationHeader).empty() &&
                       !site_.callers.SessionOf(request_).has_value();
  const Trouble trouble = unknown ? kNotForThePublic : TroubleOf(status);
  View view;
  Set(view, "what", trouble.title);
  Set(view, "why", unknown ? std::string() : std::string(status.message()));
  Set(view, "remedy", trouble.remedy);
  retry_after_ = connect::RetryAfter(status);
  Set(view, "denied", status.code() == absl::StatusCode::kPermissionDenied);
  Set(view, "unknown", status.code() == absl::StatusCode::kUnauthenticated);
  Show("error", trouble.title, std::move(view), connect::HttpStatus(status.code()));
}

void Visit::NotFound() { Fail(absl::NotFoundError("There is no page at this address.")); }

void Visit::End(HttpAnswer answer) {
  if (!retry_after_.empty()) answer.headers.emplace_back("retry-after", retry_after_);
  answer.headers.emplace_back("content-security-policy", kPolicy);
  for (auto& header : headers_) answer.headers.push_back(std::move(header));
  done_(std::move(answer));
}

}  // namespace oversight::gateway::web
