#include "gateway/sign_in/issuer_client.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/auth/token/web_call.h"
#include "common/observe/json_log.h"
#include "common/text/file.h"

namespace oversight::gateway {
namespace {

absl::Status TooMany() { return absl::UnavailableError("too many people wait for the issuer"); }

std::string DocumentOf(const std::string& issuer) {
  return absl::StrCat(issuer, absl::EndsWith(issuer, "/") ? "" : "/", ".well-known/openid-configuration");
}

}  // namespace

IssuerClient::IssuerClient(IssuerOptions options)
    : options_(std::move(options)), known_(absl::UnavailableError("not asked yet")) {
  if (!options_.endpoints.authorization.empty()) {
    known_ = options_.endpoints;
    known_until_ = absl::InfiniteFuture();
  }
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
}

IssuerClient::~IssuerClient() {
  Cancel();
  {
    std::lock_guard lock(mu_);
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void IssuerClient::Cancel() { cancelled_.store(true); }

bool IssuerClient::Post(std::function<void(bool)> run) {
  {
    std::lock_guard lock(mu_);
    if (tasks_.size() >= kMaxWaiting || cancelled_.load()) return false;
    // One that has waited for as long as two questions take is told so, rather than asked about.
    tasks_.push_back({absl::Now() + 2 * options_.at_most, std::move(run)});
  }
  wake_.notify_one();
  return true;
}

void IssuerClient::Run() {
  std::unique_lock lock(mu_);
  while (true) {
    wake_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task.run(absl::Now() < task.latest && !cancelled_.load());
    task = {};  // What it holds goes without the lock.
    lock.lock();
  }
}

std::optional<absl::StatusOr<Endpoints>> IssuerClient::Known() const {
  std::lock_guard lock(mu_);
  if (absl::Now() >= known_until_) return std::nullopt;
  return known_;
}

absl::StatusOr<Endpoints> IssuerClient::Discover() {
  std::lock_guard one(discover_mu_);
  if (auto known = Known()) return *std::move(known);
  const std::string url = DocumentOf(options_.issuer);
  const auto answer = auth::WebCall({.url = url, .ca_file = options_.ca_file, .at_most = options_.at_most}, cancelled_);
  absl::StatusOr<Endpoints> found =
      answer.ok() && answer->status == 200 ? ReadDiscovery(answer->body, options_.issuer)
      : answer.ok() ? absl::UnavailableError(absl::StrCat("it answers with status ", answer->status))
                    : absl::StatusOr<Endpoints>(answer.status());
  if (!found.ok()) {
    observe::LogError("where people sign in cannot be found",
                      {{"url", url}, {"error", std::string(found.status().message())}});
  }
  std::lock_guard lock(mu_);
  // What was known goes on to be used for as long as nothing better is found.
  if (found.ok() || !known_.ok()) known_ = std::move(found);
  known_until_ = absl::Now() + (known_.ok() ? options_.keep : options_.keep_failure);
  return known_;
}

void IssuerClient::FindEndpoints(std::function<void(absl::StatusOr<Endpoints>)> done) {
  if (auto known = Known()) return done(*std::move(known));
  const auto shared = std::make_shared<std::function<void(absl::StatusOr<Endpoints>)>>(std::move(done));
  const bool posted = Post([this, shared](bool in_time) { (*shared)(in_time ? Discover() : TooMany()); });
  if (!posted) (*shared)(TooMany());
}

absl::StatusOr<Tokens> IssuerClient::Ask(const std::string& code, const std::string& redirect_uri,
                                         const std::string& verifier) {
  auto endpoints = Discover();
  if (!endpoints.ok()) return endpoints.status();
  Parameters form = {{"grant_type", "authorization_code"},
                     {"code", code},
                     {"redirect_uri", redirect_uri},
                     {"client_id", options_.client_id},
                     {"code_verifier", verifier}};
  auth::WebRequest request{.url = endpoints->token, .ca_file = options_.ca_file, .at_most = options_.at_most};
  if (!options_.client_secret_file.empty()) {
    auto secret = ReadWholeFile(options_.client_secret_file);
    if (!secret.has_value()) return absl::UnavailableError("the client secret cannot be read");
    absl::StripAsciiWhitespace(&*secret);
    if (endpoints->secret_in_body) {
      form.emplace_back("client_secret", *secret);
    } else {
      // Encoded before they go into the header (RFC 6749, 2.3.1).
      request.user = FormValue(options_.client_id);
      request.password = FormValue(*secret);
    }
  }
  request.form = FormOf(form);
  const auto answer = auth::WebCall(request, cancelled_);
  if (!answer.ok()) return answer.status();
  return ReadTokens(answer->status, answer->body);
}

void IssuerClient::Exchange(const std::string& code, const std::string& redirect_uri, const std::string& verifier,
                            std::function<void(absl::StatusOr<Tokens>)> done) {
  const auto shared = std::make_shared<std::function<void(absl::StatusOr<Tokens>)>>(std::move(done));
  const bool posted = Post([this, shared, code, redirect_uri, verifier](bool in_time) {
    (*shared)(in_time ? Ask(code, redirect_uri, verifier) : TooMany());
  });
  if (!posted) (*shared)(TooMany());
}

}  // namespace oversight::gateway
