// Who this process is on the calls that it makes of its own accord: the holder of its own token, where it has one, and
// otherwise a name that only a server in insecure mode believes. A call made for a caller carries that caller's proof
// and never this (see Propagate in channel.h). A value; thread-safe.
#pragma once

#include <string>
#include <utility>

#include "grpcpp/client_context.h"

namespace oversight::auth {
class OwnToken;
}

namespace oversight::rpc {

struct Identity {
  std::string principal;                  // "principals/gateway"
  const auth::OwnToken* token = nullptr;  // Outlives all copies. Null: there is none.

  bool empty() const { return principal.empty() && token == nullptr; }
  // Name and value: `authorization` with a token, `oversight-principal` without.
  std::pair<std::string, std::string> Header() const;
  void AddTo(grpc::ClientContext& context) const;
};

}  // namespace oversight::rpc
