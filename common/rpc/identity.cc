#include "common/rpc/identity.h"

#include "common/auth/authenticator.h"
#include "common/auth/token/own_token.h"

namespace oversight::rpc {

std::pair<std::string, std::string> Identity::Header() const {
  if (token != nullptr) return {auth::kAuthorizationHeader, token->Authorization()};
  return {auth::kPrincipalHeader, principal};
}

void Identity::AddTo(grpc::ClientContext& context) const {
  const auto [name, value] = Header();
  context.AddMetadata(name, value);
}

}  // namespace oversight::rpc
