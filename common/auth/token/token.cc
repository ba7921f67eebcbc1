#include "common/auth/token/token.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/auth/names.h"
#include "common/auth/token/json.h"
#include "common/rpc/errors.h"

namespace oversight::auth {
namespace {

using common::v1::ErrorReason;

// As in common.v1.Principal.
constexpr size_t kMaxRoles = 16, kMaxForces = 100, kMaxRegions = 20, kMaxName = 200, kMaxRegion = 100;
// Beyond the year 33000; keeps the arithmetic finite.
constexpr double kMaxSeconds = 1e12;

absl::Status Refuse(ErrorReason reason, const char* message) {
  return Error(absl::StatusCode::kUnauthenticated, reason, message);
}

absl::Status Malformed(const std::string& what) {
  return Error(absl::StatusCode::kUnauthenticated, common::v1::ERROR_REASON_TOKEN_MALFORMED,
               absl::StrCat("The token cannot be used: ", what, "."));
}

bool IsBase64Url(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; });
}

// A part of the token that is an object in JSON; null when it is not.
Json ObjectIn(std::string_view part) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(absl::string_view(part.data(), part.size()), &text)) return nullptr;
  return ParseJsonObject(text);
}

// Of a header: "jwt", "at+jwt" (RFC 9068), or "" when there is none.
std::string TypeIn(const json_t* header) {
  std::string type = absl::AsciiStrToLower(JsonString(header, "typ").value_or(""));
  if (absl::StartsWith(type, "application/")) type.erase(0, std::string_view("application/").size());
  return type;
}

// What the header says, held against what is allowed. Returns the key id.
absl::StatusOr<std::string> CheckHeader(const json_t* header) {
  // Each would have us trust what nobody has signed for, or read the token in another way.
  for (const char* name : {"crit", "jku", "jwk", "x5u", "x5c", "zip", "b64", "enc"}) {
    if (json_object_get(header, name) != nullptr) {
      return Error(absl::StatusCode::kUnauthenticated, common::v1::ERROR_REASON_TOKEN_HEADER_REFUSED,
                   absl::StrCat("The token's header has \"", name, "\", which is not taken."))
          .With("header", name);
    }
  }
  if (json_object_get(header, "typ") != nullptr) {
    const std::string type = TypeIn(header);
    if (type != "jwt" && type != "at+jwt") return Malformed("its header says it is no JWT");
  }
  const std::string kid = JsonString(header, "kid").value_or("");
  if (kid.empty()) return Malformed("its header does not say which key signed it (\"kid\")");
  return kid;
}

absl::StatusOr<std::optional<absl::Time>> TimeClaim(const json_t* claims, const char* name) {
  const json_t* value = json_object_get(claims, name);
  if (value == nullptr) return std::nullopt;
  const double seconds = json_number_value(value);
  if (!json_is_number(value) || !std::isfinite(seconds) || std::abs(seconds) > kMaxSeconds) {
    return Malformed(absl::StrCat("its claim \"", name, "\" is no time"));
  }
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

// A list of strings, or one; empty when there is none.
absl::StatusOr<std::vector<std::string>> ListClaim(const json_t* claims, const std::string& name, size_t most) {
  const json_t* value = json_object_get(claims, name.c_str());
  std::vector<std::string> result;
  if (value == nullptr || json_is_null(value)) return result;
  const auto wrong = [&] { return Malformed(absl::StrCat("its claim \"", name, "\" is no list of at most ", most)); };
  if (json_is_string(value)) {
    result.emplace_back(json_string_value(value), json_string_length(value));
    return result;
  }
  if (!json_is_array(value) || json_array_size(value) > most) return wrong();
  for (size_t i = 0; i < json_array_size(value); ++i) {
    const json_t* item = json_array_get(value, i);
    if (!json_is_string(item)) return wrong();
    result.emplace_back(json_string_value(item), json_string_length(item));
  }
  return result;
}

absl::Status CheckFor(const json_t* claims, const std::string& issuer, const std::string& audience) {
  if (JsonString(claims, "iss") != issuer) {
    return Refuse(common::v1::ERROR_REASON_TOKEN_WRONG_ISSUER,
                  "The token is not from the issuer this server trusts. Get one from that issuer.");
  }
  constexpr size_t kMaxAudiences = 100;
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<std::string> audiences, ListClaim(claims, "aud", kMaxAudiences));
  if (std::find(audiences.begin(), audiences.end(), audience) == audiences.end()) {
    return Refuse(common::v1::ERROR_REASON_TOKEN_WRONG_AUDIENCE,
                  "The token was issued for another service. Ask the issuer for one for this service.");
  }
  return absl::OkStatus();
}

// When it expires.
absl::StatusOr<absl::Time> CheckTimes(const json_t* claims, absl::Duration clock_skew, absl::Time now) {
  OVERSIGHT_ASSIGN_OR_RETURN(const auto expires, TimeClaim(claims, "exp"));
  if (!expires.has_value()) return Malformed("it has no claim \"exp\"");
  const absl::Time good_until = *expires + clock_skew;
  if (now >= good_until) {
    return Refuse(common::v1::ERROR_REASON_TOKEN_EXPIRED, "The token has expired. Get a new one and repeat the call.");
  }
  for (const char* name : {"nbf", "iat"}) {
    OVERSIGHT_ASSIGN_OR_RETURN(const auto from, TimeClaim(claims, name));
    if (from.has_value() && *from > now + clock_skew) {
      return Refuse(common::v1::ERROR_REASON_TOKEN_NOT_YET_VALID,
                    "The token is not valid yet. Wait, or see to the clocks of the issuer and of this server.");
    }
  }
  return good_until;
}

std::optional<Role> RoleOf(std::string name) {
  absl::AsciiStrToUpper(&name);
  absl::StrReplaceAll({{"-", "_"}}, &name);
  Role role = common::v1::ROLE_UNSPECIFIED;
  if (!common::v1::Role_Parse(absl::StrCat("ROLE_", name), &role) || role == common::v1::ROLE_UNSPECIFIED) {
    return std::nullopt;
  }
  return role;
}

absl::Status ReadPrincipal(const json_t* claims, const TokenRules& rules, VerifiedToken& result) {
  common::v1::Principal principal;
  const std::string subject = JsonString(claims, rules.subject_claim.c_str()).value_or("");
  if (!IsId(subject) || subject == "public") {
    return Refuse(common::v1::ERROR_REASON_TOKEN_SUBJECT_UNUSABLE,
                  "Whom the token is for cannot be a principal's name: it must be 1 to 63 of a-z, 0-9 and hyphens, and "
                  "not \"public\". Another claim can be set to hold the name.");
  }
  principal.set_name(kPrincipalPrefix + subject);
  principal.set_display_name(JsonString(claims, "name").value_or(""));
  if (principal.display_name().size() > kMaxName) principal.clear_display_name();
  const auto claim = [&rules](const char* name) { return rules.claim_prefix + name; };
  OVERSIGHT_ASSIGN_OR_RETURN(const auto roles, ListClaim(claims, claim("roles"), kMaxRoles));
  for (const std::string& name : roles) {
    if (const auto role = RoleOf(name)) {
      principal.add_roles(*role);
    } else {
      ++result.unknown_roles;
    }
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const auto forces, ListClaim(claims, claim("forces"), kMaxForces));
  for (const std::string& force : forces) {
    const std::string name = IsId(force) ? kForcePrefix + force : force;
    if (!IsName(name, kForcePrefix))
      return Malformed(absl::StrCat("its claim \"", claim("forces"), "\" names no force"));
    principal.add_forces(name);
  }
  OVERSIGHT_ASSIGN_OR_RETURN(const auto regions, ListClaim(claims, claim("regions"), kMaxRegions));
  for (const std::string& region : regions) {
    if (region.empty() || region.size() > kMaxRegion) {
      return Malformed(absl::StrCat("its claim \"", claim("regions"), "\" names no region"));
    }
    principal.add_regions(region);
  }
  const json_t* all = json_object_get(claims, claim("all_forces").c_str());
  if (all != nullptr && !json_is_boolean(all)) {
    return Malformed(absl::StrCat("its claim \"", claim("all_forces"), "\" is neither true nor false"));
  }
  principal.set_all_forces(json_is_true(all));
  result.principal = Principal(std::move(principal));
  return absl::OkStatus();
}

// What a token says whose signature is good and that is from the issuer, for the audience, and of this time.
struct Verified {
  Json header, claims;
  absl::Time good_until;
};

absl::StatusOr<Verified> Verify(const std::string& token, const TokenRules& rules, const std::string& audience,
                                const KeySet& keys, absl::Time now) {
  if (token.size() > kMaxTokenBytes) return Malformed(absl::StrCat("it is of more than ", kMaxTokenBytes, " bytes"));
  const std::vector<std::string_view> parts = [&token] {
    std::vector<std::string_view> result;
    std::string_view rest = token;
    for (size_t dot; (dot = rest.find('.')) != std::string_view::npos; rest.remove_prefix(dot + 1)) {
      result.push_back(rest.substr(0, dot));
    }
    result.push_back(rest);
    return result;
  }();
  if (parts.size() != 3 || !std::all_of(parts.begin(), parts.end(), IsBase64Url)) {
    return Malformed("it is no JWT of three parts");
  }
  Verified result;
  result.header = ObjectIn(parts[0]);
  if (result.header == nullptr) return Malformed("its header is not JSON");
  OVERSIGHT_ASSIGN_OR_RETURN(const std::string kid, CheckHeader(result.header.get()));
  const std::string algorithm = JsonString(result.header.get(), "alg").value_or("");
  // Before the key is looked for, so that what is never allowed is told as that, whatever key it names.
  if (algorithm != "RS256" && algorithm != "ES256" && algorithm != "EdDSA") {
    return Refuse(common::v1::ERROR_REASON_TOKEN_HEADER_REFUSED,
                  "The token must be signed with RS256, ES256 or EdDSA.");
  }
  const KeySet::Entry* entry = keys.Find(kid, now);
  if (entry == nullptr) {
    return Refuse(common::v1::ERROR_REASON_TOKEN_KEY_UNKNOWN,
                  "The token is signed by a key that its issuer does not publish. Get a new token.");
  }
  // The algorithm is the key's; the header may only agree.
  if (algorithm != entry->key->algorithm()) {
    return Refuse(common::v1::ERROR_REASON_TOKEN_HEADER_REFUSED,
                  "The token's header names another algorithm than that of its key.");
  }
  if (parts[2].empty() || !entry->key->Verifies(token)) {
    return Refuse(common::v1::ERROR_REASON_TOKEN_SIGNATURE_WRONG, "The token's signature is wrong.");
  }
  result.claims = ObjectIn(parts[1]);
  if (result.claims == nullptr) return Malformed("its claims are not JSON");
  OVERSIGHT_RETURN_IF_ERROR(CheckFor(result.claims.get(), rules.issuer, audience));
  OVERSIGHT_ASSIGN_OR_RETURN(const absl::Time expires, CheckTimes(result.claims.get(), rules.clock_skew, now));
  result.good_until = std::min(expires, entry->retired_until);
  return result;
}

}  // namespace

absl::StatusOr<std::string> BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size() ||
      !absl::EqualsIgnoreCase(absl::string_view(authorization.data(), kScheme.size()),
                              absl::string_view(kScheme.data(), kScheme.size()))) {
    return Malformed("the header must be \"Bearer\" and one token");
  }
  authorization.remove_prefix(kScheme.size());
  if (authorization.size() > kMaxTokenBytes)
    return Malformed(absl::StrCat("it is of more than ", kMaxTokenBytes, " bytes"));
  return std::string(authorization);
}

absl::StatusOr<VerifiedToken> VerifyToken(const std::string& token, const TokenRules& rules, const KeySet& keys,
                                          absl::Time now) {
  OVERSIGHT_ASSIGN_OR_RETURN(const Verified verified, Verify(token, rules, rules.audience, keys, now));
  VerifiedToken result;
  result.good_until = verified.good_until;
  OVERSIGHT_RETURN_IF_ERROR(ReadPrincipal(verified.claims.get(), rules, result));
  return result;
}

absl::Status VerifyIdToken(const std::string& token, const TokenRules& rules, const std::string& client,
                           const std::string& nonce, const KeySet& keys, absl::Time now) {
  OVERSIGHT_ASSIGN_OR_RETURN(const Verified verified, Verify(token, rules, client, keys, now));
  if (TypeIn(verified.header.get()) == "at+jwt") return Malformed("it is an access token and no ID token");
  const json_t* claims = verified.claims.get();
  if (json_object_get(claims, "azp") != nullptr && JsonString(claims, "azp") != client) {
    return Refuse(common::v1::ERROR_REASON_TOKEN_WRONG_AUDIENCE, "The ID token was issued to another client.");
  }
  // Not empty: a token without a nonce must not pass for a sign-in that has lost its own.
  if (nonce.empty() || JsonString(claims, "nonce") != nonce) {
    return Malformed("its claim \"nonce\" is not that of this sign-in");
  }
  return absl::OkStatus();
}

}  // namespace oversight::auth
