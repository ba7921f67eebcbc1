#include "common/auth/insecure_authenticator.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/auth/names.h"
#include "common/rpc/errors.h"
#include "common/text/file.h"

namespace oversight::auth {
namespace {

constexpr size_t kMaxShown = 80;  // Of what a client sent, in a message.

}  // namespace

absl::StatusOr<std::unique_ptr<InsecureAuthenticator>> InsecureAuthenticator::FromFile(const std::string& path) {
  const auto json = ReadWholeFile(path);
  if (!json) return absl::NotFoundError(absl::StrCat("cannot read the principals from ", path));
  common::v1::PrincipalList list;
  if (const auto status = google::protobuf::util::JsonStringToMessage(*json, &list); !status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is not a list of principals: ", std::string(status.message())));
  }
  return FromList(list, path);
}

absl::StatusOr<std::unique_ptr<InsecureAuthenticator>> InsecureAuthenticator::FromList(
    const common::v1::PrincipalList& list, const std::string& origin) {
  auto result = std::unique_ptr<InsecureAuthenticator>(new InsecureAuthenticator());
  Violations violations;
  for (int i = 0; i < list.principals_size(); ++i) {
    const common::v1::Principal& principal = list.principals(i);
    const std::string field = absl::StrCat("principals[", i, "]");
    if (!IsName(principal.name(), kPrincipalPrefix)) violations.Add(field + ".name", "must be principals/{principal}");
    if (principal.roles().empty()) violations.Add(field + ".roles", "must hold a role");
    for (int role : principal.roles()) {
      if (role == common::v1::ROLE_UNSPECIFIED || !common::v1::Role_IsValid(role)) {
        violations.Add(field + ".roles", "must be roles the server knows");
      }
    }
    for (const std::string& force : principal.forces()) {
      if (!IsName(force, kForcePrefix)) violations.Add(field + ".forces", "must be forces/{force}");
    }
    if (!result->principals_.emplace(principal.name(), Principal(principal)).second) {
      violations.Add(field + ".name", "is given twice");
    }
  }
  if (list.principals().empty()) violations.Add("principals", "must hold at least one");
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  result->origin_ = origin;
  for (const auto& [name, principal] : result->principals_) {
    absl::StrAppend(&result->names_, result->names_.empty() ? "" : ", ", name.substr(sizeof(kPrincipalPrefix) - 1));
  }
  return result;
}

absl::StatusOr<Principal> InsecureAuthenticator::Authenticate(const Credentials& credentials) const {
  const std::string& header = credentials.principal_header;
  const auto refuse = [this](const std::string& why) {
    return Error(absl::StatusCode::kUnauthenticated, common::v1::ERROR_REASON_UNAUTHENTICATED,
                 absl::StrCat(why, " This server runs without real authentication: name yourself in the header ",
                              kPrincipalHeader, " as one of ", names_, "."))
        .With("header", kPrincipalHeader)
        .With("principals", names_);
  };
  if (header.empty()) return refuse("The call does not say who makes it.");
  auto it = principals_.find(header);
  if (it == principals_.end()) it = principals_.find(kPrincipalPrefix + header);
  if (it == principals_.end()) {
    // What is not a well-formed name is not repeated: it may hold anything.
    const bool shown = header.size() <= kMaxShown && (IsName(header, kPrincipalPrefix) || IsId(header));
    return refuse(shown ? absl::StrCat("There is no principal \"", header, "\".") : "There is no such principal.");
  }
  return it->second;
}

std::vector<Principal> InsecureAuthenticator::Choices() const {
  std::vector<Principal> choices;
  for (const auto& [name, principal] : principals_) choices.push_back(principal);
  return choices;
}

std::string InsecureAuthenticator::Description() const {
  return absl::StrCat("insecure: ", principals_.size(), " sample principals from ", origin_);
}

}  // namespace oversight::auth
