#include "common/auth/token_authenticator.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/text/sha256.h"

namespace oversight::auth {
namespace {

constexpr char kRefused[] = "oversight_auth_refused_total";
constexpr char kRefusedHelp[] = "Calls refused because who makes them was not proven, by reason.";
constexpr char kAccepted[] = "oversight_auth_accepted_total";
constexpr char kAcceptedHelp[] =
    "Calls whose caller is known: by a token verified, by one remembered, or as the public.";
constexpr char kOther[] = "OTHER";

absl::Status HeaderNotBelieved() {
  return Error(
             absl::StatusCode::kUnauthenticated, common::v1::ERROR_REASON_UNAUTHENTICATED,
             absl::StrCat("This server does not believe the header ", kPrincipalHeader,
                          ": prove who calls with a token, as authorization: Bearer TOKEN, or leave the header out to "
                          "call as the public."))
      .With("header", kPrincipalHeader);
}

absl::Status NoKeys() {
  return Error(absl::StatusCode::kUnavailable, common::v1::ERROR_REASON_ISSUER_KEYS_UNAVAILABLE,
               "The issuer's keys could not be had yet, so tokens cannot be checked. Try again shortly.")
      .RetryAfter(absl::Seconds(5));
}

}  // namespace

const Principal& ThePublic() {
  static const auto* const principal = [] {
    common::v1::Principal proto;
    proto.set_name("principals/public");
    proto.set_display_name("Member of the public");
    proto.add_roles(common::v1::ROLE_PUBLIC);
    return new Principal(std::move(proto));
  }();
  return *principal;
}

TokenAuthenticator::TokenAuthenticator(TokenRules rules, KeyRing& keys, const Clock& clock, observe::Metrics& metrics,
                                       size_t remembered)
    : rules_(std::move(rules)),
      keys_(keys),
      clock_(clock),
      most_(remembered),
      accepted_(metrics.Counter(kAccepted, kAcceptedHelp, {{"how", "verified"}})),
      recalled_(metrics.Counter(kAccepted, kAcceptedHelp, {{"how", "remembered"}})),
      anonymous_(metrics.Counter(kAccepted, kAcceptedHelp, {{"how", "public"}})),
      unknown_roles_(metrics.Counter("oversight_auth_unknown_roles_total",
                                     "Roles in tokens that this server does not know and left out.")) {
  const auto* reasons = common::v1::ErrorReason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    constexpr std::string_view kPrefix = "ERROR_REASON_";
    const std::string name = reasons->value(i)->name().substr(kPrefix.size());
    if (name.rfind("TOKEN_", 0) == 0 || name == "UNAUTHENTICATED" || name == "ISSUER_KEYS_UNAVAILABLE") {
      refused_[name] = &metrics.Counter(kRefused, kRefusedHelp, {{"reason", name}});
    }
  }
  refused_[kOther] = &metrics.Counter(kRefused, kRefusedHelp, {{"reason", kOther}});
}

absl::StatusOr<Principal> TokenAuthenticator::Authenticate(const Credentials& credentials) const {
  auto principal = Check(credentials);
  if (!principal.ok()) {
    const auto it = refused_.find(ReasonOf(principal.status()));
    (it == refused_.end() ? refused_.at(kOther) : it->second)->Increment();
  }
  return principal;
}

absl::StatusOr<Principal> TokenAuthenticator::Check(const Credentials& credentials) const {
  if (credentials.authorization.empty()) {
    if (!credentials.principal_header.empty()) return HeaderNotBelieved();
    anonymous_.Increment();
    return ThePublic();
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const std::string token, BearerToken(credentials.authorization));
  bool recalled = false;
  OVERSIGHT_ASSIGN_OR_RETURN(VerifiedToken verified, Look(token, &recalled));
  (recalled ? recalled_ : accepted_).Increment();
  if (!recalled && verified.unknown_roles > 0) unknown_roles_.Increment(verified.unknown_roles);
  return std::move(verified.principal);
}

absl::StatusOr<VerifiedToken> TokenAuthenticator::Verify(const std::string& token) const {
  bool recalled = false;
  return Look(token, &recalled);
}

absl::StatusOr<VerifiedToken> TokenAuthenticator::Look(const std::string& token, bool* recalled) const {
  const KeyRing::View view = keys_.Current();
  if (view.keys == nullptr) {
    keys_.Ask();
    return NoKeys();
  }
  const absl::Time now = clock_.Now();
  const std::string hash = most_ == 0 ? "" : Sha256(token);
  if (most_ > 0) {
    std::lock_guard lock(mu_);
    const auto it = by_hash_.find(hash);
    if (it != by_hash_.end() && it->second.GoodAt(now, view.generation)) {
      *recalled = true;
      return it->second.token;
    }
  }
  auto verified = VerifyToken(token, rules_, *view.keys, now);
  if (!verified.ok()) return Refused(verified.status());
  if (most_ > 0) Remember(hash, {*verified, view.generation});
  return verified;
}

absl::Status TokenAuthenticator::VerifyId(const std::string& id_token, const std::string& client,
                                          const std::string& nonce) const {
  const KeyRing::View view = keys_.Current();
  if (view.keys == nullptr) {
    keys_.Ask();
    return NoKeys();
  }
  return Refused(VerifyIdToken(id_token, rules_, client, nonce, *view.keys, clock_.Now()));
}

// A key that is not known may be one that has just come into use.
absl::Status TokenAuthenticator::Refused(const absl::Status& status) const {
  if (ReasonOf(status) != "TOKEN_KEY_UNKNOWN" || !keys_.Ask()) return status;
  return Error(absl::StatusCode::kUnauthenticated, common::v1::ERROR_REASON_TOKEN_KEY_UNKNOWN,
               "The token is signed by a key that is not known here. If its issuer has just begun to use it, try again "
               "shortly; otherwise get a new token.")
      .RetryAfter(absl::Seconds(1));
}

void TokenAuthenticator::Remember(const std::string& hash, Remembered entry) const {
  std::lock_guard lock(mu_);
  const auto [it, added] = by_hash_.insert_or_assign(hash, std::move(entry));
  if (!added) return;
  order_.push_back(hash);
  if (order_.size() > most_) {
    by_hash_.erase(order_.front());
    order_.pop_front();
  }
}

std::string TokenAuthenticator::Description() const {
  return absl::StrCat("tokens of ", rules_.issuer, " for ", rules_.audience);
}

}  // namespace oversight::auth
