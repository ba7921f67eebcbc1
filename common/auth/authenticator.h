// Who is calling? The one question a server asks before anything else; how it is answered (sample principals, tokens,
// certificates) is an implementation of this interface. Thread-safe; must not block, since it runs on the threads of
// calls.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"

namespace oversight::auth {

// What came with the call, unchecked. Empty when absent.
struct Credentials {
  std::string authorization;  // The `authorization` header; several joined by ", ", as HTTP has it.
  std::string
      principal_header;  // The `oversight-principal` header; several in the same way, so that two names are none.
  // The name in the verified certificate of the process that the call came from, such as "gateway". That process is not
  // who calls: the gateway passes on what anybody asks of it.
  std::string peer_identity;
};

inline constexpr char kAuthorizationHeader[] = "authorization";
inline constexpr char kPrincipalHeader[] = "oversight-principal";

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // UNAUTHENTICATED when there is no valid answer.
  virtual absl::StatusOr<Principal> Authenticate(const Credentials& credentials) const = 0;
  // What it is, for the log at start: "insecure: 14 sample principals from data/principals.json".
  virtual std::string Description() const = 0;
};

}  // namespace oversight::auth
