// Believes the `oversight-principal` header. For development and tests: a server uses it only when told --insecure. The
// principals come from a PrincipalList in protobuf JSON (data/principals.json). Immutable, so thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/authenticator.h"

namespace oversight::auth {

class InsecureAuthenticator final : public Authenticator {
 public:
  // NOT_FOUND when the file cannot be read; INVALID_ARGUMENT with all that is wrong in it: not JSON of a PrincipalList,
  // a malformed name or scope, a name twice, no role.
  static absl::StatusOr<std::unique_ptr<InsecureAuthenticator>> FromFile(const std::string& path);
  static absl::StatusOr<std::unique_ptr<InsecureAuthenticator>> FromList(const common::v1::PrincipalList& list,
                                                                         const std::string& origin);

  // Takes `principals/chief-inspector` or `chief-inspector`.
  absl::StatusOr<Principal> Authenticate(const Credentials& credentials) const override;
  std::string Description() const override;
  // Whom a caller may choose to be, by name: all of the list.
  std::vector<Principal> Choices() const;

 private:
  InsecureAuthenticator() = default;
  std::map<std::string, Principal> principals_;  // By full name.
  std::string origin_;
  std::string names_;  // "chief-inspector, gateway, ...", for the refusal.
};

}  // namespace oversight::auth
