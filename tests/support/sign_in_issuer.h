// An issuer where people sign in, over real HTTP on a port of its own, with the keys and the sample principals of a
// TestIssuer, that can be made to go wrong in one thing at a time. A test that uses it links
// gateway_development_issuer. Thread-safe.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/auth/insecure_authenticator.h"
#include "gateway/development_issuer/issuer_face.h"
#include "gateway/forward/routes.h"
#include "gateway/http/http_server.h"
#include "gateway/http/query.h"
#include "gateway/sign_in/flow.h"
#include "tests/support/http_client.h"
#include "tests/support/test_issuer.h"

namespace oversight::testing {

class SignInIssuer final : private gateway::HttpFace {
 public:
  enum class Fault {
    kNone,
    kOtherNonce,   // The ID token is of another sign-in.
    kGarbage,      // Answers are no JSON.
    kError,        // Answers are errors of the server.
    kSilent,       // There is no answer.
    kOtherIssuer,  // What it says of itself is of somebody else.
    kNoIdToken,    // The tokens lack one.
  };

  // Its name is its URL with `discovered`, and otherwise that of `issuer`, so that servers which trust that trust it.
  SignInIssuer(const TestIssuer& issuer, const Clock& clock, bool discovered) : face_(Samples(), issuer.Ed(), clock) {
    auto server = gateway::HttpServer::Start({}, routes_, {this});
    if (!server.ok()) std::abort();
    server_ = *std::move(server);
    settings_ = {.issuer = discovered ? url() : issuer.issuer(), .audience = issuer.audience()};
    face_.Set(settings_);
  }
  ~SignInIssuer() override { server_->Stop(absl::ZeroDuration()); }

  std::string address() const { return absl::StrCat("127.0.0.1:", server_->port()); }
  std::string url() const { return "http://" + address(); }
  void Set(Fault fault) {
    std::lock_guard lock(mu_);
    fault_ = fault;
  }
  gateway::IssuerFace::Settings settings() const { return settings_; }
  void Set(const gateway::IssuerFace::Settings& settings) { face_.Set(settings); }
  // Of the last question for a token.
  gateway::HttpRequest last_question() const {
    std::lock_guard lock(mu_);
    return last_;
  }

  // Somebody whose browser was sent to `location` chooses to be `principal` there. Where the browser is sent then.
  std::string Choose(const std::string& location, const std::string& principal) const {
    const HttpAnswer page = HttpCall(address(), "GET", location.substr(url().size()), {}, "");
    if (page.status != 200) return page.headers.count("location") > 0 ? page.headers.at("location") : "";
    std::string form = location.substr(location.find('?') + 1);
    absl::StrAppend(&form, "&principal=", principal);
    const HttpAnswer answer = HttpCall(address(), "POST", "/authorize", {}, form);
    return answer.headers.count("location") > 0 ? answer.headers.at("location") : "";
  }

 private:
  class Silence final : public gateway::Cancellable {
   public:
    explicit Silence(std::function<void(gateway::HttpAnswer)> done) : done_(std::move(done)) {}
    void Cancel() override {
      if (const auto done = std::exchange(done_, nullptr)) done({.status = 503});
    }

   private:
    std::function<void(gateway::HttpAnswer)> done_;
  };

  static std::vector<auth::Principal> Samples() {
    const auto samples = auth::InsecureAuthenticator::FromFile("data/principals.json");
    if (!samples.ok()) std::abort();
    return (*samples)->Choices();
  }
  bool Takes(const gateway::HttpRequest&) const override { return true; }
  std::shared_ptr<gateway::Cancellable> Answer(const gateway::HttpRequest& request, absl::Time deadline,
                                               std::function<void(gateway::HttpAnswer)> done) override {
    Fault fault = Fault::kNone;
    {
      std::lock_guard lock(mu_);
      fault = fault_;
      if (request.path() == "/token") last_ = request;
    }
    gateway::HttpRequest asked = request;
    if (fault == Fault::kOtherNonce && request.path() == "/authorize" && request.method == "POST") {
      absl::StrReplaceAll({{"nonce=", "nonce=x"}}, &asked.body);
    }
    // People still get through to it: what goes wrong is between it and the gateway.
    if (request.path() != "/authorize") {
      if (fault == Fault::kSilent) return std::make_shared<Silence>(std::move(done));
      if (fault == Fault::kGarbage || fault == Fault::kError) {
        done({.status = fault == Fault::kError ? 500 : 200, .body = "<html>Welcome</html>"});
        return std::make_shared<Silence>(nullptr);
      }
    }
    return face_.Answer(asked, deadline, [fault, done = std::move(done)](gateway::HttpAnswer answer) {
      if (fault == Fault::kOtherIssuer)
        absl::StrReplaceAll({{R"({"issuer":")", R"({"issuer":"https://other.test","was":")"}}, &answer.body);
      if (fault == Fault::kNoIdToken) absl::StrReplaceAll({{"id_token", "other_token"}}, &answer.body);
      done(std::move(answer));
    });
  }

  const gateway::Routes routes_;
  gateway::IssuerFace face_;
  gateway::IssuerFace::Settings settings_;
  mutable std::mutex mu_;  // Guards what follows.
  Fault fault_ = Fault::kNone;
  gateway::HttpRequest last_;
  std::unique_ptr<gateway::HttpServer> server_;  // Last: it uses the others.
};

}  // namespace oversight::testing
